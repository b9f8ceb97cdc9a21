//! What instances measure: a sample a minute, rolled up into hours and days as it comes, and what came
//! last. Which sample is new the database says, in the statement that keeps it, so that one that comes
//! twice counts once however it comes.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::measure::poll::{Looked, MonitorState};
use engine::port::{Kept, Measurement, Measures, StoreError};
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::{
    Figures, MOUNT_COUNTS, Metric, Mount, Reading, Rolled, Span, roll_up, within,
};
use sqlx::AnyConnection;

use crate::SqlStore;
use crate::batch::{Cell, insert, insert_returning, select_in};
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{LastRow, LookRow, MeasuredRow, MountRow, NewRow, all, micros};

pub(crate) const OF_INSTANCE: &str = "SELECT instance, at, metric, mount, samples, least, most, \
     total FROM measured WHERE environment = $1 AND span = $2 AND instance = $3 AND at >= $4 \
     ORDER BY at, metric, mount";
pub(crate) const IN_ENVIRONMENT: &str = "SELECT instance, at, metric, mount, samples, least, most, \
     total FROM measured WHERE environment = $1 AND span = $2 AND metric = $3 AND at >= $4";
pub(crate) const LAST: &str =
    "SELECT instance, metric, mount, at, value FROM measured_last WHERE environment = $1";
pub(crate) const LAST_OF: &str = "SELECT instance, metric, mount, at, value FROM measured_last \
     WHERE environment = $1 AND instance = $2";
pub(crate) const MOUNTS: &str = "SELECT instance, mount FROM measured_last WHERE environment = $1 \
     AND mount > '' AND at >= $2 AND instance IN";

// Rows are named by their whole key: neither database limits a DELETE by itself.
pub(crate) const OLD: &str = "DELETE FROM measured WHERE (environment, span, instance, at, metric, \
     mount) IN (SELECT environment, span, instance, at, metric, mount FROM measured \
     WHERE span = $1 AND at < $2 LIMIT $3)";
pub(crate) const LAST_ORPHANS: &str = "DELETE FROM measured_last WHERE (environment, instance, \
     metric, mount) IN (SELECT m.environment, m.instance, m.metric, m.mount \
     FROM environments e CROSS JOIN measured_last m WHERE e.destroyed_at < $1 \
     AND m.environment = e.id LIMIT $2)";

pub(crate) const LOOKS: &str =
    "SELECT name, looked_at, looked FROM monitors WHERE looked_at IS NOT NULL ORDER BY name";
const CLAIM: &str = "INSERT INTO monitors (name, next_at) VALUES ($1, $2) ON CONFLICT (name) \
     DO UPDATE SET next_at = excluded.next_at WHERE monitors.next_at <= $3";

const INSERT: &str = "INSERT INTO measured (environment, span, instance, at, metric, mount, \
     samples, least, most, total) VALUES";
const NEW: &str = "ON CONFLICT (environment, span, instance, at, metric, mount) DO NOTHING \
     RETURNING instance, at, metric, mount, total";
const ADD: &str = "ON CONFLICT (environment, span, instance, at, metric, mount) DO UPDATE SET \
     samples = measured.samples + excluded.samples, \
     least = CASE WHEN excluded.least < measured.least THEN excluded.least ELSE measured.least END, \
     most = CASE WHEN excluded.most > measured.most THEN excluded.most ELSE measured.most END, \
     total = measured.total + excluded.total";
const INSERT_LAST: &str =
    "INSERT INTO measured_last (environment, instance, metric, mount, at, value) VALUES";
const LATER: &str = "ON CONFLICT (environment, instance, metric, mount) DO UPDATE SET \
     at = excluded.at, value = excluded.value WHERE excluded.at >= measured_last.at";

/// A row of `measured`.
fn row(environment: EnvironmentId, span: Span, key: &Key, rolled: &Rolled) -> Outcome<[Cell; 10]> {
    let Rolled {
        from,
        metric,
        figures:
            Figures {
                count,
                min,
                max,
                sum,
            },
    } = rolled;
    let (word, mount) = metric.parts();
    Ok([
        environment.to_string().into(),
        span.seconds().into(),
        key.to_string().into(),
        micros(*from).into(),
        word.into(),
        mount.map_or("", |mount| mount.as_str()).into(),
        whole(*count)?.into(),
        whole(*min)?.into(),
        whole(*max)?.into(),
        whole(*sum)?.into(),
    ])
}

/// As the databases have numbers.
fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| {
        StoreError::Database(format!("{number} is more than anything that is measured"))
    })
}

/// The file systems that were heard of lately, of hosts that tell of some.
async fn known_mounts(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    measured: &[Measurement],
    now: DateTime<Utc>,
) -> Outcome<BTreeMap<Key, BTreeSet<Mount>>> {
    let tells = |one: &&Measurement| {
        let mut mounts = one.minutes.iter().map(|rolled| rolled.metric.parts().1);
        mounts.any(|mount| mount.is_some())
    };
    let hosts = measured.iter().filter(tells);
    let hosts = hosts.map(|one| one.instance.to_string().into()).collect();
    let fixed = [
        Cell::from(environment.to_string()),
        micros(now - MOUNT_COUNTS).into(),
    ];
    let rows = select_in(on, MOUNTS, &fixed, hosts).await?;
    let mut known: BTreeMap<Key, BTreeSet<Mount>> = BTreeMap::new();
    for (key, mount) in all::<MountRow, (Key, Mount)>(&rows)? {
        known.entry(key).or_default().insert(mount);
    }
    Ok(known)
}

/// Keeps what is new of some samples, as far as there is room for it; how many there was none for.
async fn keep_new(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    measured: &[Measurement],
    now: DateTime<Utc>,
) -> Outcome<(BTreeMap<Key, Vec<Rolled>>, u64)> {
    let known = known_mounts(on, environment, measured, now).await?;
    let none = BTreeSet::new();
    let mut rows = Vec::new();
    let mut left_out: u64 = 0;
    for Measurement { instance, minutes } in measured {
        let (kept, beyond) = within(known.get(instance).unwrap_or(&none), minutes);
        left_out = left_out.saturating_add(beyond);
        for rolled in kept {
            rows.push(row(environment, Span::Minute, instance, rolled)?);
        }
    }
    let returned = insert_returning(on, INSERT, NEW, rows).await?;
    let mut new: BTreeMap<Key, Vec<Rolled>> = BTreeMap::new();
    for (key, rolled) in all::<NewRow, (Key, Rolled)>(&returned)? {
        new.entry(key).or_default().push(rolled);
    }
    Ok((new, left_out))
}

/// The newest sample of each metric.
fn newest(minutes: &[Rolled]) -> BTreeMap<&Metric, &Rolled> {
    let mut newest: BTreeMap<&Metric, &Rolled> = BTreeMap::new();
    for rolled in minutes {
        let known = newest.entry(&rolled.metric).or_insert(rolled);
        if rolled.from > known.from {
            *known = rolled;
        }
    }
    newest
}

impl SqlStore {
    async fn keep_measured(
        &self,
        environment: EnvironmentId,
        measured: &[Measurement],
        now: DateTime<Utc>,
    ) -> Result<Kept, StoreError> {
        // Pages tell what was measured with its age, and are kept for seconds: a change counter that
        // goes up with every host's every minute would only keep them from being kept at all.
        transaction!(self, Shown::Nowhere, |tx| {
            let (new, beyond) = keep_new(tx.on(), environment, measured, now).await?;
            let count: usize = new.values().map(Vec::len).sum();
            let kept = Kept {
                new: u64::try_from(count).unwrap_or(u64::MAX),
                beyond,
            };
            if count == 0 {
                End::Undo(kept)
            } else {
                let mut longer = Vec::new();
                let mut last = Vec::new();
                for (key, minutes) in &new {
                    for span in [Span::Hour, Span::Day] {
                        for rolled in roll_up(minutes, span) {
                            longer.push(row(environment, span, key, &rolled)?);
                        }
                    }
                    for (metric, rolled) in newest(minutes) {
                        let (word, mount) = metric.parts();
                        last.push([
                            Cell::from(environment.to_string()),
                            key.to_string().into(),
                            word.into(),
                            mount.map_or("", |mount| mount.as_str()).into(),
                            micros(rolled.from).into(),
                            whole(rolled.figures.sum)?.into(),
                        ]);
                    }
                }
                insert(tx.on(), INSERT, ADD, longer).await?;
                insert(tx.on(), INSERT_LAST, LATER, last).await?;
                End::Commit(kept)
            }
        })
    }

    async fn forget(&self, now: DateTime<Utc>, most: u32) -> Result<bool, StoreError> {
        transaction!(self, Shown::Nowhere, |tx| {
            let mut gone = Vec::new();
            for span in Span::ALL {
                let old = sqlx::query(OLD)
                    .bind(span.seconds())
                    .bind(micros(now - span.kept()))
                    .bind(i64::from(most));
                gone.push(old.execute(tx.on()).await?.rows_affected());
            }
            let orphans = sqlx::query(LAST_ORPHANS)
                .bind(micros(now - Span::Day.kept()))
                .bind(i64::from(most));
            gone.push(orphans.execute(tx.on()).await?.rows_affected());
            let more = gone.iter().any(|rows| *rows >= u64::from(most));
            if gone.iter().all(|rows| *rows == 0) {
                End::Undo(more)
            } else {
                End::Commit(more)
            }
        })
    }
}

#[async_trait]
impl Measures for SqlStore {
    async fn put_measured(
        &self,
        environment: EnvironmentId,
        measured: &[Measurement],
        now: DateTime<Utc>,
    ) -> Result<Kept, StoreError> {
        self.keep_measured(environment, measured, now).await
    }

    async fn forget_measured(&self, now: DateTime<Utc>, most: u32) -> Result<bool, StoreError> {
        self.forget(now, most).await
    }

    async fn measured(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        span: Span,
        since: DateTime<Utc>,
    ) -> Result<Vec<Rolled>, StoreError> {
        let read = async {
            let rows = sqlx::query(OF_INSTANCE)
                .bind(environment.to_string())
                .bind(span.seconds())
                .bind(instance.to_string())
                .bind(micros(since))
                .fetch_all(&self.readers)
                .await?;
            Outcome::Ok(all::<MeasuredRow, (Key, Rolled)>(&rows)?)
        };
        let pairs = read.await?.into_iter();
        Ok(pairs.map(|(_, rolled)| rolled).collect())
    }

    async fn measured_in(
        &self,
        environment: EnvironmentId,
        span: Span,
        metric: &Metric,
        since: DateTime<Utc>,
    ) -> Result<Vec<(Key, Rolled)>, StoreError> {
        let (word, _) = metric.parts();
        let read = async {
            let rows = sqlx::query(IN_ENVIRONMENT)
                .bind(environment.to_string())
                .bind(span.seconds())
                .bind(word)
                .bind(micros(since))
                .fetch_all(&self.readers)
                .await?;
            Outcome::Ok(all::<MeasuredRow, _>(&rows)?)
        };
        Ok(read.await?)
    }

    async fn last_measured(
        &self,
        environment: EnvironmentId,
        instance: Option<&Key>,
    ) -> Result<Vec<(Key, Reading)>, StoreError> {
        let environment = environment.to_string();
        let query = match instance {
            Some(key) => sqlx::query(LAST_OF).bind(environment).bind(key.to_string()),
            None => sqlx::query(LAST).bind(environment),
        };
        let read = async {
            let rows = query.fetch_all(&self.readers).await?;
            Outcome::Ok(all::<LastRow, _>(&rows)?)
        };
        Ok(read.await?)
    }

    async fn claim_look(
        &self,
        monitor: &str,
        now: DateTime<Utc>,
        next_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let claim = async {
            let touched = sqlx::query(CLAIM)
                .bind(monitor.to_owned())
                .bind(micros(next_at))
                .bind(micros(now))
                .execute(self.quick())
                .await?;
            Outcome::Ok(touched.rows_affected() == 1)
        };
        Ok(claim.await?)
    }

    async fn put_look(
        &self,
        monitor: &str,
        at: DateTime<Utc>,
        looked: &Looked,
    ) -> Result<(), StoreError> {
        let put = async {
            sqlx::query("UPDATE monitors SET looked_at = $2, looked = $3 WHERE name = $1")
                .bind(monitor.to_owned())
                .bind(micros(at))
                .bind(plan::canonical::canonical(looked)?)
                .execute(self.quick())
                .await?;
            Outcome::Ok(())
        };
        Ok(put.await?)
    }

    async fn looks(&self) -> Result<Vec<MonitorState>, StoreError> {
        let read = async {
            let rows = sqlx::query(LOOKS).fetch_all(&self.readers).await?;
            Outcome::Ok(all::<LookRow, _>(&rows)?)
        };
        Ok(read.await?)
    }
}
