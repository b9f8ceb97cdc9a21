//! The dashboard: findings of all environments, headroom as the clouds last told it, environments,
//! the newest acts.

use std::collections::BTreeMap;

use app::data::{CloudMeters, Dashboard, Known, Meter, MeterLimit};
use chrono::{DateTime, Duration, Utc};
use engine::port::Demand;
use model::name::CloudName;
use model::operation::{Phase, StepState};
use plan::Plan;
use plan::offers::{Offers, QuotaKind};
use plan::proof::demand;

use super::environments::by_severity;
use super::{Failed, Reader};
use crate::web::headroom::Said;

/// How many lines of the log of acts are shown.
const ACTIVITY: u32 = 10;
/// From what age on a cloud's answer can't be relied on.
pub(super) const STALE: Duration = Duration::minutes(10);

impl Reader {
    pub(super) async fn read_dashboard(&self) -> Result<Dashboard, Failed> {
        let summaries = self.summaries().await?;
        let findings = summaries
            .iter()
            .flat_map(|summary| {
                summary
                    .newest
                    .iter()
                    .flat_map(|digest| digest.placed(&summary.row.environment))
            })
            .collect();
        let clouds_of = summaries
            .iter()
            .filter_map(|summary| {
                let cloud = summary.row.cloud.as_ref()?;
                Some((summary.row.environment.id, cloud.clone()))
            })
            .collect();
        let clouds = self.meters(&clouds_of).await?;
        let activity = self.store().audit(None, ACTIVITY).await?;
        Ok(Dashboard {
            findings: by_severity(findings),
            clouds,
            environments: summaries.into_iter().map(|summary| summary.row).collect(),
            activity,
        })
    }

    /// What each cloud has left. `clouds_of` says which cloud each environment is on.
    async fn meters(
        &self,
        clouds_of: &BTreeMap<model::id::EnvironmentId, String>,
    ) -> Result<Vec<CloudMeters>, Failed> {
        let version = self.web.state().await?.version;
        let said = self.web.headroom.now(&self.web.engine, version);
        let mut reserved: BTreeMap<&str, Demand> = BTreeMap::new();
        for open in self.store().open_operations().await? {
            let Some(cloud) = clouds_of.get(&open.environment) else {
                continue;
            };
            let offers = said
                .iter()
                .find(|(name, _)| name.as_str() == cloud)
                .and_then(|(_, said)| said.offers.as_deref());
            if let Some(offers) = offers {
                let still = self.still_to_come(open.operation, offers).await?;
                let sum = reserved.entry(cloud).or_default();
                for (kind, amount) in still {
                    *sum.entry(kind).or_insert(0) += amount;
                }
            }
        }
        let now = self.engine().clock().now();
        Ok(self
            .engine()
            .clouds_in_use()
            .iter()
            .map(|name| {
                let nothing = Demand::new();
                let reserved = reserved.get(name.as_str()).unwrap_or(&nothing);
                meters_of(name, said.get(name), reserved, now)
            })
            .collect())
    }

    /// What an operation under way will take and does not take yet.
    async fn still_to_come(
        &self,
        operation: model::id::OperationId,
        offers: &Offers,
    ) -> Result<Demand, Failed> {
        let Some(mut plan) = self.store().plan(operation, Phase::Forward).await? else {
            return Ok(Demand::new());
        };
        let journal = self.store().journal(operation).await?;
        let begun = |number: u32| {
            journal.iter().any(|entry| {
                entry.phase == Phase::Forward
                    && entry.step == number
                    && match entry.state {
                        StepState::Made { .. }
                        | StepState::Running { .. }
                        | StepState::Done { .. } => true,
                        StepState::Intended | StepState::Failed { .. } => false,
                    }
            })
        };
        plan = Plan {
            steps: (0..)
                .zip(plan.steps)
                .filter(|(number, _)| !begun(*number))
                .map(|(_, step)| step)
                .collect(),
            ..plan
        };
        Ok(demand(&plan, &offers.flavors))
    }
}

fn meters_of(
    cloud: &CloudName,
    said: Option<&Said>,
    reserved: &Demand,
    now: DateTime<Utc>,
) -> CloudMeters {
    let not_yet = "it was not asked yet: look again in a moment";
    let silence = said
        .and_then(|said| said.silence.as_deref())
        .unwrap_or(not_yet);
    let offers = said.and_then(|said| said.offers.as_deref());
    let Some(offers) = offers else {
        return CloudMeters {
            cloud: cloud.clone(),
            asked_at: Known::not(silence),
            stale: false,
            meters: Vec::new(),
        };
    };
    let meters = QuotaKind::ALL.iter().map(|kind| {
        let quota = offers.quotas.get(kind);
        let why = "the cloud does not tell";
        Meter {
            what: *kind,
            used: quota.map_or_else(|| Known::not(why), |quota| Known::Is(quota.used)),
            reserved: reserved.get(kind).copied().unwrap_or(0),
            limit: match quota.map(|quota| quota.limit) {
                Some(Some(limit)) => MeterLimit::Limited(limit),
                Some(None) => MeterLimit::Unlimited,
                None => MeterLimit::Unknown { why: why.into() },
            },
        }
    });
    CloudMeters {
        cloud: cloud.clone(),
        asked_at: Known::Is(offers.at),
        stale: now - offers.at > STALE,
        meters: meters.collect(),
    }
}
