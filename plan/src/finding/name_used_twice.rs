//! A DNS name that two environments serve. Names are shared on purpose by an environment and its
//! copies, its replica, and its successor: these are passed over.

use std::collections::{BTreeMap, BTreeSet};

use model::environment::EnvironmentKind;
use model::name::EnvironmentName;
use model::topology::Topology;

use super::words::{family as family_of, groups, is_in_use, list, profiles};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    if is_isolated(topology) {
        return;
    }
    let own = names(topology);
    let mut twice: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // Who is of one family is asked only where there is a name to ask for.
    let mut family: Option<BTreeSet<&EnvironmentName>> = None;
    for other in around.others().filter(|other| !is_isolated(other)) {
        for (name, profile) in names(other) {
            if !own.contains_key(name) {
                continue;
            }
            let family = family.get_or_insert_with(|| family_of(topology, around.others()));
            if family.contains(&other.environment) {
                break;
            }
            let there = format!("{profile} of {}", other.environment);
            twice.entry(name).or_default().insert(there);
        }
    }
    for (name, others) in twice {
        let here = own.get(name).copied().unwrap_or_default();
        into.push(Finding {
            rule: Rule::NameUsedTwice,
            severity: Severity::Warning,
            subject: name.to_owned(),
            what: format!("{name} is served here and by {}", list(&others)),
            evidence: format!("profile {here} has it, and so has {}", list(&others)),
            effect: "DNS leads to one of them, or to either by chance".into(),
            remedy: "give one of them another name, or say that it replicates or was the other"
                .into(),
        });
    }
}

/// Whether an environment is a copy: it has the names of its source, and nobody's DNS tells of it.
fn is_isolated(topology: &Topology) -> bool {
    match topology.kind {
        EnvironmentKind::Temporary => true,
        EnvironmentKind::Production
        | EnvironmentKind::Secondary
        | EnvironmentKind::Staging
        | EnvironmentKind::Development => false,
    }
}

/// The DNS names that instances serve, each with a profile that does.
fn names(topology: &Topology) -> BTreeMap<&str, &str> {
    let mut names = BTreeMap::new();
    for (_, group) in groups(topology) {
        for (name, profile) in profiles(topology, group) {
            if is_in_use(profile.lifecycle) {
                let hosts = profile
                    .hosts
                    .iter()
                    .map(|host| (host.as_str(), name.as_str()));
                names.extend(hosts);
            }
        }
    }
    names
}
