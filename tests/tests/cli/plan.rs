//! `plan`: the ordered steps, and what keeps them from being carried out.

use std::collections::BTreeSet;

use crate::program::{Place, example};

const A: &str = "\
environment: a
kind: staging
cloud: simulated
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
networks:
  internal: { cidr: 10.0.0.0/24, routed: true }
groups:
  db:
    { category: infrastructure, count: { min: 1, max: 2 }, flavor: small, image: debian-13,
      networks: [internal], public_addresses: 0 }
  web:
    { category: application, count: 2, flavor: small, image: debian-13, networks: [internal],
      public_addresses: 1, depends_on: { db: ready } }
";

#[test]
fn steps_come_after_what_they_need_and_say_how_they_are_taken_back() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let plan = place
        .run(["plan", "nothing", &a, "--sizing", "max", "--format", "json"])
        .json();
    assert_eq!(plan["obstacles"].as_array().unwrap().len(), 0);
    assert_eq!(plan["hash"].as_str().unwrap().len(), 64);
    let steps = plan["steps"].as_array().unwrap();
    let mut keys = BTreeSet::new();
    for (number, step) in steps.iter().enumerate() {
        keys.insert(step["key"].as_str().unwrap());
        assert_eq!(step["act"]["act"], "create");
        assert_eq!(step["inverse"]["inverse"], "opposite");
        for need in step["needs"].as_array().unwrap() {
            assert!(need["step"].as_u64().unwrap() < number as u64);
        }
    }
    for key in ["instance/db[2]", "instance/web[2]", "floating-ip/web[1]"] {
        assert!(keys.contains(key), "{keys:?}");
    }
    let text = place
        .run(["plan", "nothing", &a, "--sizing", "max"])
        .ended(0)
        .stdout;
    assert!(text.contains(plan["hash"].as_str().unwrap()), "{text}");
    assert!(text.contains("create  instance/web[2]"), "{text}");
    assert!(text.contains(" ready"), "{text}");
    assert!(!place.data().exists(), "files need no data folder");
}

#[test]
fn the_same_files_give_the_same_hash_and_the_same_environment_no_step() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let hash = || {
        place
            .run(["plan", "nothing", &a, "--sizing", "min", "--format", "json"])
            .json()["hash"]
            .clone()
    };
    assert_eq!(hash(), hash());
    let ran = place.run(["plan", &a, &a, "--sizing", "min"]).ended(0);
    assert!(ran.stdout.contains("nothing to do"), "{}", ran.stdout);
}

#[test]
fn to_nothing_is_the_way_back_and_says_what_is_lost() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let plan = place
        .run(["plan", &a, "nothing", "--sizing", "min", "--format", "json"])
        .json();
    for step in plan["steps"].as_array().unwrap() {
        assert_eq!(step["act"]["act"], "delete");
    }
    let text = place
        .run(["plan", &a, "nothing", "--sizing", "min"])
        .ended(0)
        .stdout;
    assert!(text.contains("nothing: what was on"), "{text}");
}

#[test]
fn a_range_needs_a_sizing() {
    let place = Place::new();
    let a = place.file("a.yaml", A);
    let error = place.run(["plan", "nothing", &a]).error();
    assert!(
        error.contains("db 1–2") && error.contains("--sizing planned"),
        "{error}"
    );
}

#[test]
fn what_is_unknown_is_named_as_what_is_in_the_way() {
    let place = Place::new();
    let file = example("production-2014.yaml");
    let args = ["plan", "nothing", &file, "--sizing", "min"];
    let ran = place.run(args).ended(0);
    assert!(
        ran.stdout.contains("It can't be carried out yet"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("the flavor is unknown"),
        "{}",
        ran.stdout
    );
}
