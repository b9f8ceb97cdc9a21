//! The model of a report: tables of typed cells. It knows no environment and no format.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// What is to be known with it, in a sentence each.
    pub notes: Vec<String>,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A table. Every row has as many cells as there are columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, in order.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What is in it.
    pub name: String,
    /// The unit of all its amounts, where they have one in common.
    pub unit: Option<Unit>,
    /// Where its cells stand.
    pub align: Align,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is to the other rows.
    pub kind: RowKind,
    /// Its cells, one for each column.
    pub cells: Vec<Cell>,
}

/// What a row is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// One of many.
    Plain,
    /// A sum, of which the parts follow.
    SubTotal,
    /// A part of the sub-total above.
    Part,
    /// The sum of all.
    Total,
}

/// What an amount is counted in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 2^20 bytes.
    Mib,
    /// 2^30 bytes.
    Gib,
    /// Hundredths of a currency, by its code; shown as whole units with two decimals.
    Money(String),
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mib => "MiB",
            Self::Gib => "GiB",
            Self::Money(currency) => currency,
        })
    }
}

/// A number at its least and at its most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// At the minimum of each range.
    pub min: u64,
    /// At the maximum.
    pub max: u64,
}

/// A number as a range, and of how many instances it is not known; of money, how many items have no price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// At the minimum of each range.
    pub min: u64,
    /// As planned.
    pub planned: u64,
    /// At the maximum.
    pub max: u64,
    /// Of how many instances, or items, it is not known, and so missing in the numbers above.
    pub unknown: Span,
}

impl Figure {
    /// A number that leaves no choice.
    pub fn exactly(number: u64) -> Self {
        Self {
            min: number,
            planned: number,
            max: number,
            unknown: Span::default(),
        }
    }

    /// Whether there is nothing to choose.
    pub fn is_exact(&self) -> bool {
        self.min == self.max && self.planned == self.max
    }

    /// The numbers alone.
    fn known(&self, number: impl Fn(u64) -> String) -> String {
        let Self {
            min,
            planned,
            max,
            unknown: _,
        } = *self;
        if self.is_exact() {
            number(max)
        } else if planned == max {
            format!("{}–{}", number(min), number(max))
        } else {
            format!(
                "{}–{} (planned {})",
                number(min),
                number(max),
                number(planned)
            )
        }
    }

    /// What is missing in the numbers, behind a comma; nothing where nothing is.
    fn missing(&self, unit: Option<&Unit>) -> String {
        if self.unknown.max == 0 {
            return String::new();
        }
        match unit {
            Some(Unit::Money(_)) => format!(", without {}", span_of(self.unknown, "item")),
            Some(Unit::Mib | Unit::Gib) | None => {
                format!(", unknown for {}", span_of_instances(self.unknown))
            }
        }
    }
}

/// `1 instance`, `2 instances`, `1–2 instances`.
pub(super) fn span_of_instances(span: Span) -> String {
    span_of(span, "instance")
}

fn span_of(Span { min, max }: Span, what: &str) -> String {
    match (min, max) {
        (1, 1) => format!("1 {what}"),
        (min, max) if min == max => format!("{} {what}s", thousands(max)),
        (min, max) => format!("{}–{} {what}s", thousands(min), thousands(max)),
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cell", rename_all = "lowercase")]
pub enum Cell {
    /// There is nothing to say: it does not apply.
    Nothing,
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// How many.
    Count {
        /// The number.
        figure: Figure,
    },
    /// How much.
    Amount {
        /// The number.
        figure: Figure,
        /// What it is counted in.
        unit: Unit,
    },
    /// Nobody knows.
    Unknown {
        /// Why, or of what.
        why: String,
    },
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// What nobody knows.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// Its figure, where it has one.
    pub fn figure(&self) -> Option<&Figure> {
        match self {
            Self::Count { figure } | Self::Amount { figure, unit: _ } => Some(figure),
            Self::Nothing | Self::Text { .. } | Self::Unknown { .. } => None,
        }
    }

    /// The cell as people read it, in a column: an amount in the column's unit goes without it.
    pub fn shown(&self, column: &Column) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text { text } => text.clone(),
            Self::Count { figure } => figure.known(thousands) + &figure.missing(None),
            Self::Amount { figure, unit } => {
                let known = figure.known(|n| written(n, unit, true));
                let missing = figure.missing(Some(unit));
                if column.unit.as_ref() == Some(unit) {
                    known + &missing
                } else {
                    format!("{known} {unit}{missing}")
                }
            }
            Self::Unknown { why } if why.is_empty() => "unknown".to_owned(),
            Self::Unknown { why } => format!("unknown ({why})"),
        }
    }
}

/// A number of a unit, without the unit.
pub(super) fn written(number: u64, unit: &Unit, for_people: bool) -> String {
    let whole = |n: u64| {
        if for_people {
            thousands(n)
        } else {
            n.to_string()
        }
    };
    match unit {
        Unit::Mib | Unit::Gib => whole(number),
        Unit::Money(_) => format!("{}.{:02}", whole(number / 100), number % 100),
    }
}

/// A number with commas between thousands.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 6);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: None,
            align: Align::Left,
        }
    }

    /// A column of numbers.
    pub fn numbers(name: impl Into<String>) -> Self {
        Self {
            align: Align::Right,
            ..Self::words(name)
        }
    }

    /// Its head: its name, and its unit where it has one.
    pub fn head(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} ({unit})", self.name),
            None => self.name.clone(),
        }
    }
}

impl Row {
    /// A row.
    pub fn new(kind: RowKind, cells: Vec<Cell>) -> Self {
        Self { kind, cells }
    }
}

impl Table {
    /// A table. A column whose amounts are all of one unit gets that unit; a row with too few cells
    /// is filled up, so that no renderer has to ask.
    pub fn new(caption: impl Into<String>, mut columns: Vec<Column>, mut rows: Vec<Row>) -> Self {
        for row in &mut rows {
            row.cells.resize(columns.len(), Cell::Nothing);
        }
        for (place, column) in columns.iter_mut().enumerate() {
            let mut units = rows.iter().filter_map(|row| match row.cells.get(place)? {
                Cell::Amount { unit, figure: _ } => Some(unit),
                Cell::Nothing | Cell::Text { .. } | Cell::Count { .. } | Cell::Unknown { .. } => {
                    None
                }
            });
            if let Some(unit) = units.next()
                && units.all(|other| other == unit)
                && !rows
                    .iter()
                    .any(|row| matches!(row.cells.get(place), Some(Cell::Count { .. })))
            {
                column.unit = Some(unit.clone());
            }
        }
        Self {
            caption: caption.into(),
            columns,
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_write_them() {
        let column = Column::numbers("disk");
        let mut figure = Figure::exactly(3330);
        let amount = |figure| Cell::Amount {
            figure,
            unit: Unit::Gib,
        };
        assert_eq!(amount(figure).shown(&column), "3,330 GiB");
        figure.min = 14;
        figure.unknown = Span { min: 1, max: 2 };
        assert_eq!(
            amount(figure).shown(&column),
            "14–3,330 GiB, unknown for 1–2 instances"
        );
        figure.planned = 20;
        figure.unknown = Span { min: 1, max: 1 };
        let count = Cell::Count { figure };
        assert_eq!(
            count.shown(&column),
            "14–3,330 (planned 20), unknown for 1 instance"
        );
        let money = Cell::Amount {
            figure: Figure::exactly(123_456),
            unit: Unit::Money("EUR".into()),
        };
        assert_eq!(money.shown(&column), "1,234.56 EUR");
        let mut figure = Figure::exactly(123_456);
        figure.unknown = Span { min: 3, max: 3 };
        let unit = Unit::Money("EUR".into());
        let money = Cell::Amount { figure, unit };
        assert_eq!(money.shown(&column), "1,234.56 EUR, without 3 items");
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
