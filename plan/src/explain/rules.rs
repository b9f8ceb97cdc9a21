//! What a difference is put down to where nobody said anything. Each rule needs something that was
//! written: a recipe, a plan, a note that names it, a name that something had before. Where there is nothing of the
//! sort a difference stays unexplained.

use std::collections::BTreeSet;

use model::diff::{ChangeRow, ChangeWord, DiffReport, FieldChange};
use model::environment::Layer;
use serde_json::Value as Json;

use super::noted::{Decided, Noted, noted};
use super::{Class, Explained};

/// What the two sides are to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// What is planned of an environment, and what runs there.
    Layers,
    /// Two times of the same layer of an environment.
    Times {
        /// Which.
        layer: Layer,
        /// How what ran before differs from the plan of now: what has become as it is planned.
        planned: Box<DiffReport>,
    },
    /// An environment and its copy.
    Copy {
        /// The recipe that the copy was made by.
        recipe: String,
        /// What that recipe makes different now.
        expected: Box<DiffReport>,
    },
    /// Two environments that have nothing to do with each other.
    Others,
}

/// What each environment says of itself, whatever the other one is.
const OF_ITS_OWN: [&str; 9] = [
    "environment",
    "kind",
    "layer",
    "note",
    "owner",
    "team",
    "protected",
    "cloud",
    "site",
];

/// Kinds of items that are statements about one environment, or merely defined there.
const STATEMENTS: [&str; 3] = ["fact", "declared", "site"];

/// What has no effect but through the groups that use it.
const DEFINITION: &str = "flavor";

/// Fields that say how many and how large.
const SIZES: [&str; 10] = [
    "count",
    "ordinals",
    "flavor",
    "public_addresses",
    "size",
    "vcpus",
    "ram",
    "disk",
    "roles",
    "runs on",
];

/// What a thing says of itself in words.
const NOTE: &str = "note";

/// Why something is scaled.
const SIZE_ALONE: &str = "it differs in number or size alone";

/// Kinds of resources that there are more or fewer of where a group has more or fewer instances.
const COUNTED: [&str; 4] = ["instance", "floating-ip", "volume", "volume-attachment"];

/// The class of one difference of a report.
pub(super) fn explain(
    row: &ChangeRow,
    report: &DiffReport,
    relation: &Relation,
    decided: &[Decided],
) -> Explained {
    let told = match relation {
        Relation::Layers => Some((Class::Drift, "what runs is not what is planned".to_owned())),
        Relation::Times { layer, planned } => Some(over_time(row, *layer, planned)),
        Relation::Copy { recipe, expected } => Some(copied(row, recipe, expected, decided)),
        Relation::Others => None,
    };
    let (class, why) = told.unwrap_or_else(|| between(row, report, decided));
    Explained {
        class,
        why,
        said: false,
    }
}

/// Between two times of one layer: people plan on purpose, and what runs should follow the plan.
fn over_time(row: &ChangeRow, layer: Layer, planned: &DiffReport) -> (Class, String) {
    match layer {
        Layer::Planned => (Class::Intended, "somebody changed the plan".to_owned()),
        Layer::Observed if holds(row, planned) => {
            (Class::Intended, "it has become as it is planned".to_owned())
        }
        Layer::Observed => (
            Class::Drift,
            "it changed, and the plan does not say so".to_owned(),
        ),
    }
}

/// Between a source and its copy: what the recipe makes different is meant so. What else differs has
/// happened since, on either side.
fn copied(
    row: &ChangeRow,
    recipe: &str,
    expected: &DiffReport,
    decided: &[Decided],
) -> (Class, String) {
    if holds(row, expected) {
        return (Class::Intended, format!("the recipe {recipe} says so"));
    }
    if row.change == ChangeWord::Changed {
        let rest = told_of(row);
        let Noted { says, unnamed, .. } = noted(row, &rest, decided);
        if !rest.is_empty() && unnamed.is_empty() {
            return (Class::Intended, joined(says));
        }
    }
    (
        Class::Drift,
        format!("the recipe {recipe} would not make it so today: one of the two has changed since"),
    )
}

/// Whether a difference is one of those that are expected, with all its values.
fn holds(row: &ChangeRow, expected: &DiffReport) -> bool {
    let mut same = expected
        .changes
        .iter()
        .filter(|other| other.kind == row.kind && other.key == row.key);
    same.any(|other| other.change == row.change && other.fields == row.fields)
}

/// Between environments that nothing but their place in the world connects.
fn between(row: &ChangeRow, report: &DiffReport, decided: &[Decided]) -> (Class, String) {
    if STATEMENTS.contains(&row.kind.as_str()) {
        let why = "it is said of one environment alone";
        return (Class::Intended, why.to_owned());
    }
    if let Some(heir) = heir(row, report) {
        return (
            Class::Intended,
            format!("{heir} says that it was this before"),
        );
    }
    match row.change {
        ChangeWord::Changed => changed(row, decided),
        ChangeWord::Added | ChangeWord::Removed => one_more(row, report),
    }
}

/// What is on both sides and not the same.
fn changed(row: &ChangeRow, decided: &[Decided]) -> (Class, String) {
    let rest = told_of(row);
    if rest.is_empty() {
        let has_notes = row.fields.iter().any(|field| field.field == NOTE);
        let why = if row.kind == "environment" {
            "each environment has its own"
        } else if has_notes {
            "nothing differs but what is noted of it"
        } else {
            "it says what it was called before"
        };
        return (Class::Intended, why.to_owned());
    }
    let Noted {
        mut says,
        unnamed,
        has_notes,
    } = noted(row, &rest, decided);
    if unnamed.is_empty() {
        return (Class::Intended, joined(says));
    }
    if unnamed.iter().all(|field| is_size(field)) {
        if says.is_empty() {
            return (Class::Scaled, SIZE_ALONE.to_owned());
        }
        says.insert("what else differs is number or size".to_owned());
        return (Class::Scaled, joined(says));
    }
    if !has_notes {
        return (Class::Unexplained, "nothing says why".to_owned());
    }
    let names: Vec<String> = unnamed
        .iter()
        .map(|field| field.field.replace('_', " "))
        .collect();
    (
        Class::Unexplained,
        format!("what is noted of it does not say why: {}", names.join(", ")),
    )
}

fn joined(says: BTreeSet<String>) -> String {
    Vec::from_iter(says).join("; ")
}

/// The fields of a changed thing that somebody has to account for.
fn told_of(row: &ChangeRow) -> Vec<&FieldChange> {
    row.fields
        .iter()
        .filter(|field| field.field != NOTE && !says_who_it_is(row, field))
        .collect()
}

/// What says of itself that it was this before: one of several that were merged into it.
fn heir<'a>(row: &ChangeRow, report: &'a DiffReport) -> Option<&'a str> {
    if row.change != ChangeWord::Removed {
        return None;
    }
    let says_so = |other: &&ChangeRow| {
        let was = other.fields.iter().filter(|field| field.field == "was");
        let names = was.filter_map(|field| field.after.as_array()).flatten();
        let mut names = names.filter_map(Json::as_str);
        other.kind == row.kind && names.any(|name| name == row.key)
    };
    let found = report.changes.iter().find(says_so);
    found.map(|other| other.key.as_str())
}

/// One more or one fewer of what the other side has as well.
fn one_more(row: &ChangeRow, report: &DiffReport) -> (Class, String) {
    let is_counted = COUNTED.contains(&row.kind.as_str());
    // `app[3]`, `app[3].data`: of the group `app`. Where all of a group comes or goes it is no matter
    // of numbers.
    let group = row.key.split('[').next().unwrap_or_default();
    let whole = || {
        let mut first = report
            .changes
            .iter()
            .filter(|other| other.kind == "instance" && other.key.split('[').next() == Some(group));
        first.all(|other| other.change == row.change) && is_first(row)
    };
    if is_counted && row.key.contains('[') && !whole() {
        return (
            Class::Scaled,
            format!("{group} has more instances on one side"),
        );
    }
    if row.kind == DEFINITION {
        return (
            Class::Intended,
            "one side does not use it, and says nothing of it".to_owned(),
        );
    }
    (Class::Unexplained, "nothing says why".to_owned())
}

/// Whether it belongs to the lowest ordinal that groups usually have: where that one comes or goes,
/// the whole group does.
fn is_first(row: &ChangeRow) -> bool {
    let ordinal = row.key.split(['[', ']']).nth(1);
    matches!(ordinal, Some("0" | "1"))
}

/// Whether a field tells what the thing is called, or which environment it is.
fn says_who_it_is(row: &ChangeRow, field: &FieldChange) -> bool {
    let name = field.field.as_str();
    (row.kind == "environment" && OF_ITS_OWN.contains(&name)) || matches!(name, "name" | "was")
}

fn is_size(field: &FieldChange) -> bool {
    if SIZES.contains(&field.field.as_str()) {
        return true;
    }
    // Volumes of the same names, larger or smaller.
    field.field == "volumes" && without_sizes(&field.before) == without_sizes(&field.after)
}

fn without_sizes(volumes: &Json) -> Json {
    let mut volumes = volumes.clone();
    for volume in volumes
        .as_object_mut()
        .into_iter()
        .flat_map(|map| map.values_mut())
    {
        if let Some(volume) = volume.as_object_mut() {
            volume.remove("size");
        }
    }
    volumes
}
