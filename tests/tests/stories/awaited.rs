//! An instance is watched as long as its report is awaited: one that fails meanwhile reports no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloud::simulated::UNDERSTUDY;
use engine::port::{Listed, Status};
use model::operation::{OperationState, StepState};
use tests::machines::Served;
use tests::otherwise::{Otherwise, Seen};
use tests::world::{Setup, World, cloud_name, until_idle};

use crate::reports::{Working, instance, until};
use crate::verdict;

/// A cloud of which one instance fails when a story says so.
struct Dies(Arc<AtomicBool>);

const WORDS: &str = "the host has lost its power";

impl Otherwise for Dies {
    fn list(&self, mut told: Listed) -> Listed {
        for found in &mut told.found {
            let key = found.mark.as_ref().map(|mark| &mark.key);
            if key == Some(&instance("memcache[1]")) && self.0.load(Ordering::SeqCst) {
                found.status = Status::Failed {
                    fault: WORDS.into(),
                };
            }
        }
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_while_it_is_awaited_is_noticed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    let served = Served::begin(&world).await;
    let foreign = verdict::put_foreign(&world).await;
    // Nobody would hear of it otherwise for as long as reports are waited for.
    served.machines.keep_quiet("memcache/1");
    let up = world.copy("copy-1").await;
    let power_lost = Arc::new(AtomicBool::new(false));
    let dies = Seen::new(&world.cloud, Dies(Arc::clone(&power_lost)));
    let engine = world.engine_on(dies, setup.config).await;
    let here = format!("http://{UNDERSTUDY}").parse().unwrap();
    engine.reached_at(cloud_name(), here);
    let working = Working::begin(&engine);
    until(&world, up, "running", |states| {
        matches!(
            states.get(&instance("memcache[1]")),
            Some(StepState::Running { .. })
        )
    })
    .await;
    power_lost.store(true, Ordering::SeqCst);
    until_idle(&*world.store).await;
    drop(working);
    let log = world.log(up).await;
    let OperationState::RolledBack { trouble, .. } = world.operation(up).await.state else {
        panic!("it was not rolled back:\n{log}");
    };
    assert_eq!(
        trouble.what,
        "instance/memcache[1] ran, and then failed before it reported."
    );
    assert_eq!(trouble.why, WORDS);
    verdict::only_foreign(&world, &foreign, "rolled back").await;
}
