//! Who is on which cloud, until when, and what comes of it: leases, target dates and reservations, as
//! [`plan::calendar`] adds them up. It reads the store and no cloud, and decides nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::count::Sizing;
use model::environment::{Environment, Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::lease::Lease;
use model::name::CloudName;
use model::resolved::resolve;
use model::topology::Topology;
use model::writing::Writing;
use plan::amounts::Amounts;
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
    /// What a cloud showed of it. What a person wrote down of it is none of that: it says nothing of what
    /// the cloud counts.
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
            let lease = leases.get(&environment.id);
            let made = match (lease, observed) {
                (Some(_), None) => self.made(environment).await?,
                (None, _) | (_, Some(_)) => Amounts::default(),
            };
            let known = Known {
                observed: observed.as_ref(),
                made,
                planned: planned.as_ref(),
                lease,
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

    /// What is made so far of an environment that is coming up, by the journal.
    async fn made(&self, environment: &Environment) -> Result<Amounts, StoreError> {
        let made = self.store().bindings(environment.id).await?;
        if made.is_empty() {
            return Ok(Amounts::default());
        }
        let planned = self
            .newest(environment, Layer::Planned, environment.planned)
            .await?;
        let Some((_, topology)) = planned else {
            return Ok(Amounts::default());
        };
        let planned = resolve(&topology, &Sizing::Planned);
        let resources = made.keys().filter_map(|key| planned.resources.get(key));
        Ok(Amounts::of_resources(resources, &topology.flavors))
    }

    /// What is on a cloud and what is reserved there, from today on, by the newest states: for acts and
    /// the command line.
    pub(crate) async fn commitments_now(
        &self,
        today: NaiveDate,
    ) -> Result<Commitments, StoreError> {
        let environments = self.store().environments(false).await?;
        let stands = self.stands(&environments).await?;
        self.commitments(&environments, &stands, today).await
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
                .find_map(|(_, topology)| topology.cloud.clone());
            let seen = observed.filter(|(revision, _)| revision.is_collected());
            let stands = Stands {
                cloud,
                observed: seen.map(|(_, topology)| taken_by(&topology)),
                planned: planned.map(|(_, topology)| taken_by(&topology)),
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
    ) -> Result<Option<(Revision, Topology)>, StoreError> {
        let Some(number) = number else {
            return Ok(None);
        };
        self.store()
            .revision(environment.id, layer, Some(number))
            .await
    }
}
