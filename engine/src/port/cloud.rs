//! The port to a cloud. Drivers translate between a cloud's own representation and ours; they
//! decide nothing, retry nothing that changes something, and never touch what they are not told to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::collection::{Held, HeldKind, Reach};
use model::data::VolumeSource;
use model::facts::InstanceFacts;
use model::id::{CloudId, EnvironmentId, InstallationId};
use model::key::{Key, ResourceKind};
pub use model::mark::Mark;
use model::name::CloudName;
use model::resource::Resource;
use plan::offers::{Offer, Offers, QuotaKind, StoredSources};
use plan::user_data::UserData;

/// A call that creates one resource.
#[derive(Clone, Debug)]
pub struct Create<'a> {
    /// Goes into the body.
    pub mark: &'a Mark,
    /// The name that people see in the cloud's own tools.
    pub name: &'a str,
    /// What is created.
    pub resource: &'a Resource,
    /// The cloud's ids of what it refers to ([`Resource::bonds`]), and of rules' groups.
    pub ids: &'a BTreeMap<Key, CloudId>,
    /// What an instance reads when it first starts. The cloud keeps it to itself.
    pub user_data: Option<&'a UserData>,
}

/// Whether a resource can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not yet: BUILD, creating.
    Building,
    /// Yes: ACTIVE, available, in-use.
    Ready,
    /// Something is being done to it: RESIZE, attaching, extending.
    Changing,
    /// A change is half done, and the same [`Cloud::update`] asked once more finishes it:
    /// VERIFY_RESIZE.
    AwaitsConfirmation,
    /// The cloud could not make it: ERROR, with its own words.
    Failed {
        /// The fault in the cloud's own words.
        fault: String,
    },
    /// It is on its way out.
    Deleting,
}

/// A resource that is in the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: ResourceKind,
    /// What the cloud calls it.
    pub id: CloudId,
    /// The name that people see.
    pub name: String,
    /// Our mark; a part found through its parents (interface, attachment, rules) has the mark of
    /// its first parent with its own key. None: it is foreign.
    pub mark: Option<Mark>,
    /// What it is, in our words, references as keys. None where it is foreign, or where something
    /// that it refers to is no longer there.
    pub resource: Option<Resource>,
    /// Whether it can be used.
    pub status: Status,
    /// What the cloud tells of an instance beside: addresses, its own status word.
    pub facts: InstanceFacts,
    /// When it was created, by the cloud's clock.
    pub created_at: Option<DateTime<Utc>>,
}

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything in the project, foreign resources too.
    Everything,
    /// Only what carries the mark of one environment, of whatever attempt.
    Environment(InstallationId, EnvironmentId),
}

/// How much a listing tells of each resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Whose it is and whether it can be used. What it is ([`Found::resource`]) may be missing.
    Status,
    /// All. What the resources refer to is asked for with them, or is not there.
    Whole,
}

/// What a listing told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What is there.
    pub found: Vec<Found>,
    /// What it means that an instance is not among it.
    pub absence: Absence,
}

/// What is known of the effect of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing happened: the same call may be made again.
    None,
    /// Nobody knows: look before anything else.
    Unknown,
}

/// What a cloud answers to a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// What the cloud calls it.
    pub id: CloudId,
    /// Whether it can be used yet.
    pub done: Done,
}

/// Whether a call that the cloud has taken has had its whole effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It has: nobody needs to look again.
    Already,
    /// Not yet, or nobody knows: it is looked for in listings.
    Later,
}

/// One page of what a cloud holds of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPage {
    /// What is on it.
    pub held: Vec<Held>,
    /// What is on it and makes no sense to us: it is there, and no more is known.
    pub odd: Vec<CloudId>,
    /// Where the next page begins; none on the last.
    pub next: Option<PageMark>,
    /// What it means that something is on none of the pages.
    pub absence: Absence,
}

/// Where a page begins: the driver's own business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageMark(pub String);

/// What it means that something is missing from a list, or from all pages of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It is gone.
    Gone,
    /// It is gone, or the cloud leaves out what it can't see just now: whoever wants to know has
    /// to ask for it by its id.
    GoneOrOutOfSight,
}

/// Why a cloud did not do what it was asked. Each holds the cloud's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// There is no such resource.
    #[error("not found: {0}")]
    NotFound(String),
    /// Something is in the way: in use, exists already.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A quota is too small.
    #[error("quota exceeded for {which}: {words}")]
    Quota {
        /// Which.
        which: QuotaKind,
        /// How much was asked for, where it is known.
        need: Option<u64>,
        /// How much is free, where it is known.
        free: Option<u64>,
        /// The cloud's own words.
        words: String,
    },
    /// The request is wrong or not allowed; asking again gives the same answer.
    #[error("refused: {0}")]
    Refused(String),
    /// The cloud has no such service or version of it.
    #[error("this cloud does not offer it: {0}")]
    NotOffered(String),
    /// Too many requests; nothing was done.
    #[error("asked to wait{}: {words}", .retry_after.map(|d| format!(" {} s", d.as_secs())).unwrap_or_default())]
    Throttled {
        /// How long to wait, where the cloud says so.
        retry_after: Option<Duration>,
        /// The cloud's own words.
        words: String,
    },
    /// There was no connection: nothing was sent.
    #[error("the cloud can't be reached: {0}")]
    Unreachable(String),
    /// The cloud failed (5xx): whether the call had its effect is not known.
    #[error("the cloud failed: {0}")]
    Unavailable(String),
    /// No answer came: whether the call had its effect is not known.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// The credential is no longer good.
    #[error("the credential is no longer accepted: {0}")]
    CredentialGone(String),
    /// An answer that makes no sense to us.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
}

impl CloudError {
    /// What is known of the effect.
    pub const fn effect(&self) -> Effect {
        match self {
            Self::NotFound(_)
            | Self::Conflict(_)
            | Self::Quota { .. }
            | Self::Refused(_)
            | Self::NotOffered(_)
            | Self::Throttled { .. }
            | Self::Unreachable(_)
            | Self::CredentialGone(_) => Effect::None,
            Self::Unavailable(_) | Self::Unanswered(_) | Self::Unexpected(_) => Effect::Unknown,
        }
    }

    /// Whether asking again later may help.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Unreachable(_)
            | Self::Unavailable(_)
            | Self::Unanswered(_) => true,
            Self::NotFound(_)
            | Self::Conflict(_)
            | Self::Quota { .. }
            | Self::Refused(_)
            | Self::NotOffered(_)
            | Self::CredentialGone(_)
            | Self::Unexpected(_) => false,
        }
    }
}

/// A cloud: one project in one region.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Its name, as in environment files.
    fn name(&self) -> &CloudName;

    /// What it is and where, in a few words for people.
    fn about(&self) -> String;

    /// How long an answer is waited for.
    fn request_timeout(&self) -> Duration;

    /// How long a request whose caller is gone may still have its effect: whoever takes over from
    /// a dead executor, or got no answer, waits that long before it looks.
    fn request_lifetime(&self) -> Duration;

    /// Lists resources of some kinds, foreign ones only where the scope says so. An instance of
    /// which the cloud knows no more than its id just now (its cell is down) is in every scope,
    /// without a mark: it is for the engine to know it by that id.
    async fn list(
        &self,
        scope: Scope,
        kinds: &BTreeSet<ResourceKind>,
        detail: Detail,
    ) -> Result<Listed, CloudError>;

    /// Looks at one resource by its id.
    async fn get(&self, kind: ResourceKind, id: &CloudId) -> Result<Found, CloudError>;

    /// One page of what the cloud holds of a kind, whoever made it: one call, whose answer is all
    /// that is held in memory. A credential that does not reach so far is refused.
    async fn page(
        &self,
        kind: HeldKind,
        reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError>;

    /// What the cloud offers: flavors, images, quotas with their use. What is not wanted may be
    /// left out.
    async fn offers(&self, wanted: &BTreeSet<Offer>) -> Result<Offers, CloudError>;

    /// Looks volumes and snapshots up by name or id, whoever's they are: what volumes are made
    /// from. One that isn't there has none; several of one name are all there.
    async fn stored(&self, wanted: &BTreeSet<VolumeSource>) -> Result<StoredSources, CloudError>;

    /// The last lines that an instance said on its console, in the cloud's own words.
    async fn console(&self, id: &CloudId, lines: u32) -> Result<String, CloudError>;

    /// Creates one resource. The answer means that the cloud has taken it.
    async fn create(&self, create: Create<'_>) -> Result<Created, CloudError>;

    /// Turns a resource into `after` while it stays itself; see [`Resource::changes_in_place`].
    /// Making the same change twice is the same as making it once, and goes on with one that is
    /// half done.
    async fn update(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError>;

    /// Asks for one resource to be taken away. The answer means that the cloud has taken the
    /// request; where that isn't all, it is gone once [`Cloud::list`] no longer has it.
    async fn delete(&self, kind: ResourceKind, id: &CloudId) -> Result<Done, CloudError>;
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building => f.write_str("building"),
            Self::Ready => f.write_str("ready"),
            Self::Changing => f.write_str("changing"),
            Self::AwaitsConfirmation => f.write_str("awaits confirmation"),
            Self::Failed { fault } => write!(f, "failed: {fault}"),
            Self::Deleting => f.write_str("deleting"),
        }
    }
}
