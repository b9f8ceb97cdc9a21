//! Leases: how long a temporary environment lives.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::EnvironmentId;

/// A temporary environment's expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Whose.
    pub environment: EnvironmentId,
    /// When it is taken down.
    pub expires_at: DateTime<Utc>,
    /// The latest that it can be extended to.
    pub limit: DateTime<Utc>,
    /// How often it was extended.
    pub extensions: u32,
}

impl Lease {
    /// Whether its time has come.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }
}
