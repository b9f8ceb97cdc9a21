//! What is planned beside the nearest that were measured, to print and to send. Figures and sentences
//! are those of [`crate::nearest`]; nothing is compared or scaled here.

use model::name::EnvironmentName;

use super::table::{Align, Cell, Column, Report, Row, RowKind, Table};
use crate::nearest::{Compared, Fit, Here, Load, Nearest, times_words};

/// Tells the nearest case studies of an environment. `known` is how many there were to choose from.
pub fn nearest(environment: &EnvironmentName, nearest: &[Nearest], known: usize) -> Report {
    let mut notes = Vec::new();
    let mut tables = Vec::new();
    if nearest.is_empty() {
        notes.push(
            "There are no case studies to hold it against: import some with `understudy case \
             import`."
                .to_owned(),
        );
    } else {
        notes.push(format!(
            "The nearest {} of {known}. A distance is from 0 (the same) to 1: the mean of its parts \
             by their weights.",
            nearest.len()
        ));
        notes.push(
            "What a load comes to here is scaled linearly, which is a hint and no measurement: \
             measure before you rely on it."
                .to_owned(),
        );
        for one in nearest {
            let warnings = one.warnings.iter();
            notes.extend(warnings.map(|text| format!("Warning, {}: {text}.", one.case)));
        }
        tables.push(overview(nearest));
        tables.extend(nearest.iter().map(sizes));
        tables.push(loads(nearest));
        tables.push(parts(nearest));
        tables.extend(incomparable(nearest));
    }
    Report {
        title: format!("{environment} beside what was measured"),
        notes,
        tables,
    }
}

fn plain(cells: Vec<Cell>) -> Row {
    Row::new(RowKind::Plain, cells)
}

fn right(name: &str) -> Column {
    Column {
        align: Align::Right,
        ..Column::words(name)
    }
}

fn names<T: std::fmt::Display>(all: &[T]) -> Cell {
    if all.is_empty() {
        return Cell::text("none");
    }
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    Cell::text(all.join(", "))
}

fn overview(nearest: &[Nearest]) -> Table {
    let rows = nearest.iter().map(|one| {
        let shared: Vec<String> = one
            .shared
            .iter()
            .map(|shared| {
                if shared.planned == shared.measured {
                    shared.planned.to_string()
                } else {
                    format!("{} ({} there)", shared.planned, shared.measured)
                }
            })
            .collect();
        plain(vec![
            Cell::text(one.case.as_str()),
            Cell::text(one.title.clone()),
            Cell::text(one.distance.to_string()),
            match one.outcome {
                Some(outcome) => Cell::text(outcome.word()),
                None => Cell::unknown("its source doesn't say"),
            },
            names(&shared),
            names(&one.only_planned),
            names(&one.only_measured),
        ])
    });
    let mut columns: Vec<Column> = ["Case", "What", "Distance", "Outcome", "Services in both"]
        .map(Column::words)
        .into();
    columns.extend(["Only here", "Only there"].map(Column::words));
    Table::new("The nearest", columns, rows.collect())
}

fn sizes(one: &Nearest) -> Table {
    let rows = one.tiers.iter().flat_map(|tier| {
        tier.figures
            .iter()
            .enumerate()
            .map(move |(place, compared)| {
                let Compared {
                    what,
                    planned,
                    measured,
                    times,
                } = compared;
                let kind = match tier.category {
                    None => RowKind::Total,
                    Some(_) => RowKind::Plain,
                };
                let cells = vec![
                    if place == 0 {
                        Cell::text(tier.words())
                    } else {
                        Cell::Nothing
                    },
                    Cell::text(what.words()),
                    Cell::text(what.shown(*planned)),
                    Cell::text(what.shown(*measured)),
                    match times {
                        Some(times) => Cell::text(times_words(*times)),
                        None if compared.exact().is_some() => Cell::Nothing,
                        None => Cell::unknown(""),
                    },
                ];
                Row::new(kind, cells)
            })
    });
    let columns = vec![
        Column::words("Category"),
        Column::words("What"),
        right("Planned"),
        right("Measured"),
        right("Planned to measured"),
    ];
    Table::new(format!("Size beside {}", one.case), columns, rows.collect())
}

fn loads(nearest: &[Nearest]) -> Table {
    let rows = nearest.iter().flat_map(|one| {
        one.loads.iter().map(|load| {
            let Load {
                name,
                measured,
                planned,
                here,
                fit,
            } = load;
            plain(vec![
                Cell::text(one.case.as_str()),
                Cell::text(name.as_str()),
                Cell::text(measured.to_string()),
                planned.map_or(Cell::Nothing, |planned| Cell::text(planned.to_string())),
                match here {
                    Here::Scaled { to, times, by } => {
                        Cell::text(format!("{to} ({} the {by})", times_words(*times)))
                    }
                    Here::Nothing { why } => Cell::unknown(why.clone()),
                },
                fit.map_or(Cell::Nothing, |fit| Cell::text(Fit::words(fit))),
            ])
        })
    });
    let columns = vec![
        Column::words("Case"),
        Column::words("Load"),
        right("Given there"),
        right("Planned"),
        Column::words("Here, scaled linearly"),
        Column::words("So that it is"),
    ];
    Table::new("Load", columns, rows.collect())
}

fn parts(nearest: &[Nearest]) -> Table {
    let rows = nearest.iter().flat_map(|one| {
        let parts = one.parts.iter().map(|part| {
            plain(vec![
                Cell::text(one.case.as_str()),
                Cell::text(part.what.word()),
                Cell::text(part.weight.to_string()),
                Cell::text(part.distance.to_string()),
                Cell::text(part.why.clone()),
            ])
        });
        parts.collect::<Vec<Row>>()
    });
    let columns = vec![
        Column::words("Case"),
        Column::words("Part"),
        right("Weight"),
        right("Distance"),
        Column::words("Why"),
    ];
    Table::new("How distances come about", columns, rows.collect())
}

fn incomparable(nearest: &[Nearest]) -> Option<Table> {
    let rows: Vec<Row> = nearest
        .iter()
        .flat_map(|one| {
            let told = one.incomparable.iter();
            told.map(|text| {
                plain(vec![
                    Cell::text(one.case.as_str()),
                    Cell::text(text.clone()),
                ])
            })
        })
        .collect();
    let columns = ["Case", "What"].map(Column::words);
    (!rows.is_empty()).then(|| Table::new("What can’t be compared", columns.into(), rows))
}
