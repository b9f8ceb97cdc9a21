//! What the pages read, over the engine's store: each need is one query, none is one per row. A
//! cloud is only asked by the previews of a copy and of destroying, which are about nothing else,
//! and for an instance's console, where somebody asks for it; what an environment's page says of its default copy comes from an answer of seconds ago.

mod calendar;
mod cases;
mod clouds;
mod compare;
mod copy;
mod dashboard;
mod destroy;
mod digests;
mod edit;
mod environment;
mod environments;
mod instance;
mod instances;
mod measured;
mod notes;
mod operations;
mod prices;
mod proposals;
mod resolved;
mod tells;
mod temporary;
mod things;
mod what_if;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::backend::{Backend, PageError};
use app::data::{
    AuditData, CapacityData, CaseData, CasesData, CloudData, CloudsData, CompareData, CopyPreview,
    Dashboard, DestroyPreview, EditData, EnvironmentData, EnvironmentsData, Frame, GroupsData,
    HeldData, InstanceData, InstancesData, NearestData, NotesData, OperationData, OperationsData,
    PricesData, ReportData, RunbookData, ThingData, WhatIfData,
};
use app::routes::{
    CapacityAsk, CompareAsk, CopyAsk, EditAsk, EnvironmentAsk, InstanceAsk, NearestAsk, PricesAsk,
    Query, ReportAsk, RunbookAsk, WhatIfAsk,
};
use async_trait::async_trait;
use axum::http::Uri;
use engine::Engine;
use engine::around::Around;
use engine::port::{Store, StoreError};
use model::collection::{HeldFilter, HeldKind};
use model::environment::Environment;
use model::filter::InstanceFilter;
use model::id::{CloudId, EnvironmentId, OperationId};
use model::name::{CaseName, CloudName, EnvironmentName, GroupName};
use tokio::sync::OnceCell;

pub(super) use calendar::day;
pub(super) use compare::{Given, Question, compared};
pub(super) use copy::Proofs;
pub(super) use digests::Digests;
pub(super) use edit::{Base, Merge, Merged};
pub(super) use environments::Summary;
pub(super) use instances::page_error;
pub(super) use resolved::KeptStates;

use super::Web;
use super::trouble::{Failed, not_found};

/// Reads for one request.
pub(super) struct Reader {
    web: Arc<Web>,
    /// What stands behind `?`.
    query: Query,
    /// The environments that are not destroyed: the frame and most pages need them.
    environments: OnceCell<Vec<Environment>>,
    /// The clouds that each environment has servers in.
    clouds_of: OnceCell<BTreeMap<EnvironmentId, BTreeSet<CloudName>>>,
    /// What findings rest on beside each state.
    around: OnceCell<Arc<Around>>,
}

impl Reader {
    /// For a request to this address.
    pub(super) fn new(web: &Arc<Web>, uri: &Uri) -> Self {
        Self {
            web: Arc::clone(web),
            query: Query::parse(uri.query().unwrap_or_default()),
            environments: OnceCell::new(),
            clouds_of: OnceCell::new(),
            around: OnceCell::new(),
        }
    }

    fn engine(&self) -> &Engine {
        &self.web.engine
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.web.engine.store()
    }

    /// The environments that are not destroyed, by name.
    pub(super) async fn environments(&self) -> Result<&[Environment], StoreError> {
        let read = || self.store().environments(false);
        self.environments
            .get_or_try_init(read)
            .await
            .map(Vec::as_slice)
    }

    /// The environment of a name: the one that is there, or the last one that was.
    pub(super) async fn environment_of(
        &self,
        name: &EnvironmentName,
    ) -> Result<Environment, Failed> {
        if let Some(environment) = self.store().environment(name).await? {
            return Ok(environment);
        }
        let all = self.store().environments(true).await?;
        all.into_iter()
            .filter(|environment| environment.name == *name)
            .max_by_key(|environment| environment.destroyed_at)
            .ok_or_else(|| not_found(&format!("environment “{name}”")))
    }
}

#[async_trait]
impl Backend for Reader {
    async fn frame(&self) -> Result<Frame, PageError> {
        Ok(self.read_frame().await?)
    }

    async fn dashboard(&self) -> Result<Dashboard, PageError> {
        Ok(self.read_dashboard().await?)
    }

    async fn environments(&self) -> Result<EnvironmentsData, PageError> {
        Ok(self.read_environments().await?)
    }

    async fn environment(
        &self,
        name: &EnvironmentName,
        ask: &EnvironmentAsk,
    ) -> Result<EnvironmentData, PageError> {
        Ok(self.read_environment(name, ask).await?)
    }

    async fn edit(&self, ask: &EditAsk) -> Result<EditData, PageError> {
        Ok(self.read_edit(ask).await?)
    }

    async fn notes(&self, name: &EnvironmentName) -> Result<NotesData, PageError> {
        Ok(self.read_notes(name).await?)
    }

    async fn runbook(
        &self,
        name: &EnvironmentName,
        ask: &RunbookAsk,
    ) -> Result<RunbookData, PageError> {
        Ok(self.read_runbook(name, ask).await?)
    }

    async fn what_if(
        &self,
        name: &EnvironmentName,
        ask: &WhatIfAsk,
    ) -> Result<WhatIfData, PageError> {
        Ok(self.read_what_if(name, ask).await?)
    }

    async fn capacity(&self, ask: &CapacityAsk) -> Result<CapacityData, PageError> {
        Ok(self.read_capacity(ask).await?)
    }

    async fn prices(&self, ask: &PricesAsk) -> Result<PricesData, PageError> {
        Ok(self.read_prices(ask).await?)
    }

    async fn cases(&self) -> Result<CasesData, PageError> {
        Ok(self.read_cases().await?)
    }

    async fn case(&self, name: &CaseName) -> Result<CaseData, PageError> {
        Ok(self.read_case(name).await?)
    }

    async fn nearest(
        &self,
        name: &EnvironmentName,
        ask: &NearestAsk,
    ) -> Result<NearestData, PageError> {
        Ok(self.read_nearest(name, ask).await?)
    }

    async fn report(
        &self,
        name: &EnvironmentName,
        ask: &ReportAsk,
    ) -> Result<ReportData, PageError> {
        Ok(self.read_report(name, ask).await?)
    }

    async fn instance(
        &self,
        name: &EnvironmentName,
        group: &GroupName,
        ordinal: u32,
        ask: &InstanceAsk,
    ) -> Result<InstanceData, PageError> {
        Ok(self.read_instance(name, group, ordinal, ask).await?)
    }

    async fn instances(&self, filter: &InstanceFilter) -> Result<InstancesData, PageError> {
        Ok(self.read_instances(filter).await?)
    }

    async fn clouds(&self) -> Result<CloudsData, PageError> {
        Ok(self.read_clouds().await?)
    }

    async fn cloud(&self, name: &CloudName) -> Result<CloudData, PageError> {
        Ok(self.read_cloud(name).await?)
    }

    async fn held(&self, filter: &HeldFilter) -> Result<HeldData, PageError> {
        Ok(self.read_held(filter).await?)
    }

    async fn thing(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Result<ThingData, PageError> {
        Ok(self.read_thing(cloud, kind, id).await?)
    }

    async fn groups(&self, cloud: &CloudName, from: usize) -> Result<GroupsData, PageError> {
        Ok(self.read_groups(cloud, from).await?)
    }

    async fn compare(&self, ask: &CompareAsk) -> Result<CompareData, PageError> {
        Ok(self.read_comparison(ask).await?)
    }

    async fn copy_preview(
        &self,
        source: &EnvironmentName,
        ask: &CopyAsk,
    ) -> Result<CopyPreview, PageError> {
        Ok(self.read_copy_preview(source, ask).await?)
    }

    async fn destroy_preview(&self, name: &EnvironmentName) -> Result<DestroyPreview, PageError> {
        Ok(self.read_destroy_preview(name).await?)
    }

    async fn operations(&self) -> Result<OperationsData, PageError> {
        Ok(self.read_operations().await?)
    }

    async fn operation(&self, id: OperationId) -> Result<OperationData, PageError> {
        Ok(self.read_operation(id).await?)
    }

    async fn audit(&self, environment: Option<&EnvironmentName>) -> Result<AuditData, PageError> {
        Ok(self.read_audit(environment).await?)
    }
}
