//! What a note accounts for: the differences that it names, and no others. A note that merely hangs
//! on a thing says nothing of why its image is another; one that is still open decides nothing.

use std::collections::BTreeSet;

use model::diff::{ChangeRow, FieldChange, Side};
use serde_json::Value as Json;

use crate::writings::{Note, NoteState};

/// A note that was decided, about something in one of the two environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// In which of the two states.
    of: Side,
    /// What it is about: `group/db`.
    about: String,
    /// What it says, and what was decided.
    text: String,
}

impl Decided {
    /// What a note of an environment decides; nothing where it is open or rejected, or about the
    /// environment as a whole, of which everything is a part.
    pub fn by(note: &Note, of: Side) -> Option<Self> {
        let Note {
            about,
            text,
            state,
            outcome,
            want: _,
            priority: _,
            effort: _,
            link: _,
            since: _,
        } = note;
        match state {
            NoteState::Decided => Some(Self {
                of,
                about: about.clone()?,
                text: match outcome {
                    Some(outcome) => format!("{text}: {outcome}"),
                    None => text.clone(),
                },
            }),
            NoteState::Open | NoteState::Rejected => None,
        }
    }
}

/// What notes say of a changed thing, field by field.
pub(super) struct Noted<'a> {
    /// What those say that name a field.
    pub(super) says: BTreeSet<String>,
    /// The fields that none of them names.
    pub(super) unnamed: Vec<&'a FieldChange>,
    /// Whether there is any note that could have named them.
    pub(super) has_notes: bool,
}

/// Holds fields that differ against the notes about the thing that they are of: its own in the file,
/// where that came with the difference, and those that were decided.
pub(super) fn noted<'a>(
    row: &ChangeRow,
    fields: &[&'a FieldChange],
    decided: &[Decided],
) -> Noted<'a> {
    let own = row.fields.iter().find(|field| field.field == "note");
    let own = own.and_then(|field| field.after.as_str());
    let own = own.map(|text| (Side::After, text, format!("its note says: {text}")));
    let thing = format!("{}/{}", row.kind, row.key);
    let decided = decided.iter().filter(|one| one.about == thing);
    let decided = decided.map(|one| {
        let why = format!("it was decided: {}", one.text);
        (one.of, one.text.as_str(), why)
    });
    let notes: Vec<(Side, &str, String)> = own.into_iter().chain(decided).collect();
    let mut all = Noted {
        says: BTreeSet::new(),
        unnamed: Vec::new(),
        has_notes: !notes.is_empty(),
    };
    for field in fields {
        match notes.iter().find(|(of, text, _)| names(text, *of, field)) {
            Some((_, _, why)) => {
                all.says.insert(why.clone());
            }
            None => all.unnamed.push(field),
        }
    }
    all
}

/// Whether a text names a change of a field: the field by its word, and what it has become in the
/// state that the text is about, as far as that has words.
fn names(text: &str, of: Side, field: &FieldChange) -> bool {
    let (own, other) = match of {
        Side::Before => (&field.before, &field.after),
        Side::After => (&field.after, &field.before),
    };
    let says = |word: &str| has_word(text, word);
    words_for(&field.field).iter().any(|word| says(word))
        && telling(own, other).iter().all(|word| says(word))
}

/// What a field is called in a sentence.
fn words_for(field: &str) -> Vec<String> {
    let plain = field.replace('_', " ");
    let other = match plain.strip_suffix('s') {
        Some(one) => one.to_owned(),
        None => format!("{plain}s"),
    };
    let mut words = vec![field.to_owned(), plain, other];
    if field == "count" {
        // Nobody writes that the count is six.
        words.extend(["instance".to_owned(), "instances".to_owned()]);
    }
    words
}

/// The words without which a sentence is not about this value: a text or a number as it stands, of a
/// list what came and went, of a map what has another value.
fn telling(own: &Json, other: &Json) -> Vec<String> {
    match (own, other) {
        (Json::Array(own), Json::Array(other)) => {
            let came = own.iter().filter(|item| !other.contains(item));
            let went = other.iter().filter(|item| !own.contains(item));
            came.chain(went).filter_map(scalar).collect()
        }
        (Json::Object(own), Json::Object(other)) => {
            let names: BTreeSet<&String> = own.keys().chain(other.keys()).collect();
            let value = |map: &serde_json::Map<String, Json>, name: &str| {
                map.get(name).cloned().unwrap_or(Json::Null)
            };
            names
                .into_iter()
                .map(|name| (name, value(own, name), value(other, name)))
                .filter(|(_, own, other)| own != other)
                .map(|(name, own, _)| scalar(&own).unwrap_or_else(|| name.clone()))
                .collect()
        }
        // What is gone is named by what it was.
        (Json::Null, was) => telling(was, &Json::Null),
        (Json::Array(items), _) => items.iter().filter_map(scalar).collect(),
        (Json::Object(map), _) => {
            let one =
                |(name, value): (&String, &Json)| scalar(value).unwrap_or_else(|| name.clone());
            map.iter().map(one).collect()
        }
        (own, _) => scalar(own).into_iter().collect(),
    }
}

/// A value that is one word or number; whether something is so has no word of its own.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Whether a text has a word or several in a row, in capitals or not, that are no part of longer
/// ones: `v2` is not in `v2-r4`, and `5` not in `5.3`.
fn has_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    if word.trim().is_empty() {
        return false;
    }
    text.match_indices(&word).any(|(at, found)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + found.len()..).unwrap_or_default();
        !goes_on(before.chars().rev()) && !goes_on(after.chars())
    })
}

/// Whether a word goes on beyond its end, in the direction in which these letters come.
fn goes_on(mut beyond: impl Iterator<Item = char>) -> bool {
    match beyond.next() {
        Some('-' | '_' | '.' | '/' | ':') => beyond.next().is_some_and(char::is_alphanumeric),
        Some(next) => next.is_alphanumeric(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(field: &str, before: Json, after: Json) -> FieldChange {
        FieldChange {
            field: field.to_owned(),
            before,
            after,
        }
    }

    #[test]
    fn a_word_is_whole_or_it_is_not_there() {
        for (text, word, there) in [
            ("flavor v2-r4-d60.", "v2-r4-d60", true),
            ("flavor v2-r4-d60.", "v2-r4", false),
            ("PHP 5.3", "5", false),
            ("Six instances: 6", "6", true),
            ("the Flavor", "flavor", true),
            ("flavored", "flavor", false),
            ("", "x", false),
            ("anything", "", false),
        ] {
            assert_eq!(has_word(text, word), there, "{text}: {word}");
        }
    }

    #[test]
    fn a_note_names_the_field_and_what_it_has_become() {
        let flavor = change("flavor", json!("small"), json!("large"));
        for (text, of, named) in [
            ("Flavor large since the memory ran out", Side::After, true),
            ("It should be large", Side::After, false),
            ("The flavor is to be looked at", Side::After, false),
            ("The flavor is small here", Side::After, false),
            ("The flavor is small here", Side::Before, true),
        ] {
            assert_eq!(names(text, of, &flavor), named, "{text}");
        }
        let count = change("count", json!(4), json!({"min": 2, "planned": 4, "max": 6}));
        assert!(names("2 to 6 instances, 4 planned", Side::After, &count));
        assert!(!names("more instances", Side::After, &count));
        let profiles = change("profiles", json!(["a", "b"]), json!(["b", "c"]));
        assert!(names("profile c instead of a", Side::After, &profiles));
        assert!(!names("profile c", Side::After, &profiles));
        let gone = change("image", json!("debian-12"), Json::Null);
        assert!(names("no image debian-12 any more", Side::After, &gone));
        let map = change(
            "parameters",
            json!({"workers": "8", "mode": "a"}),
            json!({"workers": "16", "mode": "a"}),
        );
        assert!(names("parameters: 16 workers", Side::After, &map));
        assert!(!names("parameters: more workers", Side::After, &map));
    }
}
