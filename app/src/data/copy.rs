//! What the preview of a copy shows: the plan, its proof, and what a test on the copy can't prove.

use chrono::{DateTime, Utc};
use model::environment::{EnvironmentKind, Layer};
use model::id::RevisionNumber;
use model::key::ResourceKind;
use model::name::{CloudName, EnvironmentName, GroupName, RecipeName};

use super::{Known, PlanStep, Totals};
use crate::routes::CopyAsk;

/// A copy that could be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPreview {
    /// What was asked for, with everything filled in.
    pub ask: CopyAsk,
    /// What it is a copy of.
    pub source: EnvironmentName,
    /// The kind of the source: the copy is said to differ from that.
    pub source_kind: EnvironmentKind,
    /// Which layer of the source.
    pub layer: Layer,
    /// Which revision of it.
    pub revision: RevisionNumber,
    /// The recipe.
    pub recipe: RecipeName,
    /// All recipes, to choose another.
    pub recipes: Vec<RecipeChoice>,
    /// The name that it will have.
    pub name: String,
    /// The cloud that it comes up on.
    pub cloud: Option<CloudName>,
    /// How long it lives, in hours.
    pub hours: u32,
    /// The longest that it may live, in hours.
    pub max_hours: u32,
    /// When it goes if it is started now.
    pub expires_at: DateTime<Utc>,
    /// The reason that is filled in.
    pub reason: String,
    /// What it needs.
    pub totals: Totals,
    /// What it would cost until it expires.
    pub cost: Known<Cost>,
    /// How many resources of each kind come, in the order of [`ResourceKind::ALL`].
    pub creates: Vec<(ResourceKind, u32)>,
    /// The ordered steps.
    pub steps: Vec<PlanStep>,
    /// The plan's hash: a start refuses any other.
    pub plan_hash: String,
    /// Whether it fits, as of now.
    pub proof: Proof,
    /// Group by group, what it is not.
    pub fidelity: Vec<Fidelity>,
    /// What the form sends so that pressing its button twice starts one copy; new for each preview.
    pub idempotency_key: String,
    /// Why it can't be started, where it can't: a failed check, a name that is taken.
    pub refused: Option<String>,
}

/// A recipe to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeChoice {
    /// Its name.
    pub name: RecipeName,
    /// What it is for.
    pub note: Option<String>,
}

/// What something costs, in words with its currency: `€0.42`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// For one hour.
    pub per_hour: String,
    /// Until it expires.
    pub until_expiry: String,
    /// The price book's date, and how many items were priced.
    pub basis: String,
}

/// A dated record about one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was checked, and what could not be.
    pub checks: Vec<Check>,
}

impl Proof {
    /// The first check that fails.
    pub fn failure(&self) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| matches!(check.verdict, Verdict::Fails { .. }))
    }

    /// How many could not be checked.
    pub fn unchecked(&self) -> usize {
        self.checks
            .iter()
            .filter(|check| matches!(check.verdict, Verdict::Unchecked { .. }))
            .count()
    }
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What: `vCPUs`, `flavor m1.large`.
    pub what: String,
    /// How much is needed; none where it isn't a number.
    pub need: Option<u64>,
    /// How much is free, reservations taken off; none where it isn't a number or has no limit.
    pub free: Option<u64>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as needed.
    Holds,
    /// It isn't.
    Fails {
        /// Why.
        why: String,
    },
    /// It could not be checked.
    Unchecked {
        /// Why not.
        why: String,
    },
}

/// What became of one group of the source in the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fidelity {
    /// The source's group.
    pub group: GroupName,
    /// What became of it.
    pub kind: FidelityKind,
    /// How, with numbers: `2–4 → 2, flavor m1.large → m1.small`.
    pub detail: String,
    /// What a test on the copy therefore can't prove; none where nothing is lost.
    pub consequence: Option<String>,
}

/// What became of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FidelityKind {
    /// The same.
    Kept,
    /// Fewer or smaller.
    Shrunk,
    /// Together with others.
    Merged {
        /// The copy's group that stands for it.
        into: GroupName,
    },
    /// Not there.
    Omitted,
    /// With data taken out that must not leave the source.
    Sanitised,
    /// With keys and secrets of its own.
    Rekeyed,
}

impl FidelityKind {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Shrunk => "shrunk",
            Self::Merged { .. } => "merged",
            Self::Omitted => "omitted",
            Self::Sanitised => "sanitised",
            Self::Rekeyed => "re-keyed",
        }
    }
}
