//! The comparison of any two states, or three: totals first, then what differs, what nobody can
//! account for before everything else, with what is the same folded into a count.

mod changes;
mod sides;
mod third;

use leptos::prelude::*;
use model::diff::DiffReport;
use model::operation::Trouble;

use crate::components::age::age;
use crate::components::badge;
use crate::components::capacity;
use crate::components::empty::empty;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::components::trouble::trouble;
use crate::context::{Shown, page, query, readable};
use crate::data::{CompareData, CompareOrigin, CompareSide, Comparison};
use crate::fmt;
use crate::routes::{self, CompareAsk, CompareBy, CompareSizing};

/// The page.
#[component]
pub(crate) fn ComparePage() -> impl IntoView {
    page(|backend| async move {
        let ask = readable(CompareAsk::read(&query()))?;
        let data = backend.compare(&ask).await?;
        Ok(shown(&data))
    })
}

/// The page with what it shows; also the answer to its form where a file could not be taken.
pub(crate) fn shown(data: &CompareData) -> Shown {
    let title = match &data.outcome {
        Some(Ok(comparison)) => {
            let (a, b) = labels(&comparison.a, &comparison.b);
            format!("{a} → {b}")
        }
        Some(Err(_)) | None => "Compare".to_owned(),
    };
    Shown {
        title,
        place: Place::Compare,
        view: draw(data).into_any(),
    }
}

fn draw(data: &CompareData) -> impl IntoView + use<> {
    let CompareData {
        ask,
        choices,
        outcome,
        brought,
    } = data;
    let body = match outcome {
        None => empty(
            "Choose two states to compare.",
            "Any two environments, layers, revisions or files: what is planned with what runs, yesterday with today, a plan that is still to be brought in with what is there.",
        )
        .into_any(),
        Some(Err(why)) => refused(why).into_any(),
        Some(Ok(comparison)) => compared(ask, comparison).into_any(),
    };
    view! {
        {heading("Compare", None, ())}
        {sides::problems(brought)}
        {sides::chooser(ask, choices, brought)}
        {body}
    }
}

fn refused(why: &Trouble) -> impl IntoView + use<> {
    trouble(why)
}

fn state(label: &'static str, side: &CompareSide) -> impl IntoView + use<> {
    let CompareSide {
        environment,
        kind,
        origin,
        capacity,
        totals: _,
    } = side;
    let name = environment.to_string();
    let (name, from) = match origin {
        CompareOrigin::Stored {
            layer,
            revision,
            at,
            observed,
        } => {
            let (layer, revision) = (*layer, *revision);
            let seen = observed.map(|seen| view! { ", last seen so " {age(seen)} });
            let href = routes::environment_at(environment, layer, revision);
            let from = view! {
                {format!("{layer} revision {revision}, stored ")}
                {time::absolute(*at)}
                {seen}
            };
            (
                view! { <a href=href>{name}</a> }.into_any(),
                from.into_any(),
            )
        }
        CompareOrigin::File { name: file, until } => {
            let until = until.map(|until| view! { ", kept until " {time::absolute(until)} });
            let from = view! { "as it stands in the file " <code>{file.clone()}</code> {until} };
            (name.into_any(), from.into_any())
        }
    };
    view! {
        <section class="card">
            <p class="muted">{label}</p>
            <h2>{name} " " {badge::kind(*kind)}</h2>
            <p class="muted">{from}</p>
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
    match &side.origin {
        CompareOrigin::Stored {
            layer, revision, ..
        } => format!("{} {layer} {revision}", side.environment),
        CompareOrigin::File { name, .. } => name.clone(),
    }
}

/// What two states are called: no more than tells them apart.
fn labels(a: &CompareSide, b: &CompareSide) -> (String, String) {
    let of_one = a.environment == b.environment;
    let label = |side: &CompareSide| match &side.origin {
        CompareOrigin::Stored {
            layer, revision, ..
        } if of_one => format!("{layer} {revision}"),
        CompareOrigin::Stored { .. } => side.environment.to_string(),
        CompareOrigin::File { name, .. } => name.clone(),
    };
    match (label(a), label(b)) {
        // Two files of one name.
        (a, b) if a == b => (format!("{a} (before)"), format!("{b} (after)")),
        labels => labels,
    }
}
