//! Copies that take data along: what the recipe makes of the source, what keeps it from being built,
//! and the plan, as a runbook.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;

use model::count::{Count, Sizing};
use model::data::VolumeSource;
use model::file::{Document, parse};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::StoredName;
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::resource::Resource;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;
use plan::buildable::obstacles;
use plan::copy::{Copy, CopyError, Kept, derive};
use plan::data::{Held, Holdings, locate, not_located};
use plan::offers::{OfferedImage, Offers, QuotaKind, Stored};
use plan::proof::{demand, judge};
use plan::steps::{StepAct, Until};

const SOURCE: &str = "environment: production
kind: production
cloud: lab
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
  tiny: { vcpus: 1, ram: 1 GiB, disk: 5 GiB }
networks:
  inner: { cidr: 10.0.0.0/24 }
groups:
  web:
    category: application
    count: 2
    ordinals: [3, 4]
    flavor: small
    image: debian
    boot: volume
    networks: [inner]
    addresses: { inner: [10.0.0.13, 10.0.0.14] }
    public_addresses: 0
    stopped: [4]
  db:
    category: infrastructure
    count: 2
    flavor: small
    image: debian
    networks: [inner]
    public_addresses: 0
    volumes: { data: { size: 4 GiB, mount: /srv } }
";

const RECIPE: &str = "recipe: with-data
kind: temporary
lease: { hours: 1, max_hours: 2 }
networks: { inner: { cidr: 10.0.0.0/24 } }
groups:
  web: { data: snapshot }
  db: { count: 1, data: snapshot, volumes: { data: 8 GiB } }
";

fn source() -> Topology {
    match parse("source.yaml", SOURCE).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

fn recipe(text: &str) -> Recipe {
    match parse("recipe.yaml", text).unwrap() {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("an environment"),
    }
}

fn copy(text: &str) -> Result<Copy, CopyError> {
    derive(&source(), &recipe(text), "try-1".parse().unwrap())
}

/// What the source has in the cloud.
fn holdings() -> Holdings {
    let held = |key: &str, size| {
        let size = Some(Gib(size)).filter(|size| size.0 > 0);
        let id = CloudId::new(format!("id-{key}"));
        (key.parse().unwrap(), Held { id, size })
    };
    Holdings::from([
        held("volume/web[3]", 10),
        held("volume/web[4]", 10),
        held("instance/db[1]", 0),
        held("volume/db[1].data", 4),
    ])
}

fn located() -> Topology {
    let mut topology = copy(RECIPE).unwrap().topology;
    locate(&mut topology, &holdings());
    topology
}

fn offers() -> Offers {
    let source = |id: &str, size| {
        let source = VolumeSource::Volume(StoredName::new(id).unwrap());
        let id = CloudId::new(id);
        let size = Gib(size);
        (source, vec![Stored { id, size }])
    };
    Offers {
        at: "2026-11-20T15:00:00Z".parse().unwrap(),
        flavors: self::source().flavors,
        images: BTreeMap::from([("debian".parse().unwrap(), OfferedImage::default())]),
        sources: [
            source("id-volume/web[3]", 10),
            source("id-volume/web[4]", 10),
            source("id-volume/db[1].data", 4),
        ]
        .into(),
        quotas: BTreeMap::new(),
        free_addresses: None,
        volume_types: None,
    }
}

#[test]
fn a_copys_instances_stand_for_the_sources_in_their_order() {
    let copy = copy(RECIPE).unwrap();
    let of = |group: &str, ordinal: u32| {
        let data = copy.topology.groups[group].data.as_ref().unwrap();
        assert_eq!(data.environment.as_str(), "production");
        let one = &data.instances[&ordinal];
        let volumes: Vec<String> = one.volumes.values().map(|o| o.of.to_string()).collect();
        (one.disk.as_ref().unwrap().of.to_string(), volumes)
    };
    assert_eq!(of("web", 1), ("volume/web[3]".into(), vec![]));
    assert_eq!(of("web", 2), ("volume/web[4]".into(), vec![]));
    let data = vec!["volume/db[1].data".to_owned()];
    assert_eq!(of("db", 1), ("instance/db[1]".into(), data));
    assert_eq!(copy.topology.groups["web"].stopped, [2].into());
    // The same range: what the data say of each other's addresses stays true.
    assert_eq!(
        copy.topology.groups["web"].addresses,
        source().groups["web"].addresses
    );
    let db = copy
        .fidelity
        .iter()
        .find(|row| row.group.as_str() == "db")
        .unwrap();
    assert_eq!(db.kept, Kept::Shrunk { from: 2, to: 1 });
    assert!(
        db.differs.iter().any(|text| text.contains("not sanitised")),
        "{db:?}"
    );
    assert!(
        !db.cannot_prove
            .iter()
            .any(|text| text.contains("production data")),
        "{db:?}"
    );
}

#[test]
fn another_range_has_other_addresses() {
    let copy = copy(&RECIPE.replace("10.0.0.0/24", "10.1.0.0/24")).unwrap();
    assert!(copy.topology.groups["web"].addresses.is_empty());
    let web = copy
        .fidelity
        .iter()
        .find(|row| row.group.as_str() == "web")
        .unwrap();
    assert!(
        web.differs.contains(&"has other addresses".to_owned()),
        "{web:?}"
    );
    let named = RECIPE.replace(
        "web: { data: snapshot }",
        "web: { data: snapshot, addresses: { inner: [10.0.0.5] } }",
    );
    let copy = self::copy(&named).unwrap();
    let addresses: Vec<String> = copy.topology.groups["web"]
        .addresses
        .values()
        .flatten()
        .map(ToString::to_string)
        .collect();
    assert_eq!(addresses, ["10.0.0.5"]);
}

#[test]
fn several_groups_in_one_bring_each_volume_along() {
    let merged = RECIPE.replace(
        "  web: { data: snapshot }\n  db: { count: 1, data: snapshot, volumes: { data: 8 GiB } }\n",
        "  all: { from: [db, store], count: 1, flavor: small, image: debian, data: snapshot }\n",
    );
    let mut source = source();
    let mut store = source.groups["db"].clone();
    store.count = Count::exactly(1);
    let volume = store.volumes.values().next().unwrap().clone();
    store.volumes.insert("files".parse().unwrap(), volume);
    source.groups.insert("store".parse().unwrap(), store);
    let copy = derive(&source, &recipe(&merged), "try-1".parse().unwrap()).unwrap();
    let data = copy.topology.groups["all"].data.as_ref().unwrap();
    let origins: Vec<String> = data.origins().map(|origin| origin.of.to_string()).collect();
    assert_eq!(
        origins,
        [
            "instance/db[1]",
            "volume/db[1].data",
            "volume/store[1].files"
        ]
    );
}

#[test]
fn more_copies_than_there_are_instances_have_no_data() {
    let more = RECIPE.replace("count: 1, data", "count: 3, data");
    let error = copy(&more).unwrap_err().to_string();
    assert_eq!(
        error,
        "recipe `with-data`: `db` takes data along for 3 instances, and `db` has 2: lower the \
         count, or leave `data` out"
    );
}

#[test]
fn what_was_not_found_keeps_it_from_being_built() {
    let copy = copy(RECIPE).unwrap();
    let told: Vec<String> = obstacles(&copy.topology)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told.len(), 4, "{told:?}");
    for key in [
        "volume/web[3]",
        "volume/web[4]",
        "instance/db[1]",
        "volume/db[1].data",
    ] {
        let what = format!("{key} of production is not in the cloud: bring that environment up");
        assert!(told.iter().any(|text| text.contains(&what)), "{told:?}");
    }
    assert_eq!(obstacles(&located()), []);
    // What was found is no part of how it was derived.
    assert_eq!(not_located(located()), copy.topology);
    assert_ne!(located(), copy.topology);
}

#[test]
fn data_that_do_not_fit_where_they_are_put() {
    let tight = RECIPE.replace("count: 1, data", "count: 1, flavor: tiny, data");
    let tight = tight.replace("8 GiB", "3 GiB");
    let mut topology = copy(&tight).unwrap().topology;
    locate(&mut topology, &holdings());
    let told: Vec<String> = obstacles(&topology)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "group `db`: instance/db[1] of production has 10 GiB and the copy's disk 5 GiB: choose \
             a flavor with a larger disk",
            "group `db`: volume/db[1].data of production has 4 GiB and the copy's volume `data` 3 \
             GiB: give it a larger size, or none",
        ]
    );
}

#[test]
fn the_plan_of_a_copy_with_data_reads_like_a_runbook() {
    use ResourceKind::{Image, Instance, Volume, VolumeSnapshot};
    let topology = located();
    let target = resolve(&topology, &Sizing::Planned);
    let sizes = plan::sizes::sizes(&target, &offers());
    let plan = plan::plan_with(&Resolved::default(), &target, &sizes).unwrap();
    let lines: Vec<String> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(number, step)| {
            let needs: Vec<String> = step
                .needs
                .iter()
                .map(|need| match need.until {
                    Until::Ready => format!("{}!", need.step),
                    Until::Running => format!("{}~", need.step),
                    Until::Exists => need.step.to_string(),
                })
                .collect();
            format!(
                "{number:2} {} {} <- {}",
                step.act.verb(),
                step.key,
                needs.join(" ")
            )
        })
        .collect();
    insta::assert_snapshot!("copy_with_data", lines.join("\n"));

    // Sizes are settled: nothing is left to execution, and the proof counts what will be there.
    for step in &plan.steps {
        if let StepAct::Create {
            resource: Resource::Volume(volume),
        } = &step.act
        {
            assert!(volume.size.fixed().is_some(), "{}", step.key);
        }
    }
    let demand = demand(&plan, &topology.flavors);
    assert_eq!(demand[&QuotaKind::Snapshots], 3);
    assert_eq!(demand[&QuotaKind::Volumes], 3);
    // Snapshots of 10, 10 and 4; volumes of 10, 10 and 8.
    assert_eq!(demand[&QuotaKind::VolumeGib], 52);
    let proof = judge(&plan, &topology.flavors, &offers(), &BTreeMap::new());
    assert!(proof.passed(), "{proof:?}");

    // Taken down, each goes before what it was made from.
    let down = plan::plan(&target, &Resolved::default()).unwrap();
    let at = |kind: ResourceKind, name: &str| {
        let key = Key::new(kind, name);
        down.steps.iter().position(|step| step.key == key).unwrap()
    };
    assert!(at(Instance, "web[1]") < at(Volume, "web[1]"));
    assert!(at(Volume, "web[1]") < at(VolumeSnapshot, "web[1]"));
    assert!(at(Volume, "db[1].data") < at(VolumeSnapshot, "db[1].data"));
    assert!(at(Instance, "db[1]") < at(Image, "db[1]"));
}

#[test]
fn what_a_volume_is_made_from_is_proven() {
    let mut topology = source();
    topology.groups.retain(|name, _| name.as_str() == "db");
    let db = topology.groups.values_mut().next().unwrap();
    db.count = Count::exactly(1);
    let volume = db.volumes.values_mut().next().unwrap();
    volume.from = Some(VolumeSource::Snapshot(StoredName::new("daily").unwrap()));
    let source = volume.from.clone().unwrap();
    let target = resolve(&topology, &Sizing::Planned);
    let judged = |found: &[(&str, u64)]| {
        let mut offers = offers();
        let stored = |(id, size): &(&str, u64)| Stored {
            id: CloudId::new(*id),
            size: Gib(*size),
        };
        let found = found.iter().map(stored).collect();
        offers.sources = [(source.clone(), found)].into();
        let sizes = plan::sizes::sizes(&target, &offers);
        let plan = plan::plan_with(&Resolved::default(), &target, &sizes).unwrap();
        let proof = judge(&plan, &topology.flavors, &offers, &BTreeMap::new());
        let why: Vec<String> = proof
            .checks
            .iter()
            .filter(|check| check.verdict == plan::proof::Verdict::Failed)
            .map(|check| format!("{}: {}", check.what, check.why.as_deref().unwrap()))
            .collect();
        why
    };
    assert_eq!(judged(&[("s-1", 4)]), [""; 0]);
    assert_eq!(
        judged(&[("s-1", 6)]),
        [
            "volume/db[1].data: snapshot daily needs 6 GiB, and the volume has 4 GiB: make it \
             larger"
        ]
    );
    assert_eq!(
        judged(&[]),
        ["snapshot daily: the cloud has no snapshot of this name or id: choose one that it has"]
    );
    assert_eq!(
        judged(&[("s-1", 1), ("s-2", 1)]),
        [
            "snapshot daily: the cloud has several of this name: write the id of one instead (s-1, \
             s-2)"
        ]
    );
}

#[test]
fn an_image_says_how_large_a_boot_volume_must_be() {
    let mut topology = source();
    topology.groups.retain(|name, _| name.as_str() == "web");
    let flavors = &mut topology.flavors;
    for flavor in flavors.values_mut() {
        flavor.disk = Gib(0);
    }
    let mut offers = offers();
    offers.flavors = topology.flavors.clone();
    let large = OfferedImage { least_disk: Gib(7) };
    offers.images = [("debian".parse().unwrap(), large)].into();
    let target = resolve(&topology, &Sizing::Planned);
    let sizes = plan::sizes::sizes(&target, &offers);
    let plan = plan::plan_with(&Resolved::default(), &target, &sizes).unwrap();
    let made: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.act {
            StepAct::Create {
                resource: Resource::Volume(volume),
            } => Some(volume.size.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(made, [Value::Fixed(Gib(7)), Value::Fixed(Gib(7))]);

    // One that was said to be smaller is told before anything is done.
    let web = topology.groups.values_mut().next().unwrap();
    web.boot = model::data::BootFrom::Volume(Value::Fixed(Gib(3)));
    let target = resolve(&topology, &Sizing::Planned);
    let plan = plan::plan(&Resolved::default(), &target).unwrap();
    let proof = judge(&plan, &topology.flavors, &offers, &BTreeMap::new());
    assert!(!proof.passed());
    assert!(
        proof.checks[0]
            .why
            .as_deref()
            .unwrap()
            .contains("image debian needs 7 GiB, and the volume has 3 GiB"),
        "{proof:?}"
    );
}
