//! The runbook: the order of operations for people. What can go in parallel, what must wait and why,
//! what a person does and how one sees that it is done, how to go back at each point. For setting up,
//! upgrading, switching to the secondary site and back, and taking down.
//!
//! The order is the planner's, which reads the declared dependencies once: setting up and taking down
//! are its steps, gathered; the others order their groups by the same steps. Nothing here may come to
//! an order of its own, and nothing here is carried out.

mod by_hand;
mod layers;
pub mod markdown;
mod sequence;
mod stages;
mod switch;
mod target;
mod upgrade;
mod words;

use model::name::{EnvironmentName, GroupName};
use serde::{Deserialize, Serialize};

use crate::planner::PlanError;
use crate::steps::Until;

pub use stages::{change, of_plan, set_up, take_down};
pub use switch::{switch_back, switch_over};
pub use target::Target;
pub use upgrade::upgrade;

/// What a runbook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// An environment comes.
    SetUp,
    /// It changes into what is planned.
    Change,
    /// What runs on its instances is upgraded.
    Upgrade,
    /// The secondary site takes over.
    SwitchOver,
    /// The first site takes over again.
    SwitchBack,
    /// An environment goes.
    TakeDown,
}

impl Purpose {
    /// All of them, in the order of every choice.
    pub const ALL: [Self; 6] = [
        Self::SetUp,
        Self::Change,
        Self::Upgrade,
        Self::SwitchOver,
        Self::SwitchBack,
        Self::TakeDown,
    ];

    /// The word for it, as in URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Change => "change",
            Self::Upgrade => "upgrade",
            Self::SwitchOver => "switch-over",
            Self::SwitchBack => "switch-back",
            Self::TakeDown => "take-down",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.word() == text)
            .ok_or_else(|| {
                let words = Self::ALL.map(Self::word).join(", ");
                format!("`{text}` is no purpose of a runbook: use one of {words}")
            })
    }
}

/// The order of operations, as a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// What it is.
    pub title: String,
    /// What it is for.
    #[serde(rename = "for")]
    pub purpose: Purpose,
    /// What is to be known before one begins.
    pub notes: Vec<String>,
    /// The stages, each after those before it.
    pub stages: Vec<Stage>,
}

/// What can go in parallel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Counting from 1.
    pub number: u32,
    /// What is done; in any order, or at once.
    pub entries: Vec<Entry>,
    /// Why it can't begin before the stage ahead of it; none for the first.
    pub waits_for: Vec<Wait>,
    /// How to go back to where it all began, once this stage is done.
    pub back: Back,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is done.
    pub what: String,
    /// On what.
    pub on: Vec<Target>,
    /// Who does it.
    pub by: Hands,
    /// Whether its instances go one after the other, in the order of `on`.
    pub one_at_a_time: bool,
    /// What a person does, in order, each with its check.
    pub manual: Vec<Manual>,
    /// All that it waits for.
    pub waits: Vec<Wait>,
    /// How one sees that it is done.
    pub check: String,
    /// How to go back from here.
    pub back: Back,
    /// The steps of the plan that it stands for, by number; none where it is no step of a plan.
    pub steps: Vec<u32>,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hands {
    /// Understudy, where it carries the plan out.
    Understudy,
    /// A person.
    Person,
}

/// Something that a person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manual {
    /// What.
    pub what: String,
    /// How one sees that it is done.
    pub check: String,
}

/// What something waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wait {
    /// The stage in which that happens.
    pub stage: u32,
    /// What it is about.
    pub on: String,
    /// What must hold of it, in words: `is ready`.
    pub holds: String,
    /// How far it must have come.
    pub until: Until,
    /// Why.
    pub why: String,
}

/// How to go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "back", rename_all = "lowercase")]
pub enum Back {
    /// There is a way.
    How {
        /// Which.
        how: String,
    },
    /// There is none.
    Impossible {
        /// Why.
        why: String,
    },
}

impl Back {
    fn how(how: impl Into<String>) -> Self {
        Self::How { how: how.into() }
    }

    /// What the first stage has, until it is known how the entries go back.
    fn undo() -> Self {
        Self::how("Take this stage back; nothing came before it.")
    }
}

/// Why there is no runbook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunbookError {
    /// There is no plan to read the order from.
    #[error(transparent)]
    NoPlan(#[from] PlanError),
    /// The one does not follow the other.
    #[error(
        "{secondary} does not say that it replicates {primary}: write `replicates` into its file, or choose the environment that it follows"
    )]
    NotReplicated {
        /// The environment that should take over.
        secondary: EnvironmentName,
        /// The one that it should follow.
        primary: EnvironmentName,
    },
    /// What is followed is not there.
    #[error(
        "{secondary}: group {group} says that it replicates {wanted} of {primary}, which has no such group: correct `replicates`"
    )]
    NoSuchGroup {
        /// The environment that follows.
        secondary: EnvironmentName,
        /// Its group.
        group: GroupName,
        /// The group that it follows.
        wanted: GroupName,
        /// Where that should be.
        primary: EnvironmentName,
    },
}
