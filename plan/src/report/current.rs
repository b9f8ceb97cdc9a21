//! The summary of an environment: what a document states of it beside what the model comes to, its
//! groups, its services, and what was stated of it with dates.

use std::collections::BTreeMap;

use model::facts::{DatedFact, DeclaredTotal};
use model::name::ProfileName;
use model::profile::Lifecycle;
use model::topology::Topology;

use super::figures::{self, takes};
use super::table::{Cell, Column, Figure, Report, Row, RowKind, Span, Table};
use crate::capacity::{BySizing, totals_of};
use crate::declared::{Verdict, computed, subject, verdict};
use crate::services::{self, Service};

/// Summarises an environment.
pub fn current(topology: &Topology) -> Report {
    let mut tables = vec![summary(topology)];
    if !topology.declared.is_empty() {
        tables.push(stated(topology));
    }
    tables.push(groups(topology));
    if !topology.profiles.is_empty() {
        tables.push(services(topology));
    }
    if !topology.facts.is_empty() {
        tables.push(facts(topology));
    }
    Report {
        title: format!("{}: environment summary", topology.environment),
        notes: topology.note.iter().cloned().collect(),
        tables,
    }
}

fn summary(topology: &Topology) -> Table {
    let all = takes(topology);
    let mut rows = vec![
        Row::new(
            RowKind::Plain,
            vec![
                Cell::text("Public addresses"),
                figures::public_addresses(&all),
            ],
        ),
        Row::new(
            RowKind::SubTotal,
            vec![Cell::text("Instances"), figures::instances(&all)],
        ),
    ];
    for lifecycle in [
        Lifecycle::Live,
        Lifecycle::Testing,
        Lifecycle::Unfinished,
        Lifecycle::ToBeRemoved,
    ] {
        let of = BySizing::of(|sizing| {
            totals_of(topology, sizing, |_, group| group.lifecycle == lifecycle)
        });
        if of.max.instances > 0 {
            let cells = vec![Cell::text(lifecycle.word()), figures::instances(&of)];
            rows.push(Row::new(RowKind::Part, cells));
        }
    }
    for (name, cell) in figures::columns()
        .into_iter()
        .zip(figures::cells(&all))
        .skip(1)
        .take(4)
    {
        rows.push(Row::new(RowKind::Plain, vec![Cell::text(name.name), cell]));
    }
    let columns = vec![
        Column::words(topology.environment.as_str()),
        Column::numbers("In all"),
    ];
    Table::new("Summary", columns, rows)
}

/// What a document states, held against what the model says.
pub(super) fn stated(topology: &Topology) -> Table {
    let rows = topology
        .declared
        .iter()
        .map(|declared| {
            let DeclaredTotal {
                what,
                category: _,
                group: _,
                os_series: _,
                count,
                source,
                note,
            } = declared;
            let (model, judged) = match computed(topology, declared) {
                Some(computed) => {
                    let figure = Figure {
                        min: computed.known.min,
                        planned: computed.known.planned,
                        max: computed.known.max,
                        unknown: Span {
                            min: computed.unknown,
                            max: computed.unknown,
                        },
                    };
                    (
                        Cell::Count { figure },
                        judged(verdict(*count, &computed)).to_owned(),
                    )
                }
                None => (
                    Cell::unknown("the model says nothing of it"),
                    judged(Verdict::Open).to_owned(),
                ),
            };
            let where_from = match note {
                Some(note) => format!("{source}: {note}"),
                None => source.clone(),
            };
            let cells = vec![
                Cell::text(what.words()),
                Cell::text(subject(topology, declared)),
                Cell::Count {
                    figure: Figure {
                        min: count.min().into(),
                        planned: count.planned().into(),
                        max: count.max().into(),
                        unknown: Span::default(),
                    },
                },
                model,
                Cell::text(judged),
                Cell::text(where_from),
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = vec![
        Column::words("What"),
        Column::words("Of"),
        Column::numbers("Stated"),
        Column::numbers("Computed"),
        Column::words("Both"),
        Column::words("Stated where"),
    ];
    Table::new("Stated and computed", columns, rows)
}

const fn judged(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agree",
        Verdict::Contradicts => "contradict each other",
        Verdict::Open => "can't be compared: part is unknown",
    }
}

fn groups(topology: &Topology) -> Table {
    let mut rows: Vec<Row> = topology
        .groups
        .iter()
        .map(|(name, group)| {
            let of = BySizing::of(|sizing| totals_of(topology, sizing, |other, _| other == name));
            let flavor = match group.flavor.fixed() {
                Some(flavor) => Cell::text(flavor.as_str()),
                None => Cell::unknown(""),
            };
            let own = group.profiles.iter().chain(&group.spread);
            let profiles: Vec<&str> = own.map(AsRef::as_ref).collect();
            let cells = vec![
                Cell::text(name.as_str()),
                Cell::text(group.category.word()),
                figures::instances(&of),
                figures::public_addresses(&of),
                flavor,
                Cell::text(profiles.join(", ")),
                Cell::text(group.lifecycle.word()),
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let all = takes(topology);
    let cells = vec![
        Cell::text("Total"),
        Cell::Nothing,
        figures::instances(&all),
        figures::public_addresses(&all),
    ];
    rows.push(Row::new(RowKind::Total, cells));
    let columns = vec![
        Column::words("Group"),
        Column::words("Category"),
        Column::numbers("Instances"),
        Column::numbers("Public addresses"),
        Column::words("Flavor"),
        Column::words("Profiles, beside the common ones"),
        Column::words("In use"),
    ];
    Table::new("Groups", columns, rows)
}

fn services(topology: &Topology) -> Table {
    let running = BySizing::of(|sizing| services::services(topology, sizing));
    let rows = topology
        .profiles
        .iter()
        .map(|(name, profile)| {
            let at = |services: &BTreeMap<&ProfileName, Service<'_>>| {
                services.get(name).map_or(0, Service::instances)
            };
            let hosts: Vec<&str> = profile.hosts.iter().map(AsRef::as_ref).collect();
            let figure = Figure {
                min: at(&running.min),
                planned: at(&running.planned),
                max: at(&running.max),
                unknown: Span::default(),
            };
            let cells = vec![
                Cell::text(name.as_str()),
                Cell::text(profile.category.word()),
                Cell::text(profile.software.join(", ")),
                Cell::text(hosts.join(", ")),
                Cell::Count { figure },
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = vec![
        Column::words("Profile"),
        Column::words("Category"),
        Column::words("Software"),
        Column::words("Names"),
        Column::numbers("Instances"),
    ];
    Table::new("Services", columns, rows)
}

fn facts(topology: &Topology) -> Table {
    let rows = topology
        .facts
        .iter()
        .map(|fact| {
            let DatedFact {
                what,
                value,
                unit,
                from,
                to,
                source,
            } = fact;
            let when = match to {
                Some(to) if to != from => format!("{from} to {to}"),
                _ => from.to_string(),
            };
            let what = match unit {
                Some(unit) => format!("{what} ({unit})"),
                None => what.clone(),
            };
            let cells = vec![
                Cell::text(what),
                Cell::Count {
                    figure: Figure::exactly(*value),
                },
                Cell::text(when),
                source.clone().map_or(Cell::Nothing, Cell::text),
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = vec![
        Column::words("What"),
        Column::numbers("How many"),
        Column::words("When"),
        Column::words("Source"),
    ];
    Table::new("Stated with dates", columns, rows)
}
