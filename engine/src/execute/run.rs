//! Carries a plan out along its graph: whatever could go next goes at once, up to a cap; what was
//! taken by the cloud is watched by one listing for all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::{Happening, JournalEntry, OperationState, Phase, StepState, Trouble};
use plan::Plan;
use plan::steps::{Expected, StepAct};

use super::call::{Adoptable, Answer, Binding};
use super::pace::Pace;
use super::progress::{Made, Progress, Run};
use super::{Execution, Halt, trouble};
use crate::EngineError;
use crate::collect::Collection;
use crate::port::{Absence, CloudError, Detail, JournalWrite, Status};

/// What a piece of work came to.
enum Did {
    Called(usize, Answer),
    Looked(BTreeSet<ResourceKind>, Vec<(usize, Seen)>),
    Heard(Vec<usize>),
    NeverHeard(Trouble),
    Watched(Option<Trouble>),
}

/// Everything under way. Whatever waits is in here and nowhere else: something awaited beside it
/// would keep these from going on, and might wait for a connection that one of them holds.
type Work<'a> = FuturesUnordered<BoxFuture<'a, Result<Did, EngineError>>>;

impl Execution<'_> {
    /// Carries a plan out from where the journal says it stands.
    pub(super) async fn run(
        &self,
        plan: &Plan,
        phase: Phase,
        journal: Vec<JournalEntry>,
        collection: Collection,
        trouble: Option<&Trouble>,
    ) -> Result<(), Halt> {
        let mut run = self.take_up(plan, phase, journal, &collection).await?;
        let write = JournalWrite {
            events: vec![self.event(Happening::Started {
                phase,
                steps: u32::try_from(plan.steps.len()).unwrap_or(u32::MAX),
                done: run.done(),
            })],
            state: Some(OperationState::Running {
                since: self.engine.clock().now(),
                phase,
                trouble: trouble.cloned(),
            }),
            ..JournalWrite::default()
        };
        self.record(write).await?;

        let result = self.work_through(&mut run).await;
        self.engine
            .learned(self.cloud.name(), run.pace.into_usual());
        result
    }

    /// Calls and looks until every step is done, or one failed and nothing is under way any more.
    async fn work_through<'b>(&'b self, run: &mut Run<'b>) -> Result<(), Halt> {
        let config = &self.engine.parts.config;
        let (mut looking, mut listening, mut watching) = (false, false, false);
        let mut work: Work<'_> = FuturesUnordered::new();
        let mut failure: Option<Trouble> = None;
        loop {
            if failure.is_none() {
                while let Some(index) = run.next(config.calls_in_flight) {
                    run.progress[index] = Progress::Calling;
                    work.push(self.begin(run, index));
                }
                if run.all_done() {
                    return Ok(());
                }
                if !looking {
                    let now = self.engine.clock().monotonic();
                    let made = run.worth_looking(now);
                    if !made.is_empty() {
                        looking = true;
                        let taken = run.taken(&made);
                        let pause = run.pace.pause(now, &taken);
                        let kinds = taken.into_iter().map(|taken| taken.sort.0).collect();
                        work.push(Box::pin(async move {
                            self.engine.clock().sleep(pause).await;
                            let seen = self.look_at_made(made, &kinds).await?;
                            Ok(Did::Looked(kinds, seen))
                        }));
                    }
                }
                let running = run.running();
                if !watching && !running.is_empty() {
                    watching = true;
                    let running = run.running();
                    work.push(Box::pin(async move {
                        self.watch(running, config.poll.1).await.map(Did::Watched)
                    }));
                }
                if !listening && !running.is_empty() {
                    listening = true;
                    work.push(Box::pin(async move {
                        self.listen(running, config.poll.1).await.map(Did::Heard)
                    }));
                }
            }
            let Some(did) = work.next().await else {
                // Nothing under way: only a failure leaves anything undone then.
                return match failure {
                    Some(trouble) => Err(Halt::Trouble(trouble)),
                    None => Err(Halt::Trouble(trouble::nothing_can_go_on())),
                };
            };
            let result = match did? {
                Did::Called(index, answer) => self.answered(run, index, answer),
                Did::Looked(kinds, seen) => {
                    looking = false;
                    run.pace.looked(self.engine.clock().monotonic(), &kinds);
                    if failure.is_none() {
                        self.looked(run, seen, &mut work)
                    } else {
                        Ok(())
                    }
                }
                Did::Heard(heard) => {
                    listening = false;
                    for index in heard {
                        run.progress[index] = Progress::Done;
                    }
                    let now = self.engine.clock().monotonic();
                    let overdue = run.take_overdue(now, config.report_patience);
                    if !overdue.is_empty() {
                        work.push(Box::pin(async move {
                            self.never_reported(overdue).await.map(Did::NeverHeard)
                        }));
                    }
                    Ok(())
                }
                Did::NeverHeard(trouble) => Err(trouble),
                Did::Watched(trouble) => {
                    watching = false;
                    trouble.map_or(Ok(()), Err)
                }
            };
            if let Err(trouble) = result {
                failure.get_or_insert(trouble);
            }
        }
    }

    fn begin<'b>(&'b self, run: &Run<'b>, index: usize) -> BoxFuture<'b, Result<Did, EngineError>> {
        let at = run.at(index);
        let there = run.there.get(&at.step.key).cloned().unwrap_or_default();
        let ids = run.ids.clone();
        Box::pin(async move {
            self.call(at, ids, there)
                .await
                .map(|answer| Did::Called(index, answer))
        })
    }

    /// Where each step stands: by the journal, and by what carries the marks. A step whose call
    /// was under way when the one before died is not made again before it was looked for.
    async fn take_up<'b>(
        &self,
        plan: &'b Plan,
        phase: Phase,
        journal: Vec<JournalEntry>,
        collection: &Collection,
    ) -> Result<Run<'b>, Halt> {
        let now = self.engine.clock().monotonic();
        let there = collection
            .keys()
            .map(|key| {
                let found = collection.all(key).iter();
                (
                    key.clone(),
                    found
                        .map(|found| (found.id.clone(), found.status.clone()))
                        .collect(),
                )
            })
            .collect();
        let pace = Pace::new(
            self.engine.parts.config.poll,
            self.engine.usual(self.cloud.name()),
        );
        let mut run = Run {
            ids: collection.ids(),
            there,
            ..Run::new(plan, phase, pace)
        };
        let mut newest: BTreeMap<usize, JournalEntry> = BTreeMap::new();
        for entry in journal {
            let known = newest
                .entry(entry.step as usize)
                .or_insert_with(|| entry.clone());
            if known.attempt <= entry.attempt {
                *known = entry;
            }
        }
        for index in 0..plan.steps.len() {
            let entry = newest.remove(&index);
            if let Some(entry) = &entry {
                run.attempts[index] = entry.attempt;
            }
            let at = run.at(index);
            let is_create = matches!(at.step.act, StepAct::Create { .. });
            match entry.map(|entry| entry.state) {
                Some(StepState::Done { id: _ }) => run.progress[index] = Progress::Done,
                Some(StepState::Made { id }) => {
                    run.progress[index] = Progress::Made { id, since: now };
                }
                Some(StepState::Running { id }) => {
                    run.progress[index] = Progress::Running { id, since: now };
                }
                Some(StepState::Failed { why: _ }) => run.attempts[index] += 1,
                // What is to be created must not be there; where it is, an attempt of this
                // operation or an earlier failed one made it, and it is gone on with.
                Some(StepState::Intended) | None if is_create && !replaced(plan, &at.step.key) => {
                    match Self::adoptable(at, collection) {
                        Adoptable::None => {}
                        Adoptable::One(id) => {
                            self.note(format!("{}: found by its mark and adopted", at.step.key))
                                .await?;
                            self.made(at, id.clone()).await?;
                            run.progress[index] = Progress::Made { id, since: now };
                        }
                        Adoptable::Several(ids) => {
                            return Err(Halt::Trouble(trouble::several(&at.step.key, &ids)));
                        }
                    }
                }
                // Made anew in place of another: only what the interrupted call made is adopted.
                Some(StepState::Intended) if is_create => {
                    if let Adoptable::One(id) = Self::adoptable(at, collection) {
                        self.made(at, id.clone()).await?;
                        run.progress[index] = Progress::Made { id, since: now };
                    }
                }
                Some(StepState::Intended) | None => {}
            }
        }
        Ok(run)
    }

    /// Takes a call's answer over.
    fn answered(&self, run: &mut Run<'_>, index: usize, answer: Answer) -> Result<(), Trouble> {
        let since = self.engine.clock().monotonic();
        let key = &run.plan.steps[index].key;
        match answer {
            Answer::Made(id) => {
                if !matches!(run.plan.steps[index].act, StepAct::Delete { .. }) {
                    run.ids.insert(key.clone(), id.clone());
                }
                run.since[index].get_or_insert(since);
                run.progress[index] = Progress::Made { id, since };
            }
            Answer::Ready(id) => {
                run.ids.insert(key.clone(), id);
                run.progress[index] = Progress::Done;
            }
            Answer::Gone => {
                run.ids.remove(key);
                run.progress[index] = Progress::Done;
            }
            Answer::Discarded { why } => {
                run.ids.remove(key);
                let attempts = self.engine.parts.config.attempts;
                let whys = run.whys.entry(index).or_default();
                if !whys.contains(&why) {
                    whys.push(why);
                }
                if run.attempts[index] >= attempts {
                    return Err(trouble::attempts_failed(
                        &run.plan.steps[index],
                        attempts,
                        &whys.join(" Then: "),
                    ));
                }
                run.attempts[index] += 1;
                run.since[index] = None;
                run.progress[index] = Progress::Waiting;
            }
            Answer::Failed(trouble) => return Err(trouble),
        }
        Ok(())
    }

    /// Looks at everything that the cloud has taken, with one listing, and puts what is done into
    /// the journal.
    async fn look_at_made(
        &self,
        made: Vec<Made<'_>>,
        kinds: &BTreeSet<ResourceKind>,
    ) -> Result<Vec<(usize, Seen)>, EngineError> {
        let looked = self
            .engine
            .collect(self.cloud, self.environment.id, kinds, Detail::Status)
            .await;
        let collection = match looked {
            Ok(collection) => collection,
            // Looked at again at the next turn.
            Err(error) if error.is_passing() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let instances = made.iter().any(|made| {
            made.at.step.key.kind == ResourceKind::Instance
                && matches!(made.at.step.act, StepAct::Create { .. })
        });
        let silent = if instances {
            self.silent().await?
        } else {
            BTreeSet::new()
        };
        let mut write = JournalWrite::default();
        let mut seen = Vec::with_capacity(made.len());
        for Made {
            index,
            at,
            id,
            since: _,
        } in made
        {
            let key = &at.step.key;
            let deleting = matches!(at.step.act, StepAct::Delete { .. });
            let mut now = self.seen(&collection, key, &id, deleting).await?;
            if matches!((&now, &at.step.act), (Seen::Ready, StepAct::Create { .. }))
                && silent.contains(key)
            {
                now = Seen::Running;
            }
            let done = match (&now, deleting) {
                (Seen::Gone, true) => {
                    write.bindings.push((key.clone(), None));
                    Some(StepState::Done { id: None })
                }
                (Seen::Ready, false) => Some(StepState::Done { id: Some(id) }),
                (Seen::Running, _) => Some(StepState::Running { id }),
                _ => None,
            };
            if let Some(state) = done {
                write.entries.push(self.entry(at, state.clone()));
                write.events.push(self.step_event(at, state));
            }
            seen.push((index, now));
        }
        if !write.entries.is_empty() {
            self.record(write).await?;
        }
        Ok(seen)
    }

    /// Takes over how the resources are that the cloud had taken; what it failed to make is
    /// discarded, for the next attempt.
    fn looked<'b>(
        &'b self,
        run: &mut Run<'b>,
        seen: Vec<(usize, Seen)>,
        work: &mut Work<'b>,
    ) -> Result<(), Trouble> {
        for (index, now) in seen {
            let Progress::Made { id, since } = run.progress[index].clone() else {
                continue;
            };
            let at = run.at(index);
            let key = &at.step.key;
            let took = self.engine.clock().monotonic().saturating_sub(since);
            match (now, &at.step.act) {
                (Seen::Gone, StepAct::Delete { .. }) => {
                    run.pace.took((key.kind, at.step.act.verb()), took);
                    run.progress[index] = Progress::Done;
                    run.ids.remove(key);
                    run.there.remove(key);
                }
                (Seen::Ready, StepAct::Create { .. } | StepAct::Update { .. }) => {
                    run.pace.took((key.kind, at.step.act.verb()), took);
                    run.progress[index] = Progress::Done;
                }
                (Seen::Running, _) => {
                    run.pace.took((key.kind, at.step.act.verb()), took);
                    let since = self.engine.clock().monotonic();
                    run.progress[index] = Progress::Running { id, since };
                }
                (Seen::HalfDone, StepAct::Update { .. }) => {
                    self.not_for_ever(run, index, since)?;
                    run.progress[index] = Progress::Calling;
                    work.push(self.begin(run, index));
                }
                (Seen::Failed(why), StepAct::Create { .. }) => {
                    run.progress[index] = Progress::Calling;
                    work.push(Box::pin(async move {
                        self.discard(at, id, why)
                            .await
                            .map(|answer| Did::Called(index, answer))
                    }));
                }
                (Seen::Failed(why), StepAct::Update { .. } | StepAct::Delete { .. }) => {
                    return Err(trouble::change_failed(at.step, &why));
                }
                (Seen::Gone, StepAct::Create { .. }) => {
                    let why = "it was taken away by somebody else while it was made".to_owned();
                    run.progress[index] = Progress::Calling;
                    work.push(Box::pin(async move {
                        let state = StepState::Failed { why: why.clone() };
                        self.journal_step(at, state, Binding::Gone).await?;
                        Ok(Did::Called(index, Answer::Discarded { why }))
                    }));
                }
                (Seen::Gone, StepAct::Update { .. }) => return Err(trouble::not_there(at.step)),
                (Seen::Ready, StepAct::Delete { .. })
                | (Seen::HalfDone, StepAct::Create { .. } | StepAct::Delete { .. })
                | (Seen::Busy, _) => {
                    self.not_for_ever(run, index, since)?;
                    let going = matches!(at.step.act, StepAct::Delete { .. });
                    if going && took > self.engine.parts.config.ask_again {
                        run.progress[index] = Progress::Calling;
                        work.push(self.begin(run, index));
                    }
                }
            }
        }
        Ok(())
    }

    /// Trouble where the cloud has had a step's attempt for longer than patience lasts.
    fn not_for_ever(&self, run: &Run<'_>, index: usize, since: Duration) -> Result<(), Trouble> {
        let patience = self.engine.parts.config.patience;
        let first = run.since[index].unwrap_or(since);
        if self.engine.clock().monotonic().saturating_sub(first) > patience {
            let step = &run.plan.steps[index];
            return Err(trouble::too_long(step, patience.as_secs()));
        }
        Ok(())
    }

    /// How one resource is, by a listing; an instance that is missing from it is asked for by its
    /// id, because listings silently leave out what a part of the cloud that is down holds.
    pub(super) async fn seen(
        &self,
        collection: &Collection,
        key: &Key,
        id: &CloudId,
        deleting: bool,
    ) -> Result<Seen, EngineError> {
        if deleting && !collection.all(key).is_empty() {
            // Whatever state it is in, a failed one too: it is gone when it is no longer listed.
            return Ok(Seen::Busy);
        }
        if let Some(found) = collection.by_id(key, id) {
            return Ok(match &found.status {
                Status::Ready => Seen::Ready,
                Status::Building | Status::Changing | Status::Deleting => Seen::Busy,
                Status::AwaitsConfirmation => Seen::HalfDone,
                Status::Failed { fault } => Seen::Failed(fault.clone()),
            });
        }
        // What is said to be gone that was to stay is not believed at once.
        let believed = deleting && collection.absence() == Absence::Gone;
        if key.kind != ResourceKind::Instance || believed {
            return Ok(Seen::Gone);
        }
        match self.cloud.get(key.kind, id).await {
            Ok(_) => Ok(Seen::Busy),
            Err(CloudError::NotFound(_)) => Ok(Seen::Gone),
            Err(error) if error.is_passing() => Ok(Seen::Busy),
            Err(error) => Err(error.into()),
        }
    }
}

/// How a resource is.
pub(super) enum Seen {
    Ready,
    /// The cloud says that it runs, and it has not reported itself.
    Running,
    HalfDone,
    Busy,
    Failed(String),
    Gone,
}

/// Whether a plan makes a key's resource in place of another, which goes by a step of its own or
/// along with something else.
fn replaced(plan: &Plan, key: &Key) -> bool {
    matches!(plan.footprint.get(key), Some(Expected::Present { .. }))
}
