//! Waiting for what instances say themselves: one that was asked to report is ready once it has.
//! The store is listened to; the cloud only says whether they still run. Waiting has a limit, and what
//! those said on their consoles that never reported is kept before they are taken back.

use std::collections::BTreeSet;
use std::time::Duration;

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::{Happening, StepState, Trouble};

use super::progress::Made;
use super::run::Seen;
use super::{Execution, trouble};
use crate::EngineError;
use crate::console::KEPT_LINES;
use crate::port::JournalWrite;

impl Execution<'_> {
    /// The instances that were asked to report and have not.
    pub(super) async fn silent(&self) -> Result<BTreeSet<Key>, EngineError> {
        let reports = self.engine.store().reports(self.environment.id).await?;
        let silent = reports
            .into_iter()
            .filter(|(_, awaited)| awaited.reported_at.is_none());
        Ok(silent.map(|(key, _)| key).collect())
    }

    /// Waits a little, or until something was reported; puts into the journal what has been, and
    /// gives the numbers of those steps.
    pub(super) async fn listen(
        &self,
        running: Vec<Made<'_>>,
        pause: Duration,
    ) -> Result<Vec<usize>, EngineError> {
        tokio::select! {
            () = self.engine.wake.notified() => {}
            () = self.engine.clock().sleep(pause) => {}
        }
        let silent = self.silent().await?;
        let mut write = JournalWrite::default();
        let mut heard = Vec::new();
        for Made {
            index,
            at,
            id,
            since: _,
        } in running
        {
            if silent.contains(&at.step.key) {
                continue;
            }
            let state = StepState::Done { id: Some(id) };
            write.entries.push(self.entry(at, state.clone()));
            write.events.push(self.step_event(at, state));
            heard.push(index);
        }
        if !write.entries.is_empty() {
            self.record(write).await?;
        }
        Ok(heard)
    }

    /// After a while, whether those that are awaited still run: one that the cloud says failed, or
    /// that is gone, reports no more.
    pub(super) async fn watch(
        &self,
        running: Vec<Made<'_>>,
        pause: Duration,
    ) -> Result<Option<Trouble>, EngineError> {
        self.engine.clock().sleep(pause).await;
        let kinds = BTreeSet::from([ResourceKind::Instance]);
        let collection = match self.statuses(&kinds).await {
            Ok(collection) => collection,
            // The cloud can't say so just now: they are asked after again.
            Err(EngineError::Cloud(error)) if error.is_passing() => return Ok(None),
            Err(error) => return Err(error),
        };
        for Made { at, id, .. } in running {
            let key = &at.step.key;
            let why = match self.seen(&collection, key, &id, false).await? {
                Seen::Failed(why) => why,
                Seen::Gone => "Somebody else took it away.".to_owned(),
                Seen::Ready | Seen::Running | Seen::HalfDone | Seen::Busy => continue,
            };
            return Ok(Some(trouble::failed_after_it_ran(at.step, &why)));
        }
        Ok(None)
    }

    /// Keeps the consoles of instances that never reported, and says what is to be said of them.
    pub(super) async fn never_reported(
        &self,
        instances: Vec<(Key, CloudId)>,
    ) -> Result<Trouble, EngineError> {
        let mut write = JournalWrite::default();
        for (key, id) in &instances {
            let read = self
                .engine
                .read_console(
                    self.cloud,
                    self.environment.id,
                    &self.topology,
                    key,
                    id,
                    KEPT_LINES,
                )
                .await;
            let text = match read {
                Ok(text) => {
                    write.consoles.push((key.clone(), self.engine.kept(&text)));
                    format!("{}: never reported; its console was kept", key.name())
                }
                Err(EngineError::Cloud(error)) => {
                    format!("{}: never reported; no console: {error}", key.name())
                }
                Err(error) => return Err(error),
            };
            write.events.push(self.event(Happening::Note { text }));
        }
        self.record(write).await?;
        let keys: Vec<Key> = instances.into_iter().map(|(key, _)| key).collect();
        Ok(trouble::never_reported(
            &self.environment.name,
            &keys,
            self.engine.parts.config.report_patience.as_secs(),
        ))
    }
}
