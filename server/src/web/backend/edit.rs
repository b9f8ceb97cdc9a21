//! The editor: the plan that it begins with, and what is to be said of a draft. Nothing here stores
//! anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::data::{EditData, EditKnown, Merging, Open, PlacedFinding};
use app::routes::{EditAsk, EnvironmentAsk};
use engine::around::{Around, Beheld};
use model::diff::diff_items;
use model::edit::{self, Draft};
use model::environment::{EnvironmentKind, Layer};
use model::id::RevisionNumber;
use model::merge::{Choices, merge};
use model::name::EnvironmentName;
use model::topology::Topology;
use plan::buildable::obstacles;
use plan::capacity::capacity_of;
use plan::finding::sorted;

use super::environments::by_severity;
use super::{Failed, Reader, not_found};
use crate::web::trouble::bad_request;

/// The plan that is edited, and what it is.
pub(in crate::web) struct Base {
    pub(in crate::web) known: EditKnown,
    /// What the draft is compared with: what is planned, or nothing.
    pub(in crate::web) planned: Option<Topology>,
    /// What the draft begins with.
    pub(in crate::web) begins: Topology,
    /// What a draft is judged by.
    pub(in crate::web) around: Arc<Around>,
}

/// What the draft and another change are merged by.
pub(in crate::web) struct Merge<'a> {
    /// What both began with, by its number.
    pub(in crate::web) base: RevisionNumber,
    /// The state that is merged in, by its number.
    pub(in crate::web) theirs: RevisionNumber,
    /// What a person chose.
    pub(in crate::web) choices: &'a Choices,
}

/// What came of merging.
pub(in crate::web) enum Merged {
    /// Both changes in one.
    Whole(Box<Draft>),
    /// Somebody has to choose.
    Open(Merging),
}

impl Reader {
    /// The editor as it begins.
    pub(super) async fn read_edit(&self, ask: &EditAsk) -> Result<EditData, Failed> {
        let EditAsk {
            environment,
            kind,
            back,
            open,
        } = ask;
        let base = self.base_of_edit(environment, *kind).await?;
        let draft = edit::first(&base.begins);
        let open = open.as_ref().and_then(|open| open.parse::<Open>().ok());
        let mut data = Self::judged(environment, &base, draft);
        data.open = open;
        let Some(number) = back else {
            return Ok(data);
        };
        if number.0 < 2 {
            return Err(bad_request(format!(
                "Before revision {number} there was no plan: take the environment down instead."
            )));
        }
        // What came before that revision is one change of it, and what came after it the other.
        let by = Merge {
            base: *number,
            theirs: RevisionNumber(number.0 - 1),
            choices: &BTreeMap::new(),
        };
        let comment = format!("takes back revision {number}");
        match self.merged(environment, &base.begins, &by).await? {
            Merged::Whole(draft) => {
                data = Self::judged(environment, &base, *draft);
                data.notice = Some(format!(
                    "What revision {number} changed is taken back in this draft: look at it, then save."
                ));
            }
            Merged::Open(merging) => data.merging = Some(merging),
        }
        data.comment = comment;
        Ok(data)
    }

    /// What is planned of an environment, or what its first plan begins with.
    pub(in crate::web) async fn base_of_edit(
        &self,
        name: &EnvironmentName,
        kind: Option<EnvironmentKind>,
    ) -> Result<Base, Failed> {
        let around = Arc::clone(self.around().await?);
        let Some(environment) = self.store().environment(name).await? else {
            let kind = kind.unwrap_or(EnvironmentKind::Production);
            return Ok(Base {
                known: EditKnown::New,
                planned: None,
                begins: Topology::empty(name.clone(), kind),
                around,
            });
        };
        let ask = EnvironmentAsk::default();
        let (revision, topology) = self.state_of(&environment, &ask).await?;
        match revision.layer {
            Layer::Planned => Ok(Base {
                known: EditKnown::Planned(revision.number),
                planned: Some(topology.clone()),
                begins: topology,
                around,
            }),
            Layer::Observed => Ok(Base {
                known: EditKnown::Observed,
                planned: None,
                begins: planned_as_observed(topology),
                around,
            }),
        }
    }

    /// A planned state that there once was.
    pub(in crate::web) async fn planned_at(
        &self,
        name: &EnvironmentName,
        number: RevisionNumber,
    ) -> Result<Topology, Failed> {
        let environment = self.environment_of(name).await?;
        let state = self
            .store()
            .revision(environment.id, Layer::Planned, Some(number))
            .await?;
        state
            .map(|(_, topology)| topology)
            .ok_or_else(|| not_found(&format!("planned revision {number} of {name}")))
    }

    /// Merges a draft with another change of the same plan.
    pub(in crate::web) async fn merged(
        &self,
        name: &EnvironmentName,
        ours: &Topology,
        by: &Merge<'_>,
    ) -> Result<Merged, Failed> {
        let Merge {
            base,
            theirs,
            choices,
        } = by;
        let before = self.planned_at(name, *base).await?;
        let other = self.planned_at(name, *theirs).await?;
        let merged = |choices| {
            merge(&before, ours, &other, choices).map_err(|error| bad_request(error.to_string()))
        };
        let done = merged(choices)?;
        if done.conflicts.is_empty() {
            return Ok(Merged::Whole(Box::new(edit::first(&done.topology))));
        }
        // All of them are shown again, also those that were chosen for.
        let all = merged(&BTreeMap::new())?.conflicts;
        let conflicts = all
            .into_iter()
            .map(|conflict| {
                let chosen = choices.get(&conflict.place).copied();
                (conflict, chosen)
            })
            .collect();
        Ok(Merged::Open(Merging {
            base: *base,
            theirs: *theirs,
            conflicts,
        }))
    }

    /// A draft with what is to be said of it.
    pub(in crate::web) fn judged(name: &EnvironmentName, base: &Base, draft: Draft) -> EditData {
        let topology = draft.topology.as_ref();
        let empty = Topology::empty(name.clone(), base.begins.kind);
        let before = base.planned.as_ref().unwrap_or(&empty);
        let found = |topology: &Topology| {
            let found = base.around.findings(topology, Beheld::default());
            let placed = sorted(found, &topology.mute, base.around.today());
            let placed = placed.told.into_iter();
            by_severity(
                placed
                    .map(|finding| PlacedFinding {
                        finding,
                        environment: name.clone(),
                        layer: Layer::Planned,
                        since: None,
                    })
                    .collect(),
            )
        };
        let lacking = |topology: &Topology| {
            obstacles(topology)
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        EditData {
            environment: name.clone(),
            known: base.known,
            open: None,
            comment: String::new(),
            notice: None,
            trouble: None,
            difference: topology.map(|topology| {
                let (before, after) = (
                    model::diff::comparable_items(before),
                    model::diff::comparable_items(topology),
                );
                diff_items(&before, &after).report()
            }),
            totals: topology.map(|topology| capacity_of(topology).totals),
            findings: topology.map(found).unwrap_or_default(),
            obstacles: topology.map(lacking).unwrap_or_default(),
            merging: None,
            draft,
        }
    }
}

/// What was observed, as a plan: what it consists of, without what was seen of single instances.
fn planned_as_observed(mut topology: Topology) -> Topology {
    topology.layer = Layer::Planned;
    for group in topology.groups.values_mut() {
        group.instances.clear();
    }
    topology
}
