//! Architectures that other software publishes: their totals come out as published, what they state
//! agrees with what is computed, and nothing is found in them that isn't so.

use model::name::GroupName;
use model::topology::Topology;
use plan::capacity::capacity_of;
use plan::finding::Rule;

use super::webplatform::told;
use super::{file, found, silent};

/// A row of a published table: the group, its nodes, and of each the vCPUs and tenths of a GB.
type Row = (&'static str, u32, u32, u64);

/// "Service, Nodes, Configuration" of GitLab's page.
const GITLAB: [Row; 12] = [
    ("external-lb", 1, 4, 36),
    ("consul", 3, 2, 18),
    ("postgresql", 3, 2, 75),
    ("pgbouncer", 3, 2, 18),
    ("internal-lb", 1, 4, 36),
    ("redis", 3, 2, 75),
    ("gitaly", 3, 4, 150),
    ("praefect", 3, 2, 18),
    ("praefect-postgresql", 1, 2, 18),
    ("sidekiq", 2, 4, 150),
    ("rails", 3, 8, 72),
    ("monitoring", 1, 2, 18),
];

/// The first row of "5 node cluster deployment" of Chef's page.
const CHEF: [Row; 2] = [("front-end", 2, 8, 160), ("back-end", 3, 16, 640)];

/// "Requirements" of Mattermost's page; writer and reader are one group.
const MATTERMOST: [Row; 4] = [
    ("app", 2, 8, 160),
    ("db", 2, 8, 640),
    ("search", 4, 8, 640),
    ("proxy", 1, 16, 640),
];

fn text(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap()
}

fn gitlab() -> String {
    text("gitlab/60-rps-3000-users")
}

fn chef() -> String {
    text("chef-automate/five-servers-10000-nodes")
}

fn mattermost() -> String {
    text("mattermost/30000-users")
}

/// Every row is a group, no group is without a row, and sizes are the published ones to the MiB.
fn is_as_published(topology: &Topology, rows: &[Row]) {
    assert_eq!(topology.groups.len(), rows.len());
    for &(name, nodes, vcpus, tenths) in rows {
        let group = &topology.groups[&GroupName::new(name).unwrap()];
        let flavor = topology.flavors[group.flavor.fixed().unwrap()];
        assert!(group.count.is_exact(), "{name}");
        assert_eq!(
            (group.count.planned(), flavor.vcpus),
            (nodes, vcpus),
            "{name}"
        );
        let ten_times = flavor.ram.0 * 10;
        assert!(
            ten_times.abs_diff(tenths * 1024) <= 5,
            "{name}: {}",
            flavor.ram
        );
    }
    let totals = capacity_of(topology).totals;
    assert_eq!(totals.min, totals.max);
    let sum = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
    let instances = sum(|row| row.1.into());
    assert_eq!(totals.planned.instances, instances);
    let vcpus = sum(|row| u64::from(row.1) * u64::from(row.2));
    assert_eq!(totals.planned.vcpus, Some(vcpus));
    // Each instance's memory may be half a MiB off.
    let tenths = sum(|row| u64::from(row.1) * row.3);
    let ram = totals.planned.ram_mib.unwrap();
    assert!(
        (ram * 10).abs_diff(tenths * 1024) <= instances * 5,
        "{ram} MiB"
    );
}

#[test]
fn gitlab_adds_up() {
    let topology = file(&gitlab());
    is_as_published(&topology, &GITLAB);
    let totals = capacity_of(&topology).totals.planned;
    assert_eq!((totals.instances, totals.vcpus), (27, Some(86)));
    // The page says nothing of disks: none is known, and none is zero.
    assert_eq!(totals.volume_gib, None);
    assert_eq!(totals.unknown.volume_gib, 27);
    assert_eq!(totals.public_addresses, None);
}

#[test]
fn chef_adds_up() {
    let topology = file(&chef());
    is_as_published(&topology, &CHEF);
    let totals = capacity_of(&topology).totals.planned;
    assert_eq!((totals.instances, totals.vcpus), (5, Some(64)));
    assert_eq!(totals.ram_mib, Some(224 * 1024));
    // Three data volumes; what the five boot from isn't said.
    assert_eq!(totals.volume_gib, Some(15 * 1024));
    assert_eq!(totals.unknown.volume_gib, 5);
}

#[test]
fn mattermost_adds_up() {
    let topology = file(&mattermost());
    is_as_published(&topology, &MATTERMOST);
    let totals = capacity_of(&topology).totals.planned;
    assert_eq!((totals.instances, totals.vcpus), (9, Some(80)));
    assert_eq!(totals.ram_mib, Some(480 * 1024));
    assert_eq!((totals.volume_gib, totals.unknown.volume_gib), (None, 9));
}

#[test]
fn what_they_state_agrees_and_another_count_does_not() {
    for (text, states, group, told) in [
        (
            gitlab(),
            8,
            "rails",
            [
                "27 instances are stated for gitlab-60-rps; the model has 28",
                "3 instances are stated for group rails; the model has 4",
            ],
        ),
        (
            chef(),
            3,
            "back-end",
            [
                "5 instances are stated for chef-automate-five; the model has 6",
                "3 instances are stated for group back-end; the model has 4",
            ],
        ),
    ] {
        let topology = file(&text);
        assert_eq!(topology.declared.len(), states);
        silent(Rule::DeclaredTotal, &topology);
        let mut more = topology.clone();
        let group = more
            .groups
            .get_mut(&GroupName::new(group).unwrap())
            .unwrap();
        group.count = model::count::Count::exactly(group.count.planned() + 1);
        let mut found: Vec<String> = found(Rule::DeclaredTotal, &more)
            .into_iter()
            .map(|finding| finding.what)
            .collect();
        found.sort();
        let mut told = told.map(ToOwned::to_owned).to_vec();
        told.sort();
        assert_eq!(found, told);
    }
}

#[test]
fn what_is_found_in_them() {
    for text in [gitlab(), chef(), mattermost()] {
        let topology = file(&text);
        let name = format!("reference-{}", topology.environment);
        insta::assert_snapshot!(
            name,
            told(std::slice::from_ref(&topology), &topology, "2026-11-29")
        );
    }
}
