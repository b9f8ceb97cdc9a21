//! How far the steps of a plan are in one run, and what can be done next. Nothing here asks a cloud
//! or writes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::Phase;
use plan::Plan;
use plan::steps::{Need, Until};

use super::call::At;
use super::pace::{Pace, Sort};
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
    pub(super) fn at(&self, index: usize) -> At<'a> {
        At {
            phase: self.phase,
            number: u32::try_from(index).unwrap_or(u32::MAX),
            step: &self.plan.steps[index],
            attempt: self.attempts[index],
        }
    }

    pub(super) fn may_begin(&self, index: usize) -> bool {
        self.progress[index] == Progress::Waiting
            && self.plan.steps[index].needs.iter().all(|need| {
                let progress = self.progress.get(need.step as usize);
                match need.until {
                    Until::Exists => matches!(
                        progress,
                        Some(Progress::Made { .. } | Progress::Running { .. } | Progress::Done)
                    ),
                    Until::Running => {
                        matches!(progress, Some(Progress::Running { .. } | Progress::Done))
                    }
                    Until::Ready => matches!(progress, Some(Progress::Done)),
                }
            })
    }

    /// The steps that a waiting one could follow once it is seen that they are done: all that it
    /// needs is with the cloud. What has yet to report itself is not helped on by a look.
    fn awaited(&self) -> BTreeSet<usize> {
        let has = |need: &Need| match self.progress.get(need.step as usize) {
            Some(Progress::Made { .. } | Progress::Done) => true,
            Some(Progress::Running { .. }) => need.until != Until::Ready,
            Some(Progress::Waiting | Progress::Calling) | None => false,
        };
        self.plan
            .steps
            .iter()
            .zip(&self.progress)
            .filter(|(_, progress)| **progress == Progress::Waiting)
            .filter(|(step, _)| step.needs.iter().all(has))
            .flat_map(|(step, _)| step.needs.iter().map(|need| need.step as usize))
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
                awaited.contains(&made.index) || self.pace.is_overdue(now, kind, made.since)
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
