//! Random pairs of topologies, A then B, on the real OpenStack: afterwards what is there is B,
//! planning again yields nothing, and the calls made are the steps foretold. Three servers at most;
//! with `UNDERSTUDY_TESTS_FULL` fifty pairs of up to nine.

use std::collections::BTreeMap;

use engine::Ask;
use model::count::Sizing;
use model::id::OperationId;
use model::key::{Key, ResourceKind};
use model::operation::StepState;
use model::resolved::resolve;
use model::topology::Topology;
use plan::Plan;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tests::openstack::{Lab, Quotas};
use tests::world::{assert_as_planned, name, request};

use crate::world::{LabWorld, foretold, made_and_removed};

#[path = "../../../plan/tests/common/mod.rs"]
mod buildable;

/// Whether the whole of it is asked for, not the few that each change must pass.
pub fn full() -> bool {
    std::env::var_os("UNDERSTUDY_TESTS_FULL").is_some()
}

/// Whether it fits on the lab: so many servers in all, and each server group on three hosts.
fn fits(topology: &Topology, most: usize) -> bool {
    let resolved = resolve(topology, &Sizing::Planned);
    let mut groups: BTreeMap<&Key, usize> = BTreeMap::new();
    for (_, instance) in resolved.instances() {
        if let Some(group) = &instance.server_group {
            *groups.entry(group).or_default() += 1;
        }
    }
    resolved.instances().count() <= most && groups.values().all(|members| *members <= 3)
}

/// The calls beside for what the cloud itself failed to make, as the journal tells: taken away, and
/// made once more.
async fn made_anew(
    world: &LabWorld,
    operation: OperationId,
    plan: &Plan,
) -> Vec<(&'static str, ResourceKind)> {
    let journal = world.store.journal(operation).await.unwrap();
    let failed = journal.iter().filter_map(|entry| match &entry.state {
        StepState::Failed { why } => Some((&plan.steps[entry.step as usize].key, why)),
        _ => None,
    });
    failed
        .flat_map(|(key, why)| {
            println!("{key} was made anew: {why}");
            [("delete", key.kind), ("create", key.kind)]
        })
        .collect()
}

async fn bring_to(world: &LabWorld, topology: &Topology, story: &str) {
    world.import(topology.clone()).await;
    let ask = Ask::BringUp {
        environment: name("pair"),
        expires_at: None,
    };
    let outcome = world.engine.submit(request(), ask).await;
    let engine::Outcome::Queued(operation) = outcome.unwrap_or_else(|e| panic!("{story}: {e}"))
    else {
        return;
    };
    world.proxy.clear();
    world.over(operation).await;
    world.assert_done(operation, story).await;
    let plan = world.plan(operation).await;
    let mut expected = foretold(&plan);
    expected.extend(made_anew(world, operation, &plan).await);
    expected.sort_unstable();
    assert_eq!(
        made_and_removed(&world.proxy.calls()),
        expected,
        "{story}\n{}",
        world.log(operation).await
    );
    assert_as_planned(&world.engine, topology, story).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_any_topology_to_any_other() {
    let (pairs, most) = if full() { (50, 9) } else { (2, 3) };
    let seed: [u8; 32] = match std::env::var("UNDERSTUDY_TESTS_SEED") {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(_) => rand::random(),
    };
    println!("seed {seed:?}");
    let lab = Lab::get().await;
    let mut world = LabWorld::open(&lab, "pairs", Quotas::default()).await;
    let golden = world.put_golden(&lab, buildable::GOLDEN, buildable::VOLUME_TYPE);
    let (volume, instance) = golden.await;
    lab.flavors(&buildable::flavors()).await;
    for image in buildable::IMAGES {
        lab.image(image).await;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let one = || buildable::topology(3).prop_filter("it fits", move |t| fits(t, most));
    let pair = (one(), one());
    let mut steps: BTreeMap<(&'static str, ResourceKind), usize> = BTreeMap::new();
    for number in 0..pairs {
        let (a, b) = pair.new_tree(&mut runner).unwrap().current();
        let [a, b] = [a, b].map(|topology| buildable::located(topology, &volume, &instance));
        for (topology, which) in [(&a, "A"), (&b, "B")] {
            bring_to(
                &world,
                topology,
                &format!("pair {number} {which} of seed {seed:?}"),
            )
            .await;
        }
        let down = world
            .ask(Ask::TakeDown {
                environment: name("pair"),
            })
            .await;
        if let Ok(down) = down {
            world.over(down).await;
            world
                .assert_done(down, &format!("pair {number} down of seed {seed:?}"))
                .await;
            for step in world.plan(down).await.steps {
                *steps.entry((step.act.verb(), step.key.kind)).or_default() += 1;
            }
        }
        world
            .assert_nothing_left(&format!("pair {number} of seed {seed:?}"))
            .await;
    }
    println!("{pairs} pairs, taken down in the end: {steps:?}");
    world.close().await;
}
