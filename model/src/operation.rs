//! Operations: acts being carried out. Their states carry their data, and only the transitions
//! named here exist.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::act::{Act, Actor};
use crate::id::{CloudId, EnvironmentId, OperationId};
use crate::key::Key;
use crate::name::EnvironmentName;

/// Something that went wrong, for a person: what happened, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened.
    pub what: String,
    /// Why, in the cloud's own words where it has said any.
    pub why: String,
    /// What to do about it.
    pub todo: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.what, self.why, self.todo)
    }
}

/// Which plan of an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// What was asked for.
    Forward,
    /// Back to what was before, because it failed.
    Rollback,
}

impl Phase {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Rollback => "rollback",
        }
    }
}

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum OperationState {
    /// Its plan is stored; nobody has asked to carry it out.
    Planned,
    /// Someone else has to agree.
    AwaitingApproval,
    /// It waits for an executor.
    Queued,
    /// An executor has it.
    Running {
        /// Since when.
        since: DateTime<Utc>,
        /// Forward, or back.
        phase: Phase,
        /// Why it goes back, where it does.
        trouble: Option<Trouble>,
    },
    /// What was asked for is so.
    Done {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// It failed, and everything is as it was before.
    RolledBack {
        /// Since when.
        at: DateTime<Utc>,
        /// Why.
        trouble: Trouble,
    },
    /// It can't go on or back by itself.
    Stopped {
        /// Since when.
        at: DateTime<Utc>,
        /// Why.
        trouble: Trouble,
        /// In which phase, so that it can be taken up there.
        phase: Phase,
    },
}

impl OperationState {
    /// When it ended, where it has.
    pub const fn ended_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Planned | Self::AwaitingApproval | Self::Queued | Self::Running { .. } => None,
            Self::Done { at } | Self::RolledBack { at, .. } | Self::Stopped { at, .. } => Some(*at),
        }
    }

    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::AwaitingApproval => "awaiting approval",
            Self::Queued => "queued",
            Self::Running {
                phase: Phase::Forward,
                ..
            } => "running",
            Self::Running {
                phase: Phase::Rollback,
                ..
            } => "rolling back",
            Self::Done { .. } => "done",
            Self::RolledBack { .. } => "rolled back",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// Whether an executor still has to work on it.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Queued | Self::Running { .. } => true,
            Self::Planned
            | Self::AwaitingApproval
            | Self::Done { .. }
            | Self::RolledBack { .. }
            | Self::Stopped { .. } => false,
        }
    }

    /// What went wrong, where something did.
    pub const fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::RolledBack { trouble, .. } | Self::Stopped { trouble, .. } => Some(trouble),
            Self::Running { trouble, .. } => trouble.as_ref(),
            Self::Planned | Self::AwaitingApproval | Self::Queued | Self::Done { .. } => None,
        }
    }
}

/// An act being carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// The environment that it changes.
    pub environment: EnvironmentId,
    /// That environment's name.
    pub environment_name: EnvironmentName,
    /// What was asked for.
    pub act: Act,
    /// By whom.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// The hash of its plan, where it has one.
    pub plan_hash: Option<String>,
    /// Where it stands.
    pub state: OperationState,
}

/// How far one step of a plan has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum StepState {
    /// The call is about to be made, or was made and its answer is not known yet.
    Intended,
    /// The cloud has taken it: the id is known, the resource not ready yet.
    Made {
        /// What the cloud calls it.
        id: CloudId,
    },
    /// The cloud says that it runs, and nobody inside has reported that it is ready.
    Running {
        /// What the cloud calls it.
        id: CloudId,
    },
    /// It is as it was asked for.
    Done {
        /// What the cloud calls it; none where it is gone.
        id: Option<CloudId>,
    },
    /// The attempt came to nothing, and left nothing behind; the next attempt has its own number.
    Failed {
        /// Why, in the cloud's own words.
        why: String,
    },
}

/// The journal's newest word on one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Which plan of the operation.
    pub phase: Phase,
    /// The step's number in the plan.
    pub step: u32,
    /// Which attempt at it, counting from 1: part of the mark.
    pub attempt: u32,
    /// How far it has come.
    pub state: StepState,
    /// When it was first intended.
    pub since: DateTime<Utc>,
    /// When it came to this state.
    pub at: DateTime<Utc>,
}

/// Something that happened in an operation, numbered from 1 by whoever carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Counting from 1 within the operation.
    pub number: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// An executor took it up, for the first time or again.
    Started {
        /// Which plan.
        phase: Phase,
        /// How many steps that has.
        steps: u32,
        /// How many of them were done before.
        done: u32,
    },
    /// A step came to a new state.
    Step {
        /// Which plan.
        phase: Phase,
        /// The step's number in it.
        step: u32,
        /// Of which resource.
        key: Key,
        /// The words for what it does: `create`.
        verb: String,
        /// How far it has come.
        state: StepState,
    },
    /// Something worth telling: a retry, a wait, an adoption.
    Note {
        /// The text.
        text: String,
    },
    /// It failed and goes back.
    RollingBack {
        /// Why.
        trouble: Trouble,
    },
    /// It ended.
    Ended {
        /// How.
        state: OperationState,
    },
}
