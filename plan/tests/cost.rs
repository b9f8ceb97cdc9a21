//! Costs: what the WebPlatform's environments cost by a book, and what has no price.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod any;
mod webplatform_files;

use model::count::Sizing;
use model::name::{FlavorName, GroupName};
use model::price::csv;
use model::price::{Money, PriceBook};
use model::profile::Category;
use model::topology::Topology;
use plan::capacity::{taken, totals};
use plan::cost::spell::over;
use plan::cost::{Item, Unpriced, cost, cost_of};
use plan::need::{Choices, Needs};
use proptest::prelude::*;
use webplatform_files::{copy_of, environment};

fn book(rows: &str) -> PriceBook {
    let mut text = csv::COLUMNS.join(",");
    for row in rows.lines() {
        text.extend(["\n2026-01-01,EUR,", row.trim()]);
    }
    let books = csv::read(&text);
    books.unwrap().iter().next().unwrap().clone()
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

#[test]
fn production_today_has_a_price_where_flavors_have_one() {
    let production = environment("production-2013.yaml");
    let whole = book(
        "flavor,v4-r8-d240,0.12
         vcpu,,0.01
         ram-gib,,0.005
         disk-gib,,0.0001
         volume-gib,,0.0002
         address,,0.004",
    );
    let cost = cost(&production, &Sizing::Planned, &whole);
    // 19 instances and 2 volumes; 5 addresses are known, and of 14 instances nobody knows.
    assert_eq!((cost.total.priced, cost.total.of), (26, 40));
    let app = cost.groups[&group("app")];
    // Five by name and five addresses.
    assert_eq!(app.per_hour.unwrap().to_string(), "0.62");
    assert_eq!(app.per_month().unwrap().to_string(), "452.60");
    assert!(app.is_whole());
    // By parts: 2 × (4 × 0.01 + 16 × 0.005 + 480 × 0.0001).
    let db = cost.groups[&group("db")];
    assert_eq!(db.per_hour.unwrap().to_string(), "0.336");
    assert_eq!((db.priced, db.of), (2, 4));
    assert!(
        cost.unpriced
            .iter()
            .all(|missing| missing.why == Unpriced::AddressesUnknown)
    );
    assert!(
        cost.unpriced.iter().any(|missing| missing.to_string()
            == "public addresses of 2 instances of `db`: how many there are is not known"),
        "{:?}",
        cost.unpriced
    );
    assert!(
        cost.total
            .sentence(cost.currency)
            .ends_with("per month of 730 hours; 26 of 40 items priced"),
        "{}",
        cost.total.sentence(cost.currency)
    );
    let sums = cost.categories.values().copied();
    let sum = sums.reduce(|a, b| a.and(&b)).unwrap();
    assert_eq!(sum, cost.total);
    assert_eq!(cost.categories.len(), Category::ALL.len());
}

#[test]
fn what_nobody_said_is_never_free() {
    let production = environment("production-2014.yaml");
    let nothing = book("address,,0.004");
    let cost = cost(&production, &Sizing::Max, &nothing);
    // The nine addresses alone; 19 instances, 7 volumes and the addresses of 2 are not known.
    assert_eq!((cost.total.priced, cost.total.of), (9, 37));
    assert_eq!(cost.total.per_hour.unwrap().to_string(), "0.036");
    let memcache = cost.groups[&group("memcache")];
    assert_eq!(
        (memcache.per_hour, memcache.priced, memcache.of),
        (None, 0, 2)
    );
    assert_eq!(
        memcache.sentence(cost.currency),
        "cost not known; 0 of 2 items priced"
    );
    let volumes = cost
        .unpriced
        .iter()
        .find(|missing| missing.item == Item::Volume && missing.group == group("db"));
    assert_eq!(
        volumes.unwrap().to_string(),
        "4 volumes of `db`: the size is not known"
    );
}

#[test]
fn a_copy_says_what_the_book_lacks() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let cost = cost(
        &copy,
        &Sizing::Planned,
        &book("flavor,v2-r2-d60,0.03\nvcpu,,0.01"),
    );
    let texts: Vec<String> = cost.unpriced.iter().map(ToString::to_string).collect();
    assert!(
        texts.contains(
            &"2 instances of `db`: the price book has no flavor `v4-r16-d480`, and not all of vCPU, RAM and disk"
                .to_owned()
        ),
        "{texts:#?}"
    );
    assert!(
        texts.contains(
            &"1 volume of `storage`: the price book has no price for volumes of any type"
                .to_owned()
        ),
        "{texts:#?}"
    );
    assert!(
        texts.contains(
            &"1 public address of `storage`: the price book has no price for public addresses"
                .to_owned()
        ),
        "{texts:#?}"
    );
    // An hour of nothing costs nothing, and that is known.
    let empty = Topology::empty(copy.environment.clone(), copy.kind);
    let cost = plan::cost::cost(&empty, &Sizing::Planned, &book("vcpu,,1"));
    assert_eq!(cost.total.per_hour, Some(Money::ZERO));
}

fn with_volumes() -> Topology {
    let text = "environment: disks
kind: staging
flavors: { small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB } }
groups:
  db:
    category: infrastructure
    count: 2
    flavor: small
    public_addresses: 0
    volumes:
      fast: { size: 100 GiB, type: ssd }
      slow: { size: 1000 GiB, type: hdd }
      open: { size: 10 GiB }
";
    match model::file::parse("disks.yaml", text) {
        Ok(model::file::Document::Environment(topology)) => *topology,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_volume_costs_what_its_type_does_or_what_any_type_does() {
    let of = |rows: &str| cost(&with_volumes(), &Sizing::Planned, &book(rows));
    let both = of("flavor,small,0\nvolume-gib,ssd,0.01\nvolume-gib,,0.001");
    // 2 × (100 × 0.01 + 1000 × 0.001 + 10 × 0.001).
    assert_eq!(both.total.per_hour.unwrap().to_string(), "4.02");
    assert!(both.total.is_whole());
    let typed = of("flavor,small,0\nvolume-gib,ssd,0.01");
    assert_eq!((typed.total.priced, typed.total.of), (4, 8));
    let texts: Vec<String> = typed.unpriced.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "2 volumes of `db`: the price book has no price for volumes of any type",
            "2 volumes of `db`: the price book has no price for volumes of type `hdd` nor for those of any type",
        ]
    );
}

#[test]
fn a_copy_keeps_the_types_of_its_volumes() {
    let source = with_volumes();
    let recipe = match model::file::parse(
        "r.yaml",
        "recipe: all\nkind: temporary\nlease: { hours: 8, max_hours: 72 }\nnetworks: { internal: { cidr: 10.14.0.0/24 } }\ngroups: { db: { from: [db] } }\n",
    ) {
        Ok(model::file::Document::Recipe(recipe)) => *recipe,
        other => panic!("{other:?}"),
    };
    let copy = plan::copy::derive(&source, &recipe, "copy".parse().unwrap()).unwrap();
    let book = book("volume-gib,ssd,0.01\nvolume-gib,hdd,0.002");
    let [before, after] =
        [&source, &copy.topology].map(|one| cost(one, &Sizing::Planned, &book).total);
    assert_eq!(
        (before.priced, before.per_hour),
        (after.priced, after.per_hour)
    );
    assert_eq!(after.priced, 4);
}

#[test]
fn hours_cost_what_holds_on_the_day_that_they_begin_on() {
    let books = csv::read(
        "from,currency,what,name,per_hour
2026-01-01,EUR,volume-gib,,0.001
2026-01-01,EUR,flavor,small,0
2026-01-03,EUR,volume-gib,,0.002
2026-01-04,USD,volume-gib,,0.003
2026-01-04,USD,flavor,small,0
",
    )
    .unwrap();
    let topology = with_volumes();
    let of = |from: &str, hours| {
        let from = from.parse().unwrap();
        let spell = over(&topology, &Sizing::Planned, &books, from, hours)?;
        assert_eq!(spell.hours, hours);
        Some((spell.amount().unwrap(), spell.basis()))
    };
    // 2,220 GiB: 2.22 an hour, then 4.44, then 6.66 of another currency.
    let first = "prices of 2026-01-01; 8 of 8 items priced".to_owned();
    assert_eq!(
        of("2026-01-01T10:00:00Z", 38),
        Some(("84.36 EUR".to_owned(), first.clone()))
    );
    assert_eq!(
        of("2026-01-02T22:30:00Z", 2),
        Some(("4.44 EUR".to_owned(), first.clone()))
    );
    // An hour that began before midnight is the day's that it began on.
    let both = "prices of 2026-01-01 and 2026-01-03; 6 of 8 items priced".to_owned();
    assert_eq!(
        of("2026-01-02T22:30:00Z", 3),
        Some(("8.88 EUR".to_owned(), both))
    );
    let (amount, basis) = of("2026-01-02T23:00:00Z", 26).unwrap();
    assert_eq!(amount, "108.78 EUR and 6.66 USD");
    assert_eq!(
        basis,
        "prices of 2026-01-01 and 2026-01-03 and 2026-01-04; 6 of 8 items priced"
    );
    assert_eq!(
        of("2026-01-01T00:00:00Z", 0),
        Some(("0.00 EUR".to_owned(), first))
    );
    assert_eq!(of("2025-12-31T23:59:59Z", 5), None);
    // What has no price at no time is not free.
    let nothing = csv::read("from,currency,what,name,per_hour\n2026-01-01,EUR,address,,1\n");
    let from = "2026-01-01T00:00:00Z".parse().unwrap();
    let spell = over(&topology, &Sizing::Planned, &nothing.unwrap(), from, 5).unwrap();
    assert_eq!((spell.amount(), spell.priced, spell.of), (None, 0, 8));
}

/// Counts one by one what [`Needs`] sums up.
fn one_by_one(topology: &Topology, sizing: &Sizing) -> (u64, u64, u64, u64) {
    let (mut vcpus, mut unknown, mut volumes, mut addresses) = (0, 0, 0, 0);
    for (name, group) in &topology.groups {
        let count = sizing.of(name, group.count);
        for ordinal in group.ordinals(count) {
            let flavor = group.flavor_of(ordinal);
            match flavor.fixed().and_then(|name| topology.flavors.get(name)) {
                Some(flavor) => vcpus += u64::from(flavor.vcpus),
                None => unknown += 1,
            }
            volumes += group.volumes.len() as u64 + u64::from(!group.boot.is_disk());
        }
        if let Some(range) = group.public_addresses.count.fixed() {
            let at = model::resolved::sizing_of_addresses(sizing, *range);
            addresses += u64::from(at.min(count));
        }
    }
    (vcpus, unknown, volumes, addresses)
}

proptest! {
    #[test]
    fn sums_are_those_of_instances_one_by_one(topology in any::topology()) {
        for sizing in Sizing::REPORTED {
            let taken = taken(&Needs::of(&topology), &sizing, None);
            let (vcpus, unknown, volumes, addresses) = one_by_one(&topology, &sizing);
            let totals_of = totals(&topology, &sizing, None);
            prop_assert_eq!(taken.totals, totals_of);
            prop_assert_eq!(totals_of.vcpus.unwrap_or(0), vcpus);
            prop_assert_eq!(totals_of.unknown.vcpus, unknown);
            prop_assert_eq!(taken.volumes, volumes);
            prop_assert_eq!(totals_of.public_addresses.unwrap_or(0), addresses);
        }
    }

    #[test]
    fn more_of_a_group_never_costs_or_takes_less(
        topology in any::topology(),
        at in any::<prop::sample::Index>(),
        count in 0..12_u32,
        flavor in prop::option::of(prop::sample::select(&["1", "null", "elsewhere"][..])),
    ) {
        prop_assume!(!topology.groups.is_empty());
        let names: Vec<&GroupName> = topology.groups.keys().collect();
        let name = (*at.get(&names)).clone();
        let book = book("flavor,1,0.1\nvcpu,,0.01\nram-gib,,0.002\ndisk-gib,,0.0001\nvolume-gib,,0.0002\naddress,,0.01");
        let chosen = |count| {
            let mut choices = Choices::default();
            choices.counts.insert(name.clone(), count);
            if let Some(flavor) = flavor {
                choices.flavors.insert(name.clone(), FlavorName::new(flavor).unwrap());
            }
            choices
        };
        let (few, many) = (chosen(count), chosen(count + 1));
        let needs = [&few, &many].map(|choices| Needs::with(&topology, choices, None));
        for sizing in Sizing::REPORTED {
            let [few, many] = needs.each_ref().map(|needs| taken(needs, &sizing, None));
            let figures = |taken: &plan::capacity::Taken| {
                let totals = &taken.totals;
                let known = [totals.vcpus, totals.ram_mib, totals.disk_gib, totals.volume_gib, totals.public_addresses];
                let unknown = &totals.unknown;
                let mut all: Vec<u64> = known.map(|figure| figure.unwrap_or(0)).to_vec();
                all.extend([totals.instances, taken.volumes, unknown.vcpus, unknown.ram_mib, unknown.disk_gib, unknown.volume_gib, unknown.public_addresses]);
                all
            };
            for (few, many) in figures(&few).iter().zip(figures(&many)) {
                prop_assert!(*few <= many);
            }
            let [few, many] = needs.each_ref().map(|needs| cost_of(needs, &sizing, &book));
            prop_assert!(few.total.per_hour.unwrap_or_default() <= many.total.per_hour.unwrap_or_default());
            prop_assert!(few.total.priced <= many.total.priced && few.total.of <= many.total.of);
            let missing: u64 = many.unpriced.iter().map(|missing| missing.count).sum();
            prop_assert_eq!(many.total.priced + missing, many.total.of);
            let groups = many.groups.values().copied().reduce(|a, b| a.and(&b)).unwrap();
            prop_assert_eq!(groups, many.total);
        }
        // A larger sizing never takes less either.
        let [few, _] = needs;
        let sizes = Sizing::REPORTED.map(|sizing| taken(&few, &sizing, None).totals.instances);
        prop_assert!(sizes.is_sorted());
    }
}
