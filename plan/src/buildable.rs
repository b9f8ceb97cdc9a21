//! What keeps a topology from being built: everything that the cloud must be told and nobody said.
//! A plan is only made of a topology without such obstacles, so that no choice is left to
//! execution.

use std::fmt;

use model::data::{BootFrom, GroupData, Origin};
use model::group::Group;
use model::key::ResourceKind;
use model::name::GroupName;
use model::topology::Topology;
use model::value::Value;
use serde::{Deserialize, Serialize};

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// Of which group.
    pub group: GroupName,
    /// What is missing.
    pub missing: String,
    /// What to do.
    pub todo: String,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group `{}`: {}: {}", self.group, self.missing, self.todo)
    }
}

/// What keeps a topology from being built, group by group; none where it can be.
pub fn obstacles(topology: &Topology) -> Vec<Obstacle> {
    let mut all = Vec::new();
    for (name, group) in &topology.groups {
        let mut missing = |missing: String, todo: &str| {
            all.push(Obstacle {
                group: name.clone(),
                missing,
                todo: todo.to_owned(),
            });
        };
        if group.count.max() == 0 {
            continue;
        }
        match &group.flavor {
            Value::Fixed(_) => {}
            Value::AssignedByCloud | Value::Unknown => {
                missing(
                    "the flavor is unknown".into(),
                    "name one here or in the recipe",
                );
            }
        }
        match &group.image {
            Value::Fixed(_) => {}
            Value::AssignedByCloud | Value::Unknown => {
                missing(
                    "the image is unknown".into(),
                    "name one here or in the recipe",
                );
            }
        }
        if group.networks.is_empty() {
            missing(
                "no network is named".into(),
                "name at least one of `networks`",
            );
        }
        for (volume, spec) in &group.volumes {
            let has_source = spec.from.is_some() || group.data.is_some();
            if spec.size.fixed().is_none() && !has_source {
                missing(
                    format!("the size of volume `{volume}` is unknown"),
                    "give a size, or let the recipe do so or omit the volume",
                );
            }
        }
        if let BootFrom::Volume(Value::Unknown) = &group.boot {
            missing(
                "the size of the volume it boots from is unknown".into(),
                "give a size, or write `boot: volume` for one that is as large as it must be",
            );
        }
        data_obstacles(topology, group, &mut missing);
        match &group.public_addresses.count {
            Value::Fixed(count) if (*count).max() == 0 => {}
            Value::Fixed(_) => {
                let routed = |network| {
                    topology
                        .networks
                        .get(network)
                        .is_some_and(|network| network.routed)
                };
                if !group.networks.is_empty() && !group.networks.iter().any(routed) {
                    missing(
                        "it has public addresses and none of its networks is routed".into(),
                        "set `routed: true` on one of its networks",
                    );
                }
            }
            Value::AssignedByCloud | Value::Unknown => {
                missing(
                    "the number of public addresses is unknown".into(),
                    "give a number, 0 for none, here or in the recipe",
                );
            }
        }
    }
    all
}

/// What keeps the data of another environment from being taken along: they were not found, or do
/// not fit where they are put.
fn data_obstacles(topology: &Topology, group: &Group, missing: &mut impl FnMut(String, &str)) {
    let Some(GroupData {
        environment,
        instances,
    }) = &group.data
    else {
        return;
    };
    let disk_of_flavor = group
        .flavor
        .fixed()
        .and_then(|flavor| topology.flavors.get(flavor))
        .map(|flavor| flavor.disk);
    for ordinal in group.ordinals(group.count.planned()) {
        let data = instances.get(&ordinal);
        let disk = data.and_then(|data| data.disk.as_ref());
        let volumes = group.volumes.iter().map(|(name, volume)| {
            let origin = data.and_then(|data| data.volumes.get(name));
            (format!("volume `{name}`"), origin, volume.size.fixed())
        });
        let room = match &group.boot {
            BootFrom::Disk => disk_of_flavor.as_ref(),
            BootFrom::Volume(size) => size.fixed(),
        };
        let all = std::iter::once(("disk".to_owned(), disk, room)).chain(volumes);
        for (what, origin, room) in all {
            let Some(Origin { of, id, size }) = origin else {
                missing(
                    format!("nobody said where the {what} of instance {ordinal} comes from"),
                    "name it under `data`, or lower the count",
                );
                continue;
            };
            if id.fixed().is_none() {
                missing(
                    format!("{of} of {environment} is not in the cloud"),
                    "bring that environment up on the cloud of the copy, or leave `data: snapshot` out of the recipe",
                );
            } else if let (Some(size), Some(room)) = (size.fixed(), room)
                && size > room
            {
                let todo = match of.kind {
                    ResourceKind::Instance => "choose a flavor with a larger disk",
                    _ => "give it a larger size, or none",
                };
                missing(
                    format!("{of} of {environment} has {size} and the copy's {what} {room}"),
                    todo,
                );
            }
        }
    }
}
