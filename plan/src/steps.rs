//! The ordered plan: changes, steps with their order and inverses, footprint, hash.

use std::collections::BTreeMap;

use model::key::Key;
use model::resource::Resource;
use serde::{Deserialize, Serialize};

/// One ordered act on the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Of which resource.
    pub key: Key,
    /// What is done.
    pub act: StepAct,
    /// The steps that come before it, by number, and what must hold of each.
    pub needs: Vec<Need>,
    /// How it is taken back.
    pub inverse: Inverse,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "lowercase")]
pub enum StepAct {
    /// The resource comes.
    Create {
        /// What it will be.
        resource: Resource,
    },
    /// It changes and stays itself.
    Update {
        /// What it is.
        before: Resource,
        /// What it will be.
        after: Resource,
    },
    /// It goes.
    Delete {
        /// What it was.
        resource: Resource,
    },
}

impl StepAct {
    /// The word for it.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "change",
            Self::Delete { .. } => "delete",
        }
    }
}

/// A step that comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Need {
    /// Its number.
    pub step: u32,
    /// What must hold of it.
    pub until: Until,
}

/// What must hold of a step before the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// The cloud has taken it.
    Exists,
    /// The cloud says that it can be used.
    Running,
    /// What was asked for is so: ready, or gone. An instance that was asked to report is ready once
    /// it has.
    Ready,
}

/// How a step is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "inverse", rename_all = "lowercase")]
pub enum Inverse {
    /// By the opposite step: what is created is deleted, what is changed is changed back.
    Opposite,
    /// Not at all, and why: what was on it is gone.
    Impossible {
        /// Why.
        why: String,
    },
}

/// What a plan expects of one resource that it touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expect", rename_all = "lowercase")]
pub enum Expected {
    /// It is not there.
    Absent,
    /// It is there, like this.
    Present {
        /// Its comparable value.
        resource: Resource,
    },
}

/// A plan: everything that will be done, and everything that it stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The steps, each after those that it needs.
    pub steps: Vec<Step>,
    /// What is expected of each resource touched.
    pub footprint: BTreeMap<Key, Expected>,
    /// SHA-256 over the canonical bytes of steps and footprint, in hexadecimal.
    pub hash: String,
}
