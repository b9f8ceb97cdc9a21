//! The comparison of usage: what runs today beside what is planned beside temporary environments,
//! by category and group, and what the planned takes together with the temporary ones.

use std::collections::BTreeSet;

use model::name::GroupName;
use model::profile::Category;
use model::topology::Topology;

use super::figures::{self, takes};
use super::table::{Cell, Column, Report, Row, RowKind, Table};
use crate::capacity::{BySizing, Totals, capacity, together, totals_of};

/// What is compared. Whatever is missing has no column.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage<'a> {
    /// What runs.
    pub current: Option<&'a Topology>,
    /// What is planned.
    pub future: Option<&'a Topology>,
    /// The temporary environments that are up at one time.
    pub temporary: &'a [&'a Topology],
}

/// One column: whatever it counts together.
struct Counted<'a> {
    name: String,
    of: Vec<&'a Topology>,
    /// Whether groups are named in it; a sum of environments names none.
    groups: bool,
}

impl Counted<'_> {
    fn category(&self, category: Category) -> BySizing<Totals> {
        self.sum(|topology| {
            BySizing::of(|sizing| {
                totals_of(topology, sizing, |_, group| group.category == category)
            })
        })
    }

    fn group(&self, category: Category, name: &GroupName) -> Option<BySizing<Totals>> {
        let has = |topology: &&Topology| {
            topology
                .groups
                .get(name)
                .is_some_and(|group| group.category == category)
        };
        if !self.groups || !self.of.iter().any(has) {
            return None;
        }
        Some(self.sum(|topology| {
            BySizing::of(|sizing| {
                totals_of(topology, sizing, |other, group| {
                    other == name && group.category == category
                })
            })
        }))
    }

    fn sum(&self, of_one: impl Fn(&Topology) -> BySizing<Totals>) -> BySizing<Totals> {
        let each = self.of.iter().map(|topology| of_one(topology));
        each.reduce(|a, b| together(&a, &b)).unwrap_or_default()
    }
}

/// Compares usage.
pub fn usage(of: &Usage<'_>) -> Report {
    let Usage {
        current,
        future,
        temporary,
    } = *of;
    let columns = columns(of);
    let mut rows = Vec::new();
    for category in Category::ALL {
        let mut cells = vec![Cell::text(category_words(category))];
        cells.extend(
            columns
                .iter()
                .map(|c| figures::instances(&c.category(category))),
        );
        rows.push(Row::new(RowKind::SubTotal, cells));
        for name in groups(&columns, category) {
            let mut cells = vec![Cell::text(label(&columns, name))];
            cells.extend(columns.iter().map(|column| {
                let totals = column.group(category, name);
                totals.map_or(Cell::Nothing, |totals| figures::instances(&totals))
            }));
            rows.push(Row::new(RowKind::Part, cells));
        }
    }
    let mut cells = vec![Cell::text("Total")];
    cells.extend(
        columns
            .iter()
            .map(|column| figures::instances(&capacity(column.of.iter().copied()).total)),
    );
    rows.push(Row::new(RowKind::Total, cells));
    let heads = std::iter::once(Column::words("Services"))
        .chain(columns.iter().map(|c| Column::numbers(c.name.clone())));
    let instances = Table::new("Instances", heads.collect(), rows);

    let mut rows: Vec<Row> = current
        .iter()
        .chain(&future)
        .chain(temporary)
        .map(|topology| {
            let mut cells = vec![Cell::text(topology.environment.as_str())];
            cells.extend(figures::cells(&takes(topology)));
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    if let Some(sum) = columns.iter().find(|column| !column.groups) {
        let mut cells = vec![Cell::text(sum.name.clone())];
        cells.extend(figures::cells(&capacity(sum.of.iter().copied()).total));
        rows.push(Row::new(RowKind::Total, cells));
    }
    let heads = std::iter::once(Column::words("Environment")).chain(figures::columns());
    let sizes = Table::new("What they take", heads.collect(), rows);
    let mut notes = Vec::new();
    if let Some(sum) = columns.iter().find(|column| !column.groups) {
        let total = figures::instances(&capacity(sum.of.iter().copied()).total);
        notes.push(format!(
            "In all {} instances, including {}.",
            total.shown(&Column::numbers("")),
            how_many(temporary.len())
        ));
    }
    Report {
        title: "Usage comparison".to_owned(),
        notes,
        tables: vec![instances, sizes],
    }
}

fn columns<'a>(of: &Usage<'a>) -> Vec<Counted<'a>> {
    let Usage {
        current,
        future,
        temporary,
    } = *of;
    let one = |words: &str, topology: &'a Topology| Counted {
        name: format!("{words}: {}", topology.environment),
        of: vec![topology],
        groups: true,
    };
    let mut columns = Vec::new();
    columns.extend(current.map(|topology| one("Current", topology)));
    columns.extend(future.map(|topology| one("Future", topology)));
    columns.extend(temporary.iter().map(|topology| one("Temporary", topology)));
    // Copies are made of what is planned; of what runs where nothing is.
    if let Some(beside) = future.or(current).filter(|_| !temporary.is_empty()) {
        let which = if future.is_some() {
            "Future"
        } else {
            "Current"
        };
        columns.push(Counted {
            name: format!("{which} with {}", how_many(temporary.len())),
            of: std::iter::once(beside)
                .chain(temporary.iter().copied())
                .collect(),
            groups: false,
        });
    }
    columns
}

fn how_many(temporary: usize) -> String {
    match temporary {
        1 => "one temporary environment".to_owned(),
        n => format!("{n} temporary environments"),
    }
}

fn category_words(category: Category) -> &'static str {
    match category {
        Category::Application => "Application services",
        Category::Infrastructure => "Infrastructure services",
        Category::Process => "Process services",
    }
}

/// The names of the groups of a category in any column, the columns' own order first, so that what
/// belongs to one environment stands together.
fn groups<'a>(columns: &[Counted<'a>], category: Category) -> Vec<&'a GroupName> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for column in columns.iter().filter(|column| column.groups) {
        for (name, group) in column.of.iter().flat_map(|topology| &topology.groups) {
            if group.category == category && seen.insert(name) {
                names.push(name);
            }
        }
    }
    names
}

/// A group's name, with the names that it had before.
fn label(columns: &[Counted<'_>], name: &GroupName) -> String {
    let groups = columns.iter().flat_map(|column| &column.of);
    let was: BTreeSet<&str> = groups
        .filter_map(|topology| topology.groups.get(name))
        .flat_map(|group| group.was.iter().map(GroupName::as_str))
        .collect();
    if was.is_empty() {
        name.to_string()
    } else {
        let was: Vec<&str> = was.into_iter().collect();
        format!("{name} (was {})", was.join(", "))
    }
}
