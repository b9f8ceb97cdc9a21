//! What differences are put down to, on the WebPlatform's own environments and on small ones.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use model::count::Sizing;
use model::diff::{DiffReport, Side, comparable_items, diff_items, diff_resolved};
use model::environment::Layer;
use model::file::{Document, parse};
use model::resolved::resolve;
use model::topology::Topology;
use plan::explain::{Class, Decided, Explained, Fingerprint, Relation, Said, explained};
use plan::writings::{Note, NoteState, Priority, Want};

fn document(name: &str) -> Document {
    let path = format!(
        "{}/../examples/webplatform/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    parse(name, &std::fs::read_to_string(path).unwrap()).unwrap()
}

fn environment(name: &str) -> Topology {
    match document(name) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

fn copy(source: &Topology) -> Topology {
    let Document::Recipe(recipe) = document("temporary.yaml") else {
        panic!("no recipe");
    };
    let name = "rehearsal".parse().unwrap();
    plan::copy::derive(source, &recipe, name).unwrap().topology
}

fn by_group(a: &Topology, b: &Topology) -> DiffReport {
    diff_items(&comparable_items(a), &comparable_items(b)).report()
}

fn by_instance(a: &Topology, b: &Topology) -> DiffReport {
    let [a, b] = [a, b].map(|one| resolve(one, &Sizing::Planned));
    diff_resolved(&a, &b).report()
}

/// The differences of a class, as `kind/name`.
fn of(class: Class, report: &DiffReport, relation: &Relation) -> Vec<String> {
    let classed = explained(report, relation, &Said::new(), &[]);
    let rows = report.changes.iter().zip(classed);
    rows.filter(|(_, explained)| explained.class == class)
        .map(|(row, _)| format!("{}/{}", row.kind, row.key))
        .collect()
}

#[test]
fn all_that_the_recipe_makes_is_intended() {
    let source = environment("production-2014.yaml");
    let copy = copy(&source);
    for compare in [by_group, by_instance] {
        let report = compare(&source, &copy);
        let relation = Relation::Copy {
            recipe: "temporary".to_owned(),
            expected: Box::new(compare(&source, &copy)),
        };
        let intended = of(Class::Intended, &report, &relation);
        assert!(!intended.is_empty());
        assert_eq!(intended.len(), report.changes.len());
    }
}

#[test]
fn what_changed_in_the_source_since_is_drift() {
    let then = environment("production-2014.yaml");
    let made = copy(&then);
    let mut now = then.clone();
    let php = now.profiles.values_mut().next().unwrap();
    php.software.push("something new".to_owned());
    let changed = now.profiles.keys().next().unwrap().to_string();
    let relation = Relation::Copy {
        recipe: "temporary".to_owned(),
        expected: Box::new(by_group(&now, &copy(&now))),
    };
    let report = by_group(&now, &made);
    assert_eq!(
        of(Class::Drift, &report, &relation),
        [format!("profile/{changed}")]
    );
    assert_eq!(
        of(Class::Unexplained, &report, &relation),
        Vec::<String>::new()
    );
}

#[test]
fn what_runs_otherwise_than_planned_is_drift() {
    let planned = environment("production-2014.yaml");
    let mut runs = planned.clone();
    runs.groups.pop_first();
    let report = by_group(&planned, &runs);
    assert_eq!(of(Class::Drift, &report, &Relation::Layers).len(), 1);
}

#[test]
fn what_has_become_as_planned_is_intended_and_all_else_drift() {
    let before = environment("production-2014.yaml");
    let mut plan = before.clone();
    let first = plan.groups.keys().next().unwrap().clone();
    plan.groups.get_mut(&first).unwrap().image = model::value::Value::Unknown;
    let mut after = plan.clone();
    after.profiles.pop_first();
    let relation = Relation::Times {
        layer: Layer::Observed,
        planned: Box::new(by_group(&before, &plan)),
    };
    let report = by_group(&before, &after);
    assert_eq!(
        of(Class::Intended, &report, &relation),
        [format!("group/{first}")]
    );
    assert_eq!(of(Class::Drift, &report, &relation).len(), 1);
}

const ONE: &str = "environment: one
kind: production
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
  large: { vcpus: 4, ram: 8 GiB, disk: 10 GiB }
profiles:
  php: { category: application, software: [PHP 5.3], parameters: { workers: '8' } }
groups:
  web: { category: application, count: 4, flavor: large, profiles: [php] }
  db: { category: infrastructure, count: 2, flavor: large }
declared:
  - { what: instances, count: 6, source: a note }
";

const OTHER: &str = "environment: other
kind: secondary
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
  large: { vcpus: 4, ram: 8 GiB, disk: 10 GiB }
profiles:
  php: { category: application, software: [PHP 5.3], parameters: { workers: '16' } }
groups:
  web: { category: application, count: 2, flavor: small, profiles: [php] }
  database: { category: infrastructure, was: [db], count: 2, flavor: large }
  cache: { category: infrastructure, count: 1, flavor: small }
";

fn text(text: &str) -> Topology {
    match parse("text.yaml", text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

#[test]
fn between_two_environments_numbers_are_scaled_and_the_rest_is_to_be_explained() {
    let report = by_group(&text(ONE), &text(OTHER));
    let of = |class| of(class, &report, &Relation::Others);
    assert_eq!(of(Class::Unexplained), ["profile/php", "group/cache"]);
    assert_eq!(of(Class::Scaled), ["group/web"]);
    assert_eq!(
        of(Class::Intended),
        ["environment/", "declared/instances", "group/database"]
    );
}

#[test]
fn instances_are_scaled_where_both_have_the_group() {
    let report = by_instance(&text(ONE), &text(OTHER));
    let scaled = of(Class::Scaled, &report, &Relation::Others);
    // Of both that are there on both sides the flavor differs, and the profile's parameters show.
    assert!(scaled.contains(&"instance/web[3]".to_owned()), "{scaled:?}");
    assert!(scaled.contains(&"instance/web[4]".to_owned()), "{scaled:?}");
    let unexplained = of(Class::Unexplained, &report, &Relation::Others);
    assert!(
        unexplained.contains(&"instance/cache[1]".to_owned()),
        "{unexplained:?}"
    );
    assert!(
        !unexplained.contains(&"instance/web[3]".to_owned()),
        "{unexplained:?}"
    );
}

/// What becomes of the profile `php` with its note, and of the notes about it.
fn php(note: &str, decided: &[Decided]) -> (Class, String) {
    let with = OTHER.replace(
        "parameters: { workers: '16' } }",
        &format!("parameters: {{ workers: '16' }}, note: '{note}' }}"),
    );
    let report = by_group(&text(ONE), &text(&with));
    let mut explained = explained(&report, &Relation::Others, &Said::new(), decided);
    let mut rows = report.changes.iter();
    let row = rows.position(|row| row.key == "php").unwrap();
    let Explained { class, why, said } = explained.swap_remove(row);
    assert!(!said);
    (class, why)
}

#[test]
fn a_note_that_comes_with_a_difference_explains_what_it_names() {
    let named = "Parameters for the new site: 16 workers";
    assert_eq!(
        php(named, &[]),
        (Class::Intended, format!("its note says: {named}"))
    );
    // It hangs there, and says nothing of what has changed, or not to what.
    for unnamed in [
        "Twice the workers for the new site",
        "The parameters are to be looked at",
        "16 workers",
        "Parameters: 160 workers",
    ] {
        let (class, why) = php(unnamed, &[]);
        assert_eq!(class, Class::Unexplained, "{unnamed}");
        assert_eq!(why, "what is noted of it does not say why: parameters");
    }
}

#[test]
fn a_note_that_was_there_before_explains_nothing() {
    let note = |text: &str| {
        text.replace(
            "category: application, software",
            "category: application, note: parameters 16, software",
        )
    };
    let report = by_group(&text(&note(ONE)), &text(&note(OTHER)));
    let unexplained = of(Class::Unexplained, &report, &Relation::Others);
    assert!(
        unexplained.contains(&"profile/php".to_owned()),
        "{unexplained:?}"
    );
}

#[test]
fn only_what_is_decided_of_the_very_thing_explains_it() {
    let note = |about: Option<&str>, state: NoteState, outcome: &str| Note {
        about: about.map(str::to_owned),
        text: "How many workers?".to_owned(),
        state,
        outcome: Some(outcome.to_owned()),
        want: Want::Needed,
        priority: Priority::Normal,
        effort: None,
        link: None,
        since: "2014-06-01".parse().unwrap(),
    };
    let decided = |note: &Note, of| Vec::from_iter(Decided::by(note, of));
    let right = note(Some("profile/php"), NoteState::Decided, "parameters: 16");
    let (class, why) = php("", &decided(&right, Side::After));
    assert_eq!(class, Class::Intended);
    assert_eq!(why, "it was decided: How many workers?: parameters: 16");
    // Of the other environment it names what that one has.
    let before = note(Some("profile/php"), NoteState::Decided, "parameters: 8");
    assert_eq!(php("", &decided(&before, Side::Before)).0, Class::Intended);
    for (other, of) in [
        (
            note(Some("profile/php"), NoteState::Open, "parameters: 16"),
            Side::After,
        ),
        (
            note(Some("profile/php"), NoteState::Rejected, "parameters: 16"),
            Side::After,
        ),
        (
            note(Some("group/php"), NoteState::Decided, "parameters: 16"),
            Side::After,
        ),
        (
            note(None, NoteState::Decided, "parameters: 16"),
            Side::After,
        ),
        (
            note(Some("profile/php"), NoteState::Decided, "as it is"),
            Side::After,
        ),
        (before, Side::After),
    ] {
        let (class, _) = php("", &decided(&other, of));
        assert_eq!(class, Class::Unexplained, "{other:?}");
    }
}

#[test]
fn a_note_that_names_one_field_leaves_the_others_open() {
    let one = text("environment: one
kind: production
flavors: { small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }, large: { vcpus: 4, ram: 8 GiB, disk: 10 GiB } }
groups:
  web: { category: application, count: 4, flavor: small, image: debian-12 }
");
    let other = |image: &str, note: &str| {
        text(&format!("environment: other
kind: secondary
flavors: {{ small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}, large: {{ vcpus: 4, ram: 8 GiB, disk: 10 GiB }} }}
groups:
  web: {{ category: application, count: 4, flavor: large, image: {image}, note: '{note}' }}
"))
    };
    let class = |image: &str, note: &str| {
        let report = by_group(&one, &other(image, note));
        let classed = explained(&report, &Relation::Others, &Said::new(), &[]);
        let mut rows = report.changes.iter().zip(classed);
        let (_, explained) = rows.find(|(row, _)| row.kind == "group").unwrap();
        (explained.class, explained.why)
    };
    assert_eq!(
        class("debian-13", "flavor large for the cache"),
        (
            Class::Unexplained,
            "what is noted of it does not say why: image".to_owned()
        )
    );
    assert_eq!(
        class("debian-12", "flavor large for the cache").0,
        Class::Intended
    );
    // A size that nobody accounts for is scaled, as it is without any note.
    assert_eq!(class("debian-12", "a cache").0, Class::Scaled);
    let (named, why) = class("debian-13", "image debian-13 since June");
    assert_eq!(named, Class::Scaled);
    assert!(why.contains("what else differs is number or size"), "{why}");
}

#[test]
fn what_changed_in_a_copy_is_intended_where_a_note_names_it() {
    let source = text(ONE);
    let copy = |note: &str| {
        let with = ONE.replace(
            "parameters: { workers: '8' }",
            &format!("note: '{note}', parameters: {{ workers: '2' }}"),
        );
        let report = by_group(&source, &text(&with));
        let relation = Relation::Copy {
            recipe: "temporary".to_owned(),
            expected: Box::new(by_group(&source, &source)),
        };
        of(Class::Intended, &report, &relation)
    };
    assert_eq!(copy("parameters: 2 are enough here"), ["profile/php"]);
    assert!(copy("fewer are enough here").is_empty());
}

#[test]
fn what_a_person_said_holds_until_the_values_change() {
    let report = by_group(&text(ONE), &text(OTHER));
    let row = report.changes.iter().find(|row| row.key == "php").unwrap();
    let said = Said::from([(
        Fingerprint::of(row),
        (Class::Intended, "measured last week".to_owned()),
    )]);
    let class = |other: &str| {
        let report = by_group(&text(ONE), &text(other));
        let row = report
            .changes
            .iter()
            .position(|row| row.key == "php")
            .unwrap();
        explained(&report, &Relation::Others, &said, &[]).swap_remove(row)
    };
    let held = class(OTHER);
    assert_eq!((held.class, held.said), (Class::Intended, true));
    assert_eq!(held.why, "measured last week");
    let changed = class(&OTHER.replace("'16'", "'32'"));
    assert_eq!((changed.class, changed.said), (Class::Unexplained, false));
}

#[test]
fn production_then_and_now() {
    let (then, now) = (
        environment("production-2013.yaml"),
        environment("production-2014.yaml"),
    );
    let report = by_group(&then, &now);
    let explained = explained(&report, &Relation::Others, &Said::new(), &[]);
    let mut told: Vec<String> = report
        .changes
        .iter()
        .zip(explained)
        .map(|(row, explained)| {
            format!(
                "{} {}/{}: {}",
                explained.class.word(),
                row.kind,
                row.key,
                explained.why
            )
        })
        .collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"));
}
