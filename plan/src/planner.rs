//! The planner: makes one ordered plan of the difference between what is there and what is wanted.
//! It is deterministic, and planning again after success yields nothing.
//!
//! The road: what is wanted is settled on what is there (values that the cloud has chosen stay),
//! both are compared, each change becomes one step or, where the cloud can't change a resource in
//! place, two; replacing one thing draws its parts along, and what the cloud takes away together
//! with something else needs no step of its own; then the graph of needs is sorted.

mod fate;
mod graph;
mod sort;

use std::collections::BTreeMap;

use model::key::Key;
use model::resolved::Resolved;
use model::resource::Resource;

use self::fate::{Fate, Fates};
use self::graph::{Graph, Verb};
use crate::canonical;
use crate::sizes::{self, Sizes};
use crate::steps::{Expected, Inverse, Need, Plan, Step, StepAct};

/// Why no plan can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Resources wait for each other.
    #[error("these wait for each other, so none can come first: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Circle(Vec<Key>),
    /// A resource hangs on one that is not in the topology.
    #[error("{0} needs {1}, which the topology does not have")]
    Dangling(Key, Key),
    /// A mistake of ours.
    #[error(transparent)]
    NoCanonicalForm(#[from] canonical::NoCanonicalForm),
}

/// Makes the plan that turns `observed` into `target`.
pub fn plan(observed: &Resolved, target: &Resolved) -> Result<Plan, PlanError> {
    plan_with(observed, target, &Sizes::new())
}

/// The same, with the sizes that the cloud was asked for (see [`crate::sizes`]).
pub fn plan_with(observed: &Resolved, target: &Resolved, sizes: &Sizes) -> Result<Plan, PlanError> {
    let target = target.settled_on(observed);
    let fates = Fates::of(observed, &target)?;
    let graph = Graph::of(target.order(), &observed.order, &fates);
    let sorted = sort::sort(&graph).map_err(|waiting| {
        let keys = waiting.into_iter().filter_map(|node| fates.at(node.of));
        PlanError::Circle(keys.map(|(key, _)| key.clone()).collect())
    })?;
    let mut number = vec![None; graph.len()];
    for (step, node) in (0_u32..).zip(&sorted) {
        if let Some(number) = number.get_mut(graph.number(*node)) {
            *number = Some(step);
        }
    }
    let mut steps = Vec::with_capacity(sorted.len());
    for node in sorted {
        let Some((key, fate)) = fates.at(node.of) else {
            continue;
        };
        let made = |resource: &Resource| {
            let resource = match target.wanted().resources.get(key) {
                Some(wanted) => resource.made_anew(wanted),
                None => resource.clone(),
            };
            sizes::settle(resource, sizes.get(key).copied())
        };
        let act = act(fate, node.verb, made);
        let mut needs: Vec<Need> = graph
            .needs(graph.number(node))
            .filter_map(|(node, until)| {
                let step = number.get(node).copied().flatten()?;
                Some(Need { step, until })
            })
            .collect();
        needs.sort_unstable();
        let inverse = inverse(&act);
        steps.push(Step {
            key: key.clone(),
            act,
            needs,
            inverse,
        });
    }
    let footprint: BTreeMap<Key, Expected> = fates
        .iter()
        .map(|(key, fate)| {
            let expected = match fate {
                Fate::Create(_) => Expected::Absent,
                Fate::Delete(resource) | Fate::Update(resource, _) | Fate::Replace(resource, _) => {
                    Expected::Present {
                        resource: resource.clone(),
                    }
                }
            };
            (key.clone(), expected)
        })
        .collect();
    let hash = canonical::hash(&(&steps, &footprint))?;
    Ok(Plan {
        steps,
        footprint,
        hash,
    })
}

/// What a step does: one of the one or two or three that a fate takes.
fn act(fate: Fate<'_>, verb: Verb, made: impl Fn(&Resource) -> Resource) -> StepAct {
    match (fate, verb) {
        (Fate::Create(after) | Fate::Replace(_, after), Verb::Make) => {
            let after = made(after);
            StepAct::Create {
                resource: after.on_the_way(None).unwrap_or(after),
            }
        }
        (Fate::Update(before, after), Verb::Make) => StepAct::Update {
            before: before.clone(),
            after: after
                .on_the_way(Some(before))
                .unwrap_or_else(|| after.clone()),
        },
        (Fate::Create(after) | Fate::Replace(_, after), Verb::Finish) => {
            let after = made(after);
            StepAct::Update {
                before: after.on_the_way(None).unwrap_or_else(|| after.clone()),
                after,
            }
        }
        (Fate::Update(before, after), Verb::Finish) => StepAct::Update {
            before: after
                .on_the_way(Some(before))
                .unwrap_or_else(|| before.clone()),
            after: after.clone(),
        },
        (Fate::Delete(resource) | Fate::Replace(resource, _), _)
        | (Fate::Create(resource) | Fate::Update(_, resource), Verb::Delete) => StepAct::Delete {
            resource: resource.clone(),
        },
    }
}

/// How a step is taken back. What was on a disk that is gone can't be brought back.
fn inverse(act: &StepAct) -> Inverse {
    match act {
        StepAct::Create { .. } | StepAct::Update { .. } => Inverse::Opposite,
        StepAct::Delete { resource } => match resource {
            Resource::Instance(_) => Inverse::Impossible {
                why: "what was on the instance's own disk is gone with it".into(),
            },
            Resource::Volume(_) => Inverse::Impossible {
                why: "what was on the volume is gone with it".into(),
            },
            Resource::FloatingIp(_) => Inverse::Impossible {
                why: "the cloud may give the address to somebody else".into(),
            },
            Resource::VolumeSnapshot(_) | Resource::Image(_) => Inverse::Impossible {
                why: "what it was taken of has changed since".into(),
            },
            Resource::Network(_)
            | Resource::Subnet(_)
            | Resource::Router(_)
            | Resource::RouterInterface(_)
            | Resource::SecurityGroup(_)
            | Resource::SecurityRules(_)
            | Resource::ServerGroup(_)
            | Resource::Keypair(_)
            | Resource::VolumeAttachment(_) => Inverse::Opposite,
        },
    }
}
