//! Several series of operating systems side by side, or one that the environment does not allow.

use std::collections::BTreeMap;

use model::topology::Topology;

use super::{Finding, Severity};

pub(super) fn find(topology: &Topology, into: &mut Vec<Finding>) {
    let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, group) in &topology.groups {
        for (ordinal, facts) in &group.instances {
            if let Some(os) = &facts.os {
                series
                    .entry(os.series())
                    .or_default()
                    .push(format!("{name}[{ordinal}]"));
            }
        }
    }
    if series.len() > 1 {
        let evidence: Vec<String> = series
            .iter()
            .map(|(series, instances)| format!("{series}: {}", instances.join(", ")))
            .collect();
        into.push(Finding {
            rule: "mixed releases".into(),
            severity: Severity::Warning,
            subject: topology.environment.to_string(),
            what: format!("{} series of operating systems side by side", series.len()),
            evidence: evidence.join("; "),
            effect: "each has its own packages, fixes and end of support".into(),
            remedy: "move to one release".into(),
        });
    }
    if topology.allowed_releases.is_empty() {
        return;
    }
    for (series, instances) in &series {
        if !topology.allowed_releases.contains(series) {
            into.push(Finding {
                rule: "release not allowed".into(),
                severity: Severity::Warning,
                subject: instances.join(", "),
                what: format!("{series} is not among the allowed releases"),
                evidence: format!("allowed: {}", topology.allowed_releases.join(", ")),
                effect: "what was tested on the allowed releases may not hold there".into(),
                remedy: "move these instances, or allow the release".into(),
            });
        }
    }
}
