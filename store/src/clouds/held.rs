//! What clouds hold, read: lists by keyset through an index in their order, things by id, what each
//! was at all times.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::StoreError;
use model::collection::{
    HeldFacets, HeldFilter, HeldKind, HeldRow, HeldSort, HeldVersion, Owner, OwnerCounts,
};
use model::filter::{Direction, MAX_PAGE_ROWS, PAGE_ROWS, Page};
use model::id::CloudId;
use model::name::CloudName;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::SqlStore;
use crate::batch::{self, Cell};
use crate::failure::Outcome;
use crate::rows::{HeldListRow, HeldVersionRow, all};
use crate::select::{From, Select, is_hopeless, read_place, write_place};

macro_rules! columns {
    () => {
        "SELECT v.cloud, v.kind, v.id, v.name, v.status, v.detail, v.project, v.owner, \
         v.environment_name, v.group_name, v.ordinal, v.body, \
         (SELECT number FROM change_counter WHERE one = 1) AS version FROM held_versions v "
    };
}

pub(crate) const BY_ID: &str = concat!(
    columns!(),
    "WHERE v.cloud = $1 AND v.kind = $2 AND v.to_rev IS NULL AND v.id IN"
);
pub(crate) const BY_PARENT: &str = concat!(
    columns!(),
    "WHERE v.cloud = $1 AND v.kind = $2 AND v.to_rev IS NULL AND v.parent <> '' AND v.parent IN"
);
macro_rules! versions {
    ($rest:literal) => {
        concat!(
            "SELECT v.cloud, v.kind, v.id, v.from_rev, v.to_rev, v.body, c.at AS since, \
             (SELECT u.at FROM collections u WHERE u.cloud = v.cloud AND u.number = v.to_rev) \
             AS ended FROM held_versions v CROSS JOIN collections c WHERE v.cloud = $1 \
             AND v.kind = $2 AND c.cloud = v.cloud AND c.number = v.from_rev ",
            $rest
        )
    };
}
pub(crate) const VERSIONS: &str = versions!("AND v.id = $3 ORDER BY v.from_rev DESC");
pub(crate) const OVER_TIME: &str = versions!("ORDER BY v.from_rev DESC, v.id DESC LIMIT $3");
pub(crate) const COUNTS: &str = "SELECT kind, owner, COUNT(*) AS total FROM held_versions \
     WHERE cloud = $1 AND to_rev IS NULL GROUP BY kind, owner";
pub(crate) const STATUSES: &str = "SELECT DISTINCT status AS value FROM held_versions \
     WHERE cloud = $1 AND kind = $2 AND to_rev IS NULL AND status <> '' ORDER BY status LIMIT $3";
pub(crate) const DETAILS: &str = "SELECT DISTINCT detail AS value FROM held_versions \
     WHERE cloud = $1 AND kind = $2 AND to_rev IS NULL AND detail <> '' ORDER BY detail LIMIT $3";
pub(crate) const PROJECTS: &str = "SELECT d.value AS value, (SELECT p.name \
     FROM held_versions p WHERE p.cloud = $1 AND p.kind = 'project' AND p.id = d.value \
     AND p.to_rev IS NULL) AS name FROM (SELECT DISTINCT v.project AS value \
     FROM held_versions v WHERE v.cloud = $1 AND v.kind = $2 AND v.to_rev IS NULL \
     AND v.project <> '' ORDER BY v.project LIMIT $3) d";

/// More choices than anybody reads through are no choices.
const CHOICES: i64 = 100;

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The order that the place is in.
    #[serde(rename = "s")]
    sort: HeldSort,
    #[serde(rename = "d")]
    direction: Direction,
    /// The value of the column sorted by; '' where that is the name.
    #[serde(rename = "v")]
    value: String,
    /// The name, or the group where the place is sorted by.
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "o")]
    ordinal: i64,
    #[serde(rename = "i")]
    id: String,
}

impl Cursor {
    fn at(row: &AnyRow, filter: &HeldFilter) -> Outcome<Self> {
        let text = |column: &str| row.try_get::<String, _>(column);
        let (value, name) = match filter.sort {
            HeldSort::Name => (String::new(), text("name")?),
            HeldSort::Status => (text("status")?, text("name")?),
            HeldSort::Detail => (text("detail")?, text("name")?),
            HeldSort::Project => (text("project")?, text("name")?),
            HeldSort::Place => (text("environment_name")?, text("group_name")?),
        };
        Ok(Self {
            sort: filter.sort,
            direction: filter.direction,
            value,
            name,
            ordinal: row.try_get("ordinal")?,
            id: text("id")?,
        })
    }

    fn read(text: &str, filter: &HeldFilter) -> Result<Self, StoreError> {
        read_place(text, |cursor: &Self| {
            let texts = [&cursor.value, &cursor.name, &cursor.id];
            cursor.sort == filter.sort
                && cursor.direction == filter.direction
                && texts.into_iter().all(|text| !text.contains('\0'))
        })
    }
}

/// The rows that a filter leaves, without order or page. The literal `to_rev IS NULL` is what lets
/// the databases use the indexes of rows that still hold.
fn narrow(select: &mut Select, filter: &HeldFilter) {
    select.sql.push_str("WHERE v.to_rev IS NULL");
    select.and_equal("cloud", filter.cloud.as_str());
    select.and_equal("kind", filter.kind.word());
    if let Some(owner) = filter.owner {
        select.and_equal("owner", owner.word());
    }
    if let Some(environment) = &filter.environment {
        select.and_equal("environment_name", environment.as_str());
    }
    if let Some(status) = &filter.status {
        select.and_equal("status", status.as_str());
    }
    if let Some(detail) = &filter.detail {
        select.and_equal("detail", detail.as_str());
    }
    if let Some(project) = &filter.project {
        select.and_equal("project", project.as_str());
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.is_empty()) {
        select.and_contains(q);
    }
}

/// The columns that make the order, without those that the filter holds fast, each with its value
/// at a place.
fn order(filter: &HeldFilter, at: Option<&Cursor>) -> Vec<(&'static str, Cell)> {
    let text = |of: fn(&Cursor) -> &str| Cell::Text(at.map(of).unwrap_or_default().to_owned());
    let value = || text(|at| &at.value);
    let mut columns = Vec::new();
    match filter.sort {
        HeldSort::Name => columns.push(("name", text(|at| &at.name))),
        HeldSort::Status => {
            if filter.status.is_none() {
                columns.push(("status", value()));
            }
            columns.push(("name", text(|at| &at.name)));
        }
        HeldSort::Detail => {
            if filter.detail.is_none() {
                columns.push(("detail", value()));
            }
            columns.push(("name", text(|at| &at.name)));
        }
        HeldSort::Project => {
            if filter.project.is_none() {
                columns.push(("project", value()));
            }
            columns.push(("name", text(|at| &at.name)));
        }
        HeldSort::Place => {
            if filter.environment.is_none() {
                columns.push(("environment_name", value()));
            }
            columns.push(("group_name", text(|at| &at.name)));
            let ordinal = at.map(|at| at.ordinal).unwrap_or_default();
            columns.push(("ordinal", Cell::Int(ordinal)));
        }
    }
    columns.push(("id", text(|at| &at.id)));
    columns
}

/// The query of one page, and one row more to know whether another page follows.
pub(super) fn page(filter: &HeldFilter, rows: u32) -> Result<Select, StoreError> {
    let mut select = Select::new(columns!());
    narrow(&mut select, filter);
    let after = match &filter.after {
        Some(text) => Some(Cursor::read(text, filter)?),
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
pub(super) fn count(filter: &HeldFilter) -> Select {
    let mut select = Select::new(
        "SELECT COUNT(*) AS total, \
         (SELECT number FROM change_counter WHERE one = 1) AS version FROM held_versions v ",
    );
    narrow(&mut select, filter);
    select
}

/// A filter as far as it narrows: order and page make no difference to how many there are.
fn narrowing(filter: &HeldFilter) -> HeldFilter {
    HeldFilter {
        sort: HeldSort::Name,
        direction: Direction::Ascending,
        after: None,
        limit: None,
        ..filter.clone()
    }
}

impl SqlStore {
    pub(crate) async fn list_held(&self, filter: &HeldFilter) -> Outcome<Page<HeldRow>> {
        let limit = filter.limit.unwrap_or(PAGE_ROWS).clamp(1, MAX_PAGE_ROWS);
        let page = page(filter, limit)?;
        let texts = [&filter.q, &filter.status, &filter.detail];
        let project = filter.project.as_ref().map(CloudId::as_str);
        if is_hopeless(
            texts
                .map(|text| text.as_deref())
                .into_iter()
                .chain([project]),
        ) {
            return Ok(Page {
                rows: Vec::new(),
                total: 0,
                next: None,
            });
        }
        let found = page.query("").fetch_all(&self.readers).await?;
        let shown = found.len().min(limit as usize);
        let next = match found[..shown].last() {
            Some(last) if found.len() > shown => Some(write_place(&Cursor::at(last, filter)?)?),
            _ => None,
        };
        let counts = self.counts.held.as_ref();
        let total = self
            .total(counts, narrowing(filter), count(filter), found.first())
            .await?;
        Ok(Page {
            rows: all::<HeldListRow, HeldRow>(&found[..shown])?,
            total,
            next,
        })
    }

    /// The things that a query which ends in `IN` finds.
    pub(crate) async fn held_among(
        &self,
        query: &str,
        cloud: &CloudName,
        kind: HeldKind,
        values: &BTreeSet<CloudId>,
    ) -> Outcome<Vec<HeldRow>> {
        let values = values.iter().map(|id| id.as_str().into()).collect();
        let fixed = [cloud.as_str().into(), kind.word().into()];
        let mut on = self.readers.acquire().await?;
        let rows = batch::select_in(&mut on, query, &fixed, values).await?;
        Ok(all::<HeldListRow, HeldRow>(&rows)?)
    }

    pub(crate) async fn list_versions(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Outcome<Vec<HeldVersion>> {
        let rows = sqlx::query(VERSIONS)
            .bind(cloud.as_str().to_owned())
            .bind(kind.word())
            .bind(id.as_str().to_owned())
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<HeldVersionRow, HeldVersion>(&rows)?)
    }

    pub(crate) async fn list_over_time(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        limit: u32,
    ) -> Outcome<Vec<HeldVersion>> {
        let rows = sqlx::query(OVER_TIME)
            .bind(cloud.as_str().to_owned())
            .bind(kind.word())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<HeldVersionRow, HeldVersion>(&rows)?)
    }

    pub(crate) async fn count_held(
        &self,
        cloud: &CloudName,
    ) -> Outcome<BTreeMap<HeldKind, OwnerCounts>> {
        let rows = sqlx::query(COUNTS)
            .bind(cloud.as_str().to_owned())
            .fetch_all(&self.readers)
            .await?;
        let mut counts: BTreeMap<HeldKind, OwnerCounts> = BTreeMap::new();
        for row in &rows {
            let bad = |column, why| StoreError::BadData {
                table: "held_versions",
                column,
                row: cloud.to_string(),
                why,
            };
            let kind: String = row.try_get("kind")?;
            let kind: HeldKind = kind.parse().map_err(|why| bad("kind", why))?;
            let owner: String = row.try_get("owner")?;
            let owner: Owner = owner.parse().map_err(|why| bad("owner", why))?;
            let total: i64 = row.try_get("total")?;
            let of_kind = counts.entry(kind).or_default();
            of_kind.set(owner, u64::try_from(total).unwrap_or_default());
        }
        Ok(counts)
    }

    pub(crate) async fn facets_of(&self, cloud: &CloudName, kind: HeldKind) -> Outcome<HeldFacets> {
        let mut on = self.readers.acquire().await?;
        let mut found = Vec::new();
        for sql in [STATUSES, DETAILS, PROJECTS] {
            let rows = sqlx::query(sql)
                .bind(cloud.as_str().to_owned())
                .bind(kind.word())
                .bind(CHOICES)
                .fetch_all(&mut *on)
                .await?;
            found.push(rows);
        }
        let values = |rows: &[AnyRow]| -> Outcome<Vec<String>> {
            let values = rows.iter().map(|row| row.try_get("value"));
            Ok(values.collect::<Result<_, _>>()?)
        };
        let details = match kind {
            HeldKind::Server | HeldKind::Port | HeldKind::Network | HeldKind::Image => {
                values(&found[1])?
            }
            _ => Vec::new(),
        };
        let mut projects = Vec::new();
        for row in &found[2] {
            let id: String = row.try_get("value")?;
            let name: Option<String> = row.try_get("name")?;
            let name = name.unwrap_or_else(|| id.clone());
            projects.push((CloudId::new(id), name));
        }
        projects.sort_by(|(_, a), (_, b)| a.cmp(b));
        Ok(HeldFacets {
            statuses: values(&found[0])?,
            details,
            projects,
        })
    }
}

#[cfg(test)]
mod tests;
