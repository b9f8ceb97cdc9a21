//! The dash that stands for what nobody knows, always with its reason: never a zero, never blank.

use leptos::prelude::*;
use model::value::Value;

use crate::data::Known;

/// A dash with its reason, in a tooltip and for screen readers.
pub(crate) fn unknown(why: &str) -> AnyView {
    let (title, why) = (why.to_owned(), why.to_owned());
    view! {
        <span class="unknown" title=title>
            <span aria-hidden="true">"—"</span>
            <span class="visually-hidden">"unknown: " {why}</span>
        </span>
    }
    .into_any()
}

/// A value, or the dash with the reason.
pub(crate) fn or_unknown<V: IntoView + 'static>(value: Option<V>, why: &str) -> AnyView {
    match value {
        Some(value) => value.into_any(),
        None => unknown(why),
    }
}

/// A known value shown in some way, or the dash with its own reason.
pub(crate) fn known<T, V: IntoView + 'static>(
    value: &Known<T>,
    show: impl FnOnce(&T) -> V,
) -> AnyView {
    match value {
        Known::Is(value) => show(value).into_any(),
        Known::Not { why } => unknown(why),
    }
}

/// As [`known`], with the reason in sight: where a person decides by it.
pub(crate) fn known_aloud<T, V: IntoView + 'static>(
    value: &Known<T>,
    show: impl FnOnce(&T) -> V,
) -> AnyView {
    match value {
        Known::Is(value) => show(value).into_any(),
        Known::Not { why } => {
            let why = why.clone();
            view! {
                <span class="muted">"— " {why}</span>
            }
            .into_any()
        }
    }
}

/// A value of a topology as code, the word for what the cloud will choose, or the dash.
pub(crate) fn fixed<T: std::fmt::Display>(value: &Value<T>, why: &str) -> AnyView {
    match value {
        Value::Fixed(value) => view! { <code>{value.to_string()}</code> }.into_any(),
        Value::AssignedByCloud => {
            view! { <span class="muted">"assigned by the cloud"</span> }.into_any()
        }
        Value::Unknown => unknown(why),
    }
}
