//! All mounts of a storage group on one of its members, where it has several. What instances were
//! seen to mount counts before what is written. All five of the WebPlatform's app servers mount
//! storage3, and storage5 holds less.

use std::collections::{BTreeMap, BTreeSet};

use model::group::Group;
use model::name::GroupName;
use model::topology::Topology;

use super::words::{gib, groups, is_live, list, redundancy};
use super::{Finding, Rule, Surroundings};

/// What no plan of people has in one group, and what is gone through at most.
const MOST: u32 = 1000;

/// Who mounts from one group.
#[derive(Default)]
struct Mounts {
    /// By member, the instances that mount from it.
    by_member: BTreeMap<u32, BTreeSet<String>>,
    /// Whether some mount names no member: then the clients choose.
    open: bool,
}

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some(severity) = redundancy(topology.kind) else {
        return;
    };
    for (server, mounts) in mounts(topology) {
        let Some(group) = topology.groups.get(server).filter(|group| is_live(group)) else {
            continue;
        };
        let mut members = mounts.by_member.iter();
        let (Some((member, instances)), None) = (members.next(), members.next()) else {
            continue;
        };
        if mounts.open || instances.len() < 2 || group.count.planned() < 2 {
            continue;
        }
        let host = group.host_name(server, *member);
        let mut evidence = format!("{} mount from {host}", list(instances));
        let held = held(server, group);
        if held.len() > 1 {
            evidence = format!("{evidence}; {}", held.join(", "));
        }
        into.push(Finding {
            rule: Rule::MountsOnOneMember,
            severity,
            subject: server.to_string(),
            what: format!("all {} mounts of {server} are on {host}", instances.len()),
            evidence,
            effect: format!(
                "{host} bears all the load; when it fails, whoever mounts anew finds nothing, and so \
                 do those that know no other member"
            ),
            remedy: "spread the mounts over the members, or mount by a name that moves; and see \
                     whether the members hold the same"
                .into(),
        });
    }
}

fn mounts(topology: &Topology) -> BTreeMap<&GroupName, Mounts> {
    let mut hosts: BTreeMap<String, (&GroupName, u32)> = BTreeMap::new();
    for (name, group) in &topology.groups {
        for ordinal in group.instances.keys() {
            hosts.insert(group.host_name(name, *ordinal), (name, *ordinal));
        }
    }
    let mut all: BTreeMap<&GroupName, Mounts> = BTreeMap::new();
    for (name, group) in groups(topology) {
        let mut seen: BTreeSet<(u32, &str)> = BTreeSet::new();
        for (ordinal, facts) in &group.instances {
            for file_system in &facts.file_systems {
                let server = file_system.remote().and_then(|(host, _)| hosts.get(host));
                if let Some((server, member)) = server {
                    let by_member = &mut all.entry(server).or_default().by_member;
                    let instances = by_member.entry(*member).or_default();
                    instances.insert(format!("{name}[{ordinal}]"));
                    seen.insert((*ordinal, &file_system.mount));
                }
            }
        }
        if group.mounts.is_empty() {
            continue;
        }
        let ordinals = group.ordinals(group.count.planned().min(MOST));
        for mount in &group.mounts {
            let Some((server, _)) = topology.groups.get_key_value(&mount.from) else {
                continue;
            };
            let into = all.entry(server).or_default();
            for ordinal in &ordinals {
                if seen.contains(&(*ordinal, &mount.mount)) {
                    continue;
                }
                match mount.ordinal {
                    Some(member) => {
                        let instances = into.by_member.entry(member).or_default();
                        instances.insert(format!("{name}[{ordinal}]"));
                    }
                    None => into.open = true,
                }
            }
        }
    }
    all
}

/// What each member holds on its volumes, where that was seen.
fn held(server: &GroupName, group: &Group) -> Vec<String> {
    let on_volumes: BTreeSet<&str> = group
        .volumes
        .values()
        .filter_map(|volume| volume.mount.as_deref())
        .collect();
    let mut held = Vec::new();
    for (ordinal, facts) in &group.instances {
        for file_system in &facts.file_systems {
            if on_volumes.contains(file_system.mount.as_str()) {
                let host = group.host_name(server, *ordinal);
                held.push(format!("{host} holds {}", gib(file_system.used.0)));
            }
        }
    }
    held.truncate(6);
    held
}
