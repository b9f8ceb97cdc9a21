//! What a plan takes of each quota: as much as the cloud counts, to the last one.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use common::topology;
use model::Topology;
use model::count::Sizing;
use model::file::{Document, parse};
use model::key::ResourceKind;
use model::quota::QuotaKind;
use model::resolved::{Resolved, resolve};
use plan::proof::demand;
use plan::steps::StepAct;
use proptest::prelude::*;

fn of(text: &str) -> Topology {
    match parse("a.yaml", text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

fn rules(ports: &str) -> Option<u64> {
    let topology = of(&format!(
        "environment: one
kind: temporary
networks: {{ inner: {{ cidr: 10.0.0.0/24 }} }}
profiles:
  web: {{ category: application{ports} }}
groups:
  app: {{ category: application, count: 2, profiles: [web], networks: [inner] }}
"
    ));
    let wanted = resolve(&topology, &Sizing::Planned);
    let plan = plan::plan(&Resolved::default(), &wanted).unwrap();
    demand(&plan, &BTreeMap::new())
        .get(&QuotaKind::SecurityRules)
        .copied()
}

/// Found on the lab, by cases around the edges of quotas: a proof passed where Neutron then refused.
#[test]
fn a_new_security_group_has_two_rules_before_anybody_adds_one() {
    // From anywhere is one over IPv4 and one over IPv6.
    assert_eq!(rules(", ports: [{ port: 80, from: [anywhere] }]"), Some(4));
    // Nobody is refused a group for the rules that come with it.
    assert_eq!(rules(""), None);
}

proptest! {
    #[test]
    fn rules_are_counted_with_those_that_come_by_themselves(a in topology(3), b in topology(3)) {
        let at = |topology| resolve(topology, &Sizing::Planned);
        let plan = plan::plan(&at(&a), &at(&b)).unwrap();
        let made = |kind| {
            let makes = |step: &&plan::steps::Step| {
                step.key.kind == kind && matches!(step.act, StepAct::Create { .. })
            };
            plan.steps.iter().filter(makes).count() as u64
        };
        let demand = demand(&plan, &b.flavors);
        let groups = made(ResourceKind::SecurityGroup);
        prop_assert_eq!(demand.get(&QuotaKind::SecurityGroups).copied().unwrap_or(0), groups);
        if made(ResourceKind::SecurityRules) > 0 {
            prop_assert!(demand[&QuotaKind::SecurityRules] > 2 * groups);
        }
    }
}
