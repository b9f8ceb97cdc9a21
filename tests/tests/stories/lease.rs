//! A copy has a lease: when it ends the copy goes, also if no server ran at that moment.

use model::act::Actor;
use model::operation::OperationState;
use tests::world::{LateClock, Setup, World, name};

use crate::verdict;

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_while_no_server_ran_is_taken_down_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let foreign = verdict::put_foreign(&world).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    let lease = world.store.lease(environment.id).await.unwrap().unwrap();
    assert!(!lease.has_expired(world.engine.clock().now()));
    drop(world);

    // The recipe says eight hours.
    let later = Setup {
        clock: LateClock::by(9),
        ..Setup::quick(folder.path())
    };
    let world = World::open(later).await;
    let gone = async {
        let mut watcher = world.engine.watch();
        while world
            .store
            .environment(&name("copy-1"))
            .await
            .unwrap()
            .is_some()
        {
            watcher.changed().await;
        }
    };
    tokio::select! {
        () = world.engine.run() => {}
        () = gone => {}
    }
    verdict::only_foreign(&world, &foreign, "expired").await;
    let newest = world
        .store
        .operations(Some(environment.id), 1)
        .await
        .unwrap()
        .remove(0);
    assert!(
        matches!(newest.state, OperationState::Done { .. }),
        "{:?}",
        newest.state
    );
    assert_eq!(newest.actor, Actor::Schedule);
    assert!(
        newest.reason.contains("its lease ended at"),
        "{}",
        newest.reason
    );
}
