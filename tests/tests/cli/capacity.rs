//! The numbers of the WebPlatform's document come out of its example files.

use serde_json::{Value, json};

use crate::program::{Place, example};

fn of(files: &[&str], copies: &[&str]) -> Value {
    let mut args = vec!["capacity".to_owned()];
    args.extend(files.iter().map(|file| example(file)));
    for copy in copies {
        args.extend(["--copy".to_owned(), example(copy)]);
    }
    args.extend(["--format", "json"].map(ToOwned::to_owned));
    let place = Place::new();
    let json = place.run(args).json();
    assert!(!place.data().exists(), "files need no data folder");
    json
}

/// A figure at minimum, as planned, at maximum.
fn figures(totals: &Value, what: &str) -> [Value; 3] {
    ["min", "planned", "max"].map(|sizing| totals[sizing][what].clone())
}

fn instances(totals: &Value) -> [u64; 3] {
    figures(totals, "instances").map(|n| n.as_u64().unwrap())
}

#[test]
fn production_as_it_runs() {
    let capacity = of(&["production-2013.yaml"], &[]);
    let environment = &capacity["environments"][0];
    assert_eq!(environment["name"], "production-2013");
    assert_eq!(environment["kind"], "production");
    let categories = &environment["categories"];
    for (of, instances, vcpus, ram_gib, disk_gib) in [
        (&environment["totals"], 19, 55, 111, 3330),
        (&categories["application"], 10, 34, 62, 1860),
        (&categories["infrastructure"], 7, 18, 46, 1380),
        (&categories["process"], 2, 3, 3, 90),
        (&capacity["total"], 19, 55, 111, 3330),
    ] {
        for sizing in ["min", "planned", "max"] {
            let totals = &of[sizing];
            assert_eq!(totals["instances"], instances);
            assert_eq!(totals["vcpus"], vcpus);
            assert_eq!(totals["ram_mib"], ram_gib * 1024);
            assert_eq!(totals["disk_gib"], disk_gib);
            assert_eq!(totals["unknown"]["vcpus"], 0);
        }
    }
    // Storage's two volumes of 50 GiB are apart from the flavors' disks.
    assert_eq!(environment["totals"]["planned"]["volume_gib"], 100);
}

#[test]
fn production_as_it_is_planned() {
    let capacity = of(&["production-2014.yaml"], &[]);
    let environment = &capacity["environments"][0];
    assert_eq!(instances(&environment["totals"]), [14, 19, 19]);
    let categories = &environment["categories"];
    assert_eq!(instances(&categories["application"]), [8, 8, 8]);
    assert_eq!(instances(&categories["infrastructure"]), [5, 9, 9]);
    assert_eq!(instances(&categories["process"]), [1, 2, 2]);
    // The document names no flavor: unknown, not zero.
    assert_eq!(
        figures(&environment["totals"], "vcpus"),
        [Value::Null, Value::Null, Value::Null]
    );
    assert_eq!(environment["totals"]["max"]["unknown"]["vcpus"], 19);
}

#[test]
fn a_copy_is_nine_instances_whichever_it_is_a_copy_of() {
    for source in ["production-2013.yaml", "production-2014.yaml"] {
        let capacity = of(&[source], &["temporary.yaml"]);
        let copy = &capacity["environments"][1];
        assert_eq!(copy["kind"], "temporary");
        assert_eq!(instances(&copy["totals"]), [9, 9, 9]);
        let categories = &copy["categories"];
        assert_eq!(instances(&categories["application"]), [3, 3, 3]);
        assert_eq!(instances(&categories["infrastructure"]), [5, 5, 5]);
        assert_eq!(instances(&categories["process"]), [1, 1, 1]);
        assert_eq!(copy["totals"]["planned"]["public_addresses"], 9);
        assert_eq!(copy["totals"]["planned"]["unknown"]["ram_mib"], 0);
    }
}

#[test]
fn production_with_one_copy_and_with_two() {
    let with = |copies: &[&str]| {
        let capacity = of(&["production-2014.yaml"], copies);
        assert_eq!(
            capacity["environments"].as_array().unwrap().len(),
            1 + copies.len()
        );
        instances(&capacity["total"])
    };
    assert_eq!(with(&["temporary.yaml"]), [23, 28, 28]);
    assert_eq!(with(&["temporary.yaml", "temporary.yaml"]), [32, 37, 37]);
}

#[test]
fn copies_are_made_of_the_last_environment() {
    let files = ["production-2013.yaml", "production-2014.yaml"];
    let capacity = of(&files, &["temporary.yaml"]);
    assert_eq!(
        instances(&capacity["total"]),
        [19 + 14 + 9, 19 + 19 + 9, 19 + 19 + 9]
    );
    let error = Place::new()
        .run(["capacity", &example("temporary.yaml")])
        .error();
    assert!(error.contains("is a recipe"), "{error}");
}

#[test]
fn the_secondary_environment_is_like_a_copy() {
    let capacity = of(&["secondary.yaml"], &[]);
    let environment = &capacity["environments"][0];
    assert_eq!(environment["kind"], "secondary");
    let [min, _, max] = instances(&environment["totals"]);
    assert!(min <= 9 && 9 <= max, "{min}–{max}");
}

#[test]
fn the_figures_have_the_published_shape() {
    let capacity = of(&["production-2013.yaml"], &[]);
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(names(&capacity)), ["environments", "total"]);
    let environment = &capacity["environments"][0];
    assert_eq!(
        sorted(names(environment)),
        ["categories", "kind", "name", "totals"]
    );
    assert_eq!(
        sorted(names(&environment["categories"])),
        ["application", "infrastructure", "process"]
    );
    assert_eq!(
        sorted(names(&environment["totals"])),
        ["max", "min", "planned"]
    );
    assert_eq!(
        sorted(names(&environment["totals"]["min"])),
        [
            "disk_gib",
            "instances",
            "public_addresses",
            "ram_mib",
            "unknown",
            "vcpus",
            "volume_gib"
        ]
    );
}

#[test]
fn a_person_reads_the_same_numbers() {
    let place = Place::new();
    let file = example("production-2014.yaml");
    let copy = example("temporary.yaml");
    let ran = place.run(["capacity", &file, "--copy", &copy]).ended(0);
    assert!(ran.stdout.contains("14–19"), "{}", ran.stdout);
    assert!(ran.stdout.contains("23–28"), "{}", ran.stdout);
    assert!(ran.stdout.contains("unknown"), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains('\u{1b}'),
        "no colours where nobody looks"
    );
    assert_eq!(json!(ran.stderr), json!(""));
}
