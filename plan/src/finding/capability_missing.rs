//! A capability that is needed and that the environment's site does not offer. Requirements are
//! capabilities, never hardware. A question to the provider that is written down and still open
//! (`unknown`) is a hint; one that nobody asked is none.

use std::collections::{BTreeMap, BTreeSet};

use model::site::{Capability, Offer};

use super::words::{groups, list, profiles};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some((site_name, site)) = topology
        .site
        .as_ref()
        .and_then(|name| topology.sites.get_key_value(name))
    else {
        return;
    };
    let mut needed: BTreeMap<Capability, BTreeSet<String>> = BTreeMap::new();
    for (name, group) in groups(topology) {
        for (profile_name, profile) in profiles(topology, group) {
            for capability in &profile.capabilities {
                let by = needed.entry(*capability).or_default();
                by.insert(format!("profile {profile_name}"));
            }
        }
        if !group.volumes.is_empty() || !group.boot.is_disk() {
            let by = needed.entry(Capability::BlockStorage).or_default();
            by.insert(format!("the volumes of {name}"));
        }
    }
    for (capability, by) in needed {
        let word = capability.word();
        let by = list(&by);
        let (severity, what, remedy) = match site.offers.get(&capability) {
            None | Some(Offer::Offered) => continue,
            Some(Offer::Missing) => (
                Severity::Warning,
                format!("{site_name} does not offer {word}"),
                format!("ask {site_name} for {word}, choose another site, or do without"),
            ),
            Some(Offer::Unknown) => (
                Severity::Hint,
                format!("whether {site_name} offers {word} is still open"),
                format!("ask, and write the answer under `sites.{site_name}.offers.{word}`"),
            ),
        };
        into.push(Finding {
            rule: Rule::CapabilityMissing,
            severity,
            subject: word.to_owned(),
            what,
            evidence: format!("needed by {by}"),
            effect: format!("without {word}, these may not work as planned: {by}"),
            remedy,
        });
    }
}
