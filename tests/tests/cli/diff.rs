//! `diff`: its exit status, its numbers, its two ways of comparing.

use crate::program::{Place, example};

const A: &str = "\
environment: a
kind: staging
groups:
  db: { category: infrastructure, count: { min: 1, max: 2 }, public_addresses: 0 }
  web: { category: application, count: 2, public_addresses: 0 }
";

#[test]
fn the_same_is_0_different_is_1_an_error_is_2() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let b = place.file("b.yaml", A.replace("count: 2,", "count: 3,"));
    assert_eq!(place.run(["diff", &a, &a]).status, 0);
    assert_eq!(place.run(["diff", &a, &b]).status, 1);
    let error = place.run(["diff", &a, "gone.yaml"]).error();
    assert!(error.contains("there is no file `gone.yaml`"), "{error}");
    assert!(!place.data().exists(), "files need no data folder");
}

#[test]
fn groups_are_compared_with_their_ranges() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let b = place.file(
        "b.yaml",
        A.replace("max: 2", "max: 4").replace("  web", "  www"),
    );
    let ran = place.run(["diff", &a, &b, "--format", "json"]).ended(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["same"], false);
    assert_eq!(report["totals"]["added"], 1);
    assert_eq!(report["totals"]["removed"], 1);
    assert_eq!(report["totals"]["changed"], 1);
    let changes = report["changes"].as_array().unwrap();
    let db = changes.iter().find(|change| change["key"] == "db").unwrap();
    assert_eq!(db["kind"], "group");
    assert_eq!(db["change"], "changed");
    assert_eq!(db["fields"][0]["field"], "count");
    assert_eq!(db["fields"][0]["after"]["max"], 4);
    let ran = place.run(["diff", &a, &b]).ended(1);
    assert!(ran.stdout.contains("count: 1–2 → 1–4"), "{}", ran.stdout);
    assert!(ran.stdout.contains("+ group  www"), "{}", ran.stdout);
}

#[test]
fn instances_are_compared_at_one_sizing_which_must_be_named() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let b = place.file("b.yaml", A.replace("max: 2", "max: 4"));
    let by = |sizing: &str| {
        let args = ["diff", &a, &b, "--sizing", sizing, "--format", "json"];
        let ran = place.run(args);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        (ran.status, report["totals"]["added"].as_u64().unwrap())
    };
    assert_eq!(by("min"), (0, 0));
    assert_eq!(by("max"), (1, 2));
    let error = place.run(["diff", &a, &b, "--by", "instance"]).error();
    assert!(error.contains("--sizing min"), "{error}");
    let error = place
        .run(["diff", &a, &b, "--by", "group", "--sizing", "min"])
        .error();
    assert!(error.contains("leave --sizing out"), "{error}");
}

#[test]
fn another_name_is_a_difference() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let b = place.file("b.yaml", A.replace("environment: a", "environment: b"));
    let ran = place.run(["diff", &a, &b]).ended(1);
    assert!(ran.stdout.contains("environment: a → b"), "{}", ran.stdout);
}

#[test]
fn what_ran_is_compared_with_what_is_planned() {
    let place = Place::new();
    let (from, to) = (
        example("production-2013.yaml"),
        example("production-2014.yaml"),
    );
    let ran = place.run(["diff", &from, &to]).ended(1);
    // A declared rename reads as one.
    assert!(
        ran.stdout.contains("name: app → profile-a"),
        "{}",
        ran.stdout
    );
}
