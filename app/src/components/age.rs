//! How old collected data is: the age of data is part of the data.

use leptos::prelude::*;

use super::badge::{Tone, badge};
use super::time;
use crate::data::Age;

/// How long ago data was last true, flagged where it can't be relied on any more.
pub(crate) fn age(age: Age) -> impl IntoView {
    let Age { at, stale } = age;
    view! {
        {time::relative(at)}
        {stale.then(flag)}
    }
}

/// The flag of what is too old.
pub(crate) fn flag() -> impl IntoView {
    view! {
        " "
        <span title="older than twice the time between two collections">
            {badge(Tone::Warning, "stale")}
        </span>
    }
}

/// When a cloud was collected, in words.
pub(crate) fn collected(of: Option<Age>) -> AnyView {
    match of {
        Some(of) => view! { "collected " {age(of)} }.into_any(),
        None => "never collected".into_any(),
    }
}

/// The same under a heading that says “collected”.
pub(crate) fn when(of: Option<Age>) -> AnyView {
    match of {
        Some(of) => age(of).into_any(),
        None => "never".into_any(),
    }
}
