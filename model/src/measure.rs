//! What instances measure of themselves, sample by sample, and how samples become fewer with age. Every
//! figure is a whole number in the unit of its metric; nothing here knows who sent it or keeps it. Samples
//! are facts: they never become part of a plan or of a hash.

mod bound;
pub mod collectd;
mod matching;
mod number;
pub mod prometheus;
mod roll_up;
mod told;

use std::fmt;

use chrono::{DateTime, Utc};

use crate::unit::{Hundredths, Mib};

pub use bound::{MOST_MOUNTS, MOUNT_COUNTS, within};
pub use matching::{Known, NoMatch, matched};
pub use roll_up::{Figures, Rolled, Span, by_minute, roll_up};
pub use told::{Last, ambiguous, tell};

/// The largest figure that is believed, in whatever unit: 2^40 MiB are an EiB.
pub const MOST: u64 = 1 << 40;

/// Where a file system is mounted: an absolute path of at most 255 bytes, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mount(String);

impl Mount {
    /// A path, where it is one.
    pub fn new(path: &str) -> Option<Self> {
        let fits = path.starts_with('/') && path.len() <= 255 && !path.contains(char::is_control);
        fits.then(|| Self(path.to_owned()))
    }

    /// Where all paths begin.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a path is this one, as far as collectd can tell paths apart: it writes each `/` within one
    /// as `-`.
    pub fn is_path(&self, path: &str) -> bool {
        let plain = |path: &str| path.trim_matches('/').replace('/', "-");
        plain(&self.0) == plain(path)
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What is measured, each in a unit of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// The load average over a minute, in hundredths.
    Load1,
    /// The load average over five minutes, in hundredths.
    Load5,
    /// The load average over fifteen minutes, in hundredths.
    Load15,
    /// How much of all processors' time was not idle, in hundredths of a percent.
    CpuBusy,
    /// Memory in use, without what the system would give back at once, in MiB.
    MemoryUsed,
    /// All memory that the system has, in MiB.
    MemoryTotal,
    /// How much of a file system is used, in MiB.
    DiskUsed(Mount),
    /// How much of a file system is free for users, in MiB.
    DiskAvailable(Mount),
    /// How much of a file system is free for the system alone, in MiB.
    DiskReserved(Mount),
}

impl Metric {
    /// The word for it, and the file system that it is about where it is about one.
    pub fn parts(&self) -> (&'static str, Option<&Mount>) {
        match self {
            Self::Load1 => ("load-1", None),
            Self::Load5 => ("load-5", None),
            Self::Load15 => ("load-15", None),
            Self::CpuBusy => ("cpu-busy", None),
            Self::MemoryUsed => ("memory-used", None),
            Self::MemoryTotal => ("memory-total", None),
            Self::DiskUsed(mount) => ("disk-used", Some(mount)),
            Self::DiskAvailable(mount) => ("disk-available", Some(mount)),
            Self::DiskReserved(mount) => ("disk-reserved", Some(mount)),
        }
    }

    /// The metric of a word and a path, where there is one: the inverse of [`Metric::parts`].
    pub fn from_parts(word: &str, mount: Option<&str>) -> Option<Self> {
        let mount = match mount {
            Some(path) => Some(Mount::new(path)?),
            None => None,
        };
        Some(match (word, mount) {
            ("load-1", None) => Self::Load1,
            ("load-5", None) => Self::Load5,
            ("load-15", None) => Self::Load15,
            ("cpu-busy", None) => Self::CpuBusy,
            ("memory-used", None) => Self::MemoryUsed,
            ("memory-total", None) => Self::MemoryTotal,
            ("disk-used", Some(mount)) => Self::DiskUsed(mount),
            ("disk-available", Some(mount)) => Self::DiskAvailable(mount),
            ("disk-reserved", Some(mount)) => Self::DiskReserved(mount),
            _ => return None,
        })
    }

    /// A figure of this metric, for people: `0.42`, `12.50%`, `512 MiB`.
    pub fn show(&self, value: u64) -> String {
        let hundredths = || Hundredths(u32::try_from(value).unwrap_or(u32::MAX));
        match self {
            Self::Load1 | Self::Load5 | Self::Load15 => hundredths().to_string(),
            Self::CpuBusy => format!("{}%", hundredths()),
            Self::MemoryUsed
            | Self::MemoryTotal
            | Self::DiskUsed(_)
            | Self::DiskAvailable(_)
            | Self::DiskReserved(_) => Mib(value).to_string(),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load1 => f.write_str("load over 1 minute"),
            Self::Load5 => f.write_str("load over 5 minutes"),
            Self::Load15 => f.write_str("load over 15 minutes"),
            Self::CpuBusy => f.write_str("processors busy"),
            Self::MemoryUsed => f.write_str("memory used"),
            Self::MemoryTotal => f.write_str("memory in all"),
            Self::DiskUsed(mount) => write!(f, "{mount} used"),
            Self::DiskAvailable(mount) => write!(f, "{mount} free"),
            Self::DiskReserved(mount) => write!(f, "{mount} reserved"),
        }
    }
}

/// One figure of one instance at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When it was measured.
    pub at: DateTime<Utc>,
    /// What.
    pub metric: Metric,
    /// How much, in the metric's unit.
    pub value: u64,
}
