//! Something that is open to the whole world, on a group without any public address and with nobody
//! in front: no external node that sends it traffic, and no group with a public address that stands
//! for it. Where nobody said how many addresses there are, nothing is found.

use model::group::Group;
use model::name::GroupName;
use model::network::Reach;
use model::topology::Topology;

use super::words::{groups, is_live, list, profiles};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    for (name, group) in groups(topology) {
        let none = group
            .public_addresses
            .count
            .fixed()
            .is_some_and(|n| n.max() == 0);
        let seen = group
            .instances
            .values()
            .any(|facts| !facts.public_addresses.is_empty());
        if !none || seen || !is_live(group) {
            continue;
        }
        let mut open: Vec<String> = Vec::new();
        for (profile, what) in profiles(topology, group) {
            for port in &what.ports {
                if port.from.contains(&Reach::Anywhere) {
                    open.push(format!("{}/{} of {profile}", port.port, port.protocol));
                }
            }
        }
        if open.is_empty() || is_fronted(topology, name, group) {
            continue;
        }
        into.push(Finding {
            rule: Rule::PublicAddressMissing,
            severity: Severity::Warning,
            subject: name.to_string(),
            what: format!("{name} is open to anywhere and has no public address"),
            evidence: format!(
                "open from anywhere: {}; no public address, and neither an external node nor another \
                 group in front",
                list(open)
            ),
            effect: "nobody outside reaches it".into(),
            remedy: format!(
                "give {name} a public address, name the external node that reaches it, or close the \
                 ports to the environment"
            ),
        });
    }
}

/// Whether somebody else takes the traffic of the world and hands it on.
fn is_fronted(topology: &Topology, name: &GroupName, group: &Group) -> bool {
    if topology
        .external
        .values()
        .any(|node| node.reaches.contains(name))
    {
        return true;
    }
    let provides = |service| {
        let mut own = profiles(topology, group);
        own.any(|(_, profile)| profile.provides.contains(service))
    };
    let mut others = groups(topology).filter(|(other, _)| *other != name);
    others.any(|(_, other)| {
        let reachable = other
            .public_addresses
            .count
            .fixed()
            .is_none_or(|n| n.max() > 0);
        let hands_on = other.depends_on.contains_key(name)
            || profiles(topology, other).any(|(_, profile)| profile.needs.iter().any(provides));
        reachable && hands_on
    })
}
