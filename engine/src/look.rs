//! What was seen of an environment when an operation was ordered. Where the operation begins at once,
//! that is as good as looking again; a moment later it no longer is. Nothing here asks a cloud.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::id::OperationId;
use model::operation::Operation;

use crate::collect::Collection;
use crate::port::Clock;
use crate::{Engine, lock};

/// How long what was seen is as good as a new look: less than a person needs to change anything, and
/// more than it takes to begin.
const FRESH: Duration = Duration::from_secs(2);

/// What was seen of an environment, and when.
#[derive(Clone, Debug)]
pub struct Look {
    collection: Collection,
    taken: Taken,
}

/// When a look was taken.
#[derive(Clone, Copy, Debug)]
enum Taken {
    /// Never: the environment's id was drawn a moment ago, so that nothing in any cloud can carry it
    /// before its first operation.
    NeverNeeded,
    /// At a time, of the monotonic clock too.
    At {
        monotonic: Duration,
        time: DateTime<Utc>,
    },
}

impl Look {
    /// Of what cannot be there.
    pub(crate) fn at_nothing() -> Self {
        Self {
            collection: Collection::default(),
            taken: Taken::NeverNeeded,
        }
    }

    /// Begins a look: what is told from now on is not older.
    pub(crate) fn begin(clock: &dyn Clock) -> impl FnOnce(Collection) -> Self + use<> {
        let taken = Taken::At {
            monotonic: clock.monotonic(),
            time: clock.now(),
        };
        move |collection| Self { collection, taken }
    }

    /// What was seen.
    pub(crate) const fn collection(&self) -> &Collection {
        &self.collection
    }

    /// What was seen, if it is as good as a look now, for an operation that begins after this other
    /// one of the same environment, if there is any.
    fn if_fresh(self, clock: &dyn Clock, before: Option<&Operation>) -> Option<Collection> {
        let fresh = match self.taken {
            Taken::NeverNeeded => before.is_none(),
            Taken::At { monotonic, time } => {
                clock.monotonic().saturating_sub(monotonic) < FRESH
                    && before.is_none_or(|before| {
                        before.state.ended_at().is_some_and(|ended| ended < time)
                    })
            }
        };
        fresh.then_some(self.collection)
    }
}

impl Engine {
    /// Keeps what was seen when an operation was ordered, for when it begins here.
    pub(crate) fn keep_look(&self, operation: OperationId, look: Look) {
        let now = self.clock().monotonic();
        let mut looks = lock(&self.looks);
        // Those that begin elsewhere are never asked for.
        looks.retain(|_, look| match look.taken {
            Taken::NeverNeeded => true,
            Taken::At { monotonic, .. } => now.saturating_sub(monotonic) < FRESH,
        });
        looks.insert(operation, look);
    }

    /// What was seen when an operation was ordered, if that is as good as a look now; told once.
    /// `before` is the operation of the same environment before it.
    pub(crate) fn take_look(
        &self,
        operation: OperationId,
        before: Option<&Operation>,
    ) -> Option<Collection> {
        let look = lock(&self.looks).remove(&operation)?;
        look.if_fresh(self.clock(), before)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::act::{Act, Actor};
    use model::id::{EnvironmentId, RevisionNumber};
    use model::operation::OperationState;

    use super::*;

    /// A clock that stands.
    struct At(Duration);

    #[async_trait::async_trait]
    impl Clock for At {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + self.0
        }

        fn monotonic(&self) -> Duration {
            self.0
        }

        async fn sleep(&self, _time: Duration) {}
    }

    const fn at(millis: u64) -> At {
        At(Duration::from_millis(millis))
    }

    fn look(millis: u64) -> Look {
        Look::begin(&at(millis))(Collection::default())
    }

    /// An operation of the same environment that ended then, if it has.
    fn operation(ended: Option<u64>) -> Operation {
        let id = uuid::Uuid::nil();
        let environment = EnvironmentId::from_uuid(id);
        Operation {
            id: OperationId::from_uuid(id),
            environment,
            environment_name: "shop".parse().unwrap(),
            act: Act::BringUp {
                environment,
                revision: RevisionNumber(1),
                expires_at: None,
            },
            actor: Actor::Person { name: "ann".into() },
            reason: String::new(),
            submitted_at: DateTime::UNIX_EPOCH,
            plan_hash: None,
            state: match ended {
                Some(ended) => OperationState::Done {
                    at: at(ended).now(),
                },
                None => OperationState::Queued,
            },
        }
    }

    #[test]
    fn a_look_is_as_good_as_another_only_for_a_moment() {
        assert!(look(1000).if_fresh(&at(1100), None).is_some());
        assert!(look(1000).if_fresh(&at(2900), None).is_some());
        assert!(look(1000).if_fresh(&at(3100), None).is_none());
    }

    #[test]
    fn a_look_is_worth_nothing_after_another_operation() {
        let fresh = |ended| {
            let before = operation(ended);
            look(1000).if_fresh(&at(1100), Some(&before)).is_some()
        };
        assert!(fresh(Some(900)));
        assert!(!fresh(Some(1050)), "it ended after the look");
        assert!(!fresh(None), "it has not ended");
    }

    #[test]
    fn what_cannot_be_there_need_not_be_looked_for_until_something_was_done() {
        assert!(Look::at_nothing().if_fresh(&at(900_000), None).is_some());
        let before = operation(Some(900));
        assert!(
            Look::at_nothing()
                .if_fresh(&at(1100), Some(&before))
                .is_none()
        );
    }
}
