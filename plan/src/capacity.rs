//! Totals: what an environment takes at its minimum, as planned and at its maximum. A figure sums
//! what is known; what isn't is counted beside it, never as zero.

use std::collections::BTreeMap;

use model::count::Sizing;
use model::environment::EnvironmentKind;
use model::flavor::Flavor;
use model::group::Group;
use model::name::{EnvironmentName, GroupName, VolumeTypeName};
use model::profile::Category;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use crate::need::{GroupNeed, Needs, VolumeNeed};

/// What a number of instances takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// How many instances.
    pub instances: u64,
    /// Virtual processors; none where no instance's is known.
    pub vcpus: Option<u64>,
    /// Memory in MiB.
    pub ram_mib: Option<u64>,
    /// Disk of the flavors in GiB; volumes are apart.
    pub disk_gib: Option<u64>,
    /// Volumes in GiB.
    pub volume_gib: Option<u64>,
    /// Public addresses.
    pub public_addresses: Option<u64>,
    /// Of how many instances a figure is not known.
    pub unknown: Unknowns,
}

/// Of how many instances a figure is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknowns {
    /// Virtual processors.
    pub vcpus: u64,
    /// Memory.
    pub ram_mib: u64,
    /// Disk of the flavor.
    pub disk_gib: u64,
    /// The size of a volume.
    pub volume_gib: u64,
    /// Public addresses.
    pub public_addresses: u64,
}

/// The three sizings of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BySizing<T> {
    /// At the minimum of each range.
    pub min: T,
    /// As planned.
    pub planned: T,
    /// At the maximum of each range.
    pub max: T,
}

impl<T> BySizing<T> {
    /// Computes something at each sizing.
    pub fn of(mut at: impl FnMut(&Sizing) -> T) -> Self {
        Self {
            min: at(&Sizing::Min),
            planned: at(&Sizing::Planned),
            max: at(&Sizing::Max),
        }
    }

    /// What was computed of each.
    pub fn map<U>(&self, mut to: impl FnMut(&T) -> U) -> BySizing<U> {
        BySizing {
            min: to(&self.min),
            planned: to(&self.planned),
            max: to(&self.max),
        }
    }

    /// Each with its sizing, smallest first.
    pub fn each(&self) -> [(Sizing, &T); 3] {
        let Self { min, planned, max } = self;
        [
            (Sizing::Min, min),
            (Sizing::Planned, planned),
            (Sizing::Max, max),
        ]
    }
}

/// What one environment takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentCapacity {
    /// Its name.
    pub name: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// In all.
    pub totals: BySizing<Totals>,
    /// By category; all three are there.
    pub categories: BTreeMap<Category, BySizing<Totals>>,
}

/// What several environments take together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Each of them.
    pub environments: Vec<EnvironmentCapacity>,
    /// All of them.
    pub total: BySizing<Totals>,
}

/// One figure while it is summed.
#[derive(Clone, Copy, Default)]
struct Figure {
    known: Option<u64>,
    unknown: u64,
}

impl Figure {
    fn add(&mut self, amount: u64) {
        self.known = Some(self.known.unwrap_or(0) + amount);
    }

    fn value(self) -> Option<u64> {
        // Nothing to know is known to be nothing.
        self.known.or((self.unknown == 0).then_some(0))
    }
}

/// The figures of several groups while they are summed.
#[derive(Clone, Copy, Default)]
struct Sum {
    instances: u64,
    vcpus: Figure,
    ram: Figure,
    disk: Figure,
    volume: Figure,
    public: Figure,
    volumes: u64,
}

impl Sum {
    /// Adds so many instances of a group, so many of which may have a public address.
    fn add(&mut self, group: &GroupNeed, count: u32, addresses: Option<u32>) {
        if count == 0 {
            return;
        }
        let n = u64::from(count);
        self.instances += n;
        for (size, n) in group.sizes(count) {
            let take = |figure: &mut Figure, of_one: fn(&Flavor) -> u64| match size.flavor {
                Some(flavor) => figure.add(n * of_one(flavor)),
                None => figure.unknown += n,
            };
            take(&mut self.vcpus, |flavor| u64::from(flavor.vcpus));
            take(&mut self.ram, |flavor| flavor.ram.0);
            // Who boots from a volume leaves the flavor's disk alone.
            if group.group.boot.is_disk() {
                take(&mut self.disk, |flavor| flavor.disk.0);
            }
        }
        self.add_volumes(n, &group.volumes, |_| true);
        match addresses {
            Some(addresses) => self.public.add(addresses.into()),
            None => self.public.unknown += n,
        }
    }

    /// So many times the volumes that are to be counted. A group without volumes adds nothing, so
    /// that it never makes an unknown sum look known.
    fn add_volumes(
        &mut self,
        n: u64,
        volumes: &[VolumeNeed],
        counted: impl Fn(&VolumeNeed) -> bool,
    ) {
        let mut unknown = 0;
        for volume in volumes.iter().filter(|volume| counted(volume)) {
            self.volumes += n;
            match volume.size {
                Some(size) => self.volume.add(n * size.0),
                None => unknown = n,
            }
        }
        self.volume.unknown += unknown;
    }

    fn taken(self) -> Taken {
        let totals = Totals {
            instances: self.instances,
            vcpus: self.vcpus.value(),
            ram_mib: self.ram.value(),
            disk_gib: self.disk.value(),
            volume_gib: self.volume.value(),
            public_addresses: self.public.value(),
            unknown: Unknowns {
                vcpus: self.vcpus.unknown,
                ram_mib: self.ram.unknown,
                disk_gib: self.disk.unknown,
                volume_gib: self.volume.unknown,
                public_addresses: self.public.unknown,
            },
        };
        Taken {
            totals,
            volumes: self.volumes,
        }
    }
}

/// What something takes, its number of volumes too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// What people look at.
    pub totals: Totals,
    /// How many volumes, those that instances boot from among them.
    pub volumes: u64,
}

/// What groups take at a sizing; of one category where one is named.
pub fn taken(needs: &Needs, sizing: &Sizing, category: Option<Category>) -> Taken {
    let mut sum = Sum::default();
    let wanted = |group: &&GroupNeed| category.is_none_or(|only| group.group.category == only);
    for group in needs.groups.iter().filter(wanted) {
        let count = group.count(sizing);
        sum.add(group, count, group.addresses(sizing, count));
    }
    sum.taken()
}

/// What some groups of an environment take at a sizing: those that are to be counted.
pub fn totals_of(
    topology: &Topology,
    sizing: &Sizing,
    counted: impl Fn(&GroupName, &Group) -> bool,
) -> Totals {
    let needs = Needs::of(topology);
    let mut sum = Sum::default();
    let counted = needs
        .groups
        .iter()
        .filter(|need| counted(need.name, need.group));
    for need in counted {
        let count = need.count(sizing);
        sum.add(need, count, need.addresses(sizing, count));
    }
    sum.taken().totals
}

/// What the volumes of one type take at a sizing, or those of which nobody said the type; nothing
/// else is counted.
pub fn totals_of_volumes(
    needs: &Needs,
    sizing: &Sizing,
    of_type: Option<&VolumeTypeName>,
) -> Totals {
    let mut sum = Sum::default();
    for group in &needs.groups {
        let count = u64::from(group.count(sizing));
        sum.add_volumes(count, &group.volumes, |volume| volume.of_type == of_type);
    }
    sum.taken().totals
}

/// What so many instances of one group take at a sizing.
pub fn taken_by(group: &GroupNeed, sizing: &Sizing, count: u32) -> Taken {
    let mut sum = Sum::default();
    sum.add(group, count, group.addresses(sizing, count));
    sum.taken()
}

/// What the groups of an environment take at a sizing; of one category where one is named.
pub fn totals(topology: &Topology, sizing: &Sizing, category: Option<Category>) -> Totals {
    taken(&Needs::of(topology), sizing, category).totals
}

/// What one environment takes, in all and by category.
pub fn capacity_of(topology: &Topology) -> EnvironmentCapacity {
    let needs = Needs::of(topology);
    let of = |category| BySizing::of(|sizing| taken(&needs, sizing, category).totals);
    EnvironmentCapacity {
        name: topology.environment.clone(),
        kind: topology.kind,
        totals: of(None),
        categories: Category::ALL
            .into_iter()
            .map(|category| (category, of(Some(category))))
            .collect(),
    }
}

/// What several environments take together.
pub fn capacity<'a>(topologies: impl IntoIterator<Item = &'a Topology>) -> Capacity {
    let environments: Vec<_> = topologies.into_iter().map(capacity_of).collect();
    let sum = |pick: fn(&BySizing<Totals>) -> Totals| {
        environments
            .iter()
            .map(|environment| pick(&environment.totals))
            .fold(None, |sum, totals| {
                Some(sum.map_or(totals, |sum| add(sum, totals)))
            })
            .unwrap_or_else(|| add(NOTHING, NOTHING))
    };
    let total = BySizing {
        min: sum(|t| t.min),
        planned: sum(|t| t.planned),
        max: sum(|t| t.max),
    };
    Capacity {
        environments,
        total,
    }
}

/// What two things take together, at each sizing of both.
pub fn together(a: &BySizing<Totals>, b: &BySizing<Totals>) -> BySizing<Totals> {
    BySizing {
        min: add(a.min, b.min),
        planned: add(a.planned, b.planned),
        max: add(a.max, b.max),
    }
}

/// What so many of the same take, at each sizing.
pub fn times(one: &BySizing<Totals>, number: u32) -> BySizing<Totals> {
    one.map(|totals| multiply(*totals, number.into()))
}

fn multiply(one: Totals, by: u64) -> Totals {
    if by == 0 {
        return NOTHING;
    }
    let known = |figure: Option<u64>| figure.map(|figure| figure.saturating_mul(by));
    let unknown = |instances: u64| instances.saturating_mul(by);
    Totals {
        instances: one.instances.saturating_mul(by),
        vcpus: known(one.vcpus),
        ram_mib: known(one.ram_mib),
        disk_gib: known(one.disk_gib),
        volume_gib: known(one.volume_gib),
        public_addresses: known(one.public_addresses),
        unknown: Unknowns {
            vcpus: unknown(one.unknown.vcpus),
            ram_mib: unknown(one.unknown.ram_mib),
            disk_gib: unknown(one.unknown.disk_gib),
            volume_gib: unknown(one.unknown.volume_gib),
            public_addresses: unknown(one.unknown.public_addresses),
        },
    }
}

const NOTHING: Totals = Totals {
    instances: 0,
    vcpus: Some(0),
    ram_mib: Some(0),
    disk_gib: Some(0),
    volume_gib: Some(0),
    public_addresses: Some(0),
    unknown: Unknowns {
        vcpus: 0,
        ram_mib: 0,
        disk_gib: 0,
        volume_gib: 0,
        public_addresses: 0,
    },
};

fn add(a: Totals, b: Totals) -> Totals {
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
    };
    Totals {
        instances: a.instances + b.instances,
        vcpus: sum(a.vcpus, b.vcpus),
        ram_mib: sum(a.ram_mib, b.ram_mib),
        disk_gib: sum(a.disk_gib, b.disk_gib),
        volume_gib: sum(a.volume_gib, b.volume_gib),
        public_addresses: sum(a.public_addresses, b.public_addresses),
        unknown: Unknowns {
            vcpus: a.unknown.vcpus + b.unknown.vcpus,
            ram_mib: a.unknown.ram_mib + b.unknown.ram_mib,
            disk_gib: a.unknown.disk_gib + b.unknown.disk_gib,
            volume_gib: a.unknown.volume_gib + b.unknown.volume_gib,
            public_addresses: a.unknown.public_addresses + b.unknown.public_addresses,
        },
    }
}
