//! Case studies: topologies with what was measured of them, and the form that takes another one in.

use leptos::prelude::*;
use model::case::Outcome;

use crate::components::badge::{Tone, badge};
use crate::components::empty::empty;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::components::unknown::{or_unknown, unknown};
use crate::context::{Shown, page};
use crate::data::{CasesData, ShownCase};
use crate::routes;

/// The page.
#[component]
pub(crate) fn CasesPage() -> impl IntoView {
    page(|backend| async move {
        let data = backend.cases().await?;
        Ok(Shown {
            title: "Case studies".to_owned(),
            place: Place::Cases,
            view: draw(&data).into_any(),
        })
    })
}

/// Whether it held, or the dash.
pub(crate) fn outcome(outcome: Option<Outcome>) -> AnyView {
    match outcome {
        Some(Outcome::Held) => badge(Tone::Ok, "held").into_any(),
        Some(Outcome::Broke) => badge(Tone::Critical, "broke").into_any(),
        None => unknown("its source doesn’t say whether it held"),
    }
}

fn draw(data: &CasesData) -> impl IntoView + use<> {
    let CasesData { cases } = data;
    let shown = if cases.is_empty() {
        empty(
            "Nobody has brought in a case study.",
            "With some, each environment can be held against the nearest that was measured.",
        )
        .into_any()
    } else {
        table(cases).into_any()
    };
    view! {
        {heading("Case studies", None, ())}
        {shown}
        <section aria-labelledby="import-title">
            <h2 id="import-title">"Bring one in"</h2>
            <p class="muted">
                "A case file: what was measured, by whom, what was given and what was seen, and the topology as in an environment file, or the name of an environment that is kept here. One of a name that is there takes its place."
            </p>
            <form method="post" action=routes::CASES class="note-form">
                {form::token()}
                <label class="wide">
                    "Case file"
                    <textarea
                        name="text"
                        rows="14"
                        required=true
                        spellcheck="false"
                        class="mono"
                        placeholder=EXAMPLE
                    ></textarea>
                </label>
                <label class="wide">"Reason" <input name="reason" maxlength="300" /></label>
                <div class="actions wide">
                    <button type="submit" class="primary">
                        "Bring it in"
                    </button>
                </div>
            </form>
        </section>
    }
}

/// What the empty field shows.
const EXAMPLE: &str = "case: load-test-march
title: Production under twice its usual load
source: { by: the team, date: 2026-03-14 }
given: { requests: 8/s }
seen:
  outcome: held
  response: { pages: { p50: 500 ms, p99: 1.5 s } }
topology: production-2014";

fn table(cases: &[ShownCase]) -> impl IntoView + use<> {
    let rows = cases.iter().map(row).collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Case studies" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Case"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col">"Given"</th>
                        <th scope="col">"Measured by"</th>
                        <th scope="col">"On"</th>
                        <th scope="col">"Brought in"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(shown: &ShownCase) -> impl IntoView + use<> {
    let ShownCase { study, by, at } = shown.clone();
    let given = study
        .given
        .iter()
        .map(|(name, amount)| view! { <div>{name.to_string()} " " {amount.to_string()}</div> })
        .collect_view();
    let date = study.source.date.map(|date| date.to_string());
    view! {
        <tr>
            <th scope="row">
                <a href=routes::case(&study.case)>{study.case.to_string()}</a>
            </th>
            <td>{study.title}</td>
            <td>{outcome(study.seen.outcome)}</td>
            <td class="nowrap">{given}</td>
            <td>{study.source.by}</td>
            <td class="nowrap">{or_unknown(date, "its source bears no date")}</td>
            <td>{by} " " {time::relative(at)}</td>
        </tr>
    }
}
