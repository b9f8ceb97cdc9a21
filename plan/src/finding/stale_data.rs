//! What is shown of an environment was true too long ago: it was not collected for days, or the
//! cloud could not see an instance. Silent where nobody said when it was collected: a transcription
//! has no such day.

use model::environment::Layer;

use super::words::{counted, list};
use super::{Finding, Rule, Severity, Surroundings};

/// What is collected once a day is never older than this.
const STALE_DAYS: i64 = 2;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let observed = match topology.layer {
        Layer::Observed => around.collected,
        Layer::Planned => None,
    };
    if let Some(collected) = observed {
        let age = (around.today - collected).num_days();
        if age >= STALE_DAYS {
            into.push(Finding {
                rule: Rule::StaleData,
                severity: Severity::Warning,
                subject: topology.environment.to_string(),
                what: format!(
                    "what is shown of {} is {} old",
                    topology.environment,
                    counted(age.unsigned_abs(), "day", "days")
                ),
                evidence: format!("last collected on {collected}"),
                effect:
                    "what has changed since isn't seen, and every other finding rests on what was"
                        .into(),
                remedy: "see why its cloud was not collected: whether it answers, and whether a \
                         server is running"
                    .into(),
            });
        }
    }
    let mut since = None;
    let mut unseen = Vec::new();
    for (name, group) in &topology.groups {
        for (ordinal, facts) in &group.instances {
            if let Some(at) = facts.unseen_since {
                unseen.push(format!("{name}[{ordinal}]"));
                since = since.min(Some(at)).or(Some(at));
            }
        }
    }
    if let Some(since) = since {
        into.push(Finding {
            rule: Rule::StaleData,
            severity: Severity::Warning,
            subject: topology.environment.to_string(),
            what: format!(
                "the cloud can't see {} of {}",
                counted(unseen.len() as u64, "instance", "instances"),
                topology.environment
            ),
            evidence: format!(
                "{}; not seen since {}",
                list(unseen),
                since.format("%Y-%m-%d %H:%M UTC")
            ),
            effect: "what is shown of them is of before; whether they run isn't known".into(),
            remedy: "ask whoever runs the cloud: the part that holds them is down".into(),
        });
    }
}
