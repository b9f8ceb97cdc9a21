//! How far reality has come towards a plan: `6 of 14 done`, with what is left. What differs is found
//! by the one diff, on resources, as the planner sees them; nothing here decides what a difference is.

use std::collections::BTreeSet;

use model::count::Sizing;
use model::diff::ChangeRow;
use model::key::Key;
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use serde::{Deserialize, Serialize};

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many changes are done.
    pub done: usize,
    /// How many there are in all: those that were to be done when it began, and those that came to be.
    pub of: usize,
    /// What is left, by kind and name.
    pub left: Vec<ChangeRow>,
}

impl Progress {
    /// `6 of 14 done`.
    pub fn sentence(&self) -> String {
        let Self { done, of, left: _ } = self;
        if *of == 0 {
            "nothing to do: it is as planned".to_owned()
        } else {
            format!("{done} of {of} done")
        }
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.left.is_empty()
    }
}

/// Holds a planned state against what is there now. It is counted from what was there when it began;
/// nothing was there where that is none.
pub fn progress(planned: &Topology, now: Option<&Topology>, begun: Option<&Topology>) -> Progress {
    let at = |topology: Option<&Topology>| {
        topology.map_or_else(Resolved::default, |there| resolve(there, &Sizing::Planned))
    };
    let target = resolve(planned, &Sizing::Planned);
    let keys = |from: &Resolved| -> BTreeSet<Key> {
        let settled = target.settled_on(from);
        let diff = settled.diff_from(from);
        diff.changes
            .into_iter()
            .map(|change| change.key.clone())
            .collect()
    };
    let now = at(now);
    let settled = target.settled_on(&now);
    let diff = settled.diff_from(&now);
    let mut all = keys(&at(begun));
    all.extend(diff.changes.iter().map(|change| change.key.clone()));
    let left = diff.report().changes;
    Progress {
        done: all.len().saturating_sub(left.len()),
        of: all.len(),
        left,
    }
}
