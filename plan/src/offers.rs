//! What a cloud offers at one moment: flavors, images, quotas. The ground that a proof stands on.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use model::data::VolumeSource;
use model::flavor::Flavor;
use model::id::CloudId;
use model::name::{FlavorName, ImageName};
use model::unit::Gib;
use serde::{Deserialize, Serialize};

/// What a quota limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaKind {
    /// Instances.
    Instances,
    /// Virtual processors of all instances.
    Vcpus,
    /// Memory of all instances, in MiB.
    RamMib,
    /// Volumes.
    Volumes,
    /// Size of all volumes and snapshots, in GiB.
    VolumeGib,
    /// Snapshots of volumes.
    Snapshots,
    /// Public addresses.
    FloatingIps,
    /// Networks.
    Networks,
    /// Subnets.
    Subnets,
    /// Routers.
    Routers,
    /// Security groups.
    SecurityGroups,
    /// Rules of all security groups.
    SecurityRules,
    /// Server groups.
    ServerGroups,
    /// Keypairs, of the user and not of the project.
    Keypairs,
    /// Ports: one for each network of an instance, one for each router on a network.
    Ports,
}

impl QuotaKind {
    /// All of them, in the order of every table.
    pub const ALL: &'static [Self] = &[
        Self::Instances,
        Self::Vcpus,
        Self::RamMib,
        Self::Volumes,
        Self::VolumeGib,
        Self::Snapshots,
        Self::FloatingIps,
        Self::Networks,
        Self::Subnets,
        Self::Routers,
        Self::SecurityGroups,
        Self::SecurityRules,
        Self::ServerGroups,
        Self::Keypairs,
        Self::Ports,
    ];

    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Vcpus => "vCPUs",
            Self::RamMib => "RAM (MiB)",
            Self::Volumes => "volumes",
            Self::VolumeGib => "volume storage (GiB)",
            Self::Snapshots => "snapshots",
            Self::FloatingIps => "public addresses",
            Self::Networks => "networks",
            Self::Subnets => "subnets",
            Self::Routers => "routers",
            Self::SecurityGroups => "security groups",
            Self::SecurityRules => "security rules",
            Self::ServerGroups => "server groups",
            Self::Keypairs => "keypairs",
            Self::Ports => "ports",
        }
    }
}

impl fmt::Display for QuotaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// One quota and what is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// How much there may be; none where there is no limit.
    pub limit: Option<u64>,
    /// How much there is.
    pub used: u64,
}

impl Quota {
    /// How much can still come; none where there is no limit.
    pub fn free(self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }
}

/// An image that a cloud offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedImage {
    /// The smallest disk that it fits on, in whole GiB.
    pub least_disk: Gib,
}

impl Default for OfferedImage {
    /// One that fits on any disk.
    fn default() -> Self {
        Self { least_disk: Gib(1) }
    }
}

/// A volume or a snapshot that is in the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// What the cloud calls it.
    pub id: CloudId,
    /// How large it is.
    pub size: Gib,
}

/// What the cloud has of the names and ids that were looked up: none, one, or several of one name.
pub type StoredSources = BTreeMap<VolumeSource, Vec<Stored>>;

/// What a cloud offers at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// The flavors, by name.
    pub flavors: BTreeMap<FlavorName, Flavor>,
    /// The images, by name.
    pub images: BTreeMap<ImageName, OfferedImage>,
    /// The volumes and snapshots that were looked up.
    #[serde(default)]
    pub sources: StoredSources,
    /// The quotas that it told; one that is missing could not be checked.
    pub quotas: BTreeMap<QuotaKind, Quota>,
    /// Public addresses left in the pool, where the cloud tells.
    pub free_addresses: Option<u64>,
}

impl Offers {
    /// How large something is that volumes are made from, where there is just one of it.
    pub fn size_of(&self, source: &VolumeSource) -> Option<Gib> {
        match self.sources.get(source)?.as_slice() {
            [one] => Some(one.size),
            _ => None,
        }
    }
}
