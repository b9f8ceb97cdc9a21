//! A part of the cloud is down: what it holds is listed by its id alone. That is no deletion, so
//! nothing is planned anew.

use engine::port::{Listed, Status};
use model::facts::InstanceFacts;
use model::key::ResourceKind;
use tests::otherwise::{Otherwise, Seen};
use tests::world::{Setup, World, name};

/// Of instances no more than the ids can be seen.
struct DownCell;

impl Otherwise for DownCell {
    fn list(&self, mut told: Listed) -> Listed {
        for found in &mut told.found {
            if found.kind == ResourceKind::Instance {
                found.mark = None;
                found.resource = None;
                found.status = Status::Changing;
                found.facts = InstanceFacts {
                    status: Some("UNKNOWN".into()),
                    ..InstanceFacts::default()
                };
            }
        }
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_sight_is_not_gone() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;

    let down = Seen::new(&world.cloud, DownCell);
    let engine = world.engine_on(down, setup.config).await;
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    let up = engine.preview_up(&environment).await.unwrap();
    assert!(up.plan.steps.is_empty(), "{:?}", up.plan.steps);
    // To take it away, what can't be seen is known all the same.
    let away = engine.preview_down(&environment).await.unwrap();
    let instances = away
        .plan
        .steps
        .iter()
        .filter(|step| step.key.kind == ResourceKind::Instance);
    assert_eq!(instances.count(), 9);
}
