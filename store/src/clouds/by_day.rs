//! What things of a cloud were at the end of each day: for each day the newest collection by then, and the
//! version of each thing that held in it, each found by an index. However many versions a day has, only its
//! last one is read.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate, NaiveTime};
use model::collection::{HeldKind, HeldVersion};
use model::id::CloudId;
use model::name::CloudName;
use sqlx::AssertSqlSafe;

use crate::SqlStore;
use crate::failure::Outcome;
use crate::rows::{HeldVersionRow, all, micros};

/// The query for so many things, at least one: a cloud, a kind, the ends of the first and of the last day,
/// and the things by id. The things are a table of their own, so that each is sought by itself.
pub(crate) fn by_day(things: usize) -> String {
    let ids: Vec<String> = (0..things)
        .map(|place| format!("SELECT CAST(${} AS TEXT) AS id", place + 5))
        .collect();
    format!(
        "WITH RECURSIVE days (ends) AS (SELECT CAST($3 AS BIGINT) \
         UNION ALL SELECT ends + 86400000000 FROM days WHERE ends < $4) \
         SELECT DISTINCT v.cloud, v.kind, v.id, v.from_rev, v.to_rev, v.body, c.at AS since, \
         (SELECT u.at FROM collections u WHERE u.cloud = v.cloud AND u.number = v.to_rev) AS ended \
         FROM days d CROSS JOIN ({}) k CROSS JOIN held_versions v CROSS JOIN collections c \
         WHERE v.cloud = $1 AND v.kind = $2 AND v.id = k.id AND v.from_rev = \
         (SELECT h.from_rev FROM held_versions h WHERE h.cloud = $1 AND h.kind = $2 AND h.id = k.id \
         AND h.from_rev <= (SELECT n.number FROM collections n WHERE n.cloud = $1 AND n.at < d.ends \
         ORDER BY n.at DESC, n.number DESC LIMIT 1) ORDER BY h.from_rev DESC LIMIT 1) \
         AND c.cloud = v.cloud AND c.number = v.from_rev",
        ids.join(" UNION ALL ")
    )
}

/// When a day has ended, in microseconds.
fn end(day: NaiveDate) -> i64 {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    micros(next.and_time(NaiveTime::MIN).and_utc())
}

impl SqlStore {
    pub(crate) async fn list_by_day(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
        days: &RangeInclusive<NaiveDate>,
    ) -> Outcome<Vec<HeldVersion>> {
        if ids.is_empty() || days.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = sqlx::query(AssertSqlSafe(by_day(ids.len())))
            .bind(cloud.as_str().to_owned())
            .bind(kind.word())
            .bind(end(*days.start()))
            .bind(end(*days.end()));
        for id in ids {
            query = query.bind(id.as_str().to_owned());
        }
        let rows = query.fetch_all(&self.readers).await?;
        let mut versions = all::<HeldVersionRow, HeldVersion>(&rows)?;
        versions.sort_by_key(|version| version.from);
        Ok(versions)
    }
}
