//! What a runbook says of resources and profiles: what is done, how one sees that it is done, how to
//! go back. Words only: no order comes from here.

use std::collections::BTreeSet;

use model::group::Group;
use model::key::ResourceKind;
use model::name::ProfileName;
use model::profile::Profile;
use model::topology::Topology;

use crate::steps::{Inverse, StepAct, Until};

use super::Back;

/// What a step does, without its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    Delete,
    Create,
    Change,
}

impl Verb {
    pub(super) const fn of(act: &StepAct) -> Self {
        match act {
            StepAct::Create { .. } => Self::Create,
            StepAct::Update { .. } => Self::Change,
            StepAct::Delete { .. } => Self::Delete,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Create => "Create",
            Self::Change => "Change",
        }
    }
}

/// Several of a kind.
pub(super) const fn several(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Network => "networks",
        ResourceKind::Subnet => "subnets",
        ResourceKind::Router => "routers",
        ResourceKind::RouterInterface => "router interfaces",
        ResourceKind::SecurityGroup => "security groups",
        ResourceKind::SecurityRules => "security rules",
        ResourceKind::ServerGroup => "server groups",
        ResourceKind::VolumeSnapshot => "volume snapshots",
        ResourceKind::Keypair => "keypairs",
        ResourceKind::Volume => "volumes",
        ResourceKind::Image => "images of instances",
        ResourceKind::Instance => "instances",
        ResourceKind::VolumeAttachment => "volume attachments",
        ResourceKind::FloatingIp => "public addresses",
    }
}

/// `Create instances`, `Attach volumes`.
pub(super) fn act(verb: Verb, kind: ResourceKind) -> String {
    match (verb, kind) {
        (Verb::Create, ResourceKind::VolumeAttachment) => "Attach volumes".to_owned(),
        (Verb::Create, ResourceKind::FloatingIp) => "Give public addresses".to_owned(),
        (Verb::Create, ResourceKind::RouterInterface) => "Connect routers to networks".to_owned(),
        (Verb::Delete, ResourceKind::RouterInterface) => {
            "Disconnect routers from networks".to_owned()
        }
        (Verb::Delete, ResourceKind::FloatingIp) => "Give public addresses back".to_owned(),
        (verb, kind) => format!("{} {}", verb.word(), several(kind)),
    }
}

/// How one sees that a step is done.
pub(super) const fn check(verb: Verb, kind: ResourceKind, reports: bool) -> &'static str {
    match (verb, kind) {
        (Verb::Delete, ResourceKind::FloatingIp) => "The cloud no longer lists the addresses.",
        (Verb::Delete, _) => "The cloud no longer lists them.",
        (Verb::Create | Verb::Change, ResourceKind::Instance) if reports => {
            "Each is ACTIVE and has reported that it is ready."
        }
        (Verb::Create, ResourceKind::Instance) => "Each is ACTIVE.",
        (Verb::Change, ResourceKind::Instance) => {
            "Each is ACTIVE, or SHUTOFF where it is to be stopped."
        }
        (Verb::Create | Verb::Change, ResourceKind::Volume | ResourceKind::VolumeSnapshot) => {
            "Each is available."
        }
        (Verb::Create | Verb::Change, ResourceKind::Image) => "Each is active.",
        (Verb::Create | Verb::Change, ResourceKind::VolumeAttachment) => "Each volume is in-use.",
        (Verb::Create | Verb::Change, ResourceKind::FloatingIp) => {
            "Each instance answers at its public address."
        }
        (
            Verb::Create | Verb::Change,
            ResourceKind::Network
            | ResourceKind::Subnet
            | ResourceKind::Router
            | ResourceKind::RouterInterface
            | ResourceKind::SecurityGroup
            | ResourceKind::SecurityRules
            | ResourceKind::ServerGroup
            | ResourceKind::Keypair,
        ) => "The cloud lists them as planned.",
    }
}

/// How a step is taken back, by what the plan says of its inverse.
pub(super) fn back(verb: Verb, kind: ResourceKind, inverse: &Inverse) -> Back {
    match inverse {
        Inverse::Impossible { why } => Back::Impossible { why: why.clone() },
        Inverse::Opposite => Back::how(match (verb, kind) {
            (Verb::Create, ResourceKind::VolumeAttachment) => "Detach them again.",
            (Verb::Create, ResourceKind::FloatingIp) => "Give them back.",
            (Verb::Create, ResourceKind::RouterInterface) => "Disconnect them again.",
            (Verb::Create, _) => "Delete them again.",
            (Verb::Change, _) => "Change them back to what they were.",
            (Verb::Delete, _) => "Create them again as they were.",
        }),
    }
}

/// What must hold of a step before another begins; of one thing, or of several.
pub(super) const fn holds(verb: Verb, until: Until, of_several: bool) -> &'static str {
    let (one, several) = match (verb, until) {
        (Verb::Create, Until::Exists) => ("exists", "exist"),
        (Verb::Create, Until::Running) => ("runs", "run"),
        (Verb::Create | Verb::Change, Until::Ready) => ("is ready", "are ready"),
        (Verb::Change, Until::Exists | Until::Running) => {
            ("has taken the change", "have taken the change")
        }
        (Verb::Delete, Until::Exists | Until::Running) => {
            ("is being taken away", "are being taken away")
        }
        (Verb::Delete, Until::Ready) => ("is gone", "are gone"),
    };
    if of_several { several } else { one }
}

/// The profiles that any instance of a group has, common ones included.
pub(super) fn profiles<'a>(
    topology: &'a Topology,
    group: &'a Group,
) -> Vec<(&'a ProfileName, &'a Profile)> {
    let names = topology.profiles_of(group).into_iter().chain(&group.spread);
    let known: BTreeSet<_> = names
        .filter_map(|name| topology.profiles.get_key_value(name).map(|(name, _)| name))
        .collect();
    known
        .into_iter()
        .filter_map(|name| topology.profiles.get_key_value(name))
        .collect()
}

/// The same without the common ones: what the group is for.
pub(super) fn own_profiles<'a>(
    topology: &'a Topology,
    group: &'a Group,
) -> Vec<(&'a ProfileName, &'a Profile)> {
    let mut own = profiles(topology, group);
    own.retain(|(name, _)| !topology.common.profiles.contains(name));
    own
}

/// The DNS names of what a group serves.
pub(super) fn hosts<'a>(topology: &'a Topology, group: &'a Group) -> BTreeSet<&'a str> {
    let profiles = own_profiles(topology, group);
    let hosts = profiles.iter().flat_map(|(_, profile)| &profile.hosts);
    hosts.map(AsRef::as_ref).collect()
}

/// How one sees that a group serves: it answers where its profiles listen.
pub(super) fn serves(topology: &Topology, group: &Group) -> String {
    let ports: BTreeSet<String> = own_profiles(topology, group)
        .iter()
        .flat_map(|(_, profile)| &profile.ports)
        .filter(|port| port.port > 0)
        .map(|port| format!("{}/{}", port.port, port.protocol))
        .collect();
    let hosts = hosts(topology, group);
    let mut parts = Vec::new();
    if !ports.is_empty() {
        let ports: Vec<String> = ports.into_iter().collect();
        parts.push(format!("answers on {}", ports.join(", ")));
    }
    if !hosts.is_empty() {
        let hosts: Vec<&str> = hosts.into_iter().collect();
        parts.push(format!("serves {}", hosts.join(", ")));
    }
    if parts.is_empty() {
        "runs; no profile names a port or a host to look at".to_owned()
    } else {
        parts.join(" and ")
    }
}
