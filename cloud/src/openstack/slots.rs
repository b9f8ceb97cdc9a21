//! How many calls are made to one cloud at once. A cloud of many workers takes many; one whose
//! Neutron is a single process only gets slower with each further one. So the number adapts: it
//! grows while calls hardly wait for each other, shrinks when they mostly do, and is halved where
//! the cloud says that it is too much. It never decides what is called, only when.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::port::CloudError;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::transport::{Call, Method, Service};

/// Calls that wait in the cloud for others of ours, by estimate: fewer than the first, and one more
/// at once is tried; more than the second, and there is one less (TCP Vegas' rule, Brakmo and
/// Peterson 1995, with calls instead of segments).
const WAITING: (f64, f64) = (2.0, 4.0);

/// How much of what is known of the slowness one answer changes.
const SHARE: f64 = 0.2;

/// The slots of one cloud.
pub(super) struct Slots {
    semaphore: Semaphore,
    bounds: (usize, usize),
    state: Mutex<State>,
}

struct State {
    /// Calls at once, now.
    limit: usize,
    /// Slots to be taken away as they come free.
    owed: usize,
    /// The quickest answer to each sort of call: what it takes when nothing else is under way.
    quickest: BTreeMap<Sort, Duration>,
    /// How many times the quickest an answer takes, of late.
    slowness: f64,
    /// Answers since the limit was last thought about.
    answers: usize,
    /// Whether a call had to wait for a slot since then.
    full: bool,
}

/// Calls that take alike: changes of a sort of thing. Lists grow with what is in them, so they tell
/// nothing of the cloud.
type Sort = (Service, &'static str, String);

fn sort(call: &Call) -> Option<Sort> {
    let verb = match call.method {
        Method::Get => return None,
        Method::Post => "post",
        Method::Put => "put",
        Method::Delete => "delete",
    };
    // Ids are no part of it.
    let path: Vec<&str> = call
        .path
        .split('/')
        .filter(|part| part.len() < 32)
        .collect();
    Some((call.service, verb, path.join("/")))
}

impl Slots {
    /// Slots that begin with some, and stay between a few and twice as many.
    pub(super) fn new(begin: usize) -> Self {
        let begin = begin.max(1);
        Self {
            semaphore: Semaphore::new(begin),
            bounds: (begin.min(2), begin * 2),
            state: Mutex::new(State {
                limit: begin,
                owed: 0,
                quickest: BTreeMap::new(),
                slowness: 1.0,
                answers: 0,
                full: false,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot; none once the cloud was closed.
    pub(super) async fn take(&self) -> Option<SemaphorePermit<'_>> {
        if self.semaphore.available_permits() == 0 {
            self.state().full = true;
        }
        self.semaphore.acquire().await.ok()
    }

    /// Gives a slot back after a call, with what came of it.
    pub(super) fn give_back(
        &self,
        slot: SemaphorePermit<'_>,
        call: &Call,
        took: Duration,
        answer: Result<(), &CloudError>,
    ) {
        let mut state = self.state();
        match answer {
            Err(
                CloudError::Throttled { .. }
                | CloudError::Unavailable(_)
                | CloudError::Unanswered(_),
            ) => self.set(&mut state, |limit| limit / 2),
            Ok(()) => {
                if let Some(sort) = sort(call) {
                    self.learn(&mut state, sort, took);
                }
            }
            // A refusal is quick, and tells nothing.
            Err(_) => {}
        }
        if state.owed > 0 {
            state.owed -= 1;
            slot.forget();
        }
    }

    fn learn(&self, state: &mut State, sort: Sort, took: Duration) {
        let took = took.max(Duration::from_millis(1));
        let quickest = state.quickest.entry(sort).or_insert(took);
        *quickest = (*quickest).min(took);
        let slowness = took.as_secs_f64() / quickest.as_secs_f64();
        state.slowness += (slowness - state.slowness) * SHARE;
        state.answers += 1;
        if state.answers < state.limit {
            return;
        }
        #[allow(clippy::cast_precision_loss)] // a handful
        let waiting = state.limit as f64 * (1.0 - 1.0 / state.slowness.max(1.0));
        let (few, many) = WAITING;
        if waiting > many {
            self.set(state, |limit| limit - 1);
        } else if waiting < few && state.full {
            self.set(state, |limit| limit + 1);
        } else {
            state.answers = 0;
            state.full = false;
        }
    }

    /// Changes the limit, and forgets what was seen under the old one.
    fn set(&self, state: &mut State, change: impl FnOnce(usize) -> usize) {
        let (least, most) = self.bounds;
        let limit = change(state.limit).clamp(least, most);
        state.answers = 0;
        state.full = false;
        if limit > state.limit {
            // Slots that are still owed simply stay.
            let more = limit - state.limit;
            let kept = more.min(state.owed);
            state.owed -= kept;
            self.semaphore.add_permits(more - kept);
        } else {
            let fewer = state.limit - limit;
            state.owed += fewer - self.semaphore.forget_permits(fewer);
        }
        if limit != state.limit {
            tracing::debug!(limit, slowness = state.slowness, "calls at once");
        }
        state.limit = limit;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;

    fn call() -> Call {
        Call::post(Service::Network, "ports", Value::Null)
    }

    /// Fills all slots, again and again, on a cloud that takes so long for so many at once.
    async fn settle(slots: &Slots, takes: impl Fn(usize) -> Duration) -> usize {
        for _ in 0..60 {
            let limit = slots.state().limit;
            let mut taken = Vec::new();
            for _ in 0..limit {
                taken.push(slots.take().await.unwrap());
            }
            slots.state().full = true;
            for slot in taken {
                slots.give_back(slot, &call(), takes(limit), Ok(()));
            }
            assert_eq!(slots.semaphore.available_permits(), slots.state().limit);
        }
        slots.state().limit
    }

    #[tokio::test]
    async fn a_cloud_of_many_workers_gets_more_calls_at_once() {
        let slots = Slots::new(6);
        let settled = settle(&slots, |_| Duration::from_millis(100)).await;
        assert_eq!(settled, 12);
    }

    #[tokio::test]
    async fn a_cloud_of_one_worker_gets_fewer() {
        let slots = Slots::new(6);
        // What one call alone takes is known from a quiet moment.
        let slot = slots.take().await.unwrap();
        slots.give_back(slot, &call(), Duration::from_millis(100), Ok(()));
        let settled = settle(&slots, |at_once| {
            Duration::from_millis(100) * u32::try_from(at_once).unwrap()
        })
        .await;
        assert!((3..=5).contains(&settled), "{settled}");
    }

    #[tokio::test]
    async fn a_cloud_that_says_it_is_too_much_is_believed() {
        let slots = Slots::new(6);
        let busy = CloudError::Throttled {
            retry_after: None,
            words: "slow down".into(),
        };
        let others = [
            slots.take().await.unwrap(),
            slots.take().await.unwrap(),
            slots.take().await.unwrap(),
            slots.take().await.unwrap(),
            slots.take().await.unwrap(),
        ];
        let slot = slots.take().await.unwrap();
        slots.give_back(slot, &call(), Duration::ZERO, Err(&busy));
        assert_eq!(slots.state().limit, 3);
        // Those under way end; no new one begins before fewer than three are left.
        assert_eq!(slots.semaphore.available_permits(), 0);
        for slot in others {
            slots.give_back(slot, &call(), Duration::from_millis(100), Ok(()));
        }
        assert_eq!(slots.semaphore.available_permits(), slots.state().limit);
    }

    #[test]
    fn ids_are_no_part_of_a_sort() {
        let id = "0123456789abcdef0123456789abcdef";
        let one = Call::put(
            Service::Network,
            format!("routers/{id}/add_router_interface"),
            Value::Null,
        );
        let (_, _, path) = sort(&one).unwrap();
        assert_eq!(path, "routers/add_router_interface");
        assert!(sort(&Call::get(Service::Network, "ports")).is_none());
    }
}
