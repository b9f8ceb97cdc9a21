//! One instance: what it is, how far it is, who gets in, and what it says on its console. The
//! console alone is asked of the cloud, and only where somebody asks for it.

use leptos::prelude::*;
use model::environment::Layer;

use crate::components::empty::empty;
use crate::components::form::{self, field};
use crate::components::frame::{Place, heading};
use crate::components::measured;
use crate::components::standing;
use crate::components::time;
use crate::components::unknown::{fixed, or_unknown, unknown};
use crate::context::{Shown, page, path, query, readable};
use crate::data::{ConsoleText, InstanceData, Known};
use crate::routes;

/// The page.
#[component]
pub(crate) fn InstancePage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let group = path("group", "group")?;
        let ordinal = path("ordinal", "instance")?;
        let ask = readable(routes::InstanceAsk::read(&query()))?;
        let data = backend.instance(&name, &group, ordinal, &ask).await?;
        Ok(Shown {
            title: format!("{} of {name}", data.record.name()),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &InstanceData) -> impl IntoView + use<> {
    let InstanceData {
        environment,
        revision,
        record,
        cloud,
        cloud_id,
        keypair,
        measured,
        hours,
        first_boot,
        host_keys,
        lines,
        console,
    } = data;
    let lead = view! {
        "An instance of "
        <a href=routes::environment(&environment.name)>{environment.name.to_string()}</a>
        {format!(", {} revision {}", revision.layer, revision.number)}
    }
    .into_any();
    let not_observed = match revision.layer {
        Layer::Planned => "it is planned: nothing was observed of it",
        Layer::Observed => "the source does not say",
    };
    let facts = &record.facts;
    let addresses: Vec<String> = facts
        .public_addresses
        .iter()
        .chain(&facts.addresses)
        .map(ToString::to_string)
        .collect();
    let profiles: Vec<String> = record.profiles.iter().map(ToString::to_string).collect();
    let state = facts
        .standing()
        .map_or_else(|| unknown(not_observed), standing::standing);
    let keypair = keypair
        .as_ref()
        .map(|keypair| format!("{} ({})", keypair.name, keypair.fingerprint));
    view! {
        {heading(record.name(), Some(lead), ())}
        <dl class="facts facts-row">
            <div>
                <dt>"State"</dt>
                <dd>{state}</dd>
            </div>
            <div>
                <dt>"Host name"</dt>
                <dd>
                    <code>{record.host_name.clone()}</code>
                </dd>
            </div>
            <div>
                <dt>"Addresses"</dt>
                <dd>
                    {if addresses.is_empty() {
                        unknown(not_observed)
                    } else {
                        view! { <code>{addresses.join(", ")}</code> }.into_any()
                    }}
                </dd>
            </div>
            <div>
                <dt>"Flavor"</dt>
                <dd>{fixed(&record.flavor, "nobody said which flavor")}</dd>
            </div>
            <div>
                <dt>"Image"</dt>
                <dd>{fixed(&record.image, "nobody said which image")}</dd>
            </div>
            <div>
                <dt>"Profiles"</dt>
                <dd>{profiles.join(", ")}</dd>
            </div>
            <div>
                <dt>"Cloud"</dt>
                <dd>{or_unknown(cloud.as_ref().map(ToString::to_string), "no cloud is named")}</dd>
            </div>
            <div>
                <dt>"Id in the cloud"</dt>
                <dd>
                    {or_unknown(
                        cloud_id.as_ref().map(|id| view! { <code>{id.to_string()}</code> }),
                        "it is not in the cloud",
                    )}
                </dd>
            </div>
            <div>
                <dt>"Keypair"</dt>
                <dd>{or_unknown(keypair, "its group names none")}</dd>
            </div>
        </dl>
        {measured::measured(&environment.name, record, measured, hours)}
        {told(first_boot)}
        {known_as(host_keys)}
        {console_card(*lines, console.as_ref())}
    }
}

/// What it runs once.
fn told(commands: &[String]) -> Option<AnyView> {
    if commands.is_empty() {
        return None;
    }
    let commands = commands
        .iter()
        .map(|command| {
            view! {
                <li>
                    <pre class="console">{command.clone()}</pre>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section aria-labelledby="first-boot-title">
                <h2 id="first-boot-title">"Runs when it first starts"</h2>
                <ol>{commands}</ol>
            </section>
        }
        .into_any(),
    )
}

/// The keys that it is known by.
fn known_as(host_keys: &[String]) -> Option<AnyView> {
    if host_keys.is_empty() {
        return None;
    }
    let lines = host_keys.join("\n");
    Some(
        view! {
            <section aria-labelledby="host-keys-title">
                <h2 id="host-keys-title">"Host keys"</h2>
                <p class="muted">
                    "As it reported them: whoever signs in can compare."
                </p>
                <pre class="console" tabindex="0">{lines}</pre>
            </section>
        }
        .into_any(),
    )
}

fn console_card(lines: u32, console: Option<&Known<ConsoleText>>) -> impl IntoView + use<> {
    let said = match console {
        None => empty(
            "Nobody has asked for it yet.",
            "The cloud is asked for the last lines, where it still has the instance.",
        )
        .into_any(),
        Some(Known::Not { why }) => empty("There is nothing to read.", why.clone()).into_any(),
        Some(Known::Is(ConsoleText { text, kept_at })) => {
            let text = text.clone();
            let kept = kept_at.map(|at| {
                view! {
                    <p class="muted">
                        "It was taken away; this was kept " {time::both(at)} "."
                    </p>
                }
            });
            view! {
                {kept}
                <pre class="console" tabindex="0" aria-label="Console">{text}</pre>
            }
            .into_any()
        }
    };
    view! {
        <section class="card" id="console" aria-labelledby="console-title">
            <div class="card-head">
                <h2 id="console-title">"Console"</h2>
                <form class="inline" method="get" action="#console">
                    {field(
                        "lines",
                        "Last lines",
                        None,
                        view! {
                            <input
                                id="lines"
                                name="lines"
                                type="number"
                                min="1"
                                max="10000"
                                value=lines.to_string()
                            />
                        },
                    )}
                    {form::submit("Read", "", None)}
                </form>
            </div>
            {said}
        </section>
    }
}
