//! The side that serves: its writes stop, front before back, and the other side catches up.

use std::collections::{BTreeMap, BTreeSet};

use model::group::Role;
use model::name::GroupName;
use model::topology::Topology;

use super::{Reached, Switch, after_all};
use crate::runbook::Back;
use crate::runbook::sequence::{After, Draft};
use crate::runbook::target::Target;

impl Switch<'_> {
    /// Front before back: who writes to what is replicated stops first.
    pub(super) fn stop_writes(&mut self, ready: &[Reached]) -> BTreeMap<GroupName, usize> {
        let replicated: BTreeSet<GroupName> = self
            .pairs
            .iter()
            .map(|(serving, _)| serving.clone())
            .collect();
        let from = &self.from.environment;
        let mut stopped: BTreeMap<GroupName, usize> = BTreeMap::new();
        for name in self.from_layers.order.iter().rev() {
            let writes = self
                .from_layers
                .needed(name)
                .any(|needed| replicated.contains(needed));
            if !writes && !replicated.contains(name) {
                continue;
            }
            let mut after: Vec<After> = self
                .from_layers
                .followers(name)
                .filter_map(|front| {
                    Some(After {
                        entry: *stopped.get(front)?,
                        holds: "has stopped writing",
                        why: format!("it depends on {name} (declared)"),
                    })
                })
                .collect();
            after.extend(after_all(ready, "nothing moves before that"));
            let ordinals = self.from_layers.ordinals(name);
            let draft = if replicated.contains(name) {
                let primaries = writers(self.from, name, &ordinals);
                Draft {
                    what: format!("Stop writes on {name}: make it read-only"),
                    called: None,
                    on: vec![Target::of(from, name, primaries)],
                    one_at_a_time: false,
                    manual: Vec::new(),
                    check: "A write is refused, and reads succeed.".into(),
                    back: Back::how("Make it writable again: nothing was written elsewhere."),
                }
            } else {
                Draft {
                    what: format!("Stop what {name} writes: read-only, or stopped"),
                    called: None,
                    on: vec![Target::of(from, name, ordinals)],
                    one_at_a_time: false,
                    manual: Vec::new(),
                    check: "Nothing that it does reaches what it depends on as a write.".into(),
                    back: Back::how("Let it write again."),
                }
            };
            let entry = self.sequence.add(draft, after);
            stopped.insert(name.clone(), entry);
        }
        stopped
    }

    pub(super) fn catch_up(
        &mut self,
        stopped: &BTreeMap<GroupName, usize>,
    ) -> BTreeMap<GroupName, usize> {
        let (from, to) = (&self.from.environment, &self.to.environment);
        let mut caught_up = BTreeMap::new();
        for (serving, next) in &self.pairs {
            let after = stopped.get(serving).map(|entry| After {
                entry: *entry,
                holds: "takes no more writes",
                why: "until then there is always more to come".to_owned(),
            });
            let draft = Draft {
                what: format!("Wait until {next} has caught up with {serving} of {from}"),
                called: None,
                on: vec![Target::of(to, next, self.to_layers.ordinals(next))],
                one_at_a_time: false,
                manual: Vec::new(),
                check: format!(
                    "Each has what {serving} of {from} wrote last: compare positions, or sizes and times of files."
                ),
                back: Back::how(format!(
                    "Make {serving} of {from} writable again: nothing is lost."
                )),
            };
            let entry = self.sequence.add(draft, after.into_iter().collect());
            caught_up.insert(next.clone(), entry);
        }
        caught_up
    }
}

/// Those that take the writes: the primaries, or all where nobody said which.
pub(super) fn writers(topology: &Topology, name: &GroupName, ordinals: &[u32]) -> Vec<u32> {
    let roles = topology.groups.get(name).map(|group| &group.roles);
    let primaries: Vec<u32> = ordinals
        .iter()
        .filter(|ordinal| roles.and_then(|roles| roles.get(ordinal)) == Some(&Role::Primary))
        .copied()
        .collect();
    if !primaries.is_empty() {
        return primaries;
    }
    // Replicas of another site alone: the lowest was promoted, and takes the writes.
    if roles.is_some_and(|roles| !roles.is_empty()) {
        return ordinals.iter().take(1).copied().collect();
    }
    ordinals.to_vec()
}
