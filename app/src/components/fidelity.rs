//! The fidelity statement: what became of each group in a copy, and so what a test on it can't
//! prove.

use leptos::prelude::*;
use plan::copy::{Fidelity, Kept};

use super::unknown::unknown;

/// The statement as a table, a row for each group of the source.
pub(crate) fn table(rows: &[Fidelity]) -> impl IntoView + use<> {
    let rows = rows.iter().map(row).collect_view();
    view! {
        <div class="scroll" role="region" aria-label="What differs from the source" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col">"In the copy"</th>
                        <th scope="col">"What differs"</th>
                        <th scope="col">"A test on it can’t prove"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(row: &Fidelity) -> impl IntoView + use<> {
    let Fidelity {
        group,
        into,
        kept,
        differs,
        cannot_prove,
    } = row.clone();
    let detail = match &kept {
        Kept::Kept => None,
        Kept::Shrunk { from, to } => Some(format!("{from} → {to}")),
        Kept::Merged { with } => Some(format!(
            "with {}",
            with.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        )),
        Kept::Omitted { reason } => Some(reason.clone()),
    };
    let renamed = into
        .filter(|into| *into != group)
        .map(|into| view! { " → " <code>{into.to_string()}</code> });
    view! {
        <tr>
            <th scope="row">
                <code>{group.to_string()}</code>
                {renamed}
            </th>
            <td>
                <span class=format!("kept kept-{}", kept.word())>{kept.word()}</span>
                {detail.map(|detail| view! { " " <span class="muted">{detail}</span> })}
            </td>
            <td>{sentences(differs, "nothing else differs")}</td>
            <td>{sentences(cannot_prove, "nothing is lost")}</td>
        </tr>
    }
}

fn sentences(all: Vec<String>, none: &'static str) -> AnyView {
    match all.len() {
        0 => view! { <span class="muted">{none}</span> }.into_any(),
        1 => all.into_iter().next().map_or_else(|| unknown(none), IntoAny::into_any),
        _ => view! {
            <ul class="tight">{all.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
        }
        .into_any(),
    }
}

/// The statement in one sentence: `3 groups kept, 2 shrunk, 1 omitted`.
pub(crate) fn summary(rows: &[Fidelity]) -> String {
    let words = ["kept", "shrunk", "merged", "omitted"];
    let counts: Vec<String> = words
        .into_iter()
        .filter_map(|word| {
            let n = rows.iter().filter(|row| row.kept.word() == word).count();
            (n > 0).then(|| format!("{n} {word}"))
        })
        .collect();
    if counts.is_empty() {
        "no groups".to_owned()
    } else {
        format!("groups: {}", counts.join(", "))
    }
}
