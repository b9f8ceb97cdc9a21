//! What was begun, tried or given up, and is still there, in an environment that serves the public.
//! The WebPlatform's document wants VMs "used for development" removed from production. Elsewhere
//! trying things is what an environment is for.

use model::profile::Lifecycle;

use super::words::{counted, groups, is_in_use, profiles, redundancy};
use super::{Finding, Rule, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some(severity) = redundancy(topology.kind) else {
        return;
    };
    let mut push = |subject: String, lifecycle: Lifecycle, evidence: String| {
        let (is, remedy) = match lifecycle {
            Lifecycle::Live => return,
            Lifecycle::Testing => (
                "is being tried out",
                "move it into an environment for tests, or take it live",
            ),
            Lifecycle::Unfinished => ("is not finished", "finish it, or remove it"),
            Lifecycle::ToBeRemoved => ("is to be removed and still there", "remove it"),
        };
        into.push(Finding {
            rule: Rule::LifecycleOpen,
            severity,
            what: format!("{subject} {is}"),
            evidence,
            effect:
                "it takes its share of the quota and of everybody's care, and can do harm where \
                     the public is served"
                    .into(),
            remedy: remedy.into(),
            subject,
        });
    };
    for (name, group) in groups(topology) {
        if !is_in_use(group.lifecycle) {
            let n = counted(group.count.planned().into(), "instance", "instances");
            let evidence = format!("lifecycle {}; {n} in {}", group.lifecycle, topology.kind);
            push(name.to_string(), group.lifecycle, evidence);
        }
    }
    // A profile of a group that is open itself is told with that group.
    for (name, profile) in &topology.profiles {
        if is_in_use(profile.lifecycle) {
            continue;
        }
        let live: Vec<_> = groups(topology)
            .filter(|(_, group)| is_in_use(group.lifecycle))
            .filter(|(_, group)| profiles(topology, group).any(|(other, _)| other == name))
            .map(|(group, _)| group)
            .collect();
        if !live.is_empty() {
            let on = super::words::list(live);
            let evidence = format!("lifecycle {}; it is on {on}", profile.lifecycle);
            push(name.to_string(), profile.lifecycle, evidence);
        }
    }
}
