//! A large plan held against many case studies: what the page of an environment works out.

use std::collections::BTreeMap;
use std::time::Instant;

use model::case::{Case, CaseStudy, Outcome, Quantity, Seen, Source};
use model::count::Count;
use model::count::Sizing;
use model::name::{CaseName, LoadName, ProfileName};
use model::profile::{Category, Lifecycle, Profile};
use model::topology::Topology;
use plan::nearest::{Asked, Loads, USUAL, nearest};

use crate::data::environment;
use crate::table::{Table, median, time};

/// Groups on each side, each with a profile of its own.
const GROUPS: u32 = 500;
/// Case studies.
const CASES: u32 = 100;

/// Measures the nearest of them.
pub fn run(table: &mut Table) {
    let planned = profiled(0);
    let cases: Vec<CaseStudy> = (1..=CASES).map(case).collect();
    let load: Loads = "users=5000".parse().unwrap();
    let asked = Asked {
        topology: &planned,
        sizing: &Sizing::Planned,
        load: &load,
    };
    let times = (0..15)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(nearest(&asked, &cases, USUAL).len(), USUAL);
            start.elapsed()
        })
        .collect();
    table.add(
        format!("nearest of {CASES} case studies, {GROUPS} groups on each side"),
        time(median(times)),
        "200 ms",
    );
}

fn case(number: u32) -> CaseStudy {
    let given = LoadName::new("users").unwrap();
    Case {
        case: CaseName::new(&format!("case-{number}")).unwrap(),
        title: format!("Case {number}"),
        source: Source {
            by: "the bench".to_owned(),
            what: None,
            link: None,
            date: None,
        },
        given: BTreeMap::from([(given, Quantity::Count(u64::from(number) * 100))]),
        seen: Seen {
            outcome: Some(Outcome::Held),
            ..Seen::default()
        },
        topology: profiled(number),
    }
}

/// An environment whose groups have a profile each, nine in ten of them the same in all.
fn profiled(number: u32) -> Topology {
    let mut topology = environment("large", GROUPS * 100);
    let groups = topology.groups.values_mut();
    for (place, group) in groups.enumerate() {
        let whose = if place % 10 == 0 { number } else { 0 };
        let name = ProfileName::new(&format!("service-{place}-{whose}")).unwrap();
        let profile = Profile {
            category: Category::ALL[place % 3],
            software: vec![format!("Software {place}.{whose} 1.0")],
            hosts: Vec::new(),
            ports: Vec::new(),
            provides: Vec::new(),
            needs: Vec::new(),
            capabilities: Vec::new(),
            parameters: BTreeMap::new(),
            first_boot: Vec::new(),
            lifecycle: Lifecycle::Live,
            was: Vec::new(),
            note: None,
        };
        group.count = Count::exactly(100 + number);
        group.instances.clear();
        group.profiles = vec![name.clone()];
        topology.profiles.insert(name, profile);
    }
    topology
}
