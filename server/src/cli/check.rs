//! `check`: what is worth knowing about an environment, for people and for pipelines.

use std::fmt::Write as _;

use model::environment::Layer;
use plan::finding::{Finding, Severity, Sorted, sorted};
use serde::Serialize;

use super::args::{CheckArgs, Format};
use super::error::CliError;
use super::output::{Look, Out};
use super::prices;
use super::subject::{By, Sources};
use super::{Done, Setup};

/// What is printed as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    environment: &'a str,
    layer: Layer,
    on: chrono::NaiveDate,
    findings: &'a [Finding],
    muted: usize,
}

/// Carries the command out.
pub(super) async fn run(args: CheckArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CheckArgs {
        subject,
        beside,
        prices: book,
        fail_on,
        on,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let mut others = Vec::new();
    for other in &beside {
        others.push(sources.topology(other).await?);
    }
    let today = prices::day(on);
    let books = match &book {
        None => None,
        Some(path) => {
            let books = prices::read(path)?;
            // None that holds is no reason to judge by those that are stored.
            prices::on(&books, &path.display().to_string(), today)?;
            Some(books)
        }
    };
    let by = By {
        on: today,
        prices: books,
        more: &others,
    };
    let (topology, all) = Box::pin(sources.judged(&subject, by)).await?;
    sources.close().await;
    let Sorted { told, muted } = sorted(all, &topology.mute, today);
    match format.format {
        Format::Json => out.json(&Printed {
            environment: topology.environment.as_str(),
            layer: topology.layer,
            on: today,
            findings: &told,
            muted: muted.len(),
        })?,
        Format::Text => out.text(&text(&told, muted.len(), out)),
    }
    let failed = told
        .iter()
        .any(|finding| fail_on.is_error(finding.severity));
    Ok(if failed { Done::No } else { Done::Yes })
}

/// The look of a severity.
pub(super) const fn look(severity: Severity) -> Look {
    match severity {
        Severity::Critical => Look::Bad,
        Severity::Warning => Look::Warning,
        Severity::Hint => Look::Plain,
    }
}

fn text(told: &[Finding], muted: usize, out: Out) -> String {
    let mut text = String::new();
    if told.is_empty() {
        text.push_str("Nothing is known to be wrong here.\n");
    }
    for Finding {
        rule,
        severity,
        subject,
        what,
        evidence,
        effect,
        remedy,
    } in told
    {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{} {subject}: {what} [{}]\n  evidence: {evidence}\n  effect: {effect}\n  remedy: {remedy}",
            out.paint(look(*severity), severity.word()),
            rule.word(),
        );
    }
    if muted > 0 {
        let _ = writeln!(text, "{muted} muted");
    }
    text
}
