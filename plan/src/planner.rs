//! The planner: makes one ordered plan of the difference between what is there and what is wanted.
//! It is deterministic, and planning again after success yields nothing.
//!
//! The road: what is wanted is settled on what is there (values that the cloud has chosen stay),
//! both are compared, each change becomes one step or, where the cloud can't change a resource in
//! place, two; replacing one thing draws its parts along, and what the cloud takes away together
//! with something else needs no step of its own; then the graph of needs is sorted.

use std::collections::{BTreeMap, BTreeSet};

use model::diff::{Delta, diff_resolved};
use model::group::Readiness;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resolved::Resolved;
use model::resource::{Bond, Resource};

use crate::canonical;
use crate::sizes::{self, Sizes};
use crate::steps::{Expected, Inverse, Need, Plan, Step, StepAct, Until};

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

/// What happens to one resource.
#[derive(Clone, Copy)]
enum Fate<'a> {
    Create(&'a Resource),
    Delete(&'a Resource),
    Update(&'a Resource, &'a Resource),
    Replace(&'a Resource, &'a Resource),
}

/// A node of the graph: a resource may be taken away and made anew, and may come to what is wanted
/// in two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Delete,
    Make,
    Finish,
}

type Node<'a> = (Verb, &'a Key);

/// Makes the plan that turns `observed` into `target`.
pub fn plan(observed: &Resolved, target: &Resolved) -> Result<Plan, PlanError> {
    plan_with(observed, target, &Sizes::new())
}

/// The same, with the sizes that the cloud was asked for (see [`crate::sizes`]).
pub fn plan_with(observed: &Resolved, target: &Resolved, sizes: &Sizes) -> Result<Plan, PlanError> {
    let wanted = target;
    let target = wanted.settled_on(observed);
    let fates = fates(observed, &target)?;
    let graph = graph(observed, &target, &fates);
    let sorted = sort(&graph)?;
    let number: BTreeMap<Node<'_>, u32> = (0_u32..)
        .zip(&sorted)
        .map(|(number, node)| (*node, number))
        .collect();

    let mut steps = Vec::with_capacity(sorted.len());
    for node @ (verb, key) in sorted {
        let Some(fate) = fates.get(key) else { continue };
        let made = |resource: &Resource| {
            let resource = match wanted.resources.get(key) {
                Some(wanted) => resource.made_anew(wanted),
                None => resource.clone(),
            };
            sizes::settle(resource, sizes.get(key).copied())
        };
        let act = match (fate, verb) {
            (Fate::Create(after) | Fate::Replace(_, after), Verb::Make) => {
                let after = made(after);
                StepAct::Create {
                    resource: after.on_the_way(None).unwrap_or(after),
                }
            }
            (Fate::Update(before, after), Verb::Make) => StepAct::Update {
                before: (*before).clone(),
                after: after
                    .on_the_way(Some(before))
                    .unwrap_or_else(|| (*after).clone()),
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
                    .unwrap_or_else(|| (*before).clone()),
                after: (*after).clone(),
            },
            (Fate::Delete(resource) | Fate::Replace(resource, _), _)
            | (Fate::Create(resource) | Fate::Update(_, resource), Verb::Delete) => {
                StepAct::Delete {
                    resource: (*resource).clone(),
                }
            }
        };
        let needs = graph
            .get(&node)
            .into_iter()
            .flatten()
            .filter_map(|(node, until)| {
                number.get(node).map(|step| Need {
                    step: *step,
                    until: *until,
                })
            })
            .collect::<BTreeSet<Need>>();
        let inverse = inverse(&act);
        steps.push(Step {
            key: key.clone(),
            act,
            needs: needs.into_iter().collect(),
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
                        resource: (*resource).clone(),
                    }
                }
            };
            ((*key).clone(), expected)
        })
        .collect();
    let hash = canonical::hash(&(&steps, &footprint))?;
    Ok(Plan {
        steps,
        footprint,
        hash,
    })
}

/// What happens to each resource that doesn't stay as it is.
fn fates<'a>(
    observed: &'a Resolved,
    target: &'a Resolved,
) -> Result<BTreeMap<&'a Key, Fate<'a>>, PlanError> {
    let mut fates = BTreeMap::new();
    for change in diff_resolved(observed, target).changes {
        let fate = match change.delta {
            Delta::Added(resource) => Fate::Create(resource),
            Delta::Removed(resource) => Fate::Delete(resource),
            Delta::Changed {
                before,
                after,
                fields: _,
            } => {
                if before.changes_in_place(after) {
                    Fate::Update(before, after)
                } else {
                    Fate::Replace(before, after)
                }
            }
        };
        fates.insert(change.key, fate);
    }
    for (key, resource) in &target.resources {
        for (other, bond) in resource.bonds() {
            if bond != Bond::Told && !target.resources.contains_key(&other) {
                return Err(PlanError::Dangling(key.clone(), other));
            }
        }
    }
    // A resource that is made anew draws along what is part of it or needs it; what only refers to
    // it is set again. Keys come in the order of kinds, and no kind hangs on a later one, so a few
    // passes are enough; each pass only ever adds.
    loop {
        let mut drawn: Vec<(&'a Key, Fate<'a>)> = Vec::new();
        for (key, after) in &target.resources {
            let Some((_, before)) = observed.resources.get_key_value(key) else {
                continue;
            };
            if matches!(fates.get(key), Some(Fate::Replace(..))) {
                continue;
            }
            for (other, bond) in after.bonds().into_iter().chain(before.bonds()) {
                let fate = match (fates.get(&other), bond) {
                    (Some(Fate::Replace(..)), Bond::Part | Bond::Needs) => {
                        Fate::Replace(before, after)
                    }
                    (Some(Fate::Replace(..)), Bond::Refers) if !fates.contains_key(key) => {
                        Fate::Update(before, after)
                    }
                    _ => continue,
                };
                drawn.push((key, fate));
                if matches!(fate, Fate::Replace(..)) {
                    break;
                }
            }
        }
        if drawn.is_empty() {
            return Ok(fates);
        }
        fates.extend(drawn);
    }
}

type Graph<'a> = BTreeMap<Node<'a>, BTreeMap<Node<'a>, Until>>;

/// What comes before what.
fn graph<'a>(
    observed: &'a Resolved,
    target: &'a Resolved,
    fates: &BTreeMap<&'a Key, Fate<'a>>,
) -> Graph<'a> {
    let mut graph: Graph<'a> = Graph::new();
    for (key, fate) in fates {
        let between = match fate {
            Fate::Create(after) | Fate::Replace(_, after) => after.on_the_way(None),
            Fate::Update(before, after) => after.on_the_way(Some(before)),
            Fate::Delete(_) => None,
        };
        if between.is_some() {
            graph
                .entry((Verb::Finish, key))
                .or_default()
                .insert((Verb::Make, key), Until::Ready);
        }
        match fate {
            Fate::Create(_) | Fate::Update(..) => {
                graph.entry((Verb::Make, key)).or_default();
            }
            Fate::Delete(before) => {
                if whole(before, fates).is_none() {
                    graph.entry((Verb::Delete, key)).or_default();
                }
            }
            Fate::Replace(before, _) => {
                let make = graph.entry((Verb::Make, key)).or_default();
                if whole(before, fates).is_none() {
                    make.insert((Verb::Delete, key), Until::Ready);
                    graph.entry((Verb::Delete, key)).or_default();
                }
            }
        }
    }
    let nodes: BTreeSet<Node<'a>> = graph.keys().copied().collect();
    let mut edge = |node: Node<'a>, before: Node<'a>, until: Until| {
        if node != before && nodes.contains(&node) && nodes.contains(&before) {
            let edges = graph.entry(node).or_default();
            let known = edges.entry(before).or_insert(until);
            *known = (*known).max(until);
        }
    };
    for (key, fate) in fates {
        let (before, after) = match fate {
            Fate::Create(after) => (None, Some(*after)),
            Fate::Delete(before) => (Some(*before), None),
            Fate::Update(before, after) | Fate::Replace(before, after) => {
                (Some(*before), Some(*after))
            }
        };
        for (other, bond) in after.into_iter().flat_map(Resource::bonds) {
            if bond == Bond::Told && matches!(fate, Fate::Update(..)) {
                continue;
            }
            if let Some((other, _)) = target.resources.get_key_value(&other) {
                if bond == Bond::Told {
                    edge((Verb::Make, key), (Verb::Make, other), Until::Exists);
                    continue;
                }
                edge((Verb::Make, key), (Verb::Make, other), until(key, other));
                // What hangs on it is done while nothing else happens to it.
                edge((Verb::Finish, other), (Verb::Make, key), Until::Ready);
            }
        }
        for (other, bond) in before.into_iter().flat_map(Resource::bonds) {
            let Some((other, _)) = observed.resources.get_key_value(&other) else {
                continue;
            };
            match bond {
                Bond::Part | Bond::Needs => {
                    // It goes before what it hangs on goes, or is worked on. What goes along with
                    // something else is gone when that is; what it only named is free by then.
                    let gone = match before.and_then(|before| whole(before, fates)) {
                        None => key,
                        Some(whole) if bond == Bond::Part => whole,
                        Some(_) => continue,
                    };
                    edge((Verb::Delete, other), (Verb::Delete, gone), Until::Ready);
                    edge((Verb::Make, other), (Verb::Delete, gone), Until::Ready);
                    edge((Verb::Finish, other), (Verb::Delete, gone), Until::Ready);
                    // It stops hanging on it before that goes.
                    if matches!(fate, Fate::Update(..)) {
                        edge((Verb::Delete, other), (Verb::Make, key), Until::Ready);
                    }
                }
                Bond::Told => {}
                // The cloud clears the reference by itself; it is set again after that.
                Bond::Refers => edge((Verb::Make, key), (Verb::Delete, other), Until::Ready),
            }
        }
    }
    declared_order(observed, target, fates, &mut edge);
    one_image_at_a_time(fates, &mut edge);
    graph
}

/// A cloud makes one image of an instance at a time.
fn one_image_at_a_time<'a>(
    fates: &BTreeMap<&'a Key, Fate<'a>>,
    edge: &mut impl FnMut(Node<'a>, Node<'a>, Until),
) {
    let mut last: BTreeMap<&CloudId, &'a Key> = BTreeMap::new();
    for (key, fate) in fates {
        if let Fate::Create(Resource::Image(image)) | Fate::Replace(_, Resource::Image(image)) =
            fate
            && let Some(instance) = image.instance.fixed()
            && let Some(before) = last.insert(instance, key)
        {
            edge((Verb::Make, key), (Verb::Make, before), Until::Ready);
        }
    }
}

/// What the cloud takes it away with, where that goes: then nobody needs to ask.
fn whole<'a>(resource: &Resource, fates: &BTreeMap<&'a Key, Fate<'a>>) -> Option<&'a Key> {
    let (key, fate) = fates.get_key_value(resource.goes_with()?)?;
    match fate {
        Fate::Delete(_) | Fate::Replace(..) => Some(key),
        Fate::Create(_) | Fate::Update(..) => None,
    }
}

/// How far something must have come before what hangs on it can be made: a volume must be ready and
/// an instance run to be attached to each other, and an instance must run to be given a public
/// address, or the address is lost where the cloud fails to start it and it is made anew. Neither
/// waits until the instance itself says that it is ready: for that it may need both. Snapshots,
/// images and volumes must be whole before something is made or started from them. Everything else
/// need only exist.
fn until(key: &Key, other: &Key) -> Until {
    match (key.kind, other.kind) {
        (ResourceKind::VolumeAttachment, ResourceKind::Volume)
        | (ResourceKind::Volume, ResourceKind::VolumeSnapshot)
        | (ResourceKind::Instance, ResourceKind::Volume | ResourceKind::Image) => Until::Ready,
        (ResourceKind::VolumeAttachment | ResourceKind::FloatingIp, ResourceKind::Instance) => {
            Until::Running
        }
        _ => Until::Exists,
    }
}

/// The order that people declared between groups: instances come after those they depend on, and
/// go before them.
fn declared_order<'a>(
    observed: &'a Resolved,
    target: &'a Resolved,
    fates: &BTreeMap<&'a Key, Fate<'a>>,
    edge: &mut impl FnMut(Node<'a>, Node<'a>, Until),
) {
    let of = |state: &'a Resolved| {
        let mut groups: BTreeMap<_, Vec<&'a Key>> = BTreeMap::new();
        for (key, instance) in state.instances() {
            if fates.contains_key(key) {
                groups.entry(&instance.group).or_default().push(key);
            }
        }
        groups
    };
    let (coming, going) = (of(target), of(observed));
    for (group, needs) in &target.order {
        for (other, readiness) in needs {
            let until = match readiness {
                Readiness::Exists => Until::Exists,
                Readiness::Ready => Until::Ready,
            };
            for key in coming.get(group).into_iter().flatten() {
                for needed in coming.get(other).into_iter().flatten() {
                    if matches!(fates.get(needed), Some(Fate::Create(_) | Fate::Replace(..))) {
                        edge((Verb::Make, key), (Verb::Make, needed), until);
                    }
                }
            }
        }
    }
    for (group, needs) in &observed.order {
        for other in needs.keys() {
            for key in going.get(group).into_iter().flatten() {
                for needed in going.get(other).into_iter().flatten() {
                    if matches!(fates.get(key), Some(Fate::Delete(_)))
                        && matches!(fates.get(needed), Some(Fate::Delete(_)))
                    {
                        edge((Verb::Delete, needed), (Verb::Delete, key), Until::Exists);
                    }
                }
            }
        }
    }
}

/// Sorts the graph; among those that could come next, what goes comes first, then by key.
fn sort<'a>(graph: &Graph<'a>) -> Result<Vec<Node<'a>>, PlanError> {
    let mut waiting: BTreeMap<Node<'a>, usize> = BTreeMap::new();
    let mut followers: BTreeMap<Node<'a>, Vec<Node<'a>>> = BTreeMap::new();
    let mut free: BTreeSet<Node<'a>> = BTreeSet::new();
    for (node, needs) in graph {
        if needs.is_empty() {
            free.insert(*node);
        } else {
            waiting.insert(*node, needs.len());
            for need in needs.keys() {
                followers.entry(*need).or_default().push(*node);
            }
        }
    }
    let mut sorted = Vec::with_capacity(graph.len());
    while let Some(node) = free.pop_first() {
        sorted.push(node);
        for follower in followers.remove(&node).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(&follower) {
                *count -= 1;
                if *count == 0 {
                    waiting.remove(&follower);
                    free.insert(follower);
                }
            }
        }
    }
    if waiting.is_empty() {
        Ok(sorted)
    } else {
        Err(PlanError::Circle(
            waiting.into_keys().map(|(_, key)| key.clone()).collect(),
        ))
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
