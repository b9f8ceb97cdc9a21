//! A quota that the environment will count against and that its cloud doesn't tell. Silent where the
//! cloud wasn't asked.

use std::collections::BTreeSet;

use model::topology::Topology;

use super::words::{groups, list};
use super::{Finding, Rule, Severity, Surroundings};
use crate::offers::QuotaKind;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let Some(offers) = around.offers else { return };
    let topology = around.topology;
    let unknown: Vec<QuotaKind> = needed(topology)
        .into_iter()
        .filter(|kind| !offers.quotas.contains_key(kind))
        .collect();
    if unknown.is_empty() {
        return;
    }
    let cloud = topology
        .cloud
        .as_ref()
        .map_or_else(|| "its cloud".to_owned(), ToString::to_string);
    into.push(Finding {
        rule: Rule::QuotaUnknown,
        severity: Severity::Hint,
        subject: topology.environment.to_string(),
        what: format!("{cloud} does not tell its quota of {}", list(&unknown)),
        evidence: format!("asked at {}", offers.at.format("%Y-%m-%d %H:%M UTC")),
        effect: "whether the environment fits is found out while it is made".into(),
        remedy: "ask whoever runs the cloud, or sign in with a role that may see it".into(),
    });
}

/// The quotas that an environment counts against.
fn needed(topology: &Topology) -> BTreeSet<QuotaKind> {
    let mut needed = BTreeSet::new();
    for (_, group) in groups(topology) {
        needed.extend([QuotaKind::Instances, QuotaKind::Vcpus, QuotaKind::RamMib]);
        if !group.volumes.is_empty() || !group.boot.is_disk() {
            needed.extend([QuotaKind::Volumes, QuotaKind::VolumeGib]);
        }
        if group
            .public_addresses
            .count
            .fixed()
            .is_some_and(|n| n.planned() > 0)
        {
            needed.insert(QuotaKind::FloatingIps);
        }
    }
    needed
}
