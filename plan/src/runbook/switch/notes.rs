//! What is to be known before one switches: what is not replicated, and what the other side has less of.

use std::collections::BTreeSet;

use model::topology::Topology;

use super::Switch;
use crate::capacity::totals;
use crate::runbook::words;

impl<'a> Switch<'a> {
    /// Whether either file says how far the sites are apart.
    fn distance_known(&self) -> bool {
        let said = |one: &Topology, other: &Topology| {
            let (Some(own), Some(other)) = (&one.site, &other.site) else {
                return false;
            };
            let site = one.sites.get(own);
            own == other || site.is_some_and(|site| site.latency_ms.contains_key(other))
        };
        said(self.from, self.to) || said(self.to, self.from)
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let (from, to) = (&self.from.environment, &self.to.environment);
        let mut notes = Vec::new();
        if self.pairs.is_empty() {
            notes.push(format!(
                "No group says that its data is replicated between {from} and {to}: nothing that was written at {from} is there."
            ));
        }
        let (here, there) = (
            totals(self.from, self.sizing, None).instances,
            totals(self.to, self.sizing, None).instances,
        );
        if there < here {
            notes.push(format!(
                "{to} has {there} instances where {from} has {here}: it carries less."
            ));
        }
        if !self.distance_known() {
            notes.push(format!(
                "The round-trip time between the sites of {from} and {to} is not known: measure how far replication is behind."
            ));
        }
        for (name, group) in &self.from.groups {
            if self.pairs.iter().any(|(serving, _)| serving == name) {
                continue;
            }
            let stands = if self.to.groups.contains_key(name) {
                String::new()
            } else {
                format!(", and {to} has no group of that name")
            };
            let keeps = if group.volumes.is_empty() {
                "what is on its disks stays behind".to_owned()
            } else {
                let volumes: Vec<&str> = group.volumes.keys().map(AsRef::as_ref).collect();
                format!(
                    "what is on its disks and its volumes ({}) stays behind",
                    volumes.join(", ")
                )
            };
            notes.push(format!("{name} is not replicated: {keeps}{stands}."));
        }
        let names = |topology: &'a Topology| -> BTreeSet<&'a str> {
            let groups = topology.groups.values();
            groups
                .flat_map(|group| words::hosts(topology, group))
                .collect()
        };
        let there = names(self.to);
        let missing: Vec<&str> = names(self.from).difference(&there).copied().collect();
        if !missing.is_empty() {
            notes.push(format!("Nothing at {to} serves {}.", missing.join(", ")));
        }
        notes
    }
}
