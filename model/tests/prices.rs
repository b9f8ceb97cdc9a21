//! Price books: what is written reads the same, what is wrong is named by line and column, and no
//! cell becomes a formula.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use chrono::NaiveDate;
use model::name::{FlavorName, VolumeTypeName};
use model::price::csv::{self, COLUMNS};
use model::price::{Currency, Money, Price, PriceBook, PriceBooks};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

/// Names that are hard on files: formulas, quotes, separators, apostrophes.
fn hard_name() -> impl Strategy<Value = String> {
    "[=+@'\",;a-z0-9-][=+@'\",; a-z0-9.é-]{0,6}[=+@'\",;a-z0-9-]"
        .prop_filter("two words are no names", |name| {
            name.parse::<FlavorName>().is_ok()
        })
}

fn any_price() -> impl Strategy<Value = Price> {
    (0..=1_000_000_000_000_u64).prop_map(|micro| Price::micro(micro).unwrap())
}

fn book() -> impl Strategy<Value = PriceBook> {
    let maybe = || option::of(any_price());
    (
        0..40_000_i32,
        "[A-Z]{3}",
        btree_map(hard_name(), any_price(), 0..4),
        btree_map(hard_name(), any_price(), 0..3),
        (maybe(), maybe(), maybe(), maybe(), maybe()),
    )
        .prop_map(|(days, currency, flavors, volumes, alone)| {
            let from = NaiveDate::from_num_days_from_ce_opt(719_163 + days).unwrap();
            let (vcpu, ram_gib, disk_gib, any_volume, address) = alone;
            PriceBook {
                flavors: flavors
                    .into_iter()
                    .map(|(name, price)| (FlavorName::new(&name).unwrap(), price))
                    .collect(),
                volumes: volumes
                    .into_iter()
                    .map(|(name, price)| (VolumeTypeName::new(&name).unwrap(), price))
                    .collect(),
                vcpu,
                ram_gib,
                disk_gib,
                any_volume,
                address,
                ..PriceBook::new(from, currency.parse().unwrap())
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(books in vec(book(), 0..4)) {
        let books: PriceBooks = books.into_iter().collect();
        let written = csv::write(&books);
        prop_assert_eq!(csv::read(&written), Ok(books.clone()), "{}", written);
        // Whatever a spreadsheet may have done to the ends of lines.
        prop_assert_eq!(csv::read(&written.replace("\r\n", "\n")), Ok(books.clone()));
        let json = serde_json::to_string(&books).unwrap();
        prop_assert_eq!(serde_json::from_str::<PriceBooks>(&json).unwrap(), books);
    }

    #[test]
    fn no_cell_is_a_formula(books in vec(book(), 0..3)) {
        let written = csv::write(&books.into_iter().collect());
        for line in written.lines().skip(1) {
            let name = line.splitn(4, ',').nth(3).unwrap();
            let name = name.strip_prefix('"').unwrap_or(name);
            prop_assert!(!name.starts_with(['=', '+', '-', '@']), "{}", line);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in "(from,currency,what,name,per_hour\n)?(.{0,30}\n){0,3}") {
        if let Err(problems) = csv::read(&text) {
            prop_assert!(!problems.0.is_empty());
            prop_assert!(problems.0.iter().all(|problem| problem.line > 0));
        }
    }

    #[test]
    fn a_price_prints_as_it_parses(price in any_price()) {
        prop_assert_eq!(price.to_string().parse(), Ok(price));
        let sum = price.times(3);
        let json = serde_json::to_string(&sum).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), sum);
    }
}

#[test]
fn a_book_reads_as_people_write_it() {
    // As a spreadsheet saves it where commas are decimal signs.
    let text = "\u{feff}from;currency;what;name;per_hour\r\n\
        2026-01-01;EUR;flavor;m1.large;0.12\r\n\
        2026-01-01;EUR;flavor;\"'=big;\"\"one\"\"\";1\r\n\
        ;;;;\r\n\
        2026-01-01;EUR;volume-gib;ssd;0.0003\r\n\
        2026-01-01;EUR;volume-gib;;0.0001\r\n\
        2026-07-01;EUR;address;;0\r\n";
    let books = csv::read(text).unwrap();
    let first = books.on(day("2026-06-30")).unwrap();
    assert_eq!(
        first.flavors[&FlavorName::new("m1.large").unwrap()],
        price("0.12")
    );
    assert!(
        first
            .flavors
            .contains_key(&FlavorName::new("=big;\"one\"").unwrap())
    );
    let ssd = VolumeTypeName::new("ssd").unwrap();
    assert_eq!(first.volume_gib(Some(&ssd)), Some(price("0.0003")));
    assert_eq!(first.volume_gib(None), Some(price("0.0001")));
    assert_eq!(first.address, None, "no price is not a price of nothing");
    assert_eq!(
        books.on(day("2026-07-01")).unwrap().address,
        Some(price("0"))
    );
    assert_eq!(books.on(day("2030-01-01")).unwrap().from, day("2026-07-01"));
    assert_eq!(books.on(day("2025-12-31")), None);
}

#[test]
fn what_is_wrong_is_named_by_line_and_column() {
    let header = COLUMNS.join(",");
    let refused = |row: &str| {
        let text = format!("{header}\n2026-01-01,EUR,vcpu,,0.01\n{row}\n");
        csv::read(&text).unwrap_err().to_string()
    };
    for (row, expected) in [
        (
            "01.02.2026,EUR,vcpu,,1",
            "line 3, from: `01.02.2026` is no date",
        ),
        (
            "2026-01-01,euro,vcpu,,1",
            "line 3, currency: `euro` is no currency",
        ),
        (
            "2026-01-01,USD,address,,1",
            "line 3, currency: the prices from 2026-01-01 on are in EUR",
        ),
        (
            "2026-01-01,EUR,cpu,,1",
            "line 3, what: `cpu` is nothing with a price",
        ),
        (
            "2026-01-01,EUR,vcpu,,1",
            "line 3, what: line 2 has a price for the same",
        ),
        (
            "2026-01-01,EUR,flavor,,1",
            "line 3, name: `` is not a flavor name",
        ),
        (
            "2026-01-01,EUR,address,ten,1",
            "line 3, name: `address` has one price for all",
        ),
        (
            "2026-01-01,EUR,address,,",
            "line 3, per_hour: `` is no price",
        ),
        (
            "2026-01-01,EUR,address,,-1",
            "line 3, per_hour: `-1` is no price",
        ),
        (
            "2026-01-01,EUR,address,,\"0,5\"",
            "line 3, per_hour: `0,5`: write a point",
        ),
        (
            "2026-01-01,EUR,address,,0.0000001",
            "line 3, per_hour: `0.0000001` has more than six",
        ),
        (
            "2026-01-01,EUR,address,,9999999",
            "line 3, per_hour: a price is at most a million",
        ),
        (
            "2026-01-01,EUR,address,,0,5",
            "line 3, row: 6 cells, and there are 5 columns",
        ),
        (
            "2026-01-01,EUR,flavor,\"x,1",
            "line 3, row: a quote is opened",
        ),
    ] {
        let error = refused(row);
        assert!(error.starts_with(expected), "{row}: {error}");
    }
    let header = csv::read("price,what\n").unwrap_err().to_string();
    assert_eq!(
        header,
        "line 1, row: the first line has to be `from,currency,what,name,per_hour`"
    );
    // All that is wrong at once.
    let both = csv::read("from,currency,what,name,per_hour\nx,EUR,vcpu,,1\ny,EUR,vcpu,,1\n");
    assert_eq!(both.unwrap_err().0.len(), 2);
}

#[test]
fn money_reads_as_money() {
    assert_eq!(price("0.5").to_string(), "0.50");
    assert_eq!(price("12").to_string(), "12.00");
    assert_eq!(price("0.000125").times(2).to_string(), "0.00025");
    assert_eq!(price("0.1").times(1).per_month().to_string(), "73.00");
    assert_eq!(price("0.005").times(1).rounded(), "0.01");
    assert_eq!(price("0.000001").times(1).rounded(), "less than 0.01");
    assert_eq!(Money::default().rounded(), "0.00");
    // 1.5 GiB at a price for one.
    assert_eq!(price("0.01").share(1536, 1024), price("0.015").times(1));
    assert_eq!("EUR".parse::<Currency>().unwrap().to_string(), "EUR");
}
