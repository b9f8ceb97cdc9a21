//! What is found in the WebPlatform's files, whole: nothing that is so is missing, and nothing is
//! reported that isn't so.

use std::fmt::Write as _;

use model::recipe::Recipe;
use model::topology::Topology;
use plan::copy::derive;
use plan::finding::{Surroundings, findings};

use super::{Document, day, file, parse};

fn text(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/webplatform");
    std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap()
}

fn recipe() -> Recipe {
    match parse("temporary.yaml", &text("temporary")).unwrap() {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("an environment"),
    }
}

fn everything() -> Vec<Topology> {
    let mut all: Vec<Topology> = ["production-2013", "production-2014", "secondary"]
        .map(|name| file(&text(name)))
        .into();
    let copy = derive(&all[1], &recipe(), "copy-1".parse().unwrap()).unwrap();
    all.push(copy.topology);
    all
}

/// The findings of an environment among the others, a line each.
pub(super) fn told(all: &[Topology], topology: &Topology, today: &str) -> String {
    let others: Vec<&Topology> = all.iter().collect();
    let around = Surroundings {
        others: &others,
        ..Surroundings::of(topology, day(today))
    };
    findings(&around)
        .iter()
        .fold(String::new(), |mut text, it| {
            let _ = writeln!(
                text,
                "{} {} ({}): {}",
                it.severity.word(),
                it.rule,
                it.subject,
                it.what
            );
            text
        })
}

#[test]
fn in_the_spring_of_2014() {
    let all = everything();
    for topology in &all {
        let name = topology.environment.to_string();
        insta::assert_snapshot!(name, told(&all, topology, "2014-03-01"));
    }
}

#[test]
fn today_its_releases_are_out_of_support() {
    let all = everything();
    let text = told(&all, &all[0], "2026-11-29");
    for group in [
        "db runs Ubuntu 10.04 LTS Lucid",
        "bots runs Ubuntu 12.04 LTS Precise",
    ] {
        assert!(
            text.contains(&format!("{group}, out of standard support")),
            "{text}"
        );
    }
    assert!(
        !text.contains("app runs"),
        "which release that is, nobody knows: {text}"
    );
}

#[test]
fn evidence_effect_and_remedy_of_what_is_found() {
    let all = everything();
    let today = day("2014-03-01");
    let mut text = String::new();
    for finding in findings(&Surroundings::of(&all[0], today)) {
        let _ = writeln!(
            text,
            "{}\n  because {}\n  so {}\n  {}",
            finding.what, finding.evidence, finding.effect, finding.remedy
        );
    }
    insta::assert_snapshot!(text);
}
