//! The foot of a paged list.

use leptos::prelude::*;

use crate::fmt;

/// How many rows are shown of how many, and the way to the others: back to the first page where
/// this isn't it, and on to the next where there is one.
pub(crate) fn pager(
    shown: usize,
    total: u64,
    (one, many): (&'static str, &'static str),
    first: Option<String>,
    next: Option<String>,
) -> impl IntoView + use<> {
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="muted">{fmt::number(shown)} " of " {fmt::counted(total, one, many)}</p>
            <div class="actions">
                {first.map(|href| view! { <a class="button" href=href>"First page"</a> })}
                {next
                    .map(|href| {
                        view! { <a class="button" rel="next" href=href>"Next page"</a> }
                    })}
            </div>
        </nav>
    }
}
