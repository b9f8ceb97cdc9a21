//! What people do beside what Understudy does when an environment is set up: install what first boots
//! don't, make replicas follow, tell the world.

use model::environment::EnvironmentKind;
use model::group::Role;
use model::key::ResourceKind;
use model::topology::Topology;

use super::stages::settle;
use super::target::Target;
use super::words;
use super::{Back, Entry, Hands, Manual, Runbook, Stage, Wait};
use crate::steps::Until;

/// What a person does on new instances: what their profiles are, where nothing says that they set
/// themselves up.
pub(super) fn on_new_instances(topology: &Topology, runbook: &mut Runbook) {
    for entry in runbook
        .stages
        .iter_mut()
        .flat_map(|stage| &mut stage.entries)
    {
        if !entry.what.ends_with(words::several(ResourceKind::Instance)) {
            continue;
        }
        let groups = entry.on.iter().filter_map(|target| target.group.as_ref());
        let groups = groups.filter_map(|name| topology.groups.get(name));
        let mut manual = Vec::new();
        for group in groups {
            let by_hand: Vec<&str> = words::profiles(topology, group)
                .into_iter()
                .filter(|(_, profile)| profile.first_boot.is_empty())
                .map(|(name, _)| name.as_str())
                .collect();
            if !by_hand.is_empty() {
                manual.push(Manual {
                    what: format!(
                        "Install what their first boot does not: {}.",
                        by_hand.join(", ")
                    ),
                    check: format!("Each {}.", words::serves(topology, group)),
                });
            }
        }
        for target in &entry.on {
            manual.extend(following(topology, target));
        }
        entry.manual = manual;
    }
}

/// How the replicas of a group come to follow: their primary, or another environment.
fn following(topology: &Topology, target: &Target) -> Option<Manual> {
    let name = target.group.as_ref()?;
    let group = topology.groups.get(name)?;
    let of = |role: Role| -> Vec<u32> {
        let ordinals = target.ordinals.iter();
        let having = ordinals.filter(|ordinal| group.roles.get(ordinal) == Some(&role));
        having.copied().collect()
    };
    let (primaries, replicas) = (of(Role::Primary), of(Role::Replica));
    let (who, whom) = match &group.replicates {
        Some(followed) => {
            let other = followed.group.as_ref().unwrap_or(name);
            (
                Target::group(
                    name,
                    if replicas.is_empty() {
                        target.ordinals.clone()
                    } else {
                        replicas
                    },
                ),
                format!("{other} of {}", followed.environment),
            )
        }
        None if primaries.is_empty() || replicas.is_empty() => return None,
        None => (
            Target::group(name, replicas),
            Target::group(name, primaries).to_string(),
        ),
    };
    Some(Manual {
        what: format!("Make {who} follow {whom}."),
        check: "It follows without an error.".to_owned(),
    })
}

/// The last stage of setting up: the world is told. A temporary environment is isolated, so nobody is.
pub(super) fn tell_the_world(topology: &Topology, runbook: &mut Runbook) {
    if topology.kind == EnvironmentKind::Temporary {
        return;
    }
    let Some(last) = runbook.stages.last().map(|stage| stage.number) else {
        return;
    };
    let manual = pointing(topology);
    if manual.is_empty() {
        return;
    }
    let groups: Vec<Target> = topology
        .groups
        .iter()
        .filter(|(_, group)| !words::hosts(topology, group).is_empty())
        .map(|(name, _)| Target::group(name, Vec::new()))
        .collect();
    let stage = Stage {
        number: last + 1,
        entries: vec![Entry {
            what: "Tell the world".to_owned(),
            on: groups,
            by: Hands::Person,
            one_at_a_time: false,
            manual,
            waits: vec![Wait {
                stage: last,
                on: "everything".to_owned(),
                holds: "is ready".to_owned(),
                until: Until::Ready,
                why: "users come with it".to_owned(),
            }],
            check: "Each name answers from outside.".to_owned(),
            back: Back::how("Point the names back to where they pointed before."),
            steps: Vec::new(),
        }],
        waits_for: Vec::new(),
        back: Back::undo(),
    };
    runbook.stages.push(stage);
    settle(&mut runbook.stages);
}

/// What tells the world where an environment is: its external nodes, and the names of its profiles.
pub(super) fn pointing(topology: &Topology) -> Vec<Manual> {
    let mut manual = Vec::new();
    for (name, node) in topology
        .external
        .iter()
        .filter(|(_, node)| !node.reaches.is_empty())
    {
        let groups: Vec<&str> = node.reaches.iter().map(AsRef::as_ref).collect();
        manual.push(Manual {
            what: format!(
                "Point {name} at {} of {}.",
                groups.join(", "),
                topology.environment
            ),
            check: format!("{name} fetches from there."),
        });
    }
    for (name, group) in topology
        .groups
        .iter()
        .filter(|(_, group)| group.count.max() > 0)
    {
        let hosts = words::hosts(topology, group);
        if !hosts.is_empty() {
            let hosts: Vec<&str> = hosts.into_iter().collect();
            manual.push(Manual {
                what: format!(
                    "Point {} at {name} of {}, unless an external node stands before it.",
                    hosts.join(", "),
                    topology.environment
                ),
                check: "Each name resolves to there, from outside.".to_owned(),
            });
        }
    }
    manual
}
