//! Before an environment is taken down: what goes, what stays, and its name typed.

use leptos::prelude::*;
use model::environment::Environment;

use crate::components::badge;
use crate::components::form::{self, field};
use crate::components::frame::{Place, heading};
use crate::components::trouble::refused;
use crate::context::{Shown, page, path};
use crate::data::DestroyPreview;
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn DestroyPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let data = backend.destroy_preview(&name).await?;
        Ok(Shown {
            title: format!("Destroy {name}"),
            place: Place::Environments,
            view: draw(data).into_any(),
        })
    })
}

fn draw(data: DestroyPreview) -> impl IntoView {
    let DestroyPreview {
        environment,
        goes,
        stays,
        refused: why,
        reason,
    } = data;
    let Environment { name, kind, .. } = environment;
    let total: usize = goes.iter().map(|(_, names)| names.len()).sum();
    let goes = if total == 0 {
        view! { <p>"Nothing of it is in the cloud. Only its name and its lease go."</p> }.into_any()
    } else {
        let rows = goes
            .into_iter()
            .map(|(kind, names)| {
                let count = names.len();
                let names = names
                    .into_iter()
                    .map(|name| view! { <code>{name}</code> " " })
                    .collect_view();
                view! {
                    <tr>
                        <th scope="row">{fmt::capital(&kind)}</th>
                        <td class="num">{count}</td>
                        <td class="names">{names}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <div class="scroll" role="region" aria-label="What goes" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col" class="num">
                                "How many"
                            </th>
                            <th scope="col">"Names"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let stays = stays
        .into_iter()
        .map(|(what, why)| view! { <li>{what} " " <span class="muted">{why}</span></li> })
        .collect_view();
    let label = format!("Destroy {name}");
    let hint = format!("Type {name} to confirm.");
    view! {
        {heading(label.clone(), Some(badge::kind(kind).into_any()), ())}
        {why.as_deref().map(refused)}
        <div class="columns">
            <section class="card grow">
                <h2>{format!("Goes: {}", fmt::counted(total.try_into().unwrap_or(u64::MAX), "resource", "resources"))}</h2>
                {goes}
            </section>
            <section class="card">
                <h2>"Stays"</h2>
                <ul class="tight">{stays}</ul>
            </section>
        </div>
        <form class="card narrow" method="post" action=routes::destroy(&name)>
            {form::token()}
            {field(
                "confirm",
                "Name of the environment",
                Some(hint),
                view! {
                    <input
                        id="confirm"
                        name="confirm"
                        required=true
                        autocomplete="off"
                        spellcheck="false"
                        pattern=regex(name.as_str())
                        aria-describedby="confirm-hint"
                        disabled=why.is_some()
                    />
                },
            )}
            {field(
                "reason",
                "Reason",
                None,
                view! { <input id="reason" name="reason" value=reason disabled=why.is_some() /> },
            )}
            <div class="actions">
                {form::submit(&label, "danger", why.as_deref())}
                <a class="button quiet" href=routes::environment(&name)>
                    "Keep it"
                </a>
            </div>
        </form>
    }
}

/// A name as a pattern that only it fits.
fn regex(name: &str) -> String {
    name.replace('.', "\\.")
}
