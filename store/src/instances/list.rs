//! Lists of instances: filtered, sorted, paged by keyset. Each reads the rows of its page through
//! an index, in order, and stops; no list sorts the inventory or skips over rows.

use engine::port::StoreError;
use model::filter::{InstanceFilter, InstanceRow, InstanceSort, MAX_PAGE_ROWS, PAGE_ROWS, Page};

use super::cursor::Cursor;
use crate::SqlStore;
use crate::batch::Cell;
use crate::failure::Outcome;
use crate::rows::{ListedRow, all};
use crate::select::{self, From, Select};

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
        select.and_contains(q);
    }
}

/// Whether a filter asks for what no row can have.
fn is_hopeless(filter: &InstanceFilter) -> bool {
    select::is_hopeless([filter.q.as_deref(), filter.status.as_deref()])
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
    // CROSS JOIN: SQLite then always begins with the instances, whose index gives the order.
    let mut select = Select::new(
        "SELECT v.environment_name, v.layer, v.group_name, v.ordinal, v.body, e.kind, \
         (SELECT number FROM change_counter WHERE one = 1) AS version \
         FROM instance_versions v CROSS JOIN environments e",
    );
    narrow(&mut select, filter);
    select.sql.push_str(" AND e.id = v.environment");
    let after = match &filter.after {
        Some(text) => Some(Cursor::read(text, filter.sort, filter.direction)?),
        None => None,
    };
    let from = match &after {
        Some(_) => From::AfterThese,
        None => From::TheStart,
    };
    let order = order(filter, after.as_ref());
    select.in_order(order, filter.direction, from, i64::from(rows) + 1);
    Ok(select)
}

/// The query of how many there are.
pub(super) fn count(filter: &InstanceFilter) -> Select {
    let mut select = Select::new(
        "SELECT COUNT(*) AS total, \
         (SELECT number FROM change_counter WHERE one = 1) AS version \
         FROM instance_versions v",
    );
    narrow(&mut select, filter);
    select
}

/// A filter as far as it narrows: order and page make no difference to how many there are.
fn narrowing(filter: &InstanceFilter) -> InstanceFilter {
    let InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        sort: _,
        direction: _,
        after: _,
        limit: _,
    } = filter.clone();
    InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        ..InstanceFilter::default()
    }
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
        let counts = self.counts.instances.as_ref();
        let total = self
            .total(counts, narrowing(filter), count(filter), found.first())
            .await?;
        Ok(Page { rows, total, next })
    }
}

#[cfg(test)]
mod tests;
