//! What comes of a what-if. The server draws it into the page and the browser draws it again at each
//! move of a slider, both with these functions.

use leptos::prelude::*;
use model::name::{CloudName, EnvironmentName};
use model::operation::Trouble;
use model::quota::QuotaKind;
use plan::cost::Figure;
use plan::headroom::Fit;
use plan::what_if::{Costs, Held, Limit, Limited, Outcome};

use super::age::age;
use super::badge::{Tone, badge};
use super::capacity;
use super::empty::empty;
use super::trouble::trouble;
use crate::data::Age;
use crate::fmt;

/// Where it stands in the page, by its id.
pub(crate) const ID: &str = "outcome";

/// What comes of a question about an environment. `asked` is when its cloud said last what it has.
pub(crate) fn outcome(
    name: &EnvironmentName,
    asked: Option<Age>,
    outcome: &Result<Box<Outcome>, Trouble>,
) -> AnyView {
    match outcome {
        Ok(outcome) => worked_out(name, asked, outcome).into_any(),
        Err(why) => trouble(why).into_any(),
    }
}

fn worked_out(
    name: &EnvironmentName,
    asked: Option<Age>,
    outcome: &Outcome,
) -> impl IntoView + use<> {
    let Outcome {
        number,
        with_secondary,
        production,
        temporary,
        temporaries,
        secondary,
        all,
        cost,
        limits,
        first: _,
        most_temporaries,
        largest,
        aftermath,
    } = outcome;
    let fits = limits.iter().all(|limit| {
        [limit.held.min, limit.held.planned, limit.held.max]
            .iter()
            .all(|held| !matches!(held.fit, Fit::Short(_)))
    });
    let tone = if fits { Tone::Ok } else { Tone::Warning };
    let sentence = fmt::capital(&outcome.sentence());
    let parts = [
        (name.to_string(), Some(*production)),
        (
            format!("{number} temporary"),
            temporary.map(|_| *temporaries).filter(|_| *number > 0),
        ),
        (
            "secondary site".to_owned(),
            secondary.filter(|_| *with_secondary),
        ),
        ("in all".to_owned(), Some(*all)),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(what, totals)| Some((what, totals?)))
        .collect();
    let most = most_temporaries.as_ref().map(|most| {
        view! {
            <p>
                "Temporary environments as planned: " {most.planned.sentence()} "."
            </p>
        }
    });
    let largest = (!largest.is_empty()).then(|| {
        let lines = largest
            .iter()
            .map(|(group, most)| {
                view! { <li><code>{group.to_string()}</code> ": " {most.planned.sentence()} "."</li> }
            })
            .collect_view();
        view! { <ul class="tight">{lines}</ul> }
    });
    let lost = aftermath.as_ref().map(|aftermath| {
        view! {
            <section aria-labelledby="lost-title">
                <h2 id="lost-title">"What still stands"</h2>
                <p>{fmt::capital(&aftermath.sentence())} "."</p>
                <ul class="tight">
                    {aftermath
                        .services
                        .iter()
                        .map(|service| view! { <li>{service.sentence()}</li> })
                        .collect_view()}
                    {aftermath
                        .clusters
                        .iter()
                        .map(|cluster| view! { <li>{cluster.sentence()}</li> })
                        .collect_view()}
                </ul>
            </section>
        }
    });
    view! {
        <p class="verdict">{badge(tone, sentence)}</p>
        {most}
        {largest}
        <section aria-labelledby="totals-title">
            <h2 id="totals-title">"What it takes"</h2>
            {capacity::parts(parts)}
        </section>
        {cost.as_ref().map(costs)}
        <section aria-labelledby="limits-title">
            <h2 id="limits-title">"What there is"</h2>
            {asked
                .map(|asked| {
                    view! { <p class="muted">"As the cloud said " {age(asked)} "."</p> }
                })}
            {table(limits)}
        </section>
        {lost}
    }
}

/// What it costs at each sizing, and how much of it has a price.
fn costs(costs: &Costs) -> impl IntoView + use<> {
    let Costs {
        book,
        currency,
        production,
        temporary,
        secondary,
        all,
    } = costs;
    let line = |label: &'static str, figure: &Figure| {
        view! { <li>{label} ": " {figure.sentence(*currency)}</li> }
    };
    let parts = [
        ("", Some(production)),
        ("each temporary environment: ", temporary.as_ref()),
        ("the secondary site: ", secondary.as_ref()),
    ];
    let missing: Vec<_> = parts
        .into_iter()
        .filter_map(|(whose, costs)| Some((whose, costs?)))
        .flat_map(|(whose, costs)| {
            let unpriced = costs.planned.unpriced.iter();
            unpriced.map(move |missing| view! { <li>{format!("{whose}{missing}")}</li> })
        })
        .collect();
    let missing = (!missing.is_empty()).then(|| {
        view! {
            <details>
                <summary>"What has no price"</summary>
                <ul class="tight">{missing}</ul>
            </details>
        }
    });
    view! {
        <section aria-labelledby="cost-title">
            <h2 id="cost-title">"What it costs"</h2>
            <p class="muted">{format!("All of it, by the prices of {book}.")}</p>
            <ul class="tight">
                {line("at minimum", &all.min)} {line("as planned", &all.planned)}
                {line("at maximum", &all.max)}
            </ul>
            {missing}
        </section>
    }
}

/// How a need comes out.
fn held(limit: &Limit, held: &Held) -> AnyView {
    let amount = match limit.what {
        Limited::Quota(QuotaKind::RamMib) => fmt::mib,
        Limited::Quota(_) | Limited::AddressPool => fmt::number,
    };
    let known = amount(held.need.known);
    let need = if held.need.unknown > 0 {
        format!("{known} + {} unknown", held.need.unknown)
    } else {
        known
    };
    let (tone, word) = match &held.fit {
        Fit::Fits => (Tone::Ok, "fits".to_owned()),
        Fit::Short(short) => (
            Tone::Critical,
            format!("{} short", limit.what.amount(*short)),
        ),
        Fit::Unknown(_) => (Tone::Neutral, "open".to_owned()),
    };
    view! { <td class="num">{need} " " {badge(tone, word)}</td> }.into_any()
}

fn table(limits: &[Limit]) -> impl IntoView + use<> {
    if limits.is_empty() {
        return empty(
            "Nothing to hold it against.",
            "It is on no cloud that is known.",
        )
        .into_any();
    }
    let rows = limits
        .iter()
        .map(|limit| {
            let cloud = limit.cloud.as_ref().map(CloudName::to_string);
            let free = limit.free.amount().map(|free| limit.what.amount(free));
            view! {
                <tr>
                    <th scope="row">{fmt::capital(limit.what.words())}</th>
                    <td>{cloud.unwrap_or_else(|| "no cloud is named".to_owned())}</td>
                    <td class="num">{free.unwrap_or_else(|| "—".to_owned())}</td>
                    {held(limit, &limit.held.min)}
                    {held(limit, &limit.held.planned)}
                    {held(limit, &limit.held.max)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="What there is" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Cloud"</th>
                        <th scope="col" class="num">
                            "Free for it"
                        </th>
                        <th scope="col" class="num">
                            "Minimum"
                        </th>
                        <th scope="col" class="num">
                            "Planned"
                        </th>
                        <th scope="col" class="num">
                            "Maximum"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
