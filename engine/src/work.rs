//! The worker: finds operations that somebody has to carry out, claims them, and keeps the claim
//! alive. It never works on an operation that another executor may still be at.

use std::sync::Arc;

use model::id::OperationId;
use tokio::task::JoinSet;

use crate::holders::Holders;
use crate::port::{OpenOperation, StoreError};
use crate::{Engine, EngineError};

impl Engine {
    /// Works until the future is dropped: carries operations out, takes expired environments down,
    /// collects clouds, asks monitors, forgets what is old, serves those who wait for news.
    pub async fn run(self: &Arc<Self>) {
        tokio::join!(
            self.work(),
            self.watch_leases(),
            self.collect_clouds(),
            self.ask_monitors(),
            self.forget_measured(),
            self.poll_versions()
        );
    }

    async fn watch_leases(&self) {
        loop {
            if let Err(error) = self.take_down_expired().await {
                tracing::warn!(%error, "expired environments could not be looked at");
            }
            self.parts.clock.sleep(self.parts.config.tick).await;
        }
    }

    async fn work(self: &Arc<Self>) {
        let mut holders: Holders<OperationId> = Holders::new();
        let mut running: JoinSet<OperationId> = JoinSet::new();
        let mut mine: Vec<OperationId> = Vec::new();
        loop {
            // Registered before the look, so that a wake-up in between is not lost.
            let woken = self.wake.notified();
            match self.store().open_operations().await {
                Ok(open) => {
                    holders.retain(|id| open.iter().any(|open| open.operation == *id));
                    for open in open {
                        if mine.contains(&open.operation) {
                            continue;
                        }
                        if let Some(takeover) = holders.may_claim(
                            self,
                            open.operation,
                            open.holder,
                            (open.fence, open.heartbeat),
                        ) && let Some(claim) = self.claim(&open).await
                        {
                            mine.push(open.operation);
                            let engine = Arc::clone(self);
                            running.spawn(async move {
                                engine.execute(claim, takeover).await;
                                claim.operation
                            });
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "open operations could not be read"),
            }
            tokio::select! {
                () = woken => {}
                () = self.parts.clock.sleep(self.parts.config.tick) => {}
                Some(ended) = running.join_next(), if !running.is_empty() => match ended {
                    Ok(id) => mine.retain(|operation| *operation != id),
                    Err(error) => {
                        // A panic ends one operation's task, not the worker; the claim then goes
                        // stale and the operation is taken up again.
                        tracing::error!(%error, "an operation's task ended unexpectedly");
                        mine.clear();
                    }
                },
            }
        }
    }

    async fn claim(&self, open: &OpenOperation) -> Option<crate::port::Claim> {
        match self.store().claim(open, self.executor).await {
            Ok(claim) => claim,
            Err(error) => {
                tracing::warn!(%error, "an operation could not be claimed");
                None
            }
        }
    }

    /// Whether an error means that another executor has taken over.
    pub(crate) fn is_fenced(error: &EngineError) -> bool {
        matches!(error, EngineError::Store(StoreError::Fenced))
    }
}
