//! A part of the cloud is down: what it holds is listed by its id alone. That is no deletion, so
//! nothing is planned anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud::Simulated;
use engine::port::{
    Cloud, CloudError, Create, Created, Done, Found, HeldPage, PageMark, Scope, Status,
};
use model::collection::{HeldKind, Reach};
use model::data::VolumeSource;
use model::facts::InstanceFacts;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::resource::Resource;
use plan::offers::{Offers, StoredSources};
use tests::world::{Setup, World, name};

/// The simulated cloud, of whose instances no more than the ids can be seen.
struct DownCell(Arc<Simulated>);

#[async_trait]
impl Cloud for DownCell {
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
        let mut all = self.0.list(scope, kinds).await?;
        for found in &mut all {
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
        Ok(all)
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
        self.0.create(create).await
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_sight_is_not_gone() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::quick(folder.path());
    let world = World::with_webplatform(setup.clone()).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;

    let down = Arc::new(DownCell(Arc::clone(&world.cloud)));
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
