//! When clouds are collected, and by which of several servers: whoever claims a cloud in the store
//! collects it, and gives signs of life meanwhile.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use model::collection::Progress;
use model::name::CloudName;
use tokio::task::JoinSet;

use super::gather::Gathering;
use crate::holders::Holders;
use crate::port::{CollectorClaim, CollectorSeen};
use crate::{Engine, EngineError};

/// What the record says where nobody asked.
const SCHEDULE: &str = "schedule";
/// The schedule is stretched by a share of itself that is chosen by chance, up to one in so many:
/// or all clouds of a site would be asked at the same moment for ever.
const JITTER: u128 = 10;

impl Engine {
    /// Collects clouds when they are due, until the future is dropped.
    pub(crate) async fn collect_clouds(self: &Arc<Self>) {
        let mut holders: Holders<CloudName> = Holders::new();
        let mut running: JoinSet<CloudName> = JoinSet::new();
        let mut mine: Vec<CloudName> = Vec::new();
        loop {
            // Registered before the look, so that a wake-up in between is not lost.
            let woken = self.wake.notified();
            match self.due_clouds().await {
                Ok(due) => {
                    holders.retain(|cloud| due.iter().any(|seen| seen.cloud == *cloud));
                    for seen in due {
                        let signs = (seen.fence, seen.heartbeat);
                        if mine.contains(&seen.cloud)
                            || holders
                                .may_claim(self, seen.cloud.clone(), seen.holder, signs)
                                .is_none()
                        {
                            continue;
                        }
                        mine.push(seen.cloud.clone());
                        let engine = Arc::clone(self);
                        running.spawn(async move {
                            engine.collect_cloud(&seen).await;
                            seen.cloud
                        });
                    }
                }
                Err(error) => tracing::warn!(%error, "who collects which cloud can't be read"),
            }
            tokio::select! {
                () = woken => {}
                () = self.parts.clock.sleep(self.parts.config.tick) => {}
                Some(ended) = running.join_next(), if !running.is_empty() => match ended {
                    Ok(cloud) => mine.retain(|one| *one != cloud),
                    Err(error) => {
                        // A panic ends one collection; what was staged is thrown away by the next.
                        tracing::error!(%error, "a collection's task ended unexpectedly");
                        mine.clear();
                    }
                },
            }
        }
    }

    /// The clouds that are to be looked at now, of those that this process knows.
    async fn due_clouds(&self) -> Result<Vec<CollectorSeen>, EngineError> {
        let now = self.clock().now();
        let mut seen = self.store().collectors().await?;
        if self.parts.config.collect_every.is_some() {
            let mut new = false;
            for cloud in self.clouds_in_use() {
                if !seen.iter().any(|seen| seen.cloud == cloud) {
                    self.store().follow_cloud(&cloud, Some(now)).await?;
                    new = true;
                }
            }
            if new {
                seen = self.store().collectors().await?;
            }
        }
        seen.retain(|seen| self.parts.clouds.contains_key(&seen.cloud) && self.is_due(seen, now));
        Ok(seen)
    }

    fn is_due(&self, seen: &CollectorSeen, now: DateTime<Utc>) -> bool {
        let scheduled = self.parts.config.collect_every.is_some()
            && seen.next_at.is_none_or(|next_at| next_at <= now);
        // Someone who collected it is gone, and what they began waits for somebody to begin anew.
        scheduled || seen.wanted.is_some() || seen.holder.is_some()
    }

    /// When a cloud that was begun at a time is to be looked at again.
    pub(super) fn next_look(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let every = self.parts.config.collect_every?;
        let most = every.as_millis() / JITTER + 1;
        let chance = self.entropy().uuid().as_u128() % most;
        let chance = Duration::from_millis(u64::try_from(chance).unwrap_or(0));
        chrono::Duration::from_std(every + chance)
            .ok()
            .and_then(|wait| at.checked_add_signed(wait))
    }

    /// Claims a cloud and collects it. Errors end in the cloud's record or in the log.
    async fn collect_cloud(&self, seen: &CollectorSeen) {
        let source = match &seen.wanted {
            Some((_, source)) => source.clone(),
            None => SCHEDULE.to_owned(),
        };
        let progress = Progress {
            // As the store keeps times: it goes into bodies and into columns.
            since: self.clock().now().trunc_subsecs(6),
            source,
            reading: None,
            read: Vec::new(),
            missed: Vec::new(),
        };
        let claim = self
            .store()
            .claim_collector(seen, self.executor, progress.clone())
            .await;
        let claim = match claim {
            Ok(Some(claim)) => claim,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(cloud = %seen.cloud, %error, "a cloud could not be claimed");
                return;
            }
        };
        self.live.wake();
        let collected = async {
            let cloud = &**self.cloud(&seen.cloud)?;
            Gathering::begin(self, cloud, claim.clone(), progress)
                .await?
                .run()
                .await
        };
        let result = tokio::select! {
            result = collected => result,
            error = self.keep_collecting(&claim) => Err(error),
        };
        match result {
            Ok(()) => {}
            Err(error) if Self::is_fenced(&error) => {
                tracing::warn!(cloud = %seen.cloud, "another server collects this cloud now");
            }
            Err(error) => {
                // The claim is left as it is: what was staged waits to be thrown away.
                tracing::error!(cloud = %seen.cloud, %error, "a collection could not go on");
                self.clock().sleep(self.parts.config.tick).await;
            }
        }
        self.live.wake();
    }

    /// Gives signs of life for as long as nobody has taken over.
    async fn keep_collecting(&self, claim: &CollectorClaim) -> EngineError {
        loop {
            let lease = self.parts.config.executor_lease;
            self.clock().sleep(lease / 5).await;
            match self.store().collector_heartbeat(claim).await {
                Ok(()) => {}
                Err(error) if matches!(error, crate::port::StoreError::Fenced) => {
                    return error.into();
                }
                Err(error) => tracing::warn!(%error, "no sign of life could be given"),
            }
        }
    }
}
