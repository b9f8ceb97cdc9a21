//! Carries one operation out: forward, and back where it fails. Whatever happens to this process,
//! the journal and the marks in the cloud are enough for the next one to go on.

mod call;
pub(crate) mod pace;
mod patience;
mod progress;
mod reports;
mod run;
mod states;
mod surplus;
mod told;
mod trouble;
mod turns;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::act::Act;
use model::count::Sizing;
use model::environment::{Environment, EnvironmentKind, Layer, Revision};
use model::filter::instance_records;
use model::id::RevisionNumber;
use model::key::{Key, ResourceKind};
use model::operation::{Event, Happening, JournalEntry, Operation, OperationState, Phase, Trouble};
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use plan::Plan;
use plan::steps::{Expected, StepAct};

use crate::collect::{Collection, Purpose};
use crate::holders::Takeover;
use crate::port::{Claim, Cloud, Detail, EnvironmentChange, JournalWrite, NewRevision, StoreError};
use crate::{Engine, EngineError};
use states::{after, before, observed_again};

/// One operation in the hands of this executor.
pub(crate) struct Execution<'a> {
    engine: &'a Engine,
    cloud: &'a dyn Cloud,
    claim: Claim,
    environment: Environment,
    operation: Operation,
    /// What is planned: names and order, and what stands in where the cloud can no longer tell.
    topology: Topology,
    planned: Resolved,
    /// Until when calls may be made, in milliseconds of the monotonic clock.
    deadline: AtomicU64,
}

/// Why a plan was not carried out to its end.
pub(crate) enum Halt {
    /// It failed: go back, or stop and say why.
    Trouble(Trouble),
    /// This executor can't or may not go on: somebody else will, or it will later.
    Error(EngineError),
}

impl<E: Into<EngineError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Engine {
    /// Carries an operation out as far as it goes. Errors end in the operation's state or, where
    /// this executor may not write that, in the log.
    pub(crate) async fn execute(self: &Arc<Self>, claim: Claim, takeover: Takeover) {
        let started = self.clock().monotonic();
        let result = match self.execution(claim).await {
            Ok(execution) => {
                execution.renew(started);
                tokio::select! {
                    result = execution.carry_out(takeover) => result,
                    error = execution.keep_alive() => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => {}
            Err(error) if Self::is_fenced(&error) => {
                tracing::warn!(operation = %claim.operation, "another executor has taken over");
            }
            Err(error) => {
                // The claim is left as it is: the worker takes the operation up again.
                tracing::error!(operation = %claim.operation, %error, "could not go on for now");
                self.clock().sleep(self.parts.config.tick).await;
            }
        }
        self.wake();
    }

    async fn execution(&self, claim: Claim) -> Result<Execution<'_>, EngineError> {
        let missing =
            |what: &str| StoreError::Missing(format!("{what} of operation {}", claim.operation));
        let operation = self
            .store()
            .operation(claim.operation)
            .await?
            .ok_or_else(|| missing("row"))?;
        let environment = self
            .store()
            .environment_by_id(operation.environment)
            .await?
            .ok_or_else(|| missing("environment"))?;
        let (layer, number): (Layer, Option<RevisionNumber>) = match &operation.act {
            Act::BringUp { revision, .. } => (Layer::Planned, Some(*revision)),
            _ => (Layer::Planned, None),
        };
        let topology = match self.store().revision(environment.id, layer, number).await? {
            Some((_, topology)) => topology,
            None => self.state(&environment, None).await?.1,
        };
        let cloud = &**self.cloud_of(&topology)?;
        Ok(Execution {
            engine: self,
            cloud,
            claim,
            planned: resolve(&topology, &Sizing::Planned),
            environment,
            operation,
            topology,
            deadline: AtomicU64::new(0),
        })
    }
}

impl Execution<'_> {
    /// Calls may be made until a lease after the moment before the last sign of life was sent.
    fn renew(&self, sent: Duration) {
        let until = sent + self.engine.parts.config.executor_lease;
        self.deadline.store(millis(until), Ordering::SeqCst);
    }

    /// Whether a call may still be made: it must have ended before anybody can have taken over.
    fn may_call(&self) -> Result<(), EngineError> {
        let ends = self.engine.clock().monotonic() + self.cloud.request_timeout();
        if millis(ends) < self.deadline.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(StoreError::Fenced.into())
        }
    }

    async fn keep_alive(&self) -> EngineError {
        let config = &self.engine.parts.config;
        loop {
            self.engine.clock().sleep(config.executor_lease / 5).await;
            let sent = self.engine.clock().monotonic();
            match self.engine.store().heartbeat(self.claim).await {
                Ok(()) => self.renew(sent),
                Err(StoreError::Fenced) => return StoreError::Fenced.into(),
                // The deadline stops the calls where the store stays away.
                Err(error) => tracing::warn!(%error, "no sign of life could be given"),
            }
        }
    }

    async fn record(&self, write: JournalWrite) -> Result<(), EngineError> {
        self.engine
            .store()
            .record(self.claim, self.engine.clock().now(), write)
            .await?;
        self.engine.live.wake();
        Ok(())
    }

    fn event(&self, what: Happening) -> Event {
        // The store gives the number.
        Event {
            number: 0,
            at: self.engine.clock().now(),
            what,
        }
    }

    async fn note(&self, text: String) -> Result<(), EngineError> {
        let events = vec![self.event(Happening::Note { text })];
        self.record(JournalWrite {
            events,
            ..JournalWrite::default()
        })
        .await
    }

    /// All that there is of the environment.
    async fn collect(&self) -> Result<Collection, EngineError> {
        self.engine
            .collect_all(self.cloud, self.environment.id)
            .await
    }

    /// Whether there is anything of some kinds, and how it is.
    async fn statuses(&self, kinds: &BTreeSet<ResourceKind>) -> Result<Collection, EngineError> {
        self.engine
            .collect_patiently(self.cloud, self.environment.id, kinds, Detail::Status)
            .await
    }

    /// All that there is once a plan was carried out. What was of no kind before, and is of none in
    /// the plan, can't be there.
    async fn outcome(
        &self,
        plan: &Plan,
        mut kinds: BTreeSet<ResourceKind>,
    ) -> Result<Collection, EngineError> {
        kinds.extend(plan.steps.iter().map(|step| step.key.kind));
        self.engine
            .collect_patiently(self.cloud, self.environment.id, &kinds, Detail::Whole)
            .await
    }

    const fn purpose(&self) -> Purpose {
        match self.operation.act {
            Act::TakeDown { .. } => Purpose::TakeDown,
            _ => Purpose::BringUp,
        }
    }

    async fn carry_out(&self, takeover: Takeover) -> Result<(), EngineError> {
        if takeover == Takeover::FromDead {
            // A request of the one before may still have its effect; only then is it seen.
            self.engine
                .clock()
                .sleep(self.cloud.request_lifetime())
                .await;
        }
        match &self.operation.state {
            OperationState::Running {
                phase: Phase::Rollback,
                trouble: Some(trouble),
                ..
            } => self.back(trouble.clone()).await,
            _ => self.forward().await,
        }
    }

    async fn plan(&self, phase: Phase) -> Result<Plan, EngineError> {
        let id = self.operation.id;
        let plan = self.engine.store().plan(id, phase).await?;
        Ok(plan.ok_or_else(|| {
            StoreError::Missing(format!("{} plan of operation {id}", phase.word()))
        })?)
    }

    async fn journal(&self, phase: Phase) -> Result<Vec<JournalEntry>, EngineError> {
        let mut journal = self.engine.store().journal(self.operation.id).await?;
        journal.retain(|entry| entry.phase == phase);
        Ok(journal)
    }

    async fn forward(&self) -> Result<(), EngineError> {
        let plan = self.plan(Phase::Forward).await?;
        let journal = self.journal(Phase::Forward).await?;
        let collection = match self.as_ordered(&journal).await? {
            Some(collection) => collection,
            None => self.collect().await?,
        };
        let kinds = collection.kinds();
        if journal.is_empty()
            && let Some(trouble) = self.footprint_differs(&plan, &collection)
        {
            let at = self.engine.clock().now();
            return self
                .end(OperationState::RolledBack { at, trouble }, Vec::new())
                .await;
        }
        let carried_out = match self
            .run(&plan, Phase::Forward, journal, collection, None)
            .await
        {
            Ok(()) => self.each_once(&plan, kinds).await,
            Err(halt) => Err(halt),
        };
        match carried_out {
            Ok(collection) => self.finish(collection).await,
            Err(Halt::Error(error)) => Err(error),
            Err(Halt::Trouble(trouble)) => self.failed(trouble).await,
        }
    }

    /// What was seen when this was ordered, where nothing was done yet and it is still as good as a
    /// look now.
    async fn as_ordered(
        &self,
        journal: &[JournalEntry],
    ) -> Result<Option<Collection>, EngineError> {
        if !journal.is_empty() {
            return Ok(None);
        }
        let store = self.engine.store();
        let mut operations = store.operations(Some(self.environment.id), 2).await?;
        operations.retain(|operation| operation.id != self.operation.id);
        Ok(self.engine.take_look(self.operation.id, operations.first()))
    }

    /// What was planned on must be what is there: a difference refuses the plan and is shown.
    fn footprint_differs(&self, plan: &Plan, collection: &Collection) -> Option<Trouble> {
        let now = collection.resolved(self.purpose(), &self.planned);
        let differs = |key: &Key, expected: &Expected| match (expected, now.resources.get(key)) {
            (Expected::Absent, None) => None,
            (Expected::Absent, Some(_)) => Some(format!("{key} is there")),
            // What is to be taken away and is already gone needs no other plan.
            (Expected::Present { .. }, None) => match self.purpose() {
                Purpose::TakeDown => None,
                Purpose::BringUp => Some(format!("{key} is gone")),
            },
            (Expected::Present { resource }, Some(now)) => {
                (resource != now).then(|| format!("{key} is not as it was"))
            }
        };
        let found: Vec<String> = plan
            .footprint
            .iter()
            .filter_map(|(key, expected)| differs(key, expected))
            .collect();
        (!found.is_empty()).then(|| Trouble {
            what: "Reality has changed since this was planned, so nothing was done.".into(),
            why: format!("{}.", found.join(", ")),
            todo: "Ask for it again: the new plan starts from what is there now.".into(),
        })
    }

    /// A temporary environment goes back to what was before; anything else stops for a person.
    async fn failed(&self, trouble: Trouble) -> Result<(), EngineError> {
        let back = match self.operation.act {
            Act::BringUp { .. } => self.environment.kind == EnvironmentKind::Temporary,
            _ => false,
        };
        let at = self.engine.clock().now();
        if !back {
            let state = OperationState::Stopped {
                at,
                trouble,
                phase: Phase::Forward,
            };
            return self.end(state, Vec::new()).await;
        }
        let forward = self.plan(Phase::Forward).await?;
        let collection = self.collect().await?;
        let observed = collection.resolved(Purpose::TakeDown, &self.planned);
        let target = before(&forward, &observed);
        let rollback = plan::plan(&observed, &target)?;
        let write = JournalWrite {
            events: vec![self.event(Happening::RollingBack {
                trouble: trouble.clone(),
            })],
            state: Some(OperationState::Running {
                since: at,
                phase: Phase::Rollback,
                trouble: Some(trouble.clone()),
            }),
            rollback: Some(rollback),
            ..JournalWrite::default()
        };
        self.record(write).await?;
        self.back(trouble).await
    }

    async fn back(&self, trouble: Trouble) -> Result<(), EngineError> {
        let plan = self.plan(Phase::Rollback).await?;
        let journal = self.journal(Phase::Rollback).await?;
        let collection = self.collect().await?;
        let kinds = collection.kinds();
        let at = || self.engine.clock().now();
        match self
            .run(&plan, Phase::Rollback, journal, collection, Some(&trouble))
            .await
        {
            Ok(()) => {
                let collection = self.outcome(&plan, kinds).await?;
                let left: Vec<String> = plan
                    .steps
                    .iter()
                    .filter(|step| matches!(step.act, StepAct::Delete { .. }))
                    .map(|step| &step.key)
                    .filter(|key| !collection.all(key).is_empty() && !observed_again(&plan, key))
                    .map(ToString::to_string)
                    .collect();
                if left.is_empty() {
                    let change = vec![self.observed(&collection).await?];
                    self.end(OperationState::RolledBack { at: at(), trouble }, change)
                        .await
                } else {
                    let trouble = trouble::left_behind(&trouble, &left);
                    let state = OperationState::Stopped {
                        at: at(),
                        trouble,
                        phase: Phase::Rollback,
                    };
                    self.end(state, Vec::new()).await
                }
            }
            Err(Halt::Error(error)) => Err(error),
            Err(Halt::Trouble(second)) => {
                let trouble = trouble::on_the_way_back(&trouble, &second);
                let state = OperationState::Stopped {
                    at: at(),
                    trouble,
                    phase: Phase::Rollback,
                };
                self.end(state, Vec::new()).await
            }
        }
    }

    /// Everything was done: is it as it was asked for?
    async fn finish(&self, collection: Collection) -> Result<(), EngineError> {
        let at = self.engine.clock().now();
        let stop = |trouble| OperationState::Stopped {
            at,
            trouble,
            phase: Phase::Forward,
        };
        match self.purpose() {
            Purpose::TakeDown => {
                if !collection.is_empty() {
                    let left: Vec<String> = collection.keys().map(ToString::to_string).collect();
                    return self
                        .end(stop(trouble::still_there(&left)), Vec::new())
                        .await;
                }
                let left = self.engine.left_alone(&self.environment).await?;
                if !left.is_empty() {
                    let left = left.join(", ");
                    self.note(format!(
                        "Left alone, because Understudy didn't make them: {left}."
                    ))
                    .await?;
                }
                let change = if self.environment.kind == EnvironmentKind::Temporary {
                    EnvironmentChange::Destroyed(at)
                } else {
                    self.observed(&collection).await?
                };
                self.end(OperationState::Done { at }, vec![change]).await
            }
            Purpose::BringUp => {
                let observed = collection.resolved(Purpose::BringUp, &self.planned);
                let wanted = self.wanted(&observed).await?;
                let again = plan::plan(&observed, &wanted)?;
                let change = vec![self.observed(&collection).await?];
                if again.steps.is_empty() {
                    self.end(OperationState::Done { at }, change).await
                } else {
                    self.end(stop(trouble::came_out_different(&again)), change)
                        .await
                }
            }
        }
    }

    /// What was asked for: all that is planned, or only what the plan changes.
    async fn wanted(&self, observed: &Resolved) -> Result<Resolved, EngineError> {
        match self.operation.act {
            Act::SetPower { .. } => Ok(after(&self.plan(Phase::Forward).await?, observed)),
            _ => Ok(self.planned.clone()),
        }
    }

    /// What is observed of the environment now: what is ours by our marks, what people assigned to
    /// it as it was last collected.
    async fn observed(&self, collection: &Collection) -> Result<EnvironmentChange, EngineError> {
        let now = self.engine.clock().now();
        let id = self.environment.id;
        let before = self
            .engine
            .store()
            .revision(id, Layer::Observed, None)
            .await?;
        let before = before.map(|(_, topology)| topology);
        let (mut members, networks) = self.engine.assigned_members(id).await?;
        members.extend(collection.members(&self.planned, before.as_ref(), now));
        let mut topology = plan::observed::observed(&self.topology, members, &networks);
        let reports = self.engine.reports(id).await?;
        reports.tell(&mut topology);
        Ok(EnvironmentChange::Observed(Box::new(NewRevision {
            records: instance_records(&topology),
            topology,
            layer: Layer::Observed,
            source: Revision::collected_from(self.cloud.name()),
            at: now,
        })))
    }

    async fn end(
        &self,
        state: OperationState,
        environment: Vec<EnvironmentChange>,
    ) -> Result<(), EngineError> {
        let write = JournalWrite {
            events: vec![self.event(Happening::Ended {
                state: state.clone(),
            })],
            state: Some(state),
            environment,
            ..JournalWrite::default()
        };
        self.record(write).await
    }
}
