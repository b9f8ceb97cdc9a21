//! The WebPlatform's files read well, and what they hold adds up to what its document says.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::count::{Count, Sizing};
use model::environment::{EnvironmentKind, Layer};
use model::facts::DeclaredWhat;
use model::file::{self, Document};
use model::group::Placement;
use model::profile::{Category, Lifecycle};
use model::recipe::Recipe;
use model::resolved::resolve;
use model::topology::Topology;
use model::value::Value;

fn document(name: &str) -> Document {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    file::parse(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

fn environment(name: &str) -> Topology {
    match document(name) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("{name} is a recipe"),
    }
}

fn recipe(name: &str) -> Recipe {
    match document(name) {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("{name} is an environment"),
    }
}

const ENVIRONMENTS: [&str; 3] = [
    "production-2013.yaml",
    "production-2014.yaml",
    "secondary.yaml",
];

/// Instances by category at a sizing.
fn instances(topology: &Topology, sizing: &Sizing) -> [u32; 3] {
    Category::ALL.map(|category| {
        topology
            .groups
            .iter()
            .filter(|(_, group)| group.category == category)
            .map(|(name, group)| sizing.of(name, group.count))
            .sum()
    })
}

/// vCPUs, GiB of memory and GiB of flavor disk of a category; every flavor must be known.
fn sizes(topology: &Topology, category: Category) -> [u64; 3] {
    let mut sum = [0; 3];
    for group in topology
        .groups
        .values()
        .filter(|group| group.category == category)
    {
        let flavor = topology.flavors[group.flavor.fixed().unwrap()];
        let count = u64::from(group.count.planned());
        let one = [u64::from(flavor.vcpus), flavor.ram.0 / 1024, flavor.disk.0];
        for (sum, one) in sum.iter_mut().zip(one) {
            *sum += count * one;
        }
    }
    sum
}

fn public_addresses(topology: &Topology, category: Option<Category>) -> u32 {
    topology
        .groups
        .values()
        .filter(|group| category.is_none_or(|category| group.category == category))
        .filter_map(|group| group.public_addresses.count.fixed())
        .map(|count| count.planned())
        .sum()
}

fn declared(topology: &Topology, what: DeclaredWhat, category: Option<Category>) -> Vec<Count> {
    topology
        .declared
        .iter()
        .filter(|total| {
            total.what == what
                && total.category == category
                && total.group.is_none()
                && total.os_series.is_none()
        })
        .map(|total| total.count)
        .collect()
}

fn range(min: u32, max: u32) -> Count {
    Count::range(min, None, max).unwrap()
}

#[test]
fn all_round_trip() {
    for name in ENVIRONMENTS {
        let topology = environment(name);
        let again = file::parse("written", &file::write(&topology));
        assert_eq!(again, Ok(Document::Environment(Box::new(topology))));
    }
    let recipe = recipe("temporary.yaml");
    let again = file::parse("written", &file::write_recipe(&recipe));
    assert_eq!(again, Ok(Document::Recipe(Box::new(recipe))));
}

#[test]
fn production_2013_adds_up() {
    let topology = environment("production-2013.yaml");
    assert_eq!(topology.layer, Layer::Observed);
    assert_eq!(topology.kind, EnvironmentKind::Production);
    assert!(topology.protected);
    for sizing in Sizing::REPORTED {
        assert_eq!(instances(&topology, &sizing), [10, 7, 2]);
        assert_eq!(resolve(&topology, &sizing).instances().count(), 19);
    }
    let sizes = Category::ALL.map(|category| sizes(&topology, category));
    assert_eq!(sizes, [[34, 62, 1860], [18, 46, 1380], [3, 3, 90]]);
    let volumes: u64 = topology
        .groups
        .values()
        .flat_map(|group| {
            group
                .volumes
                .values()
                .map(|volume| volume.size.fixed().unwrap().0 * u64::from(group.count.planned()))
        })
        .sum();
    assert_eq!(volumes, 100);
    // Only the app servers are said to have one.
    assert_eq!(public_addresses(&topology, None), 5);
    let unknown = topology.groups.values();
    let unknown = unknown.filter(|group| group.public_addresses.count.is_unknown());
    assert_eq!(unknown.count(), topology.groups.len() - 1);
    assert_eq!(
        declared(&topology, DeclaredWhat::Instances, None),
        [19, 18].map(Count::exactly)
    );
    assert_eq!(
        declared(&topology, DeclaredWhat::PublicAddresses, None),
        [Count::exactly(25)]
    );
}

#[test]
fn production_2013_has_the_facts_of_every_instance() {
    let topology = environment("production-2013.yaml");
    let mut file_systems = 0;
    let mut full = Vec::new();
    let mut series: BTreeMap<String, u32> = BTreeMap::new();
    for (name, group) in &topology.groups {
        let known: Vec<u32> = group.instances.keys().copied().collect();
        assert_eq!(known, group.ordinals(group.count.planned()), "{name}");
        for (ordinal, facts) in &group.instances {
            let instance = format!("{name}[{ordinal}]");
            *series
                .entry(facts.os.as_ref().unwrap().series())
                .or_default() += 1;
            // Every load average is below 0.7.
            assert!(
                facts.load.unwrap().0.iter().all(|load| load.0 < 70),
                "{instance}"
            );
            file_systems += facts.file_systems.len();
            for file_system in &facts.file_systems {
                if file_system.used_percent == 100 {
                    full.push(format!("{instance} {}", file_system.mount));
                }
                if let Some((host, export)) = file_system.remote() {
                    assert_eq!((host, export), ("storage3", "/wiki-images"));
                    let mount = &group.mounts[0];
                    assert_eq!((mount.from.as_str(), mount.ordinal), ("storage", Some(3)));
                    assert_eq!(mount.mount, file_system.mount);
                }
            }
        }
    }
    assert_eq!(file_systems, 46);
    assert_eq!(full, ["backup[1] /mnt", "backup[1] /mnt/backup"]);
    let expected = [
        ("Ubuntu 10.04", 2),
        ("Ubuntu 11.04", 5),
        ("Ubuntu 12.04", 12),
    ];
    assert_eq!(
        series,
        expected.map(|(name, n)| (name.to_owned(), n)).into()
    );
    // Host names are as in the document.
    let resolved = resolve(&topology, &Sizing::Planned);
    let hosts: Vec<&str> = resolved
        .instances()
        .map(|(_, i)| i.host_name.as_str())
        .collect();
    for host in [
        "app1", "app5", "monitor", "piwik0", "db2", "storage3", "storage5", "bots",
    ] {
        assert!(hosts.contains(&host), "{host} of {hosts:?}");
    }
    let unfinished = topology.groups.iter();
    let unfinished: Vec<&str> = unfinished
        .filter(|(_, group)| group.lifecycle == Lifecycle::Unfinished)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(unfinished, ["code"]);
}

#[test]
fn production_2014_adds_up() {
    let topology = environment("production-2014.yaml");
    assert_eq!(topology.layer, Layer::Planned);
    assert_eq!(instances(&topology, &Sizing::Min), [8, 5, 1]);
    assert_eq!(instances(&topology, &Sizing::Planned), [8, 9, 2]);
    assert_eq!(instances(&topology, &Sizing::Max), [8, 9, 2]);
    assert!(topology.flavors.is_empty());
    assert!(
        topology
            .groups
            .values()
            .all(|group| group.flavor.is_unknown())
    );
    assert_eq!(public_addresses(&topology, None), 9);
    assert_eq!(public_addresses(&topology, Some(Category::Application)), 7);
    assert_eq!(
        public_addresses(&topology, Some(Category::Infrastructure)),
        2
    );
    let instances = |category| declared(&topology, DeclaredWhat::Instances, category);
    assert_eq!(instances(None), [range(14, 19)]);
    assert_eq!(instances(Some(Category::Application)), [Count::exactly(8)]);
    assert_eq!(
        instances(Some(Category::Infrastructure)),
        [range(5, 9), range(5, 11)]
    );
    assert_eq!(instances(Some(Category::Process)), [range(1, 2)]);
    assert_eq!(
        declared(&topology, DeclaredWhat::PublicAddresses, None),
        [range(9, 12)]
    );
    // What it takes over from 2013 is there.
    let before = environment("production-2013.yaml");
    for group in topology.groups.values() {
        for old in &group.was {
            assert!(before.groups.contains_key(old), "{old}");
        }
    }
    for profile in topology.profiles.values() {
        for old in &profile.was {
            assert!(before.profiles.contains_key(old), "{old}");
        }
    }
}

#[test]
fn the_secondary_is_a_reduced_production() {
    let topology = environment("secondary.yaml");
    let production = environment("production-2014.yaml");
    assert_eq!(topology.kind, EnvironmentKind::Secondary);
    assert_eq!(
        topology.replicates.as_ref().unwrap().environment,
        production.environment
    );
    assert_ne!(topology.site, production.site);
    for sizing in Sizing::REPORTED {
        assert_eq!(instances(&topology, &sizing), [3, 5, 1]);
    }
    assert_eq!(public_addresses(&topology, None), 9);
    for (name, group) in &topology.groups {
        let theirs = &production.groups[name];
        assert_eq!(group.profiles, theirs.profiles, "{name}");
        if let Some(replicates) = &group.replicates {
            assert_eq!(replicates.environment, production.environment);
        }
    }
    assert!(topology.groups["db"].replicates.is_some());
}

#[test]
fn the_recipe_gives_three_five_and_one_of_either_production() {
    let recipe = recipe("temporary.yaml");
    assert_eq!(recipe.kind, EnvironmentKind::Temporary);
    assert_eq!((recipe.lease.hours, recipe.lease.max_hours), (8, 72));
    for source in ["production-2013.yaml", "production-2014.yaml"] {
        let source = environment(source);
        let mut counts: BTreeMap<Category, u32> = BTreeMap::new();
        let mut used = Vec::new();
        for (name, group) in &recipe.groups {
            let from = if group.from.is_empty() {
                std::slice::from_ref(name)
            } else {
                &group.from
            };
            let there: Vec<_> = from
                .iter()
                .filter(|name| source.groups.contains_key(*name))
                .collect();
            let category = source.groups[*there.first().unwrap()].category;
            *counts.entry(category).or_default() += group.count.unwrap().planned();
            used.extend(there);
        }
        assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 5, 1]);
        // No group of the source is forgotten, none is copied twice.
        used.sort();
        assert_eq!(used, source.groups.keys().collect::<Vec<_>>());
        // Whatever volume the source has is sized or left out with a reason, or has its size.
        for (name, group) in &source.groups {
            for (volume, spec) in &group.volumes {
                let how = &recipe.groups[name];
                assert!(
                    how.volumes.contains_key(volume)
                        || how.omit_volumes.contains_key(volume)
                        || matches!(spec.size, Value::Fixed(_)),
                    "{name}.{volume}"
                );
            }
        }
    }
    let addresses: u32 = recipe
        .groups
        .values()
        .filter_map(|group| group.public_addresses)
        .sum();
    assert_eq!(addresses, 9);
    let together = Placement::SpreadWith("application".parse().unwrap());
    let spread: Vec<&str> = recipe
        .groups
        .iter()
        .filter(|(_, group)| group.placement.as_ref() == Some(&together))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(spread, ["profile-a", "profile-b", "profile-c"]);
    for group in recipe.groups.values() {
        assert!(recipe.flavors.contains_key(group.flavor.as_ref().unwrap()));
    }
}

/// Every profile that is defined is used, and whatever is needed is provided.
#[test]
fn profiles_are_used_and_needs_are_met() {
    for name in ENVIRONMENTS {
        let topology = environment(name);
        let groups = topology.groups.values();
        let used: Vec<_> = groups
            .flat_map(|group| topology.profiles_of(group).into_iter().chain(&group.spread))
            .collect();
        for (profile, spec) in &topology.profiles {
            assert!(used.contains(&profile), "{name}: {profile}");
            for service in &spec.needs {
                let provided = topology
                    .profiles
                    .values()
                    .any(|p| p.provides.contains(service));
                assert!(provided, "{name}: {profile} needs {service}");
            }
        }
    }
}
