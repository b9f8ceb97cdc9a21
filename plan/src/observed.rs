//! The observed state of an environment: what is known of it otherwise, with what was seen of each
//! of its instances. The same instances give the same state, whoever saw them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::count::Count;
use model::data::BootFrom;
use model::environment::Layer;
use model::facts::InstanceFacts;
use model::flavor::Flavor;
use model::group::{Group, GroupVolume, PublicAddresses};
use model::name::{FlavorName, GroupName, ImageName, NetworkName, VolumeName};
use model::network::Network;
use model::resource::Power;
use model::topology::Topology;
use model::value::Value;

use crate::grouping::category_of;

/// An instance as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its group.
    pub group: GroupName,
    /// Its number in the group.
    pub ordinal: u32,
    /// Its host name.
    pub host_name: String,
    /// Its flavor.
    pub flavor: Value<FlavorName>,
    /// Its flavor's size, where that was told with it.
    pub size: Option<Flavor>,
    /// The image that it was started from.
    pub image: Value<ImageName>,
    /// Whether that is on its own disk or on a volume.
    pub boot: BootFrom,
    /// The networks that it is on, where they were told, with its address on each.
    pub networks: BTreeMap<NetworkName, Value<IpAddr>>,
    /// Whether it runs.
    pub power: Power,
    /// What else was seen of it.
    pub facts: InstanceFacts,
}

/// The observed state of an environment. `known` says what its groups are; those that it doesn't
/// know are taken as they were seen. `networks` are those that instances may be on.
pub fn observed(
    known: &Topology,
    members: impl IntoIterator<Item = Member>,
    networks: &BTreeMap<NetworkName, Network>,
) -> Topology {
    let mut topology = known.clone();
    topology.layer = Layer::Observed;
    topology.declared.clear();
    let mut seen: BTreeMap<GroupName, BTreeMap<u32, Member>> = BTreeMap::new();
    for member in members {
        if let (Some(name), Some(size)) = (member.flavor.fixed(), member.size) {
            topology.flavors.entry(name.clone()).or_insert(size);
        }
        seen.entry(member.group.clone())
            .or_default()
            .insert(member.ordinal, member);
    }
    let mut before = std::mem::take(&mut topology.groups);
    for (name, members) in seen {
        let group = before
            .remove(&name)
            .unwrap_or_else(|| taken_as_seen(&name, &members));
        for network in &group.networks {
            if let Some(found) = networks.get(network) {
                let known = topology.networks.entry(network.clone());
                known.or_insert_with(|| found.clone());
            }
        }
        topology.groups.insert(name, with_members(group, members));
    }
    let there: BTreeSet<_> = topology.groups.keys().cloned().collect();
    for group in topology.groups.values_mut() {
        let known = &topology.networks;
        group.networks.retain(|name| known.contains_key(name));
        group.depends_on.retain(|name, _| there.contains(name));
        group.mounts.retain(|mount| there.contains(&mount.from));
    }
    topology
}

fn count(n: usize) -> Count {
    Count::exactly(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The one value that all have.
fn common<T: Clone + Ord>(values: impl Iterator<Item = Value<T>>) -> Value<T> {
    let all: BTreeSet<Value<T>> = values.collect();
    match all.len() {
        1 => all.into_iter().next().unwrap_or(Value::Unknown),
        _ => Value::Unknown,
    }
}

/// A group with what was seen of its instances.
fn with_members(mut group: Group, members: BTreeMap<u32, Member>) -> Group {
    group.count = count(members.len());
    group.ordinals = members.keys().copied().collect();
    group.flavor = common(members.values().map(|member| member.flavor.clone()));
    group.public_addresses = PublicAddresses {
        count: Value::Fixed(count(
            members
                .values()
                .map(|member| member.facts.public_addresses.len())
                .sum(),
        )),
        addresses: Vec::new(),
        ..group.public_addresses
    };
    for (network, addresses) in &mut group.addresses {
        *addresses = named_addresses(network, addresses.len(), &members);
    }
    group.stopped = members
        .values()
        .filter(|member| member.power == Power::Stopped)
        .map(|member| member.ordinal)
        .collect();
    group
        .roles
        .retain(|ordinal, _| members.contains_key(ordinal));
    group.instances = members
        .into_iter()
        .map(|(ordinal, member)| (ordinal, facts(&group, member)))
        .collect();
    group
}

/// The addresses that the lowest ordinals have on a network, as many as are named there.
fn named_addresses(
    network: &NetworkName,
    count: usize,
    members: &BTreeMap<u32, Member>,
) -> Vec<IpAddr> {
    members
        .values()
        .take(count)
        .map_while(|member| member.networks.get(network)?.fixed().copied())
        .collect()
}

/// What was seen of an instance, in one form: what its group says is not said again, and lists are
/// in order.
fn facts(group: &Group, member: Member) -> InstanceFacts {
    let Member {
        group: name,
        ordinal,
        host_name,
        flavor,
        size: _,
        image,
        boot: _,
        networks: _,
        power: _,
        facts,
    } = member;
    let own = |default: String| Some(host_name).filter(|name| *name != default);
    let mut facts = InstanceFacts {
        host_name: own(format!("{name}{ordinal}")),
        flavor: flavor.fixed().filter(|_| flavor != group.flavor).cloned(),
        image: image.fixed().filter(|_| image != group.image).cloned(),
        ..facts
    };
    for addresses in [&mut facts.addresses, &mut facts.public_addresses] {
        addresses.sort_unstable();
        addresses.dedup();
    }
    facts.volumes.sort_unstable();
    facts
}

/// A group of which nothing is known but its instances.
fn taken_as_seen(name: &GroupName, members: &BTreeMap<u32, Member>) -> Group {
    let mut group = Group::new(category_of(name), count(members.len()));
    group.image = common(members.values().map(|member| member.image.clone()));
    let networks: BTreeSet<&NetworkName> = members
        .values()
        .flat_map(|member| member.networks.keys())
        .collect();
    group.networks = networks.into_iter().cloned().collect();
    group.boot = boot(members);
    group.volumes = volumes(members);
    group
}

/// What all instances of a group start from; their own disk where they differ.
fn boot(members: &BTreeMap<u32, Member>) -> BootFrom {
    let sizes: Option<Vec<_>> = members
        .values()
        .map(|member| match &member.boot {
            BootFrom::Disk => None,
            BootFrom::Volume(size) => Some(size.clone()),
        })
        .collect();
    sizes.map_or(BootFrom::Disk, |sizes| {
        BootFrom::Volume(common(sizes.into_iter()))
    })
}

/// The volumes that every instance of a group has, by their order: called after what their names
/// have in common, `storage1-data` and `storage2-data` after `data`.
fn volumes(members: &BTreeMap<u32, Member>) -> BTreeMap<VolumeName, GroupVolume> {
    let each: Vec<Vec<_>> = members
        .values()
        .map(|member| {
            let mut volumes: Vec<_> = member.facts.volumes.iter().collect();
            volumes.sort_unstable();
            let own = |volume: &model::facts::ObservedVolume| {
                let rest = volume.name.strip_prefix(member.host_name.as_str());
                let rest = rest.unwrap_or(&volume.name).to_lowercase();
                rest.trim_matches(|c: char| !c.is_ascii_alphanumeric())
                    .to_owned()
            };
            volumes
                .into_iter()
                .map(|volume| (own(volume), volume.size, volume.volume_type.as_ref()))
                .collect()
        })
        .collect();
    let shared = each.iter().map(Vec::len).min().unwrap_or(0);
    let mut volumes = BTreeMap::new();
    for index in 0..shared {
        let names: BTreeSet<&str> = each.iter().map(|all| all[index].0.as_str()).collect();
        let named = match names.len() {
            1 => names.first().and_then(|name| VolumeName::new(name).ok()),
            _ => None,
        };
        let numbered = || VolumeName::new(&format!("volume-{}", index + 1)).ok();
        let Some(name) = named
            .filter(|name| !volumes.contains_key(name))
            .or_else(numbered)
        else {
            continue;
        };
        let size = common(each.iter().map(|all| Value::Fixed(all[index].1)));
        let types: BTreeSet<_> = each.iter().map(|all| all[index].2).collect();
        let volume_type = match types.len() {
            1 => types.into_iter().next().flatten().cloned(),
            _ => None,
        };
        volumes.insert(
            name,
            GroupVolume {
                size,
                volume_type,
                from: None,
                mount: None,
                file_system: None,
                note: None,
            },
        );
    }
    volumes
}
