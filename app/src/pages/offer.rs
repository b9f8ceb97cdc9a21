//! The default copy on an environment's page: everything that a person needs to know before the
//! one click, and the click.

use leptos::prelude::*;
use model::environment::Environment;
use plan::capacity::{BySizing, Totals, together};

use crate::components::capacity;
use crate::components::fidelity;
use crate::components::form::{self, hidden};
use crate::components::proof;
use crate::components::time;
use crate::components::trouble::refused;
use crate::components::unknown::known_aloud;
use crate::data::{CopyPreview, Cost, Offer};
use crate::fmt;
use crate::routes;

/// The default copy, or why there is none.
pub(crate) fn section(
    environment: &Environment,
    standing: &BySizing<Totals>,
    offer: &Offer,
) -> impl IntoView + use<> {
    let body = match offer {
        Offer::Ready(preview) => ready(environment, standing, preview).into_any(),
        Offer::Missing { why } => refused(why).into_any(),
    };
    view! {
        <section class="card offer" aria-labelledby="offer-title">
            {body}
        </section>
    }
}

fn ready(
    environment: &Environment,
    standing: &BySizing<Totals>,
    preview: &CopyPreview,
) -> impl IntoView + use<> {
    let CopyPreview {
        recipe,
        name,
        hours,
        expires_at,
        capacity,
        plan,
        fidelity: rows,
        ..
    } = preview;
    let both = together(standing, &capacity.totals);
    let differs = fidelity::summary(rows);
    let fidelity = fidelity::table(rows);
    let checks = proof::table(&preview.proof);
    let steps = fmt::counted(
        plan.steps.len().try_into().unwrap_or(u64::MAX),
        "step",
        "steps",
    );
    view! {
        <div class="card-head">
            <div>
                <h2 id="offer-title">"A copy of it"</h2>
                <p class="muted">
                    "By recipe " <code>{recipe.to_string()}</code> ", as " <code>{name.clone()}</code>
                    ", for " {fmt::span(i64::from(*hours) * 3600)}
                </p>
            </div>
            <div class="actions">
                {start(preview, "Start this copy")}
                <a class="button" href=routes::copy_preview(&environment.name)>
                    "Preview and change"
                </a>
            </div>
        </div>
        <dl class="facts facts-row">
            <div>
                <dt>"Size"</dt>
                <dd>
                    {capacity::instances(&capacity.totals)} " instances, "
                    {capacity::vcpus(&capacity.totals)} " vCPU, " {capacity::ram(&capacity.totals)}
                </dd>
            </div>
            <div>
                <dt>"Together"</dt>
                <dd>{capacity::instances(&both)} " instances"</dd>
            </div>
            <div>
                <dt>"Quota"</dt>
                <dd>{proof::verdict(&preview.proof)}</dd>
            </div>
            <div>
                <dt>"Cost"</dt>
                <dd>{known_aloud(&preview.cost, cost)}</dd>
            </div>
            <div>
                <dt>"Expires"</dt>
                <dd>{time::both(*expires_at)}</dd>
            </div>
            <div>
                <dt>"Differs"</dt>
                <dd>{differs}</dd>
            </div>
            <div>
                <dt>"Plan"</dt>
                <dd>{steps} ", " <code title=plan.hash.clone()>{fmt::short_hash(&plan.hash)}</code></dd>
            </div>
        </dl>
        <details>
            <summary>"What differs, and what a test on it can’t prove"</summary>
            {fidelity}
        </details>
        <details>
            <summary>"Proof: what was checked"</summary>
            {checks}
        </details>
    }
}

/// A cost in one line.
pub(crate) fn cost(cost: &Cost) -> impl IntoView + use<> {
    let Cost {
        per_hour,
        until_expiry,
        basis,
    } = cost.clone();
    view! {
        {until_expiry}
        " in all, "
        {per_hour}
        " an hour "
        <span class="muted">{basis}</span>
    }
}

/// The form that starts a copy as it is shown.
pub(crate) fn start(preview: &CopyPreview, label: &str) -> impl IntoView + use<> {
    let button = form::submit(label, "primary", preview.refused.as_deref());
    view! {
        <form method="post" action=routes::copies(&preview.source)>
            {form::token()}
            {hidden("recipe", preview.recipe.to_string())}
            {hidden("name", preview.name.clone())}
            {hidden("hours", preview.hours.to_string())}
            {hidden("reason", preview.reason.clone())}
            {hidden("plan_hash", preview.plan.hash.clone())}
            {hidden("idempotency_key", preview.idempotency_key.clone())}
            {button}
        </form>
    }
}
