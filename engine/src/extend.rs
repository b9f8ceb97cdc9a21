//! Letting a temporary environment live longer. Its proof runs again: what it takes must fit on every
//! day until its new end, beside what is planned and reserved for those days. What could not be
//! checked is named and keeps nobody: an environment must not be lost because a cloud is silent.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use model::act::Act;
use model::environment::Environment;
use model::lease::Lease;
use model::name::CloudName;
use model::topology::Topology;
use plan::amounts::{Amounts, Measure};
use plan::calendar::{self, Ask as CalendarAsk};
use plan::offers::{Offer, Offers};
use plan::proof::{Check, Proof};
use plan::writings::Reservation;

use crate::commitments::taken_by;
use crate::submit::{Outcome, Request};
use crate::{Engine, EngineError};

impl Engine {
    pub(crate) async fn extend(
        &self,
        request: &Request,
        environment: Environment,
        until: DateTime<Utc>,
    ) -> Result<Outcome, EngineError> {
        let lease = self.store().lease(environment.id).await?.ok_or_else(|| {
            EngineError::Lease(format!(
                "{} has no lease: it stays until it is taken down",
                environment.name
            ))
        })?;
        if until < lease.expires_at {
            return Err(EngineError::Lease(format!(
                "{} already lives until {}: choose a later time, or destroy it",
                environment.name,
                lease.expires_at.format("%Y-%m-%d %H:%M UTC")
            )));
        }
        let extended = self.lease_from(&environment, &lease, Some(until))?;
        let proof = self.prove_extension(&environment, &lease, until).await?;
        if !proof.passed() {
            return Err(EngineError::ProofFailed(Box::new(proof)));
        }
        let extended = Lease {
            extensions: lease.extensions + 1,
            ..extended
        };
        let act = Act::Extend {
            environment: environment.id,
            until,
        };
        let audit = self.audit(request, &act);
        // The cloud was asked meanwhile: somebody else may have been quicker.
        self.store()
            .put_lease(Some(&lease), extended.clone(), act, audit)
            .await?;
        Ok(Outcome::Extended(extended))
    }

    /// Whether an environment can live until a time, and what that costs. The proof is about the plan
    /// that its newest operation carried out.
    pub async fn prove_extension(
        &self,
        environment: &Environment,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<Proof, EngineError> {
        let (_, topology) = self.state(environment, None).await?;
        let newest = self.store().operations(Some(environment.id), 1).await?;
        let plan_hash = newest
            .into_iter()
            .find_map(|operation| operation.plan_hash)
            .unwrap_or_default();
        let offers = self.quotas_now(&topology).await;
        let checks = match &topology.cloud {
            None => Vec::new(),
            Some(cloud) => {
                let last = until.date_naive();
                self.by_calendar(cloud, &offers, |ask| {
                    calendar::extension(ask, &environment.name, last)
                })
                .await?
            }
        };
        let proof = Proof::of(plan_hash, offers.at, checks);
        let hours = (until - lease.expires_at).num_hours();
        Ok(
            match self
                .cost_of_hours(&topology, lease.expires_at, hours)
                .await?
            {
                Some(words) => proof.with_cost(words),
                None => proof,
            },
        )
    }

    /// Whether a plan that was made to be carried out now has room until an environment's last day, beside
    /// what is reserved and planned for those days: what a longer lease is proved by, of one that begins.
    /// Where nobody reserved or planned anything, the cloud's quotas alone speak.
    pub(crate) async fn prove_stay(
        &self,
        topology: &Topology,
        offers: &Offers,
        until: NaiveDate,
    ) -> Result<Vec<Check>, EngineError> {
        let today = self.clock().now().date_naive();
        let Some(cloud) = topology.cloud.as_ref().filter(|_| until >= today) else {
            return Ok(Vec::new());
        };
        let reserved = self.reservations().await?;
        let concerns = |reservation: &Reservation| {
            reservation.on(cloud).is_some()
                && reservation.from <= until
                && reservation.until >= today
        };
        let is_reserved = reserved
            .iter()
            .any(|(_, reservation)| concerns(reservation));
        if !is_reserved && self.targets(None).await?.is_empty() {
            return Ok(Vec::new());
        }
        let takes = Amounts::of(&taken_by(topology));
        self.by_calendar(cloud, offers, |ask| {
            calendar::arrival(ask, &topology.environment, takes, until)
        })
        .await
    }

    /// What a cloud's calendar says of a stay, from today on.
    async fn by_calendar(
        &self,
        cloud: &CloudName,
        offers: &Offers,
        stay: impl FnOnce(&CalendarAsk<'_>) -> Vec<Check>,
    ) -> Result<Vec<Check>, EngineError> {
        let today = self.clock().now().date_naive();
        let commitments = self.commitments_now(today).await?;
        Ok(stay(&CalendarAsk {
            quotas: &offers.quotas,
            tenants: commitments.tenants_of(cloud),
            bookings: &commitments.bookings_of(cloud),
            today,
            days: 1,
        }))
    }

    /// What a cloud tells of its quotas right now; nothing where it doesn't answer.
    async fn quotas_now(&self, topology: &Topology) -> Offers {
        let wanted: BTreeSet<Offer> = Measure::ALL
            .into_iter()
            .filter_map(Measure::quota)
            .map(Offer::Quota)
            .collect();
        let asked = match self.cloud_of(topology) {
            Ok(cloud) => cloud.offers(&wanted).await.map_err(EngineError::from),
            Err(error) => Err(error),
        };
        asked.unwrap_or_else(|error| {
            tracing::warn!(environment = %topology.environment, %error, "its quotas are not known");
            Offers::none(self.clock().now())
        })
    }
}
