//! A broken file gives one clear error and leaves nothing behind, whatever else was to be imported
//! with it.

use crate::program::{Place, example};

const START: &str = "environment: a\nkind: staging\n";

#[test]
fn each_broken_file_gives_one_error_and_stores_nothing() {
    let group = |rest: &str| format!("{START}groups:\n{rest}");
    let db = "  db: { category: infrastructure, count: 1 }\n";
    let broken: Vec<(&str, Vec<u8>, &str)> = vec![
        ("yaml", b"environment: a\nkind: [staging".to_vec(), "not YAML"),
        ("field", format!("{START}colour: red\n").into(), "colour"),
        (
            "flavor",
            group("  db: { category: infrastructure, count: 1, flavor: huge }\n").into(),
            "huge",
        ),
        (
            "range",
            group("  db: { category: infrastructure, count: { min: 4, max: 2 } }\n").into(),
            "upside down",
        ),
        (
            "circle",
            group(
                "  a: { category: process, count: 1, depends_on: [b] }\n  b: { category: process, count: 1, depends_on: [a] }\n",
            )
            .into(),
            "circle",
        ),
        ("duplicate", group(&format!("{db}{db}")).into(), "db"),
        ("nothing", Vec::new(), "empty"),
        ("large", vec![b' '; 10 << 20], "8 MiB"),
        ("bytes", vec![0xff, 0xfe, 0x00], "UTF-8"),
    ];
    for (name, content, part) in broken {
        let place = Place::new();
        let good = place.file("good.yaml", START.replace(": a", ": good"));
        let file = place.file(&format!("{name}.yaml"), content);
        let error = place.run(["import", &good, &file]).error();
        assert!(error.contains(part), "{name}: {error}");
        assert!(error.contains(&format!("{name}.yaml")), "{name}: {error}");
        assert!(!place.data().exists(), "{name}: something was stored");
        // The same where something is stored already: nothing is added.
        place.run(["import", &good]).ended(0);
        let before = place.run(["environments", "--format", "json"]).json();
        let other = place.file("other.yaml", START.replace(": a", ": other"));
        place.run(["import", &other, &file]).error();
        let after = place.run(["environments", "--format", "json"]).json();
        assert_eq!(before, after, "{name}");
        // Every command that reads it says the same.
        let shown = place.run(["show", &file]).error();
        assert_eq!(shown, error, "{name}");
    }
}

#[test]
fn two_files_of_the_same_environment_are_refused() {
    let place = Place::new();
    let one = place.file("one.yaml", START);
    let two = place.file("two.yaml", START);
    let error = place.run(["import", &one, &two]).error();
    assert!(error.contains("leave one of them out"), "{error}");
    assert!(!place.data().exists());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let place = Place::new();
    let error = place.run(["import", "gone.yaml"]).error();
    assert!(error.contains("gone.yaml"), "{error}");
    let error = place
        .run([
            "copy",
            "a",
            "--recipe",
            &example("secondary.yaml"),
            "--name",
            "b",
        ])
        .error();
    assert!(error.contains("is an environment"), "{error}");
    assert!(!place.data().exists());
}
