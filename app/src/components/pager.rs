//! The foot of a paged list.

use leptos::prelude::*;
use model::filter::InstanceFilter;

use crate::fmt;
use crate::routes;

/// How many rows are shown of how many, and the way to the others.
pub(crate) fn pager(
    filter: &InstanceFilter,
    shown: usize,
    total: u64,
    next: Option<&str>,
) -> impl IntoView + use<> {
    let first = filter.after.is_some().then(|| {
        routes::instances(&InstanceFilter {
            after: None,
            ..filter.clone()
        })
    });
    let next = next.map(|next| {
        routes::instances(&InstanceFilter {
            after: Some(next.to_owned()),
            ..filter.clone()
        })
    });
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="muted">
                {fmt::number(shown)} " of " {fmt::counted(total, "instance", "instances")}
            </p>
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
