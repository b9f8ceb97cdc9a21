//! `diff`: what differs between two environments.

use std::fmt::Write as _;

use model::count::Sizing;
use model::diff::{ChangeRow, ChangeWord, DiffReport};
use model::topology::items::ItemKind;
use plan::comparison;
use plan::state::State;
use serde_json::Value as Json;

use super::args::{By, DiffArgs, Format};
use super::error::CliError;
use super::output::{Look, Out};
use super::sizing::sizing;
use super::subject::Sources;
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(args: DiffArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let DiffArgs {
        before,
        after,
        by,
        sizing: named,
        format,
        data,
    } = args;
    let by = match (by, &named.sizing) {
        (Some(By::Group), Some(_)) => {
            return Err(CliError::usage(
                "groups are compared with their ranges, so a sizing has no say: leave --sizing \
                 out, or compare by instance",
            ));
        }
        (Some(by), _) => by,
        (None, Some(_)) => By::Instance,
        (None, None) => By::Group,
    };
    let mut sources = Sources::new(data, setup);
    let before = sources.topology(&before).await?;
    let after = sources.topology(&after).await?;
    sources.close().await;
    let (by, sizing) = match by {
        // Groups are compared with their ranges.
        By::Group => (comparison::By::Group, Sizing::Planned),
        By::Instance => (
            comparison::By::Instance,
            sizing(named.sizing, [&before, &after])?,
        ),
        By::Profile => (
            comparison::By::Profile,
            sizing(named.sizing, [&before, &after])?,
        ),
    };
    let report = comparison::compared(
        &State::new(&before, &sizing),
        &State::new(&after, &sizing),
        by,
    );
    match format.format {
        Format::Json => out.json(&report)?,
        Format::Text => out.text(&text(&report, out)),
    }
    Ok(if report.same { Done::Yes } else { Done::No })
}

fn text(report: &DiffReport, out: Out) -> String {
    let DiffReport {
        same,
        totals,
        changes,
    } = report;
    if *same {
        return format!("The same: {} unchanged.\n", totals.unchanged);
    }
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{}, {}, {}, {} unchanged\n",
        out.paint(Look::Good, format_args!("{} added", totals.added)),
        out.paint(Look::Bad, format_args!("{} removed", totals.removed)),
        out.paint(Look::Warning, format_args!("{} changed", totals.changed)),
        totals.unchanged
    );
    let kinds = changes.iter().map(|change| change.kind.chars().count());
    let width = kinds.max().unwrap_or(0);
    for change in changes {
        let look = match change.change {
            ChangeWord::Added => Look::Good,
            ChangeWord::Removed => Look::Bad,
            ChangeWord::Changed => Look::Warning,
        };
        let line = format!(
            "{} {:width$}  {}",
            change.change.glyph(),
            change.kind,
            name(change)
        );
        let _ = writeln!(text, "{}", out.paint(look, line.trim_end()));
        if change.change != ChangeWord::Changed {
            continue;
        }
        for field in &change.fields {
            let _ = writeln!(
                text,
                "    {}: {} → {}",
                field.field,
                value(&field.before),
                value(&field.after)
            );
        }
    }
    text
}

/// What a person calls it: what has no name of its own is counted, from 1 on.
fn name(change: &ChangeRow) -> String {
    let nameless = [ItemKind::Fact, ItemKind::Declared]
        .iter()
        .any(|kind| kind.word() == change.kind);
    match change.key.parse::<usize>() {
        Ok(index) if nameless => (index + 1).to_string(),
        Ok(_) | Err(_) => change.key.clone(),
    }
}

/// A value on one line.
fn value(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(self::value).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            if let (2, Some(min), Some(max)) = (map.len(), map.get("min"), map.get("max")) {
                return format!("{min}–{max}");
            }
            let entries: Vec<String> = map
                .iter()
                .map(|(name, value)| format!("{name}: {}", self::value(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_name_is_counted_from_1() {
        let row = |kind: &str, key: &str| ChangeRow {
            kind: kind.to_owned(),
            key: key.to_owned(),
            change: ChangeWord::Added,
            fields: Vec::new(),
        };
        assert_eq!(name(&row("declared", "0000000")), "1");
        assert_eq!(name(&row("group", "007")), "007");
    }

    #[test]
    fn values_read_as_in_files() {
        assert_eq!(value(&json!(null)), "nothing");
        assert_eq!(value(&json!({"min": 2, "max": 4})), "2–4");
        assert_eq!(value(&json!(["a", "b"])), "[a, b]");
        assert_eq!(
            value(&json!({"from": "a", "port": 1})),
            "{ from: a, port: 1 }"
        );
    }
}
