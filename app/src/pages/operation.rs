//! One operation: how far it is, step by step, and what went wrong where something did.
//!
//! Without JavaScript the page asks for itself again until the operation ends; with it, the island
//! [`Live`] follows the operation's events.

use leptos::prelude::*;
use model::operation::{Operation, OperationState, Phase};

use super::operations::ended_at;
use crate::components::badge;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::time;
use crate::components::timeline;
use crate::components::trouble::trouble;
use crate::components::unknown::or_unknown;
use crate::context::{self, Shown, page, path};
use crate::data::OperationData;
use crate::fmt;
use crate::islands::Live;
use crate::routes;

/// The page.
#[component]
pub(crate) fn OperationPage() -> impl IntoView {
    page(|backend| async move {
        let id = path("id", "operation")?;
        let data = backend.operation(id).await?;
        let Operation {
            act,
            environment_name,
            ..
        } = &data.operation;
        Ok(Shown {
            title: format!("{} {environment_name}", fmt::capital(act.words())),
            place: Place::Operations,
            view: draw(&data).into_any(),
        })
    })
}

/// Asks for the page again soon, where no script does better.
pub(crate) fn refresh() -> impl IntoView {
    view! {
        <noscript>
            <meta http-equiv="refresh" content="2" />
        </noscript>
    }
}

/// The plan that is carried out at the moment, or was last.
fn current_phase(state: &OperationState) -> Phase {
    match state {
        OperationState::Running { phase, .. } | OperationState::Stopped { phase, .. } => *phase,
        OperationState::RolledBack { .. } => Phase::Rollback,
        OperationState::Planned
        | OperationState::AwaitingApproval
        | OperationState::Queued
        | OperationState::Done { .. } => Phase::Forward,
    }
}

/// How far it is: the bar, the count, and the line that is announced.
pub(crate) fn progress(
    operation: &Operation,
    done: u64,
    steps: u64,
    last_event: u64,
) -> impl IntoView + use<> {
    let open = operation.state.is_open();
    let live = open.then(|| {
        view! { <Live events=routes::events(operation.id, last_event) after=last_event /> }
    });
    let phase = current_phase(&operation.state);
    view! {
        <div class="progress" data-phase=phase.word()>
            <progress
                id="progress-bar"
                aria-label="Steps done"
                max=steps.max(1).to_string()
                value=done.to_string()
            ></progress>
            <span class="progress-count">
                <span id="progress-done">{done}</span>
                " of "
                <span id="progress-steps">{steps}</span>
                " steps"
            </span>
        </div>
        {live}
        {open.then(refresh)}
    }
}

fn draw(data: &OperationData) -> impl IntoView + use<> {
    let OperationData {
        operation,
        plans,
        journal,
        events,
        resume_refused,
    } = data;
    let now = context::viewer().now;
    let Operation {
        id,
        environment: _,
        environment_name,
        act,
        actor,
        reason,
        submitted_at,
        plan_hash,
        state,
    } = operation.clone();
    let journal = timeline::journal(journal);
    let phase = current_phase(&state);
    let steps = plans
        .iter()
        .find(|(of, _)| *of == phase)
        .map_or(0, |(_, plan)| u64::try_from(plan.steps.len()).unwrap_or(0));
    let done = timeline::done(&journal, phase);
    let ended = ended_at(&state);
    let took = fmt::span((ended.unwrap_or(now) - submitted_at).num_seconds());
    // The plan at work comes first.
    let mut plans: Vec<_> = plans.iter().collect();
    plans.sort_by_key(|(of, _)| *of != phase);
    let several = plans.len() > 1;
    let timelines = plans
        .into_iter()
        .map(|(of, plan)| {
            let title = match (several, of) {
                (false, _) => "Steps",
                (true, Phase::Forward) => "Steps: what was asked for",
                (true, Phase::Rollback) => "Steps: taking it back",
            };
            let table = timeline::steps(*of, plan, &journal, now);
            view! {
                <section>
                    <h2>{title}</h2>
                    {table}
                </section>
            }
        })
        .collect_view();
    let stopped = match &state {
        OperationState::Stopped { .. } => Some(view! {
            <form method="post" action=routes::resume(id)>
                {form::token()}
                {form::submit("Take it up again", "primary", resume_refused.as_deref())}
            </form>
        }),
        _ => None,
    };
    let lead = view! {
        "of "
        <a href=routes::environment(&environment_name)>{environment_name.to_string()}</a>
        " by "
        {actor.to_string()}
        ": "
        {reason}
    };
    view! {
        {heading(
            fmt::capital(act.words()),
            Some(lead.into_any()),
            view! { <span id="operation-state">{badge::operation(&state)}</span> },
        )}
        {state.trouble().map(trouble)}
        {stopped}
        {progress(operation, done, steps, data.last_event())}
        <dl class="facts facts-row">
            <div>
                <dt>"Submitted"</dt>
                <dd>{time::absolute(submitted_at)}</dd>
            </div>
            <div>
                <dt>{if ended.is_some() { "Took" } else { "Since then" }}</dt>
                <dd>{took}</dd>
            </div>
            <div>
                <dt>"Plan"</dt>
                <dd>
                    {or_unknown(
                        plan_hash
                            .map(|hash| {
                                view! { <code title=hash.clone()>{fmt::short_hash(&hash)}</code> }
                            }),
                        "it was submitted without a plan",
                    )}
                </dd>
            </div>
            <div>
                <dt>"Operation"</dt>
                <dd>
                    <code>{id.to_string()}</code>
                </dd>
            </div>
        </dl>
        {timelines}
        <section>
            <h2>"Log"</h2>
            {timeline::log(events)}
        </section>
    }
}
