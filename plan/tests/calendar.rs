//! The calendar of a cloud: its laws, and what leases, plans and reservations do to it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod dates;

use std::collections::BTreeMap;

use chrono::Days;
use dates::{amounts, day, name, taken, today};
use plan::amounts::{Amounts, Measure};
use plan::calendar::{Ask, Booking, Calendar, Happens, Tenant, Then, arrival, calendar, extension};
use plan::headroom::{Fit, Free, Need, Unjudged};
use plan::offers::{Quota, QuotaKind};
use plan::proof::Verdict;
use plan::writings::Weekdays;
use proptest::prelude::*;

const DAYS: u16 = 40;

fn quotas(limit: Option<u64>, used: u64) -> BTreeMap<QuotaKind, Quota> {
    BTreeMap::from([(QuotaKind::Vcpus, Quota { limit, used })])
}

fn vcpus(calendar: &Calendar, after: u64) -> plan::calendar::Figure {
    calendar.on(day(after)).unwrap().figures[&Measure::Vcpus]
}

fn any_amounts() -> impl Strategy<Value = Amounts> {
    (0..50_u64, 0..4_u64).prop_map(|(vcpus, unknown)| Amounts::of(&taken(vcpus, unknown)))
}

fn any_tenant() -> impl Strategy<Value = Tenant> {
    (
        any_amounts(),
        prop::option::of(0..60_u64),
        prop::option::of((0..60_u64, any_amounts())),
    )
        .prop_map(|(now, until, then)| Tenant {
            environment: name("a"),
            now,
            until: until.map(day),
            then: then.map(|(on, amounts)| Then {
                on: day(on),
                amounts,
            }),
        })
}

fn any_booking() -> impl Strategy<Value = Booking> {
    (any_amounts(), 0..60_u64, 0..30_u64, 1..128_u8).prop_map(|(amounts, from, length, week)| {
        let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let named = words
            .iter()
            .enumerate()
            .filter(|(at, _)| week & (1 << at) != 0);
        let words: Vec<&str> = named.map(|(_, word)| *word).collect();
        Booking {
            what: "b".into(),
            amounts,
            from: day(from),
            until: day(from + length),
            week: words.join(",").parse().unwrap(),
        }
    })
}

fn any_quotas() -> impl Strategy<Value = BTreeMap<QuotaKind, Quota>> {
    let quota =
        (prop::option::of(0..400_u64), 0..200_u64).prop_map(|(limit, used)| Quota { limit, used });
    let kinds = prop::sample::select(QuotaKind::ALL);
    prop::collection::btree_map(kinds, quota, 0..8)
}

#[derive(Clone, Debug)]
struct World {
    quotas: BTreeMap<QuotaKind, Quota>,
    tenants: Vec<Tenant>,
    bookings: Vec<Booking>,
}

impl World {
    fn calendar(&self) -> Calendar {
        calendar(&Ask {
            quotas: &self.quotas,
            tenants: &self.tenants,
            bookings: &self.bookings,
            today: today(),
            days: DAYS,
        })
    }
}

fn any_world() -> impl Strategy<Value = World> {
    (
        any_quotas(),
        prop::collection::vec(any_tenant(), 0..5),
        prop::collection::vec(any_booking(), 0..5),
    )
        .prop_map(|(quotas, tenants, bookings)| World {
            quotas,
            tenants,
            bookings,
        })
}

/// Free amounts in the order of how much they are; what nobody tells is not compared.
fn more(a: Free, b: Free) -> bool {
    match (a, b) {
        (Free::Amount(a), Free::Amount(b)) => a >= b,
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn what_is_used_reserved_and_free_is_the_limit(world in any_world()) {
        let calendar = world.calendar();
        for span in &calendar.spans {
            for (measure, figure) in &span.figures {
                let Free::Amount(limit) = calendar.limits[measure] else {
                    prop_assert_eq!(figure.free, calendar.limits[measure]);
                    continue;
                };
                let short = match figure.fit { Fit::Short(by) => by, _ => 0 };
                prop_assert_eq!(
                    figure.free.amount().unwrap() + figure.used.known + figure.reserved.known,
                    limit + short
                );
            }
        }
    }

    #[test]
    fn every_day_is_in_one_span(world in any_world()) {
        let calendar = world.calendar();
        let mut next = today();
        for span in &calendar.spans {
            prop_assert_eq!(span.from, next);
            prop_assert!(span.until >= span.from);
            next = span.until + Days::new(1);
        }
        prop_assert_eq!(next, day(DAYS.into()));
        prop_assert_eq!(calendar.until + Days::new(1), next);
        for pair in calendar.spans.windows(2) {
            prop_assert_ne!(&pair[0].figures, &pair[1].figures);
        }
    }

    #[test]
    fn a_reservation_never_makes_more_free(world in any_world(), booking in any_booking()) {
        let before = world.calendar();
        let mut with = world;
        with.bookings.push(booking.clone());
        let after = with.calendar();
        for n in 0..u64::from(DAYS) {
            let (before, after) = (before.on(day(n)).unwrap(), after.on(day(n)).unwrap());
            for (measure, figure) in &before.figures {
                prop_assert!(more(figure.free, after.figures[measure].free));
            }
            if !booking.holds(day(n)) {
                prop_assert_eq!(&before.figures, &after.figures);
            }
        }
    }

    #[test]
    fn what_comes_before_a_change_does_not_know_of_it(
        world in any_world(),
        tenant in any_tenant(),
        on in 0..60_u64,
        amounts in any_amounts(),
    ) {
        let with = |then| {
            let mut world = world.clone();
            world.tenants.push(Tenant { then, ..tenant.clone() });
            world.calendar()
        };
        let (without, with) = (with(None), with(Some(Then { on: day(on), amounts })));
        for n in 0..on.min(DAYS.into()) {
            prop_assert_eq!(&without.on(day(n)).unwrap().figures, &with.on(day(n)).unwrap().figures);
        }
    }

    #[test]
    fn today_is_what_the_cloud_says(world in any_world()) {
        // Where nothing changes today, and the cloud counts all that we know of.
        let mut world = world;
        for tenant in &mut world.tenants {
            tenant.then = None;
        }
        let known: u64 = world.tenants.iter().map(|t| t.now.of_measure(Measure::Vcpus).known).sum();
        let calendar = world.calendar();
        let figure = vcpus(&calendar, 0);
        if let Some(quota) = world.quotas.get(&QuotaKind::Vcpus) {
            prop_assert_eq!(figure.used, Need::known(quota.used.max(known)));
        } else {
            prop_assert_eq!(figure.used.known, known);
        }
    }

    #[test]
    fn days_of_the_week_survive_their_text(text in "(mon|tue|sun)(, ?(wed|sat|mon)){0,3}") {
        let week: Weekdays = text.parse().unwrap();
        prop_assert_eq!(week.to_string().parse::<Weekdays>().unwrap(), week);
        let json = serde_json::to_string(&week).unwrap();
        prop_assert_eq!(serde_json::from_str::<Weekdays>(&json).unwrap(), week);
    }
}

fn tenant(name_of: &str, now: u64, until: Option<u64>) -> Tenant {
    Tenant {
        environment: name(name_of),
        now: amounts(now),
        until: until.map(day),
        then: None,
    }
}

#[test]
fn a_lease_gives_its_room_back_on_the_day_after() {
    let world = World {
        quotas: quotas(Some(100), 90),
        tenants: vec![tenant("copy", 30, Some(3))],
        bookings: vec![],
    };
    let calendar = world.calendar();
    assert_eq!(vcpus(&calendar, 3).free, Free::Amount(10));
    assert_eq!(vcpus(&calendar, 4).free, Free::Amount(40));
    assert_eq!(calendar.spans.len(), 2);
    assert_eq!(calendar.events.len(), 1);
    assert_eq!(calendar.events[0].what, Happens::LeaseEnds);
    assert_eq!(calendar.short, None);
    // One that should have gone is still there today.
    let late = World {
        tenants: vec![Tenant {
            until: Some(today() - Days::new(2)),
            ..tenant("copy", 30, None)
        }],
        ..world
    };
    assert_eq!(vcpus(&late.calendar(), 0).free, Free::Amount(10));
    assert_eq!(vcpus(&late.calendar(), 1).free, Free::Amount(40));
}

#[test]
fn a_plan_takes_effect_on_its_day_and_is_too_much_then() {
    let grown = Tenant {
        then: Some(Then {
            on: day(10),
            amounts: amounts(25),
        }),
        ..tenant("production", 10, None)
    };
    let world = World {
        quotas: quotas(Some(20), 10),
        tenants: vec![grown],
        bookings: vec![],
    };
    let calendar = world.calendar();
    assert_eq!(vcpus(&calendar, 9).used, Need::known(10));
    assert_eq!(vcpus(&calendar, 10).used, Need::known(25));
    assert_eq!(vcpus(&calendar, 10).free, Free::Amount(0));
    let short = calendar.short.clone().unwrap();
    assert_eq!(short.on, day(10));
    assert_eq!(short.by, BTreeMap::from([(Measure::Vcpus, 5)]));
    assert_eq!(
        calendar.sentence(),
        "does not fit: on 2026-01-11, 5 vCPU too few"
    );
}

#[test]
fn what_is_not_known_stays_so_when_it_goes() {
    let unknown = Tenant {
        now: Amounts::of(&taken(4, 3)),
        ..tenant("copy", 0, Some(2))
    };
    let world = World {
        quotas: quotas(Some(100), 50),
        tenants: vec![unknown.clone()],
        bookings: vec![],
    };
    let calendar = world.calendar();
    // The cloud counts all of it today; what comes free of the rest nobody knows.
    assert_eq!(vcpus(&calendar, 0).used, Need::known(50));
    assert_eq!(
        vcpus(&calendar, 3).used,
        Need {
            known: 46,
            unknown: 3
        }
    );
    assert_eq!(vcpus(&calendar, 3).fit, Fit::Unknown(Unjudged::Needs(3)));
    // Without the cloud's word it is the other way round.
    let untold = World {
        quotas: BTreeMap::new(),
        tenants: vec![unknown],
        bookings: vec![],
    }
    .calendar();
    assert_eq!(vcpus(&untold, 0).used.unknown, 3);
    assert_eq!(vcpus(&untold, 3).used, Need::default());
    assert_eq!(vcpus(&untold, 0).free, Free::Untold);
}

#[test]
fn a_window_comes_again_every_week() {
    let world = World {
        quotas: quotas(Some(10), 0),
        tenants: vec![],
        bookings: vec![Booking {
            what: "rehearsals".into(),
            amounts: amounts(8),
            from: day(0),
            until: day(20),
            week: "fri".parse().unwrap(),
        }],
    };
    let calendar = world.calendar();
    let busy: Vec<u64> = (0..u64::from(DAYS))
        .filter(|n| vcpus(&calendar, *n).reserved.known > 0)
        .collect();
    assert_eq!(busy, [1, 8, 15]);
    assert!("moonday".parse::<Weekdays>().is_err());
    assert!(" , ".parse::<Weekdays>().is_err());
}

#[test]
fn a_longer_lease_is_proved_against_what_is_reserved_meanwhile() {
    let quotas = quotas(Some(100), 60);
    let tenants = [tenant("copy", 30, Some(2)), tenant("other", 5, None)];
    let bookings = [Booking {
        what: "the upgrade".into(),
        amounts: amounts(50),
        from: day(5),
        until: day(6),
        week: Weekdays::EVERY,
    }];
    let ask = Ask {
        quotas: &quotas,
        tenants: &tenants,
        bookings: &bookings,
        today: today(),
        days: 1,
    };
    let checks = |until| extension(&ask, &name("copy"), day(until));
    let of_vcpus = |until| {
        let checks = checks(until);
        checks
            .into_iter()
            .find(|check| check.what.starts_with("vCPU"))
            .unwrap()
    };
    let fits = of_vcpus(4);
    assert_eq!((fits.need, fits.free), (Some(30), Some(70)));
    assert_eq!(fits.verdict, Verdict::Passed);
    let short = of_vcpus(7);
    assert_eq!(short.verdict, Verdict::Failed);
    assert_eq!((short.need, short.free), (Some(30), Some(20)));
    assert_eq!(
        short.why.unwrap(),
        "on 2026-01-06 10 too few, with 50 reserved. Extend it until 2026-01-05 at most, withdraw \
         what is reserved, or ask for a larger quota"
    );
    // Memory has no quota here: that can't be checked, and is told.
    let untold = checks(4)
        .into_iter()
        .find(|check| check.what.starts_with("memory"));
    assert_eq!(untold.unwrap().verdict, Verdict::Unknown);
    assert!(extension(&ask, &name("nobody"), day(9)).is_empty());
}

#[test]
fn what_is_coming_up_counts_once() {
    // Of 30 that are coming, 20 are made: the cloud counts them, and 40 of somebody else.
    let quotas = quotas(Some(100), 60);
    let coming = Tenant {
        now: amounts(20),
        then: Some(Then {
            on: today(),
            amounts: amounts(30),
        }),
        ..tenant("coming", 0, Some(9))
    };
    let tenants = [coming];
    let ask = Ask {
        quotas: &quotas,
        tenants: &tenants,
        bookings: &[],
        today: today(),
        days: DAYS,
    };
    let calendar = calendar(&ask);
    assert_eq!(vcpus(&calendar, 0).used, Need::known(70));
    assert_eq!(vcpus(&calendar, 0).free, Free::Amount(30));
    assert_eq!(vcpus(&calendar, 10).used, Need::known(40));
}

#[test]
fn whoever_comes_is_proved_as_whoever_stays() {
    let quotas = quotas(Some(100), 60);
    let bookings = [Booking {
        what: "the upgrade".into(),
        amounts: amounts(20),
        from: day(5),
        until: day(6),
        week: Weekdays::EVERY,
    }];
    let tenants = [tenant("other", 5, None)];
    let ask = Ask {
        quotas: &quotas,
        tenants: &tenants,
        bookings: &bookings,
        today: today(),
        days: 1,
    };
    let of_vcpus = |ask: &Ask, until| {
        let checks = arrival(ask, &name("copy"), amounts(30), day(until));
        // No other quota is told.
        let [check] = checks.as_slice() else {
            panic!("{checks:?}")
        };
        check.clone()
    };
    let fits = of_vcpus(&ask, 4);
    assert_eq!((fits.need, fits.free), (Some(30), Some(40)));
    assert_eq!(fits.verdict, Verdict::Passed);
    let short = of_vcpus(&ask, 7);
    assert_eq!(short.verdict, Verdict::Failed);
    assert_eq!((short.need, short.free), (Some(30), Some(20)));
    assert_eq!(
        short.why.unwrap(),
        "on 2026-01-06 10 too few, with 20 reserved. Let it end on 2026-01-05 at the latest, withdraw \
         what is reserved, or ask for a larger quota"
    );
    // What of it is there already is not asked for again.
    let there = [tenant("copy", 25, Some(1)), tenant("other", 5, None)];
    let again = of_vcpus(
        &Ask {
            tenants: &there,
            ..ask
        },
        7,
    );
    assert_eq!(again.verdict, Verdict::Passed);
    // Where there is no room today, no earlier end helps.
    let today_too = [Booking {
        from: today(),
        ..bookings[0].clone()
    }];
    let never = of_vcpus(
        &Ask {
            bookings: &today_too,
            ..ask
        },
        7,
    );
    assert_eq!(
        never.why.unwrap(),
        "on 2026-01-01 10 too few, with 20 reserved. Withdraw what is reserved, or ask for a larger quota"
    );
}
