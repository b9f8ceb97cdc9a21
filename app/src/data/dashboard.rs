//! What the dashboard shows.

use chrono::{DateTime, Utc};
use model::act::AuditEntry;
use model::name::CloudName;
use plan::offers::QuotaKind;

use super::{EnvironmentRow, Known, PlacedFinding};

/// The whole dashboard, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// The findings of all environments, the most serious first; the page shows the first of them.
    pub findings: Vec<PlacedFinding>,
    /// Headroom, cloud by cloud.
    pub clouds: Vec<CloudMeters>,
    /// All environments that are not destroyed.
    pub environments: Vec<EnvironmentRow>,
    /// The newest lines of the log of acts.
    pub activity: Vec<AuditEntry>,
}

/// What one cloud has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudMeters {
    /// Which.
    pub cloud: CloudName,
    /// When it was asked, or why it wasn't.
    pub asked_at: Known<DateTime<Utc>>,
    /// Whether that is so long ago that it can't be relied on.
    pub stale: bool,
    /// Its quotas, in the order of [`QuotaKind::ALL`].
    pub meters: Vec<Meter>,
}

/// One quota of a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Of what.
    pub what: QuotaKind,
    /// How much is used.
    pub used: Known<u64>,
    /// How much operations under way have reserved and do not use yet.
    pub reserved: u64,
    /// How much there may be.
    pub limit: MeterLimit,
}

/// How much there may be of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeterLimit {
    /// This much.
    Limited(u64),
    /// As much as one likes.
    Unlimited,
    /// The cloud didn't tell, and why.
    Unknown {
        /// Why it isn't known.
        why: String,
    },
}
