//! `show`: one environment or recipe, for reading.

use std::fmt::{Display, Write as _};

use chrono::NaiveDate;
use engine::port::Clock as _;
use model::count::Sizing;
use model::file::Document;
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::resource::{Boot, Instance, Power};
use model::topology::Topology;
use plan::finding::{Finding, Severity, sorted};

use super::args::{Format, ShowArgs};
use super::error::CliError;
use super::output::{Look, Out};
use super::subject::{By, Sources};
use super::table::{Side, Table};
use super::{Done, Setup, capacity};
use crate::installation::SystemClock;

/// Carries the command out.
pub(super) async fn run(args: ShowArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ShowArgs {
        subject,
        sizing,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let document = sources.document(&subject).await?;
    let today = SystemClock::new().now().date_naive();
    let found = match (&document, &sizing.sizing, format.format) {
        (Document::Environment(_), None, Format::Text) => {
            let by = By {
                on: today,
                prices: None,
                more: &[],
            };
            Box::pin(sources.judged(&subject, by)).await?.1
        }
        _ => Vec::new(),
    };
    sources.close().await;
    match (document, sizing.sizing) {
        (Document::Recipe(recipe), None) => match format.format {
            Format::Json => out.json(&recipe)?,
            Format::Text => out.text(&recipe_text(&recipe, out)),
        },
        (Document::Recipe(recipe), Some(_)) => {
            return Err(CliError::usage(format!(
                "`{subject}` is a recipe ({}), which has no sizing: leave --sizing out",
                recipe.recipe
            )));
        }
        (Document::Environment(topology), None) => match format.format {
            Format::Json => out.json(&topology)?,
            Format::Text => out.text(&text(&topology, found, today, out)),
        },
        (Document::Environment(topology), Some(sizing)) => {
            let resolved = resolve(&topology, &sizing);
            match format.format {
                Format::Json => out.json(&resolved)?,
                Format::Text => out.text(&resolved_text(&topology, &sizing, &resolved, out)),
            }
        }
    }
    Ok(Done::Yes)
}

fn heading(topology: &Topology, out: Out) -> String {
    let mut words = vec![topology.kind.to_string(), topology.layer.to_string()];
    if topology.protected {
        words.push("protected".to_owned());
    }
    let mut text = format!(
        "{} ({})",
        out.paint(Look::Strong, &topology.environment),
        words.join(", ")
    );
    if let Some(cloud) = &topology.cloud {
        // Writing to a string does not fail.
        let _ = write!(text, ", cloud {cloud}");
    }
    if let Some(site) = &topology.site {
        let _ = write!(text, ", site {site}");
    }
    if let Some(replicates) = &topology.replicates {
        let _ = write!(text, ", replicates {}", replicates.environment);
    }
    text.push('\n');
    if let Some(note) = &topology.note {
        let _ = writeln!(text, "{note}");
    }
    text
}

fn names(names: impl IntoIterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

fn text(topology: &Topology, found: Vec<Finding>, today: NaiveDate, out: Out) -> String {
    let mut text = heading(topology, out);
    text.push('\n');
    let mut table = Table::new([
        ("group", Side::Left),
        ("category", Side::Left),
        ("count", Side::Right),
        ("flavor", Side::Left),
        ("image", Side::Left),
        ("public", Side::Right),
        ("profiles", Side::Left),
    ]);
    for (name, group) in &topology.groups {
        table.row([
            name.to_string(),
            group.category.to_string(),
            group.count.to_string(),
            group.flavor.to_string(),
            group.image.to_string(),
            group.public_addresses.count.to_string(),
            names(group.profiles.iter().chain(&group.spread)),
        ]);
    }
    text.push_str(&table.print("  ", out.colours));
    text.push('\n');
    text.push_str(&capacity::totals_of(topology, out));
    let findings = sorted(found, &topology.mute, today);
    if !findings.told.is_empty() {
        let _ = writeln!(text, "\n{}", out.paint(Look::Strong, "Worth knowing"));
    }
    for finding in findings.told {
        let look = match finding.severity {
            Severity::Critical => Look::Bad,
            Severity::Warning => Look::Warning,
            Severity::Hint => Look::Plain,
        };
        let _ = writeln!(
            text,
            "  {} {}: {} ({}); {}",
            out.paint(look, finding.severity.word()),
            finding.subject,
            finding.what,
            finding.evidence,
            finding.remedy
        );
    }
    if !findings.muted.is_empty() {
        let _ = writeln!(text, "  {} muted", findings.muted.len());
    }
    text
}

fn resolved_text(topology: &Topology, sizing: &Sizing, resolved: &Resolved, out: Out) -> String {
    let mut text = heading(topology, out);
    let _ = writeln!(
        text,
        "{} instances at {sizing}\n",
        resolved.instances().count()
    );
    let mut table = Table::new([
        ("instance", Side::Left),
        ("host", Side::Left),
        ("flavor", Side::Left),
        ("image", Side::Left),
        ("profiles", Side::Left),
    ]);
    for (key, instance) in resolved.instances() {
        table.row([
            key.name().to_owned(),
            instance.host_name.clone(),
            instance.flavor.to_string(),
            boots_from(instance),
            names(instance.profiles.iter()),
        ]);
    }
    text.push_str(&table.print("  ", out.colours));
    text
}

/// What an instance starts from, and whether it is to run.
fn boots_from(instance: &Instance) -> String {
    let from = match &instance.boot {
        Boot::Image(image) => image.to_string(),
        Boot::OwnImage { image: key } | Boot::Volume { volume: key } => key.to_string(),
    };
    match instance.power {
        Power::Running => from,
        Power::Stopped => format!("{from}, stopped"),
    }
}

fn recipe_text(recipe: &Recipe, out: Out) -> String {
    let mut text = format!(
        "{} (recipe for {} copies of {} hours, {} at most)\n",
        out.paint(Look::Strong, &recipe.recipe),
        recipe.kind,
        recipe.lease.hours,
        recipe.lease.max_hours
    );
    if let Some(note) = &recipe.note {
        let _ = writeln!(text, "{note}");
    }
    text.push('\n');
    let mut table = Table::new([
        ("group", Side::Left),
        ("stands for", Side::Left),
        ("count", Side::Right),
        ("flavor", Side::Left),
        ("public", Side::Right),
    ]);
    let kept = || "as the source".to_owned();
    for (name, group) in &recipe.groups {
        table.row([
            name.to_string(),
            if group.from.is_empty() {
                name.to_string()
            } else {
                names(&group.from)
            },
            group.count.map_or_else(kept, |count| count.to_string()),
            group.flavor.as_ref().map_or_else(kept, ToString::to_string),
            group.public_addresses.map_or_else(kept, |n| n.to_string()),
        ]);
    }
    text.push_str(&table.print("  ", out.colours));
    for (name, why) in &recipe.omit {
        let _ = writeln!(text, "  without {name}: {why}");
    }
    text
}
