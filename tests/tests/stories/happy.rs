//! Nothing goes wrong: a copy of the WebPlatform's production comes up, is what was planned, and
//! goes again without leaving anything behind.

use model::environment::Layer;
use model::operation::{OperationState, Phase};
use tests::world::{Setup, World, assert_settled, name};

use crate::verdict;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_comes_up_and_goes_again() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let foreign = verdict::put_foreign(&world).await;

    let before = world.cloud.calls().await.unwrap().len() as u64;
    let up = world.copy("copy-1").await;
    world.work_until_idle().await;
    let operation = world.operation(up).await;
    assert!(
        matches!(operation.state, OperationState::Done { .. }),
        "{:?}\n{}",
        operation.state,
        world.log(up).await
    );
    let plan = world.store.plan(up, Phase::Forward).await.unwrap().unwrap();
    verdict::complete(&world, &foreign, &plan, "up").await;
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(
        verdict::effects(&calls),
        verdict::foretold(&plan),
        "the calls are the steps foretold"
    );

    // Every step tells how long it took: from its intent on.
    for entry in world.store.journal(up).await.unwrap() {
        assert!(entry.since < entry.at, "{entry:?}");
    }

    // Planning again after success yields nothing.
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    assert_settled(&world.engine, "copy-1", "up").await;

    // What is observed is what was planned, with what the cloud has chosen.
    let (_, observed) = world
        .store
        .revision(environment.id, Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        observed
            .groups
            .values()
            .map(|group| group.instances.len())
            .sum::<usize>(),
        9
    );
    for (group, spec) in &observed.groups {
        for facts in spec.instances.values() {
            assert_eq!(facts.status.as_deref(), Some("ACTIVE"), "{group}");
            assert_eq!(facts.addresses.len(), 1, "{group}");
            assert_eq!(facts.public_addresses.len(), 1, "{group}");
        }
    }

    let before = calls.last().unwrap().number;
    let down = world.take_down("copy-1").await;
    world.work_until_idle().await;
    let operation = world.operation(down).await;
    assert!(
        matches!(operation.state, OperationState::Done { .. }),
        "{:?}\n{}",
        operation.state,
        world.log(down).await
    );
    verdict::only_foreign(&world, &foreign, "down").await;
    let plan = world
        .store
        .plan(down, Phase::Forward)
        .await
        .unwrap()
        .unwrap();
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(verdict::effects(&calls), verdict::foretold(&plan));
    assert!(
        world
            .store
            .environment(&name("copy-1"))
            .await
            .unwrap()
            .is_none(),
        "its name is free"
    );

    // The name can be used again.
    let again = world.copy("copy-1").await;
    world.work_until_idle().await;
    let operation = world.operation(again).await;
    assert!(
        matches!(operation.state, OperationState::Done { .. }),
        "{:?}",
        operation.state
    );
}
