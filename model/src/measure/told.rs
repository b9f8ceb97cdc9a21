//! What was measured last, as the facts of an instance. Only what is newer than what was stated counts, and
//! only load and file systems are such facts; of a file system that nobody stated no device is known, so it
//! is not told of here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Metric;
use crate::facts::{FileSystem, InstanceFacts, LoadAverages};
use crate::unit::{Hundredths, Mib};

/// What was last measured of one instance: when, and how much.
pub type Last = BTreeMap<Metric, (DateTime<Utc>, u64)>;

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
    for file_system in &mut facts.file_systems {
        let measured = last.keys().find_map(|metric| match metric {
            Metric::DiskUsed(mount) if mount.is_path(&file_system.mount) => Some(mount),
            _ => None,
        });
        let Some(mount) = measured else {
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
