//! The editor's form as it comes: names and values, read into what they mean.

use std::collections::BTreeMap;

use app::data::Open;
use app::routes::{button, sent as word};
use model::edit::{Edit, EditError, Field, Sent};
use model::id::RevisionNumber;
use model::merge::Whose;
use model::name::EnvironmentName;

use crate::web::trouble::{Failed, bad_request};

/// The longest comment, in characters.
const MAX_COMMENT: usize = 300;

/// What a form asks for.
pub(super) enum Wanted {
    /// Only to show what comes of it.
    Show,
    /// To store it.
    Save,
    /// To merge by what was chosen.
    Merge,
}

/// A form as it came.
pub(super) struct Filled {
    pub(super) environment: EnvironmentName,
    pub(super) base: Option<RevisionNumber>,
    pub(super) sent: Sent,
    pub(super) open: Option<Open>,
    pub(super) comment: String,
    pub(super) wanted: Wanted,
    /// The revisions that are merged, where any are.
    pub(super) merging: Option<(RevisionNumber, RevisionNumber)>,
    /// Whose version was chosen, by what the contradiction is about.
    pub(super) chosen: BTreeMap<String, Whose>,
}

/// Reads a form.
pub(super) fn read(pairs: Vec<(String, String)>) -> Result<Filled, Failed> {
    let mut environment = None;
    let mut filled = Filled {
        environment: EnvironmentName::new("x").map_err(|error| bad_request(error.to_string()))?,
        base: None,
        sent: Sent::default(),
        open: None,
        comment: String::new(),
        wanted: Wanted::Show,
        merging: None,
        chosen: BTreeMap::new(),
    };
    let (mut before, mut theirs) = (None, None);
    let mut pressed = String::new();
    let mut new: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        match name.as_str() {
            word::ENVIRONMENT => {
                environment = Some(
                    EnvironmentName::new(&value).map_err(|error| bad_request(error.to_string()))?,
                );
            }
            word::BASE => filled.base = number(&value)?,
            word::WAS => filled.sent.was = value,
            word::TEXT => filled.sent.text = value,
            word::COMMENT => {
                let length = value.chars().count();
                if length > MAX_COMMENT {
                    return Err(bad_request(format!(
                        "The comment has {length} characters, and {MAX_COMMENT} is the most."
                    )));
                }
                value.trim().clone_into(&mut filled.comment);
            }
            word::OPEN => filled.open = value.parse().ok(),
            word::DO => pressed = value,
            word::MERGE_BASE => before = number(&value)?,
            word::MERGE_THEIRS => theirs = number(&value)?,
            other => {
                if let Some(what) = other.strip_prefix(word::NEW) {
                    new.insert(what.to_owned(), value);
                } else if let Some(place) = other.strip_prefix(word::CHOICE) {
                    let whose = value.parse().map_err(bad_request)?;
                    filled.chosen.insert(place.to_owned(), whose);
                } else if other.contains('/') {
                    let field: Field = other
                        .parse()
                        .map_err(|error: EditError| bad_request(format!("{error}.")))?;
                    filled.sent.fields.insert(field, value);
                }
            }
        }
    }
    filled.environment =
        environment.ok_or_else(|| bad_request("The form does not say which plan it edits."))?;
    filled.merging = before.zip(theirs);
    press(&mut filled, &pressed, &new)?;
    Ok(filled)
}

fn number(text: &str) -> Result<Option<RevisionNumber>, Failed> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().map(RevisionNumber);
    number
        .map(Some)
        .map_err(|_| bad_request(format!("“{text}” is no revision.")))
}

/// What the button does, with the name that was typed for what is new.
fn press(filled: &mut Filled, pressed: &str, new: &BTreeMap<String, String>) -> Result<(), Failed> {
    let pressed = match pressed {
        "" | button::SHOW => return Ok(()),
        button::SAVE => {
            filled.wanted = Wanted::Save;
            return Ok(());
        }
        button::MERGE => {
            filled.wanted = Wanted::Merge;
            return Ok(());
        }
        button::ENTER => match new.iter().find(|(_, name)| !name.trim().is_empty()) {
            Some((what, _)) => what.as_str(),
            None => return Ok(()),
        },
        other => other,
    };
    if let Some(open) = pressed.strip_prefix(button::OPEN) {
        let open = open.parse::<Open>().ok();
        // The same once more closes it.
        filled.open = open.filter(|open| filled.open.as_ref() != Some(open));
        return Ok(());
    }
    let edit = match new.get(pressed) {
        Some(name) => {
            let name = name.trim();
            let separator = if pressed.contains(':') { '/' } else { ':' };
            format!("{pressed}{separator}{name}")
        }
        None => pressed.to_owned(),
    };
    let edit: Edit = edit
        .parse()
        .map_err(|error: EditError| bad_request(format!("{error}.")))?;
    match &edit {
        Edit::AddGroup(name) => filled.open = Some(Open::Group(name.trim().to_owned())),
        Edit::AddProfile(name) => filled.open = Some(Open::Profile(name.trim().to_owned())),
        Edit::AddFlavor(_)
        | Edit::RemoveGroup(_)
        | Edit::RemoveProfile(_)
        | Edit::RemoveFlavor(_)
        | Edit::AddVolume(..)
        | Edit::RemoveVolume(..) => {}
    }
    filled.sent.edit = Some(edit);
    Ok(())
}
