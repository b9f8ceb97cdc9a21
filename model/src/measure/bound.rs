//! How many file systems one host may tell of. Whoever holds a host's token could invent paths for ever, and a
//! host that makes containers does so in earnest; each path would be kept for years. So there is a bound, and
//! a file system beyond it is left out whole: never some of its figures.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Mount, Rolled};

/// How many file systems of one host are kept at most.
pub const MOST_MOUNTS: usize = 64;

/// For how long a file system counts towards that after it was last heard of.
pub const MOUNT_COUNTS: TimeDelta = TimeDelta::days(40);

/// Of samples of one host those that are within the bound, and how many others there are. File systems that
/// are known already come first, then the others by path.
pub fn within<'a>(known: &BTreeSet<Mount>, minutes: &'a [Rolled]) -> (Vec<&'a Rolled>, u64) {
    let told: BTreeSet<&Mount> = minutes.iter().filter_map(mount).collect();
    let room = MOST_MOUNTS.saturating_sub(known.len());
    let new = told.into_iter().filter(|mount| !known.contains(*mount));
    let new: BTreeSet<&Mount> = new.take(room).collect();
    let is_within = |rolled: &&Rolled| {
        mount(rolled).is_none_or(|mount| known.contains(mount) || new.contains(mount))
    };
    let kept: Vec<&Rolled> = minutes.iter().filter(is_within).collect();
    let beyond = minutes.len() - kept.len();
    (kept, u64::try_from(beyond).unwrap_or(u64::MAX))
}

fn mount(rolled: &Rolled) -> Option<&Mount> {
    rolled.metric.parts().1
}
