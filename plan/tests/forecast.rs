//! Forecasts: an exact line has no band, the band holds the line, and neither dates nor amounts move
//! anything but themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use chrono::{Days, NaiveDate};
use plan::forecast::{Forecast, LEAST_POINTS, Point, Trend, forecast, weekly};
use proptest::prelude::*;

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
}

fn line(points: &[Point]) -> Trend {
    match forecast(points) {
        Forecast::Line(trend) => trend,
        other @ Forecast::TooLittle { .. } => panic!("{other:?}"),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()))
}

fn any_points() -> impl Strategy<Value = Vec<Point>> {
    prop::collection::vec(0..5_000_u64, LEAST_POINTS..60).prop_map(|amounts| {
        (0..)
            .zip(amounts)
            .map(|(week, amount)| Point {
                on: day(week * 7),
                amount,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_line_is_found_again_and_has_no_band(
        at in 0..1_000_u64,
        grows in 0..50_u64,
        points in LEAST_POINTS..40,
        ahead in 0..500_u64,
    ) {
        let points: Vec<Point> = (0..points as u64)
            .map(|n| Point { on: day(n * 7), amount: at + grows * 7 * n })
            .collect();
        let trend = line(&points);
        let band = trend.on(day(ahead));
        let expected = f64::from(u32::try_from(at + grows * ahead).unwrap());
        prop_assert!(near(band.line, expected), "{:?} is not {}", band, expected);
        prop_assert!(near(band.low, band.high), "{:?} is a band", band);
    }

    #[test]
    fn the_band_holds_the_line_and_grows_with_the_distance(
        points in any_points(),
        ahead in 0..400_u64,
    ) {
        let trend = line(&points);
        let last = points.last().unwrap().on;
        let (near_by, far) = (trend.on(last + Days::new(ahead)), trend.on(last + Days::new(ahead + 30)));
        for band in [near_by, far] {
            prop_assert!(band.low <= band.line && band.line <= band.high, "{:?}", band);
        }
        // What nothing cuts off at zero.
        let above = |band: plan::forecast::Band| band.high - band.line;
        if near_by.line > 0.0 && far.line > 0.0 {
            prop_assert!(above(far) >= above(near_by) - 1e-6);
        }
    }

    #[test]
    fn the_middle_of_all_points_is_on_the_line(points in any_points()) {
        let trend = line(&points);
        let (first, last) = (points[0].on, points.last().unwrap().on);
        let ends = (trend.on(first), trend.on(last));
        let mean = points.iter().map(|point| point.amount).sum::<u64>();
        let mean = f64::from(u32::try_from(mean).unwrap()) / f64::from(u32::try_from(points.len()).unwrap());
        // Points a week apart are alike about the middle of their time. Only where nothing is cut off.
        if ends.0.line > 0.0 && ends.1.line > 0.0 {
            prop_assert!(near(f64::midpoint(ends.0.line, ends.1.line), mean));
        }
    }

    #[test]
    fn later_or_larger_is_the_same_elsewhere(
        points in any_points(),
        later in 0..300_u64,
        more in 0..10_000_u64,
        ahead in 0..200_u64,
    ) {
        let moved: Vec<Point> = points
            .iter()
            .map(|point| Point { on: point.on + Days::new(later), amount: point.amount + more })
            .collect();
        let (a, b) = (line(&points), line(&moved));
        prop_assert!(near(a.per_day, b.per_day));
        let (a, b) = (a.on(day(ahead)), b.on(day(ahead + later)));
        if a.low > 0.0 {
            let more = f64::from(u32::try_from(more).unwrap());
            prop_assert!(near(a.line + more, b.line));
            prop_assert!(near(a.low + more, b.low));
            prop_assert!(near(a.high + more, b.high));
        }
    }

    #[test]
    fn a_limit_is_reached_early_by_the_upper_edge_and_late_by_the_lower(
        points in any_points(),
        limit in 0..10_000_u64,
    ) {
        let from = points.last().unwrap().on;
        let reached = line(&points).reaches(limit, from, 700);
        let at = |date: Option<NaiveDate>| date.unwrap_or(NaiveDate::MAX);
        prop_assert!(at(reached.earliest) <= at(reached.expected));
        prop_assert!(at(reached.expected) <= at(reached.latest));
    }
}

#[test]
fn the_day_on_which_a_line_reaches_a_limit() {
    let points: Vec<Point> = (0..10)
        .map(|n| Point {
            on: day(n * 7),
            amount: 10 + n * 7,
        })
        .collect();
    let reached = line(&points).reaches(100, day(63), 100);
    assert_eq!(reached.expected, Some(day(90)));
    assert_eq!(line(&points).reaches(1_000, day(63), 100).expected, None);
    // What is over the limit already is so from the first day on.
    assert_eq!(line(&points).reaches(5, day(63), 100).latest, Some(day(63)));
}

/// A worked example, its figures by another program: y = 3, 5, 4, 8, 7, 9 at x = 0, 7, …, 35.
#[test]
fn a_worked_example() {
    let points: Vec<Point> = (0..)
        .zip([3, 5, 4, 8, 7, 9])
        .map(|(n, amount)| Point {
            on: day(n * 7),
            amount,
        })
        .collect();
    let trend = line(&points);
    assert!(near(trend.per_day, 0.163_265_306_1), "{}", trend.per_day);
    let band = trend.on(day(42));
    assert!(near(band.line, 10.0), "{band:?}");
    assert!(near(band.high - band.line, 4.300_560_708), "{band:?}");
}

#[test]
fn too_little_is_told() {
    let points: Vec<Point> = (0..LEAST_POINTS as u64 - 1)
        .map(|n| Point {
            on: day(n * 7),
            amount: n,
        })
        .collect();
    let too_little = |points: usize| Forecast::TooLittle {
        points,
        least: LEAST_POINTS,
    };
    assert_eq!(forecast(&points), too_little(LEAST_POINTS - 1));
    assert_eq!(forecast(&[]), too_little(0));
    let same_day = [points[0]; LEAST_POINTS];
    assert_eq!(forecast(&same_day), too_little(LEAST_POINTS));
}

#[test]
fn what_changed_holds_until_it_changes_again() {
    let changes = [
        Point {
            on: day(20),
            amount: 8,
        },
        Point {
            on: day(3),
            amount: 5,
        },
    ];
    let points = weekly(&changes, day(30));
    let told: Vec<(NaiveDate, u64)> = points.iter().map(|p| (p.on, p.amount)).collect();
    assert_eq!(
        told,
        [(day(9), 5), (day(16), 5), (day(23), 8), (day(30), 8)]
    );
    assert!(weekly(&[], day(30)).is_empty());
    assert!(weekly(&changes, day(1)).is_empty());
}
