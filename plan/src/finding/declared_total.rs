//! Totals that a document states and the model contradicts. A stated range agrees where it is the
//! computed one; a stated number also where the computed range holds it. The WebPlatform's document
//! counts 18 instances where its table has 19, and 5–11 where its own profiles add up to 5–9.

use model::count::Count;
use model::facts::{DeclaredTotal, DeclaredWhat};
use model::topology::Topology;

use super::{Finding, Rule, Severity, Surroundings};
use crate::capacity::totals;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    for declared in &topology.declared {
        let DeclaredTotal {
            what,
            category,
            group,
            os_series,
            count,
            source,
            note,
        } = declared;
        let computed = computed(topology, declared);
        let Some(computed) = computed else { continue };
        let agrees = if count.is_exact() {
            computed.range.0 <= count.min() && count.max() <= computed.range.1
        } else {
            computed.range == (count.min(), count.max())
        };
        if agrees && computed.unknown == 0 {
            continue;
        }
        // Part of it is unknown, and what is known does not exceed what is stated: no contradiction.
        if computed.unknown > 0 && computed.range.0 <= count.max() {
            continue;
        }
        let of = [
            group.as_ref().map(|group| format!("group {group}")),
            category.map(|category| category.to_string()),
            os_series.clone(),
        ];
        let subject: Vec<String> = of.into_iter().flatten().collect();
        let subject = if subject.is_empty() {
            topology.environment.to_string()
        } else {
            subject.join(", ")
        };
        let computed_text = Count::range(computed.range.0, None, computed.range.1)
            .map_or_else(|_| computed.range.0.to_string(), |range| range.to_string());
        into.push(Finding {
            rule: Rule::DeclaredTotal,
            severity: Severity::Warning,
            what: format!(
                "{} {} are stated for {subject}; the model has {computed_text}",
                count,
                what.words()
            ),
            evidence: match note {
                Some(note) => format!("stated in {source}: {note}"),
                None => format!("stated in {source}"),
            },
            effect: "plans made on the stated number are off".into(),
            remedy: "correct the model or the document".into(),
            subject,
        });
    }
}

struct Computed {
    range: (u32, u32),
    unknown: u64,
}

/// What the model says of the same thing; none where it can't say anything.
fn computed(topology: &Topology, declared: &DeclaredTotal) -> Option<Computed> {
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    if let Some(series) = &declared.os_series {
        if declared.what != DeclaredWhat::Instances {
            return None;
        }
        let facts = || {
            topology
                .groups
                .iter()
                .filter(|(name, group)| {
                    declared.group.as_ref().is_none_or(|wanted| wanted == *name)
                        && declared
                            .category
                            .is_none_or(|category| group.category == category)
                })
                .flat_map(|(_, group)| group.instances.values())
        };
        let known = facts().filter(|facts| facts.os.is_some()).count();
        if known == 0 {
            return None;
        }
        let matching = facts()
            .filter(|facts| facts.os.as_ref().is_some_and(|os| &os.series() == series))
            .count();
        let n = narrow(matching as u64);
        return Some(Computed {
            range: (n, n),
            unknown: (facts().count() - known) as u64,
        });
    }
    let mut view = topology.clone();
    if let Some(wanted) = &declared.group {
        view.groups.retain(|name, _| name == wanted);
    }
    let at = |sizing| totals(&view, sizing, declared.category);
    let (min, max) = (
        at(&model::count::Sizing::Min),
        at(&model::count::Sizing::Max),
    );
    match declared.what {
        DeclaredWhat::Instances => Some(Computed {
            range: (narrow(min.instances), narrow(max.instances)),
            unknown: 0,
        }),
        DeclaredWhat::PublicAddresses => Some(Computed {
            range: (narrow(min.public_addresses?), narrow(max.public_addresses?)),
            unknown: max.unknown.public_addresses,
        }),
    }
}
