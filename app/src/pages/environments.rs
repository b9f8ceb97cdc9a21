//! The list of environments.

use leptos::prelude::*;
use model::environment::{Environment, EnvironmentKind, Layer};

use crate::components::age::age;
use crate::components::badge::{self, Tone};
use crate::components::capacity;
use crate::components::empty::empty;
use crate::components::form::pick;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::components::unknown::{or_unknown, unknown};
use crate::context::{self, Shown, page};
use crate::data::{EnvironmentRow, EnvironmentsData};
use crate::islands::Countdown;
use crate::routes;

/// The page.
#[component]
pub(crate) fn EnvironmentsPage() -> impl IntoView {
    page(|backend| async move {
        let EnvironmentsData {
            environments,
            destroyed,
        } = backend.environments().await?;
        let gone = (!destroyed.is_empty()).then(|| gone(&destroyed));
        Ok(Shown {
            title: "Environments".to_owned(),
            place: Place::Environments,
            view: view! {
                {heading("Environments", None, ())}
                {table(&environments)}
                {plan()}
                {gone}
            }
            .into_any(),
        })
    })
}

/// The way to an environment that isn't there yet.
fn plan() -> impl IntoView {
    let kinds = EnvironmentKind::ALL
        .into_iter()
        .map(|kind| (kind.word().to_owned(), kind.word().to_owned()))
        .collect();
    view! {
        <section aria-labelledby="plan-title">
            <h2 id="plan-title">"Plan a new one"</h2>
            <form method="get" action=routes::EDIT class="card editor-new">
                <label>
                    "Name"
                    <input
                        name=routes::sent::ENVIRONMENT
                        required=true
                        maxlength="63"
                        placeholder="production-2015"
                        autocomplete="off"
                        spellcheck="false"
                    />
                </label>
                <label>
                    "Kind" {pick("kind", Some(EnvironmentKind::Production.word()), kinds)}
                </label>
                <button type="submit">"Begin with an empty plan"</button>
            </form>
        </section>
    }
}

/// Environments as a table; the dashboard has the same.
pub(crate) fn table(rows: &[EnvironmentRow]) -> AnyView {
    if rows.is_empty() {
        return empty(
            "There are no environments yet.",
            view! { "Bring one in from its file: " <code>"understudy import FILE…"</code> },
        )
        .into_any();
    }
    let rows = rows.iter().map(row).collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Environments" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Environment"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Cloud"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">
                            "Instances"
                        </th>
                        <th scope="col" class="num">
                            "vCPU"
                        </th>
                        <th scope="col" class="num">
                            "RAM"
                        </th>
                        <th scope="col">"Findings"</th>
                        <th scope="col">"Owner"</th>
                        <th scope="col">"Observed"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Where an environment stands, in a badge or two.
fn state(row: &EnvironmentRow) -> impl IntoView + use<> {
    let now = context::viewer().now;
    let operation = row.operation.as_ref().map(|operation| {
        view! {
            <a href=routes::operation(operation.id)>
                {operation.act.words()} " " {badge::operation(&operation.state)}
            </a>
        }
    });
    let lease = row.lease.as_ref().map(|lease| {
        view! {
            " "
            <Countdown until=lease.expires_at.timestamp_millis() now=now.timestamp_millis() />
        }
    });
    let plain = (operation.is_none() && lease.is_none()).then(|| {
        let Environment {
            planned, observed, ..
        } = row.environment;
        match (planned, observed) {
            (Some(_), Some(_)) => "planned and observed",
            (Some(_), None) => "planned",
            (None, Some(_)) => "observed",
            (None, None) => "empty",
        }
    });
    view! {
        {operation}
        {lease}
        {plain}
    }
}

fn row(row: &EnvironmentRow) -> impl IntoView + use<> {
    let EnvironmentRow {
        environment,
        cloud,
        totals,
        lease: _,
        operation: _,
        observed: seen,
        critical,
        warnings,
    } = row.clone();
    let shield = environment
        .protected
        .then(|| view! { <span class="kind" title="Changed by nobody until approvals exist">"protected"</span> });
    let observed = match (environment.observed, seen) {
        (Some(_), Some(seen)) => age(seen).into_any(),
        (Some(_), None) => unknown("nobody said when it was seen"),
        (None, _) => unknown("nothing of it was ever observed"),
    };
    let mut findings = Vec::new();
    if critical > 0 {
        findings.push(badge::badge(Tone::Critical, format!("{critical} critical")).into_any());
    }
    if warnings > 0 {
        findings.push(
            badge::badge(
                Tone::Warning,
                format!("{warnings} warning{}", if warnings == 1 { "" } else { "s" }),
            )
            .into_any(),
        );
    }
    let href = format!("{}#findings", routes::environment(&environment.name));
    let findings = if findings.is_empty() {
        view! { <span class="muted">"none"</span> }.into_any()
    } else {
        view! { <a class="plain" href=href>{findings}</a> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <a href=routes::environment(&environment.name)>{environment.name.to_string()}</a>
                " "
                {shield}
            </th>
            <td>{badge::kind(environment.kind)}</td>
            <td>{or_unknown(cloud, "no cloud is named")}</td>
            <td>{state(row)}</td>
            <td class="num">{capacity::instances(&totals)}</td>
            <td class="num">{capacity::vcpus(&totals)}</td>
            <td class="num">{capacity::ram(&totals)}</td>
            <td>{findings}</td>
            <td>{or_unknown(environment.owner, "nobody is named")}</td>
            <td class="nowrap">{observed}</td>
        </tr>
    }
}

fn gone(destroyed: &[Environment]) -> impl IntoView + use<> {
    let count = destroyed.len();
    let rows = destroyed
        .iter()
        .map(|environment| {
            let when = environment.destroyed_at;
            view! {
                <li>
                    {environment.name.to_string()}
                    " "
                    {badge::kind(environment.kind)}
                    {when.map(|at| view! { " " <span class="muted">"gone " {time::both(at)}</span> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="more">
            <summary>{format!("{count} destroyed, kept for the record")}</summary>
            <ul class="tight">{rows}</ul>
        </details>
    }
}

/// The layer of an environment that a page shows unless asked.
pub(crate) fn main_layer(environment: &Environment) -> Layer {
    if environment.planned.is_some() {
        Layer::Planned
    } else {
        Layer::Observed
    }
}
