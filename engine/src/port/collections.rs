//! The port to what the store keeps of whole clouds. As everywhere in the store, each method is one
//! transaction, and nothing is decided there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use model::act::Act;
use model::assignment::{Assignment, Rule, Said, StandingRule};
use model::collection::{
    CloudState, Collection, Held, HeldFacets, HeldFilter, HeldKind, HeldRow, HeldVersion,
    KindState, Owner, OwnerCounts, Place, Progress, Trouble,
};
use model::filter::Page;
use model::id::{CloudId, EnvironmentId, ExecutorId};
use model::name::{CloudName, EnvironmentName, GroupName};
use plan::grouping::Candidate;

use super::store::{NewAudit, NewEnvironment, NewRevision, StoreError};

/// Who collects a cloud, and whether it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorSeen {
    /// Which cloud.
    pub cloud: CloudName,
    /// When it is to be looked at again.
    pub next_at: Option<DateTime<Utc>>,
    /// Since when somebody waits for a look, and what for the record says of that.
    pub wanted: Option<(DateTime<Utc>, String)>,
    /// The holder's number, 0 where nobody ever collected it.
    pub fence: i64,
    /// Who holds it; none where nobody does.
    pub holder: Option<ExecutorId>,
    /// Counts up while the holder lives.
    pub heartbeat: i64,
}

/// The right to collect a cloud: every write of a collection names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorClaim {
    /// Which cloud.
    pub cloud: CloudName,
    /// The number that makes it the newest.
    pub fence: i64,
}

/// One thing of a page, with whose it is by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedRow {
    /// The thing.
    pub held: Held,
    /// Whose: ours, elsewhere, shared or foreign; what a person said, the store knows.
    pub owner: Owner,
    /// The environment of its mark, where it is ours.
    pub environment: Option<EnvironmentId>,
    /// Which instance of that it is, where it is one.
    pub instance: Option<(GroupName, u32)>,
}

/// What is new on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staged {
    /// These are there.
    There(Vec<StagedRow>),
    /// These are gone.
    Gone(HeldKind, Vec<CloudId>),
}

/// The end of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPublication {
    /// When it was begun.
    pub at: DateTime<Utc>,
    /// What made somebody look.
    pub source: String,
    /// How each kind that was tried stands now.
    pub kinds: Vec<KindState>,
    /// When it is to be looked at again.
    pub next_at: Option<DateTime<Utc>>,
}

/// What came of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The newest collection of the cloud; none where it holds nothing at all.
    pub newest: Option<Collection>,
    /// Whether there was anything new.
    pub changed: bool,
}

/// What is said of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// It is this instance.
    At(Place),
    /// It belongs to no environment, whatever a rule says.
    Nowhere,
    /// Nothing any more.
    Unsaid,
}

/// What a person, or a rule, says of servers. Written whole or not at all.
#[derive(Clone, Debug)]
pub struct NewAssignments {
    /// Of which cloud.
    pub cloud: CloudName,
    /// The number of its assignments that all of this was worked out on; refused as
    /// [`StoreError::Moved`] where it is another by now.
    pub seen: i64,
    /// An environment that is made first.
    pub make: Option<(NewEnvironment, Box<NewRevision>)>,
    /// A rule that is to hold from now on.
    pub rule: Option<StandingRule>,
    /// A rule that is to hold no longer; what it assigned is assigned no longer.
    pub drop_rule: Option<Rule>,
    /// What is said of each server from now on.
    pub servers: BTreeMap<CloudId, Belongs>,
    /// Who says so.
    pub said: Said,
    /// The observed states that follow from it.
    pub observed: Vec<(EnvironmentId, NewRevision)>,
    /// For the log: what was done, to which environment, before and after in a few words.
    pub act: Act,
    /// The environment that the line is about.
    pub environment: Option<(EnvironmentId, EnvironmentName)>,
    /// The state before, in a few words.
    pub before: String,
    /// The state after, in a few words.
    pub after: String,
    /// Who, why, when.
    pub audit: NewAudit,
}

/// A server of an environment, as it was last collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedIn {
    /// In which cloud.
    pub cloud: CloudName,
    /// Whose it is: ours, or assigned.
    pub owner: Owner,
    /// Which instance of the environment it is.
    pub instance: (GroupName, u32),
    /// What it is.
    pub held: Held,
}

/// What is kept of whole clouds.
#[async_trait]
pub trait Collections: Send + Sync {
    // Clouds

    /// The clouds that are collected, by name.
    async fn clouds(&self) -> Result<Vec<CloudState>, StoreError>;

    /// One of them.
    async fn cloud(&self, name: &CloudName) -> Result<Option<CloudState>, StoreError>;

    /// A cloud is collected from now on, first at `next_at`; nothing where it is already.
    async fn follow_cloud(
        &self,
        name: &CloudName,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError>;

    /// Somebody wants a cloud to be collected now, with an audit line. Followed from now on.
    async fn want_collection(
        &self,
        cloud: &CloudName,
        act: Act,
        audit: NewAudit,
    ) -> Result<(), StoreError>;

    // The one who collects

    /// Who collects each cloud, and whether it is due.
    async fn collectors(&self) -> Result<Vec<CollectorSeen>, StoreError>;

    /// Claims a cloud, if nothing has changed about its holder since it was seen; what an earlier
    /// collector left half done is thrown away.
    async fn claim_collector(
        &self,
        seen: &CollectorSeen,
        executor: ExecutorId,
        progress: Progress,
    ) -> Result<Option<CollectorClaim>, StoreError>;

    /// A sign of life.
    async fn collector_heartbeat(&self, claim: &CollectorClaim) -> Result<(), StoreError>;

    // A collection

    /// Keeps what is new of a page for the end of the collection, and how far it has come.
    async fn stage(
        &self,
        claim: &CollectorClaim,
        page: Staged,
        progress: Progress,
    ) -> Result<(), StoreError>;

    /// The ids of what was there of a kind at the last collection, in order, some from after one.
    async fn held_ids(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        after: Option<&CloudId>,
        limit: u32,
    ) -> Result<Vec<CloudId>, StoreError>;

    /// Makes a collection of what was staged, where that is anything.
    async fn publish(
        &self,
        claim: &CollectorClaim,
        publication: NewPublication,
    ) -> Result<Published, StoreError>;

    /// Lets a cloud go once everything was written that follows from its collection.
    async fn let_cloud_go(&self, claim: &CollectorClaim) -> Result<(), StoreError>;

    /// Throws what was staged away, says why, and lets the cloud go.
    async fn give_up(
        &self,
        claim: &CollectorClaim,
        trouble: Trouble,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError>;

    // What was collected

    /// A page of what is there of a kind.
    async fn held(&self, filter: &HeldFilter) -> Result<Page<HeldRow>, StoreError>;

    /// These things, as last collected; those that are not there are left out.
    async fn held_by_id(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
    ) -> Result<Vec<HeldRow>, StoreError>;

    /// What hangs on these things, of a kind.
    async fn held_on(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        parents: &BTreeSet<CloudId>,
    ) -> Result<Vec<HeldRow>, StoreError>;

    /// What one thing was at all times, newest first.
    async fn held_versions(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Result<Vec<HeldVersion>, StoreError>;

    /// What all things of a kind were at all times, newest first: quotas over time.
    async fn held_over_time(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        limit: u32,
    ) -> Result<Vec<HeldVersion>, StoreError>;

    /// What some things of a kind were at the end of each day from one to another (UTC): what held on
    /// several days once, so that there is one version for each thing and day at most; oldest first.
    async fn held_by_day(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<HeldVersion>, StoreError>;

    /// How many there are of each kind, by whose they are.
    async fn held_counts(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeMap<HeldKind, OwnerCounts>, StoreError>;

    /// What the filters of a list offer.
    async fn held_facets(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
    ) -> Result<HeldFacets, StoreError>;

    /// The newest collections of a cloud.
    async fn collections(
        &self,
        cloud: &CloudName,
        limit: u32,
    ) -> Result<Vec<Collection>, StoreError>;

    // Assignments

    /// The number of a cloud's assignments, to be named with the next.
    async fn assignments_number(&self, cloud: &CloudName) -> Result<i64, StoreError>;

    /// The servers of a cloud that nobody assigned.
    async fn foreign_servers(&self, cloud: &CloudName) -> Result<Vec<Candidate>, StoreError>;

    /// What was said of servers of a cloud, by server.
    async fn assignments(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeMap<CloudId, Assignment>, StoreError>;

    /// The rules of a cloud.
    async fn rules(&self, cloud: &CloudName) -> Result<Vec<StandingRule>, StoreError>;

    /// Writes what somebody says of servers.
    async fn assign(&self, new: NewAssignments) -> Result<(), StoreError>;

    // Environments

    /// The servers of an environment in all clouds, as last collected: those of ours and those
    /// assigned to it.
    async fn servers_of(&self, environment: EnvironmentId) -> Result<Vec<ObservedIn>, StoreError>;

    /// The environments that have servers in a cloud, or had before its newest collection.
    async fn environments_in(
        &self,
        cloud: &CloudName,
    ) -> Result<BTreeSet<EnvironmentId>, StoreError>;

    /// The clouds that each environment has servers in.
    async fn clouds_of(&self) -> Result<BTreeMap<EnvironmentId, BTreeSet<CloudName>>, StoreError>;

    /// Stores an observed state where it is new, and in any case that it was so at its time. Not
    /// while an operation changes the environment: that says itself what came of it. Whether there
    /// was anything new.
    async fn observe(
        &self,
        environment: EnvironmentId,
        revision: NewRevision,
    ) -> Result<bool, StoreError>;
}
