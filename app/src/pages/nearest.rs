//! An environment beside the nearest that were measured: how far, how much larger or smaller, what load
//! was held there and what it comes to here. What is only a hint says so.

use leptos::prelude::*;
use model::name::EnvironmentName;
use plan::nearest::{
    Compared, Distance, Fit, Here, Load, Nearest, Part, Shared, Tier, times_words,
};

use super::cases::outcome;
use crate::components::badge::{self, Tone, badge};
use crate::components::empty::empty;
use crate::components::form::{field, select};
use crate::components::frame::{Place, heading};
use crate::components::rooms::{Room, rooms};
use crate::components::unknown::unknown;
use crate::context::{Shown, page, path, query, readable};
use crate::data::NearestData;
use crate::fmt;
use crate::routes::{self, CompareSizing, NearestAsk};

/// The page.
#[component]
pub(crate) fn NearestPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(NearestAsk::read(&query()))?;
        let data = backend.nearest(&name, &ask).await?;
        Ok(Shown {
            title: format!("{name} beside what was measured"),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &NearestData) -> impl IntoView + use<> {
    let NearestData {
        environment,
        ask,
        nearest,
        known,
        loads: _,
    } = data;
    let name = &environment.name;
    let kind = badge::kind(environment.kind).into_any();
    let files = [
        ("md", "Markdown"),
        ("wiki", "MediaWiki"),
        ("csv", "CSV"),
        ("json", "JSON"),
    ]
    .map(|(ending, label)| {
        view! {
            <a class="button" href=routes::nearest_file(name, ask, ending)>
                {label}
            </a>
        }
    })
    .collect_view();
    let body = if nearest.is_empty() {
        let next = view! {
            "Bring some in under "
            <a href=routes::CASES>"Case studies"</a>
            ", or with "
            <code>"understudy case import FILE…"</code>
        };
        empty("There is no case study to hold it against.", next).into_any()
    } else {
        let shown = format!(
            "The nearest {} of {known}. A distance is from 0 (the same) to 1. What a load comes to here is scaled linearly: a hint, and no measurement.",
            nearest.len()
        );
        let each = nearest.iter().map(one).collect_view();
        view! {
            <p class="muted">{shown}</p>
            {each}
        }
        .into_any()
    };
    view! {
        {heading(format!("{name} beside what was measured"), Some(kind), files)}
        {rooms(name, Room::Nearest)}
        {chooser(name, data)}
        {body}
    }
}

fn chooser(name: &EnvironmentName, data: &NearestData) -> impl IntoView + use<> {
    let NearestAsk { load, sizing } = &data.ask;
    let sizings = CompareSizing::ALL.map(|one| (one.word().to_owned(), one.label().to_owned()));
    let names: Vec<&str> = data.loads.iter().map(AsRef::as_ref).collect();
    let hint = (!names.is_empty()).then(|| format!("Measured were {}.", names.join(", ")));
    view! {
        <form class="filter" method="get" action=routes::nearest(name)>
            {field(
                "nearest-load",
                "Load that it is to bear",
                hint,
                view! {
                    <input
                        id="nearest-load"
                        name="load"
                        maxlength="500"
                        placeholder="requests=8/s, users=3000"
                        spellcheck="false"
                        autocomplete="off"
                        value=load.to_string()
                    />
                },
            )}
            {field(
                "nearest-sizing",
                "Sizing",
                None,
                select("nearest-sizing", "sizing", Some(sizing.word()), sizings.to_vec()),
            )}
            <div class="filter-actions">
                <button type="submit">"Compare"</button>
            </div>
        </form>
    }
}

fn one(nearest: &Nearest) -> impl IntoView + use<> {
    let Nearest {
        case,
        title,
        outcome: held,
        distance,
        parts,
        shared,
        only_planned,
        only_measured,
        tiers,
        clusters: _,
        loads,
        warnings,
        incomparable,
    } = nearest;
    let id = format!("case-{case}");
    let label = id.clone();
    let warnings = warnings
        .iter()
        .map(|text| {
            view! { <li>{badge(Tone::Warning, "warning")} " " {fmt::capital(text)} "."</li> }
        })
        .collect::<Vec<_>>();
    let warnings = (!warnings.is_empty()).then(|| view! { <ul class="tight">{warnings}</ul> });
    let all = tiers.last().filter(|tier| tier.category.is_none());
    let sum: Vec<String> = all
        .into_iter()
        .flat_map(|tier| tier.figures.iter().filter_map(Compared::sentence))
        .collect();
    let sum = if sum.is_empty() {
        "how large it is beside the measured isn’t known".to_owned()
    } else {
        format!("planned: {} of the measured", sum.join(", "))
    };
    let apart = (!incomparable.is_empty()).then(|| {
        let lines = incomparable
            .iter()
            .map(|text| view! { <li>{text.clone()}</li> })
            .collect_view();
        let count = fmt::counted(incomparable.len() as u64, "thing", "things");
        view! {
            <details class="more">
                <summary>{format!("{count} can’t be compared")}</summary>
                <ul class="tight">{lines}</ul>
            </details>
        }
    });
    view! {
        <section class="card" aria-labelledby=label>
            <div class="card-head">
                <h2 id=id>
                    <a href=routes::case(case)>{title.clone()}</a>
                </h2>
                <span>{outcome(*held)} " distance " {distance.to_string()}</span>
            </div>
            {warnings}
            <p>{fmt::capital(&sum)} "."</p>
            {loads_table(case.as_str(), loads)}
            {sizes(case.as_str(), tiers)}
            {services(shared, only_planned, only_measured)}
            {how(*distance, parts)}
            {apart}
        </section>
    }
}

fn loads_table(case: &str, loads: &[Load]) -> impl IntoView + use<> {
    let rows = loads.iter().map(load).collect_view();
    view! {
        <div class="scroll" role="region" aria-label=format!("Load beside {case}") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Load"</th>
                        <th scope="col" class="num">
                            "Given there"
                        </th>
                        <th scope="col" class="num">
                            "Planned"
                        </th>
                        <th scope="col">"Here, scaled linearly"</th>
                        <th scope="col">"So that it is"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn load(load: &Load) -> impl IntoView + use<> {
    let Load {
        name,
        measured,
        planned,
        here,
        fit,
    } = load;
    let here = match here {
        Here::Scaled { to, times, by } => {
            let of = format!(" ({} the {by})", times_words(*times));
            view! { {to.to_string()} <span class="muted">{of}</span> }.into_any()
        }
        Here::Nothing { why } => {
            let why = why.clone();
            view! { <span class="muted">"— " {why}</span> }.into_any()
        }
    };
    let fit = fit.map(|fit| {
        let tone = match fit {
            Fit::AsMeasured => Tone::Ok,
            Fit::IfLinear => Tone::Neutral,
            Fit::Beyond => Tone::Warning,
        };
        badge(tone, fit.words())
    });
    view! {
        <tr>
            <th scope="row">{name.to_string()}</th>
            <td class="num">{measured.to_string()}</td>
            <td class="num">{planned.map(|planned| planned.to_string())}</td>
            <td>{here}</td>
            <td>{fit}</td>
        </tr>
    }
}

fn sizes(case: &str, tiers: &[Tier]) -> impl IntoView + use<> {
    let bodies = tiers
        .iter()
        .map(|tier| {
            let class = if tier.category.is_none() { "sum" } else { "" };
            let span = tier.figures.len().to_string();
            let rows = tier
                .figures
                .iter()
                .enumerate()
                .map(|(place, compared)| {
                    let head = (place == 0).then(|| {
                        view! {
                            <th scope="rowgroup" rowspan=span.clone()>
                                {fmt::capital(tier.words())}
                            </th>
                        }
                    });
                    figure(head.map(IntoAny::into_any), compared)
                })
                .collect_view();
            view! { <tbody class=class>{rows}</tbody> }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label=format!("Size beside {case}") tabindex="0">
            <table class="capacity">
                <thead>
                    <tr>
                        <th scope="col">"Category"</th>
                        <th scope="col">"What"</th>
                        <th scope="col" class="num">
                            "Planned"
                        </th>
                        <th scope="col" class="num">
                            "Measured"
                        </th>
                        <th scope="col" class="num">
                            "Planned to measured"
                        </th>
                    </tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
}

fn figure(head: Option<AnyView>, compared: &Compared) -> impl IntoView + use<> {
    let Compared {
        what,
        planned,
        measured,
        times,
    } = compared;
    let times = match times {
        Some(times) => times_words(*times).into_any(),
        None if compared.exact().is_some() => unknown("there was none there"),
        None => unknown("one of both isn’t wholly known"),
    };
    view! {
        <tr>
            {head}
            <th scope="row" class="sizing">
                {what.words()}
            </th>
            <td class="num">{what.shown(*planned)}</td>
            <td class="num">{what.shown(*measured)}</td>
            <td class="num">{times}</td>
        </tr>
    }
}

fn services<T: std::fmt::Display>(
    shared: &[Shared],
    only_planned: &[T],
    only_measured: &[T],
) -> impl IntoView + use<T> {
    let list = |all: Vec<String>| {
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    let shared = shared
        .iter()
        .map(|shared| {
            let instances = format!(
                "×{} here, ×{} there",
                shared.planned_instances, shared.measured_instances
            );
            if shared.planned == shared.measured {
                format!("{} ({instances})", shared.planned)
            } else {
                format!(
                    "{} ({} there, {instances})",
                    shared.planned, shared.measured
                )
            }
        })
        .collect();
    let names = |all: &[T]| list(all.iter().map(ToString::to_string).collect());
    view! {
        <dl class="facts">
            <div>
                <dt>"In both"</dt>
                <dd>{list(shared)}</dd>
            </div>
            <div>
                <dt>"Only here"</dt>
                <dd>{names(only_planned)}</dd>
            </div>
            <div>
                <dt>"Only there"</dt>
                <dd>{names(only_measured)}</dd>
            </div>
        </dl>
    }
}

/// How the distance comes about, folded.
fn how(distance: Distance, parts: &[Part]) -> impl IntoView + use<> {
    let rows = parts
        .iter()
        .map(|part| {
            view! {
                <tr>
                    <th scope="row">{fmt::capital(part.what.word())}</th>
                    <td class="num">{part.weight.to_string()}</td>
                    <td class="num">{part.distance.to_string()}</td>
                    <td>{part.why.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="more">
            <summary>{format!("How the distance of {distance} comes about")}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Part"</th>
                        <th scope="col" class="num">
                            "Weight"
                        </th>
                        <th scope="col" class="num">
                            "Distance"
                        </th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}
