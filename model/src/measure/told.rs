//! What was measured last, as the facts of an instance. Only what is newer than what was stated counts, and
//! only load and file systems are such facts; of a file system that nobody stated no device is known, so it
//! is not told of here. Nor is one whose figures could be another's: collectd writes `/srv-data` and
//! `/srv/data` alike.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Metric, Mount};
use crate::facts::{FileSystem, InstanceFacts, LoadAverages};
use crate::unit::{Hundredths, Mib};

/// What was last measured of one instance: when, and how much.
pub type Last = BTreeMap<Metric, (DateTime<Utc>, u64)>;

/// Which measured file system a stated one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is<'a> {
    /// Nothing was measured of it.
    NotMeasured,
    /// It is this one.
    This(&'a Mount),
    /// Figures could be its own or another's.
    Ambiguous,
}

/// Which one a stated path is: the only one that it can be, or the one of exactly this path, where several
/// that look alike are told apart.
fn measured<'a>(path: &str, stated: &[FileSystem], mounts: &BTreeSet<&'a Mount>) -> Is<'a> {
    let alike = |mount: &&&Mount| mount.is_path(path);
    let same = mounts.iter().filter(alike).copied();
    let same: Vec<&'a Mount> = same.collect();
    let others = stated.iter().filter(|other| {
        let looks_alike = || Mount::new(path).is_some_and(|mount| mount.is_path(&other.mount));
        plain(&other.mount) != plain(path) && looks_alike()
    });
    let is_exact = |mount: &&&Mount| plain(mount.as_str()) == plain(path);
    let exact = same.iter().find(is_exact).copied();
    match (same.as_slice(), exact, others.count()) {
        ([], _, _) => Is::NotMeasured,
        // Nothing else is stated that this could be.
        (&[only], _, 0) => Is::This(only),
        // Whoever tells of several that look alike tells them apart.
        (&[_, _, ..], Some(exact), _) => Is::This(exact),
        _ => Is::Ambiguous,
    }
}

/// A path without the `/` that some end it with.
fn plain(path: &str) -> &str {
    path.trim_end_matches('/')
}

fn mounts<'a>(metrics: impl Iterator<Item = &'a Metric>) -> BTreeSet<&'a Mount> {
    metrics
        .filter_map(|metric| match metric {
            Metric::DiskUsed(mount) => Some(mount),
            _ => None,
        })
        .collect()
}

/// Where the stated file systems are mounted whose figures are not taken, because they could be another's:
/// collectd writes each `/` within a path as `-`. `metrics` are all that was measured of the instance.
pub fn ambiguous<'a, 'b>(
    facts: &'a InstanceFacts,
    metrics: impl Iterator<Item = &'b Metric>,
) -> Vec<&'a str> {
    let mounts = mounts(metrics);
    let paths = facts.file_systems.iter().map(|one| one.mount.as_str());
    paths
        .filter(|path| measured(path, &facts.file_systems, &mounts) == Is::Ambiguous)
        .collect()
}

/// Writes what was measured into facts that were stated at a time.
pub fn tell(facts: &mut InstanceFacts, last: &Last, stated: DateTime<Utc>) {
    let newer = |metric: &Metric| {
        let (at, value) = last.get(metric)?;
        (*at > stated).then_some(*value)
    };
    let load = |metric| {
        let value = u32::try_from(newer(&metric)?).ok()?;
        Some(Hundredths(value))
    };
    if let (Some(one), Some(five), Some(fifteen)) = (
        load(Metric::Load1),
        load(Metric::Load5),
        load(Metric::Load15),
    ) {
        facts.load = Some(LoadAverages([one, five, fifteen]));
    }
    let mounts = mounts(last.keys());
    let all = &facts.file_systems;
    let found: Vec<Is<'_>> = all
        .iter()
        .map(|one| measured(&one.mount, all, &mounts))
        .collect();
    for (file_system, found) in facts.file_systems.iter_mut().zip(found) {
        let Is::This(mount) = found else {
            continue;
        };
        if let (Some(used), Some(available)) = (
            newer(&Metric::DiskUsed(mount.clone())),
            newer(&Metric::DiskAvailable(mount.clone())),
        ) {
            let reserved = newer(&Metric::DiskReserved(mount.clone())).unwrap_or_default();
            write(file_system, used, available, reserved);
        }
    }
}

fn write(file_system: &mut FileSystem, used: u64, available: u64, reserved: u64) {
    let FileSystem {
        device: _,
        mount: _,
        size,
        used: used_of,
        available: available_of,
        used_percent,
    } = file_system;
    let users = used.saturating_add(available);
    *size = Mib(users.saturating_add(reserved));
    *used_of = Mib(used);
    *available_of = Mib(available);
    // As `df` reckons: of what users could use, rounded up.
    let percent = (u128::from(used) * 100).div_ceil(u128::from(users.max(1)));
    *used_percent = u8::try_from(percent).unwrap_or(100);
}
