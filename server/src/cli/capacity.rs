//! `capacity`: what environments take, at minimum, as planned and at maximum.

use std::fmt::Write as _;

use model::name::EnvironmentName;
use model::profile::Category;
use model::topology::Topology;
use plan::capacity::{BySizing, Capacity, Totals, capacity};

use super::args::{CapacityArgs, Format};
use super::error::CliError;
use super::output::{Look, Out};
use super::subject::Sources;
use super::table::{Side, Table};
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(args: CapacityArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CapacityArgs {
        subjects,
        copies,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let mut topologies: Vec<Topology> = Vec::new();
    for subject in &subjects {
        topologies.push(sources.topology(subject).await?);
    }
    let source = topologies
        .last()
        .cloned()
        .ok_or_else(|| CliError::usage("name an environment"))?;
    for (index, recipe) in copies.iter().enumerate() {
        let recipe = sources.recipe(recipe).await?;
        let name = copy_name(recipe.recipe.as_str(), index + 1)?;
        topologies.push(plan::copy::derive(&source, &recipe, name)?.topology);
    }
    sources.close().await;
    let capacity = capacity(&topologies);
    match format.format {
        Format::Json => out.json(&capacity)?,
        Format::Text => out.text(&text(&capacity, out)),
    }
    Ok(Done::Yes)
}

/// A name for a copy that only counts.
fn copy_name(recipe: &str, number: usize) -> Result<EnvironmentName, CliError> {
    let number = number.to_string();
    // A name is no longer than 63 characters; the number must stay.
    let kept: String = recipe.chars().take(62 - number.len()).collect();
    EnvironmentName::new(&format!("{kept}-{number}"))
        .map_err(|error| CliError::usage(error.to_string()))
}

fn text(capacity: &Capacity, out: Out) -> String {
    let mut text = String::new();
    for environment in &capacity.environments {
        let heading = out.paint(Look::Strong, &environment.name);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{heading} ({})", environment.kind);
        let mut table = table();
        for category in Category::ALL {
            if let Some(totals) = environment.categories.get(&category) {
                table.row(cells(category.word(), totals));
            }
        }
        table.looking(Look::Strong, cells("in all", &environment.totals));
        text.push_str(&table.print("  ", out.colours));
        text.push('\n');
    }
    if capacity.environments.len() > 1 {
        let _ = writeln!(text, "{}", out.paint(Look::Strong, "All together"));
        let mut table = table();
        for environment in &capacity.environments {
            table.row(cells(environment.name.as_str(), &environment.totals));
        }
        table.looking(Look::Strong, cells("in all", &capacity.total));
        text.push_str(&table.print("  ", out.colours));
    }
    text
}

/// The table of one environment's totals, in all and by category, for other commands.
pub(super) fn totals_of(topology: &Topology, out: Out) -> String {
    let capacity = plan::capacity::capacity_of(topology);
    let mut table = table();
    for (category, totals) in &capacity.categories {
        table.row(cells(category.word(), totals));
    }
    table.looking(Look::Strong, cells("in all", &capacity.totals));
    table.print("  ", out.colours)
}

fn table() -> Table {
    Table::new([
        ("", Side::Left),
        ("instances", Side::Right),
        ("vCPU", Side::Right),
        ("RAM", Side::Right),
        ("disk", Side::Right),
        ("volumes", Side::Right),
        ("public addresses", Side::Right),
    ])
}

fn cells(what: &str, totals: &BySizing<Totals>) -> [String; 7] {
    let plain = |n: u64| n.to_string();
    let gib = |n: u64| format!("{n} GiB");
    [
        what.to_owned(),
        figure(totals, |t| (Some(t.instances), 0), plain),
        figure(totals, |t| (t.vcpus, t.unknown.vcpus), plain),
        figure(
            totals,
            |t| (t.ram_mib, t.unknown.ram_mib),
            |n| model::unit::Mib(n).to_string(),
        ),
        figure(totals, |t| (t.disk_gib, t.unknown.disk_gib), gib),
        figure(totals, |t| (t.volume_gib, t.unknown.volume_gib), gib),
        figure(
            totals,
            |t| (t.public_addresses, t.unknown.public_addresses),
            plain,
        ),
    ]
}

/// One figure at its sizings: `14–19`, `unknown`, `18 + 3 unknown`, `9 + 1–2 unknown`.
fn figure(
    totals: &BySizing<Totals>,
    pick: impl Fn(&Totals) -> (Option<u64>, u64),
    unit: impl Fn(u64) -> String,
) -> String {
    let BySizing { min, planned, max } = totals;
    let all = [pick(min), pick(planned), pick(max)];
    if all.iter().all(|(known, _)| known.is_none()) {
        return "unknown".to_owned();
    }
    let known = range(all.map(|(known, _)| known.map_or_else(|| "?".to_owned(), &unit)));
    if all.iter().all(|(_, unknown)| *unknown == 0) {
        return known;
    }
    let unknown = range(all.map(|(_, unknown)| unknown.to_string()));
    format!("{known} + {unknown} unknown")
}

/// Minimum, planned and maximum in as few words as tell them.
fn range([min, planned, max]: [String; 3]) -> String {
    if min == max {
        min
    } else if planned == max || planned == min {
        format!("{min}–{max}")
    } else {
        format!("{min}–{max} (planned {planned})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_tells_its_range_and_what_is_unknown() {
        let totals = |vcpus, unknown| {
            let mut totals = Totals {
                vcpus,
                ..Totals::default()
            };
            totals.unknown.vcpus = unknown;
            totals
        };
        let of = |min, planned, max| {
            let by = BySizing { min, planned, max };
            figure(&by, |t| (t.vcpus, t.unknown.vcpus), |n| n.to_string())
        };
        let known = |n| totals(Some(n), 0);
        assert_eq!(of(known(3), known(3), known(3)), "3");
        assert_eq!(of(known(3), known(5), known(5)), "3–5");
        assert_eq!(of(known(3), known(4), known(5)), "3–5 (planned 4)");
        let part = totals(Some(3), 2);
        assert_eq!(of(part, part, part), "3 + 2 unknown");
        let other = totals(Some(3), 4);
        assert_eq!(of(part, other, other), "3 + 2–4 unknown");
        let nothing = totals(None, 2);
        assert_eq!(of(nothing, nothing, nothing), "unknown");
    }

    #[test]
    fn a_copy_has_a_name_however_long_the_recipes_is() {
        let long = "a".repeat(63);
        assert_eq!(copy_name(&long, 12).unwrap().as_str().len(), 63);
        assert_eq!(copy_name("temporary", 1).unwrap().as_str(), "temporary-1");
    }
}
