//! Clouds: how their collections stand, and how old what is known of them and of environments is.

use std::collections::{BTreeMap, BTreeSet};

use app::data::{
    Age, CloudData, CloudMeters, CloudSummary, CloudsData, Known, Meter, MeterLimit, QuotaChange,
};
use chrono::{DateTime, Duration, Utc};
use model::collection::{Body, CloudState, HeldFilter, HeldKind, HeldRow, HeldVersion, is_stale};
use model::environment::Environment;
use model::id::EnvironmentId;
use model::name::{CloudName, EnvironmentName};
use model::quota::{Quota, QuotaKind};

use super::{Failed, Reader, not_found};

/// How many collections a cloud's page shows.
const COLLECTIONS: u32 = 10;
/// How many versions of quotas are looked through for what changed.
const QUOTA_VERSIONS: u32 = 400;
/// How many hypervisors and projects a cloud's page shows.
const SHOWN: u32 = 20;

impl Reader {
    /// How often clouds are collected.
    pub(super) fn every(&self) -> Option<Duration> {
        let every = self.engine().collects_every();
        every.and_then(|every| Duration::from_std(every).ok())
    }

    /// How old something is that was last true at a time.
    pub(in crate::web) fn age(&self, at: DateTime<Utc>) -> Age {
        let now = self.engine().clock().now();
        Age {
            at,
            stale: is_stale(at, self.every(), now),
        }
    }

    /// How old what is observed of an environment is. Only what clouds are collected for can be
    /// stale: what a person wrote down has the date that it has.
    pub(in crate::web) async fn seen(
        &self,
        environment: &Environment,
    ) -> Result<Option<Age>, Failed> {
        let Some(at) = environment.observed_at else {
            return Ok(None);
        };
        let collected = self.clouds_of().await?.contains_key(&environment.id);
        Ok(Some(if collected {
            self.age(at)
        } else {
            Age { at, stale: false }
        }))
    }

    async fn clouds_of(&self) -> Result<&BTreeMap<EnvironmentId, BTreeSet<CloudName>>, Failed> {
        let read = || self.store().clouds_of();
        Ok(self.clouds_of.get_or_try_init(read).await?)
    }

    /// Every cloud that is configured or was once collected, with what it is in a few words.
    fn known_clouds(&self, states: &[CloudState]) -> BTreeMap<CloudName, String> {
        let mut known: BTreeMap<CloudName, String> =
            self.engine().configured_clouds().into_iter().collect();
        for state in states {
            known
                .entry(state.name.clone())
                .or_insert_with(|| "no longer in clouds.yaml".to_owned());
        }
        known
    }

    pub(in crate::web) async fn read_clouds(&self) -> Result<CloudsData, Failed> {
        let states = self.store().clouds().await?;
        let mut clouds = Vec::new();
        for (name, about) in self.known_clouds(&states) {
            let state = states.iter().find(|state| state.name == name).cloned();
            clouds.push(self.cloud_with(name, about, state).await?);
        }
        Ok(CloudsData {
            clouds,
            every: self.every(),
        })
    }

    /// One cloud, as lists show it.
    pub(in crate::web) async fn cloud_summary(
        &self,
        name: &CloudName,
    ) -> Result<CloudSummary, Failed> {
        let state = self.store().cloud(name).await?;
        let states: Vec<CloudState> = state.iter().cloned().collect();
        let about = self
            .known_clouds(&states)
            .remove(name)
            .ok_or_else(|| not_found(&format!("cloud “{name}”")))?;
        self.cloud_with(name.clone(), about, state).await
    }

    async fn cloud_with(
        &self,
        name: CloudName,
        about: String,
        state: Option<CloudState>,
    ) -> Result<CloudSummary, Failed> {
        let looked_at = state.as_ref().and_then(|state| state.looked_at);
        let counts = match looked_at {
            Some(_) => self.store().held_counts(&name).await?,
            None => BTreeMap::new(),
        };
        let meters = match &state {
            Some(state) if looked_at.is_some() => Some(self.collected_meters(state).await?),
            _ => None,
        };
        Ok(CloudSummary {
            environments: self.environments_in(&name).await?,
            age: looked_at.map(|at| self.age(at)),
            name,
            about,
            state,
            counts,
            meters,
        })
    }

    async fn environments_in(&self, cloud: &CloudName) -> Result<Vec<EnvironmentName>, Failed> {
        let clouds_of = self.clouds_of().await?;
        let environments = self.environments().await?.iter();
        Ok(environments
            .filter(|environment| {
                let clouds = clouds_of.get(&environment.id);
                clouds.is_some_and(|clouds| clouds.contains(cloud))
            })
            .map(|environment| environment.name.clone())
            .collect())
    }

    /// A cloud's quotas as they were collected.
    async fn collected_meters(&self, state: &CloudState) -> Result<CloudMeters, Failed> {
        let rows = self.first(&state.name, HeldKind::Quota, SHOWN).await?;
        let quotas: BTreeMap<QuotaKind, Quota> = rows
            .into_iter()
            .filter_map(|row| match row.held.body {
                Body::Quota(quota) => Some((quota.what, quota.quota)),
                _ => None,
            })
            .collect();
        let why = "the cloud does not tell";
        let meters = QuotaKind::ALL.iter().map(|what| {
            let quota = quotas.get(what);
            Meter {
                what: *what,
                used: quota.map_or_else(|| Known::not(why), |quota| Known::Is(quota.used)),
                reserved: 0,
                limit: match quota.map(|quota| quota.limit) {
                    Some(Some(limit)) => MeterLimit::Limited(limit),
                    Some(None) => MeterLimit::Unlimited,
                    None => MeterLimit::Unknown { why: why.into() },
                },
            }
        });
        let read_at = state.read_at(HeldKind::Quota);
        Ok(CloudMeters {
            cloud: state.name.clone(),
            asked_at: read_at.map_or_else(|| Known::not("its quotas were never read"), Known::Is),
            stale: read_at.is_some_and(|at| self.age(at).stale),
            meters: meters.collect(),
        })
    }

    /// The first things of a kind.
    pub(super) async fn first(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        limit: u32,
    ) -> Result<Vec<HeldRow>, Failed> {
        let filter = HeldFilter {
            limit: Some(limit),
            ..HeldFilter::all(cloud.clone(), kind)
        };
        Ok(self.store().held(&filter).await?.rows)
    }

    pub(in crate::web) async fn read_cloud(&self, name: &CloudName) -> Result<CloudData, Failed> {
        let cloud = self.cloud_summary(name).await?;
        let quotas = self
            .store()
            .held_over_time(name, HeldKind::Quota, QUOTA_VERSIONS)
            .await?;
        Ok(CloudData {
            every: self.every(),
            collections: self.store().collections(name, COLLECTIONS).await?,
            quotas: changes(quotas),
            hypervisors: self.first(name, HeldKind::Hypervisor, SHOWN).await?,
            projects: self.first(name, HeldKind::Project, SHOWN).await?,
            cloud,
        })
    }
}

/// What changed of quotas, newest first, out of their versions in that order.
pub(in crate::web) fn changes(versions: Vec<HeldVersion>) -> Vec<QuotaChange> {
    let told: Vec<(DateTime<Utc>, QuotaKind, Quota)> = versions
        .into_iter()
        .filter_map(|version| match version.held.body {
            Body::Quota(quota) => Some((version.since, quota.what, quota.quota)),
            _ => None,
        })
        .collect();
    let before = |at: usize, what: QuotaKind| {
        let older = told.get(at + 1..).unwrap_or_default();
        let found = older.iter().find(|(_, of, _)| *of == what);
        found.map(|(_, _, quota)| *quota)
    };
    told.iter()
        .enumerate()
        .map(|(at, (since, what, after))| QuotaChange {
            at: *since,
            what: *what,
            before: before(at, *what),
            after: *after,
        })
        .collect()
}
