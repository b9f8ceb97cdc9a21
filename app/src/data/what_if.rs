//! What the page of a what-if shows, and what the browser needs to work it out by itself. Both halves
//! work it out by the one function in here, so that they can't come to different answers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::environment::Environment;
use model::name::{CloudName, EnvironmentName};
use model::operation::Trouble;
use model::quota::QuotaKind;
use plan::what_if::{Base, Given, Ground, Outcome, Scenario, stack, what_if};
use serde::{Deserialize, Serialize};

use super::Age;
use crate::routes::WhatIfAsk;

/// A question of what if about an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfData {
    /// Which environment.
    pub environment: Environment,
    /// What it is worked out from.
    pub ground: WhatIfGround,
    /// What one temporary environment is made by, where one could be.
    pub recipe: Option<String>,
    /// Questions that were kept, each with what is worth knowing of it.
    pub kept: Vec<(String, Option<String>)>,
    /// The names of those that are asked here, the lowest first.
    pub stacked: Vec<String>,
    /// What is asked, and what comes of it.
    pub worked: WorkedOut,
}

/// What a question is worked out from: all that a browser needs to do it without the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfGround {
    /// Which environment.
    pub environment: EnvironmentName,
    /// The server's time.
    pub now: DateTime<Utc>,
    /// When the cloud said last what it has, where it did.
    pub asked: Option<Age>,
    /// The questions that were kept, by name.
    pub kept: BTreeMap<String, Scenario>,
    /// What is kept free today for such a question, by its name; it counts in what is reserved.
    pub kept_free: BTreeMap<String, KeptFree>,
    /// What is held against what.
    pub given: Given,
}

/// What is kept free on clouds.
pub type KeptFree = BTreeMap<CloudName, BTreeMap<QuotaKind, u64>>;

/// A question, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedOut {
    /// What is asked beside the questions that were kept: what an address has to say of it.
    pub own: Scenario,
    /// All that is asked.
    pub scenario: Scenario,
    /// What comes of it, or why it can't be worked out.
    pub outcome: Result<Box<Outcome>, Trouble>,
}

/// A question is asked that nobody kept, or that was forgotten: its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept(pub String);

/// That a question can't be worked out, and why.
pub fn refused(why: impl std::fmt::Display) -> Trouble {
    Trouble {
        what: "This can’t be worked out".into(),
        why: format!("{why}."),
        todo: "Correct what is asked, or begin with what is planned.".into(),
    }
}

impl WhatIfGround {
    /// This with nothing that working it out doesn't need.
    #[must_use]
    pub fn lean(self) -> Self {
        Self {
            given: self.given.lean(),
            ..self
        }
    }

    /// Works a question out.
    pub fn work_out(&self, ask: &WhatIfAsk) -> Result<WorkedOut, NotKept> {
        let clouds = self.without_own(&ask.kept);
        let base = Base {
            clouds: clouds.as_ref().unwrap_or(&self.given.clouds),
            ..self.given.base()
        };
        let mut beneath = Vec::new();
        for name in &ask.kept {
            let kept = self.kept.get(name).ok_or_else(|| NotKept(name.clone()))?;
            beneath.push(kept);
        }
        let beneath = stack(beneath);
        let own = ask.scenario.clone().on_top_of(&beneath, &base);
        let scenario = beneath.with(&own).without_what_is_so(&base);
        let outcome = what_if(&base, &scenario).map(Box::new).map_err(refused);
        Ok(WorkedOut {
            own,
            scenario,
            outcome,
        })
    }

    /// What the clouds have where something is kept free for these very questions, which takes nothing
    /// away from them.
    fn without_own(&self, kept: &[String]) -> Option<BTreeMap<CloudName, Ground>> {
        let own: BTreeSet<&String> = kept.iter().collect();
        let mut own = own
            .into_iter()
            .filter_map(|name| self.kept_free.get(name))
            .peekable();
        own.peek()?;
        let mut clouds = self.given.clouds.clone();
        for (cloud, amounts) in own.flatten() {
            let Some(ground) = clouds.get_mut(cloud) else {
                continue;
            };
            for (kind, amount) in amounts {
                if let Some(reserved) = ground.reserved.get_mut(kind) {
                    *reserved = reserved.saturating_sub(*amount);
                }
            }
        }
        Some(clouds)
    }
}
