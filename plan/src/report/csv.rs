//! CSV by RFC 4180, for spreadsheets: a range becomes three columns and numbers stay numbers. A cell
//! never becomes a formula, whatever somebody wrote into a name or a note.

use super::table::{Cell, Column, Figure, Report, Row, Table, Unit, written};

/// One table: a record with the heads, then one for each row.
pub fn render(table: &Table) -> String {
    write(&records(table))
}

/// All tables of a report in one file: each record begins with its table's caption, and all have the
/// same number of fields, as the RFC wants it.
pub fn report(report: &Report) -> String {
    let tables: Vec<(&str, Vec<Vec<String>>)> = report
        .tables
        .iter()
        .map(|table| (table.caption.as_str(), records(table)))
        .collect();
    let widest = tables.iter().flat_map(|(_, records)| records).map(Vec::len);
    let widest = widest.max().unwrap_or(0);
    let mut all = Vec::new();
    for (caption, records) in tables {
        for mut record in records {
            record.resize(widest, String::new());
            record.insert(0, caption.to_owned());
            all.push(record);
        }
    }
    write(&all)
}

/// How a column is written, by what is in it.
struct Shape {
    /// In three: at the minimum, as planned, at the maximum.
    range: bool,
    /// With one more for what is not known.
    unknown: bool,
}

impl Shape {
    fn of(rows: &[Row], place: usize) -> Self {
        let figures = || rows.iter().filter_map(|row| row.cells.get(place)?.figure());
        Self {
            range: figures().any(|figure| !figure.is_exact()),
            unknown: figures().any(|figure| figure.unknown.max > 0),
        }
    }

    fn heads(&self, column: &Column, into: &mut Vec<String>) {
        let head = column.head();
        if self.range {
            into.extend(["minimum", "planned", "maximum"].map(|at| format!("{head}, {at}")));
        } else {
            into.push(head.clone());
        }
        if self.unknown {
            let missing = match &column.unit {
                Some(Unit::Money(_)) => "items without a price",
                Some(Unit::Mib | Unit::Gib) | None => "unknown instances",
            };
            into.push(format!("{}, {missing}", column.name));
        }
    }

    fn cell(&self, cell: &Cell, column: &Column, into: &mut Vec<String>) {
        let fields = if self.range { 3 } else { 1 };
        let number = |n: u64, unit: Option<&Unit>| match unit {
            Some(unit) if column.unit.as_ref() == Some(unit) => written(n, unit, false),
            Some(unit) => format!("{} {unit}", written(n, unit, false)),
            None => n.to_string(),
        };
        let mut figure = |figure: &Figure, unit: Option<&Unit>| {
            let Figure {
                min,
                planned,
                max,
                unknown,
            } = *figure;
            if self.range {
                into.extend([min, planned, max].map(|n| number(n, unit)));
            } else {
                into.push(number(max, unit));
            }
            if self.unknown {
                into.push(unknown.max.to_string());
            }
        };
        match cell {
            Cell::Count { figure: it } => return figure(it, None),
            Cell::Amount { figure: it, unit } => return figure(it, Some(unit)),
            Cell::Nothing | Cell::Text { .. } => {
                into.push(cell.shown(column));
                into.extend((1..fields).map(|_| String::new()));
            }
            // Said in each field, so that none of them reads as nothing.
            Cell::Unknown { .. } => into.extend((0..fields).map(|_| cell.shown(column))),
        }
        if self.unknown {
            into.push(String::new());
        }
    }
}

fn records(table: &Table) -> Vec<Vec<String>> {
    let Table {
        caption: _,
        columns,
        rows,
    } = table;
    let shapes: Vec<Shape> = (0..columns.len())
        .map(|place| Shape::of(rows, place))
        .collect();
    let mut heads = Vec::new();
    for (shape, column) in shapes.iter().zip(columns) {
        shape.heads(column, &mut heads);
    }
    let mut records = vec![heads];
    for row in rows {
        let mut record = Vec::new();
        for ((cell, shape), column) in row.cells.iter().zip(&shapes).zip(columns) {
            shape.cell(cell, column, &mut record);
        }
        records.push(record);
    }
    records
}

fn write(records: &[Vec<String>]) -> String {
    let mut text = String::new();
    for record in records {
        for (place, field) in record.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(&quoted(field));
        }
        text.push_str("\r\n");
    }
    text
}

/// A field: quoted where it has to be, and with an apostrophe before what a spreadsheet would take
/// for a formula.
fn quoted(field: &str) -> String {
    let mut text = field.to_owned();
    end_field(&mut text, 0);
    text
}

/// Makes a field of what a text has from a place on: quoted where it has to be, and with an apostrophe,
/// which spreadsheets don't show, before what one would take for a formula. What needs neither stays where
/// it is. The place is where the field was begun.
pub fn end_field(text: &mut String, begun: usize) {
    let field = text.get(begun..).unwrap_or_default();
    // Spreadsheets look past white space and take the wide forms as well.
    let first = field.trim_start().chars().next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    ) || field.starts_with(['\t', '\r', '\n']);
    let quote = field.contains(['"', ',', '\r', '\n'])
        || (!formula && field.starts_with(char::is_whitespace))
        || field.ends_with(char::is_whitespace);
    if !formula && !quote {
        return;
    }
    let field = text.split_off(begun);
    let apostrophe = if formula { "'" } else { "" };
    if quote {
        let field = field.replace('"', "\"\"");
        text.extend(["\"", apostrophe, &field, "\""]);
    } else {
        text.extend([apostrophe, &field]);
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (field, written) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (
                "=HYPERLINK(\"x\",\"y\")",
                "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"",
            ),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            ("14–19", "14–19"),
        ] {
            assert_eq!(quoted(field), written, "{field:?}");
        }
    }
}
