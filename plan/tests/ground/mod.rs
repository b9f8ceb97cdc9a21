//! Clouds to hold a what-if against.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::collections::BTreeMap;

use chrono::DateTime;
use model::flavor::Flavor;
use model::name::{CloudName, FlavorName};
use model::unit::{Gib, Mib};
use plan::offers::{Offers, Quota, QuotaKind};
use plan::what_if::Ground;

/// What each cloud has to give.
pub type Clouds = BTreeMap<CloudName, Ground>;

/// A cloud with these limits, nothing used, and no limit on what is not named.
pub fn ground(limits: &[(QuotaKind, u64)]) -> Ground {
    let mut offers = Offers::none(DateTime::UNIX_EPOCH);
    for kind in QuotaKind::ALL {
        let limit = limits.iter().find(|(other, _)| other == kind);
        let limit = limit.map(|(_, limit)| *limit);
        offers.quotas.insert(*kind, Quota { limit, used: 0 });
    }
    offers.free_addresses = Some(100);
    for (name, vcpus, ram, disk) in [("small", 2, 2, 60), ("large", 4, 16, 480)] {
        let flavor = Flavor {
            vcpus,
            ram: Mib(ram * 1024),
            disk: Gib(disk),
        };
        offers
            .flavors
            .insert(FlavorName::new(name).unwrap(), flavor);
    }
    Ground {
        offers,
        reserved: BTreeMap::new(),
        standing: BTreeMap::new(),
    }
}

pub fn simulated(ground: Ground) -> Clouds {
    BTreeMap::from([(CloudName::new("simulated").unwrap(), ground)])
}
