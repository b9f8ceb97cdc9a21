//! Random topologies that can be built: small, of few names, so that pairs of them overlap and
//! differ in count, flavor, profile, address, volume, placement and order.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::collections::BTreeMap;

use model::count::Count;
use model::environment::EnvironmentKind;
use model::flavor::Flavor;
use model::group::{Group, GroupVolume, Placement, PublicAddresses, Readiness, Role};
use model::name::{
    CloudName, EnvironmentName, FlavorName, GroupName, ImageName, NetworkName, PlacementName,
    ProfileName, VolumeName,
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
const GROUPS: [&str; 4] = ["app", "db", "cache", "store"];
const PROFILES: [&str; 3] = ["web", "sql", "files"];
const VOLUMES: [&str; 2] = ["data", "logs"];

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
        prop::collection::btree_map(prop::sample::select(VOLUMES.to_vec()), 1..4_u64, 0..=2),
    );
    let links = (
        0..4_u32,
        prop::sample::subsequence(GROUPS[..index].to_vec(), 0..=index),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    (shape, links).prop_map(move |(shape, (placement, depends, ready, both, primary))| {
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
            .map(|(name, size)| {
                let volume = GroupVolume {
                    size: Value::Fixed(Gib(size)),
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
        if primary && count > 0 {
            group.roles.insert(1, Role::Primary);
        }
        let readiness = if ready {
            Readiness::Ready
        } else {
            Readiness::Exists
        };
        group.depends_on = depends
            .into_iter()
            .map(|name| (GroupName::new(name).unwrap(), readiness))
            .collect();
        group
    })
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
        }
        topology
    })
}
