//! The observed state of an environment out of its instances as they were seen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::count::Sizing;
use model::data::BootFrom;
use model::environment::{EnvironmentKind, Layer};
use model::facts::{InstanceFacts, ObservedVolume};
use model::filter::instance_records;
use model::flavor::Flavor;
use model::name::{EnvironmentName, GroupName, NetworkName};
use model::network::Network;
use model::profile::Category;
use model::resolved::resolve;
use model::resource::{Boot, Power, Resource};
use model::topology::Topology;
use model::unit::{Gib, Mib};
use model::value::Value;
use plan::capacity::capacity_of;
use plan::observed::{Member, observed};
use proptest::prelude::*;

fn member(group: &str, ordinal: u32, flavor: &str, vcpus: u32) -> Member {
    Member {
        group: GroupName::new(group).unwrap(),
        ordinal,
        host_name: format!("{group}-{ordinal:02}"),
        flavor: Value::Fixed(flavor.parse().unwrap()),
        size: Some(Flavor {
            vcpus,
            ram: Mib(1024),
            disk: Gib(10),
        }),
        image: Value::Fixed("debian-12".parse().unwrap()),
        boot: BootFrom::Disk,
        networks: BTreeMap::from([(
            NetworkName::new("inner").unwrap(),
            Value::Fixed(format!("10.0.0.{}", 10 + ordinal).parse().unwrap()),
        )]),
        power: Power::Running,
        facts: InstanceFacts {
            status: Some("ACTIVE".to_owned()),
            addresses: vec!["10.0.0.9".parse().unwrap(), "10.0.0.3".parse().unwrap()],
            volumes: vec![ObservedVolume {
                name: format!("{group}-{ordinal:02}-data"),
                size: Gib(20),
                volume_type: Some("ssd".parse().unwrap()),
            }],
            ..InstanceFacts::default()
        },
    }
}

fn empty() -> Topology {
    Topology::empty(
        EnvironmentName::new("shop").unwrap(),
        EnvironmentKind::Production,
    )
}

fn networks() -> BTreeMap<NetworkName, Network> {
    let inner = Network {
        cidr: "10.0.0.0/24".parse().unwrap(),
        routed: true,
        note: None,
    };
    BTreeMap::from([(NetworkName::new("inner").unwrap(), inner)])
}

#[test]
fn what_nobody_wrote_down_is_taken_as_it_was_seen() {
    let members = [
        member("db", 1, "large", 8),
        member("db", 2, "large", 8),
        member("web", 7, "small", 1),
        member("web", 9, "medium", 2),
    ];
    let state = observed(&empty(), members, &networks());
    assert_eq!(state.layer, Layer::Observed);
    let db = &state.groups[&GroupName::new("db").unwrap()];
    assert_eq!(db.category, Category::Infrastructure);
    assert_eq!(db.flavor, Value::Fixed("large".parse().unwrap()));
    assert_eq!(db.image, Value::Fixed("debian-12".parse().unwrap()));
    assert_eq!(db.networks, [NetworkName::new("inner").unwrap()]);
    let volume = &db.volumes["data"];
    assert_eq!(volume.size, Value::Fixed(Gib(20)));
    let web = &state.groups[&GroupName::new("web").unwrap()];
    assert_eq!(web.ordinals, [7, 9]);
    assert_eq!(web.flavor, Value::Unknown, "they differ");
    assert_eq!(web.instances[&9].flavor, Some("medium".parse().unwrap()));
    assert_eq!(web.instances[&9].host_name.as_deref(), Some("web-09"));
    let addresses = &web.instances[&9].addresses;
    assert!(addresses.is_sorted(), "{addresses:?}");

    // The size of each is known, so the sum is.
    let totals = capacity_of(&state).totals.planned;
    assert_eq!((totals.instances, totals.vcpus), (4, Some(19)));
    assert_eq!(totals.unknown.vcpus, 0);
    let records = instance_records(&state);
    let nine = records.iter().find(|record| record.ordinal == 9).unwrap();
    assert_eq!(nine.vcpus, Some(2));
    let Resource::Instance(resolved) =
        &resolve(&state, &Sizing::Planned).resources[&"instance/web[9]".parse().unwrap()]
    else {
        panic!("no instance")
    };
    assert_eq!(resolved.flavor, Value::Fixed("medium".parse().unwrap()));
}

#[test]
fn what_stands_still_and_what_starts_from_a_volume_is_seen_as_such() {
    let on_volume = |ordinal, size| Member {
        boot: BootFrom::Volume(Value::Fixed(Gib(size))),
        ..member("db", ordinal, "large", 8)
    };
    let stopped = Member {
        power: Power::Stopped,
        ..on_volume(2, 40)
    };
    let state = observed(&empty(), [on_volume(1, 40), stopped], &networks());
    let db = &state.groups["db"];
    assert_eq!(db.boot, BootFrom::Volume(Value::Fixed(Gib(40))));
    assert_eq!(db.stopped, BTreeSet::from([2]));
    let resolved = resolve(&state, &Sizing::Planned);
    let Resource::Instance(two) = &resolved.resources[&"instance/db[2]".parse().unwrap()] else {
        panic!("no instance")
    };
    assert_eq!(two.power, Power::Stopped);
    assert!(matches!(two.boot, Boot::Volume { .. }));
    // The flavor's disk is left alone; the volumes count: 40 to start from and 20 for data, each.
    let totals = capacity_of(&state).totals.planned;
    assert_eq!(totals.disk_gib, Some(0));
    assert_eq!(totals.volume_gib, Some(120));

    // Where sizes differ, how large they are isn't one number; started again, none stands still.
    let state = observed(&state, [on_volume(1, 40), on_volume(2, 50)], &networks());
    assert!(state.groups["db"].stopped.is_empty());
    let differ = observed(&empty(), [on_volume(1, 40), on_volume(2, 50)], &networks());
    assert_eq!(differ.groups["db"].boot, BootFrom::Volume(Value::Unknown));
}

#[test]
fn addresses_that_are_named_are_as_they_were_seen() {
    let inner = NetworkName::new("inner").unwrap();
    let mut known = observed(&empty(), [member("web", 1, "small", 1)], &networks());
    let named: Vec<IpAddr> = vec!["10.0.0.5".parse().unwrap(), "10.0.0.6".parse().unwrap()];
    let web = known.groups.get_mut("web").unwrap();
    web.addresses.insert(inner.clone(), named);
    let members = [
        member("web", 1, "small", 1),
        member("web", 2, "small", 1),
        member("web", 3, "small", 1),
    ];
    let state = observed(&known, members, &networks());
    let seen: Vec<String> = state.groups["web"].addresses[&inner]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(seen, ["10.0.0.11", "10.0.0.12"]);
}

#[test]
fn an_instance_that_is_gone_is_gone_and_a_group_with_none_too() {
    let before = observed(
        &empty(),
        [member("db", 1, "large", 8), member("web", 1, "small", 1)],
        &networks(),
    );
    let after = observed(&before, [member("web", 1, "small", 1)], &networks());
    assert_eq!(after.groups.len(), 1);
    let nothing = observed(&before, [], &networks());
    assert!(nothing.groups.is_empty());
}

proptest! {
    #[test]
    fn looking_again_finds_nothing_new(topology in common::topology(5), seen in proptest::collection::btree_map((0..3_usize, 1_u32..6), 0..3_usize, 0..12)) {
        let groups = ["app", "db", "legacy"];
        let flavors = ["small", "medium", "other"];
        let members = || seen.iter().map(|((group, ordinal), flavor)| {
            member(groups[*group], *ordinal, flavors[*flavor], 1)
        });
        let once = observed(&topology, members(), &networks());
        // Known as planned or as last seen, in whatever order they are told.
        let again = observed(&topology, members().rev(), &networks());
        prop_assert_eq!(&once, &again);
        let from_itself = observed(&once, members(), &networks());
        prop_assert_eq!(&once, &from_itself);
        // What is stored and read back is the same.
        let items = once.items();
        let back = Topology::from_items(items.into_iter().collect()).unwrap();
        prop_assert_eq!(once, back);
    }
}
