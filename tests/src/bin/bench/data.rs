//! The data that is measured on: environments of any number of instances, always the same.

use std::net::{IpAddr, Ipv4Addr};

use model::count::Count;
use model::environment::{EnvironmentKind, Layer};
use model::facts::{InstanceFacts, OsRelease};
use model::flavor::Flavor;
use model::group::{Group, PublicAddresses};
use model::name::{EnvironmentName, FlavorName, GroupName, ImageName};
use model::profile::Category;
use model::topology::Topology;
use model::unit::{Gib, Mib};
use model::value::Value;

/// Instances per group.
const GROUP: u32 = 100;

/// An observed environment of so many instances, a hundred to a group.
pub fn environment(name: &str, instances: u32) -> Topology {
    let mut topology = Topology::empty(
        EnvironmentName::new(name).unwrap(),
        EnvironmentKind::Production,
    );
    topology.layer = Layer::Observed;
    topology.protected = true;
    for size in 1..=4 {
        let flavor = Flavor {
            vcpus: size,
            ram: Mib(u64::from(size) * 2048),
            disk: Gib(u64::from(size) * 20),
        };
        topology.flavors.insert(flavor_name(size), flavor);
    }
    for number in 0..instances.div_ceil(GROUP) {
        let count = GROUP.min(instances - number * GROUP);
        let mut group = Group::new(Category::ALL[(number % 3) as usize], Count::exactly(count));
        group.flavor = Value::Fixed(flavor_name(number % 4 + 1));
        group.image = Value::Fixed(ImageName::new("ubuntu-12.04").unwrap());
        group.public_addresses = PublicAddresses::NONE;
        for ordinal in 1..=count {
            let host = number * GROUP + ordinal;
            let [_, a, b, c] = host.to_be_bytes();
            let facts = InstanceFacts {
                status: Some("ACTIVE".into()),
                addresses: vec![IpAddr::V4(Ipv4Addr::new(10, a, b, c))],
                os: Some(OsRelease::new("Ubuntu 12.04.2 LTS Precise")),
                ..InstanceFacts::default()
            };
            group.instances.insert(ordinal, facts);
        }
        topology.groups.insert(
            GroupName::new(&format!("group-{number:04}")).unwrap(),
            group,
        );
    }
    topology
}

/// It as a plan: how many of what, and nothing that was seen.
pub fn planned(mut topology: Topology) -> Topology {
    topology.layer = Layer::Planned;
    for group in topology.groups.values_mut() {
        group.instances.clear();
    }
    topology
}

/// The same under another name, one group in a hundred with another flavor.
pub fn altered(topology: &Topology, name: &str) -> Topology {
    let mut altered = topology.clone();
    altered.environment = EnvironmentName::new(name).unwrap();
    let largest = topology.flavors.keys().last().unwrap();
    for group in altered.groups.values_mut().step_by(100) {
        group.flavor = Value::Fixed(largest.clone());
    }
    altered
}

fn flavor_name(size: u32) -> FlavorName {
    FlavorName::new(&format!("v{size}")).unwrap()
}
