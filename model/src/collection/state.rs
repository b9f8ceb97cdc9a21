//! How a cloud's collections stand: what was read when, what could not be read, what is being read.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::Collection;
use super::kind::HeldKind;
use crate::name::CloudName;

/// How far a credential reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// One project.
    #[default]
    Project,
    /// Every project of the cloud: it is an administrator's.
    Cloud,
}

/// Why a kind, or a whole cloud, could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Since when, by the first collection that failed so.
    pub since: DateTime<Utc>,
    /// The cloud's words.
    pub why: String,
}

/// What came of reading a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was read.
    Whole {
        /// How far the credential reached.
        reach: Reach,
        /// Why no further, in the cloud's words, where it was tried.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// It could not be read, or not to its end: what was known of it before stands, with its age.
    Failed(Trouble),
    /// The credential may not: what was known of it before stands, with its age.
    Forbidden(Trouble),
    /// The cloud has no such service.
    NotOffered(Trouble),
}

impl Outcome {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Whole { .. } => "whole",
            Self::Failed(_) => "failed",
            Self::Forbidden(_) => "forbidden",
            Self::NotOffered(_) => "not offered",
        }
    }

    /// Why it wasn't read, where it wasn't.
    pub const fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Whole { .. } => None,
            Self::Failed(trouble) | Self::Forbidden(trouble) | Self::NotOffered(trouble) => {
                Some(trouble)
            }
        }
    }
}

/// How reading one kind of a cloud stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindState {
    /// Which.
    pub kind: HeldKind,
    /// When all of it was last read; never where it never was.
    pub read_at: Option<DateTime<Utc>>,
    /// What came of the last try.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl KindState {
    /// Whether something is missing that ought to be there: what only administrators are told is
    /// missing to everybody else, and a service that isn't there has nothing to tell.
    pub const fn is_partial(&self) -> bool {
        match &self.outcome {
            Outcome::Whole { .. } | Outcome::NotOffered(_) => false,
            Outcome::Forbidden(_) => !self.kind.is_for_administrators(),
            Outcome::Failed(_) => true,
        }
    }
}

/// How far a collection under way has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why: "schedule", "asked for by Ada".
    pub source: String,
    /// What is being read, and how many there are so far; nothing between two kinds and at the end.
    pub reading: Option<(HeldKind, u64)>,
    /// The kinds that were read, with how many there are.
    pub read: Vec<(HeldKind, u64)>,
    /// The kinds that could not be read, or not to their end.
    pub missed: Vec<HeldKind>,
}

impl Progress {
    /// How many things were read so far.
    pub fn held(&self) -> u64 {
        let read: u64 = self.read.iter().map(|(_, count)| count).sum();
        read + self.reading.map_or(0, |(_, count)| count)
    }

    /// How many kinds have been dealt with.
    pub const fn kinds(&self) -> usize {
        self.read.len() + self.missed.len()
    }
}

/// How a cloud's collections stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudState {
    /// Its name.
    pub name: CloudName,
    /// The newest collection.
    pub newest: Option<Collection>,
    /// When the last look at it began that went to its end.
    pub looked_at: Option<DateTime<Utc>>,
    /// When it is to be looked at again; none where nobody said.
    pub next_at: Option<DateTime<Utc>>,
    /// Since when somebody waits for a look who asked for one.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Why the last look came to nothing at all, where it did.
    pub trouble: Option<Trouble>,
    /// The look that is under way.
    pub progress: Option<Progress>,
    /// How each kind stands, in their order; none of a kind that was never tried.
    pub kinds: Vec<KindState>,
}

impl CloudState {
    /// A cloud that nobody has looked at yet.
    pub const fn new(name: CloudName) -> Self {
        Self {
            name,
            newest: None,
            looked_at: None,
            next_at: None,
            wanted_at: None,
            trouble: None,
            progress: None,
            kinds: Vec::new(),
        }
    }

    /// How one kind stands.
    pub fn kind(&self, kind: HeldKind) -> Option<&KindState> {
        self.kinds.iter().find(|state| state.kind == kind)
    }

    /// When a kind was last read whole.
    pub fn read_at(&self, kind: HeldKind) -> Option<DateTime<Utc>> {
        self.kind(kind).and_then(|state| state.read_at)
    }

    /// The kinds that something is missing of.
    pub fn partial(&self) -> impl Iterator<Item = &KindState> {
        self.kinds.iter().filter(|state| state.is_partial())
    }

    /// Whether somebody waits for a look that has not begun yet.
    pub fn is_wanted(&self) -> bool {
        self.wanted_at.is_some()
    }
}

/// Whether data of a time can't be relied on any more: it is older than twice the schedule.
pub fn is_stale(at: DateTime<Utc>, every: Option<Duration>, now: DateTime<Utc>) -> bool {
    every.is_some_and(|every| now - at > every * 2)
}
