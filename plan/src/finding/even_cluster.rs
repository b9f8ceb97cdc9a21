//! A cluster of four, six or more even members: it may split into halves of which neither is a
//! majority, and bears the loss of no more members than with one fewer.

use super::cluster::clusters;
use super::words::redundancy;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let Some(severity) = redundancy(around.topology.kind) else {
        return;
    };
    for cluster in clusters(around.topology) {
        let planned = cluster.group.count.planned();
        let even = planned >= 4 && planned.is_multiple_of(2);
        if !even || cluster.arbiter().is_some() || !cluster.is_whole() {
            continue;
        }
        let name = cluster.name;
        into.push(Finding {
            rule: Rule::EvenCluster,
            // Whether a primary's replicas vote at all isn't said.
            severity: if cluster.declared {
                severity
            } else {
                Severity::Hint
            },
            subject: name.to_string(),
            what: format!("{name} is planned with an even number of members: {planned}"),
            evidence: cluster.evidence(),
            effect: format!(
                "where a majority decides, {planned} members bear the loss of {}, as {} do, and two \
                 halves of {} decide nothing",
                planned / 2 - 1,
                planned - 1,
                planned / 2
            ),
            remedy: format!(
                "plan {} or {} members, or name an arbiter (`cluster: {{ arbiter: … }}`)",
                planned - 1,
                planned + 1
            ),
        });
    }
}
