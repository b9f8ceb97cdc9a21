//! What a file says of disks, data, addresses by name and power: what is read of it, and the one
//! error where it doesn't hold together, compared whole.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod broken;

use broken::{environment, group, recipe};
use model::count::Sizing;
use model::data::BootFrom;
use model::file::{self, Document};
use model::key::Key;
use model::resolved::{Resolved, resolve};
use model::resource::{Boot, Power, Resource, Volume, VolumeContent};
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;

/// An environment with a network, two flavors and a group `app` of these fields.
fn with(fields: &str) -> Topology {
    let fields = fields
        .lines()
        .fold(String::new(), |text, line| text + "    " + line + "\n");
    let text = format!(
        "environment: a\nkind: staging\n\
         flavors:\n  small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}\n  \
         diskless: {{ vcpus: 1, ram: 1 GiB, disk: 0 GiB }}\n\
         networks:\n  inner: {{ cidr: 10.0.0.0/24 }}\n\
         groups:\n  app:\n    category: application\n    networks: [inner]\n    image: debian\n{fields}"
    );
    match file::parse("a.yaml", &text) {
        Ok(Document::Environment(topology)) => *topology,
        other => panic!("{other:?}"),
    }
}

fn resolved(fields: &str) -> Resolved {
    resolve(&with(fields), &Sizing::Planned)
}

fn volume<'a>(resolved: &'a Resolved, key: &str) -> &'a Volume {
    match &resolved.resources[&key.parse::<Key>().unwrap()] {
        Resource::Volume(volume) => volume,
        other => panic!("{other:?}"),
    }
}

#[test]
fn where_instances_boot_from() {
    for (fields, boot) in [
        ("count: 1", BootFrom::Disk),
        ("count: 1\nboot: disk", BootFrom::Disk),
        (
            "count: 1\nboot: volume",
            BootFrom::Volume(Value::AssignedByCloud),
        ),
        (
            "count: 1\nboot: { volume: 20 GiB }",
            BootFrom::Volume(Value::Fixed(Gib(20))),
        ),
        (
            "count: 1\nboot: { volume: unknown }",
            BootFrom::Volume(Value::Unknown),
        ),
    ] {
        assert_eq!(with(fields).groups["app"].boot, boot, "{fields}");
    }
    group(
        "count: 1\nboot: usb",
        "13: groups.app.boot: unknown word `usb`; use `disk` or `volume`",
    );
    group(
        "count: 1\nboot: { volume: 20 GB }",
        "13: groups.app.boot.volume: `20 GB` is in a decimal unit (GB is 10^9 bytes), and \
         OpenStack counts in GiB and MiB; write `20 GiB`",
    );
    group(
        "count: 1\nboot: 20 GiB",
        "13: groups.app.boot: unknown word `20 GiB`; use `disk` or `volume`",
    );
}

#[test]
fn a_boot_volume_is_as_large_as_said_or_as_the_flavors_disk() {
    let image = VolumeContent::Image(Value::Fixed("debian".parse().unwrap()));
    for (boot, flavor, size) in [
        ("{ volume: 20 GiB }", "small", Value::Fixed(Gib(20))),
        ("volume", "small", Value::Fixed(Gib(10))),
        // The image says how large it must be, and the cloud tells what the image says.
        ("volume", "diskless", Value::AssignedByCloud),
    ] {
        let resolved = resolved(&format!("count: 1\nflavor: {flavor}\nboot: {boot}"));
        let volume = volume(&resolved, "volume/app[1]");
        assert_eq!((&volume.size, &volume.content), (&size, &image), "{boot}");
        let (key, instance) = resolved.instances().next().unwrap();
        let boots_from = Key::boot_volume(key);
        assert!(boots_from.is_boot_volume());
        assert_eq!(instance.boot, Boot::Volume { volume: boots_from });
    }
}

#[test]
fn what_a_volume_is_made_from() {
    let resolved = resolved(
        "count: 1\nvolumes:\n  a: { from: { snapshot: daily-7 } }\n  b: { size: 5 GiB, from: { \
         volume: golden } }\n  c: { size: 1 GiB }",
    );
    for (key, content, size) in [
        ("volume/app[1].a", "snapshot daily-7", None),
        ("volume/app[1].b", "volume golden", Some(Gib(5))),
    ] {
        let volume = volume(&resolved, key);
        match &volume.content {
            VolumeContent::Stored(source) => assert_eq!(source.to_string(), content),
            other => panic!("{other:?}"),
        }
        assert_eq!(volume.size.fixed().copied(), size);
        assert!(!volume.size.is_unknown());
    }
    assert_eq!(
        volume(&resolved, "volume/app[1].c").content,
        VolumeContent::Empty
    );
    group(
        "count: 1\nvolumes: { a: { from: { backup: x } } }",
        "13: groups.app.volumes.a.from: unknown word `backup`; use `snapshot` or `volume`",
    );
}

#[test]
fn a_volume_has_the_type_that_is_said_or_the_one_that_it_is_of() {
    let resolved =
        resolved("count: 1\nvolumes:\n  a: { size: 1 GiB, type: ssd }\n  b: { size: 1 GiB }");
    let [typed, open] = ["a", "b"].map(|name| volume(&resolved, &format!("volume/app[1].{name}")));
    assert_eq!(typed.volume_type, Some("ssd".parse().unwrap()));
    assert_eq!(open.volume_type, None);
    // Nothing of it stands in what is hashed where nobody said.
    let text = serde_json::to_string(&Resource::from(open.clone())).unwrap();
    assert!(!text.contains("type"), "{text}");
    let of = |name: &str| {
        Resource::from(Volume {
            volume_type: Some(name.parse().unwrap()),
            ..open.clone()
        })
    };
    let (open, typed) = (Resource::from(open.clone()), Resource::from(typed.clone()));
    // Where nobody said it stays what it is; where somebody did, another type is another volume.
    assert_eq!(*open.settled_on(&of("hdd")), of("hdd"));
    let settled = typed.settled_on(&of("hdd"));
    assert_eq!(*settled, of("ssd"));
    assert!(!of("hdd").changes_in_place(&settled));
    assert!(of("ssd").changes_in_place(&settled));
    // Made anew it is not asked to be of a type that only the cloud had chosen.
    assert_eq!(open.settled_on(&of("hdd")).made_anew(&open), open);
    group(
        "count: 1\nvolumes: { a: { type: unknown } }",
        "13: groups.app.volumes.a.type: `unknown` is not a volume type's name; use 1 to 255 \
         printable characters, without a space at either end, and neither `unknown` nor `assigned`",
    );
}

#[test]
fn addresses_by_name_go_to_the_lowest_ordinals() {
    let resolved = resolved(
        "count: 3\nordinals: [2, 5, 9]\naddresses: { inner: [10.0.0.11, 10.0.0.12] }\nstopped: [9]",
    );
    let found: Vec<(u32, String, Power)> = resolved
        .instances()
        .map(|(_, instance)| {
            let address = instance.networks.values().next().unwrap();
            (instance.ordinal, address.to_string(), instance.power)
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, "10.0.0.11".to_owned(), Power::Running),
            (5, "10.0.0.12".to_owned(), Power::Running),
            (9, "assigned".to_owned(), Power::Stopped),
        ]
    );
    // The cloud gives these to nobody else.
    let subnet = &resolved.resources[&"subnet/inner".parse::<Key>().unwrap()];
    let Resource::Subnet(subnet) = subnet else {
        panic!("{subnet:?}");
    };
    assert_eq!(subnet.reserved.len(), 2);
}

#[test]
fn addresses_that_can_not_be() {
    let on = |address: &str, expected: &str| {
        environment(
            &format!(
                "networks: {{ inner: {{ cidr: 10.0.0.0/24 }}, six: {{ cidr: \"fd00::/64\" }} }}\n\
                 groups:\n  app: {{ category: process, count: 2, networks: [inner, six], addresses: \
                 {{ {address} }} }}\n"
            ),
            &format!("5: groups.app.addresses.{expected}"),
        );
    };
    on(
        "inner: [10.1.0.5]",
        "inner[0]: `10.1.0.5` is not in the network's range; write another address of \
         `10.0.0.0/24`",
    );
    on(
        "inner: [10.0.0.1]",
        "inner[0]: `10.0.0.1` is the gateway's; write another address of `10.0.0.0/24`",
    );
    on(
        "inner: [10.0.0.9, 10.0.0.0]",
        "inner[1]: `10.0.0.0` is the network's own address; write another address of `10.0.0.0/24`",
    );
    on(
        "inner: [10.0.0.255]",
        "inner[0]: `10.0.0.255` is the network's broadcast address; write another address of \
         `10.0.0.0/24`",
    );
    on(
        "six: [\"fd00::1\"]",
        "six[0]: `fd00::1` is the gateway's; write another address of `fd00::/64`",
    );
    on(
        "inner: [10.0.0.9, 10.0.0.9]",
        "inner[1]: `10.0.0.9` is already given to `app`; give each its own",
    );
    on(
        "inner: [10.0.0.9, 10.0.0.10, 10.0.0.11]",
        "inner: 3 addresses for up to 2 instances; name 2 or less, or raise the count",
    );
    on(
        "iner: [10.0.0.9]",
        "iner: unknown network `iner`; did you mean `inner`?",
    );
    environment(
        "networks: { inner: { cidr: 10.0.0.0/24 } }\ngroups:\n  app: { category: process, count: 1, \
         addresses: { inner: [10.0.0.9] } }\n",
        "5: groups.app.addresses.inner: the group is not on `inner`; add it to `networks`, or leave \
         this out",
    );
    environment(
        "networks: { inner: { cidr: 10.0.0.0/24 } }\ngroups:\n  app: { category: process, count: 1, \
         networks: [inner], addresses: { inner: [10.0.0.9] } }\n  db: { category: process, count: 1, \
         networks: [inner], addresses: { inner: [10.0.0.9] } }\n",
        "6: groups.db.addresses.inner[0]: `10.0.0.9` is already given to `app`; give each its own",
    );
}

#[test]
fn stopped_instances_are_among_those_that_are_there() {
    group(
        "count: 2\nstopped: [1, 3]",
        "13: groups.app.stopped: the group can't have an instance 3; its ordinals are 1 to 2",
    );
}

#[test]
fn data_of_another_environment() {
    let fields = "count: 1
volumes: { data: {} }
data:
  environment: production
  instances:
    1:
      disk: { of: \"instance/app[4]\", id: s-1 }
      volumes: { data: { of: \"volume/app[4].data\", id: v-1, size: 7 GiB } }";
    let resolved = resolved(fields);
    let of = |key: &str| resolved.resources[&key.parse::<Key>().unwrap()].clone();
    let Resource::VolumeSnapshot(snapshot) = of("volume-snapshot/app[1].data") else {
        panic!("no snapshot");
    };
    assert_eq!(snapshot.volume.to_string(), "v-1");
    let Resource::Image(image) = of("image/app[1]") else {
        panic!("no image");
    };
    assert_eq!(image.instance.to_string(), "s-1");
    assert_eq!(
        volume(&resolved, "volume/app[1].data").content,
        VolumeContent::Snapshot("volume-snapshot/app[1].data".parse().unwrap())
    );

    let data = "data: { environment: b, instances: { 1: ";
    group(
        &format!("count: 1\nboot: volume\n{data}{{ disk: {{ of: \"instance/a[1]\" }} }} }} }}"),
        "14: groups.app.data.instances.1.disk.of: `instance/a[1]` is no volume, which is what the \
         group's `boot` needs; change one of the two",
    );
    group(
        &format!("count: 1\n{data}{{ volumes: {{ x: {{ of: \"volume/a[1].x\" }} }} }} }} }}"),
        "13: groups.app.data.instances.1.volumes.x: the group has no volume `x`; add it, or leave \
         this out",
    );
    group(
        "count: 1\nvolumes: { x: { from: { volume: v } } }\ndata: { environment: b }",
        "13: groups.app.volumes.x.from: the group has the data of another environment already; \
         leave one of the two out",
    );
    group(
        "count: 1\ndata: { environment: b, instances: { 2: {} } }",
        "13: groups.app.data.instances.2: the group can't have an instance 2; its only ordinal is 1",
    );
    group(
        &format!("count: 1\n{data}{{ disk: {{ of: app }} }} }} }}"),
        "13: groups.app.data.instances.1.disk.of: `app` is not a resource's key: it is a kind and a \
         name, as in `instance/app[3]`",
    );
}

#[test]
fn recipes_with_data() {
    let network = "networks: { i: { cidr: 10.0.0.0/24 } }\n";
    recipe(
        &format!("{network}groups:\n  app: {{ data: snapshot, boot: volume }}\n"),
        "6: groups.app.boot: with `data: snapshot` instances boot from what the source's boot from; \
         leave this out",
    );
    recipe(
        &format!("{network}groups:\n  app: {{ data: all }}\n"),
        "6: groups.app.data: unknown word `all`; use `none` or `snapshot`",
    );
    recipe(
        &format!("{network}groups:\n  app: {{ count: 1, addresses: {{ i: [10.0.0.1] }} }}\n"),
        "6: groups.app.addresses.i[0]: `10.0.0.1` is the gateway's; write another address of \
         `10.0.0.0/24`",
    );
    recipe(
        &format!(
            "{network}groups:\n  app: {{ addresses: {{ i: [10.0.0.5] }} }}\n  db: {{ addresses: {{ i: \
             [10.0.0.5] }} }}\n"
        ),
        "7: groups.db.addresses.i[0]: `10.0.0.5` is already given to `app`; give each its own",
    );
}

/// Plans that an earlier version stored are still read.
#[test]
fn what_an_earlier_version_stored_of_an_instance_is_read() {
    let stored = r#"{"kind":"instance","group":"app","ordinal":1,"host_name":"app1",
        "flavor":"small","image":"debian","profiles":[],"role":null,"networks":["inner"],
        "security_groups":[],"server_group":null}"#;
    let Resource::Instance(instance) = serde_json::from_str(stored).unwrap() else {
        panic!("no instance");
    };
    assert_eq!(
        instance.boot,
        Boot::Image(Value::Fixed("debian".parse().unwrap()))
    );
    assert_eq!(instance.networks["inner"], Value::AssignedByCloud);
    assert_eq!(instance.power, Power::Running);
    let stored = r#"{"kind":"volume","size":"1 GiB","mount":null,"file_system":null}"#;
    let Resource::Volume(volume) = serde_json::from_str(stored).unwrap() else {
        panic!("no volume");
    };
    assert_eq!(volume.content, VolumeContent::Empty);
    // And every way to boot comes back as it was written.
    for boot in [
        Boot::Image(Value::Unknown),
        Boot::OwnImage {
            image: "image/app[1]".parse().unwrap(),
        },
        Boot::Volume {
            volume: "volume/app[1]".parse().unwrap(),
        },
    ] {
        let text = serde_json::to_string(&boot).unwrap();
        assert_eq!(serde_json::from_str::<Boot>(&text).unwrap(), boot, "{text}");
    }
}
