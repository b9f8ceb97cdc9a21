//! Full file systems. A file system counts as full from 90% on and as critical from 98% on: at
//! that point writes of others than root fail on file systems with the usual reserve.

use super::{Finding, Rule, Severity, Surroundings};

pub(super) const WARNING_PERCENT: u8 = 90;
const CRITICAL_PERCENT: u8 = 98;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    for (name, group) in &around.topology.groups {
        for (ordinal, facts) in &group.instances {
            for file_system in &facts.file_systems {
                let percent = file_system.used_percent;
                // A remote mount is reported where the file system is, not by each that mounts it.
                if percent < WARNING_PERCENT || file_system.remote().is_some() {
                    continue;
                }
                let host = group.host_name(name, *ordinal);
                into.push(Finding {
                    rule: Rule::FullFileSystem,
                    severity: if percent >= CRITICAL_PERCENT {
                        Severity::Critical
                    } else {
                        Severity::Warning
                    },
                    subject: format!("{name}[{ordinal}]"),
                    what: format!("{} on {host} is {percent}% full", file_system.mount),
                    evidence: format!(
                        "{}: {} of {} used, {} free",
                        file_system.device,
                        file_system.used,
                        file_system.size,
                        file_system.available
                    ),
                    effect: "what writes there fails, or soon will".into(),
                    remedy: "remove what is no longer needed, or give it a larger disk".into(),
                });
            }
        }
    }
}
