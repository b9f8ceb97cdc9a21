//! Runbooks: every order in them is one that was declared, and no topology makes one panic.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod anything;
mod common;
#[path = "common/examples.rs"]
mod examples;

use std::collections::BTreeMap;

use common::topology;
use examples::{copy_of, environment};
use model::count::Sizing;
use model::group::{Replicates, Role};
use model::name::{EnvironmentName, GroupName};
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use plan::Plan;
use plan::runbook::{
    Back, Purpose, Runbook, RunbookError, change, markdown, of_plan, set_up, switch_back,
    switch_over, take_down, upgrade,
};
use plan::state::State;
use proptest::prelude::*;

#[test]
fn the_runbooks_of_the_webplatform() {
    let planned = environment("production-2014.yaml");
    let secondary = environment("secondary.yaml");
    let copy = copy_of(&planned);
    let sizing = Sizing::Planned;
    for (name, runbook) in [
        ("set_up_copy", set_up(&State::new(&copy, &sizing))),
        ("set_up_production", set_up(&State::new(&planned, &sizing))),
        ("take_down_copy", take_down(&State::new(&copy, &sizing))),
        (
            "upgrade_production",
            upgrade(&State::new(&planned, &sizing), &[&secondary]),
        ),
        (
            "switch_over",
            switch_over(
                &State::new(&planned, &sizing),
                &State::new(&secondary, &sizing),
            ),
        ),
        (
            "switch_back",
            switch_back(
                &State::new(&planned, &sizing),
                &State::new(&secondary, &sizing),
            ),
        ),
    ] {
        let runbook = runbook.unwrap();
        insta::assert_snapshot!(name, markdown::render(&runbook));
        let json = serde_json::to_string(&runbook).unwrap();
        assert_eq!(serde_json::from_str::<Runbook>(&json).unwrap(), runbook);
    }
}

#[test]
fn nobody_switches_to_what_does_not_follow() {
    let planned = environment("production-2014.yaml");
    let mut copy = copy_of(&planned);
    let refused = switch_over(
        &State::new(&planned, &Sizing::Planned),
        &State::new(&copy, &Sizing::Planned),
    );
    assert!(matches!(refused, Err(RunbookError::NotReplicated { .. })));
    copy.groups
        .get_mut(&GroupName::new("db").unwrap())
        .unwrap()
        .replicates = Some(Replicates {
        environment: planned.environment.clone(),
        group: Some(GroupName::new("database").unwrap()),
    });
    let refused = switch_over(
        &State::new(&planned, &Sizing::Planned),
        &State::new(&copy, &Sizing::Planned),
    )
    .unwrap_err();
    assert!(
        refused.to_string().contains("has no such group"),
        "{refused}"
    );
}

#[test]
fn what_is_gone_does_not_come_back_and_says_so() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let runbook = take_down(&State::new(&copy, &Sizing::Planned)).unwrap();
    let entries = runbook.stages.iter().flat_map(|stage| &stage.entries);
    for entry in entries.filter(|entry| entry.what == "Delete instances") {
        assert!(matches!(entry.back, Back::Impossible { .. }), "{entry:?}");
    }
}

/// The stage of the first and of the last entry about each group that a test picks.
fn stages(runbook: &Runbook, picked: impl Fn(&str) -> bool) -> BTreeMap<GroupName, (u32, u32)> {
    let mut stages = BTreeMap::new();
    for stage in &runbook.stages {
        for entry in stage.entries.iter().filter(|entry| picked(&entry.what)) {
            for group in entry.on.iter().filter_map(|target| target.group.clone()) {
                let known = stages.entry(group).or_insert((stage.number, stage.number));
                known.1 = stage.number;
            }
        }
    }
    stages
}

/// Stages count from 1 without a gap, wait only for earlier ones, and say so.
fn in_order(runbook: &Runbook) {
    for (number, stage) in (1..).zip(&runbook.stages) {
        assert_eq!(stage.number, number);
        assert!(!stage.entries.is_empty());
        assert_eq!(stage.waits_for.is_empty(), number == 1, "{stage:?}");
        for entry in &stage.entries {
            assert!(
                entry.waits.iter().all(|wait| wait.stage < number),
                "{entry:?}"
            );
        }
    }
    // What is gone stays gone: after a stage without a way back there is none that has one.
    let no_way = |back: &Back| matches!(back, Back::Impossible { .. });
    let all = runbook.stages.iter();
    let first = all.clone().position(|stage| no_way(&stage.back));
    let entries = |at: usize| runbook.stages[at].entries.iter().any(|e| no_way(&e.back));
    assert!(first.is_none_or(entries));
    let without = all.skip(first.unwrap_or(runbook.stages.len()));
    assert!(without.into_iter().all(|stage| no_way(&stage.back)));
    markdown::render(runbook);
}

/// Every step once, and after all that it needs.
fn as_planned(runbook: &Runbook, plan: &Plan) {
    let mut at: BTreeMap<u32, u32> = BTreeMap::new();
    for stage in &runbook.stages {
        for step in stage.entries.iter().flat_map(|entry| &entry.steps) {
            assert_eq!(at.insert(*step, stage.number), None, "twice");
        }
    }
    assert_eq!(at.len(), plan.steps.len());
    for (number, step) in (0..).zip(&plan.steps) {
        for need in &step.needs {
            assert!(at[&need.step] < at[&number], "{} waits", step.key);
        }
    }
}

/// The front of every declared dependency comes after (`1`) or before (`-1`) its back, where both are
/// there.
fn declared(topology: &Topology, stages: &BTreeMap<GroupName, (u32, u32)>, front_last: bool) {
    for (name, group) in &topology.groups {
        for needed in group.depends_on.keys() {
            let (Some(front), Some(back)) = (stages.get(name), stages.get(needed)) else {
                continue;
            };
            if front_last {
                assert!(back.1 < front.0, "{name} after {needed}: {stages:?}");
            } else {
                assert!(front.1 < back.0, "{name} before {needed}: {stages:?}");
            }
        }
    }
}

fn replicas_first(topology: &Topology, runbook: &Runbook) {
    let mut last: BTreeMap<(GroupName, bool), u32> = BTreeMap::new();
    for stage in &runbook.stages {
        for target in stage.entries.iter().flat_map(|entry| &entry.on) {
            let Some(group) = &target.group else { continue };
            for ordinal in &target.ordinals {
                let primary = topology.groups[group].roles.get(ordinal) == Some(&Role::Primary);
                last.insert((group.clone(), primary), stage.number);
                if !primary {
                    assert!(!last.contains_key(&(group.clone(), true)), "{group}");
                }
            }
        }
    }
}

/// A topology as one that replicates another, in all the groups that both have.
fn following(mut topology: Topology, followed: &Topology) -> Topology {
    topology.environment = EnvironmentName::new("follower").unwrap();
    topology.replicates = Some(Replicates {
        environment: followed.environment.clone(),
        group: None,
    });
    for (name, group) in &mut topology.groups {
        group.replicates = followed.groups.contains_key(name).then(|| Replicates {
            environment: followed.environment.clone(),
            group: None,
        });
    }
    topology
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_stage_respects_the_plan_and_what_is_declared(a in topology(3), b in topology(3)) {
        let sizing = Sizing::Planned;
        let (before, after) = (resolve(&a, &sizing), resolve(&b, &sizing));
        let nothing = Resolved::default();
        for (from, to) in [(&nothing, &after), (&after, &nothing), (&before, &after)] {
            let plan = plan::plan(from, to).unwrap();
            let runbook = of_plan("any".into(), Purpose::Change, &b, &plan);
            in_order(&runbook);
            as_planned(&runbook, &plan);
        }
        let up = set_up(&State::new(&b, &sizing)).unwrap();
        in_order(&up);
        declared(&b, &stages(&up, |what| what == "Create instances"), true);
        let down = take_down(&State::new(&b, &sizing)).unwrap();
        declared(&b, &stages(&down, |what| what == "Delete instances"), false);
        change(&State::new(&a, &sizing), &State::new(&b, &sizing)).unwrap();

        let follower = following(a, &b);
        let upgrade = upgrade(&State::new(&b, &sizing), &[&follower]).unwrap();
        in_order(&upgrade);
        declared(&b, &stages(&upgrade, |_| true), true);
        replicas_first(&b, &upgrade);
        for (runbook, from, to) in [
            (switch_over(&State::new(&b, &sizing), &State::new(&follower, &sizing)).unwrap(), &b, &follower),
            (switch_back(&State::new(&b, &sizing), &State::new(&follower, &sizing)).unwrap(), &follower, &b),
        ] {
            in_order(&runbook);
            declared(from, &stages(&runbook, |what| what.starts_with("Stop ")), false);
            let serving = |what: &str| what.starts_with("Promote ") || what.starts_with("See that ") && what.contains(" serves");
            declared(to, &stages(&runbook, serving), true);
        }
    }

    #[test]
    fn no_topology_makes_a_runbook_panic(a in anything::topology(), b in anything::topology()) {
        let follower = following(a.clone(), &b);
        for sizing in Sizing::REPORTED {
            for runbook in [
                set_up(&State::new(&a, &sizing)),
                take_down(&State::new(&a, &sizing)),
                change(&State::new(&a, &sizing), &State::new(&b, &sizing)),
                upgrade(&State::new(&a, &sizing), &[&b]),
                switch_over(&State::new(&b, &sizing), &State::new(&follower, &sizing)),
                switch_back(&State::new(&b, &sizing), &State::new(&follower, &sizing)),
                switch_over(&State::new(&a, &sizing), &State::new(&b, &sizing)),
            ].into_iter().flatten() {
                in_order(&runbook);
            }
        }
    }
}
