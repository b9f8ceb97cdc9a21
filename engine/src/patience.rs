//! Patience with clouds: what only fails in passing is asked for again, as long as it changes nothing.

use std::collections::BTreeSet;

use model::data::VolumeSource;
use plan::offers::{Offer, Offers, StoredSources};

use crate::port::{Cloud, CloudError};
use crate::{Engine, EngineError};

impl Engine {
    /// Asks a cloud for something that changes nothing, again so often where it only fails in
    /// passing.
    pub(crate) async fn patiently<T, F: Future<Output = Result<T, CloudError>>>(
        &self,
        retries: u32,
        ask: impl Fn() -> F,
    ) -> Result<T, CloudError> {
        let mut wait = self.parts.config.retry_wait;
        let mut left = retries;
        loop {
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_passing() && left > 0 => {
                    left -= 1;
                    let pause = match &error {
                        CloudError::Throttled {
                            retry_after: Some(pause),
                            ..
                        } => *pause,
                        _ => wait,
                    };
                    self.parts.clock.sleep(pause).await;
                    wait *= 2;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What a cloud offers right now. Asked once, for whoever shows it and can show the last answer
    /// instead.
    pub async fn offers(&self, cloud: &model::name::CloudName) -> Result<Offers, EngineError> {
        Ok(self.cloud(cloud)?.offers(&Offer::every()).await?)
    }

    /// Asks for a cloud's offers, again where it only fails in passing; not at all where nothing of
    /// them is wanted.
    pub(crate) async fn offers_patiently(
        &self,
        cloud: &dyn Cloud,
        wanted: &BTreeSet<Offer>,
    ) -> Result<Offers, EngineError> {
        if wanted.is_empty() {
            return Ok(Offers::none(self.clock().now()));
        }
        let retries = self.parts.config.retries;
        Ok(self.patiently(retries, || cloud.offers(wanted)).await?)
    }

    /// Looks up what volumes are made from, again where the cloud only fails in passing.
    pub(crate) async fn stored_patiently(
        &self,
        cloud: &dyn Cloud,
        wanted: &BTreeSet<VolumeSource>,
    ) -> Result<StoredSources, EngineError> {
        if wanted.is_empty() {
            return Ok(StoredSources::new());
        }
        let retries = self.parts.config.retries;
        Ok(self.patiently(retries, || cloud.stored(wanted)).await?)
    }
}
