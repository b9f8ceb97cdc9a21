//! What the writings of people say, each kind with its own words. They are read here and nowhere
//! else; one that can't be read is told by its key.

mod note;
mod reservation;
mod target;
mod weekdays;

use model::case::CaseStudy;
use model::name::EnvironmentName;
use model::price::PriceBooks;
use model::writing::{Writing, WritingKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use model::link::is_link;
pub use note::{Effort, Note, NoteState, Priority, Want};
pub use reservation::{OfScenario, Reservation, WrongReservation};
pub use target::Target;
pub use weekdays::{NoDay, Weekdays};

use crate::explain::{Class, Fingerprint, Said};
use crate::what_if::Scenario;

/// What a kind of writing says.
pub trait Says: Serialize + DeserializeOwned {
    /// Which kind it is.
    const KIND: WritingKind;
}

/// A writing that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {key} can't be read: {why}")]
pub struct Unreadable {
    /// Which.
    pub key: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a writing says.
pub fn read<T: Says>(writing: &Writing) -> Result<T, Unreadable> {
    serde_json::from_str(&writing.text).map_err(|error| Unreadable {
        key: writing.key.to_string(),
        why: error.to_string(),
    })
}

/// What somebody said of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// What it is put down to.
    pub class: Class,
    /// Why.
    pub reason: String,
    /// Which difference it was, for people: `changed profile php`.
    pub what: String,
}

impl Says for Explanation {
    const KIND: WritingKind = WritingKind::Explanation;
}

/// All price books are one writing: they are read and written as one table.
impl Says for PriceBooks {
    const KIND: WritingKind = WritingKind::PriceBook;
}

/// A case study stands as it was imported.
impl Says for CaseStudy {
    const KIND: WritingKind = WritingKind::CaseStudy;
}

/// A question of what if that somebody kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptScenario {
    /// The question, as it stands in addresses.
    pub scenario: Scenario,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Says for KeptScenario {
    const KIND: WritingKind = WritingKind::Scenario;
}

/// What people said of the differences between two environments.
pub fn said(writings: &[Writing]) -> Result<Said, Unreadable> {
    writings
        .iter()
        .map(|writing| {
            let Explanation {
                class,
                reason,
                what: _,
            } = read(writing)?;
            let fingerprint = Fingerprint::from(writing.key.name.clone());
            Ok((fingerprint, (class, reason)))
        })
        .collect()
}

/// Which environments an explanation is about: before and after, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// Before.
    pub a: EnvironmentName,
    /// After.
    pub b: EnvironmentName,
}
