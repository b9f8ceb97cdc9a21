//! The request of an executor that died has its effect late: after its successor has listed what is
//! there, and before it asks again. The cloud then refuses what is already there, and that is no
//! failure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud::Simulated;
use engine::port::{Cloud, CloudError, Create, Created, Done, Found, HeldPage, PageMark, Scope};
use model::collection::{HeldKind, Reach};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::operation::OperationState;
use model::resource::Resource;
use plan::offers::{Offers, StoredSources};
use tests::world::{Setup, World, assert_settled, operation, work_until_idle};

/// The simulated cloud, to which each request for a part comes twice: the first time from somebody
/// who no longer waits for the answer.
struct Late(Arc<Simulated>);

#[async_trait]
impl Cloud for Late {
    fn name(&self) -> &CloudName {
        self.0.name()
    }
    fn about(&self) -> String {
        self.0.about()
    }
    fn request_timeout(&self) -> Duration {
        self.0.request_timeout()
    }
    fn request_lifetime(&self) -> Duration {
        self.0.request_lifetime()
    }
    async fn list(
        &self,
        scope: Scope,
        kinds: &BTreeSet<ResourceKind>,
    ) -> Result<Vec<Found>, CloudError> {
        self.0.list(scope, kinds).await
    }
    async fn get(&self, kind: ResourceKind, id: &CloudId) -> Result<Found, CloudError> {
        self.0.get(kind, id).await
    }
    async fn page(
        &self,
        kind: HeldKind,
        reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError> {
        self.0.page(kind, reach, from).await
    }
    async fn offers(&self) -> Result<Offers, CloudError> {
        self.0.offers().await
    }
    async fn stored(&self, wanted: &BTreeSet<VolumeSource>) -> Result<StoredSources, CloudError> {
        self.0.stored(wanted).await
    }
    async fn create(&self, create: Create<'_>) -> Result<Created, CloudError> {
        let first = self.0.create(create.clone()).await?;
        match create.resource {
            // Neutron's own answer to a second one is 400: "Router already has a port on subnet".
            Resource::RouterInterface(_) => match self.0.create(create).await {
                Err(CloudError::Conflict(words)) => Err(CloudError::Refused(words)),
                other => panic!("made twice: {other:?}"),
            },
            Resource::Keypair(_) | Resource::SecurityRules(_) | Resource::VolumeAttachment(_) => {
                match self.0.create(create).await {
                    Ok(made) => panic!("made twice: {made:?}"),
                    refused => refused,
                }
            }
            _ => Ok(first),
        }
    }
    async fn update(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        self.0.update(id, before, after, ids).await
    }
    async fn delete(&self, kind: ResourceKind, id: &CloudId) -> Result<Done, CloudError> {
        self.0.delete(kind, id).await
    }
    async fn console(&self, id: &CloudId, lines: u32) -> Result<String, CloudError> {
        self.0.console(id, lines).await
    }
}

/// Found on OpenStack, by killing the server while the machine was busy.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_because_it_is_there_is_adopted() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    let late = Arc::new(Late(Arc::clone(&world.cloud)));
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
