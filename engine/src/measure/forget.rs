//! What was measured ends: what is old, also of environments that fell silent or are destroyed, is taken away
//! every so often, whoever writes. Each turn is one short transaction; where there was more than fits into
//! one the next comes soon, so that nothing else has to wait. Several servers may do it at once.

use std::time::Duration;

use crate::Engine;

/// How many rows a turn takes away of each kind.
const AT_ONCE: u32 = 2_000;
/// How long others have the store between two turns.
const PAUSE: Duration = Duration::from_secs(1);

impl Engine {
    /// Takes away what is no longer kept of what was measured, until the future is dropped.
    pub(crate) async fn forget_measured(&self) {
        let every = self.parts.config.forget_every;
        loop {
            let now = self.clock().now();
            let wait = match self.store().forget_measured(now, AT_ONCE).await {
                Ok(true) => PAUSE.min(every),
                Ok(false) => every,
                Err(error) => {
                    tracing::warn!(%error, "what is old of what was measured can't be taken away");
                    every
                }
            };
            self.clock().sleep(wait).await;
        }
    }
}
