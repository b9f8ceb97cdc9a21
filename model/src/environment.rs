//! What an environment is, beside its topology.

use std::fmt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{EnvironmentId, RevisionNumber};
use crate::name::{CloudName, EnvironmentName};

/// What an environment is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentKind {
    /// Serves the public.
    Production,
    /// A reduced production at a second site.
    Secondary,
    /// A copy with a lease, taken away when it ends.
    Temporary,
    /// A standing environment for tests before production.
    Staging,
    /// A standing environment for development.
    Development,
}

impl EnvironmentKind {
    /// The word for it, as in files and URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Secondary => "secondary",
            Self::Temporary => "temporary",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }
}

impl EnvironmentKind {
    /// All of them, in the order of every choice.
    pub const ALL: [Self; 5] = [
        Self::Production,
        Self::Secondary,
        Self::Temporary,
        Self::Staging,
        Self::Development,
    ];
}

impl std::str::FromStr for EnvironmentKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == text)
            .ok_or_else(|| {
                let words = Self::ALL.map(Self::word).join(", ");
                format!("`{text}` is no kind of environment: use one of {words}")
            })
    }
}

impl fmt::Display for EnvironmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Which side of an environment: what a person planned, or what was found running.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// What a person wrote: observed data never overwrites it.
    #[default]
    Planned,
    /// What was collected, or transcribed from what was running.
    Observed,
}

impl Layer {
    /// The word for it, as in files and URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Observed => "observed",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl std::str::FromStr for Layer {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "planned" => Ok(Self::Planned),
            "observed" => Ok(Self::Observed),
            other => Err(format!("`{other}` is no layer: use planned or observed")),
        }
    }
}

/// An environment as it is stored: identity and what a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Never changes.
    pub id: EnvironmentId,
    /// Unique; may change.
    pub name: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// A protected environment is never changed through the cloud until approvals exist.
    pub protected: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// When it came into the store.
    pub created_at: DateTime<Utc>,
    /// Its newest revision of each layer.
    pub planned: Option<RevisionNumber>,
    /// The newest observed revision.
    pub observed: Option<RevisionNumber>,
    /// When what is observed was last true.
    pub observed_at: Option<DateTime<Utc>>,
    /// Set once it was destroyed: it is kept for the record, its name is free again.
    pub destroyed_at: Option<DateTime<Utc>>,
}

/// One immutable state of one layer of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Whose.
    pub environment: EnvironmentId,
    /// Planned or observed.
    pub layer: Layer,
    /// Counting from 1.
    pub number: RevisionNumber,
    /// When it was stored.
    pub at: DateTime<Utc>,
    /// Where it came from: "file production-2013.yaml", "recipe temporary", "collection".
    pub source: String,
    /// SHA-256 of the canonical bytes, in hexadecimal.
    pub content_hash: String,
}

/// How the source of what a cloud showed begins.
const COLLECTED: &str = "collected from ";

impl Revision {
    /// The source of what a cloud showed.
    pub fn collected_from(cloud: &CloudName) -> String {
        format!("{COLLECTED}{cloud}")
    }

    /// Whether a cloud showed it; else a person wrote it down, and no cloud needs to know of it.
    pub fn is_collected(&self) -> bool {
        self.layer == Layer::Observed && self.source.starts_with(COLLECTED)
    }
}
