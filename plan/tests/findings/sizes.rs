//! Instances larger or smaller than what they do.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use model::flavor::Flavor;
use model::topology::Topology;
use model::unit::{Gib, Hundredths, Mib};
use plan::finding::{Finding, History, Measured, Rule, Sample, Severity, Surroundings};
use plan::offers::Offers;

use super::{as_kind, by, hint, one, only, running, silent, today, warning};

/// Two instances of 4 vCPUs with this load.
fn web(load: &str) -> Topology {
    web_with(load, "")
}

fn web_with(load: &str, fields: &str) -> Topology {
    let facts = format!(
        "{{ load: [{load}], file_systems: [{{ device: /dev/vda, mount: /, size: 10 GiB, used: 5 GiB, \
         available: 5 GiB, used_percent: 50 }}] }}"
    );
    running(&format!(
        "flavors:\n  small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}\n  half: {{ vcpus: 2, ram: 4 GiB, \
         disk: 20 GiB }}\n  large: {{ vcpus: 4, ram: 8 GiB, disk: 40 GiB }}\n  huge: {{ vcpus: 16, ram: \
         32 GiB, disk: 40 GiB }}\ngroups:\n  web:\n    category: application\n    count: 2\n    flavor: \
         large\n{fields}    instances:\n      1: {facts}\n      2: {facts}\n"
    ))
}

/// The same figures for a number of days, every six hours.
fn history(days: u32, load: u32, memory: Option<u64>) -> History {
    let begin: DateTime<Utc> = "2014-02-01T00:00:00Z".parse().unwrap();
    let times = || (0..days * 4).map(|n| begin + Duration::hours(i64::from(n) * 6));
    let measured = Measured {
        load: times()
            .map(|at| Sample {
                at,
                value: Hundredths(load),
            })
            .collect(),
        memory_used: times()
            .filter_map(|at| {
                Some(Sample {
                    at,
                    value: Mib(memory?),
                })
            })
            .collect(),
        file_systems: BTreeMap::new(),
    };
    let key = |ordinal| ("web".parse().unwrap(), ordinal);
    History::from([(key(1), measured.clone()), (key(2), measured)])
}

fn measured(rule: Rule, topology: &Topology, history: &History) -> Vec<Finding> {
    let around = Surroundings {
        history: Some(history),
        ..Surroundings::of(topology, today())
    };
    by(rule, &around)
}

#[test]
fn one_sample_is_a_hint_and_takes_no_more_than_half() {
    let rule = Rule::Oversized;
    let idle = web("0.10, 0.20, 0.10");
    let what = "web is oversized by load: half would do in place of large";
    assert_eq!(one(rule, &idle), hint(what));
    let finding = &super::found(rule, &idle)[0];
    assert!(
        finding
            .evidence
            .contains("load at most 0.20 on 4 vCPUs, by one sample")
    );
    assert!(
        finding
            .evidence
            .contains("how much memory is in use isn't known")
    );
    assert_eq!(
        finding.effect,
        "for 2 instances that saves 4 vCPUs, 8 GiB of memory and 40 GiB of disk"
    );
    silent(rule, &as_kind("temporary", &idle));
    silent(rule, &web("0.10, 1.50, 0.10"));
    silent(rule, &web("3.10, 3.50, 3.10"));
}

#[test]
fn what_is_not_known_makes_nobody_oversized() {
    let rule = Rule::Oversized;
    let idle = web("0.10, 0.20, 0.10");
    let mut one_without = idle.clone();
    let group = one_without.groups.values_mut().next().unwrap();
    group.instances.get_mut(&2).unwrap().load = None;
    silent(rule, &one_without);
    let mut unseen = idle.clone();
    unseen
        .groups
        .values_mut()
        .next()
        .unwrap()
        .instances
        .remove(&2);
    silent(rule, &unseen);
    let mut no_flavor = idle.clone();
    no_flavor.groups.values_mut().next().unwrap().flavor = model::value::Value::Unknown;
    silent(rule, &no_flavor);
    silent(
        rule,
        &web_with("0.10, 0.20, 0.10", "    lifecycle: unfinished\n"),
    );
    // Nothing smaller has half of its memory; then it is still idle.
    let mut none_smaller = idle;
    none_smaller.flavors.remove("half");
    assert_eq!(
        one(rule, &none_smaller),
        hint(
            "web is oversized by load: 2 vCPUs would do in place of 4, and no known flavor with \
             fewer has what else it needs"
        )
    );
}

#[test]
fn disk_in_use_must_fit() {
    let mut full = web("0.10, 0.20, 0.10");
    for facts in full
        .groups
        .values_mut()
        .next()
        .unwrap()
        .instances
        .values_mut()
    {
        facts.file_systems[0].used = Mib(17 * 1024);
    }
    let (_, what) = one(Rule::Oversized, &full);
    assert!(what.contains("no known flavor"), "{what}");
    // On a volume it needs no room of the flavor's.
    let volume = "    volumes: { data: { size: 50 GiB, mount: / } }\n";
    let mut apart = web_with("0.10, 0.20, 0.10", volume);
    for facts in apart
        .groups
        .values_mut()
        .next()
        .unwrap()
        .instances
        .values_mut()
    {
        facts.file_systems[0].used = Mib(17 * 1024);
    }
    let (_, what) = one(Rule::Oversized, &apart);
    assert!(what.contains("half would do"), "{what}");
}

#[test]
fn a_history_with_memory_is_more_than_a_hint() {
    let rule = Rule::Oversized;
    let topology = web("3.90, 3.90, 3.90");
    assert_eq!(
        only(measured(rule, &topology, &history(10, 30, Some(700)))),
        warning("web is oversized by load and memory: small would do in place of large")
    );
    assert_eq!(
        only(measured(rule, &topology, &history(10, 30, None))).0,
        Severity::Hint
    );
    // Busy in memory: then it is idle by load, and nothing smaller will do.
    let (severity, what) = only(measured(rule, &topology, &history(10, 30, Some(7000))));
    assert_eq!(severity, Severity::Hint);
    assert!(
        what.ends_with("no known flavor with fewer has what else it needs"),
        "{what}"
    );
    // Too short a time: the one sample counts, and that is busy.
    assert_eq!(measured(rule, &topology, &history(5, 30, Some(700))), []);
    assert_eq!(measured(rule, &topology, &history(10, 390, Some(7000))), []);
}

#[test]
fn too_small() {
    let rule = Rule::Undersized;
    assert_eq!(
        one(rule, &web("9.00, 5.00, 4.50")),
        hint("web is undersized by load: huge would do in place of large")
    );
    silent(rule, &web("9.00, 4.50, 3.90"));
    silent(rule, &web("0.10, 0.20, 0.10"));
    let topology = web("0.10, 0.20, 0.10");
    assert_eq!(
        only(measured(rule, &topology, &history(10, 650, None))),
        warning("web is undersized by load: huge would do in place of large")
    );
    assert_eq!(
        only(measured(rule, &topology, &history(10, 30, Some(7900)))),
        warning("web is undersized by memory: huge would do in place of large")
    );
    assert_eq!(measured(rule, &topology, &history(10, 30, Some(7000))), []);
}

#[test]
fn flavors_of_the_cloud_count_too() {
    let mut offers = Offers::none("2014-03-01T00:00:00Z".parse().unwrap());
    let flavor = Flavor {
        vcpus: 8,
        ram: Mib(8192),
        disk: Gib(40),
    };
    offers.flavors.insert("m1.eight".parse().unwrap(), flavor);
    let topology = web("9.00, 5.00, 4.50");
    let around = Surroundings {
        offers: Some(&offers),
        ..Surroundings::of(&topology, today())
    };
    assert_eq!(
        only(by(Rule::Undersized, &around)),
        hint("web is undersized by load: m1.eight would do in place of large")
    );
}

#[test]
fn what_is_kept_of_measures_is_a_history() {
    use model::key::Key;
    use model::measure::{Figures, Metric, Mount, Rolled};
    let begin: DateTime<Utc> = "2014-02-20T00:00:00Z".parse().unwrap();
    let srv = || Mount::new("/srv").unwrap();
    let mut figures = Vec::new();
    for ordinal in [1, 2] {
        let key: Key = format!("instance/web[{ordinal}]").parse().unwrap();
        for hour in 0..24 * 9_i64 {
            let from = begin + Duration::hours(hour);
            for (metric, value) in [
                (Metric::Load5, 40_u64),
                (Metric::MemoryUsed, 700),
                (Metric::DiskUsed(srv()), 5000 + hour.unsigned_abs() * 10),
                (
                    Metric::DiskAvailable(srv()),
                    5000 - hour.unsigned_abs() * 10,
                ),
                (Metric::DiskUsed(Mount::root()), 1),
                (Metric::CpuBusy, 1),
            ] {
                let figures_of = Figures::of(value).with(Figures::of(value));
                figures.push((
                    key.clone(),
                    Rolled {
                        from,
                        metric,
                        figures: figures_of,
                    },
                ));
            }
        }
    }
    let history = plan::finding::history(figures.iter().map(|(key, rolled)| (key, rolled)));
    assert_eq!(history.len(), 2);
    let web1 = &history[&("web".parse().unwrap(), 1)];
    assert_eq!(web1.load.len(), 24 * 9);
    assert!(
        web1.load
            .iter()
            .all(|sample| sample.value == Hundredths(40))
    );
    assert!(
        web1.memory_used
            .iter()
            .all(|sample| sample.value == Mib(700))
    );
    assert_eq!(web1.file_systems["/srv"].len(), 24 * 9);
    // Used alone says nothing of how much room there is.
    assert_eq!(web1.file_systems["/"], []);
    // And the rules that rest on a history are silent no longer.
    let found = measured(Rule::Oversized, &web("0.4, 0.4, 0.4"), &history);
    assert_eq!(found[0].severity, Severity::Warning, "{found:?}");
    let filling = measured(Rule::FillingFileSystem, &web("0.4, 0.4, 0.4"), &history);
    assert_eq!(filling.len(), 2, "{filling:?}");
}
