//! The list of operations.

use leptos::prelude::*;
use model::operation::{Operation, OperationState};

use crate::components::badge;
use crate::components::empty::empty;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::context::{Shown, page};
use crate::routes;

/// The page.
#[component]
pub(crate) fn OperationsPage() -> impl IntoView {
    page(|backend| async move {
        let data = backend.operations().await?;
        let body = if data.operations.is_empty() {
            empty(
                "Nothing was carried out yet.",
                view! {
                    "Start a copy from "
                    <a href=routes::ENVIRONMENTS>"an environment’s page"</a>
                    "."
                },
            )
            .into_any()
        } else {
            table(&data.operations, true).into_any()
        };
        Ok(Shown {
            title: "Operations".to_owned(),
            place: Place::Operations,
            view: view! {
                {heading("Operations", None, ())}
                {body}
            }
            .into_any(),
        })
    })
}

/// Operations as a table; on an environment's own page its name is left out.
pub(crate) fn table(operations: &[Operation], named: bool) -> impl IntoView + use<> {
    let rows = operations
        .iter()
        .map(|operation| row(operation, named))
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Operations" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Operation"</th>
                        {named.then(|| view! { <th scope="col">"Environment"</th> })}
                        <th scope="col">"State"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Submitted"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(operation: &Operation, named: bool) -> impl IntoView + use<> {
    let Operation {
        id,
        environment: _,
        environment_name,
        act,
        actor,
        reason,
        submitted_at,
        plan_hash: _,
        state,
    } = operation.clone();
    let trouble = state.trouble().map(|trouble| trouble.why.clone());
    view! {
        <tr>
            <th scope="row">
                <a href=routes::operation(id)>{act.words()}</a>
            </th>
            {named
                .then(|| {
                    view! {
                        <td>
                            <a href=routes::environment(
                                &environment_name,
                            )>{environment_name.to_string()}</a>
                        </td>
                    }
                })}
            <td>
                {badge::operation(&state)}
                {trouble.map(|why| view! { <div class="muted clip">{why}</div> })}
            </td>
            <td>{actor.to_string()}</td>
            <td>{reason}</td>
            <td class="nowrap">{time::relative(submitted_at)}</td>
        </tr>
    }
}

/// When an operation ended, where it did.
pub(crate) const fn ended_at(state: &OperationState) -> Option<chrono::DateTime<chrono::Utc>> {
    match state {
        OperationState::Done { at }
        | OperationState::RolledBack { at, .. }
        | OperationState::Stopped { at, .. } => Some(*at),
        OperationState::Planned
        | OperationState::AwaitingApproval
        | OperationState::Queued
        | OperationState::Running { .. } => None,
    }
}
