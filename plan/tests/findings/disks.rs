//! File systems that are full, and those that will be.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use model::topology::Topology;
use model::unit::Mib;
use plan::finding::{Finding, History, Measured, Room, Rule, Sample, Severity, Surroundings};

use super::{by, day, found, one, only, running, silent, today};

fn backup(device: &str, percent: u8) -> Topology {
    running(&format!(
        "groups: {{ backup: {{ category: process, count: 1, instances: {{ 1: {{ host_name: backup, \
         file_systems: [{{ device: \"{device}\", mount: /mnt, size: 50 GiB, used: 40 GiB, available: 10 \
         GiB, used_percent: {percent} }}] }} }} }} }}\n"
    ))
}

#[test]
fn full_file_systems() {
    let rule = Rule::FullFileSystem;
    assert_eq!(
        one(rule, &backup("/dev/vdb", 100)),
        (Severity::Critical, "/mnt on backup is 100% full".to_owned())
    );
    assert_eq!(
        found(rule, &backup("/dev/vdb", 90))[0].severity,
        Severity::Warning
    );
    assert_eq!(
        found(rule, &backup("/dev/vdb", 98))[0].severity,
        Severity::Critical
    );
    silent(rule, &backup("/dev/vdb", 89));
    // Told where it is.
    silent(rule, &backup("storage3:/files", 100));
}

/// A file system of 1000 MiB that was this full on days that end yesterday.
fn foreseen(used: &[u64]) -> Vec<Finding> {
    foreseen_on("2014-03-01", used)
}

fn foreseen_on(date: &str, used: &[u64]) -> Vec<Finding> {
    let first = today() - Days::new(used.len() as u64);
    let samples = (0..).zip(used).map(|(n, used)| Sample {
        at: noon(first + Days::new(n)),
        value: Room {
            used: Mib(*used),
            available: Mib(1000_u64.saturating_sub(*used)),
        },
    });
    let measured = Measured {
        file_systems: BTreeMap::from([("/mnt".to_owned(), samples.collect())]),
        ..Measured::default()
    };
    let history = History::from([(("backup".parse().unwrap(), 1), measured)]);
    let topology = backup("/dev/vdb", 50);
    let around = Surroundings {
        history: Some(&history),
        ..Surroundings::of(&topology, day(date))
    };
    by(Rule::FillingFileSystem, &around)
}

fn noon(date: chrono::NaiveDate) -> DateTime<Utc> {
    date.and_hms_opt(12, 0, 0).unwrap().and_utc()
}

#[test]
fn a_file_system_that_will_be_full() {
    // 10 MiB a day, 200 free on 28 February.
    let steady: Vec<u64> = (0..21).map(|n| 600 + 10 * n).collect();
    assert_eq!(
        only(foreseen(&steady)),
        (
            Severity::Warning,
            "/mnt on backup will be full about 2014-03-20, between 2014-03-20 and 2014-03-20"
                .to_owned()
        )
    );
    // 5 and 15 MiB a day by turns, and one odd day.
    let mut uneven: Vec<u64> = (0..21).map(|n| 600 + 10 * n + 5 * (n % 2)).collect();
    uneven[9] = 900;
    let (severity, what) = only(foreseen(&uneven));
    assert_eq!(severity, Severity::Warning);
    assert!(what.contains("about 2014-03-2"), "{what}");
    let dates: Vec<&str> = what
        .split(' ')
        .filter(|word| word.starts_with("2014"))
        .collect();
    let [about, early, late] = dates
        .iter()
        .map(|it| it.trim_end_matches(','))
        .collect::<Vec<_>>()[..]
    else {
        panic!("{what}")
    };
    assert!(early <= about && about <= late && early < late, "{what}");
    // The nearer the more urgent.
    let fast: Vec<u64> = (0..9).map(|n| 400 + 60 * n).collect();
    assert_eq!(foreseen(&fast)[0].severity, Severity::Critical);
    let slow: Vec<u64> = (0..21).map(|n| 800 + 2 * n).collect();
    assert_eq!(foreseen(&slow)[0].severity, Severity::Hint);
}

#[test]
fn nothing_is_foretold_by_too_little() {
    let steady = |days: u64| -> Vec<u64> { (0..days).map(|n| 500 + 10 * n).collect() };
    assert_eq!(foreseen(&[]), []);
    assert_eq!(foreseen(&steady(7)), [], "six days from first to last");
    assert_eq!(
        foreseen_on("2014-04-01", &steady(21)),
        [],
        "nothing new for a month"
    );
    assert_eq!(foreseen_on("2014-02-01", &steady(21)), [], "of the future");
    // It doesn't grow, shrinks, goes up and down, is full in years, or is full already.
    assert_eq!(foreseen(&[500; 21]), []);
    assert_eq!(foreseen(&(0..21).map(|n| 800 - n).collect::<Vec<_>>()), []);
    assert_eq!(
        foreseen(&(0..21).map(|n| 500 + 200 * (n % 2)).collect::<Vec<_>>()),
        []
    );
    assert_eq!(foreseen(&(0..21).map(|n| 100 + n).collect::<Vec<_>>()), []);
    assert_eq!(
        foreseen(&(0..21).map(|n| 750 + 10 * n).collect::<Vec<_>>()),
        []
    );
}
