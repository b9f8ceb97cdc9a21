//! The editor's address and the names of what its form sends beside the fields of
//! [`model::edit::Field`], which are called as they call themselves.

use model::environment::EnvironmentKind;
use model::id::RevisionNumber;
use model::name::EnvironmentName;

use super::query::{Query, address};

/// The editor of plans: the page, and the `POST` of its form, which answers with the page as it is
/// then, or by 303 where the plan was stored.
pub const EDIT: &str = "/edit";

/// What the editor's form sends beside its fields.
pub mod sent {
    /// Which environment.
    pub const ENVIRONMENT: &str = "environment";
    /// The revision that is being edited; empty where there was none.
    pub const BASE: &str = "base";
    /// The text that the fields were made from.
    pub const WAS: &str = "was";
    /// The text.
    pub const TEXT: &str = "text";
    /// What the change is, for others.
    pub const COMMENT: &str = "comment";
    /// Which part is open: `group:app`, `profile:wordpress`.
    pub const OPEN: &str = "open";
    /// The button.
    pub const DO: &str = "do";
    /// The name for something new: followed by the word of the button, `new/add-group`, and by a
    /// group's name for its volumes.
    pub const NEW: &str = "new/";
    /// Of two changes that are merged: the revision that both began with.
    pub const MERGE_BASE: &str = "merge-base";
    /// The revision that is merged in.
    pub const MERGE_THEIRS: &str = "merge-theirs";
    /// Whose version: followed by what the contradiction is about.
    pub const CHOICE: &str = "choice/";
}

/// What the editor's buttons do beside [`model::edit::Edit`].
pub mod button {
    /// Shows what was typed in, everything as it would be.
    pub const SHOW: &str = "show";
    /// The same, by the Enter key: what a new thing's name was typed for is added.
    pub const ENTER: &str = "enter";
    /// Stores the plan.
    pub const SAVE: &str = "save";
    /// Merges by what was chosen.
    pub const MERGE: &str = "merge";
    /// Opens a part: followed by which.
    pub const OPEN: &str = "open:";
}

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditAsk {
    /// Which environment; one that isn't there yet is made by storing its plan.
    pub environment: EnvironmentName,
    /// What a new one is for.
    pub kind: Option<EnvironmentKind>,
    /// The planned revision whose change is to be taken back.
    pub back: Option<RevisionNumber>,
    /// Which part is open.
    pub open: Option<String>,
}

impl EditAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        let environment = query.value(sent::ENVIRONMENT)?;
        Ok(Self {
            environment: environment
                .ok_or_else(|| "environment: name the one whose plan is edited".to_owned())?,
            kind: query.value("kind")?,
            back: query.number("back")?.map(RevisionNumber),
            open: query.get(sent::OPEN).map(ToOwned::to_owned),
        })
    }
}

/// The editor of an environment's plan.
pub fn edit(environment: &EnvironmentName) -> String {
    address(EDIT, &[(sent::ENVIRONMENT, Some(environment.to_string()))])
}

/// The editor, with what a revision changed taken back.
pub fn take_back(environment: &EnvironmentName, revision: RevisionNumber) -> String {
    address(
        EDIT,
        &[
            (sent::ENVIRONMENT, Some(environment.to_string())),
            ("back", Some(revision.to_string())),
        ],
    )
}
