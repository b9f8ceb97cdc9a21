//! How far reality has come: nothing done, some of it, all of it, and what a changed plan does to it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::topology;
use model::Topology;
use model::count::{Count, Sizing};
use model::diff::ChangeWord;
use model::name::GroupName;
use model::resolved::resolve;
use plan::progress::progress;
use proptest::prelude::*;

/// The names of what is left of a kind.
fn left(progress: &plan::progress::Progress, kind: &str) -> Vec<String> {
    let of_kind = progress.left.iter().filter(|row| row.kind == kind);
    of_kind.map(|row| row.key.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_is_counted_from_where_it_began(began in topology(3), planned in topology(3)) {
        let first = progress(&planned, Some(&began), Some(&began));
        prop_assert_eq!(first.done, 0);
        prop_assert_eq!(first.of, first.left.len());
        let last = progress(&planned, Some(&planned), Some(&began));
        prop_assert!(last.is_done(), "{:?}", last.left);
        prop_assert_eq!(last.done, last.of);
        prop_assert_eq!(last.of, first.of);
    }

    #[test]
    fn done_and_left_are_all(began in topology(3), now in topology(3), planned in topology(3)) {
        let there = progress(&planned, Some(&now), Some(&began));
        prop_assert_eq!(there.done + there.left.len(), there.of);
    }

    #[test]
    fn from_nothing_all_that_is_planned_is_to_be_done(planned in topology(3)) {
        let all = resolve(&planned, &Sizing::Planned).resources.len();
        let nothing = progress(&planned, None, None);
        prop_assert_eq!((nothing.done, nothing.of), (0, all));
    }
}

/// One group of so many instances.
fn app(count: u32) -> Topology {
    let file = format!(
        "environment: shop\nkind: production\ncloud: simulated\ngroups:\n  app:\n    category: application\n    \
         count: {count}\n"
    );
    let document = model::file::parse("shop.yaml", &file).unwrap_or_else(|error| panic!("{error}"));
    match document {
        model::file::Document::Environment(topology) => *topology,
        model::file::Document::Recipe(_) => panic!("a recipe"),
    }
}

#[test]
fn six_of_fourteen() {
    let half = progress(&app(14), Some(&app(6)), None);
    assert_eq!(half.sentence(), "6 of 14 done");
    assert_eq!(left(&half, "instance").len(), 8);
    assert!(left(&half, "instance").contains(&"app[14]".to_owned()));
    // What goes counts as well as what comes.
    let shrinks = progress(&app(1), Some(&app(2)), Some(&app(3)));
    assert_eq!(shrinks.sentence(), "1 of 2 done");
    assert_eq!(shrinks.left[0].change, ChangeWord::Removed);
    let done = progress(&app(3), Some(&app(3)), Some(&app(3)));
    assert_eq!(done.sentence(), "nothing to do: it is as planned");
}

#[test]
fn a_plan_that_grows_has_more_to_do() {
    let began = app(2);
    let before = progress(&app(4), Some(&app(3)), Some(&began));
    assert_eq!(before.sentence(), "1 of 2 done");
    let mut grown = app(4);
    let group = grown
        .groups
        .get_mut(&GroupName::new("app").unwrap())
        .unwrap();
    group.count = Count::range(6, Some(6), 6).unwrap();
    let after = progress(&grown, Some(&app(3)), Some(&began));
    assert_eq!(after.sentence(), "1 of 4 done");
}
