//! A release that gets no more fixes on the day for which the environment is judged: of instances as
//! they were seen, and of the releases that an environment allows. Standard support alone counts;
//! what is paid for beyond it isn't known here. A release whose name and number contradict each
//! other is told by `no-such-release`, and one that isn't in the table by nobody.

use std::collections::BTreeMap;

use model::facts::OsRelease;

use super::words::list;
use super::{Finding, Rule, Severity, Surroundings};
use crate::releases::{Release, Stated};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let ended = |os: &OsRelease| -> Option<(&'static Release, chrono::NaiveDate)> {
        let release = Stated::of(os)?.release()?;
        let end = release.support_ends()?;
        (end < around.today).then_some((release, end))
    };
    let mut push = |subject: String, what: String, evidence: String, remedy: &str| {
        into.push(Finding {
            rule: Rule::ReleaseOutOfSupport,
            severity: Severity::Warning,
            subject,
            what,
            evidence,
            effect: "holes that become known are not mended there".into(),
            remedy: remedy.into(),
        });
    };
    for (name, group) in &around.topology.groups {
        let mut old: BTreeMap<&'static str, (&'static Release, chrono::NaiveDate, Vec<String>)> =
            BTreeMap::new();
        for (ordinal, facts) in &group.instances {
            if let Some((release, end)) = facts.os.as_ref().and_then(ended) {
                let (_, _, instances) = old
                    .entry(release.number)
                    .or_insert_with(|| (release, end, Vec::new()));
                instances.push(format!("{name}[{ordinal}]"));
            }
        }
        for (release, end, instances) in old.into_values() {
            push(
                name.to_string(),
                format!("{name} runs {release}, out of standard support since {end}"),
                format!("seen on {}", list(instances)),
                "move to a release that is supported, or buy its extended support and mute this",
            );
        }
    }
    let environment = &around.topology.environment;
    for allowed in &around.topology.allowed_releases {
        if let Some((release, end)) = ended(&OsRelease::new(allowed.as_str())) {
            push(
                environment.to_string(),
                format!("{environment} allows {release}, out of standard support since {end}"),
                "`allowed_releases`".to_owned(),
                "plan a release that is supported",
            );
        }
    }
}
