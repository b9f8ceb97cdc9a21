//! What is stated in documents; how old data are; quotas and prices.

use model::price::csv;
use model::topology::Topology;
use plan::finding::{Rule, Surroundings, beside, findings};
use plan::offers::{Offers, Quota, QuotaKind};

use super::{by, day, found, hint, one, only, production, running, silent, today, warning};

#[test]
fn totals_that_a_document_states() {
    let rule = Rule::DeclaredTotal;
    let stated = |count: &str| {
        production(&format!(
            "groups: {{ web: {{ category: application, count: {{ min: 2, max: 4 }} }} }}\n\
             declared: [{{ what: instances, count: {count}, source: x }}]\n"
        ))
    };
    assert_eq!(
        one(rule, &stated("5")),
        warning("5 instances are stated for shop; the model has 2–4")
    );
    assert_eq!(
        one(rule, &stated("{ min: 2, max: 5 }")),
        warning("2–5 instances are stated for shop; the model has 2–4")
    );
    silent(rule, &stated("3"));
    silent(rule, &stated("{ min: 2, max: 4 }"));
    // Addresses that nobody counted contradict nothing.
    silent(
        rule,
        &production(
            "groups: { web: { category: application, count: 2 } }\n\
             declared: [{ what: public-addresses, count: 9, source: x }]\n",
        ),
    );
}

#[test]
fn data_that_are_old() {
    let rule = Rule::StaleData;
    let topology = running("");
    let collected = |on: &str| {
        let around = Surroundings {
            collected: Some(day(on)),
            ..Surroundings::of(&topology, today())
        };
        by(rule, &around)
    };
    assert_eq!(
        only(collected("2014-02-24")),
        warning("what is shown of shop is 5 days old")
    );
    assert_eq!(collected("2014-02-28"), []);
    assert_eq!(collected("2014-03-02"), [], "somebody's clock is ahead");
    silent(rule, &topology);
    let planned = production("");
    let around = Surroundings {
        collected: Some(day("2013-01-01")),
        ..Surroundings::of(&planned, today())
    };
    assert_eq!(by(rule, &around), [], "what is planned is not collected");

    let unseen = running(
        "groups: { web: { category: application, count: 2, instances: { 1: { unseen_since: \
         \"2014-02-28T10:00:00Z\" }, 2: {} } } }\n",
    );
    assert_eq!(
        one(rule, &unseen),
        warning("the cloud can't see 1 instance of shop")
    );
}

const SIZED: &str = "
flavors: { small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB } }
cloud: simulated
groups:
  web: { category: application, count: 2, flavor: small, public_addresses: 1 }
";

#[test]
fn quotas_that_the_cloud_does_not_tell() {
    let rule = Rule::QuotaUnknown;
    let topology = production(SIZED);
    silent(rule, &topology);
    let mut offers = Offers::none("2014-03-01T00:00:00Z".parse().unwrap());
    let with = |offers: &Offers| {
        let around = Surroundings {
            offers: Some(offers),
            ..Surroundings::of(&topology, today())
        };
        by(rule, &around)
    };
    let quota = Quota {
        limit: None,
        used: 0,
    };
    offers.quotas = [QuotaKind::Instances, QuotaKind::Vcpus, QuotaKind::RamMib]
        .map(|kind| (kind, quota))
        .into();
    assert_eq!(
        only(with(&offers)),
        hint("simulated does not tell its quota of public addresses")
    );
    offers.quotas.insert(QuotaKind::FloatingIps, quota);
    assert_eq!(with(&offers), [], "it has no volumes");
}

#[test]
fn prices_that_nobody_knows() {
    let rule = Rule::PriceUnknown;
    let topology = production(SIZED);
    silent(rule, &topology);
    let with = |rows: &[&str]| {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("2013-01-01,EUR,{row}\n"))
            .collect();
        let text = format!("from,currency,what,name,per_hour\n{}", rows.concat());
        let books = csv::read(&text).unwrap();
        let around = Surroundings {
            prices: books.on(today()),
            ..Surroundings::of(&topology, today())
        };
        by(rule, &around)
    };
    let none = hint("there is no price for small");
    assert_eq!(only(with(&["address,,1"])), none);
    assert_eq!(only(with(&["flavor,large,1"])), none);
    assert_eq!(with(&["flavor,small,1"]), []);
    // What a flavor is made of has a price too, where all of it has.
    assert_eq!(only(with(&["vcpu,,1", "ram-gib,,1"])), none);
    assert_eq!(with(&["vcpu,,1", "ram-gib,,1", "disk-gib,,0"]), []);
    let open = production(&SIZED.replace("flavor: small, ", ""));
    assert_eq!(
        one(rule, &open),
        hint("the flavor of 1 group is not known, and so neither size nor price is")
    );
    // Each of them was seen with its own.
    let seen = SIZED.replace(
        "flavor: small, public_addresses: 1",
        "instances: { 1: { flavor: small }, 2: { flavor: small } }",
    );
    assert_eq!(found(rule, &running(&seen)), []);
}

#[test]
fn of_others_only_what_rules_look_at_is_kept() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/webplatform");
    let read = |name: &str| {
        let text = std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap();
        super::file(&text)
    };
    let mut all = ["production-2013", "production-2014", "secondary"]
        .map(read)
        .to_vec();
    // One more that has names, addresses and networks of another, and one that follows it from elsewhere.
    let mut twin = all[0].clone();
    twin.environment = "twin".parse().unwrap();
    for group in twin.groups.values_mut() {
        group.was.clear();
        for facts in group.instances.values_mut() {
            facts.public_addresses = vec!["192.0.2.7".parse().unwrap()];
        }
    }
    let mut again = twin.clone();
    again.environment = "again".parse().unwrap();
    all.extend([twin, again]);
    let reduced: Vec<_> = all.iter().map(beside).collect();
    let mut told = 0;
    for topology in &all {
        let judged = |others: &[Topology]| {
            let others: Vec<&Topology> = others.iter().collect();
            findings(&Surroundings {
                others: &others,
                ..Surroundings::of(topology, today())
            })
        };
        let whole = judged(&all);
        assert_eq!(judged(&reduced), whole, "{}", topology.environment);
        told += whole.len() - judged(&[]).len();
    }
    assert!(told > 0, "others are looked at");
    // What a machine does just now is not kept.
    let mut busy = all[0].clone();
    for facts in busy
        .groups
        .values_mut()
        .flat_map(|group| group.instances.values_mut())
    {
        facts.status = Some("REBOOT".into());
        facts.file_systems.clear();
    }
    assert_ne!(busy, all[0]);
    assert_eq!(beside(&busy), reduced[0]);
}
