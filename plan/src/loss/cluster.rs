//! What is left of clusters: groups whose members have roles. Whether a majority stands, whether a
//! primary does, and who could become one.

use std::collections::BTreeMap;

use model::group::Role;
use model::name::GroupName;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use super::reach::Left;

/// Yes, no, or it depends on what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Yes, whatever it is that is not known.
    Yes,
    /// No, whatever it is that is not known.
    No,
    /// It depends.
    CannotTell,
}

/// What is left of those that take the writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Primary {
    /// One stands.
    Stands,
    /// None does; these replicas stand and can be promoted.
    Promote(Vec<u32>),
    /// None does, and no replica either.
    Nobody,
    /// None was there: all follow something elsewhere.
    Elsewhere,
    /// It may be lost. These replicas stand in any case.
    CannotTell(Vec<u32>),
}

/// What is left of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterLeft {
    /// The group.
    pub group: GroupName,
    /// How many members it had.
    pub before: u32,
    /// How many stand at least.
    pub least: u32,
    /// How many stand at most.
    pub most: u32,
    /// Whether more than half of its members stand.
    pub majority: Answer,
    /// What is left of those that take the writes.
    pub primary: Primary,
    /// Members that stand, or may, of which nobody said what they are to the others.
    pub without_role: Vec<u32>,
}

impl ClusterLeft {
    /// In a sentence: `db: 3 of 4 members stand, a majority; the primary is lost, db[2] can be
    /// promoted`.
    pub fn sentence(&self) -> String {
        let Self {
            group,
            before,
            least,
            most,
            majority,
            primary,
            without_role,
        } = self;
        let list = |ordinals: &[u32]| {
            let names: Vec<String> = ordinals.iter().map(|o| format!("{group}[{o}]")).collect();
            names.join(", ")
        };
        let stand = if least == most {
            format!("{most} of {before} members stand")
        } else {
            format!("{least} to {most} of {before} members stand")
        };
        let majority = match majority {
            Answer::Yes => "a majority",
            Answer::No => "no majority",
            Answer::CannotTell => "and nobody can tell whether that is a majority",
        };
        let primary = match primary {
            Primary::Stands => "a primary stands".to_owned(),
            Primary::Promote(replicas) => {
                format!("the primary is lost, {} can be promoted", list(replicas))
            }
            Primary::Nobody => "the primary is lost, and no replica is left to promote".to_owned(),
            Primary::Elsewhere => "its primary is elsewhere".to_owned(),
            Primary::CannotTell(replicas) if replicas.is_empty() => {
                "the primary may be lost, and it is not sure that a replica is left".to_owned()
            }
            Primary::CannotTell(replicas) => {
                format!("the primary may be lost; {} would be left", list(replicas))
            }
        };
        let roles = if without_role.is_empty() {
            String::new()
        } else {
            format!("; nobody said what {} would be", list(without_role))
        };
        format!("{group}: {stand}, {majority}; {primary}{roles}")
    }
}

pub(super) fn clusters(topology: &Topology, left: &BTreeMap<&GroupName, Left>) -> Vec<ClusterLeft> {
    let mut clusters = Vec::new();
    for (name, left) in left {
        let Some(group) = topology.groups.get(*name) else {
            continue;
        };
        let role = |ordinal: u32| group.roles.get(&ordinal).copied();
        if left.members.keys().all(|ordinal| role(*ordinal).is_none()) {
            continue;
        }
        let (before, least, most) = (left.before(), left.least(), left.most());
        let is_majority = |members: u32| u64::from(members) * 2 > u64::from(before);
        let majority = match (is_majority(least), is_majority(most)) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::CannotTell,
            (false, false) => Answer::No,
        };
        let stand: Vec<u32> = left
            .members
            .keys()
            .copied()
            .filter(|ordinal| !left.lost.contains(ordinal))
            .collect();
        let with = |wanted: Option<Role>| -> Vec<u32> {
            let all = stand.iter().copied();
            all.filter(|ordinal| role(*ordinal) == wanted).collect()
        };
        let primaries = |ordinal: u32, _: usize| role(ordinal) == Some(Role::Primary);
        let had_one = left.members.keys().any(|o| primaries(*o, 0));
        let followers = |ordinal: u32, _: usize| role(ordinal) == Some(Role::Replica);
        let replicas = with(Some(Role::Replica));
        let sure: Vec<u32> = replicas
            .iter()
            .copied()
            .filter(|ordinal| !left.maybe.contains(ordinal))
            .collect();
        let primary = if !had_one {
            Primary::Elsewhere
        } else if left.standing(primaries, true) > 0 {
            Primary::Stands
        } else if left.standing(primaries, false) > 0 {
            Primary::CannotTell(sure)
        } else if replicas.is_empty() {
            Primary::Nobody
        } else if !sure.is_empty() {
            Primary::Promote(sure)
        } else if left.standing(followers, true) > 0 {
            // Not all of them can go.
            Primary::Promote(replicas)
        } else {
            Primary::CannotTell(sure)
        };
        clusters.push(ClusterLeft {
            group: (*name).clone(),
            before,
            least,
            most,
            majority,
            primary,
            without_role: with(None),
        });
    }
    clusters
}
