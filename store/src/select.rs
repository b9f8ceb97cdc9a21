//! Queries of lists, put together piece by piece: what they are narrowed by, their order, and the
//! place in it that a page begins after. Such a place is a text that can stand in an address; it
//! names no row, so a page can be asked for after the row it ended at is gone.

use engine::port::StoreError;
use model::filter::Direction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;

use crate::batch::{Bound, Cell, bind};

/// Longer texts are in no row's search text, and SQLite refuses patterns of 50,000 bytes.
const LONGEST_SEARCH: usize = 4_096;

/// A query with its values.
pub(crate) struct Select {
    pub(crate) sql: String,
    values: Vec<Cell>,
}

impl Select {
    /// What a query begins with.
    pub(crate) fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            values: Vec::new(),
        }
    }

    /// The query, with a word before it: nothing, or `EXPLAIN`.
    pub(crate) fn query(&self, before: &str) -> Bound<'static> {
        let query = sqlx::query(AssertSqlSafe(format!("{before}{}", self.sql)));
        self.values.iter().cloned().fold(query, bind)
    }

    /// Binds a value; its number.
    pub(crate) fn push(&mut self, value: impl Into<Cell>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    /// Narrows to one value of a column of `v`.
    pub(crate) fn and_equal(&mut self, column: &str, value: impl Into<Cell>) {
        let number = self.push(value).to_string();
        self.sql.extend([" AND v.", column, " = $", &number]);
    }

    /// Narrows to rows whose search text holds a text.
    pub(crate) fn and_contains(&mut self, q: &str) {
        let number = self.push(pattern(q)).to_string();
        self.sql
            .extend([" AND v.search LIKE $", &number, " ESCAPE '!'"]);
    }

    /// Orders by columns, from after a place where one is given, and ends after so many rows.
    pub(crate) fn in_order(
        &mut self,
        columns: Vec<(&'static str, Cell)>,
        direction: Direction,
        from: From,
        rows: i64,
    ) {
        let (beyond, way) = match direction {
            Direction::Ascending => (">", "ASC"),
            Direction::Descending => ("<", "DESC"),
        };
        let ways: Vec<String> = columns
            .iter()
            .map(|(column, _)| format!("v.{column} {way}"))
            .collect();
        if from == From::AfterThese {
            let mut names = Vec::new();
            let mut places = Vec::new();
            for (column, value) in columns {
                names.push(format!("v.{column}"));
                places.push(format!("${}", self.push(value)));
            }
            let (names, places) = (names.join(", "), places.join(", "));
            self.sql
                .extend([" AND (", &names, ") ", beyond, " (", &places, ")"]);
        }
        let limit = self.push(rows).to_string();
        self.sql
            .extend([" ORDER BY ", &ways.join(", "), " LIMIT $", &limit]);
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// At the first row.
    TheStart,
    /// After the values of the columns that make the order.
    AfterThese,
}

/// A pattern that finds a text anywhere, with the wildcards in it taken as they are.
fn pattern(q: &str) -> String {
    let mut pattern = String::from("%");
    for letter in q.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Whether a list is asked for by a text that no row can have, and that a database might refuse to
/// look for. The texts that a search looks in stand on lines of their own, so one with a line break
/// is in none.
pub(crate) fn is_hopeless<'t>(texts: impl IntoIterator<Item = Option<&'t str>>) -> bool {
    texts
        .into_iter()
        .flatten()
        .any(|text| text.contains(char::is_control) || text.len() > LONGEST_SEARCH)
}

/// A place in a list as a text of digits and letters.
pub(crate) fn write_place<T: Serialize>(place: &T) -> Result<String, StoreError> {
    let json = serde_json::to_vec(place)
        .map_err(|error| StoreError::Database(format!("no cursor could be made: {error}")))?;
    Ok(json
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(u32::from(half), 16))
        .collect())
}

/// Reads a place back, where it is one of this list.
pub(crate) fn read_place<T: DeserializeOwned>(
    text: &str,
    is_of_this_list: impl FnOnce(&T) -> bool,
) -> Result<T, StoreError> {
    let place = bytes(text)
        .and_then(|json| serde_json::from_slice::<T>(&json).ok())
        .filter(is_of_this_list);
    place.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        StoreError::Missing(format!(
            "page after `{text}` in this list: the address was cut off, or belongs to a list in \
             another order; start again from the first page"
        ))
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}
