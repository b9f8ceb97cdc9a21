//! What an environment costs can't be told: groups without a flavor, and flavors for which the price book
//! has neither a price by name nor one for each of their parts. Where there is no price book, only the
//! flavors that nobody named are told.

use std::collections::BTreeSet;

use model::name::FlavorName;
use model::value::Value;

use super::words::{counted, groups, list};
use super::{Finding, Rule, Severity, Surroundings};
use crate::cost::instance;
use crate::need::Size;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let mut no_flavor = Vec::new();
    // With whether its disk is used.
    let mut used: BTreeSet<(&FlavorName, bool)> = BTreeSet::new();
    for (name, group) in groups(topology) {
        let has_disk = group.boot.is_disk();
        let own = group
            .instances
            .values()
            .filter_map(|facts| facts.flavor.as_ref());
        used.extend(own.map(|flavor| (flavor, has_disk)));
        match &group.flavor {
            Value::Fixed(flavor) => {
                used.insert((flavor, has_disk));
            }
            // Instances that were seen with flavors of their own leave their group's open.
            Value::AssignedByCloud | Value::Unknown => {
                if group.instances.values().all(|facts| facts.flavor.is_none()) {
                    no_flavor.push(name);
                }
            }
        }
    }
    let mut push = |what: String, evidence: String, remedy: &str| {
        into.push(Finding {
            rule: Rule::PriceUnknown,
            severity: Severity::Hint,
            subject: topology.environment.to_string(),
            what,
            evidence,
            effect: "totals and costs are known in part, and the rest is missing from them".into(),
            remedy: remedy.into(),
        });
    };
    if !no_flavor.is_empty() {
        let n = counted(no_flavor.len() as u64, "group", "groups");
        push(
            format!("the flavor of {n} is not known, and so neither size nor price is"),
            format!("no flavor for {}", list(no_flavor)),
            "choose a flavor for each",
        );
    }
    if let Some(prices) = around.prices {
        let without: BTreeSet<&FlavorName> = used
            .into_iter()
            .filter(|(name, has_disk)| {
                let size = Size {
                    name: Some(name),
                    flavor: topology.flavors.get(*name),
                };
                instance(size, *has_disk, prices).is_err()
            })
            .map(|(name, _)| name)
            .collect();
        if !without.is_empty() {
            push(
                format!("there is no price for {}", list(&without)),
                format!(
                    "the price book from {} has none, and not one for each of their parts",
                    prices.from
                ),
                "add the price to the price book",
            );
        }
    }
}
