//! Lists of what a cloud holds: filters, orders, rows. The pages, the API and the command line use
//! the same.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::held::Held;
use super::kind::HeldKind;
use super::owner::Owner;
use crate::filter::Direction;
use crate::id::{CloudId, RevisionNumber};
use crate::name::{CloudName, EnvironmentName, GroupName};

/// By what a list is sorted; name and id break ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldSort {
    /// Name.
    #[default]
    Name,
    /// Status.
    Status,
    /// What such a thing is asked for after its name: a server's flavor.
    Detail,
    /// Project.
    Project,
    /// Whose it is: environment, group, ordinal.
    Place,
}

impl HeldSort {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Status,
        Self::Detail,
        Self::Project,
        Self::Place,
    ];

    /// The word for it, as in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::Detail => "detail",
            Self::Project => "project",
            Self::Place => "place",
        }
    }
}

impl fmt::Display for HeldSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl std::str::FromStr for HeldSort {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|sort| sort.word() == text)
            .ok_or_else(|| {
                let words = Self::ALL.map(Self::word).join(", ");
                format!("`{text}` is no order: use one of {words}")
            })
    }
}

/// Which things of one kind of one cloud; whatever is not set doesn't narrow.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeldFilter {
    /// Of which cloud.
    pub cloud: CloudName,
    /// Of which kind.
    pub kind: HeldKind,
    /// Whose.
    pub owner: Option<Owner>,
    /// Of which environment.
    pub environment: Option<EnvironmentName>,
    /// With this status.
    pub status: Option<String>,
    /// With this detail: a server's flavor.
    pub detail: Option<String>,
    /// Of which project, by its id.
    pub project: Option<CloudId>,
    /// With this text in name, id, address, metadata or tag.
    pub q: Option<String>,
    /// Sorted by.
    pub sort: HeldSort,
    /// Sorted which way.
    pub direction: Direction,
    /// From after this: a page's `next`.
    pub after: Option<String>,
    /// How many rows; [`crate::filter::PAGE_ROWS`] unless given.
    pub limit: Option<u32>,
}

impl HeldFilter {
    /// Everything of a kind.
    pub const fn all(cloud: CloudName, kind: HeldKind) -> Self {
        Self {
            cloud,
            kind,
            owner: None,
            environment: None,
            status: None,
            detail: None,
            project: None,
            q: None,
            sort: HeldSort::Name,
            direction: Direction::Ascending,
            after: None,
            limit: None,
        }
    }
}

/// One thing, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Whose it is.
    pub owner: Owner,
    /// The environment that it belongs to, by name, where it belongs to one that is still known.
    pub environment: Option<EnvironmentName>,
    /// Which instance of the environment it is, where it is one.
    pub instance: Option<(GroupName, u32)>,
    /// What it is.
    #[serde(flatten)]
    pub held: Held,
}

/// What the filters of a list offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFacets {
    /// Each status there is.
    pub statuses: Vec<String>,
    /// Each detail there is, where there are few.
    pub details: Vec<String>,
    /// Each project that something belongs to, with its name, or its id where that isn't told.
    pub projects: Vec<(CloudId, String)>,
}

/// What a thing was from one collection on until another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldVersion {
    /// Since which collection.
    pub from: RevisionNumber,
    /// When that was.
    pub since: DateTime<Utc>,
    /// Until which collection, and when that was; none where it is still so.
    pub until: Option<(RevisionNumber, DateTime<Utc>)>,
    /// What it was.
    pub held: Held,
}
