//! The comparison of any two states, or three: totals first, then what differs, what nobody can
//! account for before everything else, with what is the same folded into a count.

mod changes;
mod third;

use leptos::prelude::*;
use model::diff::DiffReport;
use model::operation::Trouble;

use crate::components::age::age;
use crate::components::badge;
use crate::components::capacity;
use crate::components::empty::empty;
use crate::components::form::field;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::components::trouble::trouble;
use crate::context::{Shown, page, query, readable};
use crate::data::{CompareChoice, CompareData, CompareSide, Comparison};
use crate::fmt;
use crate::routes::{self, CompareAsk, CompareBy, CompareSizing};

/// The page.
#[component]
pub(crate) fn ComparePage() -> impl IntoView {
    page(|backend| async move {
        let ask = readable(CompareAsk::read(&query()))?;
        let data = backend.compare(&ask).await?;
        let title = match (&data.ask.a, &data.ask.b) {
            (Some(a), Some(b)) => format!("{a} → {b}"),
            (_, None) | (None, _) => "Compare".to_owned(),
        };
        Ok(Shown {
            title,
            place: Place::Compare,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &CompareData) -> impl IntoView + use<> {
    let CompareData {
        ask,
        choices,
        outcome,
    } = data;
    let body = match outcome {
        None => empty(
            "Choose two states to compare.",
            "Any two environments, layers or revisions: what is planned with what runs, yesterday with today.",
        )
        .into_any(),
        Some(Err(why)) => refused(why).into_any(),
        Some(Ok(comparison)) => compared(ask, comparison).into_any(),
    };
    view! {
        {heading("Compare", None, ())}
        {chooser(ask, choices)}
        {body}
    }
}

fn refused(why: &Trouble) -> impl IntoView + use<> {
    trouble(why)
}

fn side(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    chosen: Option<&str>,
    choices: &[CompareChoice],
    needed: bool,
) -> impl IntoView + use<> {
    let chosen = chosen.unwrap_or_default().to_owned();
    let known = chosen.is_empty() || choices.iter().any(|choice| choice.value == chosen);
    let options = choices
        .iter()
        .map(|choice| {
            let CompareChoice {
                value,
                kind,
                layer,
                revision,
            } = choice.clone();
            let name = value
                .split(['@', ':'])
                .next()
                .unwrap_or_default()
                .to_owned();
            let which = match revision {
                Some(number) => format!("revision {number}"),
                None => "newest".to_owned(),
            };
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {format!("{name} · {kind} · {layer}, {which}")}
                </option>
            }
        })
        .collect_view();
    // What was asked for and can't be chosen is still shown: the address said so.
    let other = (!known).then(|| {
        view! {
            <option value=chosen.clone() selected=true>
                {chosen.clone()}
            </option>
        }
    });
    field(
        id,
        label,
        None,
        view! {
            <select id=id name=name required=needed>
                <option value="">{if needed { "choose …" } else { "none" }}</option>
                {other}
                {options}
            </select>
        },
    )
}

fn radio(
    name: &'static str,
    legend: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
) -> impl IntoView {
    view! {
        <fieldset class="segmented">
            <legend>{legend}</legend>
            {choices
                .into_iter()
                .map(|(value, label, checked)| {
                    view! {
                        <label>
                            <input type="radio" name=name value=value checked=checked />
                            <span>{label}</span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}

fn chooser(ask: &CompareAsk, choices: &[CompareChoice]) -> impl IntoView + use<> {
    let CompareAsk {
        a,
        b,
        c,
        by,
        sizing,
        show: _,
        class: _,
        from: _,
    } = ask.clone();
    let swap = match (&a, &b) {
        (Some(_), Some(_)) => {
            let swapped = CompareAsk {
                a: b.clone(),
                b: a.clone(),
                ..ask.clone()
            };
            Some(view! {
                <a class="button quiet" href=swapped.address()>
                    "Swap sides"
                </a>
            })
        }
        (_, None) | (None, _) => None,
    };
    view! {
        <form class="filter compare" method="get" action=routes::COMPARE>
            {side("compare-a", "a", "Before", a.as_deref(), choices, true)}
            {side("compare-b", "b", "After", b.as_deref(), choices, true)}
            {side("compare-c", "c", "And", c.as_deref(), choices, false)}
            {radio(
                "by",
                "Layer",
                vec![
                    ("group", "Groups", by == CompareBy::Group),
                    ("instance", "Instances", by == CompareBy::Instance),
                    ("profile", "Profiles", by == CompareBy::Profile),
                ],
            )}
            {radio(
                "sizing",
                "Sizing",
                [CompareSizing::Min, CompareSizing::Planned, CompareSizing::Max]
                    .map(|choice| {
                        let label = match choice {
                            CompareSizing::Min => "Minimum",
                            CompareSizing::Planned => "Planned",
                            CompareSizing::Max => "Maximum",
                        };
                        (choice.word(), label, choice == sizing)
                    })
                    .to_vec(),
            )}
            <div class="filter-actions">
                <button type="submit">"Compare"</button>
                {swap}
            </div>
        </form>
    }
}

fn state(label: &'static str, side: &CompareSide) -> impl IntoView + use<> {
    let CompareSide {
        environment,
        kind,
        layer,
        revision,
        at,
        observed,
        capacity,
        totals: _,
    } = side;
    let (layer, revision) = (*layer, *revision);
    let seen = observed.map(|seen| view! { ", last seen so " {age(seen)} });
    view! {
        <section class="card">
            <p class="muted">{label}</p>
            <h2>
                <a href=routes::environment_at(
                    environment,
                    layer,
                    revision,
                )>{environment.to_string()}</a>
                " "
                {badge::kind(*kind)}
            </h2>
            <p class="muted">
                {format!("{layer} revision {revision}, stored ")} {time::absolute(*at)} {seen}
            </p>
            <p>
                <strong>{capacity::instances(&capacity.totals)}</strong>
                " instances"
            </p>
        </section>
    }
}

fn compared(ask: &CompareAsk, comparison: &Comparison) -> impl IntoView + use<> {
    let Comparison {
        a,
        b,
        report,
        explained,
        third,
    } = comparison;
    let DiffReport {
        same,
        totals,
        changes,
    } = report;
    let sizing = match ask.sizing {
        CompareSizing::Min => "at the minimum of each range",
        CompareSizing::Planned => "as planned",
        CompareSizing::Max => "at the maximum of each range",
    };
    let (before, after) = labels(a, b);
    let body = if *same {
        empty(
            "Both are the same.",
            "Not one field that can be compared differs.",
        )
        .into_any()
    } else {
        let changes = changes.iter().zip(explained);
        let changes = changes
            .map(|(change, explained)| changes::Difference { change, explained })
            .collect();
        changes::sections(ask, changes)
    };
    let beside = third.as_ref().map(|third| {
        let names = [&before, &after, &name(&third.side)].map(Clone::clone);
        third::table(&names, third)
    });
    let other = third.as_ref().map(|third| state("And", &third.side));
    view! {
        <div class="columns">{state("Before", a)} {state("After", b)} {other}</div>
        <section aria-labelledby="totals-title">
            <h2 id="totals-title">"Totals, " {sizing}</h2>
            {capacity::versus((&before, &after), &a.totals, &b.totals)}
        </section>
        {beside}
        <section aria-labelledby="changes-title">
            <h2 id="changes-title">
                "What differs, "
                {match ask.by {
                    CompareBy::Group => "as people write it",
                    CompareBy::Instance => "resource by resource",
                    CompareBy::Profile => "by what instances do",
                }}
            </h2>
            {changes::counts(ask, *totals, explained)}
            {body}
            <p class="folded">
                {fmt::counted(
                    totals.unchanged.try_into().unwrap_or(u64::MAX),
                    "thing is the same in both and not shown",
                    "things are the same in both and not shown",
                )}
                "."
            </p>
        </section>
    }
}

/// What a state is called beside others.
fn name(side: &CompareSide) -> String {
    format!("{} {} {}", side.environment, side.layer, side.revision)
}

/// What two states are called: no more than tells them apart.
fn labels(a: &CompareSide, b: &CompareSide) -> (String, String) {
    if a.environment == b.environment {
        (
            format!("{} {}", a.layer, a.revision),
            format!("{} {}", b.layer, b.revision),
        )
    } else {
        (a.environment.to_string(), b.environment.to_string())
    }
}
