//! What keeps a topology from being built: everything that the cloud must be told and nobody said.
//! A plan is only made of a topology without such obstacles, so that no choice is left to
//! execution.

use std::fmt;

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
            if spec.size.fixed().is_none() {
                missing(
                    format!("the size of volume `{volume}` is unknown"),
                    "give a size, or let the recipe do so or omit the volume",
                );
            }
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
