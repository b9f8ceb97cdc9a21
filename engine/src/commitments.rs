//! Who is on which cloud, until when, and what comes of it: leases, target dates and reservations, as
//! [`plan::calendar`] adds them up. It reads the store and no cloud, and decides nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::count::Sizing;
use model::environment::{Environment, Layer};
use model::id::{EnvironmentId, RevisionNumber};
use model::lease::Lease;
use model::name::CloudName;
use model::topology::Topology;
use model::writing::Writing;
use plan::calendar::{Booking, Known, Tenant};
use plan::capacity::{Taken, taken};
use plan::need::Needs;
use plan::writings::{Reservation, Target};

use crate::Engine;
use crate::port::StoreError;

/// What an environment's newest states take, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stands {
    /// The cloud that it is on, where one is named.
    pub cloud: Option<CloudName>,
    /// What it was seen to have.
    pub observed: Option<Taken>,
    /// What it is planned to have.
    pub planned: Option<Taken>,
}

/// What is known of the capacity of all clouds by date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitments {
    /// The environments on each cloud that have something there, or will.
    pub tenants: BTreeMap<CloudName, Vec<Tenant>>,
    /// By when environments are to be as planned.
    pub targets: BTreeMap<EnvironmentId, Target>,
    /// What is kept free, each with the writing that it stands in.
    pub reservations: Vec<(Writing, Reservation)>,
}

impl Commitments {
    /// The environments on a cloud.
    pub fn tenants_of(&self, cloud: &CloudName) -> &[Tenant] {
        self.tenants.get(cloud).map_or(&[], Vec::as_slice)
    }

    /// What is kept free on a cloud.
    pub fn bookings_of(&self, cloud: &CloudName) -> Vec<Booking> {
        let reservations = self.reservations.iter();
        reservations
            .filter_map(|(_, reservation)| reservation.on(cloud))
            .collect()
    }
}

/// What a state takes as planned.
pub fn taken_by(topology: &Topology) -> Taken {
    taken(&Needs::of(topology), &Sizing::Planned, None)
}

impl Engine {
    /// What becomes of environments whose states are known, from a day on.
    pub async fn commitments(
        &self,
        environments: &[Environment],
        stands: &BTreeMap<EnvironmentId, Stands>,
        today: NaiveDate,
    ) -> Result<Commitments, StoreError> {
        let leases: BTreeMap<EnvironmentId, Lease> = self
            .store()
            .leases()
            .await?
            .into_iter()
            .map(|lease| (lease.environment, lease))
            .collect();
        let targets = self.targets(None).await?;
        let mut tenants: BTreeMap<CloudName, Vec<Tenant>> = BTreeMap::new();
        for environment in environments {
            let Some(Stands {
                cloud: Some(cloud),
                observed,
                planned,
            }) = stands.get(&environment.id)
            else {
                continue;
            };
            let known = Known {
                observed: observed.as_ref(),
                planned: planned.as_ref(),
                lease: leases.get(&environment.id),
                target: targets.get(&environment.id),
            };
            let tenant = Tenant::of(environment.name.clone(), today, known);
            if !tenant.is_nothing() {
                tenants.entry(cloud.clone()).or_default().push(tenant);
            }
        }
        Ok(Commitments {
            tenants,
            targets,
            reservations: self.reservations().await?,
        })
    }

    /// What the newest states of environments take, read one by one: for acts and the command line.
    /// Pages know it of what they have read before.
    pub async fn stands(
        &self,
        environments: &[Environment],
    ) -> Result<BTreeMap<EnvironmentId, Stands>, StoreError> {
        let mut all = BTreeMap::new();
        for environment in environments {
            let planned = self
                .newest(environment, Layer::Planned, environment.planned)
                .await?;
            let observed = self
                .newest(environment, Layer::Observed, environment.observed)
                .await?;
            let cloud = [&planned, &observed]
                .into_iter()
                .flatten()
                .find_map(|topology| topology.cloud.clone());
            let stands = Stands {
                cloud,
                observed: observed.as_ref().map(taken_by),
                planned: planned.as_ref().map(taken_by),
            };
            all.insert(environment.id, stands);
        }
        Ok(all)
    }

    async fn newest(
        &self,
        environment: &Environment,
        layer: Layer,
        number: Option<RevisionNumber>,
    ) -> Result<Option<Topology>, StoreError> {
        let Some(number) = number else {
            return Ok(None);
        };
        let state = self
            .store()
            .revision(environment.id, layer, Some(number))
            .await?;
        Ok(state.map(|(_, topology)| topology))
    }
}
