//! Disks: volumes with what is on them, snapshots, images of instances, and what instances start
//! from. What is read of another environment is named by the cloud's id, never by a name.

use serde::{Deserialize, Serialize};

use crate::data::VolumeSource;
use crate::id::CloudId;
use crate::key::Key;
use crate::name::ImageName;
use crate::unit::Gib;
use crate::value::Value;

/// What a volume of another environment held at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VolumeSnapshot {
    /// What the cloud calls the volume.
    pub volume: Value<CloudId>,
    /// How large the volume was.
    pub size: Value<Gib>,
}

/// An image made of an instance of another environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Image {
    /// What the cloud calls the instance.
    pub instance: Value<CloudId>,
}

/// What an instance starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Boot {
    /// A volume of the environment's own.
    Volume {
        /// Its key.
        volume: Key,
    },
    /// An image of the environment's own, on a disk of its host's.
    OwnImage {
        /// Its key.
        image: Key,
    },
    /// An image that the cloud offers, on a disk of its host's.
    Image(Value<ImageName>),
}

impl Boot {
    /// What was observed, where this leaves it open.
    #[must_use]
    pub fn settled_on(&self, observed: &Self) -> Self {
        match (self, observed) {
            (Self::Image(a), Self::Image(b)) => Self::Image(a.settled_on(b)),
            (other, _) => other.clone(),
        }
    }

    /// The key of what it starts from, where that is the environment's own.
    pub const fn own(&self) -> Option<&Key> {
        match self {
            Self::Volume { volume: key } | Self::OwnImage { image: key } => Some(key),
            Self::Image(_) => None,
        }
    }

    /// The image that the cloud offers, where it starts from one.
    pub fn image(&self) -> Option<&ImageName> {
        match self {
            Self::Image(image) => image.fixed(),
            Self::Volume { .. } | Self::OwnImage { .. } => None,
        }
    }
}

/// What is on a volume when it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeContent {
    /// Nothing.
    #[default]
    Empty,
    /// An image that the cloud offers: instances can start from it.
    Image(Value<ImageName>),
    /// Something that was in the cloud before.
    Stored(VolumeSource),
    /// A snapshot of the environment's own, by its key.
    Snapshot(Key),
}

impl VolumeContent {
    /// What was observed, where this leaves it open.
    #[must_use]
    pub fn settled_on(&self, observed: &Self) -> Self {
        match (self, observed) {
            (Self::Image(a), Self::Image(b)) => Self::Image(a.settled_on(b)),
            (other, _) => other.clone(),
        }
    }

    /// The key of what it is made from, where that is the environment's own.
    pub const fn own(&self) -> Option<&Key> {
        match self {
            Self::Snapshot(key) => Some(key),
            Self::Empty | Self::Stored(_) | Self::Image(_) => None,
        }
    }
}

/// Whether an instance runs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Power {
    /// It runs.
    #[default]
    Running,
    /// It is stopped, and keeps its disks and addresses.
    Stopped,
}

impl Power {
    /// What a cloud's word for the status of an instance says. One that stands still in memory or on
    /// disk doesn't run.
    pub fn of_status(word: &str) -> Self {
        match word {
            "SHUTOFF" | "PAUSED" | "SUSPENDED" | "SHELVED" | "SHELVED_OFFLOADED" => Self::Stopped,
            _ => Self::Running,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }

    /// What is done to come to it.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Running => "start",
            Self::Stopped => "stop",
        }
    }
}

impl std::fmt::Display for Power {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
