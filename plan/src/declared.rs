//! Totals that a document states, held against what the model says of the same thing: for findings
//! and reports alike. A statement is never taken for a fact, and an unknown never for a contradiction.

use std::collections::BTreeSet;

use model::count::Count;
use model::facts::{DeclaredTotal, DeclaredWhat};
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use crate::capacity::{BySizing, totals_of};

/// What the model says of a stated total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// How many, as far as it is known.
    pub known: BySizing<u64>,
    /// Of how many instances it is not known, at the maximum.
    pub unknown: u64,
}

impl Computed {
    /// The range that it comes to, without the number that is planned.
    pub fn range(&self) -> Count {
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let (min, max) = (narrow(self.known.min), narrow(self.known.max));
        Count::range(min, None, max).unwrap_or(Count::exactly(min))
    }
}

/// How a stated total stands to the computed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Both say the same.
    Agrees,
    /// They can't both be right.
    Contradicts,
    /// Part of it is unknown, and what is known does not exceed what is stated.
    Open,
}

/// A stated range agrees where it is the computed one; a stated number also where the computed range
/// holds it.
pub fn verdict(stated: Count, computed: &Computed) -> Verdict {
    let (min, max) = (u64::from(stated.min()), u64::from(stated.max()));
    let known = &computed.known;
    if computed.unknown > 0 {
        return if known.min <= max {
            Verdict::Open
        } else {
            Verdict::Contradicts
        };
    }
    let agrees = if stated.is_exact() {
        known.min <= min && max <= known.max
    } else {
        (known.min, known.max) == (min, max)
    };
    if agrees {
        Verdict::Agrees
    } else {
        Verdict::Contradicts
    }
}

/// What a stated total is about: the environment, or what of it.
pub fn subject(topology: &Topology, declared: &DeclaredTotal) -> String {
    let of = [
        declared
            .group
            .as_ref()
            .map(|group| format!("group {group}")),
        declared.category.map(|category| category.to_string()),
        declared.os_series.clone(),
    ];
    let subject: Vec<String> = of.into_iter().flatten().collect();
    if subject.is_empty() {
        topology.environment.to_string()
    } else {
        subject.join(", ")
    }
}

/// What the model says of the same thing; none where it can't say anything.
pub fn computed(topology: &Topology, declared: &DeclaredTotal) -> Option<Computed> {
    let groups: BTreeSet<_> = topology
        .groups
        .iter()
        .filter(|(name, group)| {
            declared.group.as_ref().is_none_or(|wanted| wanted == *name)
                && declared
                    .category
                    .is_none_or(|category| group.category == category)
        })
        .map(|(name, _)| name)
        .collect();
    if let Some(series) = &declared.os_series {
        if declared.what != DeclaredWhat::Instances {
            return None;
        }
        let facts = || {
            let groups = groups.iter().filter_map(|name| topology.groups.get(*name));
            groups.flat_map(|group| group.instances.values())
        };
        let known = facts().filter(|facts| facts.os.is_some()).count();
        if known == 0 {
            return None;
        }
        let matching = facts()
            .filter(|facts| facts.os.as_ref().is_some_and(|os| &os.series() == series))
            .count() as u64;
        return Some(Computed {
            known: BySizing::of(|_| matching),
            unknown: (facts().count() - known) as u64,
        });
    }
    let at = BySizing::of(|sizing| totals_of(topology, sizing, |name, _| groups.contains(name)));
    match declared.what {
        DeclaredWhat::Instances => Some(Computed {
            known: BySizing {
                min: at.min.instances,
                planned: at.planned.instances,
                max: at.max.instances,
            },
            unknown: 0,
        }),
        DeclaredWhat::PublicAddresses => Some(Computed {
            known: BySizing {
                min: at.min.public_addresses?,
                planned: at.planned.public_addresses?,
                max: at.max.public_addresses?,
            },
            unknown: at.max.unknown.public_addresses,
        }),
    }
}
