//! One case study: where it is from, what it was given, what was seen, and the topology beneath.

use leptos::prelude::*;
use model::case::{Case, Percentile, Response, Seen, Source};
use model::name::{CaseName, LoadName};

use super::cases::outcome;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::icon::{Icon, icon};
use crate::components::time;
use crate::components::unknown::or_unknown;
use crate::components::{capacity, groups};
use crate::context::{Shown, page, path};
use crate::data::{CaseData, ShownCase};
use crate::routes;

/// The page.
#[component]
pub(crate) fn CasePage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "case study")?;
        let data = backend.case(&name).await?;
        Ok(Shown {
            title: data.shown.study.title.clone(),
            place: Place::Cases,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &CaseData) -> impl IntoView + use<> {
    let CaseData {
        shown: ShownCase { study, by, at },
        capacity,
    } = data;
    let Case {
        case,
        title,
        source,
        given,
        seen,
        topology,
    } = study;
    let file = view! {
        <a class="button" href=routes::case_file(case)>
            {icon(Icon::Download)}
            "YAML"
        </a>
    };
    let lead = view! { <code>{case.to_string()}</code> " " {outcome(seen.outcome)} };
    let given = given.iter();
    let given = given
        .map(|(name, amount)| ([name.to_string()], amount.to_string()))
        .collect();
    view! {
        {heading(title.clone(), Some(lead.into_any()), file)}
        {from(source, by, *at)}
        <section aria-labelledby="given-title">
            <h2 id="given-title">"What was given"</h2>
            {amounts("What was given", ["What"], given)}
        </section>
        {self::seen(seen)}
        <section aria-labelledby="size-title">
            <h2 id="size-title">"What it took"</h2>
            {capacity::table(capacity)}
        </section>
        <section aria-labelledby="groups-title">
            <h2 id="groups-title">"Groups"</h2>
            {groups::table(topology)}
        </section>
        {remove(case)}
    }
}

fn from(source: &Source, by: &str, at: chrono::DateTime<chrono::Utc>) -> impl IntoView + use<> {
    let Source {
        by: measured_by,
        what,
        link,
        date,
    } = source.clone();
    let link = link.map(|link| {
        let address = link.clone();
        view! {
            <a href=address rel="noreferrer">
                {link}
            </a>
        }
    });
    view! {
        <dl class="facts">
            <div>
                <dt>"Measured by"</dt>
                <dd>{measured_by}</dd>
            </div>
            <div>
                <dt>"What"</dt>
                <dd>{or_unknown(what, "nobody said what was measured")}</dd>
            </div>
            <div>
                <dt>"Where"</dt>
                <dd class="wrap">{or_unknown(link, "nobody said where it can be read")}</dd>
            </div>
            <div>
                <dt>"On"</dt>
                <dd>
                    {or_unknown(date.map(|date| date.to_string()), "its source bears no date")}
                </dd>
            </div>
            <div>
                <dt>"Brought in"</dt>
                <dd>"by " {by.to_owned()} " " {time::relative(at)}</dd>
            </div>
        </dl>
    }
}

/// What stands over what is told of a part of something.
const OF: [&str; 2] = ["Of", "What"];

fn seen(seen: &Seen) -> impl IntoView + use<> {
    let Seen {
        outcome: _,
        response,
        figures,
        groups,
        note,
    } = seen;
    let answers = (!response.is_empty()).then(|| {
        let rows = response
            .iter()
            .flat_map(|(name, response)| answered(name, response))
            .collect();
        view! { <h3>"How long answers took"</h3> {amounts("Answers", OF, rows)} }
    });
    let figures = (!figures.is_empty()).then(|| {
        let figures = figures.iter();
        let figures = figures.map(|(name, amount)| ([name.to_string()], amount.to_string()));
        view! { <h3>"Figures"</h3> {amounts("Figures", ["What"], figures.collect())} }
    });
    let busy = (!groups.is_empty()).then(|| {
        let rows = groups
            .iter()
            .flat_map(|(group, used)| {
                let used = used.figures().into_iter();
                let rows =
                    used.map(|(name, amount)| ([group.to_string(), name], amount.to_string()));
                rows.collect::<Vec<_>>()
            })
            .collect();
        view! { <h3>"How busy groups were"</h3> {amounts("Groups", OF, rows)} }
    });
    let nothing = (answers.is_none() && figures.is_none() && busy.is_none())
        .then(|| view! { <p class="muted">"No figures are told."</p> });
    view! {
        <section aria-labelledby="seen-title">
            <h2 id="seen-title">"What was seen"</h2>
            {note.clone().map(|note| view! { <p>{note}</p> })}
            {answers}
            {figures}
            {busy}
            {nothing}
        </section>
    }
}

fn answered(name: &LoadName, response: &Response) -> Vec<([String; 2], String)> {
    let times = response.iter();
    times
        .map(|(percentile, time): (&Percentile, _)| {
            ([name.to_string(), percentile.to_string()], time.to_string())
        })
        .collect()
}

/// How much of what: the first name heads its row.
fn amounts<const N: usize>(
    label: &'static str,
    heads: [&'static str; N],
    rows: Vec<([String; N], String)>,
) -> impl IntoView {
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
    let rows = rows
        .into_iter()
        .map(|(names, amount)| {
            let mut names = names.into_iter();
            let first = names
                .next()
                .map(|name| view! { <th scope="row">{name}</th> });
            let rest = names.map(|name| view! { <td>{name}</td> }).collect_view();
            view! {
                <tr>
                    {first}
                    {rest}
                    <td class="num">{amount}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label=label tabindex="0">
            <table>
                <thead>
                    <tr>
                        {heads.into_iter().collect_view()}
                        <th scope="col" class="num">
                            "How much"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The form that takes it away, folded.
fn remove(case: &CaseName) -> impl IntoView + use<> {
    view! {
        <details class="more">
            <summary>"Take it away"</summary>
            <form method="post" action=routes::case_remove(case) class="note-form">
                {form::token()}
                <label class="wide">"Reason" <input name="reason" maxlength="300" /></label>
                <div class="actions wide">
                    <button type="submit">"Take it away"</button>
                </div>
            </form>
        </details>
    }
}
