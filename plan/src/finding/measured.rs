//! What was measured of instances over time. Pure data: whoever calls the rules fills it in from
//! what was collected; nothing at all is a good answer too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::key::Key;
use model::measure::{Metric, Mount, Rolled};
use model::name::GroupName;
use model::topology::items::parse_instance;
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

/// What figures by instance say. Load is an hour's mean of the average over five minutes, memory an hour's
/// most, a file system what it was on the mean; what has no part of these is passed over.
pub fn history<'a>(figures: impl IntoIterator<Item = (&'a Key, &'a Rolled)>) -> History {
    let mut history = History::new();
    let mut rooms: BTreeMap<((GroupName, u32), Mount), Rooms> = BTreeMap::new();
    for (key, rolled) in figures {
        let Some(instance) = parse_instance(key.name()) else {
            continue;
        };
        let Rolled {
            from: at,
            metric,
            figures,
        } = rolled;
        let (at, mean) = (*at, figures.mean());
        match metric {
            Metric::Load5 => {
                let value = Hundredths(u32::try_from(mean).unwrap_or(u32::MAX));
                let measured = history.entry(instance).or_default();
                measured.load.push(Sample { at, value });
            }
            Metric::MemoryUsed => {
                let value = Mib(figures.max);
                let measured = history.entry(instance).or_default();
                measured.memory_used.push(Sample { at, value });
            }
            Metric::DiskUsed(mount) => {
                let rooms = rooms.entry((instance, mount.clone())).or_default();
                rooms.entry(at).or_default().0 = Some(Mib(mean));
            }
            Metric::DiskAvailable(mount) => {
                let rooms = rooms.entry((instance, mount.clone())).or_default();
                rooms.entry(at).or_default().1 = Some(Mib(mean));
            }
            Metric::Load1
            | Metric::Load15
            | Metric::CpuBusy
            | Metric::MemoryTotal
            | Metric::DiskReserved(_) => {}
        }
    }
    for ((instance, mount), rooms) in rooms {
        let samples = rooms.into_iter().filter_map(|(at, (used, available))| {
            let value = Room {
                used: used?,
                available: available?,
            };
            Some(Sample { at, value })
        });
        let measured = history.entry(instance).or_default();
        measured
            .file_systems
            .insert(mount.to_string(), samples.collect());
    }
    history
}

/// How much of a file system was used and available, by time.
type Rooms = BTreeMap<DateTime<Utc>, (Option<Mib>, Option<Mib>)>;

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
