//! How many rows a list has, remembered for as long as nothing changes. A page shows the total
//! beside its fifty rows, and counting takes longer than reading them. An answer is kept with the
//! change counter that it was counted at, and is good for that number alone: it is never stale.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::SqlStore;
use crate::failure::Outcome;
use crate::select::Select;

/// More different lists than are looked at between two changes; a search box makes many.
const KEPT: usize = 512;

/// The totals of lists, by what each is narrowed by.
#[derive(Debug)]
pub(crate) struct Counts<F> {
    known: Mutex<Known<F>>,
}

#[derive(Debug)]
struct Known<F> {
    version: i64,
    totals: HashMap<F, u64>,
}

impl<F> Default for Counts<F> {
    fn default() -> Self {
        Self {
            known: Mutex::new(Known {
                version: 0,
                totals: HashMap::new(),
            }),
        }
    }
}

impl<F: Eq + Hash> Counts<F> {
    /// The total, where it was counted at this version.
    pub(crate) fn at(&self, version: i64, narrowing: &F) -> Option<u64> {
        let known = self.lock();
        if known.version == version {
            known.totals.get(narrowing).copied()
        } else {
            None
        }
    }

    /// Remembers a total that was counted at a version.
    pub(crate) fn keep(&self, version: i64, narrowing: F, total: u64) {
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

    fn lock(&self) -> MutexGuard<'_, Known<F>> {
        // Whoever panicked while holding it left at worst an entry out.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SqlStore {
    /// How many rows a list has on all pages. What is remembered is good where it was counted at the
    /// very version that the page was read at; both queries tell that as `version`.
    pub(crate) async fn total<F: Eq + Hash>(
        &self,
        counts: Option<&Counts<F>>,
        narrowing: F,
        count: Select,
        first: Option<&AnyRow>,
    ) -> Outcome<u64> {
        if let (Some(counts), Some(first)) = (counts, first)
            && let Some(total) = counts.at(first.try_get("version")?, &narrowing)
        {
            return Ok(total);
        }
        let row = count.query("").fetch_one(&self.readers).await?;
        let total: i64 = row.try_get("total")?;
        let total = u64::try_from(total).unwrap_or_default();
        if let Some(counts) = counts {
            counts.keep(row.try_get("version")?, narrowing, total);
        }
        Ok(total)
    }
}
