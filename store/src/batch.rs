//! Many rows by few statements. A statement per row would be too slow, and one statement of its own
//! length per call would fill the cache of prepared statements: so rows go in chunks whose sizes are
//! powers of two, and there are never more than five different statements per table.

use std::fmt::Write as _;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

/// Rows of the largest chunk. Either database would take more (32,766 and 65,535 bound values), but
/// for each value the SQLite driver asks for its name, which takes longer the more there are: with
/// 64 rows that was a third of the time of an import.
const LARGEST: usize = 16;

/// One value to be stored.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// A text.
    Text(String),
    /// A number.
    Int(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// A query with values bound to it.
pub(crate) type Bound<'q> = Query<'q, Any, AnyArguments>;

/// Binds one more value.
pub(crate) fn bind(query: Bound<'_>, cell: Cell) -> Bound<'_> {
    match cell {
        Cell::Text(text) => query.bind(text),
        Cell::Int(number) => query.bind(number),
    }
}

/// The size of the next chunk of what is left.
fn chunk(left: usize) -> usize {
    let mut size = LARGEST;
    while size > left {
        size /= 2;
    }
    size
}

/// Runs `head (…), (…) tail` until all rows are in: an `INSERT INTO t (a, b) VALUES` and what comes
/// after the values, as `ON CONFLICT …`.
pub(crate) async fn insert<const N: usize>(
    on: &mut AnyConnection,
    head: &str,
    tail: &str,
    rows: Vec<[Cell; N]>,
) -> Result<(), sqlx::Error> {
    insert_returning(on, head, tail, rows).await.map(drop)
}

/// The same, with what `tail` says that is to be `RETURNING`.
pub(crate) async fn insert_returning<const N: usize>(
    on: &mut AnyConnection,
    head: &str,
    tail: &str,
    rows: Vec<[Cell; N]>,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let mut returned = Vec::new();
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    let mut sql = String::new();
    let mut written = 0;
    while left > 0 {
        let size = chunk(left);
        if size != written {
            sql = insert_sql(head, tail, N, size);
            written = size;
        }
        let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
        for cell in rows.by_ref().take(size).flatten() {
            query = bind(query, cell);
        }
        returned.extend(query.fetch_all(&mut *on).await?);
        left -= size;
    }
    Ok(returned)
}

fn insert_sql(head: &str, tail: &str, columns: usize, rows: usize) -> String {
    let mut sql = String::from(head);
    for row in 0..rows {
        sql.push_str(if row == 0 { " (" } else { ", (" });
        placeholders(&mut sql, row * columns, columns);
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// Runs `head (…)` for all values: a statement that ends in `… IN`, whose first bound values are
/// always the `fixed` ones.
pub(crate) async fn for_each_in(
    on: &mut AnyConnection,
    head: &str,
    fixed: &[Cell],
    values: Vec<Cell>,
) -> Result<(), sqlx::Error> {
    let mut left = values.len();
    let mut values = values.into_iter();
    while left > 0 {
        let size = chunk(left);
        let query = in_query(head, fixed, values.by_ref().take(size), size);
        query.execute(&mut *on).await?;
        left -= size;
    }
    Ok(())
}

/// All rows of `head (…)` for all values: a query that ends in `… IN`, with the `fixed` values
/// first.
pub(crate) async fn select_in(
    on: &mut AnyConnection,
    head: &str,
    fixed: &[Cell],
    values: Vec<Cell>,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let mut rows = Vec::new();
    let mut left = values.len();
    let mut values = values.into_iter();
    while left > 0 {
        let size = chunk(left);
        let query = in_query(head, fixed, values.by_ref().take(size), size);
        rows.extend(query.fetch_all(&mut *on).await?);
        left -= size;
    }
    Ok(rows)
}

/// A statement that ends in `… IN` with some values.
fn in_query(
    head: &str,
    fixed: &[Cell],
    values: impl Iterator<Item = Cell>,
    size: usize,
) -> Bound<'static> {
    let mut sql = format!("{head} (");
    placeholders(&mut sql, fixed.len(), size);
    sql.push(')');
    let query = sqlx::query(AssertSqlSafe(sql));
    fixed.iter().cloned().chain(values).fold(query, bind)
}

fn placeholders(sql: &mut String, after: usize, count: usize) {
    for number in 1..=count {
        let comma = if number == 1 { "" } else { ", " };
        // Writing into a String does not fail.
        let _ = write!(sql, "{comma}${}", after + number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_chunks_of_powers_of_two() {
        let mut left = 55;
        let mut sizes = Vec::new();
        while left > 0 {
            sizes.push(chunk(left));
            left -= chunk(left);
        }
        assert_eq!(sizes, [16, 16, 16, 4, 2, 1]);
    }

    #[test]
    fn values_are_numbered_through() {
        assert_eq!(
            insert_sql(
                "INSERT INTO t (a, b) VALUES",
                "ON CONFLICT DO NOTHING",
                2,
                2
            ),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING"
        );
    }
}
