//! A sequence of entries that name what they come after, dealt to stages: each is in the first one
//! after all that it comes after. It knows no environment and decides no order.

use crate::steps::Until;

use super::stages::settle;
use super::target::list;
use super::{Back, Entry, Hands, Manual, Stage, Target, Wait};

/// What an entry comes after.
pub(super) struct After {
    /// Which entry.
    pub(super) entry: usize,
    /// What must hold of it.
    pub(super) holds: &'static str,
    /// Why.
    pub(super) why: String,
}

/// An entry that a person carries out.
pub(super) struct Draft {
    pub(super) what: String,
    /// What others call it that wait for it, where that is not what it is done on.
    pub(super) called: Option<&'static str>,
    pub(super) on: Vec<Target>,
    pub(super) one_at_a_time: bool,
    pub(super) manual: Vec<Manual>,
    pub(super) check: String,
    pub(super) back: Back,
}

/// Entries in the order in which they were added, which is one in which they can be done.
#[derive(Default)]
pub(super) struct Sequence {
    entries: Vec<(u32, Option<&'static str>, Entry)>,
}

impl Sequence {
    /// Adds an entry after others; its number.
    pub(super) fn add(&mut self, draft: Draft, after: Vec<After>) -> usize {
        let Draft {
            what,
            called,
            on,
            one_at_a_time,
            manual,
            check,
            back,
        } = draft;
        let mut waits = Vec::new();
        for After { entry, holds, why } in after {
            if let Some((stage, called, entry)) = self.entries.get(entry) {
                waits.push(Wait {
                    stage: *stage,
                    on: called.map_or_else(|| list(&entry.on), str::to_owned),
                    holds: holds.to_owned(),
                    until: Until::Ready,
                    why,
                });
            }
        }
        waits.sort();
        waits.dedup();
        let stage = waits.iter().map(|wait| wait.stage).max().unwrap_or(0) + 1;
        let entry = Entry {
            what,
            on,
            by: Hands::Person,
            one_at_a_time,
            manual,
            waits,
            check,
            back,
            steps: Vec::new(),
        };
        self.entries.push((stage, called, entry));
        self.entries.len() - 1
    }

    /// The stages.
    pub(super) fn stages(mut self) -> Vec<Stage> {
        self.entries.sort_by_key(|(stage, _, _)| *stage);
        let mut stages: Vec<Stage> = Vec::new();
        for (number, _, entry) in self.entries {
            if stages.last().is_none_or(|last| last.number != number) {
                stages.push(Stage {
                    number,
                    entries: Vec::new(),
                    waits_for: Vec::new(),
                    back: Back::undo(),
                });
            }
            if let Some(last) = stages.last_mut() {
                last.entries.push(entry);
            }
        }
        settle(&mut stages);
        stages
    }
}

/// Something that a person does, with its check.
pub(super) fn by_hand(what: impl Into<String>, check: impl Into<String>) -> Manual {
    Manual {
        what: what.into(),
        check: check.into(),
    }
}
