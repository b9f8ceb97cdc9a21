//! `cost`: what an environment costs by a price book.

use std::fmt::Write as _;

use plan::cost::{Cost, cost};

use super::args::{CostArgs, Format};
use super::error::CliError;
use super::output::Out;
use super::prices;
use super::sizing::sizing;
use super::subject::Sources;
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(args: CostArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CostArgs {
        subject,
        prices: path,
        on,
        sizing: named,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let topology = sources.topology(&subject).await?;
    let (books, whose) = if let Some(path) = path {
        (prices::read(&path)?, path.display().to_string())
    } else {
        let prices = sources.prices().await?;
        let books = prices.at(topology.site.as_ref()).clone();
        (books, "the stored prices".to_owned())
    };
    let book = prices::on(&books, &whose, prices::day(on))?;
    sources.close().await;
    let sizing = sizing(named.sizing, [&topology])?;
    let cost = cost(&topology, &sizing, book);
    match format.format {
        Format::Json => out.json(&cost)?,
        Format::Text => out.text(&text(&cost)),
    }
    Ok(Done::Yes)
}

fn text(cost: &Cost) -> String {
    let Cost {
        book,
        currency,
        total,
        categories,
        groups: _,
        unpriced,
    } = cost;
    // Writing to a string does not fail.
    let mut text = format!("{}\n  prices of {book}\n", total.sentence(*currency));
    for (category, figure) in categories {
        let _ = writeln!(text, "  {category}: {}", figure.sentence(*currency));
    }
    if !unpriced.is_empty() {
        text.push_str("Without a price:\n");
    }
    for missing in unpriced {
        let _ = writeln!(text, "  {missing}");
    }
    text
}
