//! Price books in files.

use std::path::Path;

use chrono::NaiveDate;
use engine::port::Clock as _;
use model::price::{PriceBook, PriceBooks, csv};

use super::error::CliError;
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

/// The book that holds on a day.
pub(super) fn on<'b>(
    books: &'b PriceBooks,
    path: &Path,
    day: NaiveDate,
) -> Result<&'b PriceBook, CliError> {
    books.on(day).ok_or_else(|| {
        CliError::usage(format!(
            "{}: no prices hold on {day}: all of its books begin later; name a later day with --on",
            path.display()
        ))
    })
}
