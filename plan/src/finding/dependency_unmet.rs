//! A service that a profile needs and that nobody provides: no group with instances, no external
//! node, and no site that offers it. A group whose minimum is no instance at all is a provider yet.

use std::collections::{BTreeMap, BTreeSet};

use model::name::{ProfileName, ServiceName};
use model::site::Offer;

use super::words::{groups, is_in_use, list, profiles};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let mut provided: BTreeSet<&str> = BTreeSet::new();
    let mut needed: BTreeMap<&ServiceName, (bool, BTreeSet<&ProfileName>)> = BTreeMap::new();
    for node in topology.external.values() {
        provided.extend(node.provides.iter().map(ServiceName::as_str));
    }
    // A site's shared file system, its time server and its relay are services as well.
    let site = topology
        .site
        .as_ref()
        .and_then(|name| topology.sites.get(name));
    for (capability, offer) in site.into_iter().flat_map(|site| &site.offers) {
        match offer {
            Offer::Offered => provided.extend([capability.word()]),
            Offer::Missing | Offer::Unknown => {}
        }
    }
    for (_, group) in groups(topology) {
        for (name, profile) in profiles(topology, group) {
            provided.extend(profile.provides.iter().map(ServiceName::as_str));
            let in_use = is_in_use(group.lifecycle) && is_in_use(profile.lifecycle);
            for service in &profile.needs {
                let (wanted, by) = needed.entry(service).or_default();
                *wanted |= in_use;
                by.insert(name);
            }
        }
    }
    for (service, (in_use, by)) in needed {
        if provided.contains(service.as_str()) {
            continue;
        }
        into.push(Finding {
            rule: Rule::DependencyUnmet,
            severity: if in_use {
                Severity::Warning
            } else {
                Severity::Hint
            },
            subject: service.to_string(),
            what: format!("nobody provides {service}, which {} needs", list(&by)),
            evidence:
                "no profile of a group with instances provides it, no external node, and the \
                       site doesn't offer it"
                    .into(),
            effect: format!("{} may not work", list(&by)),
            remedy: format!(
                "add a group whose profile provides {service}, or name the external node that does \
                 (`provides: [{service}]`)"
            ),
        });
    }
}
