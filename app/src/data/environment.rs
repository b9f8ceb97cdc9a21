//! What the pages of environments show.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::environment::{Environment, Revision};
use model::facts::Report;
use model::filter::{InstanceRow, Page};
use model::id::OperationId;
use model::lease::Lease;
use model::name::{DnsName, EnvironmentName, GroupName, RecipeName};
use model::operation::Operation;
use model::topology::Topology;
use plan::capacity::{BySizing, EnvironmentCapacity, Totals};
use plan::copy::Fidelity;
use plan::finding::Muted;

use super::{Age, CopyPreview, KeypairRow, Known, PlacedFinding, ShownTarget};

/// One environment in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentRow {
    /// The environment.
    pub environment: Environment,
    /// The cloud that it is on, where one is named.
    pub cloud: Option<String>,
    /// What the layer that matters most needs: the planned one where there is one.
    pub totals: BySizing<Totals>,
    /// Its lease, where it has one.
    pub lease: Option<Lease>,
    /// The operation under way, or the newest one where it is stopped or rolled back.
    pub operation: Option<Operation>,
    /// When what is observed of it was last true; none where nothing ever was observed.
    pub observed: Option<Age>,
    /// How many of its findings are critical.
    pub critical: u32,
    /// How many of its findings are warnings.
    pub warnings: u32,
}

/// The list of environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentsData {
    /// Those that are not destroyed, by name.
    pub environments: Vec<EnvironmentRow>,
    /// Those that were, newest first: the record of what once was.
    pub destroyed: Vec<Environment>,
}

/// One environment at one revision of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentData {
    /// The environment.
    pub environment: Environment,
    /// The revision shown; its layer says whether it is planned or observed.
    pub revision: Revision,
    /// When what is shown was last true, where it was observed.
    pub observed: Option<Age>,
    /// The servers in it that Understudy didn't make, which every act leaves alone.
    pub foreign: Vec<String>,
    /// The state shown.
    pub topology: Topology,
    /// By when it is to be as planned and how far it has come, where somebody said.
    pub target: Option<ShownTarget>,
    /// What that needs.
    pub capacity: EnvironmentCapacity,
    /// The first page of its instances; all of them where they are few.
    pub instances: Page<InstanceRow>,
    /// What is worth knowing about it, the most serious first: declared totals that contradict
    /// computed ones, file systems that are full.
    pub findings: Vec<PlacedFinding>,
    /// What its file says is not to be told.
    pub muted: Vec<Muted>,
    /// All revisions of both layers, newest first.
    pub revisions: Vec<Revision>,
    /// The newest operations on it, newest first.
    pub operations: Vec<Operation>,
    /// The keys that let people into its instances.
    pub keypairs: Vec<KeypairRow>,
    /// The default copy; none where copies of such an environment make no sense.
    pub offer: Option<Offer>,
    /// What only a temporary environment has.
    pub temporary: Option<TemporaryData>,
    /// Stopping and starting its instances; none where nothing of it is in a cloud, or a state of
    /// the past is shown.
    pub power: Option<PowerOffer>,
}

/// Stopping and starting instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerOffer {
    /// Why it can't be done right now, where it can't.
    pub refused: Option<String>,
}

/// The default copy of an environment, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It can be previewed, and started where its proof holds.
    Ready(Box<CopyPreview>),
    /// There is none at the moment.
    Missing {
        /// Why, and what to do about it.
        why: String,
    },
}

/// What only a temporary environment has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryData {
    /// Its lease; none once it is gone, or before it was brought up.
    pub lease: Option<Lease>,
    /// What it is a copy of, where that is known.
    pub source: Option<EnvironmentName>,
    /// The recipe that made it.
    pub recipe: Option<RecipeName>,
    /// The operation to show progress of: the one under way, or the newest.
    pub progress: Option<Progress>,
    /// How to reach what is ready.
    pub access: Vec<Access>,
    /// By how much it can be extended.
    pub extensions: Vec<Extension>,
    /// What was kept, shrunk, merged or omitted.
    pub fidelity: Vec<Fidelity>,
    /// Why it can't be destroyed right now, where it can't.
    pub destroy_refused: Option<String>,
}

/// How far an operation is, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The operation.
    pub operation: Operation,
    /// How many steps of its current plan are done.
    pub done: u32,
    /// How many there are.
    pub steps: u32,
    /// The number of its newest event.
    pub last_event: u64,
}

impl Progress {
    /// The operation's id.
    pub const fn id(&self) -> OperationId {
        self.operation.id
    }
}

/// How to reach one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Its name: `app[1]`.
    pub instance: String,
    /// Its group.
    pub group: GroupName,
    /// Its number in the group.
    pub ordinal: u32,
    /// Its status in the cloud's word, where it is known.
    pub status: Option<String>,
    /// What it has said itself; none where it was not asked.
    pub report: Option<Report>,
    /// Addresses that can be reached from outside.
    pub public: Vec<IpAddr>,
    /// Addresses on the environment's networks.
    pub private: Vec<IpAddr>,
    /// What it serves.
    pub hosts: Vec<DnsName>,
}

/// One choice of extending a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// By how many hours from now's expiry.
    pub hours: u32,
    /// Until when that is.
    pub until: DateTime<Utc>,
    /// Why it is not possible, where it isn't.
    pub refused: Option<String>,
    /// What it costs, where that is known.
    pub cost: Known<String>,
}

/// What destroying an environment does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyPreview {
    /// The environment.
    pub environment: Environment,
    /// What goes, by kind in words with each resource's name: (`instances`, [`app[1]`, …]).
    pub goes: Vec<(String, Vec<String>)>,
    /// What stays, each with the reason.
    pub stays: Vec<(String, String)>,
    /// Why it can't be destroyed, where it can't: it is protected, or being changed.
    pub refused: Option<String>,
    /// The reason that is filled in.
    pub reason: String,
}
