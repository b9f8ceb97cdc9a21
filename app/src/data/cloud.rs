//! What the pages of clouds show.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::assignment::{Assignment, Rule};
use model::collection::{
    CloudState, Collection, HeldFacets, HeldFilter, HeldKind, HeldRow, HeldVersion, KindState,
    OwnerCounts,
};
use model::environment::EnvironmentKind;
use model::filter::Page;
use model::id::CloudId;
use model::name::{CloudName, EnvironmentName, GroupName};
use model::quota::{Quota, QuotaKind};
use plan::grouping::{Guess, Proposal};
use serde::{Deserialize, Serialize};

use super::CloudMeters;

/// How old data is that was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// When it was last true.
    pub at: DateTime<Utc>,
    /// Whether it is so old that it can't be relied on: older than twice the schedule.
    pub stale: bool,
}

/// One cloud in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudSummary {
    /// Its name.
    pub name: CloudName,
    /// What it is, in a few words: `OpenStack at keystone.example.org, project web`.
    pub about: String,
    /// How its collections stand; none where nobody ever wanted to see it.
    pub state: Option<CloudState>,
    /// How old what is known of it is.
    pub age: Option<Age>,
    /// How many things of each kind there are.
    pub counts: BTreeMap<HeldKind, OwnerCounts>,
    /// Its quotas, as they were collected.
    pub meters: Option<CloudMeters>,
    /// The environments that have servers in it.
    pub environments: Vec<EnvironmentName>,
}

/// The list of clouds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudsData {
    /// All that are configured, by name.
    pub clouds: Vec<CloudSummary>,
    /// How often they are collected; none where only when somebody asks.
    pub every: Option<chrono::Duration>,
}

/// A quota that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaChange {
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// Of what.
    pub what: QuotaKind,
    /// What it was; none where it was seen for the first time.
    pub before: Option<Quota>,
    /// What it became.
    pub after: Quota,
}

/// A rule, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// Which servers.
    pub rule: Rule,
    /// To which environment.
    pub environment: EnvironmentName,
    /// To which group; to the one that each looks to be of where none is named.
    pub group: Option<GroupName>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// One cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudData {
    /// As in the list.
    pub cloud: CloudSummary,
    /// How often it is collected; none where only when somebody asks.
    pub every: Option<chrono::Duration>,
    /// Its newest collections.
    pub collections: Vec<Collection>,
    /// The quotas that changed lately, newest first.
    pub quotas: Vec<QuotaChange>,
    /// Its hypervisors, where they are told.
    pub hypervisors: Vec<HeldRow>,
    /// Its projects, as far as the credential reaches.
    pub projects: Vec<HeldRow>,
}

/// A list of what a cloud holds of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldData {
    /// The cloud, as in the list.
    pub cloud: CloudSummary,
    /// The filter that was asked for.
    pub filter: HeldFilter,
    /// The rows and what comes after them.
    pub page: Page<HeldRow>,
    /// What can be chosen in the filters.
    pub facets: HeldFacets,
    /// How reading this kind stands.
    pub kind: Option<KindState>,
    /// How old what is known of this kind is.
    pub age: Option<Age>,
}

/// One thing in a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingData {
    /// The cloud, as in the list.
    pub cloud: CloudSummary,
    /// Its kind.
    pub kind: HeldKind,
    /// What it is, or was when it was last there.
    pub row: HeldRow,
    /// What it was at all times, newest first.
    pub versions: Vec<HeldVersion>,
    /// What hangs on it.
    pub parts: Vec<HeldRow>,
    /// The names of what it refers to, by id.
    pub names: BTreeMap<CloudId, String>,
    /// What was said of it, where it is a server.
    pub assignment: Option<Assignment>,
    /// What it looks like, where nobody said.
    pub guess: Option<Guess>,
    /// The environments that it may be assigned to.
    pub environments: Vec<(EnvironmentName, EnvironmentKind)>,
}

/// How many servers one form assigns at most, so that no form is larger than the server takes: the
/// rest of a group stays proposed.
pub const ASSIGNED_AT_ONCE: usize = 500;

/// The servers of a cloud that look like groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupsData {
    /// The cloud, as in the list.
    pub cloud: CloudSummary,
    /// The proposals of this page, the largest first.
    pub groups: Vec<Proposal>,
    /// How many there are on all pages.
    pub total: usize,
    /// The first of this page, counted from 0.
    pub from: usize,
    /// How many servers nobody assigned.
    pub unassigned: usize,
    /// How many of them nothing tells of.
    pub untold: usize,
    /// The names of projects, by id.
    pub projects: Vec<(CloudId, String)>,
    /// The rules that stand.
    pub rules: Vec<RuleLine>,
    /// The environments that servers may be assigned to.
    pub environments: Vec<(EnvironmentName, EnvironmentKind)>,
}
