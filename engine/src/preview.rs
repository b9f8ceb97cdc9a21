//! Previews: what would be done, and how it would be judged, before anybody clicks. A preview
//! changes nothing; its plan's hash is what the click then stands for.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use model::count::Sizing;
use model::environment::{Environment, Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::key::Key;
use model::lease::Lease;
use model::name::{EnvironmentName, GroupName, RecipeName};
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::resource::Resource;
use model::topology::Topology;
use plan::Plan;
use plan::buildable::{Obstacle, obstacles};
use plan::copy::Fidelity;
use plan::offers::QuotaKind;
use plan::proof::{self, Proof};

use crate::collect::Purpose;
use crate::look::Look;
use crate::port::Demand;
use crate::{Engine, EngineError};

/// What would be done to bring an environment up or down.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What it will be.
    pub topology: Topology,
    /// The plan.
    pub plan: Plan,
    /// The plan held against the cloud.
    pub proof: Proof,
    /// What it takes of each quota.
    pub demand: Demand,
    /// What the cloud has free of each quota that it limits.
    pub free: Demand,
    /// What is there now.
    pub observed: Resolved,
    /// How that was seen.
    pub look: Look,
}

/// What would be done to make a copy.
#[derive(Clone, Debug)]
pub struct CopyPreview {
    /// The recipe.
    pub recipe: Recipe,
    /// The source's revision.
    pub source: Revision,
    /// What the copy would be.
    pub topology: Topology,
    /// How true it would be to its source.
    pub fidelity: Vec<Fidelity>,
    /// When it would go again.
    pub expires_at: DateTime<Utc>,
    /// The latest that it could be extended to.
    pub limit: DateTime<Utc>,
    /// What keeps it from being built; then there is neither plan nor proof.
    pub obstacles: Vec<Obstacle>,
    /// The plan with its proof.
    pub preview: Option<Preview>,
}

/// Which copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOrder {
    /// The source.
    pub source: EnvironmentName,
    /// A revision of the source; its newest unless named.
    pub revision: Option<RevisionNumber>,
    /// The recipe.
    pub recipe: RecipeName,
    /// What it will be called.
    pub name: EnvironmentName,
    /// How long it lives; as the recipe says unless given.
    pub hours: Option<u32>,
}

/// How many older states are looked through for what an instance was told.
const REMEMBERED: usize = 20;

/// Takes over what instances were told from a state that tells it; whether it is known of all then.
fn remembered(observed: &mut Resolved, state: &Resolved) -> bool {
    let mut all = true;
    for (key, resource) in &mut observed.resources {
        if let Resource::Instance(instance) = resource {
            if let Some(Resource::Instance(known)) = state.resources.get(key) {
                Arc::make_mut(instance)
                    .first_boot
                    .remember(&known.first_boot);
            }
            all &= instance.first_boot.told().is_some();
        }
    }
    all
}

impl Engine {
    /// The environment of a name.
    pub async fn environment(&self, name: &EnvironmentName) -> Result<Environment, EngineError> {
        self.store()
            .environment(name)
            .await?
            .ok_or_else(|| EngineError::NoEnvironment(name.to_string()))
    }

    /// The state of an environment that people mean: planned where there is one, else observed.
    pub async fn state(
        &self,
        environment: &Environment,
        number: Option<RevisionNumber>,
    ) -> Result<(Revision, Topology), EngineError> {
        for layer in [Layer::Planned, Layer::Observed] {
            if let Some(state) = self.store().revision(environment.id, layer, number).await? {
                return Ok(state);
            }
        }
        Err(EngineError::NoState(
            environment.name.clone(),
            "planned or observed",
        ))
    }

    /// What would be done to make a copy.
    pub async fn preview_copy(&self, order: &CopyOrder) -> Result<CopyPreview, EngineError> {
        let source = self.environment(&order.source).await?;
        let (revision, topology) = self.state(&source, order.revision).await?;
        let recipe = self
            .store()
            .recipe(&order.recipe)
            .await?
            .ok_or_else(|| EngineError::NoRecipe(order.recipe.clone()))?;
        let mut copy = plan::copy::derive(&topology, &recipe, order.name.clone())?;
        self.locate_data(&source, &topology, &mut copy.topology)
            .await?;
        let now = self.clock().now();
        let hours = order.hours.unwrap_or(recipe.lease.hours);
        if hours == 0 || hours > recipe.lease.max_hours {
            return Err(EngineError::Lease(format!(
                "{hours} hours are out of bounds: recipe `{}` allows 1 to {}",
                recipe.recipe, recipe.lease.max_hours
            )));
        }
        let obstacles = obstacles(&copy.topology);
        let preview = if obstacles.is_empty() {
            let observed = Resolved::default();
            let target = resolve(&copy.topology, &Sizing::Planned);
            let topology = copy.topology.clone();
            let look = Look::at_nothing();
            let lasts = now + chrono::Duration::hours(i64::from(hours));
            let until = Some(lasts.date_naive());
            let cost = self.cost_until_expiry(&topology, hours).await?;
            Some(
                self.judge(topology, observed, &target, look, until, cost)
                    .await?,
            )
        } else {
            None
        };
        Ok(CopyPreview {
            expires_at: now + chrono::Duration::hours(i64::from(hours)),
            limit: now + chrono::Duration::hours(i64::from(recipe.lease.max_hours)),
            recipe,
            source: revision,
            topology: copy.topology,
            fidelity: copy.fidelity,
            obstacles,
            preview,
        })
    }

    /// What would be done to bring an environment to its planned state, for as long as its lease says.
    pub async fn preview_up(&self, environment: &Environment) -> Result<Preview, EngineError> {
        let lease = self.store().lease(environment.id).await?;
        self.preview_up_until(environment, lease.map(|lease| lease.expires_at))
            .await
    }

    /// The same with another end of its lease.
    pub(crate) async fn preview_up_until(
        &self,
        environment: &Environment,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Preview, EngineError> {
        let (_, topology) = self
            .store()
            .revision(environment.id, Layer::Planned, None)
            .await?
            .ok_or_else(|| EngineError::NoState(environment.name.clone(), "planned"))?;
        let obstacles = obstacles(&topology);
        if !obstacles.is_empty() {
            return Err(EngineError::NotBuildable {
                environment: environment.name.clone(),
                obstacles,
            });
        }
        let target = resolve(&topology, &Sizing::Planned);
        self.nothing_foreign_in_the_way(environment, &target)
            .await?;
        let cloud = self.cloud_of(&topology)?;
        let look = self.look(&**cloud, environment.id).await?;
        let mut observed = look.collection().resolved(Purpose::BringUp, &target);
        self.remember(environment.id, &mut observed, &target)
            .await?;
        let until = expires_at.map(|expires_at| expires_at.date_naive());
        let cost = self.cost_in_words(&topology, &target).await?;
        self.judge(topology, observed, &target, look, until, cost)
            .await
    }

    /// Fills in what instances that are there were told when they first started: a cloud keeps no
    /// more of it than a digest, and whoever has to make one of them as it was needs all. What is
    /// planned now says it of most; of others an older state may.
    async fn remember(
        &self,
        environment: EnvironmentId,
        observed: &mut Resolved,
        target: &Resolved,
    ) -> Result<(), EngineError> {
        if remembered(observed, target) {
            return Ok(());
        }
        let mut planned = self.store().revisions(environment).await?;
        planned.retain(|revision| revision.layer == Layer::Planned);
        for revision in planned.into_iter().take(REMEMBERED) {
            let number = Some(revision.number);
            let state = self
                .store()
                .revision(environment, Layer::Planned, number)
                .await?;
            let Some((_, topology)) = state else { continue };
            if remembered(observed, &resolve(&topology, &Sizing::Planned)) {
                break;
            }
        }
        Ok(())
    }

    /// Refuses to make what is there already and was not made by us: it would be there twice.
    pub(crate) async fn nothing_foreign_in_the_way(
        &self,
        environment: &Environment,
        target: &Resolved,
    ) -> Result<(), EngineError> {
        let is_planned = |(group, ordinal): &(GroupName, u32)| {
            target
                .resources
                .contains_key(&Key::instance(group, *ordinal))
        };
        let servers = self.foreign_at(environment.id, is_planned).await?;
        if servers.is_empty() {
            return Ok(());
        }
        Err(EngineError::ForeignServers {
            environment: environment.name.clone(),
            servers,
        })
    }

    /// The foreign servers of an environment, which every act leaves alone: `web-3 (app[3])`.
    pub async fn left_alone(&self, environment: &Environment) -> Result<Vec<String>, EngineError> {
        self.foreign_at(environment.id, |_| true).await
    }

    /// What would be done to take an environment away.
    pub async fn preview_down(&self, environment: &Environment) -> Result<Preview, EngineError> {
        let (_, topology) = self.state(environment, None).await?;
        let planned = resolve(&topology, &Sizing::Planned);
        let cloud = self.cloud_of(&topology)?;
        let look = self.look(&**cloud, environment.id).await?;
        let observed = look.collection().resolved(Purpose::TakeDown, &planned);
        self.judge(topology, observed, &Resolved::default(), look, None, None)
            .await
    }

    pub(crate) fn cloud_of(
        &self,
        topology: &Topology,
    ) -> Result<&std::sync::Arc<dyn crate::port::Cloud>, EngineError> {
        let name = topology
            .cloud
            .as_ref()
            .ok_or_else(|| EngineError::OnNoCloud(topology.environment.clone()))?;
        self.cloud(name)
    }

    /// Plans and judges. `until` is the last day on which it has to have room, where it is leased; `cost` is
    /// what it costs, in words, where anything has a price.
    pub(crate) async fn judge(
        &self,
        topology: Topology,
        observed: Resolved,
        target: &Resolved,
        look: Look,
        until: Option<NaiveDate>,
        cost: Option<String>,
    ) -> Result<Preview, EngineError> {
        let cloud = self.cloud_of(&topology)?;
        let plan = plan::plan(&observed, target)?;
        let mut offers = self
            .offers_patiently(&**cloud, &proof::wanted(&plan))
            .await?;
        let wanted = plan::sizes::sources(&plan).collect();
        offers.sources = self.stored_patiently(&**cloud, &wanted).await?;
        let sizes = plan::sizes::sizes(target, &offers);
        let plan = if sizes.is_empty() {
            plan
        } else {
            plan::plan_with(&observed, target, &sizes)?
        };
        let demand = proof::demand(&plan, &offers.flavors);
        let free: Demand = offers
            .quotas
            .iter()
            .filter_map(|(kind, quota)| quota.free().map(|free| (*kind, free)))
            .collect();
        // What operations under way have reserved is judged by the store when the operation is queued,
        // in the same transaction; here the cloud speaks, and what people reserved and planned.
        let reserved: BTreeMap<QuotaKind, u64> = BTreeMap::new();
        let proof = proof::judge(&plan, &topology.flavors, &offers, &reserved);
        let proof = match until {
            Some(until) if !demand.is_empty() => {
                proof.with(self.prove_stay(&topology, &offers, until).await?)
            }
            Some(_) | None => proof,
        };
        let proof = match cost {
            Some(words) => proof.with_cost(words),
            None => proof,
        };
        Ok(Preview {
            topology,
            plan,
            proof,
            demand,
            free,
            observed,
            look,
        })
    }

    /// Until when an environment lives that is brought up now.
    pub(crate) fn lease_from(
        &self,
        environment: &Environment,
        lease: &Lease,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Lease, EngineError> {
        let now = self.clock().now();
        let expires_at = match expires_at {
            Some(expires_at) if expires_at > lease.limit => {
                return Err(EngineError::Lease(format!(
                    "{} may live until {} at most: choose an earlier time",
                    environment.name,
                    lease.limit.format("%Y-%m-%d %H:%M UTC")
                )));
            }
            Some(expires_at) if expires_at <= now => {
                return Err(EngineError::Lease(format!(
                    "{} is in the past: choose a later time",
                    expires_at.format("%Y-%m-%d %H:%M UTC")
                )));
            }
            Some(expires_at) => expires_at,
            None => lease.expires_at,
        };
        Ok(Lease {
            expires_at,
            ..lease.clone()
        })
    }
}
