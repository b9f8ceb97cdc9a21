//! Three states side by side: one that came before, and what has become of it in two others. What is
//! planned, what runs and what ran yesterday; or what two people made of one plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ChangeRow, ChangeWord, DiffReport};

/// One field in three states; null where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreeField {
    /// The field's name, as in files.
    pub field: String,
    /// What it was.
    pub base: Json,
    /// What it is on one side.
    pub a: Json,
    /// What it is on the other side.
    pub b: Json,
}

/// One thing that isn't the same in all three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreeRow {
    /// The kind of the thing: `group`, `instance`.
    pub kind: String,
    /// Its name within the kind.
    pub key: String,
    /// What happened to it on one side; none where it is as it was.
    pub a: Option<ChangeWord>,
    /// What happened to it on the other side.
    pub b: Option<ChangeWord>,
    /// The fields that differ.
    pub fields: Vec<ThreeField>,
}

impl ThreeRow {
    /// Whether both sides are the same, and only what came before differs.
    pub fn agrees(&self) -> bool {
        self.a == self.b && self.fields.iter().all(|field| field.a == field.b)
    }
}

/// Puts two differences from one state side by side, in the order of kinds and names.
pub fn three_way(a: &DiffReport, b: &DiffReport) -> Vec<ThreeRow> {
    let by_key = |report: &DiffReport| -> BTreeMap<(String, String), ChangeRow> {
        let rows = report.changes.iter().cloned();
        rows.map(|row| ((row.kind.clone(), row.key.clone()), row))
            .collect()
    };
    let (a, b) = (by_key(a), by_key(b));
    let keys: BTreeSet<&(String, String)> = a.keys().chain(b.keys()).collect();
    keys.into_iter()
        .map(|key| {
            let (a, b) = (a.get(key), b.get(key));
            ThreeRow {
                kind: key.0.clone(),
                key: key.1.clone(),
                a: a.map(|row| row.change),
                b: b.map(|row| row.change),
                fields: fields(a, b),
            }
        })
        .collect()
}

/// The fields of a thing that differ on either side. A side that doesn't name a field left it as it
/// was: then the other one tells what that is.
fn fields(a: Option<&ChangeRow>, b: Option<&ChangeRow>) -> Vec<ThreeField> {
    let mut names: Vec<&str> = Vec::new();
    for field in [a, b].into_iter().flatten().flat_map(|row| &row.fields) {
        if !names.contains(&field.field.as_str()) {
            names.push(&field.field);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let of = |row: Option<&ChangeRow>| {
                let row = row?;
                let found = row.fields.iter().find(|field| field.field == name);
                match (found, row.change) {
                    (Some(field), _) => Some((field.before.clone(), field.after.clone())),
                    // Of what comes or goes all fields are named that are set.
                    (None, ChangeWord::Added | ChangeWord::Removed) => {
                        Some((Json::Null, Json::Null))
                    }
                    (None, ChangeWord::Changed) => None,
                }
            };
            let (a, b) = (of(a), of(b));
            let base = a.as_ref().or(b.as_ref());
            let base = base.map_or(Json::Null, |(before, _)| before.clone());
            let after =
                |side: Option<(Json, Json)>| side.map_or_else(|| base.clone(), |side| side.1);
            let (a, b) = (after(a), after(b));
            ThreeField {
                field: name.to_owned(),
                base,
                a,
                b,
            }
        })
        .collect()
}
