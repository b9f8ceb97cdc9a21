//! Environments' parts of what clouds hold.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::{NewRevision, ObservedIn, StoreError};
use model::id::EnvironmentId;
use model::name::CloudName;
use sqlx::Row;

use crate::SqlStore;
use crate::failure::{Failure, Outcome};
use crate::pool::{End, Shown, transaction};
use crate::rows::{ObservedRow, all, micros};
use crate::{environments, operations, revisions};

pub(crate) const SERVERS: &str = "SELECT cloud, id, owner, group_name, ordinal, body \
     FROM held_versions WHERE environment = $1 AND environment <> '' AND kind = 'server' \
     AND to_rev IS NULL AND group_name <> ''";
pub(crate) const IN_CLOUD: &str = "SELECT DISTINCT environment FROM held_versions \
     WHERE cloud = $1 AND kind = 'server' AND to_rev IS NULL AND environment <> ''";
pub(crate) const LEFT_CLOUD: &str = "SELECT DISTINCT v.environment FROM clouds l \
     CROSS JOIN held_versions v WHERE l.name = $1 AND v.cloud = l.name AND v.to_rev = l.newest \
     AND v.to_rev IS NOT NULL AND v.kind = 'server' AND v.environment <> ''";
pub(crate) const EVERYWHERE: &str = "SELECT DISTINCT environment, cloud FROM held_versions \
     WHERE to_rev IS NULL AND environment <> '' AND kind = 'server'";

fn environment(text: &str) -> Result<EnvironmentId, StoreError> {
    text.parse().map_err(|why| StoreError::BadData {
        table: "held_versions",
        column: "environment",
        row: text.to_owned(),
        why: format!("{why}"),
    })
}

impl SqlStore {
    pub(crate) async fn list_servers_of(&self, id: EnvironmentId) -> Outcome<Vec<ObservedIn>> {
        let rows = sqlx::query(SERVERS)
            .bind(id.to_string())
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<ObservedRow, ObservedIn>(&rows)?)
    }

    pub(crate) async fn list_environments_in(
        &self,
        cloud: &CloudName,
    ) -> Outcome<BTreeSet<EnvironmentId>> {
        let mut found = BTreeSet::new();
        for sql in [IN_CLOUD, LEFT_CLOUD] {
            let rows = sqlx::query(sql)
                .bind(cloud.as_str().to_owned())
                .fetch_all(&self.readers)
                .await?;
            for row in &rows {
                found.insert(environment(&row.try_get::<String, _>("environment")?)?);
            }
        }
        Ok(found)
    }

    pub(crate) async fn list_clouds_of(
        &self,
    ) -> Outcome<BTreeMap<EnvironmentId, BTreeSet<CloudName>>> {
        let rows = sqlx::query(EVERYWHERE).fetch_all(&self.readers).await?;
        let mut found: BTreeMap<EnvironmentId, BTreeSet<CloudName>> = BTreeMap::new();
        for row in &rows {
            let id = environment(&row.try_get::<String, _>("environment")?)?;
            let cloud: String = row.try_get("cloud")?;
            let name = CloudName::new(&cloud).map_err(|why| StoreError::BadData {
                table: "held_versions",
                column: "cloud",
                row: cloud.clone(),
                why: why.to_string(),
            })?;
            found.entry(id).or_default().insert(name);
        }
        Ok(found)
    }

    pub(crate) async fn put_observed(
        &self,
        id: EnvironmentId,
        revision: NewRevision,
    ) -> Result<bool, StoreError> {
        let at = revision.at;
        let state = revisions::prepare(revision).map_err(Failure::into_store)?;
        transaction!(self, Shown::OnPages, |tx| {
            match environments::with_id(tx.on(), id).await? {
                Some(known)
                    if known.destroyed_at.is_none()
                        // What an operation found meanwhile is newer.
                        && known.observed_at.is_none_or(|seen| seen <= at)
                        && operations::is_none_open(tx.on(), id).await? =>
                {
                    let changed = match revisions::store(tx.on(), &known, &state).await? {
                        revisions::Stored::New(..) => true,
                        revisions::Stored::Same(_) => {
                            sqlx::query("UPDATE environments SET observed_at = $2 WHERE id = $1")
                                .bind(id.to_string())
                                .bind(micros(at))
                                .execute(tx.on())
                                .await?;
                            false
                        }
                    };
                    End::Commit(changed)
                }
                Some(_) | None => End::Undo(false),
            }
        })
    }
}
