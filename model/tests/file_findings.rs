//! What files say for the rules: clusters, latency, and what is muted; and what is wrong with it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod broken;

use broken::{environment, group};
use model::diff::{comparable_items, diff_items};
use model::file::{Document, parse, write};
use model::resolved::resolve;
use model::rule::Rule;
use model::topology::Topology;

const FILE: &str = "\
environment: a
kind: production
sites: { here: {}, there: { latency_ms: { here: 12 } } }
external: { relay: { provides: [smtp] } }
groups:
  db:
    category: infrastructure
    count: 2
    cluster: { fencing: offered, arbiter: { site: there } }
    latency_ms: { app: 5, db: 2 }
  app:
    category: application
    count: 2
    cluster: { arbiter: none }
mute:
  - { rule: oversized, subject: app, reason: sized for the launch, until: 2026-12-31 }
";

fn read(text: &str) -> Topology {
    match parse("a.yaml", text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

#[test]
fn what_is_said_is_kept_and_compared() {
    let topology = read(FILE);
    assert_eq!(topology.mute[0].rule, Rule::Oversized);
    assert_eq!(read(&write(&topology)), topology);
    assert_eq!(
        Topology::from_items(topology.items()).as_ref(),
        Ok(&topology)
    );
    let plain = read(&FILE.replace("    latency_ms: { app: 5, db: 2 }\n", ""));
    let (before, after) = (comparable_items(&plain), comparable_items(&topology));
    assert_eq!(diff_items(&before, &after).changes.len(), 1);
}

#[test]
fn what_is_said_for_rules_plans_nothing() {
    let mut plain = read(FILE);
    let said = resolve(&plain, &model::count::Sizing::Planned);
    for group in plain.groups.values_mut() {
        group.cluster = None;
        group.latency_ms.clear();
    }
    plain.mute.clear();
    assert_eq!(resolve(&plain, &model::count::Sizing::Planned), said);
}

#[test]
fn mutes_that_are_wrong() {
    let words: Vec<String> = Rule::ALL.iter().map(|rule| format!("`{rule}`")).collect();
    let (last, first) = words.split_last().unwrap();
    environment(
        "mute:\n  - { rule: spof, reason: x }\n",
        &format!(
            "4: mute[0].rule: unknown word `spof`; use {} or {last}",
            first.join(", ")
        ),
    );
    environment(
        "mute:\n  - { rule: oversised, reason: x }\n",
        "4: mute[0].rule: unknown word `oversised`; did you mean `oversized`?",
    );
    environment(
        "mute:\n  - { rule: oversized, reason: \" \" }\n",
        "4: mute[0].reason: the reason is empty; say why this is not to be told",
    );
    environment(
        "mute:\n  - { rule: oversized }\n",
        "4: mute[0].reason: the field is missing; add `reason: …`",
    );
    environment(
        "mute:\n  - { rule: oversized, subject: \"\", reason: x }\n",
        "4: mute[0].subject: the subject is empty; name it as the finding does, or leave it out \
         for all",
    );
    environment(
        "mute:\n  - { rule: oversized, reason: x, until: soon }\n",
        "4: mute[0].until: `soon` is not a date; write it as in `2013-08-31`",
    );
}

#[test]
fn clusters_that_are_wrong() {
    group(
        "count: 3\ncluster: { fencing: maybe }",
        "13: groups.app.cluster.fencing: unknown word `maybe`; use `offered`, `missing` or \
         `unknown`",
    );
    group(
        "count: 3\ncluster: { decides: sometimes }",
        "13: groups.app.cluster.decides: unknown word `sometimes`; use `unknown`, `every-write`, \
         `who-writes` or `provider`",
    );
    group(
        "count: 3\ncluster: { arbiter: { site: moon } }",
        "13: groups.app.cluster.arbiter.site: unknown site `moon`; define it under `sites`",
    );
    group(
        "count: 3\ncluster: { arbiter: { group: app } }",
        "13: groups.app.cluster.arbiter.group: `app` can't decide for itself; name another group, \
         a site, or `none`",
    );
    group(
        "count: 3\ncluster: { arbiter: { external: w3c } }",
        "13: groups.app.cluster.arbiter.external: unknown external node `w3c`; define it under \
         `external`",
    );
    group(
        "count: 3\nlatency_ms: { dbs: 5 }",
        "13: groups.app.latency_ms.dbs: unknown group `dbs`; did you mean `db`?",
    );
    group(
        "count: 3\nlatency_ms: { db: 0 }",
        "13: groups.app.latency_ms.db: no round trip takes 0 ms; write the longest that is borne, \
         1 or more",
    );
}
