//! The watch over those who hold something: an executor an environment, a collector a cloud. Only
//! who shows no sign of life for a whole lease is taken for gone.

use std::collections::BTreeMap;
use std::time::Duration;

use model::id::ExecutorId;

use crate::Engine;

/// A holder that is being watched for signs of life.
struct Watched {
    signs: (i64, i64),
    since: Duration,
}

/// What is held, with the holders' last signs of life.
pub(crate) struct Holders<K> {
    watched: BTreeMap<K, Watched>,
}

/// From whom something is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takeover {
    /// From nobody.
    Free,
    /// From a holder that is gone; a request of its own may still be under way.
    FromDead,
}

impl<K: Ord> Holders<K> {
    pub(crate) fn new() -> Self {
        Self {
            watched: BTreeMap::new(),
        }
    }

    /// Forgets those that are held no longer.
    pub(crate) fn retain(&mut self, is_held: impl Fn(&K) -> bool) {
        self.watched.retain(|key, _| is_held(key));
    }

    /// Whether a holder is surely gone, so that what it holds may be claimed, and whether from
    /// someone. `signs` is its fence and its heartbeat.
    pub(crate) fn may_claim(
        &mut self,
        engine: &Engine,
        key: K,
        holder: Option<ExecutorId>,
        signs: (i64, i64),
    ) -> Option<Takeover> {
        let Some(holder) = holder else {
            return Some(Takeover::Free);
        };
        if holder == engine.executor {
            // A task of ours that ended without letting go.
            return Some(Takeover::FromDead);
        }
        if engine.store().is_exclusive() {
            // Only one server can use this store, and that is this one.
            return Some(Takeover::FromDead);
        }
        let now = engine.clock().monotonic();
        let seen = self
            .watched
            .entry(key)
            .or_insert(Watched { signs, since: now });
        if seen.signs != signs {
            *seen = Watched { signs, since: now };
            return None;
        }
        (now.saturating_sub(seen.since) >= engine.parts.config.executor_lease)
            .then_some(Takeover::FromDead)
    }
}
