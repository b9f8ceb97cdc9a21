//! What a report is in every markup: a heading, notes, tables. The marks are each one's own.

use super::table::{Report, Table};

/// How one markup writes.
pub(super) struct Marks {
    /// A heading of a text that is escaped.
    pub(super) heading: fn(&str) -> String,
    /// What stands before a note.
    pub(super) note: &'static str,
    /// A text that is no markup.
    pub(super) escape: fn(&str) -> String,
    /// A table.
    pub(super) table: fn(&Table) -> String,
}

/// A whole report.
pub(super) fn render(report: &Report, marks: &Marks) -> String {
    let Report {
        title,
        notes,
        tables,
    } = report;
    let Marks {
        heading,
        note: mark,
        escape,
        table,
    } = marks;
    let mut text = heading(&escape(title));
    text.push('\n');
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        text.extend([mark, " ", &escape(note), "\n"]);
    }
    for each in tables {
        text.push('\n');
        text.push_str(&table(each));
    }
    text
}
