//! One environment: what it is, what it takes, what is worth knowing about it, what it consists of;
//! and the copy that one click starts, or, of a copy, how it is doing.

use leptos::prelude::*;
use model::environment::{Environment, Layer, Revision};
use model::facts::DatedFact;
use model::topology::Topology;

use super::environments::main_layer;
use super::{calendar, offer, operations, temporary};
use crate::components::age;
use crate::components::badge::{self, Tone};
use crate::components::capacity;
use crate::components::empty::empty;
use crate::components::finding;
use crate::components::frame::{Place, heading};
use crate::components::groups;
use crate::components::icon::{Icon, icon};
use crate::components::instance_table::{self, Columns};
use crate::components::keys;
use crate::components::rooms::{Room, rooms};
use crate::components::time;
use crate::components::unknown::or_unknown;
use crate::context::{Shown, page, path, query, readable};
use crate::data::{Age, EnvironmentData, ShownTarget};
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn EnvironmentPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(routes::EnvironmentAsk::read(&query()))?;
        let data = backend.environment(&name, &ask).await?;
        Ok(Shown {
            title: name.to_string(),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &EnvironmentData) -> impl IntoView + use<> {
    let EnvironmentData {
        environment,
        revision,
        observed,
        foreign,
        topology,
        target,
        capacity,
        instances,
        findings,
        muted,
        revisions,
        operations,
        keypairs,
        offer,
        temporary,
        power,
    } = data;
    let layer = revision.layer;
    let findings_title = if findings.is_empty() {
        "Findings".to_owned()
    } else {
        format!("Findings: {}", finding::counts(findings))
    };
    let shown = u64::try_from(instances.rows.len()).unwrap_or(u64::MAX);
    let all_instances = (shown < instances.total).then(|| {
        view! {
            <p>
                <a href=routes::instances_of(
                    &environment.name,
                    layer,
                )>{format!("All {} instances", fmt::number(instances.total))}</a>
            </p>
        }
    });
    view! {
        {head(environment, revision, *observed, topology, target.as_ref())}
        {(!foreign.is_empty()).then(|| left_alone(foreign))}
        {rooms(&environment.name, Room::Overview)}
        {layers(environment, revision)}
        {temporary.as_ref().map(|data| temporary::section(environment, data, keypairs))}
        {capacity::tiles(&capacity.totals)}
        {offer.as_ref().map(|offer| offer::section(environment, &capacity.totals, offer))}
        <section id="findings" aria-labelledby="findings-title">
            <h2 id="findings-title">{findings_title}</h2>
            {if findings.is_empty() {
                empty("Nothing is known to be wrong here.", "What was declared and what is computed agree, and nothing observed is alarming.")
                    .into_any()
            } else {
                finding::list(findings, false, 3)
            }}
            {finding::muted(muted)}
        </section>
        <section aria-labelledby="capacity-title">
            <h2 id="capacity-title">"Capacity"</h2>
            {capacity::table(capacity)}
        </section>
        <section aria-labelledby="groups-title">
            <h2 id="groups-title">
                {format!("Groups: {}", topology.groups.len())}
            </h2>
            {groups::table(topology)}
        </section>
        <section aria-labelledby="instances-title">
            <h2 id="instances-title">
                {format!("Instances: {}", fmt::number(instances.total))}
                {(layer == Layer::Planned).then_some(" as planned")}
            </h2>
            {if instances.rows.is_empty() {
                empty("It has no instances.", "Its groups are all counted zero, or it was destroyed.").into_any()
            } else {
                instance_table::table(&instances.rows, Columns::OneEnvironment(layer, power.as_ref())).into_any()
            }}
            {all_instances}
        </section>
        {temporary.is_none().then(|| keys::card(&environment.name, keypairs))}
        {facts(topology)}
        {(!operations.is_empty())
            .then(|| {
                view! {
                    <section aria-labelledby="operations-title">
                        <h2 id="operations-title">"Operations"</h2>
                        {operations::table(operations, false)}
                    </section>
                }
            })}
        <section aria-labelledby="revisions-title">
            <h2 id="revisions-title">"Revisions"</h2>
            {revision_table(environment, revision, revisions)}
        </section>
    }
}

/// What every act leaves alone.
fn left_alone(foreign: &[String]) -> impl IntoView + use<> {
    let shown: Vec<&str> = foreign.iter().take(12).map(String::as_str).collect();
    let more = foreign.len().saturating_sub(shown.len());
    let more = (more > 0).then(|| format!(" and {more} more"));
    view! {
        <p class="callout tone-neutral">
            <span class="badge-glyph" aria-hidden="true">"○"</span>
            <span>
                {fmt::counted(
                    foreign.len().try_into().unwrap_or(u64::MAX),
                    "server of it was",
                    "servers of it were",
                )}
                " not made by Understudy, which changes and removes only what it made: "
                {shown.join(", ")}
                {more}
                "."
            </span>
        </p>
    }
}

fn head(
    environment: &Environment,
    revision: &Revision,
    seen: Option<Age>,
    topology: &Topology,
    target: Option<&ShownTarget>,
) -> impl IntoView + use<> {
    let Environment {
        id,
        name,
        kind,
        protected,
        owner,
        created_at,
        planned,
        observed,
        observed_at: _,
        destroyed_at,
    } = environment.clone();
    let team = topology.team.clone();
    let actions = view! {
        {destroyed_at
            .is_none()
            .then(|| {
                view! {
                    <a class="button" href=routes::edit(&name)>
                        {if planned.is_some() { "Edit the plan" } else { "Plan it" }}
                    </a>
                }
            })}
        {planned
            .is_some_and(|_| observed.is_some())
            .then(|| {
                view! {
                    <a
                        class="button"
                        href=routes::compare(&format!("{name}:observed"), &format!("{name}:planned"))
                    >
                        {icon(Icon::Compare)}
                        "Observed with planned"
                    </a>
                }
            })}
        <a
            class="button"
            href=routes::CompareAsk {
                a: Some(name.to_string()),
                ..routes::CompareAsk::default()
            }
                .address()
        >
            {icon(Icon::Compare)}
            "Compare"
        </a>
        <a class="button" href=routes::audit_of(&name)>
            {icon(Icon::Log)}
            "Activity"
        </a>
    };
    let owner = match (owner, team) {
        (Some(owner), Some(team)) => Some(format!("{owner}, {team}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    };
    view! {
        {heading(name.to_string(), topology.note.clone().map(IntoAny::into_any), actions)}
        {destroyed_at
            .map(|at| {
                view! {
                    <p class="callout tone-warning">
                        <span class="badge-glyph" aria-hidden="true">"!"</span>
                        <span>"It was destroyed " {time::both(at)} ". This is the record of it."</span>
                    </p>
                }
            })}
        <dl class="facts facts-row">
            <div>
                <dt>"Kind"</dt>
                <dd>{badge::kind(kind)} {protected.then(|| badge::badge(Tone::Neutral, "protected"))}</dd>
            </div>
            <div>
                <dt>"Cloud"</dt>
                <dd>{or_unknown(topology.cloud.as_ref().map(ToString::to_string), "no cloud is named")}</dd>
            </div>
            <div>
                <dt>"Site"</dt>
                <dd>{or_unknown(topology.site.as_ref().map(ToString::to_string), "no site is named")}</dd>
            </div>
            <div>
                <dt>"Owner"</dt>
                <dd>{or_unknown(owner, "nobody is named")}</dd>
            </div>
            {topology
                .replicates
                .as_ref()
                .map(|replicates| {
                    let source = replicates.environment.clone();
                    view! {
                        <div>
                            <dt>"Replicates"</dt>
                            <dd>
                                <a href=routes::environment(&source)>{source.to_string()}</a>
                            </dd>
                        </div>
                    }
                })}
            <div>
                <dt>"Shown"</dt>
                <dd>
                    {format!("{} revision {}", revision.layer, revision.number)}
                    ", stored "
                    {time::relative(revision.at)}
                </dd>
            </div>
            <div>
                <dt>"Observed"</dt>
                <dd>
                    {or_unknown(
                        seen
                            .map(|Age { at, stale }| {
                                view! {
                                    {time::both(at)}
                                    {stale.then(age::flag)}
                                }
                            }),
                        "nothing of it was observed, or nobody said when",
                    )}
                </dd>
            </div>
            {target
                .map(|target| {
                    let line = calendar::line(target);
                    let overdue = target.overdue.then(|| badge::badge(Tone::Warning, "overdue"));
                    view! {
                        <div>
                            <dt>"Target date"</dt>
                            <dd>
                                <a href=format!("{}#targets", routes::CAPACITY)>{line}</a>
                                " "
                                {overdue}
                            </dd>
                        </div>
                    }
                })}
            <div>
                <dt>"Known since"</dt>
                <dd title=id.to_string()>{time::absolute(created_at)}</dd>
            </div>
        </dl>
    }
}

/// The way to the other layer, where there is one.
fn layers(environment: &Environment, revision: &Revision) -> Option<AnyView> {
    let (Some(_), Some(_)) = (environment.planned, environment.observed) else {
        return None;
    };
    let links = [Layer::Planned, Layer::Observed]
        .map(|layer| {
            let current = (layer == revision.layer).then_some("page");
            let href = if layer == main_layer(environment) {
                routes::environment(&environment.name)
            } else {
                routes::environment_layer(&environment.name, layer)
            };
            view! {
                <a href=href aria-current=current>
                    {fmt::capital(layer.word())}
                </a>
            }
        })
        .collect_view();
    Some(
        view! {
            <nav class="tabs" aria-label="Layer">
                {links}
            </nav>
        }
        .into_any(),
    )
}

fn facts(topology: &Topology) -> Option<AnyView> {
    if topology.facts.is_empty() && topology.allowed_releases.is_empty() {
        return None;
    }
    let rows = topology.facts.iter().map(fact).collect_view();
    let releases = (!topology.allowed_releases.is_empty()).then(|| {
        let releases = topology.allowed_releases.join(", ");
        view! {
            <div>
                <dt>"Allowed releases"</dt>
                <dd>{releases}</dd>
            </div>
        }
    });
    Some(
        view! {
            <section aria-labelledby="facts-title">
                <h2 id="facts-title">"Facts"</h2>
                <dl class="facts">{rows} {releases}</dl>
            </section>
        }
        .into_any(),
    )
}

fn fact(fact: &DatedFact) -> impl IntoView + use<> {
    let DatedFact {
        what,
        value,
        unit,
        from,
        to,
        source,
    } = fact.clone();
    let dates = match to {
        Some(to) if to != from => format!("{from} to {to}"),
        _ => from.to_string(),
    };
    view! {
        <div>
            <dt>{fmt::capital(&what)}</dt>
            <dd>
                {fmt::number(value)}
                {unit.map(|unit| format!(" {unit}"))}
                " "
                <span class="muted">
                    {dates}
                    {source.map(|source| format!(", says {source}"))}
                </span>
            </dd>
        </div>
    }
}

fn revision_table(
    environment: &Environment,
    shown: &Revision,
    revisions: &[Revision],
) -> impl IntoView + use<> {
    let name = environment.name.clone();
    let newest = |layer| match layer {
        Layer::Planned => environment.planned,
        Layer::Observed => environment.observed,
    };
    let rows = revisions
        .iter()
        .map(|revision| {
            let Revision {
                environment: _,
                layer,
                number,
                at,
                source,
                content_hash,
            } = revision.clone();
            let current = (layer, number) == (shown.layer, shown.number);
            let is_newest = newest(layer) == Some(number);
            let compare = (!is_newest).then(|| {
                let href = routes::compare(
                    &format!("{name}@{number}:{layer}"),
                    &format!("{name}:{layer}"),
                );
                view! { <a href=href>"Compare with the newest"</a> " " }
            });
            let back =
                (layer == Layer::Planned && number.0 > 1 && environment.destroyed_at.is_none())
                    .then(|| view! { <a href=routes::take_back(&name, number)>"Take it back"</a> });
            view! {
                <tr aria-current=current.then_some("true")>
                    <th scope="row">
                        <a href=routes::environment_at(
                            &name,
                            layer,
                            number,
                        )>{format!("{layer} {number}")}</a>
                        {current.then(|| view! { " " <span class="muted">"shown"</span> })}
                    </th>
                    <td class="nowrap">{time::both(at)}</td>
                    <td>{source}</td>
                    <td>
                        <code title=content_hash.clone()>{fmt::short_hash(&content_hash)}</code>
                    </td>
                    <td>{compare} {back}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Revisions" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Revision"</th>
                        <th scope="col">"Stored"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"Content"</th>
                        <th scope="col">
                            <span class="visually-hidden">"Compare"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
