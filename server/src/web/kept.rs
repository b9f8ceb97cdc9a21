//! Answers that are kept for whoever asks the same again: pages and reads of the API, as they were
//! at one version of the store. Any write anywhere makes another version, and that forgets them
//! all; the seconds that an answer is kept at most only bound how old its "3 minutes ago" can be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};

use super::template::Template;

/// How long an answer is kept at most: ages and countdowns in it are that much behind at most.
const KEPT_FOR: Duration = Duration::from_secs(5);
/// How much is kept in all.
const MOST_BYTES: usize = 16 << 20;
/// The largest answer worth keeping.
const LARGEST: usize = 1 << 20;

/// What an answer was made of: where any of this is another, it is another answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The store's version, asked for before anything was read.
    pub(super) version: i64,
    /// The number of the newest answer of any cloud about its quotas.
    pub(super) headroom: u64,
}

/// Who an answer looks the same to, and its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    /// The name on the page; none for the API, whose answers have no name on them.
    pub(super) name: Option<String>,
    /// The colours that the page is drawn in; none: as the system has it.
    pub(super) theme: Option<&'static str>,
    /// Path and query.
    pub(super) path: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Template,
}

#[derive(Debug, Default)]
struct Inner {
    state: Option<State>,
    bytes: usize,
    answers: HashMap<Address, (Duration, Arc<Answer>)>,
}

/// The kept answers.
#[derive(Debug, Default)]
pub(super) struct Kept {
    inner: Mutex<Inner>,
}

impl Kept {
    /// The answer, where one is kept that is still true. `now` is monotonic.
    pub(super) fn get(
        &self,
        address: &Address,
        state: State,
        now: Duration,
    ) -> Option<Arc<Answer>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.state != Some(state) {
            return None;
        }
        let (made, answer) = inner.answers.get(address)?;
        (now.saturating_sub(*made) < KEPT_FOR).then(|| Arc::clone(answer))
    }

    /// Keeps an answer that was made of `state`.
    pub(super) fn put(&self, address: Address, state: State, now: Duration, answer: &Arc<Answer>) {
        let size = answer.body.size() + address.path.len();
        if size > LARGEST {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.state != Some(state) {
            if inner
                .state
                .is_some_and(|known| known.version > state.version)
            {
                return;
            }
            *inner = Inner {
                state: Some(state),
                ..Inner::default()
            };
        }
        if inner.bytes + size > MOST_BYTES {
            inner.answers.clear();
            inner.bytes = 0;
        }
        inner.bytes += size;
        let before = inner.answers.insert(address, (now, Arc::clone(answer)));
        if let Some((_, before)) = before {
            inner.bytes = inner.bytes.saturating_sub(before.body.size());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::template::Marks;
    use super::*;

    fn answer(text: &'static str) -> Arc<Answer> {
        Arc::new(Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Template::new(text.into(), &Marks::new("x")),
        })
    }

    fn address(name: &str, path: &str) -> Address {
        Address {
            name: Some(name.to_owned()),
            theme: None,
            path: path.to_owned(),
        }
    }

    const FIRST: State = State {
        version: 1,
        headroom: 1,
    };
    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn an_answer_is_for_one_person_address_and_state() {
        let kept = Kept::default();
        kept.put(address("ann", "/"), FIRST, NOW, &answer("page"));
        assert!(kept.get(&address("ann", "/"), FIRST, NOW).is_some());
        assert!(kept.get(&address("bob", "/"), FIRST, NOW).is_none());
        assert!(kept.get(&address("ann", "/?a"), FIRST, NOW).is_none());
        let dark = Address {
            theme: Some("dark"),
            ..address("ann", "/")
        };
        assert!(kept.get(&dark, FIRST, NOW).is_none());
        let newer = State {
            version: 2,
            ..FIRST
        };
        assert!(kept.get(&address("ann", "/"), newer, NOW).is_none());
        let asked = State {
            headroom: 2,
            ..FIRST
        };
        assert!(kept.get(&address("ann", "/"), asked, NOW).is_none());
    }

    #[test]
    fn an_answer_is_forgotten_in_time_and_by_newer_ones() {
        let kept = Kept::default();
        kept.put(address("ann", "/"), FIRST, NOW, &answer("page"));
        let later = NOW + KEPT_FOR;
        assert!(kept.get(&address("ann", "/"), FIRST, later).is_none());

        let newer = State {
            version: 2,
            ..FIRST
        };
        kept.put(address("ann", "/b"), newer, NOW, &answer("new"));
        // What was being made when the store moved on must not come back.
        kept.put(address("ann", "/"), FIRST, NOW, &answer("late"));
        assert!(kept.get(&address("ann", "/"), FIRST, NOW).is_none());
        assert!(kept.get(&address("ann", "/b"), newer, NOW).is_some());
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let kept = Kept::default();
        let large: &'static str = Box::leak("x".repeat(LARGEST - 100).into_boxed_str());
        for number in 0..40 {
            let path = format!("/{number}");
            kept.put(address("ann", &path), FIRST, NOW, &answer(large));
        }
        let inner = kept.inner.lock().unwrap();
        assert!(inner.bytes <= MOST_BYTES && !inner.answers.is_empty());
    }
}
