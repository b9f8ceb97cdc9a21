//! The difference of two states, on either layer: topologies (groups, profiles, flavors …) or
//! resolved resources. One mechanism: a merge of two sorted maps, each value compared field by
//! field. What this says is what a plan carries out and what a manager reads.
//!
//! Laws, on comparable fields: `diff(a, a)` is empty, `apply(a, diff(a, b))` is `b`, and
//! `apply(b, diff(a, b).inverse())` is `a`.

mod compare;
mod report;
mod three;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use compare::Compare;
pub use report::{ChangeRow, ChangeWord, DiffReport, DiffTotals, ReportKey};
pub use three::{ThreeField, ThreeRow, three_way};

use crate::facts::DeclaredTotal;
use crate::key::Key;
use crate::resolved::Resolved;
use crate::resource::Resource;
use crate::topology::Topology;
use crate::topology::items::{Item, ItemKey};

/// One field that differs, with both values as JSON (null where there was none).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name, as in files.
    pub field: String,
    /// What it was.
    pub before: serde_json::Value,
    /// What it becomes.
    pub after: serde_json::Value,
}

/// What happens to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta<'a, V> {
    /// It comes.
    Added(&'a V),
    /// It goes.
    Removed(&'a V),
    /// It stays and differs.
    Changed {
        /// As it was.
        before: &'a V,
        /// As it becomes.
        after: &'a V,
        /// The fields that differ; one at least, or a new name.
        fields: Vec<FieldChange>,
    },
}

/// A change of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a, K, V> {
    /// What it is called afterwards, or was called where it goes.
    pub key: &'a K,
    /// What it was called before, where that differs: a declared rename.
    pub was: Option<&'a K>,
    /// What happens to it.
    pub delta: Delta<'a, V>,
}

/// The difference of two maps. It borrows from both: large states are never copied to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff<'a, K, V> {
    /// What differs, by key.
    pub changes: Vec<Change<'a, K, V>>,
    /// How many are the same in both.
    pub unchanged: usize,
}

impl<K: Ord + Clone, V: Clone> Diff<'_, K, V> {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The same difference seen from the other side.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let changes = self
            .changes
            .iter()
            .map(|Change { key, was, delta }| Change {
                key: was.unwrap_or(key),
                was: was.map(|_| *key),
                delta: match delta {
                    Delta::Added(value) => Delta::Removed(*value),
                    Delta::Removed(value) => Delta::Added(*value),
                    Delta::Changed {
                        before,
                        after,
                        fields,
                    } => Delta::Changed {
                        before: *after,
                        after: *before,
                        fields: fields
                            .iter()
                            .map(
                                |FieldChange {
                                     field,
                                     before,
                                     after,
                                 }| FieldChange {
                                    field: field.clone(),
                                    before: after.clone(),
                                    after: before.clone(),
                                },
                            )
                            .collect(),
                    },
                },
            })
            .collect();
        Self {
            changes,
            unchanged: self.unchanged,
        }
    }

    /// What `state` becomes.
    pub fn apply(&self, state: &BTreeMap<K, V>) -> BTreeMap<K, V> {
        let mut state = state.clone();
        for Change { key, was, delta } in &self.changes {
            if let Some(was) = was {
                state.remove(*was);
            }
            match delta {
                Delta::Added(value) | Delta::Changed { after: value, .. } => {
                    state.insert((*key).clone(), (*value).clone());
                }
                Delta::Removed(_) => {
                    state.remove(*key);
                }
            }
        }
        state
    }
}

/// Compares two maps in one pass over both.
pub fn diff_maps<'a, K: Ord, V: Compare>(
    before: &'a BTreeMap<K, V>,
    after: &'a BTreeMap<K, V>,
) -> Diff<'a, K, V> {
    diff_sorted(before.iter(), after.iter())
}

/// Compares what two maps hold, each in the order of its keys.
pub(crate) fn diff_sorted<'a, K: Ord, V: Compare>(
    before: impl Iterator<Item = (&'a K, &'a V)>,
    after: impl Iterator<Item = (&'a K, &'a V)>,
) -> Diff<'a, K, V> {
    let mut changes = Vec::new();
    let mut unchanged = 0;
    let (mut left, mut right) = (before.peekable(), after.peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        match order {
            Ordering::Less => changes.extend(left.next().map(|(key, value)| Change {
                key,
                was: None,
                delta: Delta::Removed(value),
            })),
            Ordering::Greater => changes.extend(right.next().map(|(key, value)| Change {
                key,
                was: None,
                delta: Delta::Added(value),
            })),
            Ordering::Equal => {
                if let (Some((_, before)), Some((key, after))) = (left.next(), right.next()) {
                    let fields = before.compare(after);
                    if fields.is_empty() {
                        unchanged += 1;
                    } else {
                        let delta = Delta::Changed {
                            before,
                            after,
                            fields,
                        };
                        changes.push(Change {
                            key,
                            was: None,
                            delta,
                        });
                    }
                }
            }
        }
    }
    Diff { changes, unchanged }
}

/// Compares two resolved topologies, resource by resource.
pub fn diff_resolved<'a>(before: &'a Resolved, after: &'a Resolved) -> Diff<'a, Key, Resource> {
    diff_maps(&before.resources, &after.resources)
}

/// The comparable items of a topology: everything but what was observed of instances.
///
/// What stands in lists has no name of its own and goes by what it is about, so that a line put in
/// between does not make all that follow differ; a second one about the same has a number.
pub fn comparable_items(topology: &Topology) -> BTreeMap<ItemKey, Item> {
    let mut items = BTreeMap::new();
    for (mut key, item) in topology.items() {
        let about = match &item {
            Item::Facts(_) => continue,
            Item::Fact(fact) => Some(format!("{} from {}", fact.what, fact.from)),
            Item::Declared(total) => Some(declared_about(total)),
            Item::Environment(_)
            | Item::Site(_)
            | Item::Flavor(_)
            | Item::Keypair(_)
            | Item::Network(_)
            | Item::Source(_)
            | Item::External(_)
            | Item::Profile(_)
            | Item::Group(_) => None,
        };
        if let Some(about) = about {
            key.name.clone_from(&about);
            let mut number = 2;
            while items.contains_key(&key) {
                key.name = format!("{about} ({number})");
                number += 1;
            }
        }
        items.insert(key, item);
    }
    items
}

fn declared_about(total: &DeclaredTotal) -> String {
    let of = [
        total.category.map(|category| category.to_string()),
        total.group.as_ref().map(ToString::to_string),
        total.os_series.clone(),
    ];
    let of: Vec<String> = of.into_iter().flatten().collect();
    if of.is_empty() {
        total.what.words().to_owned()
    } else {
        format!("{} of {}", total.what.words(), of.join(", "))
    }
}

/// Compares two topologies as people write them, by group, profile and so on. A group or profile
/// that says `was` reads as renamed where its old name is gone and its own is new.
pub fn diff_items<'a>(
    before: &'a BTreeMap<ItemKey, Item>,
    after: &'a BTreeMap<ItemKey, Item>,
) -> Diff<'a, ItemKey, Item> {
    let mut diff = diff_maps(before, after);
    let renames: Vec<(&ItemKey, &ItemKey)> = after
        .iter()
        .filter(|(key, _)| !before.contains_key(*key))
        .filter_map(|(key, item)| {
            let old = |name: String| {
                let old = ItemKey {
                    kind: key.kind,
                    name,
                };
                before
                    .get_key_value(&old)
                    .filter(|_| !after.contains_key(&old))
                    .map(|(old, _)| old)
            };
            let was = match item {
                Item::Group(group) => group.was.iter().find_map(|name| old(name.to_string())),
                Item::Profile(profile) => profile.was.iter().find_map(|name| old(name.to_string())),
                _ => None,
            };
            was.map(|was| (was, key))
        })
        .collect();
    // Each old name has one heir: the first by name.
    let mut taken: Vec<&ItemKey> = Vec::new();
    for (was, key) in renames {
        if taken.contains(&was) {
            continue;
        }
        taken.push(was);
        let (Some(old), Some(new)) = (before.get(was), after.get(key)) else {
            continue;
        };
        let mut fields = vec![FieldChange {
            field: "name".into(),
            before: was.name.clone().into(),
            after: key.name.clone().into(),
        }];
        fields.extend(old.compare(new));
        diff.changes
            .retain(|change| change.key != was && change.key != key);
        diff.changes.push(Change {
            key,
            was: Some(was),
            delta: Delta::Changed {
                before: old,
                after: new,
                fields,
            },
        });
    }
    diff.changes.sort_by(|a, b| a.key.cmp(b.key));
    diff
}

/// On which side of a difference a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As it was.
    Before,
    /// As it becomes.
    After,
}
