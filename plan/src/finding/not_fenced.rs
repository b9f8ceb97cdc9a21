//! A cluster that can't shut out a member that the others lost sight of ("standard fencing" of the
//! cluster summit's notes). Only of groups that say they are clusters: elsewhere nobody said
//! anything of fencing. Silent where members vote on every write (Raft, as in etcd and Consul; Galera): one
//! that is cut off is no majority and commits nothing, so that there is nothing to shut out.

use model::site::Offer;

use super::cluster::clusters;
use super::words::redundancy;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let Some(severity) = redundancy(around.topology.kind) else {
        return;
    };
    for members in clusters(around.topology) {
        let Some(cluster) = &members.group.cluster else {
            continue;
        };
        let alone = members.group.count.planned() < 2 && members.is_whole();
        let name = members.name;
        let (severity, what, evidence) = match cluster.fencing {
            _ if alone || members.votes_on_writes() => continue,
            Offer::Offered => continue,
            Offer::Missing => (
                severity,
                format!("{name} is a cluster without fencing"),
                "`cluster` says `fencing: missing`",
            ),
            Offer::Unknown => (
                Severity::Hint,
                format!("whether {name}, a cluster, is fenced is not known"),
                "`cluster` says nothing of fencing, or `unknown`",
            ),
        };
        into.push(Finding {
            rule: Rule::NotFenced,
            severity,
            subject: name.to_string(),
            what,
            evidence: evidence.into(),
            effect: "a member that only lost its line may go on writing beside the one that took \
                     over"
                .into(),
            remedy: "let the cluster stop such a member through the cloud, and write `fencing: \
                     offered`; or, where its members vote on every write, `decides: every-write`"
                .into(),
        });
    }
}
