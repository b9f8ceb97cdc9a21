//! What pages wait on: a number that grows when the store's content did. One poll of the store
//! serves all streams of a process; a wake-up within the process only makes it sooner.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::Engine;

/// How often the store is polled while somebody waits.
const POLL: Duration = Duration::from_millis(400);

/// The one poll and those who wait on it.
pub(crate) struct Live {
    version: watch::Sender<i64>,
    waiting: AtomicUsize,
    woken: Notify,
    channels: bool,
}

impl Live {
    pub(crate) fn new(channels: bool) -> Self {
        Self {
            version: watch::Sender::new(0),
            waiting: AtomicUsize::new(0),
            woken: Notify::new(),
            channels,
        }
    }

    pub(crate) fn wake(&self) {
        if self.channels {
            self.woken.notify_one();
        }
    }
}

/// Somebody who waits for news.
pub struct Watcher<'a> {
    engine: &'a Engine,
    version: watch::Receiver<i64>,
}

impl Watcher<'_> {
    /// Waits until something was written since the last call.
    pub async fn changed(&mut self) {
        if self.version.changed().await.is_err() {
            // The sender lives as long as the engine; this is never met.
            self.engine.parts.clock.sleep(POLL).await;
        }
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.engine.live.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// Begins to wait for news.
    pub fn watch(&self) -> Watcher<'_> {
        self.live.waiting.fetch_add(1, Ordering::Relaxed);
        self.live.woken.notify_one();
        Watcher {
            engine: self,
            version: self.live.version.subscribe(),
        }
    }

    /// Polls the store's version for all who wait; nobody waits, nothing is asked.
    pub(crate) async fn poll_versions(&self) {
        loop {
            if self.live.waiting.load(Ordering::Relaxed) == 0 {
                self.live.woken.notified().await;
            }
            match self.store().version().await {
                Ok(version) => {
                    self.live.version.send_if_modified(|known| {
                        let new = *known != version;
                        *known = version;
                        new
                    });
                }
                Err(error) => tracing::warn!(%error, "the store's version could not be read"),
            }
            tokio::select! {
                () = self.parts.clock.sleep(POLL) => {}
                () = self.live.woken.notified() => {}
            }
        }
    }
}
