//! The preview of a copy: the plan and what it leaves out come from the store, the proof from the
//! cloud. Where the cloud does not answer in time the preview stands without a proof and says why.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::data::{CopyPreview, Cost, Known, Offer, RecipeChoice};
use app::routes::CopyAsk;
use engine::preview::CopyOrder;
use engine::{EngineError, preview};
use model::count::Sizing;
use model::environment::{Environment, EnvironmentKind, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::name::{EnvironmentName, RecipeName};
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use plan::Plan;
use plan::buildable::{Obstacle, obstacles};
use plan::capacity::capacity_of;
use plan::copy::Fidelity;
use plan::cost::spell::{Spell, over};
use plan::proof::{Proof, Verdict};

use super::{Failed, Reader, not_found};
use crate::web::Web;

/// How old a cloud's answer may be that an environment's page shows.
const PROOF_KEPT: Duration = Duration::from_secs(5);
/// How long a page waits for a cloud.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many drafts are kept.
const KEPT: usize = 64;
/// How much of a copy's name its source's may take: a name has 63 letters at most.
const ROOM_FOR_SOURCE: usize = 55;

/// What a copy would be, whatever it is called.
#[derive(Clone, Debug)]
struct Draft {
    recipe: Recipe,
    source: Revision,
    topology: Topology,
    fidelity: Vec<Fidelity>,
    obstacles: Vec<Obstacle>,
    plan: Plan,
    proof: Known<Proof>,
}

/// What a draft was made of, beside the recipe itself.
type Made = (EnvironmentId, Option<RevisionNumber>, RecipeName);

/// Drafts of seconds ago: looking at an environment asks its cloud once in a while, not each time.
#[derive(Debug, Default)]
pub(in crate::web) struct Proofs {
    drafts: Mutex<HashMap<Made, (Duration, Arc<Draft>)>>,
}

impl Proofs {
    fn get(&self, made: &Made, recipe: &Recipe, now: Duration) -> Option<Arc<Draft>> {
        let drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, draft) = drafts.get(made)?;
        let fresh = now.saturating_sub(*at) < PROOF_KEPT && draft.recipe == *recipe;
        fresh.then(|| Arc::clone(draft))
    }

    fn keep(&self, made: Made, now: Duration, draft: &Arc<Draft>) {
        let mut drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        if drafts.len() >= KEPT {
            drafts.clear();
        }
        drafts.insert(made, (now, Arc::clone(draft)));
    }
}

/// Where prices can be told.
const NO_PRICES: &str = "there is no price book for today yet: write one under Prices";

/// What some hours of an environment cost, in words; where something has no price that is told with it.
pub(super) fn in_words(spell: &Spell) -> Known<String> {
    match spell.amount() {
        Some(amount) if spell.is_whole() => Known::Is(amount),
        Some(amount) => Known::Is(format!(
            "{amount}, {} of {} items priced",
            spell.priced, spell.of
        )),
        None => Known::not("nothing of it has a price"),
    }
}

/// What the pages tell of a cost where nobody told any prices.
pub(super) fn no_prices<T>() -> Known<T> {
    Known::not(NO_PRICES)
}

impl Reader {
    /// The default copy of an environment; none where copies of it make no sense.
    pub(super) async fn offer(&self, source: &Environment) -> Result<Option<Offer>, Failed> {
        if source.kind == EnvironmentKind::Temporary || source.destroyed_at.is_some() {
            return Ok(None);
        }
        let recipes = self.store().recipes().await?;
        let mut why = None;
        for recipe in default_first(&recipes) {
            let draft = match self.draft(source, recipe).await {
                Ok(draft) => draft,
                Err(failed) => {
                    why.get_or_insert(format!("{}. {}", failed.trouble.why, failed.trouble.todo));
                    continue;
                }
            };
            if let Some(obstacles) = in_the_way(&draft.obstacles) {
                why.get_or_insert(obstacles);
                continue;
            }
            let ask = CopyAsk::default();
            let preview = self.preview(source, &draft, &recipes, &ask).await?;
            return Ok(Some(Offer::Ready(Box::new(preview))));
        }
        let why = why.unwrap_or_else(|| {
            "There is no recipe for copies yet: import one with `understudy import FILE`."
                .to_owned()
        });
        Ok(Some(Offer::Missing { why }))
    }

    pub(super) async fn read_copy_preview(
        &self,
        source: &EnvironmentName,
        ask: &CopyAsk,
    ) -> Result<CopyPreview, Failed> {
        let source = self.engine().environment(source).await?;
        let recipes = self.store().recipes().await?;
        let recipe = match &ask.recipe {
            Some(name) => recipes
                .iter()
                .find(|recipe| recipe.recipe == *name)
                .ok_or_else(|| not_found(&format!("recipe “{name}”")))?,
            None => default_first(&recipes).next().ok_or_else(|| {
                not_found("recipe for copies yet: import one with `understudy import FILE`")
            })?,
        };
        let draft = self.draft(&source, recipe).await?;
        self.preview(&source, &draft, &recipes, ask).await
    }

    async fn draft(&self, source: &Environment, recipe: &Recipe) -> Result<Arc<Draft>, Failed> {
        let web: &Web = &self.web;
        let made = (
            source.id,
            source.planned.or(source.observed),
            recipe.recipe.clone(),
        );
        let now = web.engine.clock().monotonic();
        if web.options.caches
            && let Some(draft) = web.proofs.get(&made, recipe, now)
        {
            return Ok(draft);
        }
        let order = CopyOrder {
            source: source.name.clone(),
            revision: None,
            recipe: recipe.recipe.clone(),
            name: source.name.clone(),
            hours: None,
        };
        let asked = tokio::time::timeout(PATIENCE, web.engine.preview_copy(&order)).await;
        let draft = match asked {
            Ok(Ok(preview)) => judged(preview),
            Ok(Err(EngineError::Cloud(error))) => {
                self.unproven(
                    source,
                    recipe,
                    format!("the cloud could not be asked: {error}"),
                )
                .await?
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let why = format!("the cloud did not answer within {} s", PATIENCE.as_secs());
                self.unproven(source, recipe, why).await?
            }
        };
        let draft = Arc::new(draft);
        if web.options.caches {
            web.proofs.keep(made, now, &draft);
        }
        Ok(draft)
    }

    /// The same plan without its cloud's word.
    async fn unproven(
        &self,
        source: &Environment,
        recipe: &Recipe,
        why: String,
    ) -> Result<Draft, Failed> {
        let (revision, topology) = self.engine().state(source, None).await?;
        let copy = plan::copy::derive(&topology, recipe, source.name.clone())
            .map_err(EngineError::from)?;
        let target = resolve(&copy.topology, &Sizing::Planned);
        let plan = plan::plan(&Resolved::default(), &target).map_err(EngineError::from)?;
        Ok(Draft {
            recipe: recipe.clone(),
            source: revision,
            obstacles: obstacles(&copy.topology),
            topology: copy.topology,
            fidelity: copy.fidelity,
            plan,
            proof: Known::not(why),
        })
    }

    /// A proof that says what the copy costs for as long as was asked for, by the prices of now.
    async fn with_cost_until(
        &self,
        proof: &Known<Proof>,
        topology: &Topology,
        hours: u32,
    ) -> Result<Known<Proof>, Failed> {
        let words = self.engine().cost_until_expiry(topology, hours).await?;
        Ok(match (proof.clone(), words) {
            (Known::Is(proof), Some(words)) => Known::Is(proof.with_cost(words)),
            (proof, _) => proof,
        })
    }

    /// What an environment costs from now on, for an hour and for so many.
    async fn cost_of(&self, topology: &Topology, hours: u32) -> Result<Known<Cost>, Failed> {
        let prices = self.engine().prices().await?;
        let books = prices.at(topology.site.as_ref());
        let now = self.engine().clock().now();
        let spell = |hours| over(topology, &Sizing::Planned, books, now, hours);
        let (Some(one), Some(all)) = (spell(1), spell(hours)) else {
            return Ok(no_prices());
        };
        Ok(match (one.amount(), all.amount()) {
            (Some(per_hour), Some(until_expiry)) => Known::Is(Cost {
                per_hour,
                until_expiry,
                basis: all.basis(),
            }),
            (None, _) | (_, None) => Known::not("nothing of it has a price"),
        })
    }

    /// A draft with everything filled in that was left open.
    async fn preview(
        &self,
        source: &Environment,
        draft: &Draft,
        recipes: &[Recipe],
        ask: &CopyAsk,
    ) -> Result<CopyPreview, Failed> {
        let Draft {
            recipe,
            source: revision,
            topology,
            fidelity,
            obstacles,
            plan,
            proof,
        } = draft;
        let environments = self.environments().await?;
        let taken = |name: &str| {
            environments
                .iter()
                .any(|environment| environment.name.as_str() == name)
        };
        let name = match &ask.name {
            Some(name) => name.clone(),
            None => free_name(&source.name, taken),
        };
        let checked = EnvironmentName::new(&name);
        let hours = ask.hours.unwrap_or(recipe.lease.hours);
        let max_hours = recipe.lease.max_hours;
        let refused = match &checked {
            Err(error) => Some(format!("The name is not possible: {error}.")),
            Ok(_) if taken(&name) => Some(format!(
                "There is already an environment called {name}: choose another name."
            )),
            Ok(_) if hours == 0 || hours > max_hours => Some(format!(
                "{hours} hours are not possible: the recipe allows 1 to {max_hours}."
            )),
            Ok(_) => in_the_way(obstacles).or_else(|| does_not_fit(proof)),
        };
        let mut capacity = capacity_of(topology);
        if let Ok(name) = checked {
            capacity.name = name;
        }
        let now = self.engine().clock().now();
        let reason = ask
            .reason
            .clone()
            .unwrap_or_else(|| format!("copy {name} by recipe {}", recipe.recipe));
        Ok(CopyPreview {
            ask: CopyAsk {
                recipe: Some(recipe.recipe.clone()),
                name: Some(name.clone()),
                hours: Some(hours),
                reason: Some(reason.clone()),
            },
            source: source.name.clone(),
            source_kind: source.kind,
            layer: revision.layer,
            revision: revision.number,
            recipe: recipe.recipe.clone(),
            recipes: recipes
                .iter()
                .map(|recipe| RecipeChoice {
                    name: recipe.recipe.clone(),
                    note: recipe.note.clone(),
                })
                .collect(),
            name,
            cloud: topology.cloud.clone(),
            hours,
            max_hours,
            expires_at: now + chrono::Duration::hours(i64::from(hours.min(max_hours))),
            reason,
            capacity,
            cost: self.cost_of(topology, hours).await?,
            plan: plan.clone(),
            proof: self.with_cost_until(proof, topology, hours).await?,
            fidelity: fidelity.clone(),
            idempotency_key: self.web.marks.key.clone(),
            refused,
        })
    }
}

/// Recipes in the order in which they are offered: those for temporary copies first.
fn default_first(recipes: &[Recipe]) -> impl Iterator<Item = &Recipe> {
    let temporary = |recipe: &&Recipe| recipe.kind == EnvironmentKind::Temporary;
    let others = move |recipe: &&Recipe| !temporary(recipe);
    recipes
        .iter()
        .filter(temporary)
        .chain(recipes.iter().filter(others))
}

fn judged(preview: preview::CopyPreview) -> Draft {
    let preview::CopyPreview {
        recipe,
        source,
        topology,
        fidelity,
        expires_at: _,
        limit: _,
        obstacles,
        preview,
    } = preview;
    let (plan, proof) = match preview {
        Some(ready) => (ready.plan, Known::Is(ready.proof)),
        None => (
            Plan {
                steps: Vec::new(),
                footprint: BTreeMap::new(),
                hash: String::new(),
            },
            Known::not("there is no plan to prove yet"),
        ),
    };
    Draft {
        recipe,
        source,
        topology,
        fidelity,
        obstacles,
        plan,
        proof,
    }
}

fn in_the_way(obstacles: &[Obstacle]) -> Option<String> {
    let texts: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| format!("It can’t be built yet: {}.", texts.join("; ")))
}

fn does_not_fit(proof: &Known<Proof>) -> Option<String> {
    let failed: Vec<String> = proof
        .known()?
        .checks
        .iter()
        .filter(|check| check.verdict == Verdict::Failed)
        .map(|check| match &check.why {
            Some(why) => format!("{}: {why}", check.what),
            None => check.what.clone(),
        })
        .collect();
    (!failed.is_empty()).then(|| format!("It does not fit: {}.", failed.join("; ")))
}

/// A name for a copy that is not taken yet.
fn free_name(source: &EnvironmentName, taken: impl Fn(&str) -> bool) -> String {
    let source: String = source.as_str().chars().take(ROOM_FOR_SOURCE).collect();
    let base = format!("{source}-copy");
    if !taken(&base) {
        return base;
    }
    (2..=u32::MAX)
        .map(|number| format!("{base}{number}"))
        .find(|name| !taken(name))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_copy_gets_a_name_that_is_free_and_possible() {
        let source = EnvironmentName::new("production").unwrap();
        assert_eq!(free_name(&source, |_| false), "production-copy");
        let taken = ["production-copy", "production-copy2"];
        assert_eq!(
            free_name(&source, |name| taken.contains(&name)),
            "production-copy3"
        );
        let longest = EnvironmentName::new(&"a".repeat(63)).unwrap();
        assert!(EnvironmentName::new(&free_name(&longest, |_| false)).is_ok());
    }
}
