//! Whatever an environment says, and whatever is around it: no rule panics, and the same is found
//! twice.

#[path = "../../../model/tests/common/mod.rs"]
mod random;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use model::flavor::Flavor;
use model::price::{Price, PriceBook};
use model::quota::{Quota, QuotaKind};
use model::unit::{Gib, Hundredths, Mib};
use plan::finding::{History, Measured, Room, Sample, Surroundings, findings, sorted};
use plan::offers::Offers;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        4 => 1_390_000_000..1_400_000_000_i64,
        1 => -8_000_000_000_000..8_000_000_000_000_i64,
    ]
    .prop_map(|at| DateTime::from_timestamp(at, 0).unwrap())
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0..100_000_u64, 1 => any::<u64>()]
}

fn samples<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<Sample<T>>> {
    let sample = (moment(), value).prop_map(|(at, value)| Sample { at, value });
    vec(sample, 0..40)
}

fn history() -> impl Strategy<Value = History> {
    let room = (amount(), amount()).prop_map(|(used, available)| Room {
        used: Mib(used),
        available: Mib(available),
    });
    let measured = (
        samples(any::<u32>().prop_map(Hundredths)),
        samples(amount().prop_map(Mib)),
        btree_map("/[a-z]{0,3}", samples(room), 0..3),
    )
        .prop_map(|(load, memory_used, file_systems)| Measured {
            load,
            memory_used,
            file_systems,
        });
    let group = select(&["app", "db", "storage", "gone"][..]).prop_map(|it| it.parse().unwrap());
    btree_map((group, 0..8_u32), measured, 0..6)
}

fn offers() -> impl Strategy<Value = Offers> {
    let flavor = (any::<u32>(), amount(), amount()).prop_map(|(vcpus, ram, disk)| Flavor {
        vcpus,
        ram: Mib(ram),
        disk: Gib(disk),
    });
    let quota =
        (option::of(any::<u64>()), any::<u64>()).prop_map(|(limit, used)| Quota { limit, used });
    (
        moment(),
        btree_map("[a-z]{1,3}", flavor, 0..5),
        btree_map(select(QuotaKind::ALL), quota, 0..5),
    )
        .prop_map(|(at, flavors, quotas)| {
            let flavors: BTreeMap<_, _> = flavors
                .into_iter()
                .map(|(name, flavor)| (name.parse().unwrap(), flavor))
                .collect();
            Offers {
                flavors,
                quotas,
                ..Offers::none(at)
            }
        })
}

fn date() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        4 => Just(NaiveDate::from_ymd_opt(2014, 3, 1).unwrap()),
        1 => Just(NaiveDate::MIN),
        1 => Just(NaiveDate::MAX),
        2 => (0..3_000_000_i32)
            .prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_input_makes_a_rule_panic(
        topology in random::topology().boxed(),
        other in random::topology().boxed(),
        renamed in any::<bool>(),
        (today, collected) in (date(), option::of(date())),
        offers in option::of(offers().boxed()),
        priced in option::of((btree_set("[a-z0-9]{1,3}", 0..4), any::<bool>())),
        history in option::of(history().boxed()),
    ) {
        let mut other = other;
        if renamed {
            // What every random group that follows anything follows.
            other.environment = "elsewhere".parse().unwrap();
        }
        let others = [&topology, &other];
        let prices = priced.map(|(flavors, parts)| {
            let price = Price::micro(1).unwrap();
            let mut book = PriceBook::new(today, "EUR".parse().unwrap());
            book.flavors = flavors.iter().map(|name| (name.parse().unwrap(), price)).collect();
            book.vcpu = parts.then_some(price);
            book
        });
        let around = Surroundings {
            topology: &topology,
            today,
            collected,
            others: &others,
            offers: offers.as_ref(),
            prices: prices.as_ref(),
            history: history.as_ref(),
        };
        let all = findings(&around);
        prop_assert_eq!(&all, &findings(&around));
        let severities: Vec<_> = all.iter().map(|finding| finding.severity).collect();
        prop_assert!(severities.is_sorted());
        let (n, sorted) = (all.len(), sorted(all, &topology.mute, today));
        prop_assert_eq!(sorted.told.len() + sorted.muted.len(), n);
    }
}
