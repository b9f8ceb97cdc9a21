//! Upgrading what runs on the instances: back before front as declared, replicas before primaries, one
//! instance at a time within a group, so that never more than one of a group is missing.

use std::collections::BTreeMap;

use model::group::{Group, Role};
use model::name::GroupName;
use model::topology::Topology;

use super::layers::Layers;
use super::sequence::{After, Draft, Sequence, by_hand};
use super::target::Target;
use super::words;
use super::{Back, Manual, Purpose, Runbook, RunbookError};
use crate::state::State;

/// The runbook for upgrading an environment. `followers` are the environments that replicate it: they
/// come first, each by its own runbook.
pub fn upgrade(state: &State<'_>, followers: &[&Topology]) -> Result<Runbook, RunbookError> {
    let topology = state.topology();
    let layers = Layers::of(state)?;
    let mut sequence = Sequence::default();
    let first: Vec<usize> = followers
        .iter()
        .map(|follower| sequence.add(follower_first(topology, follower), Vec::new()))
        .collect();
    let mut ends: BTreeMap<&GroupName, usize> = BTreeMap::new();
    for name in &layers.order {
        let Some(group) = topology.groups.get(name) else {
            continue;
        };
        let ordinals = layers.ordinals(name);
        let primary = |ordinal: &u32| group.roles.get(ordinal) == Some(&Role::Primary);
        let (primaries, others): (Vec<u32>, Vec<u32>) = ordinals.iter().partition(|o| primary(o));
        let mut after: Vec<After> = layers
            .needed(name)
            .filter_map(|needed| {
                Some(After {
                    entry: *ends.get(needed)?,
                    holds: "is upgraded",
                    why: format!("{name} depends on it (declared)"),
                })
            })
            .collect();
        after.extend(first.iter().map(|entry| After {
            entry: *entry,
            holds: "is upgraded",
            why: "secondaries before primaries".to_owned(),
        }));
        let mut last = None;
        if !others.is_empty() {
            let draft = others_of(topology, name, group, &others, !primaries.is_empty());
            last = Some(sequence.add(draft, std::mem::take(&mut after)));
        }
        if !primaries.is_empty() {
            after.extend(last.map(|entry| After {
                entry,
                holds: "is upgraded",
                why: "replicas before their primary".to_owned(),
            }));
            let draft = primaries_of(topology, name, group, &primaries, &others);
            last = Some(sequence.add(draft, after));
        }
        if let Some(last) = last {
            ends.insert(name, last);
        }
    }
    Ok(Runbook {
        title: format!("Upgrading {}", topology.environment),
        purpose: Purpose::Upgrade,
        notes: notes(topology, &layers),
        stages: sequence.stages(),
    })
}

fn notes(topology: &Topology, layers: &Layers) -> Vec<String> {
    let mut notes = vec![
        "Within an entry: one instance at a time, and the next one only when the check of the one before holds. Where it does not hold, stop and go back.".to_owned(),
        "Stop after any stage: what depends on others is upgraded after them, so an upgraded back serves a front that is not yet upgraded. See that it can before you begin.".to_owned(),
    ];
    for name in &layers.order {
        let Some(group) = topology.groups.get(name) else {
            continue;
        };
        if layers.ordinals(name).len() == 1 {
            notes.push(format!(
                "{name} has one instance: {} meanwhile.",
                away(topology, layers, name, group)
            ));
        }
    }
    notes
}

/// What is missing while the only instance of a group is.
fn away(topology: &Topology, layers: &Layers, name: &GroupName, group: &Group) -> String {
    let mut parts: Vec<String> = Vec::new();
    let profiles = words::own_profiles(topology, group);
    let provides: Vec<&str> = profiles
        .iter()
        .flat_map(|(_, profile)| profile.provides.iter().map(AsRef::as_ref))
        .collect();
    if !provides.is_empty() {
        parts.push(format!("{} is away", provides.join(", ")));
    }
    let hosts: Vec<&str> = words::hosts(topology, group).into_iter().collect();
    if !hosts.is_empty() {
        parts.push(format!("nobody serves {}", hosts.join(", ")));
    }
    let followers: Vec<&str> = layers.followers(name).map(GroupName::as_str).collect();
    if !followers.is_empty() {
        parts.push(format!("{} must do without it", followers.join(", ")));
    }
    if parts.is_empty() {
        "what it does stands still".to_owned()
    } else {
        parts.join(", and ")
    }
}

fn follower_first(topology: &Topology, follower: &Topology) -> Draft {
    Draft {
        what: "Upgrade the environment that follows this one".to_owned(),
        called: None,
        on: vec![Target::shared(vec![follower.environment.to_string()])],
        one_at_a_time: false,
        manual: vec![by_hand(
            format!("Follow the runbook for upgrading {}.", follower.environment),
            format!(
                "Its last stage is done, and it still follows {}.",
                topology.environment
            ),
        )],
        check: format!("{} serves, and replicates as before.", follower.environment),
        back: Back::how(format!(
            "By its own runbook; {} is as it was.",
            topology.environment
        )),
    }
}

/// What lies before an instance may be worked on, and what brings it back.
fn out_and_in(topology: &Topology, name: &GroupName, group: &Group) -> (Manual, Manual) {
    let nodes: Vec<&str> = topology
        .external
        .iter()
        .filter(|(_, node)| node.reaches.contains(name))
        .map(|(node, _)| node.as_str())
        .collect();
    if !nodes.is_empty() {
        let nodes = nodes.join(", ");
        return (
            by_hand(
                format!("Take it out of the rotation of {nodes}, and let open requests end."),
                "No request reaches it any more.",
            ),
            by_hand(
                format!("Put it back into the rotation of {nodes}."),
                "Requests reach it, and succeed.",
            ),
        );
    }
    let does: Vec<&str> = words::own_profiles(topology, group)
        .into_iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let does = if does.is_empty() {
        "what it does".to_owned()
    } else {
        does.join(", ")
    };
    (
        by_hand(
            format!("Drain it: send nobody there any more, then stop {does}."),
            "Nobody is connected to it.",
        ),
        by_hand("Send users there again.", "They are served."),
    )
}

fn snapshot_first(group: &Group) -> Option<Manual> {
    if group.volumes.is_empty() {
        return None;
    }
    let volumes: Vec<&str> = group.volumes.keys().map(AsRef::as_ref).collect();
    Some(by_hand(
        format!("Take a snapshot of its volumes: {}.", volumes.join(", ")),
        "The snapshots are available.",
    ))
}

fn way_back(group: &Group) -> Back {
    if group.volumes.is_empty() {
        Back::how(
            "Put the earlier version back, on the last one upgraded first. What the new version has written may need the earlier data.",
        )
    } else {
        Back::how(
            "Put the earlier version back, on the last one upgraded first, and where the data was converted put the snapshots of its volumes back.",
        )
    }
}

fn others_of(
    topology: &Topology,
    name: &GroupName,
    group: &Group,
    ordinals: &[u32],
    has_primary: bool,
) -> Draft {
    let follows = |ordinal: &u32| group.roles.get(ordinal) == Some(&Role::Replica);
    let replicas = ordinals.iter().any(follows);
    let (out, back_in) = out_and_in(topology, name, group);
    let mut manual: Vec<Manual> = snapshot_first(group).into_iter().collect();
    manual.push(out);
    manual.push(by_hand(
        "Upgrade it, and start it again.",
        format!(
            "It says the new version, and {}.",
            words::serves(topology, group)
        ),
    ));
    if replicas {
        manual.push(by_hand(
            "Let it catch up with its primary.",
            "It follows without an error and is not behind.",
        ));
    }
    manual.push(back_in);
    Draft {
        what: if has_primary {
            format!("Upgrade {name}, all but the primary")
        } else if replicas {
            format!("Upgrade {name}, replicas")
        } else {
            format!("Upgrade {name}")
        },
        called: None,
        on: vec![Target::group(name, ordinals.to_vec())],
        one_at_a_time: ordinals.len() > 1,
        manual,
        check: "All of them say the new version, and no error has come up since.".to_owned(),
        back: way_back(group),
    }
}

fn primaries_of(
    topology: &Topology,
    name: &GroupName,
    group: &Group,
    primaries: &[u32],
    others: &[u32],
) -> Draft {
    let mut manual: Vec<Manual> = snapshot_first(group).into_iter().collect();
    let replica = others
        .iter()
        .find(|ordinal| group.roles.get(ordinal) == Some(&Role::Replica))
        .or(others.first());
    match replica {
        Some(replica) => manual.push(by_hand(
            format!("Let {name}[{replica}], which is upgraded, take the writes."),
            "Writes succeed there, and the primary takes none.",
        )),
        None => manual.push(by_hand(
            "Stop the writes: nobody else can take them.",
            "Nothing is written any more.",
        )),
    }
    manual.push(by_hand(
        "Upgrade it, and start it again.",
        format!(
            "It says the new version, and {}.",
            words::serves(topology, group)
        ),
    ));
    match replica {
        Some(replica) => manual.push(by_hand(
            format!("Let it follow {name}[{replica}], catch up, and take the writes back."),
            "It is not behind; then writes succeed there again.",
        )),
        None => manual.push(by_hand("Let users write again.", "Writes succeed.")),
    }
    Draft {
        what: format!("Upgrade {name}, primary"),
        called: None,
        on: vec![Target::group(name, primaries.to_vec())],
        one_at_a_time: primaries.len() > 1,
        manual,
        check: "The primary says the new version and takes the writes; its replicas follow it."
            .to_owned(),
        back: match replica {
            Some(replica) => Back::how(format!(
                "Leave the writes at {name}[{replica}], and put the earlier version back on the primary before it follows. Before it took writes with the new version, nothing is lost."
            )),
            None => way_back(group),
        },
    }
}
