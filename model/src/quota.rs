//! Quotas: how much of a sort a cloud lets a project have.

use std::fmt;

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

    /// The word for it, as in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Vcpus => "vcpus",
            Self::RamMib => "ram-mib",
            Self::Volumes => "volumes",
            Self::VolumeGib => "volume-gib",
            Self::Snapshots => "snapshots",
            Self::FloatingIps => "floating-ips",
            Self::Networks => "networks",
            Self::Subnets => "subnets",
            Self::Routers => "routers",
            Self::SecurityGroups => "security-groups",
            Self::SecurityRules => "security-rules",
            Self::ServerGroups => "server-groups",
            Self::Keypairs => "keypairs",
            Self::Ports => "ports",
        }
    }

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
