//! A public address behind which nothing is open to the outside: no port from anywhere, none from a
//! source of traffic, and no external node that is connected. Silent where nothing is known of the
//! group's ports, and where it follows a group elsewhere, which may need the way; and in copies, where
//! addresses are for whoever works in them. Outgoing traffic needs none: it goes through the router.

use model::environment::EnvironmentKind;
use model::network::Reach;

use super::words::{counted, groups, list, profiles};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    match topology.kind {
        EnvironmentKind::Temporary => return,
        EnvironmentKind::Production
        | EnvironmentKind::Secondary
        | EnvironmentKind::Staging
        | EnvironmentKind::Development => {}
    }
    for (name, group) in groups(topology) {
        let Some(addresses) = group.public_addresses.count.fixed() else {
            continue;
        };
        let connected = topology
            .external
            .values()
            .any(|node| node.reaches.contains(name) || node.reached_by.contains(name));
        if addresses.planned() == 0 || connected || group.replicates.is_some() {
            continue;
        }
        let mut ports = 0;
        let mut outside = false;
        let mut of: Vec<&str> = Vec::new();
        for (profile_name, profile) in profiles(topology, group) {
            of.push(profile_name.as_str());
            for reach in profile.ports.iter().flat_map(|port| &port.from) {
                ports += 1;
                outside |= match reach {
                    Reach::Anywhere | Reach::Source(_) => true,
                    Reach::Environment | Reach::Group(_) => false,
                };
            }
        }
        if ports == 0 || outside {
            continue;
        }
        let n = counted(
            addresses.planned().into(),
            "public address",
            "public addresses",
        );
        into.push(Finding {
            rule: Rule::PublicAddressNotNeeded,
            severity: Severity::Hint,
            subject: name.to_string(),
            what: format!("{name} has {n}, and none of its profiles opens a port to the outside"),
            evidence: format!("its profiles are {}; their ports are open within the environment", list(of)),
            effect: "an address is spent, and one more way in is to be watched".into(),
            remedy: format!(
                "write `public_addresses: 0` for {name}, or say in a profile what is reached from outside"
            ),
        });
    }
}
