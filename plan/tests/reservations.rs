//! What becomes a part of a calendar: environments by their leases and target dates, and reservations.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod dates;

use std::collections::BTreeMap;

use chrono::DateTime;
use dates::{amounts, day, name, taken, today};
use model::id::EnvironmentId;
use model::lease::Lease;
use model::name::CloudName;
use plan::amounts::{Amounts, Measure};
use plan::calendar::{Known, Tenant};
use plan::headroom::Need;
use plan::offers::QuotaKind;
use plan::writings::{Reservation, Target, Weekdays, WrongReservation};

const ENVIRONMENT: &str = "00000000-0000-0000-0000-000000000001";

#[test]
fn a_plan_counts_from_its_target_date_and_a_lease_for_what_is_coming_up() {
    let (observed, planned) = (taken(4, 0), taken(9, 0));
    let target = Target {
        by: day(5),
        begun: None,
        note: None,
    };
    let lease = Lease {
        environment: ENVIRONMENT.parse::<EnvironmentId>().unwrap(),
        expires_at: day(3).and_hms_opt(8, 0, 0).unwrap().and_utc(),
        limit: DateTime::UNIX_EPOCH,
        extensions: 0,
    };
    let nothing = Known {
        observed: None,
        made: Amounts::default(),
        planned: Some(&planned),
        lease: None,
        target: None,
    };
    let of = |known| Tenant::of(name("a"), today(), known);
    assert!(of(nothing).is_nothing());
    let dated = of(Known {
        observed: Some(&observed),
        target: Some(&target),
        ..nothing
    });
    assert_eq!(dated.then.map(|then| then.on), Some(day(5)));
    assert_eq!(dated.now, amounts(4));
    let coming = of(Known {
        lease: Some(&lease),
        ..nothing
    });
    assert_eq!(coming.then.map(|then| then.on), Some(today()));
    assert_eq!(coming.until, Some(day(3)));
    assert!(coming.now.is_nothing());
    // What is made of it already the cloud counts as used.
    let half_way = of(Known {
        lease: Some(&lease),
        made: amounts(3),
        ..nothing
    });
    assert_eq!(half_way.now, amounts(3));
    assert_eq!(half_way.then, coming.then);
    let up = of(Known {
        observed: Some(&observed),
        lease: Some(&lease),
        ..nothing
    });
    assert_eq!(up.then, None);
}

#[test]
fn a_reservation_makes_sense_or_says_why_not() {
    let cloud = CloudName::new("simulated").unwrap();
    let good = Reservation {
        what: "the upgrade".into(),
        takes: BTreeMap::from([(cloud.clone(), BTreeMap::from([(QuotaKind::Vcpus, 8)]))]),
        scenario: None,
        from: day(1),
        until: day(2),
        week: Weekdays::EVERY,
    };
    assert_eq!(good.check(), Ok(()));
    let booking = good.on(&cloud).unwrap();
    assert_eq!(booking.amounts.of_measure(Measure::Vcpus), Need::known(8));
    assert_eq!(good.on(&CloudName::new("other").unwrap()), None);
    let json = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<Reservation>(&json).unwrap(), good);
    let backwards = Reservation {
        until: today(),
        ..good.clone()
    };
    assert!(matches!(
        backwards.check(),
        Err(WrongReservation::Backwards { .. })
    ));
    let nothing = Reservation {
        takes: BTreeMap::from([(cloud, BTreeMap::from([(QuotaKind::Vcpus, 0)]))]),
        ..good.clone()
    };
    assert_eq!(nothing.check(), Err(WrongReservation::Nothing));
    let nameless = Reservation {
        what: " ".into(),
        ..good
    };
    assert_eq!(nameless.check(), Err(WrongReservation::Nameless));
}
