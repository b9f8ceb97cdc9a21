//! The keys that let people in: their public halves for everybody, and the way to the private half of
//! those that Understudy makes. Each time that one is fetched is in the log.

use leptos::prelude::*;
use model::name::EnvironmentName;

use super::form;
use super::icon::{Icon, icon};
use crate::data::KeypairRow;
use crate::routes;

/// The card; none where nothing lets anybody in.
pub(crate) fn card(
    environment: &EnvironmentName,
    keypairs: &[KeypairRow],
) -> Option<impl IntoView + use<>> {
    if keypairs.is_empty() {
        return None;
    }
    let rows = keypairs
        .iter()
        .map(|keypair| row(environment, keypair))
        .collect_view();
    Some(view! {
        <section class="card" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <div class="scroll" role="region" aria-label="Keys" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Keypair"</th>
                            <th scope="col">"Lets into"</th>
                            <th scope="col">"Fingerprint"</th>
                            <th scope="col">"Private key"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    })
}

fn row(environment: &EnvironmentName, keypair: &KeypairRow) -> impl IntoView + use<> {
    let KeypairRow {
        name,
        public_key,
        fingerprint,
        made,
        groups,
    } = keypair.clone();
    let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
    let label = format!("Copy the public key of {name}");
    let private = if made {
        view! {
            <form class="inline" method="post" action=routes::fetch_key(environment, &name)>
                {form::token()}
                <button type="submit">
                    {icon(Icon::Download)}
                    "Fetch"
                    <span class="visually-hidden">{format!(" the private key of {name}")}</span>
                </button>
            </form>
            <p class="hint">"the log says who did"</p>
        }
        .into_any()
    } else {
        view! { <span class="muted">"is with its owner"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <code>{name.to_string()}</code>
            </th>
            <td>{groups.join(", ")}</td>
            <td>
                <span class="address">
                    <code>{fingerprint}</code>
                    <button
                        type="button"
                        class="quiet needs-script"
                        data-copy=public_key
                        aria-label=label.clone()
                        title=label
                    >
                        {icon(Icon::Copy)}
                    </button>
                </span>
            </td>
            <td>{private}</td>
        </tr>
    }
}
