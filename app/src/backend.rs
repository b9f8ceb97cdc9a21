//! What the pages need of the server: one trait object in the context of each request. Pages read
//! through it and never reach for anything else; nothing here changes anything.

use std::sync::Arc;

use async_trait::async_trait;
use model::collection::{HeldFilter, HeldKind};
use model::filter::InstanceFilter;
use model::id::{CloudId, OperationId};
use model::name::{CaseName, CloudName, EnvironmentName, GroupName};
use model::operation::Trouble;

use crate::data::{
    AuditData, CapacityData, CaseData, CasesData, CloudData, CloudsData, CompareData, CopyPreview,
    Dashboard, DestroyPreview, EditData, EnvironmentData, EnvironmentsData, Frame, GroupsData,
    HeldData, InstanceData, InstancesData, NearestData, NotesData, OperationData, OperationsData,
    PricesData, ReportData, RunbookData, ThingData, WhatIfData,
};
use crate::routes::{
    CapacityAsk, CompareAsk, CopyAsk, EditAsk, EnvironmentAsk, InstanceAsk, NearestAsk, PricesAsk,
    ReportAsk, RunbookAsk, WhatIfAsk,
};

/// Why a page can't be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// There is no such thing; what was looked for, with its article left out: `environment "x"`.
    #[error("there is no {0}")]
    NotFound(String),
    /// The viewer may not see it, and why.
    #[error("{0}")]
    Forbidden(String),
    /// What was asked for makes no sense; what would.
    #[error("{0}")]
    BadRequest(String),
    /// The data can't be read at the moment. Details are in the log, not in here.
    #[error("{0}")]
    Unavailable(Trouble),
}

/// Reads what the pages show. The server implements it over its store, for one viewer or for all.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What the frame around every page shows.
    async fn frame(&self) -> Result<Frame, PageError>;

    /// The dashboard.
    async fn dashboard(&self) -> Result<Dashboard, PageError>;

    /// The list of environments.
    async fn environments(&self) -> Result<EnvironmentsData, PageError>;

    /// One environment.
    async fn environment(
        &self,
        name: &EnvironmentName,
        ask: &EnvironmentAsk,
    ) -> Result<EnvironmentData, PageError>;

    /// The editor of a plan, as it begins.
    async fn edit(&self, ask: &EditAsk) -> Result<EditData, PageError>;

    /// The notes about an environment.
    async fn notes(&self, name: &EnvironmentName) -> Result<NotesData, PageError>;

    /// A runbook of an environment.
    async fn runbook(
        &self,
        name: &EnvironmentName,
        ask: &RunbookAsk,
    ) -> Result<RunbookData, PageError>;

    /// What if an environment were otherwise.
    async fn what_if(
        &self,
        name: &EnvironmentName,
        ask: &WhatIfAsk,
    ) -> Result<WhatIfData, PageError>;

    /// Capacity by date.
    async fn capacity(&self, ask: &CapacityAsk) -> Result<CapacityData, PageError>;

    /// What things cost, at a site or anywhere.
    async fn prices(&self, ask: &PricesAsk) -> Result<PricesData, PageError>;

    /// The list of case studies.
    async fn cases(&self) -> Result<CasesData, PageError>;

    /// One case study.
    async fn case(&self, name: &CaseName) -> Result<CaseData, PageError>;

    /// An environment beside the nearest that were measured.
    async fn nearest(
        &self,
        name: &EnvironmentName,
        ask: &NearestAsk,
    ) -> Result<NearestData, PageError>;

    /// A report about an environment.
    async fn report(
        &self,
        name: &EnvironmentName,
        ask: &ReportAsk,
    ) -> Result<ReportData, PageError>;

    /// One instance of an environment.
    async fn instance(
        &self,
        name: &EnvironmentName,
        group: &GroupName,
        ordinal: u32,
        ask: &InstanceAsk,
    ) -> Result<InstanceData, PageError>;

    /// A page of the inventory.
    async fn instances(&self, filter: &InstanceFilter) -> Result<InstancesData, PageError>;

    /// The list of clouds.
    async fn clouds(&self) -> Result<CloudsData, PageError>;

    /// One cloud.
    async fn cloud(&self, name: &CloudName) -> Result<CloudData, PageError>;

    /// A list of what a cloud holds.
    async fn held(&self, filter: &HeldFilter) -> Result<HeldData, PageError>;

    /// One thing that a cloud holds, or once held.
    async fn thing(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Result<ThingData, PageError>;

    /// The servers of a cloud that look like groups, from one group on.
    async fn groups(&self, cloud: &CloudName, from: usize) -> Result<GroupsData, PageError>;

    /// Two states compared. A side that doesn't exist is told in the outcome, so that another can be
    /// chosen; it is no error of the page.
    async fn compare(&self, ask: &CompareAsk) -> Result<CompareData, PageError>;

    /// The preview of a copy. Whatever the ask leaves open is filled in.
    async fn copy_preview(
        &self,
        source: &EnvironmentName,
        ask: &CopyAsk,
    ) -> Result<CopyPreview, PageError>;

    /// What destroying an environment would do.
    async fn destroy_preview(&self, name: &EnvironmentName) -> Result<DestroyPreview, PageError>;

    /// The list of operations.
    async fn operations(&self) -> Result<OperationsData, PageError>;

    /// One operation with its progress.
    async fn operation(&self, id: OperationId) -> Result<OperationData, PageError>;

    /// The log of acts, of one environment or of all.
    async fn audit(&self, environment: Option<&EnvironmentName>) -> Result<AuditData, PageError>;
}

/// How the server puts a backend into the context:
/// `provide_context::<BackendContext>(backend)`, together with a [`crate::data::Viewer`].
pub type BackendContext = Arc<dyn Backend>;
