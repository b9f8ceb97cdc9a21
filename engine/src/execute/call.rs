//! One call to the cloud: intent before, id after, and every failure answered by class. Nothing
//! that was refused or lost is repeated without knowing that the first call had no effect.

use std::collections::{BTreeMap, BTreeSet};

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::{Happening, JournalEntry, Phase, StepState, Trouble};
use model::resource::{Boot, Resource, VolumeContent};
use plan::steps::{Step, StepAct};

use super::patience::{Patience, before_next_attempt};
use super::{Execution, trouble};
use crate::EngineError;
use crate::collect::Collection;
use crate::port::{CloudError, Create, Created, Done, Effect, JournalWrite, Mark, Moment, Status};

/// What came of a call.
pub(super) enum Answer {
    /// The cloud has taken it.
    Made(CloudId),
    /// The cloud has taken it, and it is so already.
    Ready(CloudId),
    /// There is nothing left of it.
    Gone,
    /// A failed resource was taken away; the next attempt may begin.
    Discarded {
        /// Why it had failed.
        why: String,
    },
    /// It failed for good.
    Failed(Trouble),
}

/// What a step's new state means for what its resource is called in the cloud.
pub(super) enum Binding {
    /// Nothing yet.
    Kept,
    /// It is called this from now on.
    Known(CloudId),
    /// There is none any more.
    Gone,
}

/// Which step, on which attempt.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) phase: Phase,
    pub(super) number: u32,
    pub(super) step: &'a Step,
    pub(super) attempt: u32,
}

/// How a call that failed is gone on with.
enum After {
    Again,
    Look,
    Failed(CloudError),
}

impl Execution<'_> {
    fn patience(&self) -> Patience {
        let config = &self.engine.parts.config;
        Patience::new(config.retries, config.retry_wait)
    }

    pub(super) fn entry(&self, at: At<'_>, state: StepState) -> JournalEntry {
        let now = self.engine.clock().now();
        // The store keeps the first `since` of an attempt.
        JournalEntry {
            phase: at.phase,
            step: at.number,
            attempt: at.attempt,
            state,
            since: now,
            at: now,
        }
    }

    pub(super) fn step_event(&self, at: At<'_>, state: StepState) -> model::operation::Event {
        self.event(Happening::Step {
            phase: at.phase,
            step: at.number,
            key: at.step.key.clone(),
            verb: at.step.act.verb().into(),
            state,
        })
    }

    /// A step's new state for the journal, with what it means for the binding.
    fn step_write(&self, at: At<'_>, state: StepState, binding: Binding) -> JournalWrite {
        JournalWrite {
            entries: vec![self.entry(at, state.clone())],
            bindings: match binding {
                Binding::Kept => Vec::new(),
                Binding::Known(id) => vec![(at.step.key.clone(), Some(id))],
                Binding::Gone => vec![(at.step.key.clone(), None)],
            },
            events: vec![self.step_event(at, state)],
            ..JournalWrite::default()
        }
    }

    /// Puts a step's new state into the journal, with what it means for the binding.
    pub(super) async fn journal_step(
        &self,
        at: At<'_>,
        state: StepState,
        binding: Binding,
    ) -> Result<(), EngineError> {
        self.record(self.step_write(at, state, binding)).await
    }

    fn reached(&self, moment: Moment, key: &Key) {
        self.engine.parts.probe.reached(moment, key);
    }

    /// Makes a call that ends in time, or counts as unanswered.
    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, CloudError>>,
    ) -> Result<T, CloudError> {
        let limit = self.cloud.request_timeout();
        tokio::select! {
            answer = call => answer,
            () = self.engine.clock().sleep(limit) => {
                Err(CloudError::Unanswered(format!("no answer within {} s", limit.as_secs())))
            }
        }
    }

    /// Decides how to go on after a failed call, and waits as long as that takes.
    async fn after(
        &self,
        at: At<'_>,
        error: CloudError,
        patience: &mut Patience,
        conflict_passes: bool,
    ) -> Result<After, EngineError> {
        let passing = error.is_passing()
            || error.effect() == Effect::Unknown
            || (conflict_passes && matches!(error, CloudError::Conflict(_)));
        if !passing || !patience.lasts() {
            return Ok(After::Failed(error));
        }
        let asked = match &error {
            CloudError::Throttled { retry_after, .. } => *retry_after,
            _ => None,
        };
        let mut wait = patience.take(asked, self.engine.entropy().uuid());
        let next = match error.effect() {
            Effect::None => After::Again,
            Effect::Unknown => {
                // Until then it may still have its effect.
                wait = wait.max(self.cloud.request_lifetime());
                After::Look
            }
        };
        tracing::info!(key = %at.step.key, %error, "a call failed in passing");
        self.note(format!(
            "{} {}: {error}; asking again in {} s",
            at.step.act.verb(),
            at.step.key,
            wait.as_millis().div_ceil(1000)
        ))
        .await?;
        self.engine.clock().sleep(wait).await;
        Ok(next)
    }

    /// Carries one step's call out.
    pub(super) async fn call(
        &self,
        at: At<'_>,
        ids: BTreeMap<Key, CloudId>,
        there: Vec<(CloudId, Status)>,
    ) -> Result<Answer, EngineError> {
        match &at.step.act {
            StepAct::Create { resource } => self.create(at, resource, &ids).await,
            StepAct::Update { before, after } => match ids.get(&at.step.key) {
                Some(id) => self.update(at, id, before, after, &ids).await,
                None => Ok(Answer::Failed(trouble::not_there(at.step))),
            },
            StepAct::Delete { .. } => self.delete(at, &there).await,
        }
    }

    async fn create(
        &self,
        at: At<'_>,
        resource: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Answer, EngineError> {
        let key = &at.step.key;
        let mark = Mark {
            installation: self.engine.parts.installation,
            environment: self.environment.id,
            key: key.clone(),
            attempt: at.attempt,
        };
        let filled = match self.filled(at, resource, ids)? {
            Ok(filled) => filled,
            Err(trouble) => return Ok(Answer::Failed(trouble)),
        };
        let name = match resource {
            Resource::Instance(instance) => instance.host_name.clone(),
            _ => format!("{}-{}", self.environment.name, key.name()),
        };
        let conflict_passes = conflict_passes(resource);
        let mut patience = self.patience();
        let mut write = self.step_write(at, StepState::Intended, Binding::Kept);
        if key.kind == ResourceKind::Instance {
            // Whoever was asked to report under this key before is not any more.
            write.asked.push((key.clone(), filled.asked));
        }
        self.record(write).await?;
        loop {
            self.reached(Moment::IntentStored, key);
            self.may_call()?;
            let create = Create {
                mark: &mark,
                name: &name,
                resource: &filled.resource,
                ids,
                user_data: filled.user_data.as_ref(),
            };
            match self.in_time(self.cloud.create(create)).await {
                Ok(Created { id, done }) => {
                    self.reached(Moment::AnswerCome, key);
                    return self.taken(at, id, done).await;
                }
                Err(error) => match self
                    .after(at, error, &mut patience, conflict_passes)
                    .await?
                {
                    After::Again => {}
                    // It may be there all the same, also where the cloud refuses it because it is
                    // there: the request of an executor that died may have its effect late.
                    // Adopted, it can be gone on with or taken back.
                    After::Failed(error) => {
                        return match self.look(at).await? {
                            Some(answer) => Ok(answer),
                            None => Ok(Answer::Failed(trouble::call_failed(at.step, &error))),
                        };
                    }
                    After::Look => {
                        if let Some(answer) = self.look(at).await? {
                            return Ok(answer);
                        }
                    }
                },
            }
        }
    }

    /// Looks for what an unanswered create may have made.
    async fn look(&self, at: At<'_>) -> Result<Option<Answer>, EngineError> {
        let collection = self.statuses(&BTreeSet::from([at.step.key.kind])).await?;
        match Self::adoptable(at, &collection) {
            Adoptable::None => Ok(None),
            Adoptable::One(id) => {
                self.note(format!("{}: found by its mark and adopted", at.step.key))
                    .await?;
                self.made(at, id).await.map(Some)
            }
            Adoptable::Several(ids) => {
                Ok(Some(Answer::Failed(trouble::several(&at.step.key, &ids))))
            }
        }
    }

    /// What carries the mark of a step's resource.
    pub(super) fn adoptable(at: At<'_>, collection: &Collection) -> Adoptable {
        let staying: Vec<&CloudId> = collection
            .staying(&at.step.key)
            .map(|found| &found.id)
            .collect();
        match staying.as_slice() {
            [] => Adoptable::None,
            [id] => Adoptable::One((*id).clone()),
            ids => Adoptable::Several(ids.iter().map(ToString::to_string).collect()),
        }
    }

    /// The cloud has taken it: its id goes into the journal.
    pub(super) async fn made(&self, at: At<'_>, id: CloudId) -> Result<Answer, EngineError> {
        self.taken(at, id, Done::Later).await
    }

    async fn taken(&self, at: At<'_>, id: CloudId, done: Done) -> Result<Answer, EngineError> {
        let (state, answer) = match done {
            Done::Later => (StepState::Made { id: id.clone() }, Answer::Made(id.clone())),
            Done::Already => (
                StepState::Done {
                    id: Some(id.clone()),
                },
                Answer::Ready(id.clone()),
            ),
        };
        self.journal_step(at, state, Binding::Known(id)).await?;
        self.reached(Moment::IdStored, &at.step.key);
        Ok(answer)
    }

    async fn update(
        &self,
        at: At<'_>,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Answer, EngineError> {
        let key = &at.step.key;
        let mut patience = self.patience();
        self.journal_step(at, StepState::Intended, Binding::Kept)
            .await?;
        loop {
            self.reached(Moment::IntentStored, key);
            self.may_call()?;
            match self
                .in_time(self.cloud.update(id, before, after, ids))
                .await
            {
                Ok(done) => {
                    self.reached(Moment::AnswerCome, key);
                    return self.taken(at, id.clone(), done).await;
                }
                Err(CloudError::NotFound(_)) => {
                    return Ok(Answer::Failed(trouble::not_there(at.step)));
                }
                Err(error) => match self.after(at, error, &mut patience, true).await? {
                    // The same change made twice is the same as made once.
                    After::Again | After::Look => {}
                    After::Failed(error) => {
                        return Ok(Answer::Failed(trouble::call_failed(at.step, &error)));
                    }
                },
            }
        }
    }

    /// Asks for everything with the step's mark to be taken away.
    async fn delete(&self, at: At<'_>, there: &[(CloudId, Status)]) -> Result<Answer, EngineError> {
        let key = &at.step.key;
        let Some((first, _)) = there.first() else {
            self.journal_step(at, StepState::Done { id: None }, Binding::Gone)
                .await?;
            return Ok(Answer::Gone);
        };
        self.journal_step(at, StepState::Intended, Binding::Kept)
            .await?;
        let mut all = Done::Already;
        for (id, status) in there {
            if *status == Status::Deleting {
                all = Done::Later;
                continue;
            }
            match self.delete_one(at, key.kind, id).await? {
                Ok(Done::Already) => {}
                Ok(Done::Later) => all = Done::Later,
                Err(failed) => return Ok(Answer::Failed(failed)),
            }
        }
        if all == Done::Already {
            self.journal_step(at, StepState::Done { id: None }, Binding::Gone)
                .await?;
            self.reached(Moment::IdStored, key);
            return Ok(Answer::Gone);
        }
        // The binding stays until it is gone.
        self.journal_step(at, StepState::Made { id: first.clone() }, Binding::Kept)
            .await?;
        self.reached(Moment::IdStored, key);
        Ok(Answer::Made(first.clone()))
    }

    /// Asks for one resource to be taken away; trouble where that failed for good.
    async fn delete_one(
        &self,
        at: At<'_>,
        kind: ResourceKind,
        id: &CloudId,
    ) -> Result<Result<Done, Trouble>, EngineError> {
        let mut patience = self.patience();
        loop {
            self.reached(Moment::IntentStored, &at.step.key);
            self.may_call()?;
            match self.in_time(self.cloud.delete(kind, id)).await {
                Ok(done) => {
                    self.reached(Moment::AnswerCome, &at.step.key);
                    return Ok(Ok(done));
                }
                Err(CloudError::NotFound(_)) => {
                    self.reached(Moment::AnswerCome, &at.step.key);
                    return Ok(Ok(Done::Later));
                }
                Err(error) => match self.after(at, error, &mut patience, true).await? {
                    After::Again => {}
                    After::Look => {
                        // Where it went, or is going, the call had its effect.
                        let collection = self.statuses(&BTreeSet::from([kind])).await?;
                        match collection
                            .by_id(&at.step.key, id)
                            .map(|found| &found.status)
                        {
                            None | Some(Status::Deleting) => return Ok(Ok(Done::Later)),
                            Some(_) => {}
                        }
                    }
                    After::Failed(error) => {
                        return Ok(Err(trouble::call_failed(at.step, &error)));
                    }
                },
            }
        }
    }

    /// Takes a resource away that the cloud failed to make, and waits until it is gone.
    pub(super) async fn discard(
        &self,
        at: At<'_>,
        id: CloudId,
        why: String,
    ) -> Result<Answer, EngineError> {
        self.note(format!(
            "{}: {why}; taking it away to try again",
            at.step.key
        ))
        .await?;
        if let Err(failed) = self.take_away(at, &id).await? {
            return Ok(Answer::Failed(failed));
        }
        let config = &self.engine.parts.config;
        self.journal_step(at, StepState::Failed { why: why.clone() }, Binding::Gone)
            .await?;
        if at.attempt < config.attempts {
            let chance = self.engine.entropy().uuid();
            let pause = before_next_attempt(config.retry_wait, at.attempt, chance);
            self.engine.clock().sleep(pause).await;
        }
        Ok(Answer::Discarded { why })
    }

    /// Takes one resource away and waits until it is gone; trouble where that failed for good.
    pub(super) async fn take_away(
        &self,
        at: At<'_>,
        id: &CloudId,
    ) -> Result<Result<(), Trouble>, EngineError> {
        let kind = at.step.key.kind;
        if let Err(failed) = self.delete_one(at, kind, id).await? {
            return Ok(Err(failed));
        }
        let config = &self.engine.parts.config;
        let until = self.engine.clock().monotonic() + config.patience;
        let (mut wait, longest) = config.poll;
        loop {
            let collection = self.statuses(&BTreeSet::from([kind])).await?;
            if collection.by_id(&at.step.key, id).is_none() {
                return Ok(Ok(()));
            }
            if self.engine.clock().monotonic() > until {
                let seconds = config.patience.as_secs();
                return Ok(Err(trouble::too_long(at.step, seconds)));
            }
            self.engine.clock().sleep(wait).await;
            wait = (wait * 2).min(longest);
        }
    }
}

/// What carries the mark of a resource and is not on its way out.
pub(super) enum Adoptable {
    /// Nothing.
    None,
    /// Just what was meant.
    One(CloudId),
    /// More than one, which is never guessed about.
    Several(Vec<String>),
}

/// Whether a conflict at the creation of a resource passes by itself: of what stands between two
/// others one may not be ready yet, what data are taken from may be busy with something else, and a
/// volume may still be let go by an instance that failed.
fn conflict_passes(resource: &Resource) -> bool {
    match resource {
        Resource::RouterInterface(_)
        | Resource::SecurityRules(_)
        | Resource::VolumeAttachment(_)
        | Resource::VolumeSnapshot(_)
        | Resource::Image(_) => true,
        Resource::Volume(volume) => volume.content != VolumeContent::Empty,
        Resource::Instance(instance) => matches!(instance.boot, Boot::Volume { .. }),
        Resource::Network(_)
        | Resource::Subnet(_)
        | Resource::Router(_)
        | Resource::SecurityGroup(_)
        | Resource::ServerGroup(_)
        | Resource::Keypair(_)
        | Resource::FloatingIp(_) => false,
    }
}
