//! Every rule: what it must find, and where it must stay silent. And the WebPlatform's files, whole.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod addresses;
mod around;
mod disks;
mod muting;
mod never_panics;
mod redundancy;
mod references;
mod releases;
mod services;
mod sizes;
mod webplatform;

use chrono::NaiveDate;
use model::file::{Document, parse};
use model::topology::Topology;
use plan::finding::{Finding, Rule, Severity, Surroundings, findings};

/// The day on which every test takes place.
fn today() -> NaiveDate {
    day("2014-03-01")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A whole environment file.
fn file(text: &str) -> Topology {
    match parse("test.yaml", text).unwrap_or_else(|error| panic!("{error}\n{text}")) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

/// A planned production with these lines.
fn production(lines: &str) -> Topology {
    file(&format!("environment: shop\nkind: production\n{lines}"))
}

/// An observed production with these lines.
fn running(lines: &str) -> Topology {
    production(&format!("layer: observed\n{lines}"))
}

/// The same environment as another kind.
fn as_kind(kind: &str, topology: &Topology) -> Topology {
    let mut topology = topology.clone();
    topology.kind = kind.parse().unwrap();
    topology
}

/// What one rule finds.
fn by(rule: Rule, around: &Surroundings<'_>) -> Vec<Finding> {
    let mut all = findings(around);
    all.retain(|finding| finding.rule == rule);
    for finding in &all {
        for text in [&finding.subject, &finding.what, &finding.evidence] {
            assert!(!text.is_empty(), "{finding:?}");
        }
        assert!(!finding.effect.is_empty() && !finding.remedy.is_empty());
    }
    all
}

fn found(rule: Rule, topology: &Topology) -> Vec<Finding> {
    by(rule, &Surroundings::of(topology, today()))
}

/// The one thing that a rule finds, as its severity and sentence.
#[track_caller]
fn one(rule: Rule, topology: &Topology) -> (Severity, String) {
    only(found(rule, topology))
}

#[track_caller]
fn only(mut all: Vec<Finding>) -> (Severity, String) {
    assert_eq!(all.len(), 1, "{all:#?}");
    let finding = all.remove(0);
    (finding.severity, finding.what)
}

#[track_caller]
fn silent(rule: Rule, topology: &Topology) {
    assert_eq!(found(rule, topology), []);
}

fn warning(what: &str) -> (Severity, String) {
    (Severity::Warning, what.to_owned())
}

fn hint(what: &str) -> (Severity, String) {
    (Severity::Hint, what.to_owned())
}
