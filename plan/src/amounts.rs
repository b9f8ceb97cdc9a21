//! How much is taken of everything that people count a cloud by. Each amount says of how many
//! instances it isn't known; an unknown is never a zero. It only counts: what fits is judged by
//! [`crate::headroom`].

use std::collections::BTreeMap;

use model::flavor::Flavor;
use model::name::FlavorName;
use model::quota::QuotaKind;
use model::resource::Resource;
use model::unit::{Gib, Mib};
use serde::{Deserialize, Serialize};

use crate::capacity::Taken;
use crate::headroom::Need;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Instances.
    Instances,
    /// Virtual processors.
    Vcpus,
    /// Memory, in MiB.
    RamMib,
    /// Disk of the flavors, in GiB; no cloud has a quota for it.
    DiskGib,
    /// Volumes.
    Volumes,
    /// Size of the volumes, in GiB.
    VolumeGib,
    /// Public addresses.
    PublicAddresses,
}

impl Measure {
    /// All of them, in the order of every table.
    pub const ALL: [Self; 7] = [
        Self::Instances,
        Self::Vcpus,
        Self::RamMib,
        Self::DiskGib,
        Self::Volumes,
        Self::VolumeGib,
        Self::PublicAddresses,
    ];

    /// The quota that limits it, where there is one.
    pub const fn quota(self) -> Option<QuotaKind> {
        match self {
            Self::Instances => Some(QuotaKind::Instances),
            Self::Vcpus => Some(QuotaKind::Vcpus),
            Self::RamMib => Some(QuotaKind::RamMib),
            Self::DiskGib => None,
            Self::Volumes => Some(QuotaKind::Volumes),
            Self::VolumeGib => Some(QuotaKind::VolumeGib),
            Self::PublicAddresses => Some(QuotaKind::FloatingIps),
        }
    }

    /// What a quota limits, where people count a cloud by it.
    pub fn limited_by(kind: QuotaKind) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|measure| measure.quota() == Some(kind))
    }

    /// The word for it, as in addresses and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Vcpus => "vcpus",
            Self::RamMib => "ram-mib",
            Self::DiskGib => "disk-gib",
            Self::Volumes => "volumes",
            Self::VolumeGib => "volume-gib",
            Self::PublicAddresses => "public-addresses",
        }
    }

    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Vcpus => "vCPU",
            Self::RamMib => "memory",
            Self::DiskGib => "flavor disk",
            Self::Volumes => "volumes",
            Self::VolumeGib => "volume storage",
            Self::PublicAddresses => "public addresses",
        }
    }

    /// An amount of it with its unit, where it has one: `14`, `8 GiB`.
    pub fn amount(self, amount: u64) -> String {
        match self {
            Self::Instances | Self::Vcpus | Self::Volumes | Self::PublicAddresses => {
                amount.to_string()
            }
            Self::RamMib => Mib(amount).to_string(),
            Self::DiskGib | Self::VolumeGib => Gib(amount).to_string(),
        }
    }
}

/// How much of each measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts([Need; Measure::ALL.len()]);

impl Amounts {
    /// What something takes.
    pub fn of(taken: &Taken) -> Self {
        let Taken { totals, volumes } = taken;
        let unknown = &totals.unknown;
        let need = |known: Option<u64>, unknown| Need {
            known: known.unwrap_or(0),
            unknown,
        };
        Self::each(|measure| match measure {
            Measure::Instances => Need::known(totals.instances),
            Measure::Vcpus => need(totals.vcpus, unknown.vcpus),
            Measure::RamMib => need(totals.ram_mib, unknown.ram_mib),
            Measure::DiskGib => need(totals.disk_gib, unknown.disk_gib),
            Measure::Volumes => Need::known(*volumes),
            Measure::VolumeGib => need(totals.volume_gib, unknown.volume_gib),
            Measure::PublicAddresses => need(totals.public_addresses, unknown.public_addresses),
        })
    }

    /// What some resources of an environment take by themselves, such as those that are made so far. A size
    /// is known of the flavors that are given.
    pub fn of_resources<'a>(
        resources: impl IntoIterator<Item = &'a Resource>,
        flavors: &BTreeMap<FlavorName, Flavor>,
    ) -> Self {
        let parts = resources
            .into_iter()
            .map(|resource| Self::of_resource(resource, flavors));
        parts.fold(Self::default(), |sum, part| sum.and(&part))
    }

    fn of_resource(resource: &Resource, flavors: &BTreeMap<FlavorName, Flavor>) -> Self {
        let known = |amount: Option<u64>| {
            amount.map_or(
                Need {
                    known: 0,
                    unknown: 1,
                },
                Need::known,
            )
        };
        match resource {
            Resource::Instance(instance) => {
                let flavor = instance.flavor.fixed().and_then(|name| flavors.get(name));
                Self::each(|measure| match measure {
                    Measure::Instances => Need::known(1),
                    Measure::Vcpus => known(flavor.map(|flavor| flavor.vcpus.into())),
                    Measure::RamMib => known(flavor.map(|flavor| flavor.ram.0)),
                    Measure::DiskGib => known(flavor.map(|flavor| flavor.disk.0)),
                    Measure::Volumes | Measure::VolumeGib | Measure::PublicAddresses => {
                        Need::default()
                    }
                })
            }
            Resource::Volume(volume) => Self::each(|measure| match measure {
                Measure::Volumes => Need::known(1),
                Measure::VolumeGib => known(volume.size.fixed().map(|size| size.0)),
                Measure::Instances
                | Measure::Vcpus
                | Measure::RamMib
                | Measure::DiskGib
                | Measure::PublicAddresses => Need::default(),
            }),
            Resource::FloatingIp(_) => Self::each(|measure| match measure {
                Measure::PublicAddresses => Need::known(1),
                Measure::Instances
                | Measure::Vcpus
                | Measure::RamMib
                | Measure::DiskGib
                | Measure::Volumes
                | Measure::VolumeGib => Need::default(),
            }),
            Resource::Network(_)
            | Resource::Subnet(_)
            | Resource::Router(_)
            | Resource::RouterInterface(_)
            | Resource::SecurityGroup(_)
            | Resource::SecurityRules(_)
            | Resource::ServerGroup(_)
            | Resource::Keypair(_)
            | Resource::VolumeSnapshot(_)
            | Resource::Image(_)
            | Resource::VolumeAttachment(_) => Self::default(),
        }
    }

    /// Amounts of quotas that somebody named; those that people don't count a cloud by are left out.
    pub fn of_quotas(amounts: &BTreeMap<QuotaKind, u64>) -> Self {
        Self::each(|measure| {
            let kind = measure.quota();
            let amount = kind.and_then(|kind| amounts.get(&kind));
            Need::known(amount.copied().unwrap_or(0))
        })
    }

    /// The known parts of those that a quota limits; those that are nothing are left out.
    pub fn quotas(&self) -> BTreeMap<QuotaKind, u64> {
        let limited = self
            .iter()
            .filter_map(|(measure, need)| Some((measure.quota()?, need.known)));
        limited.filter(|(_, known)| *known > 0).collect()
    }

    fn each(of: impl Fn(Measure) -> Need) -> Self {
        Self(Measure::ALL.map(of))
    }

    /// How much of a measure.
    pub fn of_measure(&self, measure: Measure) -> Need {
        let mut all = self.iter();
        all.find(|(of, _)| *of == measure)
            .map_or(Need::default(), |(_, need)| need)
    }

    /// Each of them, in the order of [`Measure::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Measure, Need)> + '_ {
        Measure::ALL.into_iter().zip(self.0.iter().copied())
    }

    /// With others.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::each(|measure| self.of_measure(measure).and(other.of_measure(measure)))
    }

    /// Whether it is nothing at all, and known to be nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
