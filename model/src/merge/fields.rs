//! How far a value can be taken apart to be merged. Its own fields each for itself, some of them entry
//! by entry, lists of names as sets. Everything else is one value: half of one range and half of
//! another is a range that nobody meant.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// Fields that are maps from names to values, merged entry by entry.
const MAPS: [&str; 8] = [
    "addresses",
    "volumes",
    "roles",
    "depends_on",
    "parameters",
    "offers",
    "latency_ms",
    "common",
];

/// Lists whose order says something: who gets which, what is done first.
fn is_in_order(field: &str) -> bool {
    matches!(field, "first_boot" | "spread") || field.starts_with("addresses.")
}

/// What a value is made of.
pub(super) enum Parts {
    /// It is one value.
    Whole,
    /// It is a set, which merges to this one.
    Set(Vec<Json>),
    /// It has named parts, which are merged each for itself.
    Map(BTreeSet<String>),
}

/// The parts of a value of which all three versions differ, or one misses.
pub(super) fn parts(field: Option<&str>, sides: [&Json; 3]) -> Parts {
    let [_, ours, theirs] = sides;
    match (ours, theirs) {
        (Json::Object(_), Json::Object(_)) if has_named_parts(field) => {
            let named = sides.into_iter().filter_map(Json::as_object);
            Parts::Map(named.flat_map(|map| map.keys().cloned()).collect())
        }
        (Json::Array(_), Json::Array(_)) if !field.is_some_and(is_in_order) => {
            let lists = sides.map(names);
            match lists {
                [Some(base), Some(ours), Some(theirs)] => Parts::Set(set(&base, &ours, &theirs)),
                _ => Parts::Whole,
            }
        }
        _ => Parts::Whole,
    }
}

/// Whether the object at a path is merged by its parts: an item, a map, one of its volumes.
fn has_named_parts(field: Option<&str>) -> bool {
    let Some(field) = field else { return true };
    let path: Vec<&str> = field.split('.').collect();
    match path.as_slice() {
        [map] => MAPS.contains(map),
        ["volumes", _] => true,
        _ => false,
    }
}

/// The names in a list, where it is one of names and none stands in it twice; a list that isn't
/// there is empty.
fn names(list: &Json) -> Option<Vec<&str>> {
    let items = match list {
        Json::Null => return Some(Vec::new()),
        Json::Array(items) => items,
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => return None,
    };
    let names: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
    let names = names?;
    let once: BTreeSet<&str> = names.iter().copied().collect();
    (once.len() == names.len()).then_some(names)
}

/// What both took out is out, what either put in is in: as it stands in ours, then what is new in
/// theirs.
fn set(base: &[&str], ours: &[&str], theirs: &[&str]) -> Vec<Json> {
    let kept = ours
        .iter()
        .filter(|name| theirs.contains(name) || !base.contains(name));
    let new = theirs
        .iter()
        .filter(|name| !base.contains(name) && !ours.contains(name));
    kept.chain(new)
        .map(|name| Json::String((*name).to_owned()))
        .collect()
}
