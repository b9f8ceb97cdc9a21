//! Case files: what is written reads the same, and what is wrong is told with its place.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use model::case::{
    Case, CaseStudy, Outcome, Per, Percentile, Quantity, Rate, Response, Seen, Share, Source, Time,
    Used,
};
use model::file::{case_elsewhere, case_study, parse, write_case};
use model::name::{CaseName, LoadName};
use model::topology::Topology;
use model::unit::Kib;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const MOST: u64 = 1_000_000_000_000;

fn rate() -> impl Strategy<Value = Rate> {
    let per = select(&[Per::Second, Per::Minute, Per::Hour, Per::Day][..]);
    (0..MOST * 1000, per).prop_map(|(thousandths, per)| Rate { thousandths, per })
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        (0..2_000_u64).prop_map(Time),
        (0..MOST).prop_map(Time),
        (
            0..400_u64,
            select(&[1_000_u64, 1_000_000, 60_000_000, 86_400_000_000][..])
        )
            .prop_map(|(n, unit)| Time(n * unit)),
    ]
}

fn share() -> impl Strategy<Value = Share> {
    (0..=10_000_u16).prop_map(|hundredths| Share::hundredths(hundredths).unwrap())
}

fn quantity() -> impl Strategy<Value = Quantity> {
    prop_oneof![
        (0..=MOST).prop_map(Quantity::Count),
        rate().prop_map(Quantity::Rate),
        time().prop_map(Quantity::Time),
        share().prop_map(Quantity::Share),
        (0..MOST).prop_map(|kib| Quantity::Size(Kib(kib))),
        (0..MOST, rate()).prop_map(|(kib, Rate { per, .. })| {
            let size = Kib(kib);
            Quantity::Flow(model::case::Flow { size, per })
        }),
    ]
}

fn named<T: std::fmt::Debug>(
    each: impl Strategy<Value = T>,
    least: usize,
) -> impl Strategy<Value = BTreeMap<LoadName, T>> {
    let name = select(&["api", "client-runs", "users", "null", "1"][..]);
    let name = name.prop_map(|name| LoadName::new(name).unwrap());
    btree_map(name, each, least..4)
}

/// Times that rise with their percentiles.
fn response() -> impl Strategy<Value = Response> {
    btree_map(1..1000_u16, time(), 1..4).prop_map(|drawn| {
        let mut times: Vec<Time> = drawn.values().copied().collect();
        times.sort();
        let percentiles = drawn.into_keys().map(|n| Percentile::tenths(n).unwrap());
        percentiles.zip(times).collect()
    })
}

fn used() -> impl Strategy<Value = Used> {
    let busy = (option::of(share()), option::of(share()), option::of(rate()));
    (busy, named(quantity(), 0)).prop_map(|((cpu, memory, io), figures)| Used {
        cpu,
        memory,
        io,
        figures,
    })
}

fn line() -> impl Strategy<Value = String> {
    "[\\PC&&[^ ]][\\PC]{0,30}"
}

fn study() -> impl Strategy<Value = CaseStudy> {
    let measured = common::topology().prop_filter("nothing is in it", |topology| {
        topology
            .groups
            .values()
            .any(|group| group.count.planned() > 0)
    });
    let source = (
        line(),
        option::of(line()),
        any::<bool>(),
        option::of(0..20_000_i32),
    )
        .prop_map(|(by, what, linked, day)| Source {
            by,
            what,
            link: linked.then(|| "https://example.org/a?b=1#c".to_owned()),
            date: day
                .map(|day| chrono::NaiveDate::from_num_days_from_ce_opt(720_000 + day).unwrap()),
        });
    let seen = (
        option::of(select(&[Outcome::Held, Outcome::Broke][..])),
        named(response(), 0),
        named(quantity(), 0),
        vec((any::<Index>(), used()), 0..3),
        line(),
    );
    (line(), source, named(quantity(), 1), seen, measured).prop_map(
        |(title, source, given, (outcome, response, figures, busy, note), topology)| {
            let names: Vec<_> = topology.groups.keys().cloned().collect();
            Case {
                case: CaseName::new("any-case").unwrap(),
                title,
                source,
                given,
                seen: Seen {
                    outcome,
                    response,
                    figures,
                    groups: busy
                        .into_iter()
                        .map(|(index, used)| (index.get(&names).clone(), used))
                        .collect(),
                    note: Some(note),
                },
                topology,
            }
        },
    )
}

proptest! {
    #[test]
    fn amounts_read_as_they_are_written(quantity in quantity()) {
        let text = quantity.to_string();
        prop_assert_eq!(text.parse::<Quantity>(), Ok(quantity), "{}", text);
        let json = serde_json::to_string(&quantity).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), quantity);
    }

    #[test]
    fn any_text_is_an_amount_or_is_refused(text in "[0-9.]{0,6}[ %/a-zµKMGTiB]{0,6}") {
        match text.parse::<Quantity>() {
            Ok(read) => prop_assert_eq!(read.to_string().parse::<Quantity>(), Ok(read)),
            Err(error) => prop_assert!(error.to_string().contains('`'), "{}", error),
        }
    }

    /// Scaling by less never makes more, and by itself changes nothing.
    #[test]
    fn scaling_keeps_its_order(quantity in quantity(), by in 0..5_000_u64, of in 1..5_000_u64) {
        if let (Some(scaled), Some(same)) = (quantity.scaled(by, of), quantity.scaled(of, of)) {
            prop_assert_eq!(same, quantity);
            let order = scaled.compare(quantity).unwrap();
            let kept = if by <= of { order.is_le() } else { order.is_ge() };
            prop_assert!(kept, "{} of {}", by, of);
        }
    }

    #[test]
    fn what_is_written_reads_the_same(study in study()) {
        let written = write_case(&study);
        match case_study("written.yaml", written.as_bytes(), None) {
            Ok(read) => prop_assert_eq!(&read, &study),
            Err(error) => prop_assert!(false, "{}\n{}", error, written),
        }
        prop_assert_eq!(case_elsewhere("written.yaml", written.as_bytes()), Ok(None));
        let json = serde_json::to_string(&study).unwrap();
        prop_assert_eq!(serde_json::from_str::<CaseStudy>(&json).unwrap(), study);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = case_study("any.yaml", &bytes, None);
    }
}

const RIGHT: &str = "case: shop-500
title: A shop under 500 users
source: { by: the team, what: load test of March, link: 'https://example.org/t', date: 2026-03-01 }
given:
  users: 500
  requests: 8.5/s
seen:
  outcome: held
  response:
    pages: { p50: 120 ms, p99: 1.5 s }
  groups:
    db: { cpu: 45%, memory: 60.5%, io: 3000/s, figures: { written: 80 MiB/s } }
topology:
  environment: shop
  kind: production
  groups:
    db: { category: infrastructure, count: 2 }
";

fn read(text: &str) -> Result<CaseStudy, String> {
    case_study("c.yaml", text.as_bytes(), None).map_err(|error| error.to_string())
}

#[test]
fn a_case_study_is_read() {
    let study = read(RIGHT).unwrap();
    let name = |text| LoadName::new(text).unwrap();
    assert_eq!(study.given[&name("users")], Quantity::Count(500));
    assert_eq!(study.given[&name("requests")].to_string(), "8.5/s");
    let [(_, db)] = study.seen.groups.iter().collect::<Vec<_>>()[..] else {
        panic!("{:?}", study.seen.groups);
    };
    let told: Vec<String> = db
        .figures()
        .iter()
        .map(|(name, figure)| format!("{name} {figure}"))
        .collect();
    assert_eq!(
        told,
        ["cpu 45%", "memory 60.5%", "io 3000/s", "written 80 MiB/s"]
    );
}

#[test]
fn a_wrong_case_says_where_and_what_would_be_right() {
    let mut otherwise = Vec::new();
    for (from, to, says) in [
        (
            "case: shop-500",
            "case: Shop",
            "c.yaml:1: case: `Shop` is not a case study's name; use",
        ),
        ("case: shop-500\n", "", "c.yaml:1: no `case:` is here"),
        (
            "title: A shop",
            "tittle: A shop",
            "c.yaml:2: tittle: unknown field `tittle`; ",
        ),
        (
            "title: A shop under 500 users",
            "title: ' '",
            "c.yaml:2: title: this is empty",
        ),
        (
            "by: the team, ",
            "",
            "c.yaml:3: source.by: the field is missing",
        ),
        (
            "https://example.org/t",
            "example.org/t",
            "c.yaml:3: source.link: this is no address",
        ),
        (
            "2026-03-01",
            "March",
            "c.yaml:3: source.date: `March` is not a date",
        ),
        (
            "users: 500",
            "users: 500 people",
            "c.yaml:5: given.users: `500 people` is no amount",
        ),
        (
            "users: 500",
            "users: 0.5",
            "c.yaml:5: given.users: `0.5` is no whole number",
        ),
        (
            "users: 500",
            "users: -5",
            "c.yaml:5: given.users: the number `-5` does not fit here",
        ),
        (
            "users: 500",
            "users: [5]",
            "c.yaml:5: given.users: a list does not fit here",
        ),
        (
            "users: 500",
            "Users: 500",
            "c.yaml:5: given.Users: `Users` is not a load's name",
        ),
        (
            "given:\n  users: 500\n  requests: 8.5/s",
            "given: {}",
            "c.yaml:4: given: nothing was given",
        ),
        (
            "outcome: held",
            "outcome: well",
            "c.yaml:8: seen.outcome: unknown word `well`",
        ),
        (
            "p50: 120 ms",
            "p50: 120 ms, 99: 1 s",
            "c.yaml:10: seen.response.pages.99: `99` is no percentile",
        ),
        (
            "p99: 1.5 s",
            "p99: 100 ms",
            "c.yaml:10: seen.response.pages.p99: p99 is 100 ms, and p50 is 120 ms",
        ),
        (
            "p50: 120 ms",
            "p50: 120",
            "c.yaml:10: seen.response.pages.p50: `120` is a count, and a time is wanted",
        ),
        (
            "cpu: 45%",
            "cpu: 450%",
            "c.yaml:12: seen.groups.db.cpu: `450%` is more than all",
        ),
        ("cpu: 45%", "cpu: 0.45", "c.yaml:12: seen.groups.db.cpu: "),
        (
            "    db: { cpu",
            "    dd: { cpu",
            "c.yaml:12: seen.groups.dd: unknown group `dd`; ",
        ),
        (
            "count: 2",
            "count: 0",
            "c.yaml:13: topology: the topology has no instances",
        ),
        (
            "count: 2",
            "count: two",
            "c.yaml:17: topology.groups.db.count: ",
        ),
        (
            "count: 2",
            "count: 2, flavor: big",
            "c.yaml:17: topology.groups.db.flavor: unknown flavor `big`",
        ),
        (
            "  environment: shop\n",
            "",
            "topology.environment: the field is missing",
        ),
    ] {
        assert!(RIGHT.contains(from), "{from}");
        let error = read(&RIGHT.replacen(from, to, 1)).unwrap_err();
        if !error.contains(says) {
            otherwise.push(format!("{from} → {to}: {error}"));
        }
    }
    assert_eq!(otherwise, Vec::<String>::new());
    let begin = RIGHT.find("seen:").unwrap();
    let end = RIGHT.find("topology:").unwrap();
    let nothing = format!("{}seen: {{}}\n{}", &RIGHT[..begin], &RIGHT[end..]);
    let error = read(&nothing).unwrap_err();
    assert!(
        error.contains("c.yaml:7: seen: nothing was seen"),
        "{error}"
    );
    assert!(read("").unwrap_err().contains("begin with `case: NAME`"));
}

#[test]
fn a_topology_may_be_elsewhere() {
    let begin = RIGHT.find("topology:").unwrap();
    let text = format!("{}topology: ../shop.yaml\n", &RIGHT[..begin]);
    let named = case_elsewhere("c.yaml", text.as_bytes()).unwrap();
    assert_eq!(named.as_deref(), Some("../shop.yaml"));
    let error = read(&text).unwrap_err();
    assert!(
        error.starts_with("c.yaml:13: topology: the topology is in `../shop.yaml`"),
        "{error}"
    );
    let topology: Topology = read(RIGHT).unwrap().topology;
    let whole = case_study("c.yaml", text.as_bytes(), Some(topology)).unwrap();
    assert_eq!(whole, read(RIGHT).unwrap());
    // What the file says must fit what it names.
    let other = Topology::empty("other".parse().unwrap(), whole.topology.kind);
    let error = case_study("c.yaml", text.as_bytes(), Some(other)).unwrap_err();
    assert!(error.to_string().contains("unknown group `db`"), "{error}");
}

#[test]
fn each_kind_of_file_says_what_it_is() {
    let error = parse("c.yaml", RIGHT).unwrap_err().to_string();
    assert!(
        error.contains("store it with `understudy case import`"),
        "{error}"
    );
}

#[test]
fn the_guides_example_is_read() {
    let guide = include_str!("../../docs/case-studies.md");
    let block = guide.split("```yaml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let study = read(block).unwrap();
    assert_eq!(
        write_case(&study).lines().next(),
        Some("case: load-test-march")
    );
}
