//! A public address that two environments have, or one range on both ends of a replication, so that
//! the two networks can't be routed to each other. Ranges of environments that are not connected may
//! well be the same; so may the address of an environment and its successor, who takes it over.

use std::collections::BTreeSet;
use std::net::IpAddr;

use model::topology::Topology;

use super::words::{follows, groups, list, succeeds};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let own = public(topology);
    for other in around.others() {
        let name = &other.environment;
        if !own.is_empty() && !succeeds(topology, other) && !succeeds(other, topology) {
            let others = public(other);
            for address in own.intersection(&others) {
                into.push(Finding {
                    rule: Rule::AddressUsedTwice,
                    severity: Severity::Warning,
                    subject: address.to_string(),
                    what: format!("{address} is a public address here and of {name}"),
                    evidence: format!("both {} and {name} have it", topology.environment),
                    effect: "only one of them can have it; traffic for the other goes astray"
                        .into(),
                    remedy: "see which of them has it, and correct the other".into(),
                });
            }
        }
        if !follows(topology, other) && !follows(other, topology) {
            continue;
        }
        for (network, ours) in &topology.networks {
            let same: Vec<String> = other
                .networks
                .iter()
                .filter(|(_, theirs)| {
                    let (a, b) = (ours.cidr.trunc(), theirs.cidr.trunc());
                    a.contains(&b) || b.contains(&a)
                })
                .map(|(network, theirs)| format!("{network} ({})", theirs.cidr))
                .collect();
            if !same.is_empty() {
                into.push(Finding {
                    rule: Rule::AddressUsedTwice,
                    severity: Severity::Warning,
                    subject: network.to_string(),
                    what: format!(
                        "the range of {network} ({}) overlaps that of {} of {name}",
                        ours.cidr,
                        list(same)
                    ),
                    evidence: "one of the two replicates the other, so they must be connected"
                        .into(),
                    effect: "the two can't be routed to each other".into(),
                    remedy: "give one of them another range".into(),
                });
            }
        }
    }
}

/// The public addresses that are known by value.
fn public(topology: &Topology) -> BTreeSet<IpAddr> {
    let mut all = BTreeSet::new();
    for (_, group) in groups(topology) {
        all.extend(&group.public_addresses.addresses);
        all.extend(
            group
                .instances
                .values()
                .flat_map(|facts| &facts.public_addresses),
        );
    }
    all
}
