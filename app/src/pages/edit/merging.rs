//! Two changes of one plan that contradict each other: what both say, and whose is to hold.

use leptos::prelude::*;
use model::merge::{Conflict, Whose};

use crate::components::form::hidden;
use crate::data::Merging;
use crate::fmt;
use crate::routes::{button, sent};

/// The choices.
pub(super) fn section(merging: &Merging) -> impl IntoView + use<> {
    let Merging {
        base,
        theirs,
        conflicts,
    } = merging;
    let rows = conflicts
        .iter()
        .map(|(conflict, chosen)| row(conflict, *chosen))
        .collect_view();
    view! {
        <section aria-labelledby="merge-title" class="card">
            <h2 id="merge-title">"Two changes contradict each other"</h2>
            <p>
                {format!(
                    "Both change what revision {base} said. Everything else of both is kept: choose what is to hold here.",
                )}
            </p>
            {hidden(sent::MERGE_BASE, base.to_string())}
            {hidden(sent::MERGE_THEIRS, theirs.to_string())}
            <div class="scroll" role="region" aria-label="Contradictions" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">{format!("In revision {base}")}</th>
                            <th scope="col">"Yours"</th>
                            <th scope="col">{format!("In revision {theirs}")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="actions">
                <button type="submit" name=sent::DO value=button::MERGE class="primary">
                    "Merge them"
                </button>
            </div>
        </section>
    }
}

fn row(conflict: &Conflict, chosen: Option<Whose>) -> impl IntoView + use<> {
    let Conflict {
        place,
        base,
        ours,
        theirs,
    } = conflict;
    let name = format!("{}{place}", sent::CHOICE);
    let text =
        |value: &serde_json::Value| fmt::value(value).unwrap_or_else(|| "nothing".to_owned());
    let side = |whose: Whose, value: &serde_json::Value| {
        let id = format!("{name}/{}", whose.word());
        view! {
            <label>
                <input
                    type="radio"
                    id=id
                    name=name.clone()
                    value=whose.word()
                    checked=chosen == Some(whose)
                />
                " "
                {text(value)}
            </label>
        }
    };
    view! {
        <tr>
            <th scope="row">
                <code>{place.to_string()}</code>
            </th>
            <td>{text(base)}</td>
            <td>{side(Whose::Ours, ours)}</td>
            <td>{side(Whose::Theirs, theirs)}</td>
        </tr>
    }
}
