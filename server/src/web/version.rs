//! The store's version, asked by everybody at once: one query answers all who were waiting when it
//! began. Nobody is ever given an answer to a query that began before they came, so a page never
//! misses what was written before it was asked for, by this server or by another.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::Engine;
use engine::port::StoreError;
use tokio::sync::Mutex;

/// The newest answer, and which query gave it.
#[derive(Debug, Default)]
struct Known {
    query: u64,
    version: i64,
}

/// Asks for the store's version.
#[derive(Debug, Default)]
pub(super) struct Versions {
    begun: AtomicU64,
    known: Mutex<Known>,
}

impl Versions {
    /// The version as of now, or a later moment.
    pub(super) async fn now(&self, engine: &Engine) -> Result<i64, StoreError> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut known = self.known.lock().await;
        if known.query > before {
            return Ok(known.version);
        }
        let query = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let version = engine.store().version().await?;
        *known = Known { query, version };
        Ok(version)
    }
}
