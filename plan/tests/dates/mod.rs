//! Days after a day that never changes, and what something takes.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use chrono::{Days, NaiveDate};
use model::name::EnvironmentName;
use plan::amounts::Amounts;
use plan::capacity::{Taken, Totals};

pub fn today() -> NaiveDate {
    // A Thursday.
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

pub fn day(after: u64) -> NaiveDate {
    today() + Days::new(after)
}

pub fn taken(vcpus: u64, unknown: u64) -> Taken {
    let mut totals = Totals {
        instances: vcpus + unknown,
        vcpus: Some(vcpus),
        ram_mib: Some(vcpus * 1024),
        disk_gib: Some(vcpus * 10),
        volume_gib: Some(0),
        public_addresses: Some(1),
        ..Totals::default()
    };
    totals.unknown.vcpus = unknown;
    totals.unknown.ram_mib = unknown;
    Taken { totals, volumes: 2 }
}

pub fn amounts(vcpus: u64) -> Amounts {
    Amounts::of(&taken(vcpus, 0))
}

pub fn name(name: &str) -> EnvironmentName {
    EnvironmentName::new(name).unwrap()
}
