//! What the pages show: plain data, complete before a page is drawn. The server fills it in through
//! [`crate::backend::Backend`]; nothing here is looked up, decided or computed by a page again.
//!
//! Whatever nobody knows is [`Known::Not`] with its reason, never zero and never an empty text.

pub mod calendar;
pub mod cases;
pub mod cloud;
pub mod compare;
pub mod copy;
pub mod dashboard;
pub mod edit;
pub mod environment;
pub mod instance;
pub mod instances;
pub mod notes;
pub mod operation;
pub mod prices;
pub mod tells;
pub mod what_if;

pub use calendar::{CapacityData, CloudCalendar, Growth, ShownReservation, ShownTarget};
pub use cases::{CaseData, CasesData, NearestData, ShownCase};
pub use cloud::{
    ASSIGNED_AT_ONCE, Age, CloudData, CloudSummary, CloudsData, GroupsData, HeldData, QuotaChange,
    RuleLine, ThingData,
};
pub use compare::{
    Brought, ChoiceState, CompareChoice, CompareData, CompareOrigin, CompareSide, Comparison,
    Third, WhichSide,
};
pub use copy::{CopyPreview, Cost, RecipeChoice};
pub use dashboard::{CloudMeters, Dashboard, Meter, MeterLimit};
pub use edit::{EditData, Known as EditKnown, Merging, Open};
pub use environment::{
    Access, DestroyPreview, EnvironmentData, EnvironmentRow, EnvironmentsData, Extension, Offer,
    PowerOffer, Progress, TemporaryData,
};
pub use instance::{ConsoleText, InstanceData, KeypairRow};
pub use instances::{InstanceFacets, InstancesData};
pub use notes::{NotesData, ShownNote};
pub use operation::{AuditData, OperationData, OperationsData};
pub use prices::PricesData;
pub use tells::{ReportData, RunbookData};
pub use what_if::{KeptFree, NotKept, WhatIfData, WhatIfGround, WorkedOut, refused};

use chrono::{DateTime, Utc};
use model::environment::{EnvironmentKind, Layer};
use model::name::EnvironmentName;

/// Something that may not be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Is(T),
    /// Nobody knows, and why not: a sentence for people.
    Not {
        /// Why it isn't known.
        why: String,
    },
}

impl<T> Known<T> {
    /// Unknown, for this reason.
    pub fn not(why: impl Into<String>) -> Self {
        Self::Not { why: why.into() }
    }

    /// The value, where it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Not { why: _ } => None,
        }
    }
}

/// Who looks at a page. The server provides it in the context of each request, beside
/// [`crate::backend::BackendContext`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// What the person is called; none where nobody is signed in (then only `/sign-in` is shown).
    pub name: Option<String>,
    /// What every form of this session sends as [`crate::routes::FORM_TOKEN`].
    pub form_token: String,
    /// The server's time, by which every page of this request counts.
    pub now: DateTime<Utc>,
}

/// What the frame around every page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The environments that are not destroyed, for the switcher, by name.
    pub environments: Vec<(EnvironmentName, EnvironmentKind)>,
    /// How many critical findings there are in all.
    pub alarms: u32,
    /// How many operations are under way.
    pub running: u32,
}

/// A finding of the plan's rules, with where it is and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedFinding {
    /// What is worth knowing.
    pub finding: plan::finding::Finding,
    /// The environment that it belongs to.
    pub environment: EnvironmentName,
    /// The state that it was found in.
    pub layer: Layer,
    /// Since when it is known.
    pub since: Option<DateTime<Utc>>,
}
