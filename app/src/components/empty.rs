//! Places where nothing is: each says why, and what to do next.

use leptos::prelude::*;

/// Nothing is there yet.
pub(crate) fn empty<V: IntoView + 'static>(what: &str, next: V) -> impl IntoView + use<V> {
    view! {
        <div class="empty">
            <p class="empty-what">{what.to_owned()}</p>
            <p class="muted">{next}</p>
        </div>
    }
}
