//! Totals: what an environment takes at its minimum, as planned and at its maximum. A figure sums
//! what is known; what isn't is counted beside it, never as zero.

use std::collections::BTreeMap;

use model::count::Sizing;
use model::data::BootFrom;
use model::environment::EnvironmentKind;
use model::first_boot::hands;
use model::flavor::Flavor;
use model::group::Group;
use model::name::{EnvironmentName, FlavorName, GroupName, ProfileName};
use model::profile::Category;
use model::resolved::sizing_of_addresses;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;
use serde::{Deserialize, Serialize};

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

/// What the groups of an environment take at a sizing; of one category where one is named.
pub fn totals(topology: &Topology, sizing: &Sizing, category: Option<Category>) -> Totals {
    totals_of(topology, sizing, |_, group| {
        category.is_none_or(|category| group.category == category)
    })
}

/// What some groups of an environment take at a sizing: those that are to be counted.
pub fn totals_of(
    topology: &Topology,
    sizing: &Sizing,
    counted: impl Fn(&GroupName, &Group) -> bool,
) -> Totals {
    let mut instances = 0;
    let [mut vcpus, mut ram, mut disk, mut volume, mut public] = [Figure::default(); 5];
    let groups = topology
        .groups
        .iter()
        .filter(|(name, group)| counted(name, group));
    for (name, group) in groups {
        let count = sizing.of(name, group.count);
        if count == 0 {
            continue;
        }
        let n = u64::from(count);
        instances += n;
        for (flavor, n) in flavors(topology, group, count) {
            let take = |figure: &mut Figure, of_one: fn(&Flavor) -> u64| match flavor {
                Some(flavor) => figure.add(n * of_one(flavor)),
                None => figure.unknown += n,
            };
            take(&mut vcpus, |flavor| u64::from(flavor.vcpus));
            take(&mut ram, |flavor| flavor.ram.0);
            // Who boots from a volume leaves the flavor's disk alone.
            if group.boot.is_disk() {
                take(&mut disk, |flavor| flavor.disk.0);
            }
        }
        volumes(topology, group, n, &mut volume);
        match &group.public_addresses.count {
            Value::Fixed(range) => {
                public.add(u64::from(sizing_of_addresses(sizing, *range).min(count)));
            }
            Value::AssignedByCloud | Value::Unknown => public.unknown += n,
        }
    }
    Totals {
        instances,
        vcpus: vcpus.value(),
        ram_mib: ram.value(),
        disk_gib: disk.value(),
        volume_gib: volume.value(),
        public_addresses: public.value(),
        unknown: Unknowns {
            vcpus: vcpus.unknown,
            ram_mib: ram.unknown,
            disk_gib: disk.unknown,
            volume_gib: volume.unknown,
            public_addresses: public.unknown,
        },
    }
}

/// The flavors of a group's instances, each with how many have it: one for all, unless instances
/// were seen with their own.
fn flavors<'t>(
    topology: &'t Topology,
    group: &Group,
    count: u32,
) -> Vec<(Option<&'t Flavor>, u64)> {
    let size = |name: Value<FlavorName>| {
        let name = name.fixed().cloned()?;
        topology.flavors.get(&name)
    };
    if group.instances.values().all(|facts| facts.flavor.is_none()) {
        return vec![(size(group.flavor.clone()), u64::from(count))];
    }
    let each = group.ordinals(count).into_iter();
    each.map(|ordinal| (size(group.flavor_of(ordinal)), 1))
        .collect()
}

/// A group without volumes adds nothing, so that it never makes an unknown sum look known. The one
/// that an instance boots from counts as well.
fn volumes(topology: &Topology, group: &Group, instances: u64, figure: &mut Figure) {
    let boots_from = match &group.boot {
        BootFrom::Disk => None,
        BootFrom::Volume(size) => Some(size.fixed().copied().or_else(|| {
            let flavor = topology.flavors.get(group.flavor.fixed()?)?;
            (flavor.disk.0 > 0).then_some(flavor.disk)
        })),
    };
    let volumes = group
        .volumes
        .values()
        .map(|volume| volume.size.fixed().copied());
    let sizes: Vec<Option<Gib>> = volumes.chain(boots_from).collect();
    if sizes.contains(&None) {
        figure.unknown += instances;
    }
    for size in sizes.into_iter().flatten() {
        figure.add(instances * size.0);
    }
}

/// How many instances have a profile at a sizing: all of a group, or those that it is dealt to.
pub fn instances_with(topology: &Topology, sizing: &Sizing, profile: &ProfileName) -> u64 {
    let mut instances = 0;
    for (name, group) in &topology.groups {
        let count = totals_of(topology, sizing, |other, _| other == name).instances;
        let hands = hands(topology, group);
        let round = hands.len() as u64;
        for (place, profiles) in (0_u64..).zip(&hands) {
            if profiles.contains(&profile) {
                // Dealt round and round: the first places get one more where it doesn't come out.
                instances += count.saturating_sub(place).div_ceil(round);
            }
        }
    }
    instances
}

/// What one environment takes, in all and by category.
pub fn capacity_of(topology: &Topology) -> EnvironmentCapacity {
    EnvironmentCapacity {
        name: topology.environment.clone(),
        kind: topology.kind,
        totals: BySizing::of(|sizing| totals(topology, sizing, None)),
        categories: Category::ALL
            .into_iter()
            .map(|category| {
                (
                    category,
                    BySizing::of(|sizing| totals(topology, sizing, Some(category))),
                )
            })
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
