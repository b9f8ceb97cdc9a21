//! What states resolve to, kept by revision: one never changes, so what it resolves to stays true. The
//! pages over the largest environments turn leaf after leaf of the same two states, and resolving 100,000
//! instances takes longer than everything else that such a page needs.

use std::sync::{Arc, Mutex, PoisonError};

use app::routes::CompareSizing;
use axum::http::StatusCode;
use hashlink::LruCache;
use model::environment::{Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use tokio::task::spawn_blocking;

use super::Reader;
use crate::web::trouble::{Failed, failed};

/// How many resources are kept in all: two states of 100,000 instances, which take some 100 MB.
const MOST_RESOURCES: usize = 250_000;

/// A state at a sizing.
type At = (EnvironmentId, Layer, RevisionNumber, CompareSizing);

#[derive(Debug)]
struct Inner {
    states: LruCache<At, Arc<Resolved>>,
    resources: usize,
}

/// What states resolve to that were asked for last.
#[derive(Debug)]
pub(in crate::web) struct KeptStates(Mutex<Inner>);

impl Default for KeptStates {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            states: LruCache::new_unbounded(),
            resources: 0,
        }))
    }
}

impl KeptStates {
    fn get(&self, at: &At) -> Option<Arc<Resolved>> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.states.get(at).map(Arc::clone)
    }

    fn keep(&self, at: At, state: &Arc<Resolved>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.resources += state.resources.len();
        if let Some(before) = inner.states.insert(at, Arc::clone(state)) {
            inner.resources -= before.resources.len();
        }
        while inner.resources > MOST_RESOURCES
            && let Some((_, oldest)) = inner.states.remove_lru()
        {
            inner.resources -= oldest.resources.len();
        }
    }
}

impl Reader {
    /// What a state resolves to at a sizing; of one that is not stored nothing is kept. It is worked
    /// out beside what the server does for others.
    pub(super) async fn resolved(
        &self,
        of: Option<&Revision>,
        topology: &Arc<Topology>,
        sizing: CompareSizing,
    ) -> Result<Arc<Resolved>, Failed> {
        let at = of.map(|revision| {
            let Revision {
                environment,
                layer,
                number,
                ..
            } = revision;
            (*environment, *layer, *number, sizing)
        });
        let kept = self.web.caches.as_ref().map(|caches| &caches.states);
        if let Some((kept, at)) = kept.zip(at.as_ref())
            && let Some(state) = kept.get(at)
        {
            return Ok(state);
        }
        let topology = Arc::clone(topology);
        let working = spawn_blocking(move || resolve(&topology, &sizing.sizing()));
        let state = match working.await {
            Ok(state) => Arc::new(state),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_stopped) => {
                    return Err(failed(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "The server is being stopped",
                        "It was asked to stop while it worked this out.",
                        "Ask again once it runs.",
                    ));
                }
            },
        };
        if let Some((kept, at)) = kept.zip(at) {
            kept.keep(at, &state);
        }
        Ok(state)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use model::key::{Key, ResourceKind};
    use model::resource::Network;

    use super::*;

    fn state(resources: usize) -> Arc<Resolved> {
        let resources = (0..resources).map(|number| {
            let key = Key::new(ResourceKind::Network, &number.to_string());
            (key, Network {}.into())
        });
        Arc::new(Resolved {
            resources: resources.collect(),
            ..Resolved::default()
        })
    }

    fn at(number: u32, sizing: CompareSizing) -> At {
        let environment = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        (environment, Layer::Planned, RevisionNumber(number), sizing)
    }

    #[test]
    fn what_is_kept_is_of_one_revision_and_sizing() {
        let kept = KeptStates::default();
        let (two, three) = (state(2), state(3));
        kept.keep(at(1, CompareSizing::Planned), &two);
        kept.keep(at(2, CompareSizing::Planned), &three);
        assert_eq!(kept.get(&at(1, CompareSizing::Planned)), Some(two));
        assert_eq!(kept.get(&at(2, CompareSizing::Planned)), Some(three));
        assert_eq!(kept.get(&at(1, CompareSizing::Max)), None);
        assert_eq!(kept.get(&at(3, CompareSizing::Planned)), None);
    }

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let kept = KeptStates::default();
        let third = state(MOST_RESOURCES / 3);
        for number in 1..=3 {
            kept.keep(at(number, CompareSizing::Planned), &third);
        }
        assert!(kept.get(&at(1, CompareSizing::Planned)).is_some());
        kept.keep(at(4, CompareSizing::Planned), &third);
        let there =
            [1, 2, 3, 4].map(|number| kept.get(&at(number, CompareSizing::Planned)).is_some());
        assert_eq!(there, [true, false, true, true]);
        // The same once more takes no more room, and what is too large for all of it is not kept.
        kept.keep(at(4, CompareSizing::Planned), &third);
        assert!(kept.get(&at(3, CompareSizing::Planned)).is_some());
        kept.keep(at(5, CompareSizing::Planned), &state(MOST_RESOURCES + 1));
        assert!(kept.get(&at(5, CompareSizing::Planned)).is_none());
        assert_eq!(kept.0.lock().unwrap().resources, 0);
    }
}
