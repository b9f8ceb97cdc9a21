//! The request of an executor that died has its effect late: after its successor has listed what is
//! there, and before it asks again. The cloud then refuses what is already there, and that is no
//! failure; or it makes it twice, and one of the two goes again.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use cloud::Simulated;
use engine::port::{Cloud, CloudError, Create, Created, Detail, Scope};
use model::key::{Key, ResourceKind};
use model::operation::OperationState;
use model::resource::Resource;
use tests::otherwise::{Otherwise, Seen};
use tests::world::{Setup, World, assert_settled, operation, work_until_idle};

/// Each request for a part comes twice: the first time from somebody who no longer waits for the
/// answer.
struct Late;

#[async_trait]
impl Otherwise for Late {
    async fn create(&self, cloud: &Simulated, create: Create<'_>) -> Result<Created, CloudError> {
        let first = cloud.create(create.clone()).await?;
        match create.resource {
            // Neutron's own answer to a second one is 400: "Router already has a port on subnet".
            Resource::RouterInterface(_) => match cloud.create(create).await {
                Err(CloudError::Conflict(words)) => Err(CloudError::Refused(words)),
                other => panic!("made twice: {other:?}"),
            },
            Resource::Keypair(_) | Resource::SecurityRules(_) | Resource::VolumeAttachment(_) => {
                match cloud.create(create).await {
                    Ok(made) => panic!("made twice: {made:?}"),
                    refused => refused,
                }
            }
            _ => Ok(first),
        }
    }
}

/// Found on OpenStack, by killing the server while the machine was busy.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_because_it_is_there_is_adopted() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    let late = Seen::new(&world.cloud, Late);
    let engine = world.engine_on(late, setup.config).await;
    let up = world.copy("copy-1").await;
    work_until_idle(&engine).await;
    let state = operation(&engine, up).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{}",
        world.log(up).await
    );
    assert_settled(&engine, "copy-1", "adopted").await;
}

/// What the cloud would make twice is made twice, the first for somebody who died before the answer
/// came.
struct Twice;

#[async_trait]
impl Otherwise for Twice {
    async fn create(&self, cloud: &Simulated, create: Create<'_>) -> Result<Created, CloudError> {
        match create.resource {
            Resource::Instance(_) | Resource::Volume(_) | Resource::FloatingIp(_) => {
                let _nobody_waits = cloud.create(create.clone()).await?;
                cloud.create(create).await
            }
            _ => cloud.create(create).await,
        }
    }
}

/// Found on OpenStack, by killing the server at the fortieth time while the machine was busy.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_twice_is_there_once_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    let twice = Seen::new(&world.cloud, Twice);
    let engine = world.engine_on(twice, setup.config).await;
    let up = world.copy("copy-1").await;
    work_until_idle(&engine).await;
    let log = world.log(up).await;
    let state = operation(&engine, up).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{log}"
    );
    assert!(log.contains("there twice"), "{log}");
    assert_settled(&engine, "copy-1", "twice").await;
    let name = tests::world::name("copy-1");
    let environment = engine.store().environment(&name);
    let environment = environment.await.unwrap().unwrap().id;
    let kinds = BTreeSet::from([
        ResourceKind::Instance,
        ResourceKind::Volume,
        ResourceKind::FloatingIp,
    ]);
    let there = world.cloud.list(Scope::Everything, &kinds, Detail::Whole);
    let there = there.await.unwrap();
    let mut number: BTreeMap<Key, usize> = BTreeMap::new();
    for found in there.found {
        if let Some(mark) = found.mark.filter(|mark| mark.environment == environment) {
            *number.entry(mark.key).or_default() += 1;
        }
    }
    assert_eq!(number.len(), 19, "{number:?}");
    assert!(number.values().all(|number| *number == 1), "{number:?}");
    // What the journal names is what stayed.
    let bindings = engine.store().bindings(environment).await.unwrap();
    for key in number.keys() {
        let id = &bindings[key];
        let found = world.cloud.get(key.kind, id).await;
        assert!(found.is_ok(), "{key}: {found:?}");
    }
}
