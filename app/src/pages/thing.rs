//! One thing in a cloud: what it is, what hangs on it, what it was before, and for a server of
//! somebody else where it belongs.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::assignment::Said;
use model::collection::{Body, HeldKind, HeldRow, HeldVersion, Owner};
use model::id::CloudId;
use plan::grouping::kind_of;
use serde_json::Value as Json;

use super::cloud::{Part, head};
use crate::components::assign::{self, Filled};
use crate::components::form;
use crate::components::frame::Place;
use crate::components::held_table;
use crate::components::time;
use crate::components::trouble::refused;
use crate::context::{Shown, page, path, query};
use crate::data::ThingData;
use crate::fmt;
use crate::routes::{self, FormPage};

/// The page.
#[component]
pub(crate) fn ThingPage() -> impl IntoView {
    page(|backend| async move {
        let cloud = path("cloud", "cloud")?;
        let kind: HeldKind = path("kind", "kind")?;
        let query = query();
        let id = CloudId::new(query.get("id").unwrap_or_default());
        let data = backend.thing(&cloud, kind, &id).await?;
        Ok(Shown {
            title: format!("{} {}", kind.word(), data.row.held.label()),
            place: Place::Clouds,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &ThingData) -> impl IntoView + use<> {
    let ThingData {
        cloud,
        kind,
        row,
        versions,
        parts,
        names,
        assignment: _,
        guess: _,
        environments: _,
    } = data;
    let gone = versions.first().and_then(|newest| newest.until);
    let gone = gone.map(|(number, at)| {
        refused(&format!(
            "It is gone since collection {number} ({}): this is how it was last seen.",
            fmt::moment(at)
        ))
    });
    let parts = parts_of(data, parts);
    view! {
        {head(
            cloud,
            Some(&format!("{} {}", kind.word(), row.held.label())),
            Part::Kind(*kind),
            ().into_any(),
        )}
        {gone.is_none().then(|| belongs(data))}
        {gone}
        <section aria-labelledby="is-title">
            <h2 id="is-title">"What it is"</h2>
            <p>{held_table::status(row)}</p>
            {fields(row, names)}
        </section>
        {parts}
        <section aria-labelledby="was-title">
            <h2 id="was-title">{format!("What it was: {}", fmt::counted(
                versions.len().try_into().unwrap_or(u64::MAX),
                "version",
                "versions",
            ))}</h2>
            {history(versions, names)}
        </section>
    }
}

/// Whose it is, and the form that says so where a person may.
fn belongs(data: &ThingData) -> AnyView {
    let ThingData {
        cloud,
        kind,
        row,
        assignment,
        guess,
        environments,
        ..
    } = data;
    let may = *kind == HeldKind::Server && matches!(row.owner, Owner::Foreign | Owner::Assigned);
    let said = assignment.as_ref().map(|assignment| {
        let by = match &assignment.said {
            Said::Person => "A person said so".to_owned(),
            Said::Rule(rule) => format!("By the rule “{rule}”"),
        };
        view! { <p class="muted">{by} ", " {time::both(assignment.since)}</p> }
    });
    let looks = guess.as_ref().map(|guess| {
        let environment = guess
            .environment
            .as_ref()
            .map(|name| format!(" of {name}"))
            .unwrap_or_default();
        let ordinal = guess
            .ordinal
            .map(|ordinal| format!("[{ordinal}]"))
            .unwrap_or_default();
        let text = format!(
            "It looks like {}{ordinal}{environment}, {}.",
            guess.group, guess.because
        );
        view! { <p>{text}</p> }
    });
    let place = assignment.as_ref().and_then(|one| one.place.as_ref());
    let group = place
        .map(|place| place.group.clone())
        .or_else(|| guess.as_ref().map(|guess| guess.group.clone()));
    let environment = row
        .environment
        .clone()
        .or_else(|| guess.as_ref().and_then(|guess| guess.environment.clone()));
    let filled = Filled {
        kind: environment.as_ref().map(kind_of),
        environment,
        group,
        ordinal: Some(
            place
                .map(|place| place.ordinal)
                .or_else(|| guess.as_ref().and_then(|guess| guess.ordinal))
                .unwrap_or(1),
        ),
    };
    let form = may.then(|| {
        let label = if place.is_some() { "Correct" } else { "Assign" };
        view! {
            {assign::environments(environments)}
            <form class="filter" method="post" action=routes::assign(&cloud.name)>
                {form::token()}
                {form::hidden(FormPage::FIELD, FormPage::Server.word())}
                {form::hidden("server", row.held.id.to_string())}
                {assign::fields("assign", filled)}
                <div class="filter-actions">{form::submit(label, "primary", None)}</div>
            </form>
            {place
                .is_some()
                .then(|| {
                    assign::take_back(
                        &cloud.name,
                        FormPage::Server,
                        "server",
                        row.held.id.to_string(),
                        "It belongs to nobody we know",
                    )
                })}
        }
    });
    view! {
        <section class="card" aria-labelledby="whose-title">
            <h2 id="whose-title">"Whose it is"</h2>
            <div>{held_table::whose(row)}</div>
            <p class="muted">{fmt::capital(row.owner.meaning())} "."</p>
            {said}
            {looks}
            {form}
        </section>
    }
    .into_any()
}

/// What hangs on it, by kind.
fn parts_of(data: &ThingData, parts: &[HeldRow]) -> Option<AnyView> {
    if parts.is_empty() {
        return None;
    }
    let mut by_kind: BTreeMap<HeldKind, Vec<HeldRow>> = BTreeMap::new();
    for part in parts {
        by_kind
            .entry(part.held.kind())
            .or_default()
            .push(part.clone());
    }
    let name = data.cloud.name.clone();
    let tables = by_kind
        .into_iter()
        .map(|(kind, rows)| {
            view! {
                <h3>{fmt::capital(kind.many())}</h3>
                {held_table::table(&name, kind, &rows, None, &[])}
            }
        })
        .collect_view();
    Some(
        view! {
            <section aria-labelledby="parts-title">
                <h2 id="parts-title">"What hangs on it"</h2>
                {tables}
            </section>
        }
        .into_any(),
    )
}

/// The fields of a thing in the cloud's own words: a name stands for an id where one is known.
fn told(row: &HeldRow, names: &BTreeMap<CloudId, String>) -> Vec<(String, String)> {
    let body: &Body = &row.held.body;
    let Ok(Json::Object(fields)) = serde_json::to_value(body) else {
        return Vec::new();
    };
    let mut told = vec![("id".to_owned(), row.held.id.to_string())];
    told.extend(row.held.project.as_ref().map(|id| {
        let id = Json::String(id.to_string());
        (
            "project".to_owned(),
            fmt::value(&named(id, names)).unwrap_or_default(),
        )
    }));
    told.extend(
        row.held
            .created_at
            .map(|at| ("created".to_owned(), fmt::moment(at))),
    );
    for (field, value) in fields {
        if field == "kind" {
            continue;
        }
        let value = named(value, names);
        if let Some(text) = fmt::value(&value) {
            told.push((fmt::field_name(&field), text));
        }
    }
    told
}

/// A value with names beside the ids that are known.
fn named(value: Json, names: &BTreeMap<CloudId, String>) -> Json {
    match value {
        Json::String(text) => match names.get(&CloudId::new(text.as_str())) {
            Some(name) if *name != text => Json::String(format!("{name} ({text})")),
            Some(_) | None => Json::String(text),
        },
        Json::Array(items) => {
            Json::Array(items.into_iter().map(|item| named(item, names)).collect())
        }
        Json::Object(fields) => Json::Object(
            fields
                .into_iter()
                .map(|(field, value)| (field, named(value, names)))
                .collect(),
        ),
        other => other,
    }
}

fn fields(row: &HeldRow, names: &BTreeMap<CloudId, String>) -> impl IntoView + use<> {
    let rows = told(row, names)
        .into_iter()
        .map(|(field, value)| {
            view! {
                <div>
                    <dt>{fmt::capital(&field)}</dt>
                    <dd class="wrap">{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}

/// Each version with what was other than in the one before.
fn history(versions: &[HeldVersion], names: &BTreeMap<CloudId, String>) -> impl IntoView + use<> {
    let of = |version: &HeldVersion| {
        let row = HeldRow {
            owner: Owner::Foreign,
            environment: None,
            instance: None,
            held: version.held.clone(),
        };
        told(&row, names).into_iter().collect::<BTreeMap<_, _>>()
    };
    let rows = versions
        .iter()
        .enumerate()
        .map(|(at, version)| {
            let now = of(version);
            let before = versions.get(at + 1).map(of);
            let changes: Vec<String> = match &before {
                None => vec!["seen for the first time".to_owned()],
                Some(before) => {
                    let fields: std::collections::BTreeSet<&String> =
                        before.keys().chain(now.keys()).collect();
                    fields
                        .into_iter()
                        .filter(|field| before.get(*field) != now.get(*field))
                        .map(|field| {
                            let or = |value: Option<&String>| {
                                value.map_or_else(|| "—".to_owned(), Clone::clone)
                            };
                            format!(
                                "{field}: {} → {}",
                                or(before.get(field)),
                                or(now.get(field))
                            )
                        })
                        .collect()
                }
            };
            let changes = changes
                .into_iter()
                .map(|change| view! { <div class="wrap">{change}</div> })
                .collect_view();
            let until = version
                .until
                .map(|(_, at)| view! { " until " {time::both(at)} });
            view! {
                <tr>
                    <th scope="row">{version.from.to_string()}</th>
                    <td>{time::both(version.since)} {until}</td>
                    <td>{changes}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Versions" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Collection"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col">"What was new"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
