//! Aligned columns of text.

use std::fmt::Write as _;

use super::output::{Colours, Look};

/// On which side a column is flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table: a heading and rows of the same width.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<(Look, Vec<String>)>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: impl IntoIterator<Item = (&'static str, Side)>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.looking(Look::Plain, cells);
    }

    /// Adds a row with a look.
    pub(super) fn looking(&mut self, look: Look, cells: impl IntoIterator<Item = String>) {
        self.rows.push((look, cells.into_iter().collect()));
    }

    /// The table as text, each line indented.
    pub(super) fn print(&self, indent: &str, colours: Colours) -> String {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (heading, _))| {
                let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(at));
                cells
                    .map(|cell| width(cell))
                    .chain([width(heading)])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let headings: Vec<String> = self
            .columns
            .iter()
            .map(|(heading, _)| (*heading).to_owned())
            .collect();
        let mut text = String::new();
        let heading = std::iter::once((&Look::Faint, &headings));
        for (look, cells) in heading.chain(self.rows.iter().map(|(look, cells)| (look, cells))) {
            let line = self.line(cells, &widths);
            // Writing to a string does not fail.
            let _ = writeln!(text, "{indent}{}", colours.paint(*look, line));
        }
        text
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, ((_, side), width_of_column)) in self.columns.iter().zip(widths).enumerate() {
            let cell = cells.get(at).map_or("", String::as_str);
            let gap = " ".repeat(width_of_column.saturating_sub(width(cell)));
            if at > 0 {
                line.push_str("  ");
            }
            match side {
                Side::Left => line.extend([cell, &gap]),
                Side::Right => line.extend([&gap, cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_whatever_they_hold() {
        let mut table = Table::new([("group", Side::Left), ("count", Side::Right)]);
        table.row(["db".into(), "2–4".into()]);
        table.row(["memcache".into(), "1".into()]);
        assert_eq!(
            table.print("  ", Colours::Off),
            "  group     count\n  db          2–4\n  memcache      1\n"
        );
    }
}
