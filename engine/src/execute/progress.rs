//! How far the steps of a plan are in one run, and what can be done next. Nothing here asks a cloud
//! or writes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::Phase;
use plan::Plan;
use plan::steps::{Need, Step, Until};

use super::call::At;
use super::pace::{Pace, Sort, Taken, Urgency};
use super::turns::Turns;
use crate::port::Status;

/// How far a step has come in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It has not begun.
    Waiting,
    /// A call is under way.
    Calling,
    /// The cloud has it, since this time of the monotonic clock.
    Made { id: CloudId, since: Duration },
    /// The cloud says that it runs, since this time; it has not reported itself.
    Running { id: CloudId, since: Duration },
    /// It is so.
    Done,
}

/// A plan being carried out.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) phase: Phase,
    pub(super) progress: Vec<Progress>,
    pub(super) attempts: Vec<u32>,
    /// Why each step's attempts failed so far, without repetitions.
    pub(super) whys: BTreeMap<usize, Vec<String>>,
    /// Since when the cloud has had each step's current attempt.
    pub(super) since: Vec<Option<Duration>>,
    pub(super) ids: BTreeMap<Key, CloudId>,
    /// What was there of each key when the run began or was last looked at.
    pub(super) there: BTreeMap<Key, Vec<(CloudId, Status)>>,
    /// When to look.
    pub(super) pace: Pace,
    /// Whose turn it is.
    pub(super) turns: Turns<'a>,
}

/// A step that the cloud has taken.
pub(super) struct Made<'a> {
    pub(super) index: usize,
    pub(super) at: At<'a>,
    pub(super) id: CloudId,
    /// Since this time of the monotonic clock.
    pub(super) since: Duration,
}

impl Made<'_> {
    pub(super) const fn sort(&self) -> Sort {
        (self.at.step.key.kind, self.at.step.act.verb())
    }
}

impl<'a> Run<'a> {
    /// A plan of which nothing is done yet.
    pub(super) fn new(plan: &'a Plan, phase: Phase, pace: Pace) -> Self {
        let count = plan.steps.len();
        Self {
            plan,
            phase,
            progress: vec![Progress::Waiting; count],
            attempts: vec![1; count],
            whys: BTreeMap::new(),
            since: vec![None; count],
            ids: BTreeMap::new(),
            there: BTreeMap::new(),
            pace,
            turns: Turns::of(plan),
        }
    }

    /// The next step to begin, if so many calls may be under way at once.
    pub(super) fn next(&self, calls_in_flight: usize) -> Option<usize> {
        self.turns.next(&self.progress, calls_in_flight)
    }

    pub(super) fn at(&self, index: usize) -> At<'a> {
        At {
            phase: self.phase,
            number: u32::try_from(index).unwrap_or(u32::MAX),
            step: &self.plan.steps[index],
            attempt: self.attempts[index],
        }
    }

    /// The steps that a waiting one could follow once it is seen that they are done: all that it
    /// needs is with the cloud; each with the height of the highest that waits for it. What has yet
    /// to report itself is not helped on by a look.
    fn awaited(&self) -> BTreeMap<usize, u32> {
        let has = |need: &Need| match self.progress.get(need.step as usize) {
            Some(Progress::Made { .. } | Progress::Done) => true,
            Some(Progress::Running { .. }) => need.until != Until::Ready,
            Some(Progress::Waiting | Progress::Calling) | None => false,
        };
        let mut awaited = BTreeMap::new();
        for (index, step) in self.waiting() {
            if step.needs.iter().all(has) {
                for need in &step.needs {
                    let height = awaited.entry(need.step as usize).or_insert(0);
                    *height = self.turns.height(index).max(*height);
                }
            }
        }
        awaited
    }

    fn waiting(&self) -> impl Iterator<Item = (usize, &'a Step)> {
        let steps = self.plan.steps.iter().enumerate();
        steps.filter(|(index, _)| self.progress[*index] == Progress::Waiting)
    }

    /// What the next look is for. The run waits for what the highest of all waiting steps waits for,
    /// and for all of it where nothing else is to be done.
    pub(super) fn taken(&self, made: &[Made<'_>]) -> Vec<Taken> {
        let awaited = self.awaited();
        let highest = self
            .waiting()
            .map(|(index, _)| self.turns.height(index))
            .max();
        let idle = self.calls() == 0;
        made.iter()
            .map(|made| Taken {
                sort: made.sort(),
                since: made.since,
                urgency: if idle || awaited.get(&made.index).copied() == highest {
                    Urgency::Pressing
                } else {
                    Urgency::Patient
                },
            })
            .collect()
    }

    /// What is worth a look now: what somebody waits for, what was left alone for long, and all
    /// where nothing else is to be done. One list tells of all of a kind, so it is asked of them all.
    pub(super) fn worth_looking(&self, now: Duration) -> Vec<Made<'a>> {
        let mut made = self.made();
        let awaited = self.awaited();
        let idle = self.calls() == 0;
        let kinds: BTreeSet<ResourceKind> = made
            .iter()
            .filter(|made| {
                let kind = made.at.step.key.kind;
                awaited.contains_key(&made.index) || self.pace.is_overdue(now, kind, made.since)
            })
            .map(|made| made.at.step.key.kind)
            .collect();
        if !kinds.is_empty() || !idle {
            made.retain(|made| kinds.contains(&made.at.step.key.kind));
        }
        made
    }

    pub(super) fn all_done(&self) -> bool {
        self.progress
            .iter()
            .all(|progress| *progress == Progress::Done)
    }

    pub(super) fn done(&self) -> u32 {
        let done = self
            .progress
            .iter()
            .filter(|progress| **progress == Progress::Done)
            .count();
        u32::try_from(done).unwrap_or(u32::MAX)
    }

    fn made(&self) -> Vec<Made<'a>> {
        let made = |(index, progress): (usize, &Progress)| match progress {
            Progress::Made { id, since } => Some(Made {
                index,
                at: self.at(index),
                id: id.clone(),
                since: *since,
            }),
            Progress::Waiting | Progress::Calling | Progress::Running { .. } | Progress::Done => {
                None
            }
        };
        self.progress.iter().enumerate().filter_map(made).collect()
    }

    /// What the cloud says runs, and has not reported itself.
    pub(super) fn running(&self) -> Vec<Made<'a>> {
        let running = |(index, progress): (usize, &Progress)| match progress {
            Progress::Running { id, since } => Some(Made {
                index,
                at: self.at(index),
                id: id.clone(),
                since: *since,
            }),
            Progress::Waiting | Progress::Calling | Progress::Made { .. } | Progress::Done => None,
        };
        let all = self.progress.iter().enumerate();
        all.filter_map(running).collect()
    }

    /// Takes those out that have run for too long without a report.
    pub(super) fn take_overdue(
        &mut self,
        now: Duration,
        patience: Duration,
    ) -> Vec<(Key, CloudId)> {
        let mut overdue = Vec::new();
        for (progress, step) in self.progress.iter_mut().zip(&self.plan.steps) {
            if let Progress::Running { id, since } = progress
                && now.saturating_sub(*since) > patience
            {
                overdue.push((step.key.clone(), id.clone()));
                *progress = Progress::Calling;
            }
        }
        overdue
    }

    pub(super) fn calls(&self) -> usize {
        self.progress
            .iter()
            .filter(|progress| **progress == Progress::Calling)
            .count()
    }
}
