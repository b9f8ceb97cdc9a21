//! Capacity by date: what clouds last said of their quotas, who is on them and until when, what is
//! reserved, and what their quotas were at each collection. Nothing is asked of a cloud here.

use std::collections::{BTreeMap, BTreeSet};

use app::data::{Age, CapacityData, CloudCalendar, Growth, ShownReservation, ShownTarget};
use app::routes::CapacityAsk;
use chrono::{DateTime, Days, NaiveDate, Utc};
use engine::commitments::{Commitments, Stands};
use model::collection::{Body, HeldKind, QuotaUse};
use model::environment::{Environment, Layer};
use model::id::{CloudId, EnvironmentId, RevisionNumber};
use model::name::CloudName;
use model::quota::QuotaKind;
use model::topology::Topology;
use model::writing::WritingKind;
use plan::amounts::Measure;
use plan::calendar::{Ask, calendar, extension};
use plan::forecast::{Forecast, Point, forecast, weekly};
use plan::offers::{Offers, Quota};
use plan::progress::{Progress, progress};
use plan::proof::Verdict;
use plan::writings::Target;

use super::dashboard::STALE;
use super::{Failed, Reader, not_found};

/// Of what the growth is told.
const GROWING: [Measure; 3] = [Measure::Vcpus, Measure::RamMib, Measure::VolumeGib];

/// How many days back that goes.
const HISTORY: Days = Days::new(731);

impl Reader {
    pub(in crate::web) async fn read_capacity(
        &self,
        ask: &CapacityAsk,
    ) -> Result<CapacityData, Failed> {
        let today = self.today();
        let environments = self.environments().await?;
        let stands = self.stands().await?;
        let commitments = self
            .engine()
            .commitments(environments, &stands, today)
            .await?;
        let clouds = self.capacity_clouds(&stands);
        let cloud = match &ask.cloud {
            Some(cloud) if !clouds.contains(cloud) => {
                return Err(not_found(&format!("cloud “{cloud}” in use")));
            }
            Some(cloud) => Some(cloud.clone()),
            None => clouds.first().cloned(),
        };
        let shown = match cloud {
            Some(cloud) => Some(self.cloud_calendar(cloud, &commitments, ask.days()).await?),
            None => None,
        };
        let mut targets = Vec::new();
        for environment in environments {
            if let Some(target) = commitments.targets.get(&environment.id) {
                targets.push(self.shown_target(environment, target.clone()).await?);
            }
        }
        targets.sort_by_key(|shown| shown.target.by);
        let mut reservations: Vec<ShownReservation> = commitments
            .reservations
            .into_iter()
            .map(|(writing, reservation)| ShownReservation {
                id: writing.key.name,
                reservation,
                by: writing.by.to_string(),
            })
            .collect();
        reservations.sort_by_key(|shown| (shown.reservation.from, shown.reservation.until));
        let planned = environments
            .iter()
            .filter(|environment| environment.planned.is_some());
        Ok(CapacityData {
            ask: ask.clone(),
            clouds,
            shown,
            reservations,
            targets,
            planned: planned.map(|it| it.name.clone()).collect(),
            questions: self.questions(environments).await?,
        })
    }

    /// What the newest states of all environments take.
    async fn stands(&self) -> Result<BTreeMap<EnvironmentId, Stands>, Failed> {
        let mut all = BTreeMap::new();
        for environment in self.environments().await? {
            let mut stands = Stands::default();
            for digest in self.newest(environment).await? {
                stands.cloud = stands.cloud.or_else(|| digest.cloud.clone());
                match digest.revision.layer {
                    Layer::Planned => stands.planned = Some(digest.taken),
                    Layer::Observed => {
                        let seen = digest.revision.is_collected();
                        stands.observed = seen.then_some(digest.taken);
                    }
                }
            }
            all.insert(environment.id, stands);
        }
        Ok(all)
    }

    /// The clouds that are in use, and those that environments name.
    fn capacity_clouds(&self, stands: &BTreeMap<EnvironmentId, Stands>) -> Vec<CloudName> {
        let mut clouds = self.engine().clouds_in_use();
        clouds.extend(stands.values().filter_map(|stands| stands.cloud.clone()));
        clouds.into_iter().collect()
    }

    /// Whether anything can be reserved on a cloud.
    pub(in crate::web) async fn has_capacity_of(&self, cloud: &CloudName) -> Result<bool, Failed> {
        let stands = self.stands().await?;
        Ok(self.capacity_clouds(&stands).contains(cloud))
    }

    /// Why a temporary environment can't live until each of some times, where it can't, by what its
    /// cloud said last. The act itself asks the cloud anew.
    pub(super) async fn why_not_until(
        &self,
        environment: &Environment,
        until: &[DateTime<Utc>],
    ) -> Result<Vec<Option<String>>, Failed> {
        let stands = self.stands().await?;
        let found = stands.get(&environment.id);
        let Some(cloud) = found.and_then(|stands| stands.cloud.clone()) else {
            return Ok(until.iter().map(|_| None).collect());
        };
        let today = self.today();
        let environments = self.environments().await?;
        let commitments = self
            .engine()
            .commitments(environments, &stands, today)
            .await?;
        let version = self.web.state().await?.version;
        let said = self.web.headroom.now(&self.web.engine, version);
        let offers = said.get(&cloud).and_then(|said| said.offers.as_deref());
        let untold = BTreeMap::new();
        let ask = Ask {
            quotas: offers.map_or(&untold, |offers| &offers.quotas),
            tenants: commitments.tenants_of(&cloud),
            bookings: &commitments.bookings_of(&cloud),
            today,
            days: 1,
        };
        let why = |until: &DateTime<Utc>| {
            let checks = extension(&ask, &environment.name, until.date_naive());
            let failed = checks
                .into_iter()
                .filter(|check| check.verdict == Verdict::Failed);
            let words: Vec<String> = failed
                .map(|check| format!("{}: {}", check.what, check.why.unwrap_or_default()))
                .collect();
            (!words.is_empty()).then(|| words.join("; "))
        };
        Ok(until.iter().map(why).collect())
    }

    /// The questions of what if that were kept of environments that are still there.
    async fn questions(
        &self,
        environments: &[Environment],
    ) -> Result<Vec<(model::name::EnvironmentName, String)>, Failed> {
        let kept = self.store().writings(WritingKind::Scenario, None).await?;
        let names: BTreeMap<String, _> = environments
            .iter()
            .map(|environment| (environment.id.to_string(), &environment.name))
            .collect();
        let questions = kept.into_iter().filter_map(|writing| {
            let environment = names.get(&writing.key.about)?;
            Some(((*environment).clone(), writing.key.name))
        });
        Ok(questions.collect())
    }

    async fn cloud_calendar(
        &self,
        cloud: CloudName,
        commitments: &Commitments,
        days: u16,
    ) -> Result<CloudCalendar, Failed> {
        let version = self.web.state().await?.version;
        let said = self.web.headroom.now(&self.web.engine, version);
        let offers = said.get(&cloud).and_then(|said| said.offers.as_deref());
        let untold = BTreeMap::new();
        let quotas = offers.map_or(&untold, |offers| &offers.quotas);
        let bookings = commitments.bookings_of(&cloud);
        let today = self.today();
        let calendar = calendar(&Ask {
            quotas,
            tenants: commitments.tenants_of(&cloud),
            bookings: &bookings,
            today,
            days,
        });
        let now = self.engine().clock().now();
        let asked = offers.map(|offers: &Offers| Age {
            at: offers.at,
            stale: now - offers.at > STALE,
        });
        Ok(CloudCalendar {
            growth: self.growth(&cloud, quotas, days).await?,
            asked,
            calendar,
            cloud,
        })
    }

    /// Where the growth of a cloud leads, by what it counted as used at each of its collections: that
    /// is what its limits are held against, whoever made what it counts.
    async fn growth(
        &self,
        cloud: &CloudName,
        quotas: &BTreeMap<QuotaKind, Quota>,
        ahead: u16,
    ) -> Result<Vec<Growth>, Failed> {
        let state = self.store().cloud(cloud).await?;
        let read_at = state.and_then(|state| state.read_at(HeldKind::Quota));
        let today = self.today();
        let kinds = GROWING.into_iter().filter_map(Measure::quota);
        let ids: BTreeSet<CloudId> = kinds.map(|kind| CloudId::new(kind.word())).collect();
        let days = today - HISTORY..=today;
        let versions = self
            .store()
            .held_by_day(cloud, HeldKind::Quota, &ids, days)
            .await?;
        let mut changes: BTreeMap<QuotaKind, Vec<Point>> = BTreeMap::new();
        for version in versions {
            if let Body::Quota(QuotaUse { what, quota, .. }) = version.held.body {
                changes.entry(what).or_default().push(Point {
                    on: version.since.date_naive(),
                    amount: quota.used,
                });
            }
        }
        let until = today + Days::new(ahead.into());
        let growth = GROWING.into_iter().filter_map(|measure| {
            let kind = measure.quota()?;
            let changes = changes.remove(&kind).unwrap_or_default();
            let points = read_at.map_or_else(Vec::new, |at| weekly(&changes, at.date_naive()));
            let forecast = forecast(&points);
            let limit = quotas.get(&kind).and_then(|quota| quota.limit);
            let reached = match (&forecast, limit) {
                (Forecast::Line(trend), Some(limit)) => Some(trend.reaches(limit, today, ahead)),
                (Forecast::TooLittle { .. }, _) | (_, None) => None,
            };
            Some(Growth {
                measure,
                points,
                forecast,
                limit,
                reached,
                until,
            })
        });
        Ok(growth.collect())
    }

    /// A plan with its target date, and how far it has come.
    pub(super) async fn shown_target(
        &self,
        environment: &Environment,
        target: Target,
    ) -> Result<ShownTarget, Failed> {
        let planned = self
            .state_at(environment.id, Layer::Planned, environment.planned)
            .await?;
        let observed = self
            .state_at(environment.id, Layer::Observed, environment.observed)
            .await?;
        let begun = self
            .state_at(environment.id, Layer::Observed, target.begun)
            .await?;
        let progress = planned.map(|planned| progress(&planned, observed.as_ref(), begun.as_ref()));
        let done = progress.as_ref().is_none_or(Progress::is_done);
        Ok(ShownTarget {
            environment: environment.name.clone(),
            observed: environment.observed,
            overdue: !done && target.by < self.today(),
            target,
            progress,
        })
    }

    async fn state_at(
        &self,
        environment: EnvironmentId,
        layer: Layer,
        number: Option<RevisionNumber>,
    ) -> Result<Option<Topology>, Failed> {
        let Some(number) = number else {
            return Ok(None);
        };
        let state = self.store().revision(environment, layer, Some(number));
        Ok(state.await?.map(|(_, topology)| topology))
    }

    /// What a question that was kept takes of each cloud as planned, beside what stands there already.
    pub(in crate::web) async fn reserved_by(
        &self,
        name: &model::name::EnvironmentName,
        kept: &str,
    ) -> Result<BTreeMap<CloudName, BTreeMap<QuotaKind, u64>>, Failed> {
        let ask = app::routes::WhatIfAsk {
            kept: vec![kept.to_owned()],
            ..app::routes::WhatIfAsk::default()
        };
        let data = self.read_what_if(name, &ask).await?;
        let outcome = data.worked.outcome.map_err(|trouble| Failed {
            status: axum::http::StatusCode::CONFLICT,
            trouble,
        })?;
        let reserved = outcome.reservation(&model::count::Sizing::Planned);
        Ok(reserved.into_iter().collect())
    }
}

/// A day as a form sends it.
pub(in crate::web) fn day(what: &str, text: &str) -> Result<NaiveDate, String> {
    let text = text.trim();
    text.parse().map_err(|_| {
        format!("{what}: “{text}” is no day: write year, month and day, as in 2026-05-01.")
    })
}
