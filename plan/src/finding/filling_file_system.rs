//! File systems that will be full soon, by what was measured over some days. The rate is the median
//! of the rates between any two days, which a single odd day doesn't move; the band is that of the
//! middle half of these rates. Where a quarter of them says that it doesn't grow at all, nothing is
//! foretold. One that is full already is told by `full-file-system`.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::full_file_system::WARNING_PERCENT;
use super::measured::{LEAST_DAYS, Room, Sample, days};
use super::words::gib;
use super::{Finding, Rule, Severity, Surroundings};

/// Fewer days than this make no rate.
const LEAST_POINTS: usize = 5;
/// Older days say little of how fast it grows now.
const MOST_POINTS: usize = 60;
/// How far ahead is worth telling.
const HORIZON_DAYS: u64 = 90;

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    for ((name, ordinal), measured) in around.history.into_iter().flatten() {
        // What isn't there any more needs no room.
        let Some(group) = around.topology.groups.get(name) else {
            continue;
        };
        for (mount, samples) in &measured.file_systems {
            let Some(forecast) = forecast(samples, around.today) else {
                continue;
            };
            let Forecast {
                rate,
                full,
                early,
                late,
                room,
            } = forecast;
            let left = (full - around.today).num_days();
            let host = group.host_name(name, *ordinal);
            into.push(Finding {
                rule: Rule::FillingFileSystem,
                severity: match left {
                    ..=7 => Severity::Critical,
                    8..=30 => Severity::Warning,
                    _ => Severity::Hint,
                },
                subject: format!("{name}[{ordinal}]"),
                what: format!(
                    "{mount} on {host} will be full about {full}, between {early} and {late}"
                ),
                evidence: format!(
                    "{} free; it grows by {} a day (median of {} days)",
                    gib(room.available.0),
                    thousandths(rate),
                    days(samples)
                ),
                effect: "what writes there fails then".into(),
                remedy: "remove what is no longer needed, or give it a larger disk before".into(),
            });
        }
    }
}

/// `1.5 MiB`, of thousandths of a MiB.
fn thousandths(rate: u128) -> String {
    if rate >= 1_024_000 {
        return gib(u64::try_from(rate / 1000).unwrap_or(u64::MAX));
    }
    format!("{}.{} MiB", rate / 1000, rate % 1000 / 100)
}

struct Forecast {
    /// In thousandths of a MiB a day.
    rate: u128,
    full: NaiveDate,
    early: NaiveDate,
    late: NaiveDate,
    room: Room,
}

fn forecast(samples: &[Sample<Room>], today: NaiveDate) -> Option<Forecast> {
    // The last of each day.
    let mut by_day: BTreeMap<NaiveDate, &Sample<Room>> = BTreeMap::new();
    for sample in samples {
        let of_day = by_day.entry(sample.at.date_naive()).or_insert(sample);
        if sample.at >= of_day.at {
            *of_day = sample;
        }
    }
    let skip = by_day.len().saturating_sub(MOST_POINTS);
    let points: Vec<&Sample<Room>> = by_day.into_values().skip(skip).collect();
    let (first, last) = (points.first()?, points.last()?);
    let seen = last.at.date_naive();
    let fresh = (today - seen).num_days() <= LEAST_DAYS && seen <= today;
    if points.len() < LEAST_POINTS || (last.at - first.at).num_days() < LEAST_DAYS || !fresh {
        return None;
    }
    let room = last.value;
    let whole = room.used.0.checked_add(room.available.0)?;
    if u128::from(room.used.0) * 100 >= u128::from(whole) * u128::from(WARNING_PERCENT) {
        return None;
    }
    let mut rates: Vec<i128> = Vec::new();
    for (index, a) in points.iter().enumerate() {
        for b in &points[index + 1..] {
            let seconds = i128::from((b.at - a.at).num_seconds());
            if seconds > 0 {
                let grown = i128::from(b.value.used.0) - i128::from(a.value.used.0);
                rates.push(grown * 1000 * 86_400 / seconds);
            }
        }
    }
    rates.sort_unstable();
    let at = |part: usize| rates.get(rates.len() * part / 4).copied();
    let positive = |rate: i128| u128::try_from(rate).ok().filter(|rate| *rate > 0);
    let (slow, rate, fast) = (positive(at(1)?)?, positive(at(2)?)?, positive(at(3)?)?);
    let full_at = |rate: u128| -> Option<NaiveDate> {
        let days = (u128::from(room.available.0) * 1000).div_ceil(rate);
        seen.checked_add_days(Days::new(u64::try_from(days.min(36_500)).ok()?))
    };
    let full = full_at(rate)?;
    let near = full <= today.checked_add_days(Days::new(HORIZON_DAYS))?;
    near.then_some(())?;
    Some(Forecast {
        rate,
        full,
        early: full_at(fast)?,
        late: full_at(slow)?,
        room,
    })
}
