//! What was measured of instances over time. Pure data: whoever calls the rules fills it in from
//! what was collected; nothing at all is a good answer too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::name::GroupName;
use model::unit::{Hundredths, Mib};
use serde::{Deserialize, Serialize};

/// One figure at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample<T> {
    /// When it was so.
    pub at: DateTime<Utc>,
    /// How much it was.
    pub value: T,
}

/// How full a file system was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// How much was used.
    pub used: Mib,
    /// How much was free for users.
    pub available: Mib,
}

/// What was measured of one instance, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Load averages.
    pub load: Vec<Sample<Hundredths>>,
    /// Memory in use, without what the system would give back at once.
    pub memory_used: Vec<Sample<Mib>>,
    /// File systems by mount point.
    pub file_systems: BTreeMap<String, Vec<Sample<Room>>>,
}

/// What was measured, by group and ordinal.
pub type History = BTreeMap<(GroupName, u32), Measured>;

/// A history shorter than this says little: a week has its weekend.
pub(super) const LEAST_DAYS: i64 = 7;
/// Nor does one of fewer samples.
pub(super) const LEAST_SAMPLES: usize = 24;

/// How many days samples span.
pub(super) fn days<T>(samples: &[Sample<T>]) -> i64 {
    let times = || samples.iter().map(|sample| sample.at);
    match (times().min(), times().max()) {
        (Some(first), Some(last)) => (last - first).num_days(),
        _ => 0,
    }
}

/// The value that 95 of 100 samples do not exceed; none where there are too few, or of too short a
/// time.
pub(super) fn busy<T: Ord + Copy>(samples: &[Sample<T>]) -> Option<T> {
    if samples.len() < LEAST_SAMPLES || days(samples) < LEAST_DAYS {
        return None;
    }
    let mut values: Vec<T> = samples.iter().map(|sample| sample.value).collect();
    values.sort_unstable();
    values
        .get((values.len() * 95).div_ceil(100).saturating_sub(1))
        .copied()
}
