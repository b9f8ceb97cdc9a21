//! The simulated cloud seen otherwise: a story says what differs, everything else is as it is. For
//! what no fault of the simulated cloud can tell, because it lies between the cloud and us.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud::Simulated;
use engine::port::{
    Cloud, CloudError, Create, Created, Detail, Done, Found, HeldPage, Listed, PageMark, Scope,
};
use model::collection::{HeldKind, Reach};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::resource::Resource;
use plan::offers::{Offer, Offers, StoredSources};

/// What a story changes of how the cloud is seen: what the cloud really says goes in, what is seen
/// comes out.
#[async_trait]
pub trait Otherwise: Send + Sync {
    /// What a listing tells.
    fn list(&self, told: Listed) -> Listed {
        told
    }

    /// What the cloud tells of one resource that is there.
    fn get(&self, told: Found) -> Result<Found, CloudError> {
        Ok(told)
    }

    /// What one page of a kind tells.
    fn page(&self, told: HeldPage) -> HeldPage {
        told
    }

    /// What becomes of a call that creates something.
    async fn create(&self, cloud: &Simulated, create: Create<'_>) -> Result<Created, CloudError> {
        cloud.create(create).await
    }
}

/// A simulated cloud, seen so.
pub struct Seen<O> {
    cloud: Arc<Simulated>,
    otherwise: O,
}

impl<O: Otherwise> Seen<O> {
    /// A cloud, seen so.
    pub fn new(cloud: &Arc<Simulated>, otherwise: O) -> Arc<Self> {
        let cloud = Arc::clone(cloud);
        Arc::new(Self { cloud, otherwise })
    }
}

#[async_trait]
impl<O: Otherwise> Cloud for Seen<O> {
    fn name(&self) -> &CloudName {
        self.cloud.name()
    }

    fn about(&self) -> String {
        self.cloud.about()
    }

    fn request_timeout(&self) -> Duration {
        self.cloud.request_timeout()
    }

    fn request_lifetime(&self) -> Duration {
        self.cloud.request_lifetime()
    }

    async fn list(
        &self,
        scope: Scope,
        kinds: &BTreeSet<ResourceKind>,
        detail: Detail,
    ) -> Result<Listed, CloudError> {
        let told = self.cloud.list(scope, kinds, detail).await?;
        Ok(self.otherwise.list(told))
    }

    async fn get(&self, kind: ResourceKind, id: &CloudId) -> Result<Found, CloudError> {
        let told = self.cloud.get(kind, id).await?;
        self.otherwise.get(told)
    }

    async fn page(
        &self,
        kind: HeldKind,
        reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError> {
        let told = self.cloud.page(kind, reach, from).await?;
        Ok(self.otherwise.page(told))
    }

    async fn offers(&self, wanted: &BTreeSet<Offer>) -> Result<Offers, CloudError> {
        self.cloud.offers(wanted).await
    }

    async fn stored(&self, wanted: &BTreeSet<VolumeSource>) -> Result<StoredSources, CloudError> {
        self.cloud.stored(wanted).await
    }

    async fn console(&self, id: &CloudId, lines: u32) -> Result<String, CloudError> {
        self.cloud.console(id, lines).await
    }

    async fn create(&self, create: Create<'_>) -> Result<Created, CloudError> {
        self.otherwise.create(&self.cloud, create).await
    }

    async fn update(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        self.cloud.update(id, before, after, ids).await
    }

    async fn delete(&self, kind: ResourceKind, id: &CloudId) -> Result<Done, CloudError> {
        self.cloud.delete(kind, id).await
    }
}
