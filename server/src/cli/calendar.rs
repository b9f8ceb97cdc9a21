//! `calendar`: a cloud's capacity by date, as its quotas are right now.

use std::fmt::Write as _;

use engine::port::Clock as _;
use plan::amounts::Measure;
use plan::calendar::{Ask, Calendar, Figure, calendar};
use plan::headroom::{Fit, Free};

use super::args::{CalendarArgs, Format};
use super::error::CliError;
use super::output::{Look, Out};
use super::table::{Side, Table};
use super::{Done, Setup, open};
use crate::installation::SystemClock;

/// Carries the command out. It ends with 1 where something doesn't fit on some day.
pub(super) async fn run(args: CalendarArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CalendarArgs {
        cloud,
        days,
        format,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let engine = &installation.engine;
    let offers = engine.offers(&cloud).await?;
    let environments = engine.store().environments(false).await?;
    let stands = engine.stands(&environments).await?;
    let today = SystemClock::new().now().date_naive();
    let commitments = engine.commitments(&environments, &stands, today).await?;
    let calendar = calendar(&Ask {
        quotas: &offers.quotas,
        tenants: commitments.tenants_of(&cloud),
        bookings: &commitments.bookings_of(&cloud),
        today,
        days,
    });
    installation.close().await;
    match format.format {
        Format::Json => out.json(&calendar)?,
        Format::Text => out.text(&text(&calendar, out)),
    }
    Ok(match calendar.short {
        Some(_) => Done::No,
        None => Done::Yes,
    })
}

fn text(calendar: &Calendar, out: Out) -> String {
    let mut text = format!("{}\n", calendar.sentence());
    let mut table = Table::new([
        ("from", Side::Left),
        ("until", Side::Left),
        ("instances", Side::Right),
        ("vCPU", Side::Right),
        ("memory", Side::Right),
        ("flavor disk", Side::Right),
        ("volumes", Side::Right),
        ("volume storage", Side::Right),
        ("public addresses", Side::Right),
    ]);
    for span in &calendar.spans {
        let days = [span.from.to_string(), span.until.to_string()];
        let cells = Measure::ALL.map(|measure| {
            let figure = span.figures.get(&measure);
            figure.map_or_else(String::new, |figure| cell(measure, figure))
        });
        let short = span
            .figures
            .values()
            .any(|figure| matches!(figure.fit, Fit::Short(_)));
        let look = if short { Look::Strong } else { Look::Plain };
        table.looking(look, days.into_iter().chain(cells));
    }
    text.push_str(&table.print("  ", out.colours));
    for event in &calendar.events {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {}, {}", event.on, event.of, event.what.words());
    }
    text
}

/// What is free, and of what: `40 of 90`; or what is missing.
fn cell(measure: Measure, figure: &Figure) -> String {
    let Figure {
        used,
        reserved,
        free,
        fit,
    } = figure;
    let taken = used.and(*reserved);
    let unknown = match taken.unknown {
        0 => String::new(),
        unknown => format!(" + {unknown} unknown"),
    };
    let taken = format!("{}{unknown}", measure.amount(taken.known));
    match (fit, free) {
        (Fit::Short(by), _) => format!("{} too few", measure.amount(*by)),
        (_, Free::Amount(free)) => format!("{taken}, {} free", measure.amount(*free)),
        (_, Free::Unlimited) => format!("{taken}, no limit"),
        (_, Free::Untold) => taken,
    }
}
