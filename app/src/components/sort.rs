//! The head of a column that a table can be sorted by: a link, which works without scripts and says
//! to everybody how the table is sorted now. What the address says is the list's own matter.

use leptos::prelude::*;
use model::filter::Direction;

/// One head. `current` is how the table is sorted by this column, if it is; `to` gives the address
/// of the same list in another direction.
pub(crate) fn header(
    label: &'static str,
    current: Option<Direction>,
    to: impl FnOnce(Direction) -> String,
) -> AnyView {
    let (state, next, arrow) = match current {
        Some(Direction::Ascending) => ("ascending", Direction::Descending, "▲"),
        Some(Direction::Descending) => ("descending", Direction::Ascending, "▼"),
        None => ("none", Direction::Ascending, "↕"),
    };
    let href = to(next);
    view! {
        <th scope="col" aria-sort=state>
            <a class="sort" href=href data-live-link="">
                {label}
                <span class="sort-arrow" aria-hidden="true">{arrow}</span>
            </a>
        </th>
    }
    .into_any()
}
