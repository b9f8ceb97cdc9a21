//! One cloud: how its collections stand, what it holds by kind and by whose it is, its quotas now and
//! before, its hypervisors and projects.

mod progress;
mod quotas;

use leptos::prelude::*;
use model::collection::{Collection, HeldKind, KindState, Outcome, Owner, Reach, Trouble};
use model::operation::Trouble as Told;

use super::clouds::schedule;
use crate::components::age;
use crate::components::badge::{Tone, badge};
use crate::components::empty::empty;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::held_table;
use crate::components::meter;
use crate::components::time;
use crate::components::trouble::{refused, trouble};
use crate::components::unknown::unknown;
use crate::context::{Shown, page, path};
use crate::data::{CloudData, CloudSummary};
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn CloudPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("cloud", "cloud")?;
        let data = backend.cloud(&name).await?;
        Ok(Shown {
            title: data.cloud.name.to_string(),
            place: Place::Clouds,
            view: draw(&data).into_any(),
        })
    })
}

/// The heading that all pages of a cloud have, with the way to each of its parts.
pub(crate) fn head(
    cloud: &CloudSummary,
    title: Option<&str>,
    here: Part,
    actions: AnyView,
) -> impl IntoView + use<> {
    let name = cloud.name.clone();
    let title = match title {
        Some(title) => format!("{name}: {title}"),
        None => name.to_string(),
    };
    let lead = view! {
        {cloud.about.clone()}
        ", "
        {age::collected(cloud.age)}
    };
    let foreign = cloud
        .counts
        .get(&HeldKind::Server)
        .map_or(0, |counts| counts.foreign);
    let tab = |part: Part, href: String, label: String| {
        let current = (part == here).then_some("page");
        view! {
            <a href=href aria-current=current>
                {label}
            </a>
        }
    };
    let count = |kind: HeldKind| {
        let counts = cloud.counts.get(&kind).copied().unwrap_or_default();
        format!(
            "{} {}",
            fmt::capital(kind.many()),
            fmt::number(counts.all())
        )
    };
    let kinds = [
        HeldKind::Server,
        HeldKind::Volume,
        HeldKind::Network,
        HeldKind::FloatingIp,
    ];
    let mut kinds: Vec<HeldKind> = kinds.into();
    if let Part::Kind(kind) = here
        && !kinds.contains(&kind)
    {
        kinds.push(kind);
    }
    let kinds = kinds
        .into_iter()
        .map(|kind| tab(Part::Kind(kind), routes::held_all(&name, kind), count(kind)))
        .collect_view();
    view! {
        {heading(title, Some(lead.into_any()), actions)}
        <nav class="tabs" aria-label="Parts of the cloud">
            {tab(Part::Overview, routes::cloud(&name), "Overview".to_owned())}
            {kinds}
            {tab(
                Part::Groups,
                routes::groups(&name, 0),
                format!("Proposed groups ({} unassigned)", fmt::number(foreign)),
            )}
        </nav>
    }
}

/// A part of a cloud's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The cloud's own page.
    Overview,
    /// A list of things of a kind.
    Kind(HeldKind),
    /// The proposed groups.
    Groups,
}

/// The button that has a cloud collected.
fn collect_button(cloud: &CloudSummary) -> AnyView {
    let state = cloud.state.as_ref();
    let busy = state.is_some_and(|state| state.progress.is_some() || state.is_wanted());
    let refused = busy.then_some("It is being collected already.");
    view! {
        <form method="post" action=routes::collect(&cloud.name)>
            {form::token()}
            {form::submit("Collect now", "primary", refused)}
        </form>
    }
    .into_any()
}

fn draw(data: &CloudData) -> impl IntoView + use<> {
    let CloudData {
        cloud,
        every,
        collections,
        quotas,
        hypervisors,
        projects,
    } = data;
    let name = cloud.name.clone();
    let body = match (&cloud.state, cloud.age) {
        (None, _) | (Some(_), None) => empty(
            "Nothing is known of it yet.",
            "Collecting reads what it holds, whoever made it, and changes nothing there.",
        )
        .into_any(),
        (Some(state), Some(_)) => view! {
            <section aria-labelledby="kinds-title">
                <h2 id="kinds-title">"What it holds"</h2>
                {kinds(cloud, &state.kinds)}
            </section>
            {cloud
                .meters
                .as_ref()
                .map(|meters| {
                    view! {
                        <section aria-labelledby="quotas-title">
                            <h2 id="quotas-title">"Quotas"</h2>
                            {meter::cloud(meters)}
                            {quotas::changes(quotas)}
                        </section>
                    }
                })}
            {part("hypervisors", HeldKind::Hypervisor, cloud, hypervisors)}
            {part("projects", HeldKind::Project, cloud, projects)}
            <section aria-labelledby="collections-title">
                <h2 id="collections-title">"Collections"</h2>
                {history(collections)}
            </section>
        }
        .into_any(),
    };
    let next = cloud
        .state
        .as_ref()
        .and_then(|state| state.next_at)
        .filter(|_| every.is_some())
        .map(|at| view! { ", next " {time::relative(at)} });
    view! {
        {head(cloud, None, Part::Overview, collect_button(cloud))}
        {cloud
            .state
            .as_ref()
            .and_then(|state| state.trouble.as_ref())
            .map(|why| trouble(&told(name.as_str(), why)))}
        {progress::under_way(cloud)}
        <p class="muted">{fmt::capital(&schedule(*every))} {next} "."</p>
        {body}
    }
}

/// Why a cloud could not be asked, for a person.
fn told(name: &str, trouble: &Trouble) -> Told {
    Told {
        what: format!("{name} can’t be asked since {}", fmt::moment(trouble.since)),
        why: trouble.why.clone(),
        todo: format!(
            "What is shown was known before. “understudy cloud doctor {name}” says what is wrong."
        ),
    }
}

/// How reading a kind stands, in a cell.
pub(crate) fn kind_standing(state: Option<&KindState>) -> AnyView {
    let Some(state) = state else {
        return view! { <span class="muted">"never read"</span> }.into_any();
    };
    let read = match state.read_at {
        Some(at) => view! { {time::relative(at)} }.into_any(),
        None => "never".into_any(),
    };
    match &state.outcome {
        Outcome::Whole { reach, why } => {
            let reach = match reach {
                Reach::Cloud => "all projects",
                Reach::Project => "one project",
            };
            let title = why.clone();
            view! {
                {read}
                " "
                <span class="muted" title=title>
                    {reach}
                </span>
            }
            .into_any()
        }
        Outcome::Failed(why) | Outcome::Forbidden(why) | Outcome::NotOffered(why) => {
            let tone = if state.is_partial() {
                Tone::Warning
            } else {
                Tone::Neutral
            };
            view! {
                {read}
                " "
                {badge(tone, state.outcome.word())}
                <div class="hint fault">{why.why.clone()} " since " {time::relative(why.since)}</div>
            }
            .into_any()
        }
    }
}

/// How many things of a kind there are; not known where it was never read to its end.
pub(crate) fn tally(cloud: &CloudSummary, kind: HeldKind) -> Option<u64> {
    let all = cloud.counts.get(&kind).copied().unwrap_or_default().all();
    let state = cloud.state.as_ref()?.kind(kind)?;
    let is_known =
        state.read_at.is_some() || all > 0 || matches!(state.outcome, Outcome::NotOffered(_));
    is_known.then_some(all)
}

fn kinds(cloud: &CloudSummary, states: &[KindState]) -> impl IntoView + use<> {
    let rows = HeldKind::ALL
        .iter()
        .map(|kind| {
            let counts = cloud.counts.get(kind).copied().unwrap_or_default();
            let state = states.iter().find(|state| state.kind == *kind);
            let known = tally(cloud, *kind);
            let never = || unknown("it was never read to its end");
            let owners = Owner::ALL
                .into_iter()
                .map(|owner| {
                    let count = counts.of(owner);
                    let cell = if known.is_none() {
                        never()
                    } else if count == 0 {
                        view! { <span class="muted">"0"</span> }.into_any()
                    } else {
                        let of = model::collection::HeldFilter {
                            owner: Some(owner),
                            ..model::collection::HeldFilter::all(cloud.name.clone(), *kind)
                        };
                        view! { <a href=routes::held(&of)>{fmt::number(count)}</a> }.into_any()
                    };
                    view! { <td class="num">{cell}</td> }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">
                        <a href=routes::held_all(&cloud.name, *kind)>{fmt::capital(kind.many())}</a>
                    </th>
                    <td class="num strong">
                        {known.map_or_else(never, |all| fmt::number(all).into_any())}
                    </td>
                    {owners}
                    <td>{kind_standing(state)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = Owner::ALL
        .into_iter()
        .map(|owner| {
            view! {
                <th scope="col" class="num" title=owner.meaning()>
                    {fmt::capital(owner.word())}
                </th>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Kinds" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Kind"</th>
                        <th scope="col" class="num">
                            "All"
                        </th>
                        {heads}
                        <th scope="col">"Read"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What only administrators are told, or that it is so.
fn part(
    id: &'static str,
    kind: HeldKind,
    cloud: &CloudSummary,
    rows: &[model::collection::HeldRow],
) -> impl IntoView + use<> {
    let count = cloud.counts.get(&kind).copied().unwrap_or_default().all();
    let state = cloud.state.as_ref().and_then(|state| state.kind(kind));
    let why = state.and_then(|state| state.outcome.trouble());
    let body = match why {
        Some(why) if rows.is_empty() => refused(&format!(
            "This credential is not told of {}: {}",
            kind.many(),
            why.why
        ))
        .into_any(),
        _ => held_table::table(&cloud.name, kind, rows, None, &[]).into_any(),
    };
    let more = (count > rows.len() as u64).then(|| {
        view! {
            <p>
                <a href=routes::held_all(&cloud.name, kind)>
                    {format!("All {} {}", fmt::number(count), kind.many())}
                </a>
            </p>
        }
    });
    let title = format!("{id}-title");
    let labelled_by = title.clone();
    view! {
        <section aria-labelledby=labelled_by>
            <h2 id=title>{fmt::capital(kind.many())}</h2>
            {body}
            {more}
        </section>
    }
}

fn history(collections: &[Collection]) -> impl IntoView + use<> {
    let rows = collections
        .iter()
        .map(|one| {
            view! {
                <tr>
                    <th scope="row">{one.number.to_string()}</th>
                    <td>{time::both(one.at)}</td>
                    <td>{one.source.clone()}</td>
                    <td>
                        <code title=one.content_hash.clone()>{fmt::short_hash(&one.content_hash)}</code>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="muted">"Only those that found something new are kept."</p>
        <div class="scroll" role="region" aria-label="Collections" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Number"</th>
                        <th scope="col">"Begun"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Content"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
