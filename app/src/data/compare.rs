//! What a comparison shows.

use chrono::{DateTime, Utc};
use model::diff::{DiffReport, ThreeRow};
use model::environment::{EnvironmentKind, Layer};
use model::id::RevisionNumber;
use model::name::EnvironmentName;
use model::operation::Trouble;
use plan::capacity::{EnvironmentCapacity, Totals};
use plan::explain::Explained;

use super::Age;
use crate::routes::CompareAsk;

/// The comparison page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareData {
    /// What was asked for.
    pub ask: CompareAsk,
    /// What can be chosen.
    pub choices: Vec<CompareChoice>,
    /// What came out; none while a side is not chosen yet.
    pub outcome: Option<Result<Box<Comparison>, Trouble>>,
}

/// One thing to compare: a layer of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareChoice {
    /// The text that names it in a URL: `production-2014` or `production-2014@3`.
    pub value: String,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// Planned or observed.
    pub layer: Layer,
    /// Which revision, where it isn't the newest.
    pub revision: Option<RevisionNumber>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareSide {
    /// Which environment.
    pub environment: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// Planned or observed.
    pub layer: Layer,
    /// Which revision.
    pub revision: RevisionNumber,
    /// When that was stored.
    pub at: DateTime<Utc>,
    /// When it was last true, where it is the newest that was observed.
    pub observed: Option<Age>,
    /// What it needs, at all sizings.
    pub capacity: EnvironmentCapacity,
    /// What it needs at the sizing that was asked for.
    pub totals: Totals,
}

/// Two states compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Before.
    pub a: CompareSide,
    /// After.
    pub b: CompareSide,
    /// What differs. By group: items of the topologies; by instance: resources at one sizing.
    pub report: DiffReport,
    /// What each change is put down to, in the order of the report.
    pub explained: Vec<Explained>,
    /// A third state beside the two.
    pub third: Option<Third>,
}

/// A third state, held against the first as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Third {
    /// Which.
    pub side: CompareSide,
    /// What isn't the same in all three.
    pub rows: Vec<ThreeRow>,
}
