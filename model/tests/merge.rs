//! Merging what two people made of the same topology: whatever one of them changed is there
//! afterwards, or they are told that the other changed it as well.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use model::diff::comparable_items;
use model::file::{Document, parse};
use model::merge::{Choices, Conflict, Merge, Place, Whose, merge};
use model::topology::Topology;
use model::topology::items::ItemKey;
use proptest::prelude::*;
use serde_json::Value as Json;

fn topology(text: &str) -> Topology {
    match parse("text.yaml", text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

const BASE: &str = "environment: shop
kind: production
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
profiles:
  php: { category: application, software: [PHP, Apache], parameters: { workers: '8', port: '80' } }
groups:
  web: { category: application, count: { min: 2, max: 6 }, flavor: small, profiles: [php] }
  db: { category: infrastructure, count: 2, flavor: small }
";

/// A version of the base with some text replaced.
fn version(changes: &[(&str, &str)]) -> Topology {
    let mut text = BASE.to_owned();
    for (before, after) in changes {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, after, 1);
    }
    topology(&text)
}

fn merged(ours: &[(&str, &str)], theirs: &[(&str, &str)]) -> Merge {
    merge(
        &topology(BASE),
        &version(ours),
        &version(theirs),
        &Choices::new(),
    )
    .unwrap()
}

fn places(merge: &Merge) -> Vec<String> {
    let places = merge.conflicts.iter();
    places.map(|conflict| conflict.place.to_string()).collect()
}

#[test]
fn changes_of_different_fields_are_both_there() {
    let bigger = ("count: { min: 2, max: 6 }", "count: { min: 2, max: 8 }");
    let third = ("count: 2", "count: 3");
    let renamed = ("flavor: small, profiles", "flavor: unknown, profiles");
    let done = merged(&[bigger], &[third, renamed]);
    assert_eq!(done.topology, version(&[bigger, third, renamed]));
    assert_eq!(places(&done), Vec::<String>::new());
}

#[test]
fn lists_of_names_take_both_additions_and_both_removals() {
    let ours = ("[PHP, Apache]", "[Apache, NGINX]");
    let theirs = ("[PHP, Apache]", "[PHP, Apache, APC]");
    let done = merged(&[ours], &[theirs]);
    let profile = done.topology.profiles.values().next().unwrap();
    assert_eq!(profile.software, ["Apache", "NGINX", "APC"]);
    assert_eq!(places(&done), Vec::<String>::new());
}

#[test]
fn parameters_are_merged_one_by_one() {
    let ours = ("workers: '8'", "workers: '16'");
    let theirs = ("port: '80'", "port: '8080'");
    let done = merged(&[ours], &[theirs]);
    assert_eq!(done.topology, version(&[ours, theirs]));
    let other = ("workers: '8'", "workers: '4'");
    let done = merged(&[ours], &[theirs, other]);
    assert_eq!(places(&done), ["profile/php parameters.workers"]);
    assert_eq!(done.topology, version(&[ours, theirs]));
}

/// The lower end of one range and the upper end of another would be a range that nobody meant, and
/// might be upside down.
#[test]
fn a_range_is_one_value() {
    let ours = ("{ min: 2, max: 6 }", "{ min: 5, max: 6 }");
    let theirs = ("{ min: 2, max: 6 }", "{ min: 2, max: 4 }");
    let done = merged(&[ours], &[theirs]);
    assert_eq!(places(&done), ["group/web count"]);
    assert_eq!(done.topology, version(&[ours]));

    let place = done.conflicts[0].place.clone();
    let choices = Choices::from([(place, Whose::Theirs)]);
    let (base, ours, theirs) = (topology(BASE), version(&[ours]), version(&[theirs]));
    let done = merge(&base, &ours, &theirs, &choices).unwrap();
    assert_eq!(done.topology, theirs);
    assert_eq!(places(&done), Vec::<String>::new());
}

#[test]
fn what_one_took_away_and_the_other_changed_is_for_a_person_to_decide() {
    let gone = (
        "  db: { category: infrastructure, count: 2, flavor: small }\n",
        "",
    );
    let third = ("count: 2", "count: 3");
    let done = merged(&[gone], &[third]);
    assert_eq!(places(&done), ["group/db"]);
    assert_eq!(done.topology, version(&[gone]));
    let done = merged(&[third], &[gone]);
    assert_eq!(done.topology, version(&[third]));
    assert_eq!(done.conflicts[0].theirs, Json::Null);
    // Where only one touched it, it goes without a word.
    let done = merged(&[gone], &[("min: 2", "min: 1")]);
    assert_eq!(done.topology, version(&[gone, ("min: 2", "min: 1")]));
}

/// What two shell commands do depends on which comes first.
#[test]
fn commands_are_one_value() {
    let with = |commands: &str| {
        let web = "flavor: small, profiles: [php]";
        (web, format!("{web}, first_boot: [{commands}]"))
    };
    let (ours, theirs) = (with("'a', 'b'"), with("'b', 'a'"));
    let done = merged(&[(ours.0, &ours.1)], &[(theirs.0, &theirs.1)]);
    assert_eq!(places(&done), ["group/web first_boot"]);
}

/// Three of these at once are too much for a test's stack where they aren't boxed.
fn any() -> BoxedStrategy<Topology> {
    common::topology().boxed()
}

/// The fields of an item, at the top.
fn fields(items: &BTreeMap<ItemKey, model::topology::items::Item>) -> BTreeMap<ItemKey, Json> {
    let json = items
        .iter()
        .map(|(key, item)| (key.clone(), serde_json::to_value(item).unwrap()));
    json.collect()
}

fn in_any_order(json: &Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(in_any_order).collect();
            items.sort_by_key(ToString::to_string);
            Json::Array(items)
        }
        Json::Object(map) => Json::Object(
            map.iter()
                .map(|(name, value)| (name.clone(), in_any_order(value)))
                .collect(),
        ),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
    }
}

/// The key without the number that tells several items apart which are about the same.
fn about(key: &ItemKey) -> ItemKey {
    let number = key
        .name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    let name = match number {
        Some((name, number)) if number.parse::<usize>().is_ok() => name,
        _ => &key.name,
    };
    ItemKey {
        kind: key.kind,
        name: name.to_owned(),
    }
}

proptest! {
    #[test]
    fn who_changed_nothing_changes_nothing(a in any(), b in any()) {
        let none = Choices::new();
        for (base, ours, theirs, meant) in [(&a, &b, &a, &b), (&a, &a, &b, &b), (&a, &b, &b, &b)] {
            let done = merge(base, ours, theirs, &none).unwrap();
            prop_assert_eq!(done.conflicts, Vec::new());
            prop_assert_eq!(comparable_items(&done.topology), comparable_items(meant));
        }
    }

    /// Whatever one of them changed is there, or is told as a conflict.
    #[test]
    fn nothing_is_lost(
        base in any(), ours in any(), theirs in any(),
    ) {
        let done = merge(&base, &ours, &theirs, &Choices::new()).unwrap();
        let told: BTreeSet<(ItemKey, Option<String>)> = done
            .conflicts
            .iter()
            .map(|Conflict { place: Place { item, field }, .. }| {
                let top = field.as_ref().map(|field| field.split('.').next().unwrap().to_owned());
                (item.clone(), top)
            })
            .collect();
        let [base, ours, theirs, done] =
            [&base, &ours, &theirs, &done.topology].map(|one| fields(&comparable_items(one)));
        let keys: BTreeSet<&ItemKey> =
            base.keys().chain(ours.keys()).chain(theirs.keys()).chain(done.keys()).collect();
        let several: BTreeSet<ItemKey> =
            keys.iter().filter(|key| about(key) != ***key).map(|key| about(key)).collect();
        for key in keys {
            // Where one of several that are about the same goes, those behind it get other numbers: so
            // they are looked for among all of them.
            let same = about(key);
            if several.contains(&same) {
                if told.iter().any(|(key, _)| about(key) == same) {
                    continue;
                }
                let all = |items: &BTreeMap<ItemKey, Json>| -> BTreeSet<String> {
                    let of_it = items.iter().filter(|(key, _)| about(key) == same);
                    of_it
                        .filter_map(|(_, item)| item.as_object())
                        .flatten()
                        .map(|(name, value)| format!("{name} {}", in_any_order(value)))
                        .collect()
                };
                let [base, ours, theirs, done] = [&base, &ours, &theirs, &done].map(all);
                for new in ours.union(&theirs).filter(|field| !base.contains(*field)) {
                    prop_assert!(done.contains(new), "{} {}", key, new);
                }
                for field in &done {
                    prop_assert!(ours.contains(field) || theirs.contains(field), "{} {}", key, field);
                }
                continue;
            }
            let [base, ours, theirs, done] = [&base, &ours, &theirs, &done]
                .map(|items| items.get(key).unwrap_or(&Json::Null));
            if told.contains(&(key.clone(), None)) {
                prop_assert_eq!(done, ours);
                continue;
            }
            let names: BTreeSet<&String> = [base, ours, theirs, done]
                .into_iter()
                .filter_map(Json::as_object)
                .flat_map(|map| map.keys())
                .collect();
            for name in names {
                let [base, ours, theirs, done] =
                    [base, ours, theirs, done].map(|item| item.get(name).unwrap_or(&Json::Null));
                if ours == base || theirs == ours {
                    prop_assert_eq!(done, theirs, "{} {}", key, name);
                } else if theirs == base {
                    prop_assert_eq!(done, ours, "{} {}", key, name);
                } else if !told.contains(&(key.clone(), Some(name.clone()))) {
                    // Both changed it: part by part, or as sets.
                    let parts = |json: &Json| -> BTreeSet<String> {
                        match json {
                            Json::Array(items) => items.iter().map(ToString::to_string).collect(),
                            // A list of which both took something out may be empty, and is
                            // then not written.
                            Json::Object(map) => map
                                .iter()
                                .filter(|(_, value)| !value.is_array())
                                .map(|(name, _)| name.clone())
                                .collect(),
                            _ => BTreeSet::new(),
                        }
                    };
                    let [base, ours, theirs, done] = [base, ours, theirs, done].map(parts);
                    for part in &done {
                        prop_assert!(ours.contains(part) || theirs.contains(part));
                    }
                    for new in ours.union(&theirs).filter(|part| !base.contains(*part)) {
                        prop_assert!(done.contains(new), "{} {} {}", key, name, new);
                    }
                    for kept in ours.intersection(&theirs) {
                        prop_assert!(done.contains(kept), "{} {} {}", key, name, kept);
                    }
                }
            }
        }
    }

    /// Who merges makes no difference but to the order in lists, once all is chosen.
    #[test]
    fn both_come_to_the_same(
        base in any(), a in any(), b in any(),
    ) {
        let none = Choices::new();
        let ours = merge(&base, &a, &b, &none).unwrap();
        let choices = ours.conflicts.iter().map(|one| (one.place.clone(), Whose::Theirs)).collect();
        let theirs = merge(&base, &b, &a, &choices).unwrap();
        prop_assert_eq!(&theirs.conflicts, &Vec::new());
        let [ours, theirs] = [ours, theirs].map(|done| {
            let items = fields(&comparable_items(&done.topology)).into_iter();
            items.map(|(key, json)| (key, in_any_order(&json))).collect::<BTreeMap<_, _>>()
        });
        prop_assert_eq!(ours, theirs);
    }
}
