//! What a comparison shows.

use chrono::{DateTime, Utc};
use model::diff::{DiffReport, ThreeRow};
use model::environment::{EnvironmentKind, Layer};
use model::file::FileError;
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
    /// The files that were brought and could not be taken, one of a side at most.
    pub brought: Vec<Brought>,
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhichSide {
    /// Before.
    A,
    /// After.
    B,
    /// The one beside both.
    C,
}

impl WhichSide {
    /// The word for it, as in addresses and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }

    /// The side of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        let mut all = [Self::A, Self::B, Self::C].into_iter();
        all.find(|side| side.word() == word)
    }

    /// What its field is called on the page.
    pub const fn id(self) -> &'static str {
        match self {
            Self::A => "compare-a",
            Self::B => "compare-b",
            Self::C => "compare-c",
        }
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::A => "Before",
            Self::B => "After",
            Self::C => "And",
        }
    }
}

/// A file that was brought and could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// For which side.
    pub side: WhichSide,
    /// What it is called where it came from.
    pub name: String,
    /// What it says, so that it can be mended; empty where it was too large.
    pub text: String,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<FileError>,
}

/// One thing to compare: a layer of an environment, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareChoice {
    /// The text that names it in a URL: `production-2014`, `production-2014@3`, `file:HASH`.
    pub value: String,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// What it is.
    pub state: ChoiceState,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoiceState {
    /// The newest state of a layer.
    Newest(Layer),
    /// A revision of a layer that isn't the newest.
    Revision(Layer, RevisionNumber),
    /// A file that is kept for a while.
    File {
        /// What it is called where it came from.
        name: String,
        /// Which environment it describes.
        environment: EnvironmentName,
    },
}

/// Where one side of a comparison is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareOrigin {
    /// It is stored.
    Stored {
        /// Planned or observed.
        layer: Layer,
        /// Which revision.
        revision: RevisionNumber,
        /// When that was stored.
        at: DateTime<Utc>,
        /// When it was last true, where it is the newest that was observed.
        observed: Option<Age>,
    },
    /// Somebody brought it.
    File {
        /// What it is called where it came from.
        name: String,
        /// Until when it is kept; none where it isn't kept at all.
        until: Option<DateTime<Utc>>,
    },
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareSide {
    /// Which environment.
    pub environment: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// Where it is from.
    pub origin: CompareOrigin,
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
