//! Merging what two people made of the same topology. What only one of them changed is taken over
//! from them; what both changed differently is a conflict that a person decides. Nobody's change is
//! ever lost in silence.
//!
//! It works on the items that differences are made of, field by field: counts and other values as a
//! whole, maps entry by entry, lists of names as sets. What was observed of instances is nobody's
//! edit and stays as it is in `ours`.

mod fields;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::diff::comparable_items;
use crate::topology::Topology;
use crate::topology::items::{Item, ItemKey, ItemKind, ItemsError, parse_instance};

/// Whose version of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// That of whoever merges.
    Ours,
    /// That of whoever was quicker.
    Theirs,
}

impl Whose {
    /// The word for it, as in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

impl std::str::FromStr for Whose {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ours" => Ok(Self::Ours),
            "theirs" => Ok(Self::Theirs),
            other => Err(format!("`{other}` is nobody's version: use ours or theirs")),
        }
    }
}

/// Where a conflict is: an item, and the path of the field in it; the whole item where there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which item.
    pub item: ItemKey,
    /// Which field: `count`, `volumes.data.size`.
    pub field: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{} {field}", self.item),
            None => self.item.fmt(f),
        }
    }
}

/// Something that both changed, each to something else. A value is null where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What it is.
    pub place: Place,
    /// What it was before both.
    pub base: Json,
    /// What we made of it.
    pub ours: Json,
    /// What they made of it.
    pub theirs: Json,
}

/// What comes of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Both changes in one. Where they contradict each other it holds what was chosen, or ours.
    pub topology: Topology,
    /// What contradicts each other and nobody chose for.
    pub conflicts: Vec<Conflict>,
}

/// What a person chose for each conflict.
pub type Choices = BTreeMap<Place, Whose>;

/// Merges two versions that were made from `base`.
pub fn merge(
    base: &Topology,
    ours: &Topology,
    theirs: &Topology,
    choices: &Choices,
) -> Result<Merge, ItemsError> {
    let (lists, facts) = (Lists::of(ours, theirs), observed(ours));
    let [base, ours, theirs] = [base, ours, theirs].map(comparable_items);
    let mut merging = Merging {
        choices,
        conflicts: Vec::new(),
    };
    let keys: BTreeSet<&ItemKey> = base
        .keys()
        .chain(ours.keys())
        .chain(theirs.keys())
        .collect();
    let mut items = BTreeMap::new();
    for key in keys {
        let sides = [base.get(key), ours.get(key), theirs.get(key)];
        if let Some(item) = merging.item(key, sides)? {
            items.insert(key.clone(), item);
        }
    }
    let mut items = lists.in_order(items);
    // What was observed of instances goes with their group.
    for (key, observed) in facts {
        let group = parse_instance(&key.name).map(|(name, _)| ItemKey {
            kind: ItemKind::Group,
            name: name.to_string(),
        });
        if group.is_some_and(|group| items.contains_key(&group)) {
            items.insert(key, observed);
        }
    }
    Ok(Merge {
        topology: Topology::from_items(items)?,
        conflicts: merging.conflicts,
    })
}

/// What was observed of instances.
fn observed(topology: &Topology) -> Vec<(ItemKey, Item)> {
    let items = topology.items().into_iter();
    items
        .filter(|(key, _)| key.kind == ItemKind::Facts)
        .collect()
}

/// In which order the items of lists stand: as in ours, then what only theirs has. Differences know
/// them by what they are about.
struct Lists(Vec<ItemKey>);

impl Lists {
    fn of(ours: &Topology, theirs: &Topology) -> Self {
        let mut order: Vec<ItemKey> = Vec::new();
        for topology in [ours, theirs] {
            // By number, as they stand; comparable keys are made in the same order.
            let about = comparable_items(topology);
            let mut keys: Vec<(usize, ItemKey)> = about
                .into_iter()
                .filter(|(key, _)| is_listed(key.kind))
                .map(|(key, item)| (position(topology, &item), key))
                .collect();
            keys.sort();
            for (_, key) in keys {
                if !order.contains(&key) {
                    order.push(key);
                }
            }
        }
        Self(order)
    }

    /// The items with their lists numbered in this order.
    fn in_order(&self, items: BTreeMap<ItemKey, Item>) -> BTreeMap<ItemKey, Item> {
        let (mut listed, mut all): (BTreeMap<_, _>, BTreeMap<_, _>) =
            items.into_iter().partition(|(key, _)| is_listed(key.kind));
        for (index, key) in self.0.iter().enumerate() {
            if let Some(item) = listed.remove(key) {
                let name = format!("{index:07}");
                all.insert(
                    ItemKey {
                        kind: key.kind,
                        name,
                    },
                    item,
                );
            }
        }
        all
    }
}

/// Whether items of a kind stand in a list, and have no names of their own.
const fn is_listed(kind: ItemKind) -> bool {
    match kind {
        ItemKind::Fact | ItemKind::Declared => true,
        ItemKind::Environment
        | ItemKind::Site
        | ItemKind::Flavor
        | ItemKind::Keypair
        | ItemKind::Network
        | ItemKind::Source
        | ItemKind::External
        | ItemKind::Profile
        | ItemKind::Group
        | ItemKind::Facts => false,
    }
}

/// Where an item of a list stands in it.
fn position(topology: &Topology, item: &Item) -> usize {
    let found = match item {
        Item::Fact(fact) => topology.facts.iter().position(|one| one == fact),
        Item::Declared(total) => topology.declared.iter().position(|one| one == total),
        Item::Environment(_)
        | Item::Site(_)
        | Item::Flavor(_)
        | Item::Keypair(_)
        | Item::Network(_)
        | Item::Source(_)
        | Item::External(_)
        | Item::Profile(_)
        | Item::Group(_)
        | Item::Facts(_) => None,
    };
    found.unwrap_or(usize::MAX)
}

/// A merge under way.
struct Merging<'a> {
    choices: &'a Choices,
    conflicts: Vec<Conflict>,
}

impl Merging<'_> {
    /// One item in its three versions; none where it goes.
    fn item(
        &mut self,
        key: &ItemKey,
        sides: [Option<&Item>; 3],
    ) -> Result<Option<Item>, ItemsError> {
        let [base, ours, theirs] = sides;
        if ours == theirs || theirs == base {
            return Ok(ours.cloned());
        }
        if ours == base {
            return Ok(theirs.cloned());
        }
        let [base, ours, theirs] = sides.map(|item| item.map_or(Json::Null, to_json));
        let before = self.conflicts.len();
        let merged = self.value(key, None, [&base, &ours, &theirs]);
        if let Ok(item) = read(key, &merged) {
            return Ok(item);
        }
        // Each part fits by itself and all together don't: then one of the two has to do.
        self.conflicts.truncate(before);
        read(key, &self.conflict(key, None, [&base, &ours, &theirs]))
    }

    /// One value in its three versions.
    fn value(&mut self, key: &ItemKey, field: Option<&str>, sides: [&Json; 3]) -> Json {
        let [base, ours, theirs] = sides;
        if ours == theirs || theirs == base {
            return ours.clone();
        }
        if ours == base {
            return theirs.clone();
        }
        match fields::parts(field, sides) {
            fields::Parts::Whole => self.conflict(key, field, sides),
            fields::Parts::Set(set) => Json::Array(set),
            fields::Parts::Map(names) => {
                let mut merged = serde_json::Map::new();
                for name in names {
                    let path =
                        field.map_or_else(|| name.clone(), |field| format!("{field}.{name}"));
                    let sides = sides.map(|side| side.get(&name).unwrap_or(&Json::Null));
                    let value = self.value(key, Some(&path), sides);
                    if value != Json::Null {
                        merged.insert(name, value);
                    }
                }
                Json::Object(merged)
            }
        }
    }

    /// The version that was chosen; ours, and a conflict to tell of, where nobody chose.
    fn conflict(&mut self, key: &ItemKey, field: Option<&str>, sides: [&Json; 3]) -> Json {
        let [base, ours, theirs] = sides;
        let place = Place {
            item: key.clone(),
            field: field.map(str::to_owned),
        };
        match self.choices.get(&place) {
            Some(Whose::Ours) => ours.clone(),
            Some(Whose::Theirs) => theirs.clone(),
            None => {
                self.conflicts.push(Conflict {
                    place,
                    base: base.clone(),
                    ours: ours.clone(),
                    theirs: theirs.clone(),
                });
                ours.clone()
            }
        }
    }
}

fn to_json(item: &Item) -> Json {
    // Our own types serialise without fail; if one ever did not, reading it back would tell.
    serde_json::to_value(item).unwrap_or_else(|error| Json::String(error.to_string()))
}

fn read(key: &ItemKey, json: &Json) -> Result<Option<Item>, ItemsError> {
    if *json == Json::Null {
        return Ok(None);
    }
    Item::from_json(key.kind, &json.to_string())
        .map(Some)
        .map_err(|error| ItemsError::Misfit(key.to_string(), error.to_string()))
}
