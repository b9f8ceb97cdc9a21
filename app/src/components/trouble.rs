//! What went wrong, for a person: what happened, why, what to do.

use leptos::prelude::*;
use model::operation::Trouble;

/// Trouble as a box of its own.
pub(crate) fn trouble(trouble: &Trouble) -> impl IntoView + use<> {
    let Trouble { what, why, todo } = trouble.clone();
    view! {
        <div class="callout tone-critical" role="group" aria-label="What went wrong">
            <p class="callout-title">{what}</p>
            <dl class="facts">
                <div>
                    <dt>"Why"</dt>
                    <dd class="quote">{why}</dd>
                </div>
                <div>
                    <dt>"What to do"</dt>
                    <dd>{todo}</dd>
                </div>
            </dl>
        </div>
    }
}

/// A sentence that something is not possible, and why.
pub(crate) fn refused(why: &str) -> impl IntoView + use<> {
    view! {
        <p class="callout tone-warning">
            <span class="badge-glyph" aria-hidden="true">"!"</span>
            <span>{why.to_owned()}</span>
        </p>
    }
}
