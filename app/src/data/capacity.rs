//! Totals: how much of everything, with what isn't known counted apart.

use model::profile::Category;

/// How many instances have no known value, per figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnknownCounts {
    /// Instances whose number of virtual processors isn't known.
    pub vcpus: u64,
    /// Instances whose memory isn't known.
    pub ram_mib: u64,
    /// Instances whose flavor disk isn't known.
    pub disk_gib: u64,
    /// Instances with a volume whose size isn't known.
    pub volume_gib: u64,
    /// Instances of which it isn't known whether they have a public address.
    pub public_addresses: u64,
}

/// The totals of one sizing: each figure sums what is known, and is none where nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Instances.
    pub instances: Option<u64>,
    /// Virtual processors.
    pub vcpus: Option<u64>,
    /// Memory, in MiB.
    pub ram_mib: Option<u64>,
    /// Disk of the flavors, in GiB; volumes are apart.
    pub disk_gib: Option<u64>,
    /// Volumes, in GiB.
    pub volume_gib: Option<u64>,
    /// Public addresses.
    pub public_addresses: Option<u64>,
    /// How many instances the figures leave out.
    pub unknown: UnknownCounts,
}

/// One figure of a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The sum of what is known; none where nothing is.
    pub known: Option<u64>,
    /// How many instances it leaves out.
    pub unknown: u64,
}

/// The same totals at the three sizings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizedTotals {
    /// At the smallest count of each group.
    pub min: Totals,
    /// As planned.
    pub planned: Totals,
    /// At the largest count of each group.
    pub max: Totals,
}

/// What an environment needs, in all and by category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// In all.
    pub total: SizedTotals,
    /// By category, in the order of [`Category::ALL`]; one without groups may be missing.
    pub categories: Vec<(Category, SizedTotals)>,
}
