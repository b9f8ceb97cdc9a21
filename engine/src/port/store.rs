//! The port to the store. What must hold together is written by one method in one transaction.
//! The store keeps and finds; it decides nothing, and has no clock and no randomness of its own.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::act::{Act, Actor, AuditEntry};
use model::environment::{Environment, Layer, Revision};
use model::filter::{InstanceFilter, InstanceRecord, InstanceRow, Page};
use model::id::{
    CloudId, EnvironmentId, ExecutorId, InstallationId, OperationId, RevisionNumber, TokenId,
};
use model::key::Key;
use model::lease::Lease;
use model::name::{CloudName, EnvironmentName, RecipeName};
use model::operation::{Event, JournalEntry, Operation, OperationState, Phase};
use model::recipe::Recipe;
use model::token::{Token, TokenKind};
use model::topology::Topology;
use model::writing::{Writing, WritingKey, WritingKind};
use plan::Plan;
use plan::offers::QuotaKind;
use serde::{Deserialize, Serialize};

use crate::secret::InstallationSecret;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else carries the operation out now: stop at once.
    #[error("another executor has taken over")]
    Fenced,
    /// The name is taken.
    #[error(
        "there is already an environment called `{0}`: choose another name, or destroy that one first"
    )]
    NameTaken(EnvironmentName),
    /// The environment is being changed by another operation.
    #[error(
        "{environment} is being changed by another operation ({operation}): wait until it ends"
    )]
    Busy {
        /// Whose.
        environment: EnvironmentName,
        /// By which.
        operation: OperationId,
    },
    /// The cloud could hold this, but not beside what is already queued.
    #[error(
        "{which}: {need} needed, {free} free, {reserved} of that reserved by operations under way"
    )]
    Reserved {
        /// Of which quota.
        which: QuotaKind,
        /// How much this needs.
        need: u64,
        /// How much is free in the cloud.
        free: u64,
        /// How much of that others have reserved.
        reserved: u64,
    },
    /// It was worked out on what is no longer so.
    #[error("something else was written meanwhile: try again")]
    Moved,
    /// What was asked for is not there.
    #[error("there is no {0}")]
    Missing(String),
    /// The store's data was written by a newer version of Understudy.
    #[error(
        "the data was written by a newer Understudy (schema {found}, this one knows {known}): use that version, or another data folder"
    )]
    Newer {
        /// The schema that was found.
        found: i64,
        /// The newest that this one knows.
        known: i64,
    },
    /// A row that does not make sense: named by table, column and row.
    #[error("bad data in {table}.{column}, row {row}: {why}")]
    BadData {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        why: String,
    },
    /// The database could not be reached or did not do it; the details are for the log.
    #[error("the database did not answer as it should: {0}")]
    Database(String),
}

/// An environment to be made.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    /// Its new id.
    pub id: EnvironmentId,
    /// Set where it is made with a lease.
    pub lease: Option<Lease>,
}

/// A state of a layer to be stored. A state that is the same as the newest one (by content hash)
/// makes no new revision and writes no rows.
#[derive(Clone, Debug)]
pub struct NewRevision {
    /// What it is; name, kind, protection and owner of the environment follow it.
    pub topology: Topology,
    /// Which layer.
    pub layer: Layer,
    /// Its instances, for the inventory ([`model::filter::instance_records`]).
    pub records: Vec<InstanceRecord>,
    /// Where it comes from, for people.
    pub source: String,
    /// The time.
    pub at: DateTime<Utc>,
}

/// What has to be there for a state to be stored on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onto {
    /// Nothing: [`StoreError::NameTaken`] where an environment has the name.
    Nothing,
    /// Whatever is there.
    Anything,
    /// This revision of the layer as the newest, or none of the layer: [`StoreError::Moved`] where it
    /// is another by now.
    Newest(Option<RevisionNumber>),
}

/// A line for the append-only log of acts.
#[derive(Clone, Debug)]
pub struct NewAudit {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// The time.
    pub at: DateTime<Utc>,
}

/// What came of storing a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The environment, as it is now.
    pub environment: Environment,
    /// The newest revision of the layer.
    pub revision: Revision,
    /// Whether there was anything new.
    pub changed: bool,
}

/// How much of each quota something takes.
pub type Demand = BTreeMap<QuotaKind, u64>;

/// An operation to be queued.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// The operation, as it is to be stored (state `Queued` as a rule).
    pub operation: Operation,
    /// Its plan.
    pub plan: Plan,
    /// The cloud that it is carried out on.
    pub cloud: CloudName,
    /// What it will take of the cloud's quotas, reserved while the operation is open.
    pub demand: Demand,
    /// What the cloud has free of each quota that it limits; refused where the demand does not fit
    /// beside what other open operations on the cloud have reserved.
    pub free: Demand,
    /// The environment's lease, set together with the operation.
    pub lease: Option<Lease>,
    /// What is planned from now on, where the operation changes that, stored together with it.
    pub replanned: Option<Replanned>,
    /// The same key gives the same operation back, whatever else is asked.
    pub idempotency_key: Option<String>,
    /// For the log.
    pub audit: NewAudit,
}

/// A planned state that was worked out from another.
#[derive(Clone, Debug)]
pub struct Replanned {
    /// From which: [`StoreError::Moved`] where another is the newest by now.
    pub from: RevisionNumber,
    /// What it is.
    pub revision: NewRevision,
}

/// What came of submitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is queued.
    New(OperationId),
    /// The same idempotency key was used before, for this.
    Again(OperationId),
}

/// An operation that somebody has to work on, with who holds its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOperation {
    /// The operation.
    pub operation: OperationId,
    /// Its environment.
    pub environment: EnvironmentId,
    /// The holder's number, 0 where nobody has ever held the environment.
    pub fence: i64,
    /// Who holds it; none where it was let go.
    pub holder: Option<ExecutorId>,
    /// Counts up while the holder lives.
    pub heartbeat: i64,
}

/// The right to carry out an environment's operations: every write names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub environment: EnvironmentId,
    /// The operation that is carried out.
    pub operation: OperationId,
    /// The number that makes it the newest.
    pub fence: i64,
}

/// Something that a step changes about an environment as a whole, written with the end of an
/// operation.
#[derive(Clone, Debug)]
pub enum EnvironmentChange {
    /// What was collected is its newest observed state.
    Observed(Box<NewRevision>),
    /// It is gone: nothing of it is in the cloud. Its name is free again, its lease ends, its
    /// bindings are removed.
    Destroyed(DateTime<Utc>),
}

/// Which making of an instance is asked to report: its token is derived from this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// By which operation it is made.
    pub operation: OperationId,
    /// By which plan of that.
    pub phase: Phase,
    /// At which attempt.
    pub attempt: u32,
}

/// What an instance said of itself when it reported; nothing of it is relied on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What it takes for its id.
    pub instance_id: Option<String>,
    /// Its host name.
    pub host_name: Option<String>,
    /// Its full name.
    pub fqdn: Option<String>,
    /// The public keys by which it is known to whoever signs in, a line each.
    pub host_keys: Vec<String>,
}

/// A report that an instance was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedReport {
    /// Which making of it was asked.
    pub asked: Asked,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// When it reported, where it has.
    pub reported_at: Option<DateTime<Utc>>,
    /// What it said then.
    pub said: Said,
}

/// What was kept of a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptConsole {
    /// When it was read.
    pub at: DateTime<Utc>,
    /// The last lines.
    pub text: String,
}

/// What the executor writes, all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct JournalWrite {
    /// The steps' new states. The store keeps the first `since` of an attempt.
    pub entries: Vec<JournalEntry>,
    /// What the resources are called in the cloud from now on; none: gone.
    pub bindings: Vec<(Key, Option<CloudId>)>,
    /// What happened, for people, without numbers: the store numbers them on.
    pub events: Vec<Event>,
    /// Which instances are asked to report from now on; none: nobody is any more.
    pub asked: Vec<(Key, Option<Asked>)>,
    /// What is kept of consoles.
    pub consoles: Vec<(Key, KeptConsole)>,
    /// The operation's new state.
    pub state: Option<OperationState>,
    /// A plan for the way back, stored before its first step.
    pub rollback: Option<Plan>,
    /// What changes about the environment.
    pub environment: Vec<EnvironmentChange>,
}

/// A token with the hash of its secret.
#[derive(Clone, Debug)]
pub struct TokenSecret {
    /// The token.
    pub token: Token,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
}

/// Where everything is kept. Every method is one transaction.
#[async_trait]
pub trait Store: super::Collections + super::Files + super::Measures + Send + Sync {
    /// This installation's id: the first call stores the one that is offered.
    async fn installation(&self, offered: InstallationId) -> Result<InstallationId, StoreError>;

    /// This installation's secret: the first call stores the one that is offered. It is shared by
    /// all who share the store.
    async fn installation_secret(
        &self,
        offered: InstallationSecret,
    ) -> Result<InstallationSecret, StoreError>;

    /// A number that grows with every write that a page could show.
    async fn version(&self) -> Result<i64, StoreError>;

    /// Whether only one server can use this store: then whoever holds an operation at the start of
    /// a server is dead.
    fn is_exclusive(&self) -> bool;

    // Environments and their revisions

    /// All environments by name; destroyed ones after the others, newest first, where wanted.
    async fn environments(&self, with_destroyed: bool) -> Result<Vec<Environment>, StoreError>;

    /// The environment of a name that is not destroyed.
    async fn environment(&self, name: &EnvironmentName) -> Result<Option<Environment>, StoreError>;

    /// An environment, destroyed or not.
    async fn environment_by_id(&self, id: EnvironmentId)
    -> Result<Option<Environment>, StoreError>;

    /// Stores a state of a layer on top of what is there, where that is what `onto` says; `new` is used
    /// where no environment has the topology's name. The audit's act is an `Import`, or the one given.
    async fn put_revision(
        &self,
        new: NewEnvironment,
        onto: Onto,
        revision: NewRevision,
        act: Option<Act>,
        audit: NewAudit,
    ) -> Result<Imported, StoreError>;

    /// A revision of a layer, the newest unless named.
    async fn revision(
        &self,
        environment: EnvironmentId,
        layer: Layer,
        number: Option<RevisionNumber>,
    ) -> Result<Option<(Revision, Topology)>, StoreError>;

    /// All revisions of an environment, newest first.
    async fn revisions(&self, environment: EnvironmentId) -> Result<Vec<Revision>, StoreError>;

    /// A page of the inventory: the newest revisions of environments that are not destroyed. An
    /// environment with both layers is listed by each unless the filter names one.
    async fn instances(&self, filter: &InstanceFilter) -> Result<Page<InstanceRow>, StoreError>;

    // Recipes

    /// Stores a recipe, replacing the one of the same name.
    async fn put_recipe(&self, recipe: &Recipe, audit: NewAudit) -> Result<(), StoreError>;
    /// A recipe by name.
    async fn recipe(&self, name: &RecipeName) -> Result<Option<Recipe>, StoreError>;
    /// All recipes by name.
    async fn recipes(&self) -> Result<Vec<Recipe>, StoreError>;

    // What people write beside states

    /// Writes a text under a key, or takes the one away that is there, with an audit line that tells
    /// what was written before; `environment` is the one that the line belongs to. A text that is
    /// there already, word for word, writes nothing.
    async fn put_writing(
        &self,
        key: &WritingKey,
        text: Option<&str>,
        environment: Option<EnvironmentId>,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError>;

    /// The writings of a kind in the order of their keys, all or those about the same.
    async fn writings(
        &self,
        kind: WritingKind,
        about: Option<&str>,
    ) -> Result<Vec<Writing>, StoreError>;

    // Operations

    /// Queues an operation with its plan, reservation, lease and audit line.
    async fn submit(&self, new: NewOperation) -> Result<Submitted, StoreError>;

    /// Sets a stopped operation to `Queued` again, with an audit line.
    async fn resume(&self, operation: OperationId, audit: NewAudit) -> Result<(), StoreError>;

    /// An operation.
    async fn operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError>;

    /// The newest operations, of one environment or of all.
    async fn operations(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Result<Vec<Operation>, StoreError>;

    /// A plan of an operation.
    async fn plan(&self, id: OperationId, phase: Phase) -> Result<Option<Plan>, StoreError>;

    /// The newest word on each step of an operation.
    async fn journal(&self, id: OperationId) -> Result<Vec<JournalEntry>, StoreError>;

    /// What happened in an operation after an event's number.
    async fn events(&self, id: OperationId, after: u64) -> Result<Vec<Event>, StoreError>;

    /// What an environment's resources are called in the cloud.
    async fn bindings(&self, id: EnvironmentId) -> Result<BTreeMap<Key, CloudId>, StoreError>;

    // Carrying out

    /// The operations that somebody has to work on.
    async fn open_operations(&self) -> Result<Vec<OpenOperation>, StoreError>;

    /// Takes an operation's environment where its fence and its heartbeat are still those that were
    /// seen; none where the holder lives, somebody was faster, or the operation is no longer open.
    async fn claim(
        &self,
        seen: &OpenOperation,
        executor: ExecutorId,
    ) -> Result<Option<Claim>, StoreError>;

    /// Counts the heartbeat up; [`StoreError::Fenced`] where another has taken over.
    async fn heartbeat(&self, claim: Claim) -> Result<(), StoreError>;

    /// Lets go.
    async fn release(&self, claim: Claim) -> Result<(), StoreError>;

    /// Writes what the executor did, all or nothing; [`StoreError::Fenced`] where another has taken
    /// over. An operation that is no longer open gives up its reservation.
    async fn record(
        &self,
        claim: Claim,
        at: DateTime<Utc>,
        write: JournalWrite,
    ) -> Result<(), StoreError>;

    // What instances say

    /// The reports that an environment's instances were asked for.
    async fn reports(
        &self,
        environment: EnvironmentId,
    ) -> Result<BTreeMap<Key, AwaitedReport>, StoreError>;

    /// The report that an instance was asked for.
    async fn report(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Result<Option<AwaitedReport>, StoreError>;

    /// Stores a report of the making of an instance that was asked last; whether it was the first.
    async fn put_report(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        asked: &Asked,
        at: DateTime<Utc>,
        said: Said,
    ) -> Result<bool, StoreError>;

    /// What was kept of an instance's console.
    async fn console(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Result<Option<KeptConsole>, StoreError>;

    // Leases

    /// An environment's lease.
    async fn lease(&self, environment: EnvironmentId) -> Result<Option<Lease>, StoreError>;
    /// All leases, the next to expire first.
    async fn leases(&self) -> Result<Vec<Lease>, StoreError>;
    /// Sets a lease that was worked out from another, or from none, with an audit line for the act:
    /// [`StoreError::Moved`] where it is another by now.
    async fn put_lease(
        &self,
        from: Option<&Lease>,
        lease: Lease,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError>;

    // The log of acts

    /// Adds a line for an act that changes nothing else.
    async fn log_act(
        &self,
        environment: EnvironmentId,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError>;

    /// The line that an environment came with: how it came to be.
    async fn origin(&self, environment: EnvironmentId) -> Result<Option<AuditEntry>, StoreError>;

    /// The newest lines, of one environment or of all.
    async fn audit(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError>;

    // Signing in

    /// Stores a token.
    async fn put_token(&self, token: TokenSecret) -> Result<(), StoreError>;

    /// The token of a kind with this hash that has not ended by `now`.
    async fn token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError>;

    /// Takes a token away so that it can't be used again; the token, where it was still good.
    async fn take_token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError>;

    /// Takes a token away by id.
    async fn revoke_token(&self, id: TokenId) -> Result<(), StoreError>;
}
