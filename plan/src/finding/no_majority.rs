//! A cluster whose running members are no majority; and a cluster of two: with one gone, the other is no
//! majority, and can't tell a dead peer from a broken line. What it rests on: the members as planned and at
//! the least, an arbiter, and that nobody else decides for them (see `cluster`). Needed by every quorum (the "standard quorum service" and the "3rd site quorum" of the cluster summit's
//! notes); the WebPlatform's database is a master and one read-only node.

use std::collections::BTreeSet;

use super::cluster::{Members, clusters};
use super::words::{list, redundancy};
use super::{Finding, Rule, Severity, Surroundings};

/// What a cloud says of an instance that does nothing, and will not by itself.
const DOWN: [&str; 6] = [
    "ERROR",
    "PAUSED",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SHUTOFF",
    "SUSPENDED",
];

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let Some(severity) = redundancy(around.topology.kind) else {
        return;
    };
    for cluster in clusters(around.topology) {
        let count = cluster.group.count;
        if let Some(finding) = lost(&cluster) {
            into.push(finding);
            continue;
        }
        if cluster.arbiter().is_some() || !cluster.is_whole() {
            continue;
        }
        let name = cluster.name;
        let (what, severity) = if count.planned() == 2 {
            let what = format!("{name} has 2 members and no third to form a majority with");
            (what, severity)
        } else if count.planned() > 2 && count.min() == 2 {
            let what = format!(
                "{name} has 2 members at its minimum, and no third to form a majority with"
            );
            (what, Severity::Hint)
        } else {
            continue;
        };
        into.push(Finding {
            rule: Rule::NoMajority,
            severity,
            subject: name.to_string(),
            what,
            evidence: cluster.evidence(),
            effect: if cluster.votes_on_writes() {
                "when one is gone, or they lose sight of each other, nothing is written any more"
            } else {
                "when one is gone, or they lose sight of each other, either nobody takes over by \
                 itself, or both take writes"
            }
            .into(),
            remedy: format!(
                "give {name} a third member, or an arbiter at another place (`cluster: {{ arbiter: … }}`)"
            ),
        });
    }
}

/// A cluster of which too few members run just now. One that is stopped as a whole was stopped on
/// purpose, and of a primary with replicas nobody said that they vote.
fn lost(cluster: &Members<'_>) -> Option<Finding> {
    let group = cluster.group;
    let members = u64::from(group.count.planned());
    if !cluster.declared || !cluster.is_whole() || members < 2 {
        return None;
    }
    let failed = group.instances.iter().filter(|(_, facts)| {
        let status = facts.status.as_deref();
        status.is_some_and(|status| DOWN.contains(&status))
    });
    let down: BTreeSet<u32> = failed
        .map(|(ordinal, _)| *ordinal)
        .chain(group.stopped.iter().copied())
        .collect();
    let up = members.saturating_sub(down.len() as u64);
    let arbiter = u64::from(cluster.arbiter().is_some());
    if up == 0 || (up + arbiter) * 2 > members + arbiter {
        return None;
    }
    let name = cluster.name;
    let gone = down.iter().map(|ordinal| format!("{name}[{ordinal}]"));
    Some(Finding {
        rule: Rule::NoMajority,
        severity: Severity::Critical,
        subject: name.to_string(),
        what: format!("{name} has {up} of its {members} members running, which is no majority"),
        evidence: format!("not running: {}; {}", list(gone), cluster.evidence()),
        effect: "the cluster does no work, or one half of it does what the other knows nothing of"
            .into(),
        remedy: format!("start what is stopped of {name}, or replace what has failed"),
    })
}
