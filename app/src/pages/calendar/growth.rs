//! Where growth leads: a line through what was with its band, and when it reaches the limit. Where there
//! is too little history, that is told instead.

use leptos::prelude::*;
use plan::forecast::{Forecast, Reached, STEP_DAYS, Trend};

use crate::data::Growth;
use crate::fmt;

/// The growth of each measure.
pub(super) fn all(growth: &[Growth]) -> impl IntoView + use<> {
    let rows = growth.iter().map(row).collect_view();
    view! {
        <p class="muted">
            {format!(
                "A straight line by least squares through what the cloud counted as used, {STEP_DAYS} days apart, with the band in which the next count lies in 95 of 100 cases if it goes on as it did.",
            )}
        </p>
        <div class="scroll" role="region" aria-label="Where growth leads" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col" class="num">
                            "Weeks known"
                        </th>
                        <th scope="col" class="num">
                            "Growth in 30 days"
                        </th>
                        <th scope="col">"At the end"</th>
                        <th scope="col">"The limit is reached"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(growth: &Growth) -> impl IntoView + use<> {
    let Growth {
        measure,
        points,
        forecast,
        limit,
        reached,
        until,
    } = growth;
    let name = fmt::capital(measure.words());
    let known = points.len();
    let cells = match forecast {
        Forecast::TooLittle { points, least } => {
            let why = format!(
                "Too little history: {points} weeks are known, and a line needs {least}. It is known from each collection of the cloud on."
            );
            view! {
                <td class="muted" colspan="3">
                    {why}
                </td>
            }
            .into_any()
        }
        Forecast::Line(trend) => {
            let band = trend.on(*until);
            let amount = |of: f64| measure.amount(whole(of));
            let end = format!(
                "{} on {until}, {} to {}",
                amount(band.line),
                amount(band.low),
                amount(band.high)
            );
            let month = month(trend, amount);
            let when = match (limit, reached) {
                (Some(limit), Some(reached)) => {
                    format!("{}: {}", measure.amount(*limit), when(reached))
                }
                (None, _) | (_, None) => "no limit is told".to_owned(),
            };
            view! {
                <td class="num">{month}</td>
                <td>{end}</td>
                <td>{when}</td>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{known}</td>
            {cells}
        </tr>
    }
}

fn month(trend: &Trend, amount: impl Fn(f64) -> String) -> String {
    let grown = trend.per_day * 30.0;
    let size = whole(grown.abs());
    if size == 0 {
        "none".to_owned()
    } else if grown < 0.0 {
        format!("−{}", amount(grown.abs()))
    } else {
        amount(grown)
    }
}

/// When a limit is reached, in words.
fn when(reached: &Reached) -> String {
    let Reached {
        earliest,
        expected,
        latest,
    } = reached;
    let Some(earliest) = earliest else {
        return "not in this time".to_owned();
    };
    let expected = match expected {
        Some(expected) => format!("expected {expected}"),
        None => "not expected in this time".to_owned(),
    };
    let latest = match latest {
        Some(latest) => format!("latest {latest}"),
        None => "or later than shown".to_owned(),
    };
    format!("{expected}, earliest {earliest}, {latest}")
}

/// A fraction as the nearest whole number; nothing below nothing.
fn whole(of: f64) -> u64 {
    // Formatting rounds, and amounts of clouds are far from the ends of the range.
    format!("{:.0}", of.max(0.0)).parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn numbers_are_rounded_and_words_say_when() {
        assert_eq!(whole(2.6), 3);
        assert_eq!(whole(-2.6), 0);
        let day = NaiveDate::from_ymd_opt(2026, 5, 1);
        let never = Reached {
            earliest: None,
            expected: None,
            latest: None,
        };
        assert_eq!(when(&never), "not in this time");
        let early = Reached {
            earliest: day,
            ..never
        };
        assert_eq!(
            when(&early),
            "not expected in this time, earliest 2026-05-01, or later than shown"
        );
    }
}
