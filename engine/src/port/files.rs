//! The port to where files are kept that somebody brought to be compared. As everywhere in the store, each
//! method is one transaction, and nothing is decided there.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::store::StoreError;
use crate::files::{FileHash, KeptFile};

/// Where files are kept for a while.
#[async_trait]
pub trait Files: Send + Sync {
    /// Keeps a file in place of the one of the same hash. Those that were brought before `since` go, and
    /// of the others the oldest where there are more than `most`.
    async fn keep_file(
        &self,
        file: &KeptFile,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<(), StoreError>;

    /// The file of a hash, where it was brought at `since` or later.
    async fn kept_file(
        &self,
        hash: &FileHash,
        since: DateTime<Utc>,
    ) -> Result<Option<KeptFile>, StoreError>;
}
