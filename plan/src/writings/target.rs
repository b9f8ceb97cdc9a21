//! By when somebody wants an environment to be as it is planned. It says nothing of what is planned:
//! that is the newest planned state, whatever it is by then.

use chrono::NaiveDate;
use model::id::RevisionNumber;
use model::writing::WritingKind;
use serde::{Deserialize, Serialize};

use super::Says;

/// A target date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The day.
    pub by: NaiveDate,
    /// The observed revision that there was when the date was first set: how far it has come is
    /// counted from there. None where nothing was there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<RevisionNumber>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Says for Target {
    const KIND: WritingKind = WritingKind::Target;
}
