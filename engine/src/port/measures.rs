//! The port to what the store keeps of what instances measure. As everywhere in the store, each method
//! is one transaction, and nothing is decided there.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::{Metric, Reading, Rolled, Span};

use super::store::StoreError;
use crate::measure::poll::{Looked, MonitorState};

/// What was measured of one instance, by minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Which instance: a key of that kind.
    pub instance: Key,
    /// Its samples: no two of the same minute and metric.
    pub minutes: Vec<Rolled>,
}

/// What came of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many are new.
    pub new: u64,
    /// How many are of file systems beyond what is kept of one host, and were left out.
    pub beyond: u64,
}

/// What is kept of what was measured.
#[async_trait]
pub trait Measures: Send + Sync {
    /// Keeps samples of instances of one environment: those that are new count, once, in their hour and
    /// their day too. What is of more file systems than [`model::measure::within`] has room for, by what
    /// was heard of until `now`, is left out.
    async fn put_measured(
        &self,
        environment: EnvironmentId,
        measured: &[Measurement],
        now: DateTime<Utc>,
    ) -> Result<Kept, StoreError>;

    /// Takes away what is older than its span is kept for, by `now`, whoever's it is, and what was measured
    /// last of environments that were destroyed longer ago than days are kept for: at most so many rows of
    /// each. Whether there may be more.
    async fn forget_measured(&self, now: DateTime<Utc>, most: u32) -> Result<bool, StoreError>;

    /// The figures of one instance since a time, by time.
    async fn measured(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        span: Span,
        since: DateTime<Utc>,
    ) -> Result<Vec<Rolled>, StoreError>;

    /// The figures of all instances of an environment since a time, in any order: of this metric, whatever
    /// the file system.
    async fn measured_in(
        &self,
        environment: EnvironmentId,
        span: Span,
        metric: &Metric,
        since: DateTime<Utc>,
    ) -> Result<Vec<(Key, Rolled)>, StoreError>;

    /// What was last measured of one instance of an environment, or of all.
    async fn last_measured(
        &self,
        environment: EnvironmentId,
        instance: Option<&Key>,
    ) -> Result<Vec<(Key, Reading)>, StoreError>;

    /// Moves the time of a monitor's next look forward, where that has come; whether it had.
    async fn claim_look(
        &self,
        monitor: &str,
        now: DateTime<Utc>,
        next_at: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Keeps what came of a look, in place of the one before.
    async fn put_look(
        &self,
        monitor: &str,
        at: DateTime<Utc>,
        looked: &Looked,
    ) -> Result<(), StoreError>;

    /// The newest look of each monitor that was ever asked, by name.
    async fn looks(&self) -> Result<Vec<MonitorState>, StoreError>;
}
