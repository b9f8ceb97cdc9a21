//! What the preview of a copy shows: the plan, its proof, and what a test on the copy can't prove.

use chrono::{DateTime, Utc};
use model::environment::{EnvironmentKind, Layer};
use model::id::RevisionNumber;
use model::name::{CloudName, EnvironmentName, RecipeName};
use plan::Plan;
use plan::capacity::EnvironmentCapacity;
use plan::copy::Fidelity;
use plan::proof::Proof;

use super::Known;
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
    pub capacity: EnvironmentCapacity,
    /// What it would cost until it expires.
    pub cost: Known<Cost>,
    /// The ordered plan; a start refuses any but this one, by its hash.
    pub plan: Plan,
    /// Whether it fits, as of now; or why that could not be asked.
    pub proof: Known<Proof>,
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
