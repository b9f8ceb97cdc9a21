//! What the page of the notes shows.

use chrono::{DateTime, Utc};
use model::environment::Environment;
use plan::writings::Note;

/// The notes about an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotesData {
    /// Which environment.
    pub environment: Environment,
    /// Its notes, the most urgent first.
    pub notes: Vec<ShownNote>,
    /// What notes can be about: `group/db`.
    pub subjects: Vec<String>,
}

/// A note with who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownNote {
    /// By which it is changed.
    pub id: String,
    /// What it says.
    pub note: Note,
    /// Who wrote it last.
    pub by: String,
    /// When that was.
    pub at: DateTime<Utc>,
}
