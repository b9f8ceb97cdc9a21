//! Markdown, as GitHub and most others read it: a heading, notes, and pipe tables.

use super::markup::{self, Marks};
use super::table::{Align, Cell, Report, Row, RowKind, Table};
use crate::markdown::escape;

/// A whole report.
pub fn render(report: &Report) -> String {
    let marks = Marks {
        heading: |title| format!("# {title}"),
        note: "-",
        escape,
        table,
    };
    markup::render(report, &marks)
}

/// One table, under its caption.
pub fn table(table: &Table) -> String {
    let Table {
        caption,
        columns,
        rows,
    } = table;
    let mut text = format!("## {}\n\n", escape(caption));
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    text.push_str(&line(columns.iter().map(|c| escape(&c.head())).collect()));
    let rule = columns.iter().map(|column| match column.align {
        Align::Left => "---".to_owned(),
        Align::Right => "--:".to_owned(),
    });
    text.push_str(&line(rule.collect()));
    for Row { kind, cells } in rows {
        let cells = cells.iter().zip(columns).enumerate();
        let cells = cells.map(|(place, (cell, column))| {
            let shown = escape(&cell.shown(column));
            match (kind, cell) {
                (_, _) if shown.is_empty() => shown,
                (RowKind::SubTotal | RowKind::Total, _) => format!("**{shown}**"),
                (_, Cell::Unknown { .. }) => format!("*{shown}*"),
                // The dash stands for the indent that a cell can't have.
                (RowKind::Part, _) if place == 0 => format!("– {shown}"),
                (RowKind::Plain | RowKind::Part, _) => shown,
            }
        });
        text.push_str(&line(cells.collect()));
    }
    text
}
