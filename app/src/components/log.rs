//! The log of acts: who did what, when and why.

use leptos::prelude::*;
use model::act::{Act, AuditEntry};

use super::time;
use crate::fmt;
use crate::routes;

/// The entries as a table.
pub(crate) fn table(entries: &[AuditEntry]) -> impl IntoView + use<> {
    let rows = entries.iter().map(row).collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Activity" tabindex="0">
            <table class="log">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Environment"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What an act adds to its word.
fn detail(act: &Act) -> Option<String> {
    match act {
        Act::Import {
            environment: _,
            layer,
            revision,
        } => Some(format!("{layer} revision {revision}")),
        Act::Edit {
            environment: _,
            from,
        } => Some(from.map_or_else(
            || "its first plan".to_owned(),
            |from| format!("planned revision {from}"),
        )),
        Act::ImportRecipe { recipe } => Some(recipe.to_string()),
        Act::Derive {
            source: _,
            layer: _,
            revision: _,
            recipe,
            name: _,
        } => Some(format!("by recipe {recipe}")),
        Act::BringUp {
            environment: _,
            revision,
            expires_at,
        } => Some(match expires_at {
            Some(at) => format!("to revision {revision}, until {}", fmt::moment(*at)),
            None => format!("to revision {revision}"),
        }),
        Act::SetPower {
            environment: _,
            instances,
            power: _,
        } => {
            let names: Vec<&str> = instances.iter().map(model::key::Key::name).collect();
            Some(names.join(", "))
        }
        Act::Extend {
            environment: _,
            until,
        } => Some(format!("until {}", fmt::moment(*until))),
        Act::FetchKey {
            environment: _,
            keypair,
        } => Some(keypair.to_string()),
        Act::Collect { cloud } => Some(cloud.to_string()),
        Act::Assign {
            cloud,
            servers,
            environment: _,
        }
        | Act::Unassign { cloud, servers } => Some(format!("{servers} in {cloud}")),
        Act::Write { key } | Act::Erase { key } => Some(key.kind.words().to_owned()),
        Act::TakeDown { environment: _ }
        | Act::Resume {
            environment: _,
            operation: _,
        } => None,
    }
}

/// What was before and after; whole texts are folded.
fn changed(act: &Act, change: String) -> AnyView {
    if let Act::Write { .. } | Act::Erase { .. } = act {
        return view! {
            <details>
                <summary>"Before and after"</summary>
                <code class="wrap">{change}</code>
            </details>
        }
        .into_any();
    }
    view! { <div class="muted">{change}</div> }.into_any()
}

fn row(entry: &AuditEntry) -> impl IntoView + use<> {
    let AuditEntry {
        at,
        actor,
        reason,
        act,
        environment,
        operation,
        before,
        after,
    } = entry.clone();
    let what = match operation {
        Some(id) => view! { <a href=routes::operation(id)>{act.words()}</a> }.into_any(),
        None => act.words().into_any(),
    };
    let change = match (before, after) {
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (None, Some(after)) => Some(after),
        (Some(before), None) => Some(format!("{before} → nothing")),
        (None, None) => None,
    };
    view! {
        <tr>
            <td class="nowrap">{time::relative(at)}</td>
            <td>{actor.to_string()}</td>
            <td>
                {what}
                {detail(&act).map(|detail| view! { " " <span class="muted">{detail}</span> })}
                {change.map(|change| changed(&act, change))}
            </td>
            <td>
                {environment
                    .map(|name| {
                        view! { <a href=routes::environment(&name)>{name.to_string()}</a> }
                    })}
            </td>
            <td>{reason}</td>
        </tr>
    }
}
