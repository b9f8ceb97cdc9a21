//! A topology at one sizing: a flat map from key to resource. Everything planned, compared by
//! instance, hashed or carried out works on this, never on ranges.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::count::Sizing;
use crate::data::{BootFrom, Origin};
use crate::first_boot::{self, FirstBoot};
use crate::group::{Group, Placement, Readiness};
use crate::key::{Key, ResourceKind};
use crate::name::{GroupName, NetworkName, ProfileName};
use crate::network::Reach;
use crate::profile::Category;
use crate::resource::{
    Boot, FloatingIp, Image, Instance, Keypair, KeypairSource, Network, Power, ROUTER, Remote,
    Resource, Router, RouterInterface, Rule, SecurityGroup, SecurityRules, ServerGroup, Subnet,
    Volume, VolumeAttachment, VolumeContent, VolumeSnapshot, volume_key,
};
use crate::settled::Settled;
use crate::topology::Topology;
use crate::value::Value;

/// What must be there before a group's instances, and when that is met.
pub type Order = BTreeMap<GroupName, BTreeMap<GroupName, Readiness>>;

/// A topology at one sizing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Every resource by its key.
    pub resources: BTreeMap<Key, Resource>,
    /// The declared order between groups.
    pub order: Order,
}

impl Resolved {
    /// Its instances, by key.
    pub fn instances(&self) -> impl Iterator<Item = (&Key, &Instance)> {
        self.resources
            .iter()
            .filter_map(|(key, resource)| match resource {
                Resource::Instance(instance) => Some((key, &**instance)),
                _ => None,
            })
    }

    /// This without the addresses on networks that the cloud had chosen and may choose again: those
    /// that are named for somebody are kept out of the subnet's pools.
    #[must_use]
    pub fn without_chosen_addresses(mut self) -> Self {
        let reserved: BTreeSet<(String, IpAddr)> = self
            .resources
            .iter()
            .filter_map(|(key, resource)| match resource {
                Resource::Subnet(subnet) => Some((key.name(), &subnet.reserved)),
                _ => None,
            })
            .flat_map(|(name, reserved)| reserved.iter().map(|address| (name.to_owned(), *address)))
            .collect();
        for resource in self.resources.values_mut() {
            let Resource::Instance(instance) = resource else {
                continue;
            };
            let networks = instance.networks.iter().map(|(network, address)| {
                let named = address
                    .fixed()
                    .filter(|address| reserved.contains(&(network.to_string(), **address)));
                let address =
                    named.map_or(Value::AssignedByCloud, |address| Value::Fixed(*address));
                (network.clone(), address)
            });
            let networks = Arc::new(networks.collect());
            Arc::make_mut(instance).networks = networks;
        }
        self
    }

    /// This with what the cloud has already chosen taken over.
    pub fn settled_on<'s>(&'s self, observed: &Self) -> Settled<'s> {
        Settled::new(self, observed)
    }
}

/// The security group that a category's instances are in.
pub fn security_group_key(category: Category) -> Key {
    Key::new(ResourceKind::SecurityGroup, category.word())
}

/// Resolves a topology at a sizing. Values that nobody wrote stay unknown.
pub fn resolve(topology: &Topology, sizing: &Sizing) -> Resolved {
    let mut resources = Gathered::default();
    networks(topology, &mut resources);
    for category in Category::ALL {
        security(topology, category, &mut resources);
    }
    let mut order = Order::new();
    for (name, group) in &topology.groups {
        instances(topology, name, group, sizing, &mut resources);
        if !group.depends_on.is_empty() {
            order.insert(name.clone(), group.depends_on.clone());
        }
    }
    Resolved {
        resources: resources.by_key(),
        order,
    }
}

/// Resources as they are come upon. They are sorted at once at the end, which for 100,000 takes a
/// fraction of the time of putting each in its place: groups are gone through by name, so that those of
/// one kind come almost in order.
#[derive(Default)]
struct Gathered(BTreeMap<ResourceKind, Vec<(Key, Resource)>>);

impl Gathered {
    /// Adds one; of two with one key the last counts.
    fn insert(&mut self, key: Key, resource: Resource) {
        self.0.entry(key.kind).or_default().push((key, resource));
    }

    fn by_key(self) -> BTreeMap<Key, Resource> {
        self.0.into_values().flatten().collect()
    }
}

fn networks(topology: &Topology, resources: &mut Gathered) {
    let router = Key::new(ResourceKind::Router, ROUTER);
    for (name, network) in &topology.networks {
        let network_key = Key::new(ResourceKind::Network, name.as_str());
        let subnet_key = Key::new(ResourceKind::Subnet, name.as_str());
        resources.insert(network_key.clone(), Network {}.into());
        resources.insert(
            subnet_key.clone(),
            Subnet {
                network: network_key,
                cidr: network.cidr,
                reserved: topology
                    .groups
                    .values()
                    .filter_map(|group| group.addresses.get(name))
                    .flatten()
                    .copied()
                    .collect(),
            }
            .into(),
        );
        if network.routed {
            resources.insert(router.clone(), Router {}.into());
            resources.insert(
                Key::new(ResourceKind::RouterInterface, name.as_str()),
                RouterInterface {
                    router: router.clone(),
                    subnet: subnet_key,
                }
                .into(),
            );
        }
    }
}

/// One security group per category in use on a network, with the ports of all its profiles.
fn security(topology: &Topology, category: Category, resources: &mut Gathered) {
    let groups: Vec<&Group> = topology
        .groups
        .values()
        .filter(|group| group.category == category && !group.networks.is_empty())
        .collect();
    if groups.is_empty() {
        return;
    }
    let key = security_group_key(category);
    let mut rules = BTreeSet::new();
    for group in groups {
        for name in topology.profiles_of(group).into_iter().chain(&group.spread) {
            let Some(profile) = topology.profiles.get(name) else {
                continue;
            };
            for port in &profile.ports {
                for reach in &port.from {
                    for remote in remotes(topology, reach) {
                        rules.insert(Rule {
                            protocol: port.protocol,
                            port: port.port,
                            remote,
                        });
                    }
                }
            }
        }
    }
    resources.insert(key.clone(), SecurityGroup {}.into());
    if !rules.is_empty() {
        resources.insert(
            Key::new(ResourceKind::SecurityRules, category.word()),
            SecurityRules { group: key, rules }.into(),
        );
    }
}

/// Who is meant by a reach; nobody where the ranges of a source are unknown.
fn remotes(topology: &Topology, reach: &Reach) -> Vec<Remote> {
    let all = || {
        [
            std::net::IpAddr::from([0_u8; 4]),
            std::net::IpAddr::from([0_u8; 16]),
        ]
        .map(|address| ipnet::IpNet::new_assert(address, 0))
        .map(Remote::Range)
        .to_vec()
    };
    match reach {
        Reach::Anywhere => all(),
        Reach::Environment => topology
            .networks
            .values()
            .map(|network| Remote::Range(network.cidr.trunc()))
            .collect(),
        Reach::Group(name) => topology
            .groups
            .get(name)
            .filter(|group| !group.networks.is_empty())
            .map(|group| Remote::Group(security_group_key(group.category)))
            .into_iter()
            .collect(),
        Reach::Source(name) => topology
            .sources
            .get(name)
            .and_then(|source| source.ranges.fixed())
            .map(|ranges| ranges.0.iter().copied().map(Remote::Range).collect())
            .unwrap_or_default(),
    }
}

fn instances(
    topology: &Topology,
    name: &GroupName,
    group: &Group,
    sizing: &Sizing,
    resources: &mut Gathered,
) {
    let count = sizing.of(name, group.count);
    // One shared map for all that have no address of their own.
    let networks: Arc<BTreeMap<NetworkName, Value<IpAddr>>> = Arc::new(
        group
            .networks
            .iter()
            .map(|network| (network.clone(), Value::AssignedByCloud))
            .collect(),
    );
    let security_groups = Arc::new(if networks.is_empty() {
        BTreeSet::new()
    } else {
        BTreeSet::from([security_group_key(group.category)])
    });
    let server_group = match &group.placement {
        Placement::Any => None,
        Placement::Spread => Some(Key::new(ResourceKind::ServerGroup, name.as_str())),
        Placement::SpreadWith(set) => Some(Key::new(ResourceKind::ServerGroup, set.as_str())),
    };
    if let Some(key) = server_group.as_ref().filter(|_| count > 0) {
        resources.insert(key.clone(), ServerGroup {}.into());
    }
    let keypair = group.keypair.as_ref().and_then(|name| {
        let keypair = topology.keypairs.get(name)?;
        let key = Key::new(ResourceKind::Keypair, name.as_str());
        if count > 0 {
            let public_key = match &keypair.public_key {
                Some(public_key) => KeypairSource::Given(public_key.without_comment()),
                None => KeypairSource::Made,
            };
            resources.insert(key.clone(), Keypair { public_key }.into());
        }
        Some(key)
    });
    // One shared set for each profile that is dealt over the instances, or one for all.
    let dealt: Vec<(Arc<BTreeSet<ProfileName>>, FirstBoot)> = first_boot::hands(topology, group)
        .into_iter()
        .map(|profiles| {
            let told = first_boot::told(topology, group, &profiles);
            (
                Arc::new(profiles.into_iter().cloned().collect()),
                FirstBoot::of(told),
            )
        })
        .collect();
    let public = match &group.public_addresses.count {
        Value::Fixed(range) => sizing_of_addresses(sizing, *range).min(count),
        Value::AssignedByCloud | Value::Unknown => 0,
    };
    let routed = group.networks.iter().find(|network| {
        topology
            .networks
            .get(*network)
            .is_some_and(|network| network.routed)
    });
    for (index, ordinal) in group.ordinals(count).into_iter().enumerate() {
        let key = Key::instance(name, ordinal);
        let data = group.data.as_ref().map(|data| data.instances.get(&ordinal));
        for (volume, spec) in &group.volumes {
            let volume_key = volume_key(name, ordinal, volume);
            let label = volume_key.name().to_owned();
            let content = match (&data, &spec.from) {
                (Some(data), _) => {
                    let origin = data.and_then(|data| data.volumes.get(volume));
                    VolumeContent::Snapshot(snapshot(origin, &label, resources))
                }
                (None, Some(source)) => VolumeContent::Stored(source.clone()),
                (None, None) => VolumeContent::Empty,
            };
            resources.insert(
                volume_key.clone(),
                Volume {
                    size: match (&spec.size, &content) {
                        // As large as what it is made from.
                        (Value::Unknown, VolumeContent::Snapshot(_) | VolumeContent::Stored(_)) => {
                            Value::AssignedByCloud
                        }
                        (size, _) => size.clone(),
                    },
                    volume_type: spec.volume_type.clone(),
                    content,
                    mount: spec.mount.clone(),
                    file_system: spec.file_system.clone(),
                }
                .into(),
            );
            resources.insert(
                Key::new(ResourceKind::VolumeAttachment, &label),
                VolumeAttachment {
                    volume: volume_key,
                    instance: key.clone(),
                }
                .into(),
            );
        }
        let disk = match data {
            Some(data) => Disk::Taken(data.and_then(|data| data.disk.as_ref())),
            None => Disk::Own,
        };
        let boot = starts_from(topology, group, &key, ordinal, disk, resources);
        if let Some(network) = routed.filter(|_| index < public as usize) {
            let address = match group.public_addresses.addresses.get(index) {
                Some(address) => Value::Fixed(*address),
                None => Value::AssignedByCloud,
            };
            resources.insert(
                Key::new(ResourceKind::FloatingIp, key.name()),
                FloatingIp {
                    address,
                    instance: Some(key.clone()),
                    network: network.clone(),
                }
                .into(),
            );
        }
        let (profiles, first_boot) = &dealt[index % dealt.len()];
        resources.insert(
            key,
            Instance {
                group: name.clone(),
                ordinal,
                host_name: group.host_name(name, ordinal),
                flavor: group.flavor_of(ordinal),
                boot,
                profiles: Arc::clone(profiles),
                role: group.roles.get(&ordinal).copied(),
                networks: addressed(group, &networks, index),
                security_groups: Arc::clone(&security_groups),
                server_group: server_group.clone(),
                keypair: keypair.clone(),
                first_boot: first_boot.clone(),
                power: if group.stopped.contains(&ordinal) {
                    Power::Stopped
                } else {
                    Power::Running
                },
            }
            .into(),
        );
    }
}

/// The networks of one instance, with the addresses that are named for it: those of a group go to
/// its lowest ordinals.
fn addressed(
    group: &Group,
    networks: &Arc<BTreeMap<NetworkName, Value<IpAddr>>>,
    index: usize,
) -> Arc<BTreeMap<NetworkName, Value<IpAddr>>> {
    let mut named = group
        .addresses
        .iter()
        .filter_map(|(network, addresses)| Some((network, addresses.get(index)?)))
        .filter(|(network, _)| networks.contains_key(*network))
        .peekable();
    if named.peek().is_none() {
        return Arc::clone(networks);
    }
    let mut own = networks.as_ref().clone();
    for (network, address) in named {
        own.insert(network.clone(), Value::Fixed(*address));
    }
    Arc::new(own)
}

/// Adds a snapshot of a volume of another environment; its key.
fn snapshot(origin: Option<&Origin>, label: &str, resources: &mut Gathered) -> Key {
    let key = Key::new(ResourceKind::VolumeSnapshot, label);
    let snapshot = VolumeSnapshot {
        volume: origin.map_or(Value::Unknown, |origin| origin.id.clone()),
        size: Value::AssignedByCloud,
    };
    resources.insert(key.clone(), snapshot.into());
    key
}

/// Whose data are on the disk that an instance starts from.
enum Disk<'d> {
    /// The image's, as for every new instance.
    Own,
    /// Those of an instance of another environment; none where it was not found there.
    Taken(Option<&'d Origin>),
}

/// What an instance starts from; adds the volume, the snapshot or the image that takes.
fn starts_from(
    topology: &Topology,
    group: &Group,
    instance: &Key,
    ordinal: u32,
    disk: Disk<'_>,
    resources: &mut Gathered,
) -> Boot {
    let (size, content) = match (&group.boot, disk) {
        (BootFrom::Disk, Disk::Own) => return Boot::Image(group.image_of(ordinal)),
        (BootFrom::Disk, Disk::Taken(origin)) => {
            let key = Key::new(ResourceKind::Image, instance.name());
            let image = Image {
                instance: origin.map_or(Value::Unknown, |origin| origin.id.clone()),
            };
            resources.insert(key.clone(), image.into());
            return Boot::OwnImage { image: key };
        }
        (BootFrom::Volume(size), Disk::Own) => {
            (size, VolumeContent::Image(group.image_of(ordinal)))
        }
        (BootFrom::Volume(size), Disk::Taken(origin)) => {
            let key = snapshot(origin, instance.name(), resources);
            (size, VolumeContent::Snapshot(key))
        }
    };
    let volume = Key::boot_volume(instance);
    // A flavor without a disk of its own leaves it to the image.
    let of_flavor = group
        .flavor_of(ordinal)
        .fixed()
        .and_then(|flavor| topology.flavors.get(flavor))
        .map(|flavor| flavor.disk)
        .filter(|disk| disk.0 > 0);
    let size = match (size, &content, of_flavor) {
        (Value::AssignedByCloud, VolumeContent::Image(_), Some(disk)) => Value::Fixed(disk),
        (size, _, _) => size.clone(),
    };
    resources.insert(
        volume.clone(),
        Volume {
            size,
            // The cloud's usual one: a file has no word for another.
            volume_type: None,
            content,
            mount: None,
            file_system: None,
        }
        .into(),
    );
    Boot::Volume { volume }
}

/// The number that a sizing takes of a range of public addresses; explicit counts name groups'
/// instances, not their addresses.
pub fn sizing_of_addresses(sizing: &Sizing, range: crate::count::Count) -> u32 {
    match sizing {
        Sizing::Min => range.min(),
        Sizing::Planned | Sizing::Explicit(_) => range.planned(),
        Sizing::Max => range.max(),
    }
}
