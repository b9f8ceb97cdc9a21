//! Random pairs of topologies, A then B, changes in place among them: afterwards what is there is
//! B, and the calls made are the steps foretold.

use engine::Ask;
use model::operation::{OperationState, Phase};
use model::topology::Topology;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tests::world::{Setup, World, assert_as_planned, name};

use crate::verdict;

#[path = "../../../plan/tests/common/mod.rs"]
mod buildable;

async fn bring_to(world: &World, topology: &Topology, story: &str) {
    world.import(topology.clone()).await;
    let before = world
        .cloud
        .calls()
        .await
        .unwrap()
        .last()
        .map_or(0, |call| call.number);
    let ask = Ask::BringUp {
        environment: name("pair"),
        expires_at: None,
    };
    let outcome = world
        .engine
        .submit(tests::world::request(), ask)
        .await
        .unwrap();
    let engine::Outcome::Queued(operation) = outcome else {
        return;
    };
    world.work_until_idle().await;
    let state = world.operation(operation).await.state;
    let plan = world
        .store
        .plan(operation, Phase::Forward)
        .await
        .unwrap()
        .unwrap();
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{story}: {state:?}\n{}\n{:#?}",
        world.log(operation).await,
        plan.steps
    );
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(
        verdict::effects(&calls),
        verdict::foretold(&plan),
        "{story}"
    );
    assert_as_planned(&world.engine, topology, story).await;
}

async fn a_pair(a: &Topology, b: &Topology, story: &str) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(Setup::quick(folder.path())).await;
    let mut foreign = verdict::put_foreign(&world).await;
    let golden = verdict::put_golden(&world, buildable::GOLDEN).await;
    let [a, b] = [a, b]
        .map(|topology| buildable::located(topology.clone(), &golden.volume, &golden.instance));
    foreign.extend([golden.volume, golden.instance, golden.snapshot]);
    world
        .cloud
        .offer_flavors(&buildable::flavors())
        .await
        .unwrap();
    let images = buildable::IMAGES.map(|image| model::name::ImageName::new(image).unwrap());
    world.cloud.offer_images(&images).await.unwrap();
    let volume_type = buildable::VOLUME_TYPE.parse().unwrap();
    world
        .cloud
        .offer_volume_types([&volume_type])
        .await
        .unwrap();
    bring_to(&world, &a, &format!("{story} A")).await;
    bring_to(&world, &b, &format!("{story} B")).await;
    let down = world.take_down("pair").await;
    world.work_until_idle().await;
    let state = world.operation(down).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{story}: {state:?}"
    );
    verdict::only_foreign(&world, &foreign, story).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_any_topology_to_any_other() {
    let seed: [u8; 32] = rand::random();
    println!("seed {seed:?}");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let pair = (buildable::topology(3), buildable::topology(3));
    for number in 0..40 {
        let (a, b) = pair.new_tree(&mut runner).unwrap().current();
        a_pair(&a, &b, &format!("pair {number} of seed {seed:?}")).await;
    }
}
