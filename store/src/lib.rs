//! The store: implements [`engine::port::Store`] over SQLite and PostgreSQL with one schema and one
//! set of queries (sqlx's `Any`). It keeps and finds; it decides nothing, and has neither a clock
//! nor randomness. What must hold together is one transaction; a revision is never altered; bad
//! data is named by table, column and row.

mod audit;
mod batch;
mod clouds;
mod collectors;
mod counts;
mod environments;
mod executors;
mod failure;
mod files;
mod instances;
mod instances_speak;
mod journal;
mod leases;
mod measures;
mod operations;
mod pool;
mod recipes;
mod revisions;
mod rows;
mod select;
mod tokens;
mod writings;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::port::{
    Asked, AwaitedReport, Claim, Imported, JournalWrite, KeptConsole, NewAudit, NewEnvironment,
    NewOperation, NewRevision, Onto, OpenOperation, Said, Store, StoreError, Submitted,
    TokenSecret,
};
use engine::secret::InstallationSecret;
use model::act::{Act, AuditEntry};
use model::collection::HeldFilter;
use model::environment::{Environment, Layer, Revision};
use model::filter::{InstanceFilter, InstanceRow, Page};
use model::id::{
    CloudId, EnvironmentId, ExecutorId, InstallationId, OperationId, RevisionNumber, TokenId,
};
use model::key::Key;
use model::lease::Lease;
use model::name::{EnvironmentName, RecipeName};
use model::operation::{Event, JournalEntry, Operation, Phase};
use model::recipe::Recipe;
use model::token::{Token, TokenKind};
use model::topology::Topology;
use model::writing::{Writing, WritingKey, WritingKind};
use plan::Plan;
use sqlx::AnyPool;

use crate::counts::Counts;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The store, on SQLite ([`SqlStore::open_sqlite`]) or PostgreSQL ([`SqlStore::open_postgres`]).
#[derive(Debug)]
pub struct SqlStore {
    engine: Engine,
    readers: AnyPool,
    writer: AnyPool,
    counts: Totals,
}

/// What is remembered of how long lists are; none: every total is counted anew.
#[derive(Debug, Default)]
struct Totals {
    instances: Option<Counts<InstanceFilter>>,
    held: Option<Counts<HeldFilter>>,
}

impl Totals {
    fn remembered() -> Self {
        Self {
            instances: Some(Counts::default()),
            held: Some(Counts::default()),
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn installation(&self, offered: InstallationId) -> Result<InstallationId, StoreError> {
        self.keep_installation(offered).await
    }

    async fn installation_secret(
        &self,
        offered: InstallationSecret,
    ) -> Result<InstallationSecret, StoreError> {
        self.keep_secret(&offered).await
    }

    async fn version(&self) -> Result<i64, StoreError> {
        Ok(self.read_version().await?)
    }

    fn is_exclusive(&self) -> bool {
        match self.engine {
            Engine::Sqlite => true,
            Engine::Postgres => false,
        }
    }

    async fn environments(&self, with_destroyed: bool) -> Result<Vec<Environment>, StoreError> {
        Ok(self.list_environments(with_destroyed).await?)
    }

    async fn environment(&self, name: &EnvironmentName) -> Result<Option<Environment>, StoreError> {
        Ok(self.environment_named(name).await?)
    }

    async fn environment_by_id(
        &self,
        id: EnvironmentId,
    ) -> Result<Option<Environment>, StoreError> {
        Ok(self.environment_with_id(id).await?)
    }

    async fn put_revision(
        &self,
        new: NewEnvironment,
        onto: Onto,
        revision: NewRevision,
        act: Option<Act>,
        audit: NewAudit,
    ) -> Result<Imported, StoreError> {
        self.store_revision(new, onto, revision, act, audit).await
    }

    async fn revision(
        &self,
        environment: EnvironmentId,
        layer: Layer,
        number: Option<RevisionNumber>,
    ) -> Result<Option<(Revision, Topology)>, StoreError> {
        Ok(self.read_revision(environment, layer, number).await?)
    }

    async fn revisions(&self, environment: EnvironmentId) -> Result<Vec<Revision>, StoreError> {
        Ok(self.list_revisions(environment).await?)
    }

    async fn instances(&self, filter: &InstanceFilter) -> Result<Page<InstanceRow>, StoreError> {
        Ok(self.list_instances(filter).await?)
    }

    async fn put_writing(
        &self,
        key: &WritingKey,
        text: Option<&str>,
        environment: Option<EnvironmentId>,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError> {
        self.store_writing(key, text, environment, &act, &audit)
            .await
    }

    async fn writings(
        &self,
        kind: WritingKind,
        about: Option<&str>,
    ) -> Result<Vec<Writing>, StoreError> {
        Ok(self.writings_about(kind, about).await?)
    }

    async fn put_recipe(&self, recipe: &Recipe, audit: NewAudit) -> Result<(), StoreError> {
        self.store_recipe(recipe, &audit).await
    }

    async fn recipe(&self, name: &RecipeName) -> Result<Option<Recipe>, StoreError> {
        Ok(self.recipe_named(name).await?)
    }

    async fn recipes(&self) -> Result<Vec<Recipe>, StoreError> {
        Ok(self.list_recipes().await?)
    }

    async fn submit(&self, new: NewOperation) -> Result<Submitted, StoreError> {
        self.store_operation(&new).await
    }

    async fn resume(&self, operation: OperationId, audit: NewAudit) -> Result<(), StoreError> {
        self.queue_again(operation, &audit).await
    }

    async fn operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError> {
        Ok(self.operation_with_id(id).await?)
    }

    async fn operations(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Result<Vec<Operation>, StoreError> {
        Ok(self.list_operations(environment, limit).await?)
    }

    async fn plan(&self, id: OperationId, phase: Phase) -> Result<Option<Plan>, StoreError> {
        Ok(self.read_plan(id, phase).await?)
    }

    async fn journal(&self, id: OperationId) -> Result<Vec<JournalEntry>, StoreError> {
        Ok(self.read_journal(id).await?)
    }

    async fn events(&self, id: OperationId, after: u64) -> Result<Vec<Event>, StoreError> {
        Ok(self.read_events(id, after).await?)
    }

    async fn bindings(&self, id: EnvironmentId) -> Result<BTreeMap<Key, CloudId>, StoreError> {
        Ok(self.read_bindings(id).await?)
    }

    async fn open_operations(&self) -> Result<Vec<OpenOperation>, StoreError> {
        Ok(self.list_open().await?)
    }

    async fn claim(
        &self,
        seen: &OpenOperation,
        executor: ExecutorId,
    ) -> Result<Option<Claim>, StoreError> {
        self.take(seen, executor).await
    }

    async fn heartbeat(&self, claim: Claim) -> Result<(), StoreError> {
        Ok(self.beat(claim).await?)
    }

    async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        Ok(self.let_go(claim).await?)
    }

    async fn record(
        &self,
        claim: Claim,
        at: DateTime<Utc>,
        write: JournalWrite,
    ) -> Result<(), StoreError> {
        self.write_journal(claim, at, write).await
    }

    async fn reports(
        &self,
        environment: EnvironmentId,
    ) -> Result<BTreeMap<Key, AwaitedReport>, StoreError> {
        Ok(self.list_reports(environment).await?)
    }

    async fn report(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Result<Option<AwaitedReport>, StoreError> {
        Ok(self.report_of(environment, instance).await?)
    }

    async fn put_report(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        asked: &Asked,
        at: DateTime<Utc>,
        said: Said,
    ) -> Result<bool, StoreError> {
        self.store_report(environment, instance, asked, at, &said)
            .await
    }

    async fn console(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Result<Option<KeptConsole>, StoreError> {
        Ok(self.console_of(environment, instance).await?)
    }

    async fn lease(&self, environment: EnvironmentId) -> Result<Option<Lease>, StoreError> {
        Ok(self.lease_of(environment).await?)
    }

    async fn leases(&self) -> Result<Vec<Lease>, StoreError> {
        Ok(self.list_leases().await?)
    }

    async fn put_lease(
        &self,
        from: Option<&Lease>,
        lease: Lease,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError> {
        self.store_lease(from, &lease, &act, &audit).await
    }

    async fn origin(&self, environment: EnvironmentId) -> Result<Option<AuditEntry>, StoreError> {
        Ok(self.first_line(environment).await?)
    }

    async fn audit(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.read_audit(environment, limit).await?)
    }

    async fn log_act(
        &self,
        environment: EnvironmentId,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError> {
        self.log_only(environment, &act, &audit).await
    }

    async fn put_token(&self, token: TokenSecret) -> Result<(), StoreError> {
        self.store_token(&token).await
    }

    async fn token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError> {
        Ok(self.find_token(kind, hash, now).await?)
    }

    async fn take_token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError> {
        Ok(self.use_up_token(kind, hash, now).await?)
    }

    async fn revoke_token(&self, id: TokenId) -> Result<(), StoreError> {
        Ok(self.remove_token(id).await?)
    }
}

#[cfg(test)]
mod query_plans;
