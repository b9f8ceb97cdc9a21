//! One step of a what-if: what the browser works out each time that a slider moves.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::DateTime;
use model::count::Count;
use model::name::CloudName;
use model::price::{Price, PriceBook};
use model::topology::Topology;
use plan::loss::{Loss, Places};
use plan::offers::{Offers, Quota, QuotaKind};
use plan::what_if::{Base, Ground, Scenario, what_if};

use crate::data::environment;
use crate::table::{Table, median, time};

/// Groups of each of the three environments, a hundred instances each.
pub const GROUPS: u32 = 500;
/// The environment that is looked at.
pub const PRODUCTION: &str = "bench";

/// Measures a step with few counts chosen, with all of them, and with something lost.
pub fn run(table: &mut Table) {
    let [production, temporary, secondary] = [PRODUCTION, "copy", "secondary"].map(ranged);
    let cloud = CloudName::new("simulated").unwrap();
    let mut offers = Offers::none(DateTime::UNIX_EPOCH);
    for kind in QuotaKind::ALL {
        let quota = Quota {
            limit: Some(1_000_000),
            used: 0,
        };
        offers.quotas.insert(*kind, quota);
    }
    let ground = Ground {
        offers,
        reserved: BTreeMap::new(),
        standing: BTreeMap::new(),
    };
    let clouds = BTreeMap::from([(cloud, ground)]);
    let mut book = PriceBook::new("2026-01-01".parse().unwrap(), "EUR".parse().unwrap());
    book.vcpu = Some(Price::micro(10_000).unwrap());
    book.ram_gib = Some(Price::micro(5_000).unwrap());
    book.disk_gib = Some(Price::micro(100).unwrap());
    let base = Base {
        production: &production,
        temporary: Some(&temporary),
        secondary: Some(&secondary),
        clouds: &clouds,
        book: Some(&book),
        places: &Places::new(),
    };
    let scenario = |chosen| scenario(&production, chosen);
    let lost = Scenario {
        lost: BTreeSet::from([Loss::AnyHost]),
        ..scenario(10)
    };
    for (what, scenario) in [
        ("10 counts chosen", scenario(10)),
        ("all counts chosen", scenario(GROUPS as usize)),
        ("10 counts chosen, a host lost", lost),
    ] {
        let text = scenario.to_string();
        let times = (0..31)
            .map(|_| {
                let start = Instant::now();
                let outcome = what_if(&base, &text.parse().unwrap()).unwrap();
                assert!(!outcome.sentence().is_empty());
                start.elapsed()
            })
            .collect();
        let what = format!("a step of a what-if, three environments of {GROUPS} groups, {what}");
        table.add(what, time(median(times)), "16 ms");
    }
}

/// Two temporary environments, a secondary site, and so many groups with another count.
pub fn scenario(production: &Topology, chosen: usize) -> Scenario {
    let mut scenario = Scenario {
        temporaries: Some(2),
        with_secondary: Some(true),
        ..Scenario::default()
    };
    let groups = production.groups.keys().take(chosen);
    scenario.production.counts = groups.map(|name| (name.clone(), 70)).collect();
    scenario
}

/// An environment whose counts are ranges.
pub fn ranged(name: &str) -> Topology {
    let mut topology = environment(name, GROUPS * 100);
    topology.cloud = Some(CloudName::new("simulated").unwrap());
    for group in topology.groups.values_mut() {
        group.count = Count::range(50, Some(80), 100).unwrap();
    }
    topology
}
