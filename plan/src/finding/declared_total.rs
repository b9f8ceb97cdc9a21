//! Totals that a document states and the model contradicts. A stated range agrees where it is the
//! computed one; a stated number also where the computed range holds it. The WebPlatform's document
//! counts 18 instances where its table has 19, and 5–11 where its own profiles add up to 5–9.

use model::facts::DeclaredTotal;

use super::{Finding, Rule, Severity, Surroundings};
use crate::declared::{Verdict, computed, subject, verdict};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    for declared in &topology.declared {
        let Some(computed) = computed(topology, declared) else {
            continue;
        };
        match verdict(declared.count, &computed) {
            Verdict::Contradicts => {}
            Verdict::Agrees | Verdict::Open => continue,
        }
        let DeclaredTotal {
            what,
            count,
            source,
            note,
            category: _,
            group: _,
            os_series: _,
        } = declared;
        let subject = subject(topology, declared);
        into.push(Finding {
            rule: Rule::DeclaredTotal,
            severity: Severity::Warning,
            what: format!(
                "{count} {} are stated for {subject}; the model has {}",
                what.words(),
                computed.range()
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
