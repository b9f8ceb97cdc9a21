//! How many rows a list has, remembered for as long as nothing changes. A page shows the total
//! beside its fifty rows, and counting takes longer than reading them. An answer is kept with the
//! change counter that it was counted at, and is good for that number alone: it is never stale.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::filter::InstanceFilter;

/// More different lists than are looked at between two changes; a search box makes many.
const KEPT: usize = 512;

/// The totals of lists.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    version: i64,
    totals: HashMap<InstanceFilter, u64>,
}

/// A filter as far as it narrows: order and page make no difference to how many there are.
pub(crate) fn narrowing(filter: &InstanceFilter) -> InstanceFilter {
    let InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        sort: _,
        direction: _,
        after: _,
        limit: _,
    } = filter.clone();
    InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        ..InstanceFilter::default()
    }
}

impl Counts {
    /// The total, where it was counted at this version.
    pub(crate) fn at(&self, version: i64, narrowing: &InstanceFilter) -> Option<u64> {
        let known = self.lock();
        if known.version == version {
            known.totals.get(narrowing).copied()
        } else {
            None
        }
    }

    /// Remembers a total that was counted at a version.
    pub(crate) fn keep(&self, version: i64, narrowing: InstanceFilter, total: u64) {
        let mut known = self.lock();
        if known.version > version {
            return;
        }
        if known.version < version || known.totals.len() >= KEPT {
            known.version = version;
            known.totals.clear();
        }
        known.totals.insert(narrowing, total);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Whoever panicked while holding it left at worst an entry out.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
