//! The estimate: what several environments take, each and together, as ranges, beside what a
//! document states of each as a whole.

use model::facts::{DeclaredTotal, DeclaredWhat};
use model::topology::Topology;

use super::figures;
use super::table::{Cell, Column, Report, Row, RowKind, Table};
use crate::capacity::capacity;

/// Estimates what environments take, in the order given.
pub fn estimate(environments: &[&Topology]) -> Report {
    let capacity = capacity(environments.iter().copied());
    let mut rows: Vec<Row> = environments
        .iter()
        .zip(&capacity.environments)
        .map(|(topology, takes)| {
            let cells = vec![
                Cell::text(takes.name.as_str()),
                Cell::text(takes.kind.word()),
                figures::instances(&takes.totals),
                stated(topology, DeclaredWhat::Instances),
                figures::public_addresses(&takes.totals),
                stated(topology, DeclaredWhat::PublicAddresses),
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let cells = vec![
        Cell::text("All at once"),
        Cell::Nothing,
        figures::instances(&capacity.total),
        Cell::Nothing,
        figures::public_addresses(&capacity.total),
    ];
    rows.push(Row::new(RowKind::Total, cells));
    let columns = vec![
        Column::words("Environment"),
        Column::words("Kind"),
        Column::numbers("Instances"),
        Column::words("Stated"),
        Column::numbers("Public addresses"),
        Column::words("Stated"),
    ];
    let mut sizes: Vec<Row> = capacity
        .environments
        .iter()
        .map(|takes| {
            let mut cells = vec![Cell::text(takes.name.as_str())];
            cells.extend(figures::cells(&takes.totals));
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let mut cells = vec![Cell::text("All at once")];
    cells.extend(figures::cells(&capacity.total));
    sizes.push(Row::new(RowKind::Total, cells));
    let heads = std::iter::once(Column::words("Environment")).chain(figures::columns());
    Report {
        title: "Estimate of resources".to_owned(),
        notes: environments
            .iter()
            .filter_map(|topology| {
                let note = topology.note.as_ref()?;
                Some(format!("{}: {note}.", topology.environment))
            })
            .collect(),
        tables: vec![
            Table::new("Instances and public addresses", columns, rows),
            Table::new("What they take", heads.collect(), sizes),
        ],
    }
}

/// What a document states of the whole environment: `9–12 (1.4)`.
fn stated(topology: &Topology, wanted: DeclaredWhat) -> Cell {
    let whole: Vec<String> = topology
        .declared
        .iter()
        .filter_map(|declared| {
            let DeclaredTotal {
                what,
                category: None,
                group: None,
                os_series: None,
                count,
                source,
                note,
            } = declared
            else {
                return None;
            };
            let note = note.as_ref().map(|note| format!(": {note}"));
            (*what == wanted).then(|| format!("{count} ({source}{})", note.unwrap_or_default()))
        })
        .collect();
    if whole.is_empty() {
        Cell::Nothing
    } else {
        Cell::text(whole.join("; "))
    }
}
