//! Whole clouds: what each holds, in versions, and what people said of that. [`staging`] takes the
//! pages of a collection in, [`publish`] makes one collection of them, [`held`] reads what is there,
//! [`places`] says whose each thing is, [`assignments`] keeps what people said, [`environments`] is
//! an environment's part of it all.

pub(crate) mod assignments;
pub(crate) mod by_day;
pub(crate) mod environments;
pub(crate) mod held;
mod places;
pub(crate) mod publish;
pub(crate) mod staging;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use engine::port::{
    Collections, CollectorClaim, CollectorSeen, NewAssignments, NewAudit, NewPublication,
    NewRevision, ObservedIn, Published, Staged, StoreError,
};
use model::act::Act;
use model::assignment::{Assignment, StandingRule};
use model::collection::{
    CloudState, Collection, HeldFacets, HeldFilter, HeldKind, HeldRow, HeldVersion, KindState,
    OwnerCounts, Progress, Trouble,
};
use model::filter::Page;
use model::id::{CloudId, EnvironmentId, ExecutorId};
use model::name::CloudName;
use plan::grouping::Candidate;
use sqlx::AnyConnection;

use crate::SqlStore;
use crate::audit::{self, Line};
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{CloudRow, CollectionRow, KindRow, all, micros};

pub(crate) const EVERY: &str =
    "SELECT name, looked_at, next_at, wanted_at, trouble, progress FROM clouds ORDER BY name";
pub(crate) const NAMED: &str =
    "SELECT name, looked_at, next_at, wanted_at, trouble, progress FROM clouds WHERE name = $1";
pub(crate) const KINDS: &str =
    "SELECT cloud, kind, read_at, outcome FROM collected_kinds ORDER BY cloud, kind";
pub(crate) const KINDS_OF: &str =
    "SELECT cloud, kind, read_at, outcome FROM collected_kinds WHERE cloud = $1";
pub(crate) const NEWEST: &str = "SELECT c.cloud, c.number, c.at, c.source, c.content_hash \
     FROM clouds l CROSS JOIN collections c WHERE c.cloud = l.name AND c.number = l.newest";
pub(crate) const OF_CLOUD: &str = "SELECT cloud, number, at, source, content_hash \
     FROM collections WHERE cloud = $1 ORDER BY number DESC LIMIT $2";

/// Makes sure that there is a row of a cloud.
async fn prepare(
    on: &mut AnyConnection,
    name: &CloudName,
    next_at: Option<DateTime<Utc>>,
) -> Outcome<u64> {
    let made = sqlx::query(
        "INSERT INTO clouds (name, next_at, assigned, fence, heartbeat) VALUES ($1, $2, 0, 0, 0) \
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name.as_str())
    .bind(next_at.map(micros))
    .execute(on)
    .await?;
    Ok(made.rows_affected())
}

/// Puts together what stands in several tables.
fn states(
    clouds: Vec<CloudState>,
    kinds: Vec<(CloudName, KindState)>,
    newest: Vec<Collection>,
) -> Vec<CloudState> {
    let mut by_cloud: BTreeMap<CloudName, Vec<KindState>> = BTreeMap::new();
    for (cloud, state) in kinds {
        by_cloud.entry(cloud).or_default().push(state);
    }
    let mut newest: BTreeMap<CloudName, Collection> = newest
        .into_iter()
        .map(|collection| (collection.cloud.clone(), collection))
        .collect();
    clouds
        .into_iter()
        .map(|cloud| {
            let mut kinds = by_cloud.remove(&cloud.name).unwrap_or_default();
            kinds.sort_by_key(|state| state.kind);
            CloudState {
                newest: newest.remove(&cloud.name),
                kinds,
                ..cloud
            }
        })
        .collect()
}

impl SqlStore {
    async fn list_clouds(&self) -> Outcome<Vec<CloudState>> {
        let mut on = self.readers.acquire().await?;
        let clouds = sqlx::query(EVERY).fetch_all(&mut *on).await?;
        let kinds = sqlx::query(KINDS).fetch_all(&mut *on).await?;
        let newest = sqlx::query(NEWEST).fetch_all(&mut *on).await?;
        Ok(states(
            all::<CloudRow, _>(&clouds)?,
            all::<KindRow, _>(&kinds)?,
            all::<CollectionRow, _>(&newest)?,
        ))
    }

    async fn cloud_named(&self, name: &CloudName) -> Outcome<Option<CloudState>> {
        let mut on = self.readers.acquire().await?;
        let clouds = sqlx::query(NAMED)
            .bind(name.as_str().to_owned())
            .fetch_all(&mut *on)
            .await?;
        let kinds = sqlx::query(KINDS_OF)
            .bind(name.as_str().to_owned())
            .fetch_all(&mut *on)
            .await?;
        let newest = sqlx::query(OF_CLOUD)
            .bind(name.as_str().to_owned())
            .bind(1_i64)
            .fetch_all(&mut *on)
            .await?;
        let found = states(
            all::<CloudRow, _>(&clouds)?,
            all::<KindRow, _>(&kinds)?,
            all::<CollectionRow, _>(&newest)?,
        );
        Ok(found.into_iter().next())
    }

    async fn list_collections(&self, cloud: &CloudName, limit: u32) -> Outcome<Vec<Collection>> {
        let rows = sqlx::query(OF_CLOUD)
            .bind(cloud.as_str().to_owned())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<CollectionRow, _>(&rows)?)
    }

    async fn follow(
        &self,
        name: &CloudName,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        transaction!(self, Shown::OnPages, |tx| {
            if prepare(tx.on(), name, next_at).await? == 0 {
                End::Undo(())
            } else {
                End::Commit(())
            }
        })
    }

    async fn want(&self, cloud: &CloudName, act: &Act, why: &NewAudit) -> Result<(), StoreError> {
        transaction!(self, Shown::OnPages, |tx| {
            prepare(tx.on(), cloud, None).await?;
            sqlx::query("UPDATE clouds SET wanted_at = $2, wanted_by = $3 WHERE name = $1")
                .bind(cloud.as_str())
                .bind(micros(why.at))
                .bind(format!("asked for by {}", why.actor))
                .execute(tx.on())
                .await?;
            let line = Line {
                act,
                environment: None,
                operation: None,
                before: None,
                after: None,
            };
            audit::add(&mut tx, why, line).await?;
            End::Commit(())
        })
    }
}

#[async_trait]
impl Collections for SqlStore {
    async fn clouds(&self) -> Result<Vec<CloudState>, StoreError> {
        Ok(self.list_clouds().await?)
    }

    async fn cloud(&self, name: &CloudName) -> Result<Option<CloudState>, StoreError> {
        Ok(self.cloud_named(name).await?)
    }

    async fn follow_cloud(
        &self,
        name: &CloudName,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.follow(name, next_at).await
    }

    async fn want_collection(
        &self,
        cloud: &CloudName,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError> {
        self.want(cloud, &act, &audit).await
    }

    async fn collectors(&self) -> Result<Vec<CollectorSeen>, StoreError> {
        Ok(self.list_collectors().await?)
    }

    async fn claim_collector(
        &self,
        seen: &CollectorSeen,
        executor: ExecutorId,
        progress: Progress,
    ) -> Result<Option<CollectorClaim>, StoreError> {
        self.take_cloud(seen, executor, &progress).await
    }

    async fn collector_heartbeat(&self, claim: &CollectorClaim) -> Result<(), StoreError> {
        Ok(self.beat_cloud(claim).await?)
    }

    async fn stage(
        &self,
        claim: &CollectorClaim,
        page: Staged,
        progress: Progress,
    ) -> Result<(), StoreError> {
        self.put_staged(claim, page, &progress).await
    }

    async fn held_ids(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        after: Option<&CloudId>,
        limit: u32,
    ) -> Result<Vec<CloudId>, StoreError> {
        Ok(self.ids_after(cloud, kind, after, limit).await?)
    }

    async fn publish(
        &self,
        claim: &CollectorClaim,
        publication: NewPublication,
    ) -> Result<Published, StoreError> {
        self.put_collection(claim, &publication).await
    }

    async fn let_cloud_go(&self, claim: &CollectorClaim) -> Result<(), StoreError> {
        self.release(claim).await
    }

    async fn give_up(
        &self,
        claim: &CollectorClaim,
        trouble: Trouble,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.abandon(claim, &trouble, next_at).await
    }

    async fn held(&self, filter: &HeldFilter) -> Result<Page<HeldRow>, StoreError> {
        Ok(self.list_held(filter).await?)
    }

    async fn held_by_id(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
    ) -> Result<Vec<HeldRow>, StoreError> {
        Ok(self.held_among(held::BY_ID, cloud, kind, ids).await?)
    }

    async fn held_on(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        parents: &BTreeSet<CloudId>,
    ) -> Result<Vec<HeldRow>, StoreError> {
        Ok(self
            .held_among(held::BY_PARENT, cloud, kind, parents)
            .await?)
    }

    async fn held_versions(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Result<Vec<HeldVersion>, StoreError> {
        Ok(self.list_versions(cloud, kind, id).await?)
    }

    async fn held_over_time(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        limit: u32,
    ) -> Result<Vec<HeldVersion>, StoreError> {
        Ok(self.list_over_time(cloud, kind, limit).await?)
    }

    async fn held_by_day(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<HeldVersion>, StoreError> {
        Ok(self.list_by_day(cloud, kind, ids, &days).await?)
    }

    async fn held_counts(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeMap<HeldKind, OwnerCounts>, StoreError> {
        Ok(self.count_held(cloud).await?)
    }

    async fn held_facets(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
    ) -> Result<HeldFacets, StoreError> {
        Ok(self.facets_of(cloud, kind).await?)
    }

    async fn collections(
        &self,
        cloud: &CloudName,
        limit: u32,
    ) -> Result<Vec<Collection>, StoreError> {
        Ok(self.list_collections(cloud, limit).await?)
    }

    async fn assignments_number(&self, cloud: &CloudName) -> Result<i64, StoreError> {
        Ok(self.number_of_assignments(cloud).await?)
    }

    async fn foreign_servers(&self, cloud: &CloudName) -> Result<Vec<Candidate>, StoreError> {
        Ok(self.list_foreign(cloud).await?)
    }

    async fn assignments(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeMap<CloudId, Assignment>, StoreError> {
        Ok(self.list_assignments(cloud).await?)
    }

    async fn rules(&self, cloud: &CloudName) -> Result<Vec<StandingRule>, StoreError> {
        Ok(self.list_rules(cloud).await?)
    }

    async fn assign(&self, new: NewAssignments) -> Result<(), StoreError> {
        self.put_assignments(new).await
    }

    async fn servers_of(&self, environment: EnvironmentId) -> Result<Vec<ObservedIn>, StoreError> {
        Ok(self.list_servers_of(environment).await?)
    }

    async fn environments_in(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeSet<EnvironmentId>, StoreError> {
        Ok(self.list_environments_in(cloud).await?)
    }

    async fn clouds_of(&self) -> Result<BTreeMap<EnvironmentId, BTreeSet<CloudName>>, StoreError> {
        Ok(self.list_clouds_of().await?)
    }

    async fn observe(
        &self,
        environment: EnvironmentId,
        revision: NewRevision,
    ) -> Result<bool, StoreError> {
        self.put_observed(environment, revision).await
    }
}
