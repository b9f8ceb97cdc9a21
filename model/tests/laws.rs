//! Laws that hold for any topology: files, items, differences, sizings.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use model::count::Sizing;
use model::diff::{comparable_items, diff_items, diff_resolved};
use model::file::{self, Document};
use model::resolved::resolve;
use model::topology::Topology;
use model::topology::items::Item;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_written_reads_the_same(topology in common::topology()) {
        let written = file::write(&topology);
        match file::parse("written.yaml", &written) {
            Ok(read) => prop_assert_eq!(read, Document::Environment(Box::new(topology))),
            Err(error) => prop_assert!(false, "{}\n{}", error, written),
        }
    }

    #[test]
    fn items_make_up_their_topology(topology in common::topology()) {
        let items = topology.items();
        let stored: BTreeMap<_, _> = items
            .iter()
            .map(|(key, item)| {
                let json = serde_json::to_string(item).unwrap();
                (key.clone(), Item::from_json(key.kind, &json).unwrap())
            })
            .collect();
        prop_assert_eq!(&stored, &items);
        prop_assert_eq!(Topology::from_items(stored).unwrap(), topology);
    }

    #[test]
    fn differences_of_items_apply_and_invert(a in common::topology(), b in common::topology()) {
        let (a, b) = (comparable_items(&a), comparable_items(&b));
        let diff = diff_items(&a, &b);
        prop_assert_eq!(&diff.apply(&a), &b);
        prop_assert_eq!(&diff.inverse().apply(&b), &a);
        prop_assert_eq!(diff.inverse().inverse(), diff.clone());
        prop_assert_eq!(diff.is_empty(), a == b);
        let totals = diff.totals();
        prop_assert_eq!(a.len() - totals.removed, totals.changed + totals.unchanged);
        prop_assert_eq!(b.len() - totals.added, totals.changed + totals.unchanged);
        prop_assert!(diff_items(&a, &a).is_empty());
    }

    #[test]
    fn differences_of_resources_apply_and_invert(a in common::topology(), b in common::topology()) {
        for sizing in Sizing::REPORTED {
            let (a, b) = (resolve(&a, &sizing), resolve(&b, &sizing));
            let diff = diff_resolved(&a, &b);
            prop_assert_eq!(&diff.apply(&a.resources), &b.resources);
            prop_assert_eq!(&diff.inverse().apply(&b.resources), &a.resources);
            prop_assert_eq!(diff.is_empty(), a.resources == b.resources);
            prop_assert!(diff_resolved(&a, &a).is_empty());
        }
    }

    /// A larger sizing has all that a smaller one has, the same, and as many instances as counted.
    #[test]
    fn sizings_only_add(topology in common::topology()) {
        let all = Sizing::REPORTED.map(|sizing| resolve(&topology, &sizing));
        for pair in all.windows(2) {
            for (key, resource) in &pair[0].resources {
                prop_assert_eq!(pair[1].resources.get(key), Some(resource));
            }
        }
        let sum = |of: fn(model::count::Count) -> u32| -> u32 {
            topology.groups.values().map(|group| of(group.count)).sum()
        };
        let counted = [
            sum(model::count::Count::min),
            sum(model::count::Count::planned),
            sum(model::count::Count::max),
        ];
        for (resolved, counted) in all.iter().zip(counted) {
            prop_assert_eq!(resolved.instances().count(), counted as usize);
        }
    }

    /// Whatever a resource hangs on is there too.
    #[test]
    fn every_bond_is_met(topology in common::topology()) {
        let resolved = resolve(&topology, &Sizing::Max);
        for (key, resource) in &resolved.resources {
            for (other, _) in resource.bonds() {
                prop_assert!(
                    resolved.resources.contains_key(&other),
                    "{} hangs on {}, which is not there", key, other
                );
            }
        }
    }
}

/// The random topologies have everything in them that the laws are about.
#[test]
fn the_random_topologies_are_rich() {
    use model::diff::Delta;
    use model::key::ResourceKind;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut draw = || common::topology().new_tree(&mut runner).unwrap().current();
    let (mut kinds, mut fields, mut renamed, mut changed) = (
        std::collections::BTreeSet::new(),
        std::collections::BTreeSet::new(),
        0,
        0,
    );
    for _ in 0..300 {
        let (a, b) = (draw(), draw());
        kinds.extend(
            resolve(&a, &Sizing::Max)
                .resources
                .keys()
                .map(|key| key.kind),
        );
        for group in a.groups.values() {
            if let serde_json::Value::Object(map) = serde_json::to_value(group).unwrap() {
                fields.extend(map.into_iter().map(|(field, _)| field));
            }
        }
        let (a, b) = (comparable_items(&a), comparable_items(&b));
        for change in diff_items(&a, &b).changes {
            renamed += usize::from(change.was.is_some());
            changed += usize::from(matches!(change.delta, Delta::Changed { .. }));
        }
    }
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ResourceKind::ALL.to_vec()
    );
    assert_eq!(fields.len(), 28, "{fields:?}");
    assert!(renamed > 20 && changed > renamed, "{renamed} {changed}");
}
