//! What was observed of an instance or stated of an environment, with its date and its source.
//! Facts are never planned, never compared as a plan, and never part of a hash of a plan.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::count::Count;
use crate::name::{FlavorName, GroupName, ImageName, VolumeTypeName};
use crate::profile::Category;
use crate::unit::{Gib, Hundredths, Mib};

/// An operating system's release as it was stated: `Ubuntu 12.04.2 LTS Precise`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct OsRelease(String);

impl OsRelease {
    /// Takes over a release as it was stated.
    pub fn new(stated: impl Into<String>) -> Self {
        Self(stated.into())
    }

    /// The release as it was stated.
    pub fn stated(&self) -> &str {
        &self.0
    }

    /// Distribution and series, which two point releases share: `Ubuntu 12.04` of
    /// `Ubuntu 12.04.2 LTS Precise`.
    pub fn series(&self) -> String {
        let mut words = self.0.split_whitespace();
        let distribution = words.next().unwrap_or_default();
        let version = words.next().unwrap_or_default();
        let mut parts = version.split('.');
        match (parts.next(), parts.next()) {
            (Some(major), Some(minor)) => format!("{distribution} {major}.{minor}"),
            (Some(major), None) if !major.is_empty() => format!("{distribution} {major}"),
            _ => distribution.to_owned(),
        }
    }
}

impl fmt::Display for OsRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The three load averages, over 1, 5 and 15 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LoadAverages(pub [Hundredths; 3]);

impl fmt::Display for LoadAverages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, five, fifteen] = self.0;
        write!(f, "{one}, {five}, {fifteen}")
    }
}

/// One line of `df`, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSystem {
    /// The device, or `host:/export` of a remote mount.
    pub device: String,
    /// Where it is mounted.
    pub mount: String,
    /// Its size.
    pub size: Mib,
    /// How much is used.
    pub used: Mib,
    /// How much is free for users.
    pub available: Mib,
    /// How full it is, as `df` said.
    pub used_percent: u8,
}

impl FileSystem {
    /// The host and the export where this is a remote mount.
    pub fn remote(&self) -> Option<(&str, &str)> {
        self.device
            .split_once(':')
            .filter(|(_, export)| export.starts_with('/'))
    }
}

/// What an instance itself has said, where it was asked to say something.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// It was asked to report once it is ready, and has not.
    Awaited,
    /// It reported then that it is ready.
    At(DateTime<Utc>),
}

/// How far an instance is: what the cloud says of it, and what it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The cloud says that it runs; nobody inside has reported.
    Running {
        /// Whether it was asked to.
        asked: bool,
    },
    /// The cloud says that it runs, and it reported itself that it is ready.
    Ready {
        /// When it did.
        at: DateTime<Utc>,
    },
    /// Something else, in the cloud's word.
    Other(&'a str),
}

impl Standing<'_> {
    /// The word for it.
    pub const fn word(&self) -> &str {
        match self {
            Self::Running { .. } => "running",
            Self::Ready { .. } => "ready",
            Self::Other(word) => word,
        }
    }

    /// Why it is called so, for people; none where the cloud's word says all.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Running { asked: true } => {
                Some("the cloud says so (ACTIVE); it was asked to report, and has not".to_owned())
            }
            Self::Running { asked: false } => {
                Some("the cloud says so (ACTIVE); nobody inside has reported".to_owned())
            }
            Self::Ready { at } => Some(format!(
                "it reported at {}",
                at.format("%Y-%m-%d %H:%M UTC")
            )),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why() {
            Some(why) => write!(f, "{}: {why}", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

/// A volume that an instance was seen with.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ObservedVolume {
    /// What the cloud calls it, by name, or by id where it has none.
    pub name: String,
    /// Its size.
    pub size: Gib,
    /// What sort of storage it is on, where the cloud tells.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeTypeName>,
}

/// What was observed of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceFacts {
    /// Its host name, where that isn't the group's name and the ordinal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_name: Option<String>,
    /// Its status in the cloud's word: `ACTIVE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What it has said itself; none where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Since when the cloud can't see it, because the part that holds it is down: everything else
    /// is of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_since: Option<DateTime<Utc>>,
    /// Why it failed, in the cloud's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Its flavor, where that isn't its group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavor: Option<FlavorName>,
    /// What it was started from, where that isn't its group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageName>,
    /// Addresses on the environment's networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
    /// Public addresses that are known by value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub public_addresses: Vec<IpAddr>,
    /// The volumes that were attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<ObservedVolume>,
    /// The operating system's release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsRelease>,
    /// The load averages of one sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadAverages>,
    /// File systems and mounts, as `df` listed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file_systems: Vec<FileSystem>,
}

/// How far an instance is, by the cloud's word and its own; none where the cloud has said nothing.
pub fn standing(status: Option<&str>, report: Option<Report>) -> Option<Standing<'_>> {
    Some(match (status?, report) {
        ("ACTIVE", Some(Report::At(at))) => Standing::Ready { at },
        ("ACTIVE", Some(Report::Awaited)) => Standing::Running { asked: true },
        ("ACTIVE", None) => Standing::Running { asked: false },
        (other, _) => Standing::Other(other),
    })
}

impl InstanceFacts {
    /// How far it is, where the cloud has said anything of it.
    pub fn standing(&self) -> Option<Standing<'_>> {
        standing(self.status.as_deref(), self.report)
    }
}

/// Something stated of an environment, with its date: requests per month.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedFact {
    /// What was counted.
    pub what: String,
    /// How much, a whole number.
    pub value: u64,
    /// Its unit: `requests/month`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The first day that it holds for.
    pub from: NaiveDate,
    /// The last day that it holds for; the same day unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Which total a document states.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DeclaredWhat {
    /// A number of instances.
    Instances,
    /// A number of public addresses.
    PublicAddresses,
}

impl DeclaredWhat {
    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::PublicAddresses => "public addresses",
        }
    }
}

/// A total that a document merely states, held against what is computed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTotal {
    /// What is counted.
    pub what: DeclaredWhat,
    /// Only of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Only of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    /// Only of the instances on this series of an operating system: `Ubuntu 10.04`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_series: Option<String>,
    /// The number stated.
    pub count: Count,
    /// Where it is stated: `1.3`.
    pub source: String,
    /// What else is said there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
