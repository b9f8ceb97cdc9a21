//! Random topologies that can be built: small, of few names, so that pairs of them overlap and
//! differ in count, flavor, profile, address, volume, boot, data, power, placement and order. What
//! their volumes and disks come from is put into the cloud by whoever carries them out, see
//! [`located`].
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::collections::BTreeMap;

use model::count::Count;
use model::data::{BootFrom, GroupData, InstanceData, Origin, VolumeSource};
use model::environment::EnvironmentKind;
use model::flavor::Flavor;
use model::group::{Group, GroupVolume, Placement, PublicAddresses, Readiness, Role};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::keypair::Keypair;
use model::name::{
    CloudName, EnvironmentName, FlavorName, GroupName, ImageName, KeypairName, NetworkName,
    PlacementName, ProfileName, VolumeName,
};
use model::network::{Network, Reach};
use model::profile::{Category, Lifecycle, Port, Profile, Protocol};
use model::topology::Topology;
use model::unit::{Gib, Mib};
use model::value::Value;
use proptest::prelude::*;

pub const FLAVORS: [(&str, u32, u64, u64); 3] = [
    ("small", 1, 1024, 10),
    ("medium", 2, 2048, 20),
    ("large", 4, 4096, 40),
];
pub const IMAGES: [&str; 2] = ["ubuntu-12.04", "ubuntu-14.04"];
/// The type of some volumes; the others are of the cloud's usual one.
pub const VOLUME_TYPE: &str = "ssd";
const GROUPS: [&str; 4] = ["app", "db", "cache", "store"];
const PROFILES: [&str; 3] = ["web", "sql", "files"];
const VOLUMES: [&str; 2] = ["data", "logs"];
/// The name of a volume of 1 GiB, and of a snapshot of it, that volumes are made from.
pub const GOLDEN: &str = "golden";
/// What stands for the id of that volume, and of an instance, until they are known.
const GOLDEN_VOLUME: &str = "the id of a volume";
const GOLDEN_INSTANCE: &str = "the id of an instance";

/// A topology with the ids of what it takes its data from.
pub fn located(mut topology: Topology, volume: &CloudId, instance: &CloudId) -> Topology {
    for data in topology.groups.values_mut().filter_map(|g| g.data.as_mut()) {
        for origin in data.origins_mut() {
            let id = match origin.id.fixed().unwrap().as_str() {
                GOLDEN_VOLUME => volume,
                GOLDEN_INSTANCE => instance,
                _ => continue,
            };
            origin.id = Value::Fixed(id.clone());
        }
    }
    topology
}
/// One that Understudy makes, and one of which the public half is given; nobody has the other.
const KEYPAIRS: [(&str, Option<&str>); 2] = [
    ("access", None),
    (
        "ops.1",
        Some(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC ann",
        ),
    ),
];

pub fn flavors() -> BTreeMap<FlavorName, Flavor> {
    FLAVORS
        .iter()
        .map(|(name, vcpus, ram, disk)| {
            let flavor = Flavor {
                vcpus: *vcpus,
                ram: Mib(*ram),
                disk: Gib(*disk),
            };
            (FlavorName::new(name).unwrap(), flavor)
        })
        .collect()
}

fn profiles() -> BTreeMap<ProfileName, Profile> {
    let reaches = [
        vec![Reach::Anywhere],
        vec![
            Reach::Group(GroupName::new("app").unwrap()),
            Reach::Environment,
        ],
        vec![Reach::Environment],
    ];
    PROFILES
        .iter()
        .zip(Category::ALL)
        .zip(reaches)
        .zip(1000..)
        .map(|(((name, category), from), port)| {
            let profile = Profile {
                category,
                software: vec![],
                hosts: vec![],
                ports: vec![Port {
                    port,
                    protocol: Protocol::Tcp,
                    from,
                }],
                provides: vec![],
                needs: vec![],
                capabilities: vec![],
                parameters: BTreeMap::new(),
                first_boot: vec![],
                lifecycle: Lifecycle::Live,
                was: vec![],
                note: None,
            };
            (ProfileName::new(name).unwrap(), profile)
        })
        .collect()
}

fn group(index: usize, most: u32) -> impl Strategy<Value = Group> {
    let shape = (
        0..3_usize,
        0..=most,
        0..FLAVORS.len(),
        0..IMAGES.len(),
        prop::sample::subsequence(PROFILES.to_vec(), 0..=3),
        0..=most,
        prop::collection::btree_map(
            prop::sample::select(VOLUMES.to_vec()),
            (1..4_u64, 0..4_u8),
            0..=2,
        ),
    );
    let disks = (0..3_u8, prop::bool::weighted(0.2), 0..3_usize, 0..=most);
    let links = (
        0..4_u32,
        prop::sample::subsequence(GROUPS[..index].to_vec(), 0..=index),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        // Mostly the same, for another one makes the instances anew.
        prop_oneof![
            3 => Just((None, 0)),
            1 => (prop::option::of(0..KEYPAIRS.len()), 0..3_usize),
        ],
    );
    (shape, links, disks).prop_map(move |(shape, links, (boot, data, named, stopped))| {
        let (placement, depends, ready, both, primary, (keypair, commands)) = links;
        let (category, count, flavor, image, profiles, public, volumes) = shape;
        let mut group = Group::new(Category::ALL[category], Count::exactly(count));
        group.flavor = Value::Fixed(FlavorName::new(FLAVORS[flavor].0).unwrap());
        group.image = Value::Fixed(ImageName::new(IMAGES[image]).unwrap());
        group.profiles = profiles
            .into_iter()
            .map(|p| ProfileName::new(p).unwrap())
            .collect();
        group.networks = vec![NetworkName::new("inner").unwrap()];
        if both {
            group.networks.push(NetworkName::new("other").unwrap());
        }
        group.public_addresses = PublicAddresses {
            count: Value::Fixed(Count::exactly(public.min(count))),
            advertised: None,
            addresses: vec![],
        };
        group.volumes = volumes
            .into_iter()
            .map(|(name, (size, from))| {
                let golden = model::name::StoredName::new(GOLDEN).unwrap();
                let from = match from {
                    0 => Some(VolumeSource::Snapshot(golden)),
                    1 => Some(VolumeSource::Volume(golden)),
                    _ => None,
                };
                let volume = GroupVolume {
                    size: if from.is_some() && size == 1 {
                        Value::Unknown
                    } else {
                        Value::Fixed(Gib(size))
                    },
                    // Some of them, by nothing but their size.
                    volume_type: (size % 3 == 0)
                        .then(|| model::name::VolumeTypeName::new(VOLUME_TYPE).unwrap()),
                    from: from.filter(|_| !data),
                    mount: Some(format!("/srv/{name}")),
                    file_system: Some("xfs".into()),
                    note: None,
                };
                (VolumeName::new(name).unwrap(), volume)
            })
            .collect();
        group.placement = match placement {
            0 => Placement::Spread,
            1 => Placement::SpreadWith(PlacementName::new("apart").unwrap()),
            _ => Placement::Any,
        };
        group.boot = match boot {
            0 => BootFrom::Volume(Value::Fixed(Gib(2))),
            1 => BootFrom::Volume(Value::AssignedByCloud),
            _ => BootFrom::Disk,
        };
        if data {
            group.data = Some(self::data(&mut group));
        }
        // Each group has addresses of its own; the range of `inner` is settled later.
        let own = u8::try_from(10 * (index + 1)).unwrap();
        group.addresses = group
            .networks
            .iter()
            .map(|network| {
                let addresses = (0..u8::try_from(named.min(count as usize)).unwrap())
                    .map(|n| std::net::Ipv4Addr::new(10, 9, 0, own + n).into());
                (network.clone(), addresses.collect())
            })
            .filter(|(_, addresses): &(_, Vec<_>)| !addresses.is_empty())
            .collect();
        if (1..=count).contains(&stopped) {
            group.stopped.insert(stopped);
        }
        if primary && count > 0 {
            group.roles.insert(1, Role::Primary);
        }
        let readiness = if ready {
            Readiness::Ready
        } else {
            Readiness::Exists
        };
        group.keypair = keypair.map(|index| KeypairName::new(KEYPAIRS[index].0).unwrap());
        group.first_boot = (0..commands)
            .map(|number| format!("echo {number}"))
            .collect();
        group.depends_on = depends
            .into_iter()
            .map(|name| (GroupName::new(name).unwrap(), readiness))
            .collect();
        group
    })
}

/// Data for each instance of a group, all from the same golden volume and instance.
fn data(group: &mut Group) -> GroupData {
    let theirs = Key::instance(&GroupName::new("theirs").unwrap(), 1);
    let origin = |of: &Key, id: &str| Origin {
        of: of.clone(),
        id: Value::Fixed(CloudId::new(id)),
        size: Value::Fixed(Gib(1)),
    };
    if !group.boot.is_disk() {
        // As large as what it is a snapshot of.
        group.boot = BootFrom::Volume(Value::AssignedByCloud);
    }
    let one = InstanceData {
        disk: Some(if group.boot.is_disk() {
            origin(&theirs, GOLDEN_INSTANCE)
        } else {
            origin(&Key::boot_volume(&theirs), GOLDEN_VOLUME)
        }),
        volumes: group
            .volumes
            .keys()
            .map(|name| {
                let key = Key::new(ResourceKind::Volume, &format!("theirs[1].{name}"));
                (name.clone(), origin(&key, GOLDEN_VOLUME))
            })
            .collect(),
    };
    let ordinals = group.ordinals(group.count.max());
    GroupData {
        environment: EnvironmentName::new("elsewhere").unwrap(),
        instances: ordinals.into_iter().map(|o| (o, one.clone())).collect(),
    }
}

/// Topologies of up to four groups of up to `most` instances.
pub fn topology(most: u32) -> impl Strategy<Value = Topology> {
    let groups = (
        prop::option::of(group(0, most)),
        prop::option::of(group(1, most)),
        prop::option::of(group(2, most)),
        prop::option::of(group(3, most)),
    );
    (groups, any::<bool>(), any::<bool>()).prop_map(|((a, b, c, d), first_range, other_routed)| {
        let mut topology = Topology::empty(
            EnvironmentName::new("pair").unwrap(),
            EnvironmentKind::Temporary,
        );
        topology.cloud = Some(CloudName::new("simulated").unwrap());
        topology.flavors = flavors();
        topology.profiles = profiles();
        topology.keypairs = KEYPAIRS
            .iter()
            .map(|(name, public_key)| {
                let keypair = Keypair {
                    public_key: public_key.map(|key| key.parse().unwrap()),
                    note: None,
                };
                (KeypairName::new(name).unwrap(), keypair)
            })
            .collect();
        let network = |cidr: &str, routed| Network {
            cidr: cidr.parse().unwrap(),
            routed,
            note: None,
        };
        let inner = if first_range {
            "10.1.0.0/24"
        } else {
            "10.2.0.0/24"
        };
        topology
            .networks
            .insert(NetworkName::new("inner").unwrap(), network(inner, true));
        topology.networks.insert(
            NetworkName::new("other").unwrap(),
            network("10.9.0.0/24", other_routed),
        );
        for (name, group) in GROUPS.iter().zip([a, b, c, d]) {
            if let Some(group) = group {
                topology.groups.insert(GroupName::new(name).unwrap(), group);
            }
        }
        let there: Vec<GroupName> = topology.groups.keys().cloned().collect();
        for group in topology.groups.values_mut() {
            group.depends_on.retain(|name, _| there.contains(name));
            // Named addresses are of the network's range.
            for (name, addresses) in &mut group.addresses {
                let std::net::IpAddr::V4(range) = topology.networks[name].cidr.addr() else {
                    continue;
                };
                for address in addresses {
                    if let std::net::IpAddr::V4(own) = address {
                        let [a, b, c, _] = range.octets();
                        *address = std::net::Ipv4Addr::new(a, b, c, own.octets()[3]).into();
                    }
                }
            }
        }
        for problem in model::file::check::topology(&topology) {
            let of_groups = problem.path.to_string().starts_with("groups.");
            assert!(!of_groups, "{}: {}", problem.path, problem.message);
        }
        assert_eq!(plan::buildable::obstacles(&topology), vec![]);
        topology
    })
}
