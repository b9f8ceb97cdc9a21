//! What if an environment were otherwise: its newest plan, what its cloud said last, what a recipe would
//! make of it, what follows it elsewhere. Nothing is asked of a cloud while the page waits.

use std::collections::BTreeMap;

use app::data::{Age, WhatIfData};
use app::routes::{EnvironmentAsk, WhatIfAsk};
use chrono::NaiveDate;
use model::environment::{Environment, EnvironmentKind};
use model::name::{CloudName, EnvironmentName};
use model::operation::Trouble;
use model::quota::QuotaKind;
use model::topology::Topology;
use model::writing::Writing;
use plan::amounts::Amounts;
use plan::loss::Places;
use plan::what_if::{Base, Ground, stack, standing, what_if};
use plan::writings::Reservation;

use super::dashboard::STALE;
use super::{Failed, Reader, not_found};

impl Reader {
    pub(super) async fn read_what_if(
        &self,
        name: &EnvironmentName,
        ask: &WhatIfAsk,
    ) -> Result<WhatIfData, Failed> {
        let environment = self.environment_of(name).await?;
        let (_, topology) = self
            .state_of(&environment, &EnvironmentAsk::default())
            .await?;
        let recipes = self.store().recipes().await?;
        // The first recipe that fits makes the temporary environment.
        let temporary = recipes.iter().find_map(|recipe| {
            let copy = plan::copy::derive(&topology, recipe, name.clone()).ok()?;
            (recipe.kind == EnvironmentKind::Temporary).then_some((recipe, copy.topology))
        });
        let secondary = self.follower(name).await?;
        let clouds = self.ground(&environment, &topology, &ask.kept).await?;
        let asked = topology
            .cloud
            .as_ref()
            .and_then(|cloud| clouds.get(cloud))
            .map(|ground| ground.offers.at);
        let now = self.engine().clock().now();
        let books = self.engine().prices().await?;
        let base = Base {
            production: &topology,
            temporary: temporary.as_ref().map(|(_, topology)| topology),
            secondary: secondary.as_ref(),
            clouds: &clouds,
            book: books.on(now.date_naive()),
            places: &Places::new(),
        };
        let kept = self.engine().scenarios(environment.id).await?;
        let own = ask.scenario.clone().without_what_is_so(&base);
        let mut asked_for = Vec::new();
        for name in &ask.kept {
            let kept = kept
                .get(name)
                .ok_or_else(|| not_found(&format!("kept question “{name}”")))?;
            asked_for.push(&kept.scenario);
        }
        asked_for.push(&own);
        let scenario = stack(asked_for);
        let outcome = what_if(&base, &scenario)
            .map(Box::new)
            .map_err(|error| Trouble {
                what: "This can’t be worked out".into(),
                why: format!("{error}."),
                todo: "Correct the address, or begin with what is planned.".into(),
            });
        Ok(WhatIfData {
            recipe: temporary
                .as_ref()
                .map(|(recipe, _)| recipe.recipe.to_string()),
            secondary: secondary
                .as_ref()
                .map(|secondary| secondary.environment.to_string()),
            asked: asked.map(|at| Age {
                at,
                stale: now - at > STALE,
            }),
            kept: kept
                .into_iter()
                .map(|(name, kept)| (name, kept.note))
                .collect(),
            environment,
            topology,
            scenario,
            outcome,
        })
    }

    /// The environment that replicates another, by its newest plan.
    async fn follower(&self, name: &EnvironmentName) -> Result<Option<Topology>, Failed> {
        for other in self.environments().await? {
            if other.kind != EnvironmentKind::Secondary {
                continue;
            }
            let (_, topology) = self.state_of(other, &EnvironmentAsk::default()).await?;
            let follows = topology.replicates.as_ref();
            if follows.is_some_and(|replicates| replicates.environment == *name) {
                return Ok(Some(topology));
            }
        }
        Ok(None)
    }

    /// What the clouds have, with what of it stands there by the environment itself, and what is reserved
    /// for others than these questions about it.
    async fn ground(
        &self,
        environment: &Environment,
        topology: &Topology,
        kept: &[String],
    ) -> Result<BTreeMap<CloudName, Ground>, Failed> {
        let version = self.web.state().await?.version;
        let said = self.web.headroom.now(&self.web.engine, version);
        let observed = match environment.observed {
            Some(number) => {
                let store = self.store();
                let layer = model::environment::Layer::Observed;
                store.revision(environment.id, layer, Some(number)).await?
            }
            None => None,
        };
        let mut reservations = self.engine().reservations().await?;
        reservations.retain(|(_, reservation)| {
            !kept
                .iter()
                .any(|name| reservation.is_for(&environment.name, name))
        });
        let today = self.today();
        let mut clouds = BTreeMap::new();
        for (name, said) in said {
            let Some(offers) = said.offers else { continue };
            let stands = observed
                .as_ref()
                .filter(|(revision, _)| revision.is_collected())
                .filter(|_| topology.cloud.as_ref() == Some(&name))
                .map(|(_, observed)| standing(observed))
                .unwrap_or_default();
            let ground = Ground {
                offers: offers.as_ref().clone(),
                reserved: reserved_today(&reservations, &name, today),
                standing: stands,
            };
            clouds.insert(name, ground);
        }
        Ok(clouds)
    }
}

/// What is kept free on a cloud on a day.
fn reserved_today(
    reservations: &[(Writing, Reservation)],
    cloud: &CloudName,
    today: NaiveDate,
) -> BTreeMap<QuotaKind, u64> {
    let bookings = reservations
        .iter()
        .filter_map(|(_, reservation)| reservation.on(cloud));
    let holding = bookings.filter(|booking| booking.holds(today));
    let amounts = holding.map(|booking| booking.amounts);
    amounts
        .fold(Amounts::default(), |sum, one| sum.and(&one))
        .quotas()
}
