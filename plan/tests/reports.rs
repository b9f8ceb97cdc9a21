//! Reports: the document's own tables come out of the example files, in every format, and no
//! topology makes a report panic.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod anything;
#[path = "common/examples.rs"]
mod examples;

use std::collections::BTreeMap;

use examples::{copy_of, environment};
use model::count::Sizing;
use model::name::{CloudName, SiteName};
use model::quota::{Quota, QuotaKind};
use model::site::{Capability, Offer, Site};
use model::topology::Topology;
use plan::offers::Offers;
use plan::report::{
    Cell, Column, Figure, Held, Price, Report, Row, RowKind, Table, Told, Unit, Usage, csv,
    current, estimate, markdown, mediawiki, request, sites, usage,
};
use proptest::prelude::*;

fn no_prices(_: &SiteName, _: &Topology, _: &Sizing) -> Option<Price> {
    None
}

/// The row whose first cell says so.
fn row<'a>(report: &'a Report, table: usize, first: &str) -> Vec<String> {
    let table: &'a Table = &report.tables[table];
    let row = table
        .rows
        .iter()
        .find(|row| row.cells[0].shown(&table.columns[0]) == first)
        .unwrap_or_else(|| panic!("no row {first} in {table:#?}"));
    row.cells
        .iter()
        .zip(&table.columns)
        .skip(1)
        .map(|(cell, column)| cell.shown(column))
        .collect()
}

fn usage_of_the_document() -> Report {
    let today = environment("production-2013.yaml");
    let planned = environment("production-2014.yaml");
    let copy = copy_of(&planned);
    usage(&Usage {
        current: Some(&today),
        future: Some(&planned),
        temporary: &[&copy],
    })
}

#[test]
fn the_usage_is_the_documents_table() {
    let report = usage_of_the_document();
    assert_eq!(
        row(&report, 0, "Application services"),
        ["10", "8", "3", "11"]
    );
    assert_eq!(
        row(&report, 0, "Infrastructure services"),
        ["7", "5–9", "5", "10–14"]
    );
    assert_eq!(
        row(&report, 0, "Process services"),
        ["2", "1–2", "1", "2–3"]
    );
    assert_eq!(row(&report, 0, "Total"), ["19", "14–19", "9", "23–28"]);
    assert_eq!(row(&report, 0, "app"), ["5", "", "", ""]);
    assert_eq!(row(&report, 0, "db"), ["2", "2–4", "2", ""]);
    assert_eq!(
        report.notes,
        ["In all 23–28 instances, including one temporary environment."]
    );
    let sizes = row(&report, 1, "production-2013");
    assert_eq!(sizes[..4], ["19", "55", "111", "3,330"]);
    assert_eq!(sizes[5], "5, unknown for 14 instances");
    let planned = row(&report, 1, "production-2014");
    assert_eq!(planned[1], "unknown (14–19 instances)");
}

#[test]
fn the_summary_holds_what_is_stated_against_what_is_computed() {
    let report = current(&environment("production-2013.yaml"));
    let stated = &report.tables[1];
    let shown: Vec<Vec<String>> = stated
        .rows
        .iter()
        .map(|row| {
            let cells = row.cells.iter().zip(&stated.columns);
            cells.map(|(cell, column)| cell.shown(column)).collect()
        })
        .collect();
    assert!(
        shown.iter().any(|row| row[..5]
            == [
                "public addresses",
                "production-2013",
                "25",
                "5, unknown for 14 instances",
                "can't be compared: part is unknown"
            ]),
        "{shown:#?}"
    );
    assert!(
        shown
            .iter()
            .any(|row| row[0] == "instances" && row[2..5] == ["18", "19", "contradict each other"]),
        "{shown:#?}"
    );
    assert_eq!(row(&report, 3, "mediawiki")[3], "5");
    assert_eq!(row(&report, 3, "salt-minion")[3], "19");
}

#[test]
fn the_estimate_is_the_documents() {
    let planned = environment("production-2014.yaml");
    let copy = copy_of(&planned);
    let secondary = environment("secondary.yaml");
    let report = estimate(&[&planned, &copy, &secondary]);
    let production = row(&report, 0, "production-2014");
    assert_eq!(production[1], "14–19");
    assert_eq!(production[3], "9, unknown for 1–2 instances");
    assert_eq!(production[4], "9–12 (1.4)");
    assert_eq!(
        row(&report, 0, "copy-1")[1..4],
        ["9", "9 (1.1, 1.4: About)", "9"]
    );
    assert_eq!(row(&report, 0, "secondary")[1], "9");
    assert_eq!(row(&report, 0, "All at once")[1], "32–37");
}

#[test]
fn the_request_asks_what_is_open() {
    let report = request(&environment("production-2014.yaml"), None);
    let all = markdown::render(&report);
    for question in [
        "Is there a local NTP server?",
        "Is there an SMTP relay",
        "Is there a local mirror",
        "a VPN for replication",
        "Which flavor has db?",
    ] {
        assert!(all.contains(question), "{question} in {all}");
    }
    assert_eq!(row(&report, 0, "Instances"), ["14", "19", "19"]);
}

/// Two made-up sites: one of which all is known, and one that told nothing.
fn two_sites() -> (Site, Offers, Site) {
    let known = Site {
        note: Some("told everything".into()),
        offers: BTreeMap::from([
            (Capability::BlockStorage, Offer::Missing),
            (Capability::Snapshots, Offer::Offered),
            (Capability::Ntp, Offer::Missing),
        ]),
        ..Site::default()
    };
    let quota = |limit| Quota { limit, used: 2 };
    let mut offers = Offers::none("2014-03-01T00:00:00Z".parse().unwrap());
    offers.quotas = BTreeMap::from([
        (QuotaKind::Instances, quota(Some(18))),
        (QuotaKind::Vcpus, quota(None)),
        (QuotaKind::FloatingIps, quota(Some(10))),
    ]);
    (known, offers, Site::default())
}

#[test]
fn one_plan_is_held_against_two_sites() {
    let planned = environment("production-2014.yaml");
    let (known, offers, silent) = two_sites();
    let cloud = CloudName::new("lab").unwrap();
    let (first, second) = (
        SiteName::new("first").unwrap(),
        SiteName::new("second").unwrap(),
    );
    let held = [
        Held {
            name: &first,
            site: &known,
            told: Some(Told {
                cloud: &cloud,
                offers: &offers,
            }),
        },
        Held {
            name: &second,
            site: &silent,
            told: None,
        },
    ];
    let prices = |site: &SiteName, _: &Topology, sizing: &Sizing| {
        (site.as_str() == "first").then(|| Price {
            hundredths: match sizing {
                Sizing::Min => 140_000,
                Sizing::Planned | Sizing::Max | Sizing::Explicit(_) => 190_050,
            },
            currency: "EUR".into(),
            unpriced: 3,
            basis: "an offer".into(),
        })
    };
    let report = sites(&planned, &held, &prices);
    insta::assert_snapshot!("sites", markdown::render(&report));
}

#[test]
fn the_reports_in_every_format() {
    let usage = usage_of_the_document();
    insta::assert_snapshot!("usage_markdown", markdown::render(&usage));
    insta::assert_snapshot!("usage_mediawiki", mediawiki::render(&usage));
    insta::assert_snapshot!("usage_csv", csv::report(&usage).replace("\r\n", "\n"));
    let planned = environment("production-2014.yaml");
    insta::assert_snapshot!(
        "current_markdown",
        markdown::render(&current(&environment("production-2013.yaml")))
    );
    insta::assert_snapshot!(
        "request_markdown",
        markdown::render(&request(
            &planned,
            Some(&environment("production-2013.yaml"))
        ))
    );
    let copy = copy_of(&planned);
    let secondary = environment("secondary.yaml");
    let estimate = estimate(&[&planned, &copy, &secondary]);
    insta::assert_snapshot!("estimate_markdown", markdown::render(&estimate));
    insta::assert_snapshot!(
        "estimate_csv",
        csv::render(&estimate.tables[0]).replace("\r\n", "\n")
    );
    let json = serde_json::to_string(&usage).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), usage);
}

/// A report of one table with one hostile text in every place.
fn hostile(text: &str) -> Report {
    let cells = vec![Cell::text(text), Cell::unknown(text)];
    let rows = [
        RowKind::Plain,
        RowKind::SubTotal,
        RowKind::Part,
        RowKind::Total,
    ];
    let rows = rows.map(|kind| Row::new(kind, cells.clone()));
    let columns = vec![Column::words(text), Column::numbers(text)];
    Report {
        title: text.into(),
        notes: vec![text.into()],
        tables: vec![Table::new(text, columns, rows.into())],
    }
}

#[test]
fn hostile_text_stays_text() {
    let report = hostile("=cmd|'/c calc'!A1\n|-\n[[x]] **b** <i>");
    insta::assert_snapshot!("hostile_markdown", markdown::render(&report));
    insta::assert_snapshot!("hostile_mediawiki", mediawiki::render(&report));
    insta::assert_snapshot!("hostile_csv", csv::report(&report).replace("\r\n", "\n"));
}

/// A plain reader of RFC 4180.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = characters.next() {
        match (quoted, c) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => record.push(std::mem::take(&mut field)),
            (false, '\r') if characters.peek() == Some(&'\n') => {
                characters.next();
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (_, c) => field.push(c),
        }
    }
    assert!(field.is_empty() && record.is_empty() && !quoted, "{text:?}");
    records
}

/// What must hold of a report in each format, whatever is in it.
fn well_formed(report: &Report) {
    for table in &report.tables {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.caption);
        }
    }
    let records = read(&csv::report(report));
    assert!(records.windows(2).all(|two| two[0].len() == two[1].len()));
    for field in records.iter().flatten() {
        let first = field.trim_start().chars().next();
        assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{field:?}");
    }
    // As many lines and cells as the tables have: no text made another.
    let text = markdown::render(report);
    let rows: usize = report.tables.iter().map(|table| table.rows.len() + 2).sum();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(lines.len(), rows, "{text}");
    let mut widths = report
        .tables
        .iter()
        .flat_map(|table| std::iter::repeat_n(table.columns.len(), table.rows.len() + 2));
    for line in lines {
        let mut escaped = false;
        let bars = line.chars().filter(|c| {
            let bar = *c == '|' && !escaped;
            escaped = *c == '\\' && !escaped;
            bar
        });
        assert_eq!(bars.count(), widths.next().unwrap() + 1, "{line}");
    }
    let text = mediawiki::render(report);
    let starts = |prefix: &str| text.lines().filter(|line| line.starts_with(prefix)).count();
    assert_eq!(starts("{|"), report.tables.len(), "{text}");
    assert_eq!(starts("|}"), report.tables.len(), "{text}");
    let rows: usize = report.tables.iter().map(|table| table.rows.len() + 1).sum();
    assert_eq!(starts("|-"), rows, "{text}");
    let cells: usize = report
        .tables
        .iter()
        .map(|table| table.rows.len() * table.columns.len())
        .sum();
    assert_eq!(starts("| "), cells, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_topology_makes_a_report_panic(a in anything::topology(), b in anything::topology()) {
        let first = SiteName::new("first").unwrap();
        let (site, mut offers, silent) = two_sites();
        offers.flavors.clone_from(&a.flavors);
        let cloud = CloudName::new("lab").unwrap();
        let held = [
            Held { name: &first, site: &site, told: Some(Told { cloud: &cloud, offers: &offers }) },
            Held { name: &first, site: &silent, told: None },
        ];
        let alone = Usage { temporary: &[&a, &b], ..Usage::default() };
        for report in [
            usage(&Usage { current: Some(&a), future: Some(&b), temporary: &[&a] }),
            usage(&alone),
            usage(&Usage::default()),
            current(&a),
            estimate(&[&a, &b]),
            estimate(&[]),
            request(&a, Some(&b)),
            sites(&a, &held, &no_prices),
            sites(&a, &[], &no_prices),
        ] {
            well_formed(&report);
        }
    }

    #[test]
    fn no_text_breaks_a_format(text in any::<String>(), other in "[|=+@!'*#{}\\[\\]<>&_~\\\\\"\n\r,.:;0-9 -]{0,12}") {
        well_formed(&hostile(&text));
        well_formed(&hostile(&other));
    }

    #[test]
    fn csv_gives_numbers_back(min in 0..1000_u64, more in 0..1000_u64, unknown in 0..3_u64) {
        let mut figure = Figure { min, planned: min, max: min + more, ..Figure::default() };
        figure.unknown.max = unknown;
        let cell = Cell::Amount { figure, unit: Unit::Gib };
        let rows = vec![Row::new(RowKind::Plain, vec![cell])];
        let table = Table::new("t", vec![Column::numbers("disk")], rows);
        let records = read(&csv::render(&table));
        let mut wanted = if more == 0 {
            vec![min.to_string()]
        } else {
            vec![min.to_string(), min.to_string(), (min + more).to_string()]
        };
        if unknown > 0 {
            wanted.push(unknown.to_string());
        }
        prop_assert_eq!(&records[1], &wanted);
    }
}
