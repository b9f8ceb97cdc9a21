//! What was measured of an instance: what came last with its age, a line of the last week, and beneath it
//! the figures day by day. The line is a picture of the table and is hidden from screen readers.

use std::fmt::Write as _;

use leptos::prelude::*;
use model::facts::InstanceFacts;
use model::filter::InstanceRecord;
use model::measure::{Metric, Reading, Rolled, Span, ambiguous, roll_up};
use model::name::EnvironmentName;

use super::empty::empty;
use super::time;
use crate::fmt;

/// The line is drawn on this many units, one for each hour of a week.
const WIDTH: i64 = 168;
/// And as many high.
const HEIGHT: u64 = 24;

/// The section.
pub(crate) fn measured(
    environment: &EnvironmentName,
    record: &InstanceRecord,
    last: &[Reading],
    hours: &[Rolled],
) -> impl IntoView + use<> {
    let body = if last.is_empty() {
        let command = format!(
            "understudy facts collectd {environment} \'{}\'",
            record.name()
        );
        let next = view! {
            <code>{command}</code>
            " prints what collectd on its host needs to tell it."
        };
        empty("Nothing was measured yet.", next).into_any()
    } else {
        let rows = last
            .iter()
            .map(|reading| row(reading, hours))
            .collect_view();
        view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col" class="num">"Last"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">
                            <span aria-hidden="true">"The last week"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {unclear(&record.facts, last)}
            {days(hours)}
        }
        .into_any()
    };
    view! {
        <section class="card" id="measured" aria-labelledby="measured-title">
            <div class="card-head">
                <h2 id="measured-title">"Measured"</h2>
            </div>
            {body}
        </section>
    }
}

/// Which file systems stay as they were stated, and why.
fn unclear(facts: &InstanceFacts, last: &[Reading]) -> Option<AnyView> {
    let paths = ambiguous(facts, last.iter().map(|reading| &reading.metric));
    if paths.is_empty() {
        return None;
    }
    let what = format!(
        "{} stay as they were stated: collectd writes “/” and “-” in a path alike, so what was measured \
         could be another’s. Prometheus tells them apart.",
        paths.join(" and ")
    );
    Some(view! { <p class="hint">{what}</p> }.into_any())
}

fn row(reading: &Reading, hours: &[Rolled]) -> impl IntoView + use<> {
    let Reading { at, metric, value } = reading;
    view! {
        <tr>
            <th scope="row">{fmt::capital(&metric.to_string())}</th>
            <td class="num">{metric.show(*value)}</td>
            <td>{time::relative(*at)}</td>
            <td>{line(metric, hours)}</td>
        </tr>
    }
}

/// An hour's means, from left to right; an hour that is missing is a gap.
fn line(metric: &Metric, hours: &[Rolled]) -> Option<AnyView> {
    let of_metric = || hours.iter().filter(|rolled| rolled.metric == *metric);
    let most = of_metric()
        .map(|rolled| rolled.figures.mean())
        .max()?
        .max(1);
    let end = of_metric().map(|rolled| rolled.from).max()?;
    let mut path = String::new();
    let mut before = None;
    for rolled in of_metric() {
        let x = WIDTH - (end - rolled.from).num_hours();
        if x < 0 {
            continue;
        }
        let high = u128::from(rolled.figures.mean()) * u128::from(HEIGHT) / u128::from(most);
        let y = HEIGHT.saturating_sub(u64::try_from(high).unwrap_or(HEIGHT));
        let follows = before == Some(x - 1);
        before = Some(x);
        // A single hour is a dot: a line of no length with round ends. Writing into a String does not fail.
        let _ = if follows {
            write!(path, "L{x} {y}")
        } else {
            write!(path, "M{x} {y}h0")
        };
    }
    let frame = format!("-1 -1 {} {}", WIDTH + 2, HEIGHT + 2);
    Some(
        view! {
            <svg class="spark" viewBox=frame preserveAspectRatio="none" aria-hidden="true">
                <path d=path></path>
            </svg>
        }
        .into_any(),
    )
}

fn days(hours: &[Rolled]) -> Option<AnyView> {
    if hours.is_empty() {
        return None;
    }
    let mut days = roll_up(hours, Span::Day);
    days.reverse();
    let rows = days
        .iter()
        .map(|day| {
            let Rolled {
                from,
                metric,
                figures,
            } = day;
            view! {
                <tr>
                    <th scope="row">{from.date_naive().to_string()}</th>
                    <td>{fmt::capital(&metric.to_string())}</td>
                    <td class="num">{metric.show(figures.min)}</td>
                    <td class="num">{metric.show(figures.mean())}</td>
                    <td class="num">{metric.show(figures.max)}</td>
                    <td class="num">{fmt::number(figures.count)}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <details>
                <summary>"Day by day"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Day (UTC)"</th>
                            <th scope="col">"What"</th>
                            <th scope="col" class="num">"Least"</th>
                            <th scope="col" class="num">"Mean"</th>
                            <th scope="col" class="num">"Most"</th>
                            <th scope="col" class="num">"Samples"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        }
        .into_any(),
    )
}
