//! A cell of the real Nova is down: of its servers no more than the ids can be seen, and only by
//! who asks rightly. That is no deletion.

use engine::EngineError;
use engine::port::CloudError;
use model::collection::{Body, HeldFilter, HeldKind, HeldRow, Server};
use tests::openstack::{Lab, Quotas, cloud_name};
use tests::world::{collect, name};

use crate::small::{begin, complete};
use crate::world::LabWorld;

/// The servers as they were last collected.
async fn servers(world: &LabWorld) -> Vec<(HeldRow, Server)> {
    let filter = HeldFilter::all(cloud_name(), HeldKind::Server);
    let rows = world.store.held(&filter).await.unwrap().rows;
    let server = |row: HeldRow| match row.held.body.clone() {
        Body::Server(server) => (row, server),
        other => panic!("{other:?}"),
    };
    rows.into_iter().map(server).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cell_that_is_down_holds_is_out_of_sight_and_not_gone() {
    let lab = Lab::get().await;
    let world = LabWorld::open(&lab, "cell", Quotas::default()).await;
    lab.flavor("small", 1, 1024, 10).await;
    let up = begin(&world).await;
    world.over(up).await;
    complete(&world, up, "up").await;
    collect(&world.engine, &cloud_name()).await;
    let before = servers(&world).await;
    assert_eq!(before.len(), 3);
    assert!(
        before
            .iter()
            .all(|(_, server)| server.unseen_since.is_none())
    );

    let cell = lab.cell_down(&world.project).await;
    collect(&world.engine, &cloud_name()).await;
    let during = servers(&world).await;
    assert_eq!(during.len(), 3, "{during:#?}");
    for ((row, server), (known, body)) in during.iter().zip(&before) {
        assert!(server.unseen_since.is_some(), "{server:?}");
        // All else is as it was last seen.
        assert_eq!(row.held.id, known.held.id);
        assert_eq!(row.held.name, known.held.name);
        let seen = Server {
            unseen_since: None,
            ..server.clone()
        };
        assert_eq!(&seen, body);
    }
    // Nova can't list server groups meanwhile. What can't be seen whole is not planned on, so that
    // nothing is made anew.
    let environment = world.store.environment(&name("small")).await.unwrap();
    let up = world.engine.preview_up(&environment.unwrap()).await;
    assert!(
        matches!(&up, Err(EngineError::Cloud(CloudError::Unavailable(_)))),
        "{up:?}"
    );

    cell.end();
    collect(&world.engine, &cloud_name()).await;
    let after = servers(&world).await;
    assert_eq!(after.len(), 3);
    assert!(
        after
            .iter()
            .all(|(_, server)| server.unseen_since.is_none())
    );
    let down = world.take_down("small").await;
    world.over(down).await;
    world.assert_done(down, "down").await;
    world.assert_nothing_left("down").await;
    world.close().await;
}
