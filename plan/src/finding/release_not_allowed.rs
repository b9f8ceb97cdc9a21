//! A series of an operating system that the environment does not allow, where it says which it
//! allows. One finding for each group.

use std::collections::BTreeMap;

use model::facts::OsRelease;

use super::words::list;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let allowed = &around.topology.allowed_releases;
    if allowed.is_empty() {
        return;
    }
    for (name, group) in &around.topology.groups {
        let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (ordinal, facts) in &group.instances {
            let os = facts.os.as_ref().map(OsRelease::series);
            if let Some(os) = os.filter(|os| !allowed.contains(os)) {
                series
                    .entry(os)
                    .or_default()
                    .push(format!("{name}[{ordinal}]"));
            }
        }
        for (series, instances) in series {
            into.push(Finding {
                rule: Rule::ReleaseNotAllowed,
                severity: Severity::Warning,
                subject: name.to_string(),
                what: format!("{name} runs {series}, which is not among the allowed releases"),
                evidence: format!("{}; allowed: {}", list(instances), list(allowed)),
                effect: "what was tested on the allowed releases may not hold there".into(),
                remedy: format!("move {name}, or allow the release"),
            });
        }
    }
}
