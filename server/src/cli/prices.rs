//! Price books: in files, and the stored ones.

use std::path::Path;

use chrono::NaiveDate;
use engine::Ask;
use engine::port::Clock as _;
use engine::writings::NewWriting;
use model::price::{PriceBook, PriceBooks, csv};

use super::args::PricesCommand;
use super::error::CliError;
use super::output::Out;
use super::up_down::request;
use super::{Done, Setup, open};
use crate::installation::{SystemClock, read_file};

/// The day that is named, or today.
pub(super) fn day(named: Option<NaiveDate>) -> NaiveDate {
    named.unwrap_or_else(|| SystemClock::new().now().date_naive())
}

/// The price books of a file.
pub(super) fn read(path: &Path) -> Result<PriceBooks, CliError> {
    let bytes = read_file(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        CliError::usage(format!(
            "{} is no text: save it as CSV in UTF-8",
            path.display()
        ))
    })?;
    csv::read(&text).map_err(|problems| CliError::usage(format!("{}: {problems}", path.display())))
}

/// The book that holds on a day, of those that are called so.
pub(super) fn on<'b>(
    books: &'b PriceBooks,
    whose: &str,
    day: NaiveDate,
) -> Result<&'b PriceBook, CliError> {
    books.on(day).ok_or_else(|| {
        CliError::usage(if books.is_empty() {
            format!("{whose}: there are none: import some with `understudy prices import FILE`, or name a file with --prices")
        } else {
            format!("{whose}: no prices hold on {day}: all books begin later; name a later day with --on")
        })
    })
}

/// Stores or prints price books.
pub(super) async fn run(command: PricesCommand, setup: Setup, out: Out) -> Result<Done, CliError> {
    match command {
        PricesCommand::Import {
            file,
            site,
            reason,
            data,
        } => {
            let books = read(&file)?;
            let installation = open(&data, setup).await?;
            let count = books.iter().count();
            let of = site
                .as_ref()
                .map_or_else(String::new, |site| format!(" for {site}"));
            let books = Some(books);
            let ask = Ask::Write(NewWriting::Prices { site, books });
            installation.engine.submit(request(reason), ask).await?;
            installation.close().await;
            out.text(&format!(
                "{count} stored{of}, in the place of all that were\n"
            ));
        }
        PricesCommand::Export { site, data } => {
            let installation = open(&data, setup).await?;
            let prices = installation.engine.prices().await?;
            installation.close().await;
            out.text(&csv::write(&prices.written_for(site.as_ref())));
        }
    }
    Ok(Done::Yes)
}
