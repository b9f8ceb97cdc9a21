//! The preview of a copy: choose, see plan, proof and what the copy can't prove, then start it.

use leptos::prelude::*;
use model::key::ResourceKind;
use plan::steps::{Inverse, Step, StepAct};

use super::offer::{cost, start};
use crate::components::badge;
use crate::components::capacity;
use crate::components::fidelity;
use crate::components::form::{field, select};
use crate::components::frame::{Place, heading};
use crate::components::proof;
use crate::components::time;
use crate::components::unknown::{known_aloud, or_unknown};
use crate::context::{Shown, page, path, query, readable};
use crate::data::CopyPreview;
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn CopyPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(routes::CopyAsk::read(&query()))?;
        let preview = backend.copy_preview(&name, &ask).await?;
        Ok(Shown {
            title: format!("Copy {name}"),
            place: Place::Environments,
            view: draw(&preview).into_any(),
        })
    })
}

fn draw(preview: &CopyPreview) -> impl IntoView + use<> {
    let lead = view! {
        "From "
        <a href=routes::environment(
            &preview.source,
        )>{preview.source.to_string()}</a>
        " "
        {badge::kind(preview.source_kind)}
        {format!(", {} revision {}", preview.layer, preview.revision)}
    };
    view! {
        {heading(format!("Copy {}", preview.source), Some(lead.into_any()), ())}
        <div class="columns">
            {choices(preview)}
            <section class="card grow" aria-labelledby="start-title">
                <h2 id="start-title">"What you get"</h2>
                <dl class="facts">
                    <div>
                        <dt>"Name"</dt>
                        <dd>
                            <code>{preview.name.clone()}</code>
                        </dd>
                    </div>
                    <div>
                        <dt>"Cloud"</dt>
                        <dd>
                            {or_unknown(
                                preview.cloud.as_ref().map(ToString::to_string),
                                "neither the recipe nor the source names one",
                            )}
                        </dd>
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
                        <dd>
                            {time::both(preview.expires_at)} ", at most "
                            {fmt::span(i64::from(preview.max_hours) * 3600)}
                        </dd>
                    </div>
                    <div>
                        <dt>"Differs"</dt>
                        <dd>{fidelity::summary(&preview.fidelity)}</dd>
                    </div>
                </dl>
                {start(preview, "Start the copy")}
            </section>
        </div>
        {capacity::tiles(&preview.capacity.totals)}
        <section aria-labelledby="fidelity-title">
            <h2 id="fidelity-title">"What differs, and what a test on it can’t prove"</h2>
            {fidelity::table(&preview.fidelity)}
        </section>
        <section aria-labelledby="proof-title">
            <h2 id="proof-title">"Proof"</h2>
            {proof::table(&preview.proof)}
        </section>
        <section aria-labelledby="capacity-title">
            <h2 id="capacity-title">"Capacity"</h2>
            {capacity::table(&preview.capacity)}
        </section>
        <section aria-labelledby="plan-title">
            <h2 id="plan-title">"Plan"</h2>
            {plan(preview)}
        </section>
    }
}

fn choices(preview: &CopyPreview) -> impl IntoView + use<> {
    let recipes = preview
        .recipes
        .iter()
        .map(|recipe| {
            let label = match &recipe.note {
                Some(note) => format!("{}: {note}", recipe.name),
                None => recipe.name.to_string(),
            };
            (recipe.name.to_string(), label)
        })
        .collect();
    let hours_hint = format!(
        "At most {} with all extensions.",
        fmt::span(i64::from(preview.max_hours) * 3600)
    );
    view! {
        <form class="card" method="get" action=routes::copy_preview(&preview.source)>
            <h2>"Choose"</h2>
            {field("recipe", "Recipe", None, select("recipe", "recipe", Some(preview.recipe.as_str()), recipes))}
            {field(
                "name",
                "Name",
                Some("Lower-case letters, digits, “-”, “_” or “.”.".to_owned()),
                view! {
                    <input
                        id="name"
                        name="name"
                        value=preview.name.clone()
                        maxlength="63"
                        autocomplete="off"
                        spellcheck="false"
                        aria-describedby="name-hint"
                    />
                },
            )}
            {field(
                "hours",
                "Lives for (hours)",
                Some(hours_hint),
                view! {
                    <input
                        id="hours"
                        name="hours"
                        type="number"
                        min="1"
                        max=preview.max_hours.to_string()
                        value=preview.hours.to_string()
                        aria-describedby="hours-hint"
                    />
                },
            )}
            {field(
                "reason",
                "Reason",
                None,
                view! { <input id="reason" name="reason" value=preview.reason.clone() /> },
            )}
            <div class="actions">
                <button type="submit">"Preview this"</button>
            </div>
        </form>
    }
}

/// How many resources of each kind a plan creates, in words.
fn creates(steps: &[Step]) -> String {
    let parts: Vec<String> = ResourceKind::ALL
        .iter()
        .filter_map(|kind| {
            let n = steps
                .iter()
                .filter(|step| step.key.kind == *kind && matches!(step.act, StepAct::Create { .. }))
                .count();
            (n > 0).then(|| format!("{n} × {}", kind.word().replace('-', " ")))
        })
        .collect();
    parts.join(", ")
}

fn plan(preview: &CopyPreview) -> impl IntoView + use<> {
    let plan = &preview.plan;
    let rows = plan
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let needs: Vec<String> = step
                .needs
                .iter()
                .map(|need| (need.step + 1).to_string())
                .collect();
            let back = match &step.inverse {
                Inverse::Opposite => "yes".to_owned(),
                Inverse::Impossible { why } => format!("no: {why}"),
            };
            view! {
                <tr>
                    <td class="num muted">{index + 1}</td>
                    <th scope="row">
                        {step.act.verb()} " " <span class="muted">{step.key.kind.word()}</span> " "
                        <code>{step.key.name().to_owned()}</code>
                    </th>
                    <td class="muted">{needs.join(", ")}</td>
                    <td class="muted">{back}</td>
                </tr>
            }
        })
        .collect_view();
    let count = plan.steps.len();
    view! {
        <p>
            "Creates " {creates(&plan.steps)} ". Hash " <code>{plan.hash.clone()}</code>
            ". If reality changes before you start, the start is refused and a new preview is shown."
        </p>
        <details>
            <summary>{format!("All {count} steps")}</summary>
            <div class="scroll" role="region" aria-label="Steps of the plan" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                "#"
                            </th>
                            <th scope="col">"Step"</th>
                            <th scope="col">"Waits for"</th>
                            <th scope="col">"Can be taken back"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
