//! What each group of an environment needs, as it is written or as somebody would have it: the one
//! place where totals, costs and what-if get sizes, volumes and addresses from. It never changes a
//! topology and never copies one, so that a step of a what-if costs no more than adding up.

use std::collections::BTreeMap;

use model::count::{Count, Sizing};
use model::data::BootFrom;
use model::flavor::Flavor;
use model::group::Group;
use model::name::{FlavorName, GroupName, VolumeTypeName};
use model::resolved::sizing_of_addresses;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;

/// What somebody would have otherwise in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// How many instances a group is planned with. Its range stays, and grows where the number is
    /// outside of it.
    pub counts: BTreeMap<GroupName, u32>,
    /// The flavor of all instances of a group.
    pub flavors: BTreeMap<GroupName, FlavorName>,
}

impl Choices {
    /// Nothing otherwise.
    pub const NONE: &'static Self = &Self {
        counts: BTreeMap::new(),
        flavors: BTreeMap::new(),
    };

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        let Self { counts, flavors } = self;
        counts.is_empty() && flavors.is_empty()
    }

    /// The count of a group as it would be.
    pub fn count(&self, name: &GroupName, written: Count) -> Count {
        let Some(&chosen) = self.counts.get(name) else {
            return written;
        };
        let (min, max) = (written.min().min(chosen), written.max().max(chosen));
        Count::range(min, Some(chosen), max).unwrap_or(written)
    }
}

/// The flavor of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size<'t> {
    /// What it is called, where somebody said.
    pub name: Option<&'t FlavorName>,
    /// How large it is, where that is known.
    pub flavor: Option<&'t Flavor>,
}

/// One volume of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeNeed<'t> {
    /// How large it is, where that is known.
    pub size: Option<Gib>,
    /// What sort of storage it is to be on, where somebody said.
    pub of_type: Option<&'t VolumeTypeName>,
}

/// What one group needs.
#[derive(Clone, Debug)]
pub struct GroupNeed<'t> {
    /// Its name.
    pub name: &'t GroupName,
    /// The group as it is written.
    pub group: &'t Group,
    /// How many instances.
    pub count: Count,
    /// The volumes of each instance, the one that it boots from among them.
    pub volumes: Vec<VolumeNeed<'t>>,
    /// The flavor of those that have no other.
    common: Size<'t>,
    /// Those that were seen with another: how many stand before each in the group, lowest first.
    own: Vec<(u32, Size<'t>)>,
}

impl<'t> GroupNeed<'t> {
    fn new(
        topology: &'t Topology,
        choices: &'t Choices,
        offered: Option<&'t BTreeMap<FlavorName, Flavor>>,
        name: &'t GroupName,
        group: &'t Group,
    ) -> Self {
        let size = |name: Option<&'t FlavorName>| Size {
            name,
            flavor: name.and_then(|name| {
                let written = topology.flavors.get(name);
                written.or_else(|| offered?.get(name))
            }),
        };
        let chosen = choices.flavors.get(name);
        let common = size(chosen.or(group.flavor.fixed()));
        Self {
            name,
            group,
            count: choices.count(name, group.count),
            volumes: volumes(group, common),
            common,
            own: if chosen.is_some() {
                Vec::new()
            } else {
                own(group, size)
            },
        }
    }

    /// How many instances there are at a sizing.
    pub fn count(&self, sizing: &Sizing) -> u32 {
        sizing.of(self.name, self.count)
    }

    /// How many of so many instances have a public address at a sizing, where that is known.
    pub fn addresses(&self, sizing: &Sizing, count: u32) -> Option<u32> {
        match &self.group.public_addresses.count {
            Value::Fixed(range) => Some(sizing_of_addresses(sizing, *range).min(count)),
            Value::AssignedByCloud | Value::Unknown => None,
        }
    }

    /// The flavors of the first instances, each with how many have it.
    pub fn sizes(&self, count: u32) -> impl Iterator<Item = (Size<'t>, u64)> + '_ {
        let own = self.own.partition_point(|(before, _)| *before < count);
        // As many as there are instances at most, each of its own rank.
        let common = u64::from(count).saturating_sub(own as u64);
        let own = self.own[..own].iter().map(|(_, size)| (*size, 1));
        std::iter::once((self.common, common))
            .filter(|(_, instances)| *instances > 0)
            .chain(own)
    }
}

/// The volumes of one instance.
fn volumes<'t>(group: &'t Group, size: Size) -> Vec<VolumeNeed<'t>> {
    let boots_from = match &group.boot {
        BootFrom::Disk => None,
        BootFrom::Volume(written) => Some(VolumeNeed {
            size: written.fixed().copied().or_else(|| {
                let disk = size.flavor?.disk;
                (disk.0 > 0).then_some(disk)
            }),
            of_type: None,
        }),
    };
    let volumes = group.volumes.values();
    volumes
        .map(|volume| VolumeNeed {
            size: volume.size.fixed().copied(),
            of_type: volume.volume_type.as_ref(),
        })
        .chain(boots_from)
        .collect()
}

/// The instances that were seen with a flavor of their own, in the order of [`Group::ordinals`]:
/// those named come first, then the numbers from 1 on that are not.
fn own<'t>(
    group: &'t Group,
    size: impl Fn(Option<&'t FlavorName>) -> Size<'t>,
) -> Vec<(u32, Size<'t>)> {
    let mut seen = group
        .instances
        .iter()
        .filter_map(|(ordinal, facts)| Some((*ordinal, facts.flavor.as_ref()?)))
        .peekable();
    if seen.peek().is_none() {
        return Vec::new();
    }
    let mut named = group.ordinals.clone();
    named.sort_unstable();
    named.dedup();
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let mut own: Vec<(u32, Size)> = seen
        .filter_map(|(ordinal, flavor)| {
            let before = match named.binary_search(&ordinal) {
                Ok(index) => number(index),
                // A number from 1 on: what is smaller and not named comes before it.
                Err(smaller) => {
                    let from_one = smaller - usize::from(named.first() == Some(&0));
                    let others = ordinal.checked_sub(1)? - number(from_one);
                    number(named.len()).saturating_add(others)
                }
            };
            Some((before, size(Some(flavor))))
        })
        .collect();
    own.sort_unstable_by_key(|(before, _)| *before);
    own
}

/// What each group of an environment needs.
#[derive(Clone, Debug)]
pub struct Needs<'t> {
    /// The groups, by name.
    pub groups: Vec<GroupNeed<'t>>,
}

impl<'t> Needs<'t> {
    /// As it is written.
    pub fn of(topology: &'t Topology) -> Self {
        Self::with(topology, Choices::NONE, None)
    }

    /// As somebody would have it. Flavors that the environment doesn't define are looked up among
    /// those that its cloud offers.
    pub fn with(
        topology: &'t Topology,
        choices: &'t Choices,
        offered: Option<&'t BTreeMap<FlavorName, Flavor>>,
    ) -> Self {
        let groups = topology.groups.iter();
        Self {
            groups: groups
                .map(|(name, group)| GroupNeed::new(topology, choices, offered, name, group))
                .collect(),
        }
    }

    /// One of them.
    pub fn group(&self, name: &GroupName) -> Option<&GroupNeed<'t>> {
        let at = self.groups.binary_search_by(|group| group.name.cmp(name));
        at.ok().and_then(|at| self.groups.get(at))
    }
}
