//! Changes: each with a glyph, a word and a line style beside its colour, and its fields read
//! before → after.

use leptos::prelude::*;
use model::diff::{ChangeRow, ChangeWord, FieldChange};

use crate::fmt;

/// The glyph and the word of a change.
pub(crate) fn word(change: ChangeWord) -> impl IntoView {
    view! {
        <span class=format!("change-word change-{change}")>
            <span class="change-glyph" aria-hidden="true">{change.glyph().to_string()}</span>
            {change.word()}
        </span>
    }
}

/// One change as a row of a table: what, how, its fields, and what else is to be said of it.
pub(crate) fn row(row: &ChangeRow, more: Option<AnyView>) -> impl IntoView + use<> {
    let ChangeRow {
        kind: _,
        key,
        change,
        fields,
    } = row.clone();
    let was = fields
        .iter()
        .find(|field| field.field == "name")
        .and_then(|field| fmt::value(&field.before));
    let renamed = was.is_some();
    let name = if key.is_empty() {
        "(itself)".to_owned()
    } else {
        key
    };
    view! {
        <tr class=format!("change change-{change}")>
            <td class="change-cell">{word(change)}</td>
            <th scope="row">
                <code>{name}</code>
                {was
                    .map(|was| view! { <div class="muted">"was " <code>{was}</code></div> })}
            </th>
            <td>{field_list(change, &fields, renamed)}</td>
            {more.map(|more| view! { <td class="why-cell">{more}</td> })}
        </tr>
    }
}

/// How many fields are shown before the others are folded.
const SHOWN_FIELDS: usize = 6;

fn field_list(change: ChangeWord, fields: &[FieldChange], renamed: bool) -> impl IntoView + use<> {
    let mut lines: Vec<AnyView> = fields
        .iter()
        .filter(|field| field.field != "name" && !(renamed && field.field == "was"))
        .map(|field| line(change, field))
        .collect();
    let rest = (lines.len() > SHOWN_FIELDS).then(|| lines.split_off(SHOWN_FIELDS - 1));
    view! {
        <dl class="fields">{lines}</dl>
        {rest
            .map(|rest| {
                view! {
                    <details>
                        <summary>{format!("{} more fields", rest.len())}</summary>
                        <dl class="fields">{rest}</dl>
                    </details>
                }
            })}
    }
}

fn nothing() -> AnyView {
    view! { <span class="muted">"nothing"</span> }.into_any()
}

fn line(change: ChangeWord, field: &FieldChange) -> AnyView {
    let FieldChange {
        field: name,
        before,
        after,
    } = field;
    let text =
        |value: &serde_json::Value| fmt::value(value).map_or_else(nothing, IntoAny::into_any);
    let values = match change {
        ChangeWord::Added => text(after),
        ChangeWord::Removed => text(before),
        ChangeWord::Changed => match (before.as_array(), after.as_array()) {
            (Some(before), Some(after)) => set_difference(before, after),
            _ => view! {
                <span class="before">{text(before)}</span>
                <span class="arrow" aria-label="becomes">
                    " → "
                </span>
                <span class="after">{text(after)}</span>
            }
            .into_any(),
        },
    };
    view! {
        <div>
            <dt>{fmt::field_name(name)}</dt>
            <dd>{values}</dd>
        </div>
    }
    .into_any()
}

/// Lists read by what comes and what goes; the rest is counted.
fn set_difference(before: &[serde_json::Value], after: &[serde_json::Value]) -> AnyView {
    let only = |these: &[serde_json::Value], others: &[serde_json::Value]| -> Vec<String> {
        these
            .iter()
            .filter(|item| !others.contains(item))
            .filter_map(fmt::value)
            .collect()
    };
    let (goes, comes) = (only(before, after), only(after, before));
    let same = after.len() - comes.len().min(after.len());
    if goes.is_empty() && comes.is_empty() {
        return "the same, in another order".into_any();
    }
    let items = |items: Vec<String>, word: ChangeWord| {
        items
            .into_iter()
            .map(move |item| {
                view! {
                    <span class=format!("item change-{word}")>
                        <span aria-hidden="true">{word.glyph().to_string()}</span>
                        <span class="visually-hidden">{word.word()} " "</span>
                        {item}
                    </span>
                    " "
                }
            })
            .collect_view()
    };
    view! {
        {items(goes, ChangeWord::Removed)}
        {items(comes, ChangeWord::Added)}
        {(same > 0)
            .then(|| view! { <span class="muted">{format!("{same} stay")}</span> })}
    }
    .into_any()
}
