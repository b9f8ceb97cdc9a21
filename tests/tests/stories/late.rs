//! The request of an executor that died has its effect late: after its successor has listed what is
//! there, and before it asks again. The cloud then refuses what is already there, and that is no
//! failure.

use async_trait::async_trait;
use cloud::Simulated;
use engine::port::{Cloud, CloudError, Create, Created};
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
