//! Profiles of one instance that get into each other's way: two that listen on the same port, or
//! answer to the same DNS name. Virtual hosts share a port by their names, so two collide only where
//! neither has any; and some daemons are the system's own, one for all profiles that speak of them.

use std::collections::{BTreeMap, BTreeSet};

use model::name::ProfileName;
use model::profile::{Profile, Protocol};
use model::topology::Topology;

use super::words::{groups, list};
use super::{Finding, Rule, Severity, Surroundings};

/// Ports of what the operating system runs once, whoever asks for it: ssh, rpcbind, ntp, snmp.
const OF_THE_SYSTEM: [u16; 4] = [22, 111, 123, 161];

/// What two may want at once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Wanted<'t> {
    Port(Protocol, u16),
    Host(&'t str),
}

impl Wanted<'_> {
    fn words(&self) -> String {
        match self {
            Self::Port(protocol, port) => format!("port {port}/{protocol}"),
            Self::Host(host) => format!("the name {host}"),
        }
    }
}

fn wanted(profile: &Profile) -> impl Iterator<Item = Wanted<'_>> {
    let ports = profile.ports.iter().filter_map(|port| match port.protocol {
        Protocol::Icmp => None,
        Protocol::Tcp | Protocol::Udp => {
            let shared = !profile.hosts.is_empty() || OF_THE_SYSTEM.contains(&port.port);
            (!shared).then_some(Wanted::Port(port.protocol, port.port))
        }
    });
    ports.chain(profile.hosts.iter().map(|host| Wanted::Host(host.as_str())))
}

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    for (name, group) in groups(topology) {
        let base = topology.profiles_of(group);
        // Those that are dealt meet the ones that all have, and not each other.
        let mut collisions = colliding(topology, &base);
        for dealt in &group.spread {
            let mut with = base.clone();
            with.push(dealt);
            for (what, by) in colliding(topology, &with) {
                collisions.entry(what).or_default().extend(by);
            }
        }
        for (what, by) in collisions {
            let what = what.words();
            into.push(Finding {
                rule: Rule::ProfilesCollide,
                severity: Severity::Warning,
                subject: name.to_string(),
                what: format!(
                    "{} on {name} {} want {what}",
                    list(&by),
                    if by.len() == 2 { "both" } else { "all" }
                ),
                evidence: format!("each instance of {name} has these profiles"),
                effect: "one of them doesn't start, or answers for the other".into(),
                remedy: "put them into different groups, or let one of them use another".into(),
            });
        }
    }
}

type Collisions<'t> = BTreeMap<Wanted<'t>, BTreeSet<&'t ProfileName>>;

fn colliding<'t>(topology: &'t Topology, names: &[&'t ProfileName]) -> Collisions<'t> {
    let mut all = Collisions::new();
    for name in names {
        let profile = topology.profiles.get(*name);
        for what in profile.into_iter().flat_map(wanted) {
            all.entry(what).or_default().insert(name);
        }
    }
    all.retain(|_, by| by.len() > 1);
    all
}
