//! A cluster whose members stand at two sites, with no vote at a third one ("split site" and the
//! "3rd site quorum" of the cluster summit's notes): when the line between the two breaks, neither
//! can know whether the other lives. Silent where a site isn't known, and for plain replicas: they
//! follow, and don't vote.

use model::group::{Arbiter, Replicates};
use model::name::SiteName;

use super::cluster::clusters;
use super::words::redundancy;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let (Some(severity), Some(here)) = (redundancy(topology.kind), &topology.site) else {
        return;
    };
    for members in clusters(topology) {
        let (Some(cluster), Some(Replicates { environment, .. })) =
            (&members.group.cluster, &members.group.replicates)
        else {
            continue;
        };
        let mut others = around
            .others()
            .filter(|other| other.environment == *environment);
        let Some(there) = others.find_map(|other| other.site.as_ref()) else {
            continue;
        };
        if here == there {
            continue;
        }
        let name = members.name;
        let at = |site: &SiteName| site == here || site == there;
        let (severity, why) = match &cluster.arbiter {
            None => (
                Severity::Hint,
                "nobody with a deciding vote is named".to_owned(),
            ),
            Some(Arbiter::None) => (severity, "`cluster` says `arbiter: none`".to_owned()),
            Some(Arbiter::Site(site)) if at(site) => (
                severity,
                format!("its arbiter is at {site}, which is one of the two"),
            ),
            // All groups of this environment are here.
            Some(Arbiter::Group(group)) => (
                severity,
                format!("its arbiter is {group}, which is at {here} too"),
            ),
            Some(Arbiter::Site(_) | Arbiter::External(_)) => continue,
        };
        into.push(Finding {
            rule: Rule::NoThirdSite,
            severity,
            subject: name.to_string(),
            what: format!(
                "{name} is a cluster over two sites, {here} and {there}, without a third"
            ),
            evidence: format!("it replicates {environment}, which is at {there}; {why}"),
            effect: "when the line between the two breaks, neither knows whether the other lives: \
                     both stop, or both go on"
                .into(),
            remedy: "give the deciding vote to something small at a third site (`cluster: { \
                     arbiter: { site: … } }`)"
                .into(),
        });
    }
}
