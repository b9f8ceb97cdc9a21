//! The order between groups, read from the planner's steps: which group's instances wait for which
//! other's when an environment is set up. Groups without instances at the sizing are not among them.

use std::collections::{BTreeMap, BTreeSet};

use model::key::ResourceKind;
use model::name::GroupName;
use model::resolved::Resolved;

use super::RunbookError;
use super::stages::place;
use crate::planner::plan;
use crate::state::State;

/// What each group waits for, and its instances by ordinal. The groups stand back before front: each
/// after all that it waits for.
pub(super) struct Layers {
    pub(super) order: Vec<GroupName>,
    pub(super) needs: BTreeMap<GroupName, BTreeSet<GroupName>>,
    pub(super) instances: BTreeMap<GroupName, Vec<u32>>,
}

impl Layers {
    /// Reads them from the plan that sets the environment up.
    pub(super) fn of(state: &State<'_>) -> Result<Self, RunbookError> {
        let plan = plan(&Resolved::default(), state.resolved())?;
        let mut order = Vec::new();
        let mut needs: BTreeMap<GroupName, BTreeSet<GroupName>> = BTreeMap::new();
        let mut instances: BTreeMap<GroupName, Vec<u32>> = BTreeMap::new();
        for step in &plan.steps {
            if step.key.kind != ResourceKind::Instance {
                continue;
            }
            let Some((group, ordinal)) = place(&step.key) else {
                continue;
            };
            if !instances.contains_key(&group) {
                order.push(group.clone());
            }
            instances.entry(group.clone()).or_default().push(ordinal);
            let needed = needs.entry(group.clone()).or_default();
            for need in &step.needs {
                let other = plan
                    .steps
                    .get(need.step as usize)
                    .filter(|step| step.key.kind == ResourceKind::Instance)
                    .and_then(|step| place(&step.key));
                if let Some((other, _)) = other.filter(|(other, _)| *other != group) {
                    needed.insert(other);
                }
            }
        }
        for ordinals in instances.values_mut() {
            ordinals.sort_unstable();
        }
        Ok(Self {
            order,
            needs,
            instances,
        })
    }

    /// What a group waits for.
    pub(super) fn needed(&self, group: &GroupName) -> impl Iterator<Item = &GroupName> {
        self.needs.get(group).into_iter().flatten()
    }

    /// The groups that wait for one.
    pub(super) fn followers<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> impl Iterator<Item = &'a GroupName> {
        let waiting = self.needs.iter();
        waiting
            .filter(move |(_, needs)| needs.contains(group))
            .map(|(name, _)| name)
    }

    /// The ordinals of a group's instances.
    pub(super) fn ordinals(&self, group: &GroupName) -> Vec<u32> {
        self.instances.get(group).cloned().unwrap_or_default()
    }
}
