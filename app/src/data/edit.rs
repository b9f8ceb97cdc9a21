//! What the editor shows.

use model::diff::DiffReport;
use model::edit::Draft;
use model::id::RevisionNumber;
use model::merge::{Conflict, Whose};
use model::name::EnvironmentName;
use model::operation::Trouble;
use plan::capacity::{BySizing, Totals};

use super::PlacedFinding;

/// A plan that is being written.
#[derive(Clone, Debug)]
pub struct EditData {
    /// Of which environment.
    pub environment: EnvironmentName,
    /// Whether that is there already.
    pub known: Known,
    /// The draft.
    pub draft: Draft,
    /// Which part of it is open.
    pub open: Option<Open>,
    /// What the change is, as it was typed.
    pub comment: String,
    /// What happened, where something is to be said.
    pub notice: Option<String>,
    /// Why it was not stored, where it was to be.
    pub trouble: Option<Trouble>,
    /// What it changes, of the plan that it began with; none where the text can't be read.
    pub difference: Option<DiffReport>,
    /// What it takes.
    pub totals: Option<BySizing<Totals>>,
    /// What the rules find in it.
    pub findings: Vec<PlacedFinding>,
    /// What it lacks to be brought up.
    pub obstacles: Vec<String>,
    /// Another change that it is to be merged with.
    pub merging: Option<Merging>,
}

/// What the environment is planned to be so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// There is no such environment yet.
    New,
    /// It has no plan yet; what was observed is where the draft began.
    Observed,
    /// This revision of its plan is being edited.
    Planned(RevisionNumber),
}

impl Known {
    /// The revision that is being edited.
    pub const fn base(self) -> Option<RevisionNumber> {
        match self {
            Self::New | Self::Observed => None,
            Self::Planned(number) => Some(number),
        }
    }
}

/// A part of the editor that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// A group.
    Group(String),
    /// A profile.
    Profile(String),
    /// The flavors.
    Flavors,
}

impl std::fmt::Display for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Profile(name) => write!(f, "profile:{name}"),
            Self::Flavors => f.write_str("flavors"),
        }
    }
}

impl std::str::FromStr for Open {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            Some(("group", name)) => Ok(Self::Group(name.to_owned())),
            Some(("profile", name)) => Ok(Self::Profile(name.to_owned())),
            None if text == "flavors" => Ok(Self::Flavors),
            Some(_) | None => Err(()),
        }
    }
}

/// Two changes of one plan that say different things.
#[derive(Clone, Debug)]
pub struct Merging {
    /// The revision that both began with.
    pub base: RevisionNumber,
    /// The revision that is merged into the draft.
    pub theirs: RevisionNumber,
    /// What contradicts each other, with what was chosen so far.
    pub conflicts: Vec<(Conflict, Option<Whose>)>,
}
