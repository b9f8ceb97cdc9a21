//! Where growth leads: a straight line through what was, with the band in which the next observation
//! lies in 95 of 100 cases, and when it reaches a limit. Too little history gives no line, and says so.
//!
//! The line is that of least squares, `y = ȳ + b (x − x̄)` with `b = Sxy / Sxx`. The band is the
//! two-sided prediction interval for a new observation,
//! `ŷ ± t(0.975, n − 2) · s · √(1 + 1/n + (x − x̄)² / Sxx)` with `s² = Σ(y − ŷ)² / (n − 2)`: as in Draper
//! and Smith, *Applied Regression Analysis*, 3rd edition, sections 1.2 to 1.4 and 3.1. It takes
//! observations for independent of each other, which use of a cloud is not quite: the band is a lower
//! bound of what is not known. Nothing of this is hashed, so that fractions may be floats.

use chrono::{Days, NaiveDate};
use serde::Serialize;

/// With fewer points there is no line.
pub const LEAST_POINTS: usize = 6;

/// How many days lie between two points.
pub const STEP_DAYS: u32 = 7;

/// What was on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The day.
    pub on: NaiveDate,
    /// How much.
    pub amount: u64,
}

/// Where it leads.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "forecast", rename_all = "kebab-case")]
pub enum Forecast {
    /// There is too little to tell.
    TooLittle {
        /// How many points there are.
        points: usize,
        /// How many there must be.
        least: usize,
    },
    /// A line.
    Line(Trend),
}

/// A line with its band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// How many points it was made of.
    pub points: usize,
    /// The first and the last day of them.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// By how much it grows in a day.
    pub per_day: f64,
    /// The middle of all days, in days from the first one on.
    middle: f64,
    /// The middle of all amounts.
    mean: f64,
    /// The sum of the squared distances of all days from their middle.
    spread: f64,
    /// The standard error of a point about the line.
    error: f64,
}

/// The line and its band on a day. None of it is below nothing, as no amount is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The lower edge.
    pub low: f64,
    /// The line.
    pub line: f64,
    /// The upper edge.
    pub high: f64,
}

/// When a limit is reached, within the days that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// By the upper edge of the band.
    pub earliest: Option<NaiveDate>,
    /// By the line.
    pub expected: Option<NaiveDate>,
    /// By the lower edge of the band.
    pub latest: Option<NaiveDate>,
}

/// Points a week apart out of what changed when, the last one on `last`. What changed is written once
/// and holds until it changes again; before the first change nothing is known.
pub fn weekly(changes: &[Point], last: NaiveDate) -> Vec<Point> {
    let mut changes: Vec<Point> = changes.to_vec();
    changes.sort_by_key(|point| point.on);
    let Some(first) = changes.first().map(|point| point.on) else {
        return Vec::new();
    };
    let mut points = Vec::new();
    let mut on = last;
    while on >= first {
        let held = changes.iter().rev().find(|point| point.on <= on);
        points.extend(held.map(|point| Point {
            on,
            amount: point.amount,
        }));
        match on.checked_sub_days(Days::new(STEP_DAYS.into())) {
            Some(earlier) => on = earlier,
            None => break,
        }
    }
    points.reverse();
    points
}

/// Draws the line. Days that are all the same give none.
pub fn forecast(points: &[Point]) -> Forecast {
    let too_little = Forecast::TooLittle {
        points: points.len(),
        least: LEAST_POINTS,
    };
    let (Some(from), Some(until)) = (
        points.iter().map(|point| point.on).min(),
        points.iter().map(|point| point.on).max(),
    ) else {
        return too_little;
    };
    if points.len() < LEAST_POINTS || from == until {
        return too_little;
    }
    let number = real(points.len() as u64);
    let at: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (days(from, point.on), real(point.amount)))
        .collect();
    let middle = at.iter().map(|(x, _)| x).sum::<f64>() / number;
    let mean = at.iter().map(|(_, y)| y).sum::<f64>() / number;
    let spread: f64 = at.iter().map(|(x, _)| (x - middle).powi(2)).sum();
    let both: f64 = at.iter().map(|(x, y)| (x - middle) * (y - mean)).sum();
    let per_day = both / spread;
    let off: f64 = at
        .iter()
        .map(|(x, y)| (y - mean - per_day * (x - middle)).powi(2))
        .sum();
    Forecast::Line(Trend {
        points: points.len(),
        from,
        until,
        per_day,
        middle,
        mean,
        spread,
        error: (off / (number - 2.0)).sqrt(),
    })
}

impl Trend {
    /// The line and its band on a day.
    pub fn on(&self, date: NaiveDate) -> Band {
        let (line, half) = self.raw(date);
        Band {
            low: (line - half).max(0.0),
            line: line.max(0.0),
            high: (line + half).max(0.0),
        }
    }

    fn raw(&self, date: NaiveDate) -> (f64, f64) {
        let from_middle = days(self.from, date) - self.middle;
        let number = real(self.points as u64);
        let wide = (1.0 + 1.0 / number + from_middle.powi(2) / self.spread).sqrt();
        let line = self.mean + self.per_day * from_middle;
        (
            line,
            quantile(self.points.saturating_sub(2)) * self.error * wide,
        )
    }

    /// When a limit is reached, looking so many days ahead from a day on.
    pub fn reaches(&self, limit: u64, from: NaiveDate, ahead: u16) -> Reached {
        let limit = real(limit);
        let mut reached = Reached {
            earliest: None,
            expected: None,
            latest: None,
        };
        for date in from.iter_days().take(usize::from(ahead) + 1) {
            let (line, half) = self.raw(date);
            let each = [
                (&mut reached.earliest, line + half),
                (&mut reached.expected, line),
                (&mut reached.latest, line - half),
            ];
            for (on, amount) in each {
                if on.is_none() && amount >= limit {
                    *on = Some(date);
                }
            }
        }
        reached
    }
}

/// A whole number among floats. Amounts of clouds are far below the 2^53 up to which this is exact.
#[allow(clippy::cast_precision_loss)]
fn real(amount: u64) -> f64 {
    amount as f64
}

fn days(from: NaiveDate, to: NaiveDate) -> f64 {
    let days = (to - from).num_days();
    let size = real(days.unsigned_abs());
    if days < 0 { -size } else { size }
}

/// The 97.5 % quantile of Student's t by degrees of freedom, from the table in the NIST/SEMATECH
/// *e-Handbook of Statistical Methods*, 1.3.6.7.2; between its rows the one of fewer degrees, whose
/// band is the wider.
fn quantile(degrees: usize) -> f64 {
    const TABLE: [(usize, f64); 18] = [
        (4, 2.776),
        (5, 2.571),
        (6, 2.447),
        (7, 2.365),
        (8, 2.306),
        (9, 2.262),
        (10, 2.228),
        (12, 2.179),
        (14, 2.145),
        (16, 2.120),
        (18, 2.101),
        (20, 2.086),
        (25, 2.060),
        (30, 2.042),
        (40, 2.021),
        (60, 2.000),
        (80, 1.990),
        (100, 1.984),
    ];
    let rows = TABLE.iter().rev();
    let row = rows.clone().find(|(of, _)| *of <= degrees);
    // Fewer than the least number of points never come here; the first row is the widest.
    row.or(TABLE.first())
        .map_or(2.776, |(_, quantile)| *quantile)
}
