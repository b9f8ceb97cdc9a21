//! Several series of operating systems side by side. The WebPlatform's plan wants one release on all
//! instances.

use std::collections::BTreeMap;

use super::words::list;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, group) in &around.topology.groups {
        for (ordinal, facts) in &group.instances {
            if let Some(os) = &facts.os {
                let instances = series.entry(os.series()).or_default();
                instances.push(format!("{name}[{ordinal}]"));
            }
        }
    }
    if series.len() < 2 {
        return;
    }
    let evidence: Vec<String> = series
        .iter()
        .map(|(series, instances)| format!("{series}: {}", list(instances)))
        .collect();
    into.push(Finding {
        rule: Rule::MixedReleases,
        severity: Severity::Warning,
        subject: around.topology.environment.to_string(),
        what: format!("{} series of operating systems side by side", series.len()),
        evidence: evidence.join("; "),
        effect: "each has its own packages, fixes and end of support".into(),
        remedy: "move to one release".into(),
    });
}
