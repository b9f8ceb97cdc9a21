//! Dependencies, profiles that collide, capabilities, latency.

use plan::finding::{Rule, Surroundings};

use super::{by, file, hint, one, only, production, silent, today, warning};

const NEEDS: &str = "
profiles:
  web: { category: application, needs: [mysql] }
  sql: { category: infrastructure, provides: [mysql] }
";

#[test]
fn a_service_that_nobody_provides() {
    let rule = Rule::DependencyUnmet;
    let groups = |web: &str, db: &str| {
        format!(
            "{NEEDS}groups:\n  web: {{ category: application, count: 1, profiles: [web]{web} }}\n\
             \x20 db: {{ category: infrastructure, profiles: [sql], {db} }}\n"
        )
    };
    let what = "nobody provides mysql, which web needs";
    assert_eq!(
        one(rule, &production(&groups("", "count: 0"))),
        warning(what)
    );
    assert_eq!(
        one(
            rule,
            &production(&groups(", lifecycle: unfinished", "count: 0"))
        ),
        hint(what)
    );
    silent(rule, &production(&groups("", "count: 1")));
    silent(rule, &production(&groups("", "count: { min: 0, max: 1 }")));
    // Nobody has the profile; a common or a dealt one provides it.
    silent(rule, &production(NEEDS));
    let only_web = groups("", "count: 0");
    silent(
        rule,
        &production(&format!("{only_web}common: {{ profiles: [sql] }}\n")),
    );
    silent(rule, &production(&groups(", spread: [sql]", "count: 0")));
    silent(
        rule,
        &production(&format!(
            "{only_web}external: {{ far: {{ provides: [mysql] }} }}\n"
        )),
    );
}

#[test]
fn a_service_that_the_site_offers() {
    let with = |offer: &str| {
        production(&format!(
            "sites: {{ here: {{ offers: {{ ntp: {offer} }} }} }}\nsite: here\n\
             profiles: {{ clock: {{ category: infrastructure, needs: [ntp] }} }}\n\
             groups: {{ web: {{ category: application, count: 1, profiles: [clock] }} }}\n"
        ))
    };
    silent(Rule::DependencyUnmet, &with("offered"));
    assert_eq!(
        one(Rule::DependencyUnmet, &with("missing")),
        warning("nobody provides ntp, which clock needs")
    );
}

#[test]
fn profiles_that_collide() {
    let rule = Rule::ProfilesCollide;
    let with = |a: &str, b: &str, group: &str| {
        production(&format!(
            "profiles:\n  a: {{ category: application, {a} }}\n  b: {{ category: application, {b} }}\n\
             groups: {{ web: {{ category: application, count: 1, {group} }} }}\n"
        ))
    };
    let port = |port: u16| format!("ports: [{{ port: {port}, from: [environment] }}]");
    let both = "profiles: [a, b]";
    assert_eq!(
        one(rule, &with(&port(3306), &port(3306), both)),
        warning("a and b on web both want port 3306/tcp")
    );
    assert_eq!(
        one(
            rule,
            &with(&port(3306), &port(3306), "profiles: [a], spread: [b]")
        ),
        warning("a and b on web both want port 3306/tcp")
    );
    let host = "hosts: [shop.example.org]";
    assert_eq!(
        one(rule, &with(host, host, both)),
        warning("a and b on web both want the name shop.example.org")
    );
    silent(rule, &with(&port(3306), &port(3307), both));
    silent(rule, &with(&port(3306), &port(3306), "profiles: [a]"));
    silent(rule, &with(&port(3306), &port(3306), "spread: [a, b]"));
    // Another transport; virtual hosts behind one web server; the system's own sshd.
    let udp = port(3306).replace("port: 3306", "port: 3306, protocol: udp");
    silent(rule, &with(&port(3306), &udp, both));
    let site = |name: &str| format!("hosts: [{name}.example.org], {}", port(80));
    silent(rule, &with(&site("blog"), &site("docs"), both));
    silent(rule, &with(&port(80), &site("docs"), both));
    silent(rule, &with(&port(22), &port(22), both));
    let ping = "ports: [{ port: 0, protocol: icmp, from: [environment] }]";
    silent(rule, &with(ping, ping, both));
}

#[test]
fn a_capability_that_the_site_does_not_offer() {
    let rule = Rule::CapabilityMissing;
    let with = |offers: &str, rest: &str| {
        production(&format!(
            "sites: {{ here: {{ offers: {{ {offers} }} }} }}\n{rest}\
             profiles: {{ sql: {{ category: infrastructure, capabilities: [snapshots] }} }}\n\
             groups: {{ db: {{ category: infrastructure, count: 1, profiles: [sql], volumes: {{ d: {{ \
             size: 1 GiB }} }} }} }}\n"
        ))
    };
    let at = "site: here\n";
    assert_eq!(
        one(rule, &with("snapshots: missing", at)),
        warning("here does not offer snapshots")
    );
    assert_eq!(
        one(rule, &with("block-storage: missing", at)),
        warning("here does not offer block-storage")
    );
    assert_eq!(
        one(rule, &with("snapshots: unknown", at)),
        hint("whether here offers snapshots is still open")
    );
    silent(
        rule,
        &with("snapshots: offered, block-storage: offered", at),
    );
    silent(rule, &with("vpn: missing", at));
    silent(rule, &with("", at));
    silent(rule, &with("snapshots: missing", ""));
}

#[test]
fn a_way_that_takes_too_long() {
    let rule = Rule::LatencyTooHigh;
    let source = file(
        "environment: far\nkind: production\nsites: { there: {} }\nsite: there\n\
         groups: { db: { category: infrastructure, count: 1 } }\n",
    );
    let others = [&source];
    let with = |way: &str, fields: &str| {
        let topology = production(&format!(
            "sites: {{ here: {{ latency_ms: {{ {way} }} }}, there: {{}} }}\nsite: here\n\
             groups: {{ db: {{ category: infrastructure, count: 1, {fields} }} }}\n"
        ));
        let around = Surroundings {
            others: &others,
            ..Surroundings::of(&topology, today())
        };
        by(rule, &around)
    };
    let bears = "latency_ms: { db: 5 }, replicates: { environment: far }";
    assert_eq!(
        only(with("there: 12", bears)),
        warning("db bears 5 ms to db of far, and the way takes 12")
    );
    assert_eq!(
        only(with("", bears)),
        hint("whether the way from here to there takes 5 ms or less is not known")
    );
    assert_eq!(with("there: 5", bears), []);
    assert_eq!(with("there: 12", "latency_ms: { db: 5 }"), []);
    assert_eq!(with("there: 12", "replicates: { environment: far }"), []);
    assert_eq!(
        with(
            "there: 12",
            "latency_ms: { db: 5 }, replicates: { environment: other }"
        ),
        []
    );
}
