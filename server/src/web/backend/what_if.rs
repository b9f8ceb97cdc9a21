//! What if an environment were otherwise: its newest plan, what its cloud said last, what a recipe would
//! make of it, what follows it elsewhere, where its instances were seen. Nothing is asked of a cloud while
//! the page waits.

use std::collections::{BTreeMap, BTreeSet};

use app::data::{Age, KeptFree, NotKept, WhatIfData, WhatIfGround};
use app::routes::{EnvironmentAsk, WhatIfAsk};
use chrono::NaiveDate;
use model::collection::{Body, HeldFilter, HeldKind};
use model::environment::{Environment, EnvironmentKind};
use model::filter::MAX_PAGE_ROWS;
use model::key::Key;
use model::name::{CloudName, EnvironmentName};
use model::quota::QuotaKind;
use model::topology::Topology;
use model::writing::Writing;
use plan::amounts::Amounts;
use plan::loss::{Place, Places};
use plan::what_if::{Given, Ground, standing};
use plan::writings::{KeptScenario, Reservation};

use super::dashboard::STALE;
use super::{Failed, Reader, not_found};

/// So many pages of servers are looked through for where instances stand; where the others do, nobody
/// knows, and what is lost says so.
const PAGES_OF_SERVERS: usize = 10;

/// What a question is worked out from, and what its page shows beside it.
struct Whole {
    environment: Environment,
    ground: WhatIfGround,
    recipe: Option<String>,
    kept: BTreeMap<String, KeptScenario>,
}

impl Reader {
    pub(super) async fn read_what_if(
        &self,
        name: &EnvironmentName,
        ask: &WhatIfAsk,
    ) -> Result<WhatIfData, Failed> {
        let Whole {
            environment,
            ground,
            recipe,
            kept,
        } = self.whole(name).await?;
        let worked = ground
            .work_out(ask)
            .map_err(|NotKept(name)| not_found(&format!("kept question “{name}”")))?;
        Ok(WhatIfData {
            environment,
            ground,
            recipe,
            kept: kept
                .into_iter()
                .map(|(name, kept)| (name, kept.note))
                .collect(),
            stacked: ask.kept.clone(),
            worked,
        })
    }

    /// What a browser works questions out from: no more of it than that takes.
    pub(in crate::web) async fn read_what_if_ground(
        &self,
        name: &EnvironmentName,
    ) -> Result<WhatIfGround, Failed> {
        Ok(self.whole(name).await?.ground.lean())
    }

    async fn whole(&self, name: &EnvironmentName) -> Result<Whole, Failed> {
        let environment = self.environment_of(name).await?;
        let (_, production) = self
            .state_of(&environment, &EnvironmentAsk::default())
            .await?;
        let recipes = self.store().recipes().await?;
        // The first recipe that fits makes the temporary environment.
        let temporary = recipes.iter().find_map(|recipe| {
            let copy = plan::copy::derive(&production, recipe, name.clone()).ok()?;
            (recipe.kind == EnvironmentKind::Temporary).then_some((recipe, copy.topology))
        });
        let (recipe, temporary) = temporary
            .map(|(recipe, topology)| (recipe.recipe.to_string(), topology))
            .unzip();
        let secondary = self.follower(name).await?;
        let today = self.today();
        let reservations = self.engine().reservations().await?;
        let clouds = self
            .ground(&environment, &production, &reservations)
            .await?;
        let now = self.engine().clock().now();
        let asked = production
            .cloud
            .as_ref()
            .and_then(|cloud| clouds.get(cloud))
            .map(|ground| ground.offers.at)
            .map(|at| Age {
                at,
                stale: now - at > STALE,
            });
        let places = match &production.cloud {
            Some(cloud) => self.places(&environment, cloud).await?,
            None => Places::new(),
        };
        let prices = self.engine().prices().await?;
        let books = prices.at(production.site.as_ref());
        let kept = self.engine().scenarios(environment.id).await?;
        let scenarios = kept
            .iter()
            .map(|(name, kept)| (name.clone(), kept.scenario.clone()));
        let ground = WhatIfGround {
            environment: name.clone(),
            now,
            asked,
            kept: scenarios.collect(),
            kept_free: kept_free(&reservations, name, &kept, today),
            given: Given {
                production,
                temporary,
                secondary,
                clouds,
                book: books.on(now.date_naive()).cloned(),
                places,
            },
        };
        Ok(Whole {
            environment,
            ground,
            recipe,
            kept,
        })
    }

    /// Where the instances of an environment were seen on its cloud.
    async fn places(&self, environment: &Environment, cloud: &CloudName) -> Result<Places, Failed> {
        let mut places = Places::new();
        let mut filter = HeldFilter {
            environment: Some(environment.name.clone()),
            limit: Some(MAX_PAGE_ROWS),
            ..HeldFilter::all(cloud.clone(), HeldKind::Server)
        };
        for _ in 0..PAGES_OF_SERVERS {
            let page = self.store().held(&filter).await?;
            for row in page.rows {
                let (Some((group, ordinal)), Body::Server(server)) = (row.instance, row.held.body)
                else {
                    continue;
                };
                let place = Place {
                    host: server.hypervisor,
                    zone: server.zone,
                };
                if place != Place::default() {
                    places.insert(Key::instance(&group, ordinal), place);
                }
            }
            let Some(next) = page.next else { break };
            filter.after = Some(next);
        }
        Ok(places)
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

    /// What the clouds have, with what of it stands there by the environment itself, and what is
    /// reserved.
    async fn ground(
        &self,
        environment: &Environment,
        topology: &Topology,
        reservations: &[(Writing, Reservation)],
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
                reserved: reserved_today(reservations.iter().map(|(_, one)| one), &name, today),
                standing: stands,
            };
            clouds.insert(name, ground);
        }
        Ok(clouds)
    }
}

/// What is kept free for the kept questions about an environment, by name and cloud.
fn kept_free(
    reservations: &[(Writing, Reservation)],
    environment: &EnvironmentName,
    kept: &BTreeMap<String, KeptScenario>,
    today: NaiveDate,
) -> BTreeMap<String, KeptFree> {
    let mut all = BTreeMap::new();
    for question in kept.keys() {
        let own = || {
            let all = reservations.iter().map(|(_, reservation)| reservation);
            all.filter(|reservation| reservation.is_for(environment, question))
        };
        let clouds: BTreeSet<&CloudName> = own().flat_map(|one| one.takes.keys()).collect();
        let free: KeptFree = clouds
            .into_iter()
            .map(|cloud| (cloud.clone(), reserved_today(own(), cloud, today)))
            .collect();
        if !free.is_empty() {
            all.insert(question.clone(), free);
        }
    }
    all
}

/// What is kept free on a cloud on a day.
fn reserved_today<'a>(
    reservations: impl Iterator<Item = &'a Reservation>,
    cloud: &CloudName,
    today: NaiveDate,
) -> BTreeMap<QuotaKind, u64> {
    let bookings = reservations.filter_map(|reservation| reservation.on(cloud));
    let holding = bookings.filter(|booking| booking.holds(today));
    let amounts = holding.map(|booking| booking.amounts);
    amounts
        .fold(Amounts::default(), |sum, one| sum.and(&one))
        .quotas()
}
