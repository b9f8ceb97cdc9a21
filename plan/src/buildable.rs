//! What keeps a topology from being built: everything that the cloud must be told and nobody said.
//! A plan is only made of a topology without such obstacles, so that no choice is left to
//! execution.

use std::fmt;

use model::data::{BootFrom, GroupData, Origin};
use model::first_boot;
use model::group::{Group, Role};
use model::key::ResourceKind;
use model::name::{GroupName, ProfileName, VolumeName};
use model::topology::Topology;
use model::value::Value;
use serde::{Deserialize, Serialize};

use crate::user_data::{self, Filling, LONGEST_PHONE_HOME, MOST_BYTES, Whose};

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
        if let Some(bytes) = user_data_bytes(topology, name, group).filter(|n| *n > MOST_BYTES) {
            missing(
                format!(
                    "what an instance is told when it first starts has {bytes} bytes in base64, \
                     and a cloud takes {MOST_BYTES}"
                ),
                "shorten `first_boot` or the parameters, or let it fetch what is long",
            );
        }
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

/// Stands for what only the executor knows, as long as that can be.
struct Longest;

impl Filling for Longest {
    fn volume(&self, _: &VolumeName) -> Option<String> {
        Some("x".repeat(36))
    }

    fn secret(&self, _: &str) -> String {
        "x".repeat(64)
    }

    fn phone_home(&self) -> Option<String> {
        Some("x".repeat(LONGEST_PHONE_HOME))
    }
}

/// How large the largest user data of a group's instances can be, as Nova counts it.
fn user_data_bytes(topology: &Topology, name: &GroupName, group: &Group) -> Option<usize> {
    let ordinal = group.ordinals(group.count.max()).last().copied()?;
    let host_name = group.host_name(name, ordinal);
    let whose = Whose {
        environment: &topology.environment,
        group: name,
        ordinal,
        host_name: &host_name,
        role: Some(Role::Primary),
    };
    let of = |profiles: Vec<&ProfileName>| {
        let told = first_boot::told(topology, group, &profiles);
        let rendered = user_data::render(whose, profiles, &told, &Longest);
        rendered.ok().map(|rendered| rendered.bytes())
    };
    first_boot::hands(topology, group)
        .into_iter()
        .filter_map(of)
        .max()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::file::{Document, parse};

    use super::*;

    #[test]
    fn what_no_cloud_takes_is_told_before_anything_is_made() {
        let with = |length: usize| {
            let text = format!(
                "environment: a\nkind: temporary\nflavors:\n  s: {{ vcpus: 1, ram: 1 GiB, disk: 1 GiB }}\n\
                 networks: {{ n: {{ cidr: 10.0.0.0/24 }} }}\ngroups:\n  app:\n    category: process\n    \
                 count: 1\n    flavor: s\n    image: i\n    networks: [n]\n    public_addresses: 0\n    \
                 first_boot: [\"{}\"]\n",
                "x".repeat(length)
            );
            match parse("a.yaml", &text).unwrap_or_else(|error| panic!("{error}")) {
                Document::Environment(topology) => obstacles(&topology),
                Document::Recipe(_) => Vec::new(),
            }
        };
        assert_eq!(with(40_000), []);
        let told = with(49_152);
        assert_eq!(told.len(), 1);
        let text = told[0].to_string();
        assert!(
            text.contains("a cloud takes 65535") && text.contains("shorten `first_boot`"),
            "{text}"
        );
    }
}
