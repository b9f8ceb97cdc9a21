//! What is made of one kind at once. While Neutron makes something it counts it twice for a moment, as
//! what is there and as what it is reserved for (`neutron/db/quota/driver_nolock.py`), so that where a
//! quota is just enough, one of two that are made at once may be refused though there is room for both.
//! Such a refusal changed nothing, and is asked about again when no other of ours is under way. One that
//! came alone is true, and is never asked about again.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use engine::port::CloudError;
use tokio::sync::RwLock;

/// What is under way, by what is made.
#[derive(Default)]
pub(super) struct Crowds(Mutex<BTreeMap<String, Arc<Crowd>>>);

#[derive(Default)]
struct Crowd {
    /// Held by all that are under way together, or by one that is to be alone.
    together: RwLock<()>,
    count: Mutex<Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// How many are under way.
    under_way: usize,
    /// How many ever began.
    begun: u64,
}

/// One that is under way.
struct Among<'c> {
    crowd: &'c Crowd,
    /// As it was once this one had begun.
    begun: Count,
}

impl Crowd {
    fn begin(&self) -> Among<'_> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.under_way += 1;
        count.begun += 1;
        Among {
            crowd: self,
            begun: *count,
        }
    }
}

impl Among<'_> {
    /// Whether any other was under way meanwhile.
    fn had_company(&self) -> bool {
        let count = self
            .crowd
            .count
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.begun.under_way > 1 || count.begun > self.begun.begun
    }
}

impl Drop for Among<'_> {
    fn drop(&mut self) {
        let mut count = self
            .crowd
            .count
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        count.under_way -= 1;
    }
}

impl Crowds {
    fn of(&self, what: &str) -> Arc<Crowd> {
        let mut crowds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(crowds.entry(what.to_owned()).or_default())
    }

    /// Asks for something of a kind to be made, once more where a quota refused it in company.
    pub(super) async fn ask<T, F>(
        &self,
        what: &str,
        ask: impl Fn() -> F + Send,
    ) -> Result<T, CloudError>
    where
        F: Future<Output = Result<T, CloudError>> + Send,
        T: Send,
    {
        let crowd = self.of(what);
        let (answer, in_company) = {
            let _together = crowd.together.read().await;
            let among = crowd.begin();
            let answer = ask().await;
            (answer, among.had_company())
        };
        match answer {
            Err(CloudError::Quota { .. }) if in_company => {
                let _alone = crowd.together.write().await;
                ask().await
            }
            answer => answer,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use model::quota::QuotaKind;
    use tokio::task::yield_now;

    use super::*;

    /// A service that counts what is under way twice, as Neutron does.
    struct Twice {
        limit: usize,
        made: AtomicUsize,
        reserved: AtomicUsize,
        asked: AtomicUsize,
    }

    impl Twice {
        fn new(limit: usize) -> Self {
            Self {
                limit,
                made: AtomicUsize::new(0),
                reserved: AtomicUsize::new(0),
                asked: AtomicUsize::new(0),
            }
        }

        async fn make(&self) -> Result<(), CloudError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let used = self.made.load(Ordering::SeqCst) + self.reserved.load(Ordering::SeqCst);
            if used + 1 > self.limit {
                return Err(CloudError::Quota {
                    which: QuotaKind::FloatingIps,
                    need: Some(1),
                    free: None,
                    words: "Quota exceeded for resources: ['floatingip'].".into(),
                });
            }
            self.reserved.fetch_add(1, Ordering::SeqCst);
            yield_now().await;
            self.made.fetch_add(1, Ordering::SeqCst);
            yield_now().await;
            self.reserved.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    }

    async fn made(service: &Twice, crowds: &Crowds, number: usize) -> usize {
        let all = (0..number).map(|_| crowds.ask("floatingips", || service.make()));
        let answers = join_all(all).await;
        answers.iter().filter(|answer| answer.is_ok()).count()
    }

    #[tokio::test]
    async fn where_there_is_room_for_all_all_are_made() {
        for number in 1..8 {
            let service = Twice::new(number);
            assert_eq!(made(&service, &Crowds::default(), number).await, number);
        }
    }

    #[tokio::test]
    async fn what_is_refused_alone_is_asked_for_once() {
        let service = Twice::new(0);
        let crowds = Crowds::default();
        assert_eq!(made(&service, &crowds, 1).await, 0);
        assert_eq!(service.asked.load(Ordering::SeqCst), 1);
        // Others of another kind are no company.
        let other = Twice::new(1);
        let (refused, done) = futures::join!(
            crowds.ask("floatingips", || service.make()),
            crowds.ask("routers", || other.make()),
        );
        assert!(refused.is_err() && done.is_ok());
        assert_eq!(service.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn no_more_are_made_than_there_is_room_for() {
        let service = Twice::new(3);
        assert_eq!(made(&service, &Crowds::default(), 5).await, 3);
        assert_eq!(service.made.load(Ordering::SeqCst), 3);
        assert!(service.asked.load(Ordering::SeqCst) <= 2 * 5);
    }
}
