//! What a cloud offers at one moment: flavors, images, quotas. The ground that a proof stands on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::data::VolumeSource;
use model::flavor::Flavor;
use model::id::CloudId;
use model::name::{FlavorName, ImageName, VolumeTypeName};
pub use model::quota::{Quota, QuotaKind};
use model::unit::Gib;
use serde::{Deserialize, Serialize};

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

/// A part of what a cloud offers, which somebody may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offer {
    /// The flavors.
    Flavors,
    /// The images.
    Images,
    /// A quota.
    Quota(QuotaKind),
    /// How many public addresses are left.
    FreeAddresses,
    /// The types of volumes.
    VolumeTypes,
}

impl Offer {
    /// All that a cloud offers, whatever is planned there. Types of volumes are not among it: they are
    /// asked for where a plan names one.
    pub fn every() -> BTreeSet<Self> {
        let quotas = QuotaKind::ALL.iter().copied().map(Self::Quota);
        quotas
            .chain([Self::Flavors, Self::Images, Self::FreeAddresses])
            .collect()
    }
}

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
    /// The types of volumes, where the cloud was asked and tells.
    #[serde(default)]
    pub volume_types: Option<BTreeSet<VolumeTypeName>>,
}

impl Offers {
    /// Nothing, where nothing was wanted.
    pub fn none(at: DateTime<Utc>) -> Self {
        Self {
            at,
            flavors: BTreeMap::new(),
            images: BTreeMap::new(),
            sources: StoredSources::new(),
            quotas: BTreeMap::new(),
            free_addresses: None,
            volume_types: None,
        }
    }

    /// How large something is that volumes are made from, where there is just one of it.
    pub fn size_of(&self, source: &VolumeSource) -> Option<Gib> {
        match self.sources.get(source)?.as_slice() {
            [one] => Some(one.size),
            _ => None,
        }
    }
}
