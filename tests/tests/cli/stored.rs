//! What is stored: import, revisions, and naming them.

use crate::program::{Place, example};

const A: &str = "environment: a\nkind: staging\ngroups:\n  db: { category: infrastructure, count: 1, public_addresses: 0 }\n";

#[test]
fn a_new_folder_begins_with_the_example() {
    let place = Place::new();
    let listed = place.run(["environments", "--format", "json"]).json();
    let names: Vec<&str> = listed["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|environment| environment["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["production-2013", "production-2014", "secondary"]);
    // Files and stored environments give the same.
    let stored = place
        .run([
            "capacity",
            "production-2014",
            "--copy",
            "temporary",
            "--format",
            "json",
        ])
        .json();
    let files = [example("production-2014.yaml"), example("temporary.yaml")];
    let read = place
        .run([
            "capacity", &files[0], "--copy", &files[1], "--format", "json",
        ])
        .json();
    assert_eq!(stored, read);
}

#[test]
fn a_folder_may_begin_empty() {
    let place = Place::new();
    let listed = place.run(["environments", "--empty"]).ended(0);
    assert!(listed.stdout.contains("None is stored yet"), "{listed:?}");
    let place = Place::new();
    let file = place.file("a.yaml", A);
    place.run(["import", &file]).ended(0);
    let listed = place.run(["environments", "--format", "json"]).json();
    assert_eq!(listed["environments"].as_array().unwrap().len(), 1);
}

#[test]
fn revisions_are_kept_and_can_be_named() {
    let place = Place::new();
    let first = place.file("a.yaml", A);
    let second = place.file("second.yaml", A.replace("count: 1", "count: 2"));
    let ran = place.run(["import", &first]).ended(0);
    assert_eq!(ran.stdout, "a: planned revision 1\n");
    let ran = place.run(["import", &first]).ended(0);
    assert_eq!(ran.stdout, "a: planned revision 1, as it was before\n");
    let ran = place.run(["import", &second]).ended(0);
    assert_eq!(ran.stdout, "a: planned revision 2\n");
    assert_eq!(place.run(["diff", "a@1", "a@2"]).status, 1);
    assert_eq!(place.run(["diff", "a@2", "a"]).status, 0);
    assert_eq!(place.run(["diff", "a@1", &first]).status, 0);
    let error = place.run(["show", "a@3"]).error();
    assert!(error.contains("its newest is 2"), "{error}");
    let error = place.run(["show", "a:observed"]).error();
    assert!(error.contains("no observed state"), "{error}");
    let error = place.run(["show", "b"]).error();
    assert!(error.contains("stored are a"), "{error}");
}

#[test]
fn an_environment_and_a_recipe_can_be_shown() {
    let place = Place::new();
    let ran = place
        .run(["show", &example("production-2013.yaml")])
        .ended(0);
    assert!(
        ran.stdout
            .starts_with("production-2013 (production, observed, protected)")
    );
    assert!(ran.stdout.contains("Worth knowing"), "{}", ran.stdout);
    let shown = place
        .run(["show", &example("production-2013.yaml"), "--format", "json"])
        .json();
    assert_eq!(shown["environment"], "production-2013");
    let resolved = place
        .run([
            "show",
            &example("production-2014.yaml"),
            "--sizing",
            "max",
            "--format",
            "json",
        ])
        .json();
    let instances = resolved["resources"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| key.starts_with("instance/"))
        .count();
    assert_eq!(instances, 19);
    let ran = place.run(["show", &example("temporary.yaml")]).ended(0);
    assert!(
        ran.stdout.starts_with("temporary (recipe"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_schema_is_one_that_the_examples_name_fields_of() {
    let schema = Place::new().run(["schema"]).json();
    // An environment, a recipe, a case study.
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), 3);
    let fields = &schema["$defs"]["Topology"]["properties"];
    for field in ["environment", "groups", "declared"] {
        assert!(fields.get(field).is_some(), "{field}");
    }
}
