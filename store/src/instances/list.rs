//! Lists of instances: filtered, sorted, paged by keyset. Each reads the rows of its page through
//! an index, in order, and stops; no list sorts the inventory or skips over rows.

use engine::port::StoreError;
use model::filter::{
    Direction, InstanceFilter, InstanceRow, InstanceSort, MAX_PAGE_ROWS, PAGE_ROWS, Page,
};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::cursor::Cursor;
use crate::SqlStore;
use crate::batch::{Bound, Cell, bind};
use crate::counts::narrowing;
use crate::failure::Outcome;
use crate::rows::{ListedRow, all};

/// Longer texts are in no row's search text, and SQLite refuses patterns of 50,000 bytes.
const LONGEST_SEARCH: usize = 4_096;

/// A query with its values.
pub(super) struct Select {
    pub(super) sql: String,
    values: Vec<Cell>,
}

impl Select {
    /// The query, with a word before it: nothing, or `EXPLAIN`.
    pub(super) fn query(&self, before: &str) -> Bound<'static> {
        let query = sqlx::query(AssertSqlSafe(format!("{before}{}", self.sql)));
        self.values.iter().cloned().fold(query, bind)
    }

    fn push(&mut self, value: impl Into<Cell>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    fn and_equal(&mut self, column: &str, value: impl Into<Cell>) {
        let number = self.push(value);
        let number = number.to_string();
        self.sql.extend([" AND v.", column, " = $", &number]);
    }
}

/// The rows that a filter leaves, without order or page. The literal `listed = 1` is what lets the
/// databases use the indexes of listed rows.
fn narrow(select: &mut Select, filter: &InstanceFilter) {
    select.sql.push_str(" WHERE v.listed = 1");
    if let Some(environment) = &filter.environment {
        select.and_equal("environment_name", environment.as_str());
    }
    if let Some(layer) = filter.layer {
        select.and_equal("layer", layer.word());
    }
    if let Some(group) = &filter.group {
        select.and_equal("group_name", group.as_str());
    }
    if let Some(category) = filter.category {
        select.and_equal("category", category.word());
    }
    if let Some(flavor) = &filter.flavor {
        select.and_equal("flavor", flavor.as_str());
    }
    if let Some(status) = &filter.status {
        select.and_equal("status", status.as_str());
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.is_empty()) {
        let number = select.push(pattern(q));
        let number = number.to_string();
        select
            .sql
            .extend([" AND v.search LIKE $", &number, " ESCAPE '!'"]);
    }
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

/// Whether a filter asks for what no row can have, and a database might refuse to look for. The
/// texts that a search looks in stand on lines of their own, so one with a line break is in none.
fn is_hopeless(filter: &InstanceFilter) -> bool {
    let texts = [&filter.q, &filter.status];
    texts
        .into_iter()
        .flatten()
        .any(|text| text.contains(char::is_control) || text.len() > LONGEST_SEARCH)
}

/// The columns that make the order, without those that the filter holds fast, each with its value
/// at a place. Without the fixed ones a page within one environment starts right at its place.
fn order(filter: &InstanceFilter, at: Option<&Cursor>) -> Vec<(&'static str, Cell)> {
    let text = |of: fn(&Cursor) -> &str| Cell::Text(at.map(of).unwrap_or_default().to_owned());
    let mut columns = Vec::new();
    let by = match filter.sort {
        InstanceSort::Key => None,
        InstanceSort::HostName => Some("host_name"),
        InstanceSort::Flavor if filter.flavor.is_some() => None,
        InstanceSort::Flavor => Some("flavor"),
        InstanceSort::Status if filter.status.is_some() => None,
        InstanceSort::Status => Some("status"),
    };
    if let Some(column) = by {
        columns.push((column, text(|at| &at.value)));
    }
    if filter.environment.is_none() {
        columns.push(("environment_name", text(|at| &at.environment)));
    }
    if filter.layer.is_none() {
        columns.push(("layer", text(|at| at.layer.word())));
    }
    if filter.group.is_none() {
        columns.push(("group_name", text(|at| &at.group)));
    }
    let ordinal = at.map(|at| i64::from(at.ordinal)).unwrap_or_default();
    columns.push(("ordinal", Cell::Int(ordinal)));
    columns
}

/// The query of one page, and one row more to know whether another page follows.
pub(super) fn page(filter: &InstanceFilter, rows: u32) -> Result<Select, StoreError> {
    let mut select = Select {
        // CROSS JOIN: SQLite then always begins with the instances, whose index gives the order.
        sql: "SELECT v.environment_name, v.layer, v.group_name, v.ordinal, v.body, e.kind, \
              (SELECT number FROM change_counter WHERE one = 1) AS version \
              FROM instance_versions v CROSS JOIN environments e"
            .into(),
        values: Vec::new(),
    };
    narrow(&mut select, filter);
    select.sql.push_str(" AND e.id = v.environment");
    let (beyond, way) = match filter.direction {
        Direction::Ascending => (">", "ASC"),
        Direction::Descending => ("<", "DESC"),
    };
    let after = match &filter.after {
        Some(text) => Some(Cursor::read(text, filter.sort, filter.direction)?),
        None => None,
    };
    let order = order(filter, after.as_ref());
    let ways: Vec<String> = order
        .iter()
        .map(|(column, _)| format!("v.{column} {way}"))
        .collect();
    if after.is_some() {
        let mut columns = Vec::new();
        let mut places = Vec::new();
        for (column, value) in order {
            columns.push(format!("v.{column}"));
            places.push(format!("${}", select.push(value)));
        }
        let (columns, places) = (columns.join(", "), places.join(", "));
        select
            .sql
            .extend([" AND (", &columns, ") ", beyond, " (", &places, ")"]);
    }
    let limit = select.push(i64::from(rows) + 1).to_string();
    select
        .sql
        .extend([" ORDER BY ", &ways.join(", "), " LIMIT $", &limit]);
    Ok(select)
}

/// The query of how many there are.
pub(super) fn count(filter: &InstanceFilter) -> Select {
    let mut select = Select {
        sql: "SELECT COUNT(*) AS total, \
              (SELECT number FROM change_counter WHERE one = 1) AS version \
              FROM instance_versions v"
            .into(),
        values: Vec::new(),
    };
    narrow(&mut select, filter);
    select
}

impl SqlStore {
    pub(crate) async fn list_instances(
        &self,
        filter: &InstanceFilter,
    ) -> Outcome<Page<InstanceRow>> {
        let limit = filter.limit.unwrap_or(PAGE_ROWS).clamp(1, MAX_PAGE_ROWS);
        let page = page(filter, limit)?;
        if is_hopeless(filter) {
            return Ok(Page {
                rows: Vec::new(),
                total: 0,
                next: None,
            });
        }
        let found = page.query("").fetch_all(&self.readers).await?;
        let shown = found.len().min(limit as usize);
        let rows = all::<ListedRow, InstanceRow>(&found[..shown])?;
        let next = match rows.last() {
            Some(last) if found.len() > shown => {
                Some(Cursor::at(last, filter.sort, filter.direction).write()?)
            }
            _ => None,
        };
        let total = self.total(filter, found.first()).await?;
        Ok(Page { rows, total, next })
    }

    /// How many rows there are on all pages. What is remembered is good where it was counted at the
    /// very version that the page was read at.
    async fn total(&self, filter: &InstanceFilter, first: Option<&AnyRow>) -> Outcome<u64> {
        let narrowing = narrowing(filter);
        if let (Some(counts), Some(first)) = (&self.counts, first)
            && let Some(total) = counts.at(first.try_get("version")?, &narrowing)
        {
            return Ok(total);
        }
        let row = count(filter).query("").fetch_one(&self.readers).await?;
        let total: i64 = row.try_get("total")?;
        let total = u64::try_from(total).unwrap_or_default();
        if let Some(counts) = &self.counts {
            counts.keep(row.try_get("version")?, narrowing, total);
        }
        Ok(total)
    }
}

#[cfg(test)]
mod tests;
