//! Price books as comma-separated values, for spreadsheets: one price a row, several books in one
//! file. What is written reads the same again. No cell is ever a formula, and nothing that isn't
//! understood is left out in silence: every error names its line and its column.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use chrono::NaiveDate;

use super::{Currency, Price, PriceBook, PriceBooks};
use crate::name::{FlavorName, VolumeTypeName};

/// The columns, in order.
pub const COLUMNS: [&str; 5] = ["from", "currency", "what", "name", "per_hour"];

/// The words of the column `what`, each with what it prices.
const SORTS: &str = "flavor, vcpu, ram-gib, disk-gib, volume-gib or address";

/// What is wrong in one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {field}: {message}")]
pub struct Problem {
    /// The line, counting from 1.
    pub line: usize,
    /// The column, by its name.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// All that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for problem in &self.0 {
            write!(f, "{between}{problem}")?;
            between = "\n";
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Reads books. Commas or semicolons, with or without a byte order mark: spreadsheets write both.
pub fn read(text: &str) -> Result<PriceBooks, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines());
    let whole = |line, message: String| {
        Err(Problems(vec![Problem {
            line,
            field: "row",
            message,
        }]))
    };
    let expected = COLUMNS.join(",");
    let Some((_, header)) = lines.next() else {
        return whole(
            1,
            format!("the file is empty; its first line is `{expected}`"),
        );
    };
    let separator = if header.contains(';') { ';' } else { ',' };
    match cells(header, separator) {
        Ok(names) if names == COLUMNS => {}
        _ => return whole(1, format!("the first line has to be `{expected}`")),
    }
    let mut reader = Reader::default();
    for (number, line) in lines {
        // Spreadsheets also save rows that have nothing in them.
        if line.chars().all(|c| c == separator || c.is_whitespace()) {
            continue;
        }
        if let Err((field, message)) = reader.row(number, line, separator) {
            reader.problems.push(Problem {
                line: number,
                field,
                message,
            });
        }
    }
    if reader.problems.is_empty() {
        Ok(reader.books.into_values().collect())
    } else {
        Err(Problems(reader.problems))
    }
}

/// What is wrong in which column.
type Wrong = (&'static str, String);

#[derive(Default)]
struct Reader {
    books: BTreeMap<NaiveDate, PriceBook>,
    /// Where each price was read: a second one would hide the first.
    seen: BTreeMap<(NaiveDate, String, String), usize>,
    problems: Vec<Problem>,
}

impl Reader {
    fn row(&mut self, number: usize, line: &str, separator: char) -> Result<(), Wrong> {
        let cells = cells(line, separator).map_err(|message| ("row", message))?;
        let [from, currency, what, name, per_hour] = cells.as_slice() else {
            let message = format!(
                "{} cells, and there are {} columns; put a cell that holds a `{separator}` in quotes",
                cells.len(),
                COLUMNS.len()
            );
            return Err(("row", message));
        };
        let from = NaiveDate::parse_from_str(from, "%Y-%m-%d").map_err(|_| {
            let message = format!("`{from}` is no date; write year, month and day: `2026-01-31`");
            ("from", message)
        })?;
        let currency: Currency = currency.parse().map_err(|error| ("currency", error))?;
        let book = self
            .books
            .entry(from)
            .or_insert_with(|| PriceBook::new(from, currency));
        if book.currency != currency {
            let message = format!(
                "the prices from {from} on are in {}; one book has one currency",
                book.currency
            );
            return Err(("currency", message));
        }
        // A book without a price has a row all the same.
        if [what, name, per_hour].iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        let price = || -> Result<Price, Wrong> {
            if per_hour.contains(',') {
                let message = format!("`{per_hour}`: write a point before the fraction");
                return Err(("per_hour", message));
            }
            per_hour
                .parse()
                .map_err(|error: super::PriceError| ("per_hour", error.to_string()))
        };
        let alone = |slot: &mut Option<Price>| -> Result<(), Wrong> {
            if !name.is_empty() {
                let message = format!("`{what}` has one price for all; leave the name empty");
                return Err(("name", message));
            }
            *slot = Some(price()?);
            Ok(())
        };
        match what.as_str() {
            "flavor" => {
                let flavor: FlavorName = named(name)?;
                book.flavors.insert(flavor, price()?);
            }
            "volume-gib" if name.is_empty() => book.any_volume = Some(price()?),
            "volume-gib" => {
                let of_type: VolumeTypeName = named(name)?;
                book.volumes.insert(of_type, price()?);
            }
            "vcpu" => alone(&mut book.vcpu)?,
            "ram-gib" => alone(&mut book.ram_gib)?,
            "disk-gib" => alone(&mut book.disk_gib)?,
            "address" => alone(&mut book.address)?,
            other => {
                return Err((
                    "what",
                    format!("`{other}` is nothing with a price: use {SORTS}"),
                ));
            }
        }
        let place = (from, what.clone(), name.clone());
        match self.seen.insert(place, number) {
            Some(first) => Err((
                "what",
                format!("line {first} has a price for the same; take one of the two out"),
            )),
            None => Ok(()),
        }
    }
}

fn named<T: FromStr<Err = crate::name::NameError>>(name: &str) -> Result<T, Wrong> {
    name.parse()
        .map_err(|error: crate::name::NameError| ("name", error.to_string()))
}

/// The cells of a line, without the spaces around them and without what kept spreadsheets from
/// reading formulas.
fn cells(line: &str, separator: char) -> Result<Vec<String>, String> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let begins = rest.trim_start();
        let (cell, after) = if let Some(mut quoted) = begins.strip_prefix('"') {
            let mut cell = String::new();
            loop {
                let (part, after) = quoted
                    .split_once('"')
                    .ok_or("a quote is opened and not closed on the same line")?;
                cell.push_str(part);
                match after.strip_prefix('"') {
                    Some(more) => {
                        cell.push('"');
                        quoted = more;
                    }
                    None => break (cell, after.trim_start()),
                }
            }
        } else {
            let end = rest.find(separator).unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        cells.push(unguarded(cell));
        match after.strip_prefix(separator) {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(cells),
            None => return Err("there is text behind a closing quote".to_owned()),
        }
    }
}

/// Whether a spreadsheet would take a cell for a formula, were there no apostrophes before it.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell as it was meant, without the apostrophe that [`cell`] has put before it.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(meant) if is_formula(meant) => meant.to_owned(),
        _ => cell,
    }
}

/// Writes books, oldest first.
pub fn write(books: &PriceBooks) -> String {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for book in books.iter() {
        let PriceBook {
            from,
            currency,
            flavors,
            vcpu,
            ram_gib,
            disk_gib,
            volumes,
            any_volume,
            address,
        } = book;
        let start = text.len();
        let mut row = |what: &str, name: &str, price: Option<&Price>| {
            let Some(price) = price else { return };
            // Nothing that is written to a text fails.
            let _never = write!(text, "{from},{currency},{what},");
            cell(&mut text, name);
            let _never = write!(text, ",{price}\r\n");
        };
        for (name, price) in flavors {
            row("flavor", name.as_str(), Some(price));
        }
        row("vcpu", "", vcpu.as_ref());
        row("ram-gib", "", ram_gib.as_ref());
        row("disk-gib", "", disk_gib.as_ref());
        for (name, price) in volumes {
            row("volume-gib", name.as_str(), Some(price));
        }
        row("volume-gib", "", any_volume.as_ref());
        row("address", "", address.as_ref());
        if text.len() == start {
            let _never = write!(text, "{from},{currency},,,\r\n");
        }
    }
    text
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front.
fn cell(text: &mut String, value: &str) {
    let guard = if is_formula(value) { "'" } else { "" };
    if value.contains([',', ';', '"']) {
        let value = value.replace('"', "\"\"");
        text.extend(["\"", guard, &value, "\""]);
    } else {
        text.extend([guard, value]);
    }
}
