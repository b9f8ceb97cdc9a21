//! A way to a group at another site that takes longer than what needs it bears ("you need a maximum
//! latency of X ms between your backends", not a crossover cable). Within one site nothing is said
//! of ways, and so nothing is found. Where the way isn't known, the requirement is an open question.

use model::group::Replicates;

use super::words::groups;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some(here) = &topology.site else { return };
    for (name, group) in groups(topology) {
        let Some(Replicates {
            environment,
            group: other,
        }) = &group.replicates
        else {
            continue;
        };
        let followed = other.as_ref().unwrap_or(name);
        let Some(bears) = group.latency_ms.get(followed) else {
            continue;
        };
        let Some(source) = around.others().find(|it| it.environment == *environment) else {
            continue;
        };
        let Some(there) = source.site.as_ref().filter(|there| *there != here) else {
            continue;
        };
        let way = [(topology, here, there), (source, there, here)]
            .into_iter()
            .filter_map(|(in_file, from, to)| in_file.sites.get(from)?.latency_ms.get(to))
            .max();
        let (severity, what, remedy) = match way {
            Some(takes) if takes <= bears => continue,
            Some(takes) => (
                Severity::Warning,
                format!(
                    "{name} bears {bears} ms to {followed} of {environment}, and the way takes {takes}"
                ),
                "bring the two closer together, or replicate in a way that bears it".to_owned(),
            ),
            None => (
                Severity::Hint,
                format!(
                    "whether the way from {here} to {there} takes {bears} ms or less is not known"
                ),
                format!("measure it, and write it under `sites.{here}.latency_ms.{there}`"),
            ),
        };
        into.push(Finding {
            rule: Rule::LatencyTooHigh,
            severity,
            subject: name.to_string(),
            what,
            evidence: format!(
                "{name} replicates {followed} of {environment}, which is at {there}; it is at {here}"
            ),
            effect: "replication falls behind, or every write waits for it".into(),
            remedy,
        });
    }
}
