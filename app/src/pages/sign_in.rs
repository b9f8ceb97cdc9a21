//! Signing in with the one-time link that the server prints.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::form::{field, hidden};
use crate::components::icon::{Icon, icon};
use crate::context::query;
use crate::islands::ThemeSwitch;
use crate::routes;

/// The page. It has no frame: there is nothing to go to yet.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let query = query();
    let refused = query.get("refused").is_some();
    let next = query.get("next").map(ToOwned::to_owned);
    let token = query.get("token").map(ToOwned::to_owned);
    let form = match token {
        Some(token) => view! {
            <p>"You have a sign-in link. It works once."</p>
            {hidden("token", token)}
            <button type="submit" class="primary wide">
                "Sign in"
            </button>
        }
        .into_any(),
        None => view! {
            {field(
                "token",
                "Token",
                Some("The part of the link after “token=”. The whole link works too.".to_owned()),
                view! {
                    <input
                        id="token"
                        name="token"
                        type="text"
                        required=true
                        autocomplete="off"
                        spellcheck="false"
                        aria-describedby="token-hint"
                    />
                },
            )}
            <button type="submit" class="primary wide">
                "Sign in"
            </button>
        }
        .into_any(),
    };
    view! {
        <Title text="Sign in · Understudy" />
        <main class="sign-in" id="content">
            <div class="card">
                <h1 class="brand">{icon(Icon::Mark)} "Understudy"</h1>
                <p class="lead">"See what you run, plan what you want, rehearse the difference."</p>
                {refused
                    .then(|| {
                        view! {
                            <p class="callout tone-warning" role="alert">
                                <span class="badge-glyph" aria-hidden="true">"!"</span>
                                <span>
                                    "That link or token does not work: it was used before, or its time is over. Take the newest one that the server printed."
                                </span>
                            </p>
                        }
                    })}
                <form method="post" action=routes::SIGN_IN>
                    {next.map(|next| hidden("next", next))}
                    {form}
                </form>
                <p class="hint">
                    "The server prints a one-time link when it starts. Open it, or paste its token here."
                </p>
            </div>
            <ThemeSwitch />
        </main>
    }
}
