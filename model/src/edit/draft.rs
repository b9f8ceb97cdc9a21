//! What comes of a form of the editor: its text, its fields and the button that was pressed, in one
//! draft. The text is what counts; the fields show what it says, and those that a person touched are
//! written into it. So either side changes the other, with and without scripts, by the same function.

use std::collections::BTreeMap;

use super::field::{Field, GroupField, ProfileField};
use super::{Edit, EditError, apply, read, set};
use crate::file::{self, Document, FileError};
use crate::topology::Topology;

/// What errors call the text.
const FILE: &str = "plan.yaml";

/// A form, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// The text that the form's fields were made from.
    pub was: String,
    /// The text as it is now.
    pub text: String,
    /// The fields as they are now.
    pub fields: BTreeMap<Field, String>,
    /// What the button does, where it does something.
    pub edit: Option<Edit>,
}

/// A plan that is being written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// What the text says; none where it can't be read.
    pub topology: Option<Topology>,
    /// Why it can't be stored, with the line; none where it can.
    pub problem: Option<FileError>,
    /// What was asked for and could not be done. It left no trace in the draft.
    pub refused: Vec<EditError>,
}

/// The draft that an editor begins with.
pub fn first(topology: &Topology) -> Draft {
    said(file::write(topology), Vec::new())
}

/// A text, and what it says.
fn said(text: String, refused: Vec<EditError>) -> Draft {
    let (topology, problem) = match loosely(&text) {
        Ok((topology, problem)) => (Some(topology), problem),
        Err(problem) => (None, Some(problem)),
    };
    Draft {
        text,
        topology,
        problem,
        refused,
    }
}

fn loosely(text: &str) -> Result<(Topology, Option<FileError>), FileError> {
    match file::parse_loosely(FILE, text)? {
        (Document::Environment(topology), problem) => Ok((*topology, problem)),
        (Document::Recipe(_), _) => Err(file::not_an_environment(FILE)),
    }
}

/// The draft that comes of a form. `base` is the plan that is being edited, where there is one: see
/// [`set`].
pub fn draft(base: Option<&Topology>, sent: &Sent) -> Draft {
    let lines = |text: &str| text.replace("\r\n", "\n");
    let (was, text) = (lines(&sent.was), lines(&sent.text));
    let before = loosely(&was).ok().map(|(topology, _)| topology);
    let touched: Vec<(&Field, &String)> = sent
        .fields
        .iter()
        .filter(|(field, value)| {
            let there = before.as_ref().and_then(|before| read(before, field));
            // A field of something that wasn't there was never shown.
            there.is_some_and(|there| there.trim() != lines(value).trim())
        })
        .collect();
    let mut draft = said(text, Vec::new());
    if touched.is_empty() && sent.edit.is_none() {
        return draft;
    }
    let Some(topology) = &mut draft.topology else {
        draft.refused = touched
            .iter()
            .map(|(field, value)| {
                EditError(format!(
                    "{field} was not set to “{value}”: mend the text first, then set it again"
                ))
            })
            .collect();
        return draft;
    };
    let mut refused = Vec::new();
    // Names last: until then the other fields and the button find what they are about.
    let (names, others): (Vec<_>, Vec<_>) =
        touched.into_iter().partition(|(field, _)| is_name(field));
    let mut edited = topology.clone();
    for (field, value) in others {
        refused.extend(set(&mut edited, base, field, value).err());
    }
    if let Some(edit) = &sent.edit {
        refused.extend(apply(&mut edited, edit).err());
    }
    for (field, value) in names {
        refused.extend(set(&mut edited, base, field, value).err());
    }
    if edited == *topology {
        draft.refused = refused;
        return draft;
    }
    said(file::write(&edited), refused)
}

const fn is_name(field: &Field) -> bool {
    match field {
        Field::Group(_, field) => matches!(field, GroupField::Name),
        Field::Profile(_, field) => matches!(field, ProfileField::Name),
        Field::Note | Field::Owner | Field::Flavor(..) => false,
    }
}
