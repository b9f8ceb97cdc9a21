//! A third state beside the two: field by field, where not all three are the same.

use leptos::prelude::*;
use model::diff::{ThreeField, ThreeRow};
use serde_json::Value as Json;

use crate::components::empty::empty;
use crate::data::Third;
use crate::fmt;

/// The table; its columns are the three states, by name.
pub(super) fn table(names: &[String; 3], third: &Third) -> impl IntoView + use<> {
    let Third { side: _, rows } = third;
    let body = if rows.is_empty() {
        empty(
            "All three are the same.",
            "Not one field that can be compared differs.",
        )
        .into_any()
    } else {
        let head = names
            .clone()
            .map(|name| view! { <th scope="col">{name}</th> });
        view! {
            <div class="scroll" role="region" aria-label="Three states" tabindex="0">
                <table class="three">
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"Field"</th>
                            {head.collect_view()}
                        </tr>
                    </thead>
                    {rows.iter().map(body).collect_view()}
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="third-title">
            <h2 id="third-title">"All three side by side"</h2>
            {body}
        </section>
    }
}

fn body(row: &ThreeRow) -> impl IntoView + use<> {
    let ThreeRow {
        kind,
        key,
        a: _,
        b: _,
        fields,
    } = row.clone();
    let span = fields.len().to_string();
    let what = if key.is_empty() {
        kind
    } else {
        format!("{} {key}", kind.replace('-', " "))
    };
    view! {
        <tbody>
            {fields
                .into_iter()
                .enumerate()
                .map(|(index, field)| {
                    let name = (index == 0)
                        .then(|| {
                            view! {
                                <th scope="rowgroup" rowspan=span.clone()>
                                    <code>{what.clone()}</code>
                                </th>
                            }
                        });
                    view! { <tr>{name} {values(field)}</tr> }
                })
                .collect_view()}
        </tbody>
    }
}

/// A value that is as it was before is muted: the others are what to look at.
fn values(field: ThreeField) -> impl IntoView {
    let ThreeField { field, base, a, b } = field;
    let cell = |value: &Json| {
        let text = fmt::value(value).unwrap_or_else(|| "nothing".to_owned());
        let class = if *value == base { "muted" } else { "after" };
        view! { <td class=class>{text}</td> }
    };
    view! {
        <td>{fmt::field_name(&field)}</td>
        {cell(&base)}
        {cell(&a)}
        {cell(&b)}
    }
}
