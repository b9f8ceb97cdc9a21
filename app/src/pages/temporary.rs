//! What only a temporary environment has: how far it is, how to reach it, how long it lives, how it
//! goes.

use leptos::prelude::*;
use model::environment::Environment;
use model::lease::Lease;
use model::name::EnvironmentName;

use super::operation::progress;
use crate::components::badge;
use crate::components::empty::empty;
use crate::components::fidelity;
use crate::components::form::{self, field};
use crate::components::icon::{Icon, icon};
use crate::components::keys;
use crate::components::standing;
use crate::components::time;
use crate::components::trouble::{refused, trouble};
use crate::components::unknown::{known_aloud, or_unknown, unknown};
use crate::context;
use crate::data::{Access, Extension, KeypairRow, Progress, TemporaryData};
use crate::fmt;
use crate::islands::Countdown;
use crate::routes;

/// Everything about a temporary environment.
pub(crate) fn section(
    environment: &Environment,
    data: &TemporaryData,
    keypairs: &[KeypairRow],
) -> impl IntoView + use<> {
    let TemporaryData {
        lease,
        source,
        recipe,
        progress,
        access,
        extensions,
        fidelity: rows,
        destroy_refused,
    } = data;
    let copy_of = source.as_ref().map(|source| {
        let recipe = recipe.as_ref().map(ToString::to_string);
        view! {
            <p class="muted">
                "Copy of " <a href=routes::environment(source)>{source.to_string()}</a>
                {recipe.map(|recipe| view! { " by recipe " <code>{recipe}</code> })} ". "
                <a href=routes::compare(
                    source.as_str(),
                    environment.name.as_str(),
                )>"What differs in all"</a>
            </p>
        }
    });
    let gone = environment.destroyed_at.is_some();
    let differs = (!rows.is_empty()).then(|| {
        let summary = format!("What differs from its source: {}", fidelity::summary(rows));
        let table = fidelity::table(rows);
        view! {
            <details>
                <summary>{summary}</summary>
                {table}
            </details>
        }
    });
    view! {
        {copy_of}
        {progress.as_ref().map(progress_card)}
        {(!gone)
            .then(|| {
                view! {
                    <div class="columns">
                        {lease_card(environment, lease.as_ref(), extensions, destroy_refused.as_deref())}
                        {access_card(&environment.name, access)}
                    </div>
                    {keys::card(&environment.name, keypairs)}
                }
            })}
        {differs}
    }
}

fn progress_card(data: &Progress) -> impl IntoView + use<> {
    let Progress {
        operation,
        done,
        steps,
        last_event,
    } = data;
    let troubled = operation.state.trouble().map(trouble);
    view! {
        <section class="card" aria-labelledby="progress-title">
            <div class="card-head">
                <h2 id="progress-title">
                    {fmt::capital(operation.act.words())} " "
                    <span id="operation-state">{badge::operation(&operation.state)}</span>
                </h2>
                <a class="button" href=routes::operation(operation.id)>
                    "Every step"
                </a>
            </div>
            {troubled}
            {progress(operation, u64::from(*done), u64::from(*steps), *last_event)}
        </section>
    }
}

fn lease_card(
    environment: &Environment,
    lease: Option<&Lease>,
    extensions: &[Extension],
    destroy_refused: Option<&str>,
) -> impl IntoView + use<> {
    let now = context::viewer().now;
    let body = match lease {
        None => empty(
            "It has no lease.",
            "It was not brought up yet, or it is already gone.",
        )
        .into_any(),
        Some(Lease {
            environment: _,
            expires_at,
            limit,
            extensions: times,
        }) => view! {
            <p class="countdown-line">
                <Countdown
                    until=expires_at.timestamp_millis()
                    now=now.timestamp_millis()
                />
            </p>
            <dl class="facts">
                <div>
                    <dt>"Goes"</dt>
                    <dd>{time::absolute(*expires_at)}</dd>
                </div>
                <div>
                    <dt>"At the latest"</dt>
                    <dd>{time::absolute(*limit)}</dd>
                </div>
                <div>
                    <dt>"Extended"</dt>
                    <dd>
                        {if *times == 0 {
                            "never".to_owned()
                        } else {
                            fmt::counted((*times).into(), "time", "times")
                        }}
                    </dd>
                </div>
            </dl>
            {extend(environment, extensions)}
        }
        .into_any(),
    };
    let destroy = match destroy_refused {
        None => view! {
            <a class="button danger" href=routes::destroy(&environment.name)>
                "Destroy …"
            </a>
        }
        .into_any(),
        Some(why) => refused(why).into_any(),
    };
    view! {
        <section class="card" aria-labelledby="lease-title">
            <div class="card-head">
                <h2 id="lease-title">"Time left"</h2>
                {destroy}
            </div>
            {body}
        </section>
    }
}

fn extend(environment: &Environment, extensions: &[Extension]) -> Option<AnyView> {
    let first = extensions.first()?;
    let open = extensions.iter().any(|choice| choice.refused.is_none());
    let why = (!open).then(|| {
        first
            .refused
            .clone()
            .unwrap_or_else(|| "the limit is reached".to_owned())
    });
    let cost = known_aloud(&first.cost, Clone::clone);
    let choices = extensions
        .iter()
        .map(|choice| {
            let Extension {
                hours,
                until,
                refused,
                cost,
            } = choice.clone();
            let cost = cost.known().map(|cost| format!(", {cost}"));
            let label = format!(
                "by {}, until {}{}",
                fmt::span(i64::from(hours) * 3600),
                fmt::moment(until),
                cost.unwrap_or_default()
            );
            let label = match &refused {
                Some(why) => format!("{label}: {why}"),
                None => label,
            };
            view! {
                <option value=hours.to_string() disabled=refused.is_some()>
                    {label}
                </option>
            }
        })
        .collect_view();
    Some(
        view! {
            <form class="inline" method="post" action=routes::extend(&environment.name)>
                {form::token()}
                {field(
                    "hours",
                    "Extend",
                    None,
                    view! {
                        <select id="hours" name="hours">
                            {choices}
                        </select>
                    },
                )}
                {form::submit("Extend", "", why.as_deref())}
            </form>
            <p class="hint">"Cost of it: " {cost}</p>
        }
        .into_any(),
    )
}

fn address(value: &str, public: bool) -> impl IntoView + use<> {
    let value = value.to_owned();
    let label = format!("Copy {value}");
    view! {
        <span class="address" class:muted=move || !public>
            <code>{value.clone()}</code>
            <button
                type="button"
                class="quiet needs-script"
                data-copy=value
                aria-label=label.clone()
                title=label
            >
                {icon(Icon::Copy)}
            </button>
        </span>
    }
}

fn access_card(environment: &EnvironmentName, access: &[Access]) -> impl IntoView + use<> {
    let rows = access
        .iter()
        .map(|access| access_row(environment, access))
        .collect_view();
    let words = access
        .iter()
        .filter_map(|access| model::facts::standing(access.status.as_deref(), access.report));
    let legend = standing::legend(words);
    let body = if access.is_empty() {
        empty(
            "Nothing can be reached yet.",
            "Addresses appear here as soon as instances are there.",
        )
        .into_any()
    } else {
        view! {
            <div class="scroll" role="region" aria-label="Access" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Instance"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Public"</th>
                            <th scope="col">"Private"</th>
                            <th scope="col">"Serves"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card grow" aria-labelledby="access-title">
            <h2 id="access-title">"Access"</h2>
            {body}
            {legend}
        </section>
    }
}

fn access_row(environment: &EnvironmentName, access: &Access) -> impl IntoView + use<> {
    let Access {
        instance,
        group,
        ordinal,
        status,
        report,
        public,
        private,
        hosts,
    } = access;
    let standing = model::facts::standing(status.as_deref(), *report).map(standing::short);
    let none = |empty: bool| empty.then(|| unknown("it has none yet"));
    let shown = |addresses: &[std::net::IpAddr], public: bool| {
        addresses
            .iter()
            .map(|ip| address(&ip.to_string(), public))
            .collect_view()
    };
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    view! {
        <tr data-key=format!("instance/{instance}")>
            <th scope="row" class="nowrap">
                <a href=routes::instance(environment, group, *ordinal)>
                    <code>{instance.clone()}</code>
                </a>
            </th>
            <td>
                <span data-part="state">
                    {or_unknown(standing, "the cloud has not told yet")}
                </span>
            </td>
            <td>{shown(public, true)} {none(public.is_empty())}</td>
            <td>{shown(private, false)} {none(private.is_empty())}</td>
            <td>{hosts.join(", ")}</td>
        </tr>
    }
}
