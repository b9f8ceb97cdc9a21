//! Capacity by date: what is used, reserved and free on each day, what begins and ends, how far plans
//! have come, and where growth leads. The pictures say what the tables below them say.

mod chart;
mod forms;
mod growth;

use leptos::prelude::*;
use model::name::EnvironmentName;
use plan::amounts::Measure;
use plan::calendar::{Calendar, Event, Figure, Span};
use plan::headroom::{Fit, Free, Need};
use plan::proof::Verdict;

use crate::components::age;
use crate::components::badge::{Tone, badge};
use crate::components::empty::empty;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::unknown::unknown;
use crate::context::{Shown, page, query, readable};
use crate::data::{CapacityData, CloudCalendar, ShownTarget};
use crate::fmt;
use crate::routes::{self, CapacityAsk};

/// The horizons to choose from, in days.
const HORIZONS: [(u16, &str); 5] = [
    (30, "30 days"),
    (90, "90 days"),
    (180, "half a year"),
    (365, "a year"),
    (731, "two years"),
];

/// How many changes that are left are named.
const NAMED: usize = 60;

/// The page.
#[component]
pub(crate) fn CapacityPage() -> impl IntoView {
    page(|backend| async move {
        let ask = readable(CapacityAsk::read(&query()))?;
        let data = backend.capacity(&ask).await?;
        Ok(Shown {
            title: "Capacity".to_owned(),
            place: Place::Capacity,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &CapacityData) -> impl IntoView + use<> {
    let cloud = match &data.shown {
        Some(shown) => of_cloud(shown).into_any(),
        None => empty(
            "No environment is on any cloud.",
            "Import an environment whose file names one, and its capacity is told here by date.",
        )
        .into_any(),
    };
    view! {
        {heading("Capacity", None, ())}
        {choose(data)}
        {cloud}
        {targets(data)}
        {forms::reservations(data)}
    }
}

/// Which cloud, and how far.
fn choose(data: &CapacityData) -> impl IntoView + use<> {
    let cloud = data.shown.as_ref().map(|shown| shown.cloud.to_string());
    let clouds = data.clouds.iter();
    let clouds = clouds
        .map(|name| (name.to_string(), name.to_string()))
        .collect();
    let days = data.ask.days();
    let mut horizons: Vec<(String, String)> = HORIZONS
        .iter()
        .map(|(days, words)| (days.to_string(), (*words).to_owned()))
        .collect();
    if !HORIZONS.iter().any(|(known, _)| *known == days) {
        horizons.push((days.to_string(), format!("{days} days")));
    }
    view! {
        <form method="get" action=routes::CAPACITY class="filter">
            {form::field(
                "capacity-cloud",
                "Cloud",
                None,
                form::select("capacity-cloud", "cloud", cloud.as_deref(), clouds),
            )}
            {form::field(
                "capacity-days",
                "From today for",
                None,
                form::select("capacity-days", "days", Some(&days.to_string()), horizons),
            )}
            <div class="filter-actions">
                <button type="submit">"Show"</button>
            </div>
        </form>
    }
}

fn of_cloud(shown: &CloudCalendar) -> impl IntoView + use<> {
    let CloudCalendar {
        cloud,
        asked,
        calendar,
        growth,
    } = shown;
    let tone = match calendar.verdict() {
        Verdict::Failed => Tone::Warning,
        Verdict::Passed => Tone::Ok,
        Verdict::Unknown => Tone::Neutral,
    };
    let asked = match asked {
        Some(asked) => view! { "Quotas as it told them " {age::age(*asked)} }.into_any(),
        None => {
            "It has not told its quotas yet, so that nothing can be said of what is free: look again in a moment."
                .into_any()
        }
    };
    let charts = Measure::ALL
        .into_iter()
        .filter_map(|measure| chart::of(calendar, measure))
        .collect_view();
    view! {
        <section aria-labelledby="days-title">
            <h2 id="days-title">{format!("{cloud} until {}", calendar.until)}</h2>
            <p class="verdict">{badge(tone, fmt::capital(&calendar.sentence()))}</p>
            <p class="muted">{asked}</p>
            <div class="charts">{charts}</div>
            {spans(calendar)}
        </section>
        <section aria-labelledby="events-title">
            <h2 id="events-title">"What begins and ends"</h2>
            {events(calendar)}
        </section>
        <section aria-labelledby="growth-title">
            <h2 id="growth-title">"Where growth leads"</h2>
            {growth::all(growth)}
        </section>
    }
}

/// The same figures as the charts show.
fn spans(calendar: &Calendar) -> impl IntoView + use<> {
    let heads = Measure::ALL
        .map(|measure| view! { <th scope="col" class="num">{fmt::capital(measure.words())}</th> })
        .collect_view();
    let limits = Measure::ALL
        .map(|measure| {
            let limit = calendar.limits.get(&measure);
            view! { <td class="num">{limit.map(|limit| free(measure, *limit))}</td> }
        })
        .collect_view();
    let rows = calendar.spans.iter().map(span).collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Capacity by date" tabindex="0">
            <table class="calendar">
                <caption class="muted">"Free, and of what: used and reserved"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Days"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"Limit"</th>
                        {limits}
                    </tr>
                    {rows}
                </tbody>
            </table>
        </div>
    }
}

fn span(span: &Span) -> impl IntoView + use<> {
    let Span {
        from,
        until,
        figures,
    } = span;
    let days = if from == until {
        from.to_string()
    } else {
        format!("{from} to {until}")
    };
    let cells = Measure::ALL
        .map(|measure| {
            let figure = figures.get(&measure).copied();
            view! { <td class="num">{figure.map(|figure| cell(measure, figure))}</td> }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="nowrap">
                {days}
            </th>
            {cells}
        </tr>
    }
}

fn free(measure: Measure, free: Free) -> AnyView {
    match free {
        Free::Untold => unknown("the cloud does not tell, or has no such limit"),
        Free::Unlimited => "no limit".into_any(),
        Free::Amount(amount) => measure.amount(amount).into_any(),
    }
}

/// An amount with how many parts of it are not known.
fn need(measure: Measure, need: Need) -> String {
    let known = measure.amount(need.known);
    if need.unknown > 0 {
        format!("{known} + {} unknown", need.unknown)
    } else {
        known
    }
}

fn cell(measure: Measure, figure: Figure) -> impl IntoView + use<> {
    let Figure {
        used,
        reserved,
        free: left,
        fit,
    } = figure;
    let verdict = match fit {
        Fit::Short(by) => {
            badge(Tone::Critical, format!("{} too few", measure.amount(by))).into_any()
        }
        Fit::Fits | Fit::Unknown(_) => view! { <strong>{free(measure, left)}</strong> }.into_any(),
    };
    let reserved =
        (reserved != Need::default()).then(|| format!(", reserved {}", need(measure, reserved)));
    view! {
        {verdict}
        <br />
        <span class="muted">"used " {need(measure, used)} {reserved}</span>
    }
}

fn events(calendar: &Calendar) -> AnyView {
    if calendar.events.is_empty() {
        return empty(
            "Nothing begins or ends.",
            "Leases, plans with a target date and reservations stand here by date.",
        )
        .into_any();
    }
    let rows = calendar
        .events
        .iter()
        .map(|Event { on, what, of }| {
            let (on, of) = (on.to_string(), of.clone());
            view! {
                <tr>
                    <th scope="row" class="nowrap">
                        {on}
                    </th>
                    <td>{of}</td>
                    <td>{what.words()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="What begins and ends" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col">"Of"</th>
                        <th scope="col">"What"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The plans with a target date, and the form that sets one.
fn targets(data: &CapacityData) -> impl IntoView + use<> {
    let list = if data.targets.is_empty() {
        empty(
            "No plan has a target date.",
            "With one, a plan takes its room from that day on, and it is told how far it has come.",
        )
        .into_any()
    } else {
        let rows = data.targets.iter().map(target).collect_view();
        view! { <ul class="notes">{rows}</ul> }.into_any()
    };
    view! {
        <section id="targets" aria-labelledby="targets-title">
            <h2 id="targets-title">"Plans by date"</h2>
            {list}
            {forms::target(data)}
        </section>
    }
}

fn target(shown: &ShownTarget) -> impl IntoView + use<> {
    let ShownTarget {
        environment,
        target,
        progress,
        observed,
        overdue,
    } = shown.clone();
    let left = progress.as_ref().filter(|progress| !progress.is_done());
    let left = left.map(|progress| {
        let summary = fmt::counted(
            progress.left.len().try_into().unwrap_or(u64::MAX),
            "change is left",
            "changes are left",
        );
        let named = progress.left.iter().take(NAMED);
        let items = named
            .map(|row| {
                let what = format!("{} {} {}", row.change.glyph(), row.kind, row.key);
                view! { <li>{what}</li> }
            })
            .collect_view();
        let more = progress.left.len().saturating_sub(NAMED);
        let compare = observed.map(|_| {
            let href = compare(&environment);
            view! {
                <p>
                    <a href=href>"Observed with planned"</a>
                </p>
            }
        });
        view! {
            <details>
                <summary>{summary}</summary>
                <ul class="tight">
                    {items}
                    {(more > 0).then(|| view! { <li class="muted">{format!("and {more} more")}</li> })}
                </ul>
                {compare}
            </details>
        }
    });
    view! {
        <li class="card note">
            <p>
                <strong>
                    <a href=routes::environment(&environment)>{environment.to_string()}</a>
                </strong>
                " by "
                {line(shown)}
                {overdue.then(|| view! { " " {badge(Tone::Warning, "overdue")} })}
            </p>
            {target.note.map(|note| view! { <p>{note}</p> })}
            {left}
        </li>
    }
}

fn compare(environment: &EnvironmentName) -> String {
    routes::CompareAsk {
        by: routes::CompareBy::Instance,
        a: Some(format!("{environment}:observed")),
        b: Some(format!("{environment}:planned")),
        ..routes::CompareAsk::default()
    }
    .address()
}

/// A target in a line: `2026-05-01: 6 of 14 done`.
pub(crate) fn line(shown: &ShownTarget) -> String {
    let progress = shown.progress.as_ref().map_or_else(
        || "nothing is planned any more".to_owned(),
        plan::progress::Progress::sentence,
    );
    format!("{}: {progress}", shown.target.by)
}
