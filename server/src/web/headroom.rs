//! What the clouds have left, as they last said. Pages show the last answer with its age; asking
//! happens beside them, never while a page waits, and is not more than once at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::Engine;
use model::name::CloudName;
use plan::offers::Offers;

/// After how long the clouds are asked again, where somebody looks.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// After how long they are asked again where something was written meanwhile: what is carried out
/// changes what is left.
const ASK_AFTER_WRITES: Duration = Duration::from_secs(3);
/// How long a cloud may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one cloud said last.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// What it offers; none where it has never answered.
    pub(super) offers: Option<Arc<Offers>>,
    /// Why it did not answer the last time, where it didn't.
    pub(super) silence: Option<String>,
}

#[derive(Debug, Default)]
struct Asked {
    at: Option<Duration>,
    version: i64,
    said: BTreeMap<CloudName, Said>,
}

/// What all clouds said last.
#[derive(Debug, Default)]
pub(super) struct Headroom {
    asked: Mutex<Asked>,
    asking: AtomicBool,
    generation: AtomicU64,
}

impl Headroom {
    /// Asks for the first time, where there is a runtime to do it in.
    pub(super) fn begin(engine: &Arc<Engine>) -> Arc<Self> {
        let headroom = Arc::new(Self::default());
        if tokio::runtime::Handle::try_current().is_ok() {
            headroom.ask(engine, 0);
        }
        headroom
    }

    /// Counts the answers: two pages with the same number show the same.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// What each cloud said last; asks again beside this where that was long ago. `version` is the
    /// store's.
    pub(super) fn now(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        version: i64,
    ) -> BTreeMap<CloudName, Said> {
        let (said, old) = {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let age = asked
                .at
                .map(|at| engine.clock().monotonic().saturating_sub(at));
            let old = age.is_none_or(|age| {
                age > ASK_AGAIN || (asked.version != version && age > ASK_AFTER_WRITES)
            });
            (asked.said.clone(), old)
        };
        if old {
            self.ask(engine, version);
        }
        said
    }

    fn ask(self: &Arc<Self>, engine: &Arc<Engine>, version: i64) {
        if self.asking.swap(true, Ordering::SeqCst) {
            return;
        }
        let (headroom, engine) = (Arc::clone(self), Arc::clone(engine));
        tokio::spawn(async move {
            let _asking = Asking(Arc::clone(&headroom));
            // All at once: one that is slow keeps nobody from knowing the others.
            let asked = engine.clouds_in_use().into_iter().map(|name| {
                let engine = &engine;
                async move {
                    let answer = tokio::time::timeout(PATIENCE, engine.offers(&name)).await;
                    let answer = match answer {
                        Ok(Ok(offers)) => Ok(Arc::new(offers)),
                        Ok(Err(error)) => Err(error.to_string()),
                        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
                    };
                    (name, answer)
                }
            });
            for (name, answer) in futures::future::join_all(asked).await {
                let mut asked = headroom
                    .asked
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let said = asked.said.entry(name).or_default();
                match answer {
                    Ok(offers) => {
                        *said = Said {
                            offers: Some(offers),
                            silence: None,
                        };
                    }
                    // The last answer stays, with its age.
                    Err(why) => said.silence = Some(why),
                }
            }
            {
                let mut asked = headroom
                    .asked
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                asked.at = Some(engine.clock().monotonic());
                asked.version = version;
            }
            headroom.generation.fetch_add(1, Ordering::SeqCst);
        });
    }
}

/// Somebody is asking; over when it is dropped, also by a panic.
struct Asking(Arc<Headroom>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.asking.store(false, Ordering::SeqCst);
    }
}
