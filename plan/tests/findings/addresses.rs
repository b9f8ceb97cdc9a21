//! Public addresses; names and addresses in two environments.

use model::topology::Topology;
use plan::finding::{Finding, Rule, Surroundings};

use super::{as_kind, by, file, hint, one, only, production, silent, today, warning};

/// A group whose one profile has a port that these may reach.
fn web(from: &str, group: &str) -> String {
    format!(
        "sources: {{ office: {{}} }}\n\
         profiles: {{ web: {{ category: application, provides: [http], ports: [{{ port: 443, from: \
         [{from}] }}] }}, proxy: {{ category: application, needs: [http] }} }}\n\
         groups:\n  web: {{ category: application, count: 2, profiles: [web], {group} }}\n"
    )
}

#[test]
fn a_public_address_is_missing() {
    let rule = Rule::PublicAddressMissing;
    let open = web("anywhere", "public_addresses: 0");
    assert_eq!(
        one(rule, &production(&open)),
        warning("web is open to anywhere and has no public address")
    );
    silent(rule, &production(&web("anywhere", "public_addresses: 1")));
    silent(
        rule,
        &production(&web("anywhere", "public_addresses: unknown")),
    );
    silent(
        rule,
        &production(&web("office, environment", "public_addresses: 0")),
    );
    let unfinished = web("anywhere", "public_addresses: 0, lifecycle: unfinished");
    silent(rule, &production(&unfinished));
    // Somebody in front.
    let external = format!("{open}external: {{ cdn: {{ reaches: [web] }} }}\n");
    silent(rule, &production(&external));
    for front in [
        "profiles: [proxy], public_addresses: 1",
        "depends_on: [web], public_addresses: unknown",
    ] {
        let fronted = format!("{open}  front: {{ category: application, count: 1, {front} }}\n");
        silent(rule, &production(&fronted));
    }
    let no_front = format!(
        "{open}  front: {{ category: application, count: 1, profiles: [proxy], public_addresses: 0 }}\n"
    );
    one(rule, &production(&no_front));
}

#[test]
fn a_public_address_is_not_needed() {
    let rule = Rule::PublicAddressNotNeeded;
    let closed = production(&web("environment, \"group:web\"", "public_addresses: 2"));
    assert_eq!(
        one(rule, &closed),
        hint("web has 2 public addresses, and none of its profiles opens a port to the outside")
    );
    silent(rule, &as_kind("temporary", &closed));
    for (from, group) in [
        ("environment", "public_addresses: 0"),
        ("environment", "public_addresses: unknown"),
        ("anywhere", "public_addresses: 2"),
        ("office", "public_addresses: 2"),
        ("", "public_addresses: 2"),
        (
            "environment",
            "public_addresses: 2, replicates: { environment: far }",
        ),
    ] {
        silent(rule, &production(&web(from, group)));
    }
    for node in ["reaches: [web]", "reached_by: [web]"] {
        let text = web("environment", "public_addresses: 2");
        let connected = format!("{text}external: {{ shelter: {{ {node} }} }}\n");
        silent(rule, &production(&connected));
    }
}

/// An environment that serves a name at an address.
fn shop(name: &str, kind: &str, more: &str) -> Topology {
    file(&format!(
        "environment: {name}\nkind: {kind}\n{more}networks: {{ internal: {{ cidr: 10.1.0.0/24 }} }}\n\
         profiles: {{ web: {{ category: application, hosts: [shop.example.org] }} }}\n\
         groups: {{ {name}: {{ category: application, count: 1, profiles: [web], public_addresses: {{ \
         count: 1, addresses: [192.0.2.7] }} }} }}\n"
    ))
}

fn beside(rule: Rule, topology: &Topology, others: &[&Topology]) -> Vec<Finding> {
    let around = Surroundings {
        others,
        ..Surroundings::of(topology, today())
    };
    by(rule, &around)
}

#[test]
fn a_name_in_two_environments() {
    let rule = Rule::NameUsedTwice;
    let a = shop("a", "production", "");
    let b = shop("b", "staging", "");
    assert_eq!(
        only(beside(rule, &a, &[&a, &b])),
        warning("shop.example.org is served here and by web of b")
    );
    assert_eq!(beside(rule, &a, &[&a]), [], "itself");
    assert_eq!(beside(rule, &a, &[]), []);
    // A copy, a replica, a successor, and the replica of a successor.
    let copy = shop("b", "temporary", "");
    assert_eq!(beside(rule, &a, &[&copy]), []);
    assert_eq!(beside(rule, &copy, &[&a]), []);
    let replica = shop("b", "secondary", "replicates: { environment: a }\n");
    assert_eq!(beside(rule, &a, &[&replica]), []);
    let mut successor = shop("b", "production", "");
    let group = successor.groups.values_mut().next().unwrap();
    group.was = vec!["a".parse().unwrap()];
    assert_eq!(beside(rule, &a, &[&successor]), []);
    let far = shop("c", "secondary", "replicates: { environment: b }\n");
    assert_eq!(beside(rule, &a, &[&far, &successor]), []);
    assert_eq!(beside(rule, &a, &[&far]).len(), 1, "nothing ties them");
    // Nobody serves it there.
    let mut empty = b;
    empty.groups.clear();
    assert_eq!(beside(rule, &a, &[&empty]), []);
}

#[test]
fn an_address_in_two_environments() {
    let rule = Rule::AddressUsedTwice;
    let a = shop("a", "production", "");
    let b = shop("b", "temporary", "");
    assert_eq!(
        only(beside(rule, &a, &[&b])),
        warning("192.0.2.7 is a public address here and of b")
    );
    let mut other = b.clone();
    let group = other.groups.values_mut().next().unwrap();
    group.public_addresses.addresses = vec!["192.0.2.8".parse().unwrap()];
    assert_eq!(
        beside(rule, &a, &[&other]),
        [],
        "the same range, not connected"
    );
    let mut successor = b;
    successor.groups.values_mut().next().unwrap().was = vec!["a".parse().unwrap()];
    assert_eq!(beside(rule, &a, &[&successor]), []);
    // The ends of a replication must be routed to each other.
    other.replicates = Some(model::group::Replicates {
        environment: "a".parse().unwrap(),
        group: None,
    });
    assert_eq!(
        only(beside(rule, &a, &[&other])),
        warning("the range of internal (10.1.0.0/24) overlaps that of internal (10.1.0.0/24) of b")
    );
    other.networks.clear();
    assert_eq!(beside(rule, &a, &[&other]), []);
}
