//! A release that doesn't exist as it is stated: a code name that belongs to another number, an LTS
//! that is none, a number between those that came out. "Ubuntu 11.04 LTS Lucid" of the WebPlatform's
//! app servers: Lucid is 10.04, and 11.04 is Natty and no LTS.

use std::collections::BTreeMap;

use model::facts::OsRelease;

use super::words::list;
use super::{Finding, Rule, Severity, Surroundings};
use crate::releases::Stated;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    for (name, group) in &around.topology.groups {
        let mut stated: BTreeMap<&OsRelease, Vec<String>> = BTreeMap::new();
        for (ordinal, facts) in &group.instances {
            if let Some(os) = &facts.os {
                stated
                    .entry(os)
                    .or_default()
                    .push(format!("{name}[{ordinal}]"));
            }
        }
        for (os, instances) in stated {
            let Some(why) = contradiction(os) else {
                continue;
            };
            into.push(Finding {
                rule: Rule::NoSuchRelease,
                severity: Severity::Warning,
                subject: name.to_string(),
                what: format!("“{os}” is no release: {why}"),
                evidence: format!("stated of {}", list(instances)),
                effect: "nobody knows which packages and fixes these instances get".into(),
                remedy: format!(
                    "look at /etc/os-release there and correct what is stated: {}",
                    candidates(os)
                ),
            });
        }
    }
}

/// What contradicts what; none where the release is one, or nothing is known of it.
fn contradiction(os: &OsRelease) -> Option<String> {
    let stated = Stated::of(os)?;
    let Stated {
        distribution,
        number,
        named,
        lts,
    } = &stated;
    let numbered = stated.numbered();
    let mut said = Vec::new();
    match (*named, numbered) {
        (Some(named), Some(numbered)) if named == numbered => {}
        (Some(named), _) => {
            let code = named.code_name.unwrap_or_default();
            said.push(format!("{code} is {}", named.number));
        }
        (None, _) => {}
    }
    match numbered {
        None if stated.would_be_known() => {
            said.push(format!("there was no {distribution} {number}"));
        }
        None => {}
        Some(release) => {
            let no_lts = *lts && !release.lts && distribution_has_lts(&stated);
            let other_name = !said.is_empty();
            let code = release.code_name.unwrap_or_default();
            match (other_name, no_lts) {
                (true, true) => said.push(format!("{number} is {code} and no LTS")),
                (true, false) => said.push(format!("{number} is {code}")),
                (false, true) => said.push(format!("{number} is no LTS")),
                (false, false) => {}
            }
        }
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// Whether LTS is a property of some of a distribution's releases, and not a service for all.
fn distribution_has_lts(stated: &Stated) -> bool {
    use crate::releases::Distribution;
    match stated.distribution {
        Distribution::Ubuntu => true,
        Distribution::Debian
        | Distribution::RedHat
        | Distribution::CentOs
        | Distribution::CentOsStream
        | Distribution::Rocky
        | Distribution::AlmaLinux => false,
    }
}

/// What may be meant.
fn candidates(os: &OsRelease) -> String {
    let Some(stated) = Stated::of(os) else {
        return "a number and its own code name".to_owned();
    };
    let meant: Vec<String> = [stated.named, stated.numbered()]
        .into_iter()
        .flatten()
        .map(|release| format!("“{release}”"))
        .collect();
    match meant.as_slice() {
        [] => "a number that came out".to_owned(),
        [one] => format!("perhaps {one}"),
        _ => format!("it is {}", meant.join(" or ")),
    }
}
