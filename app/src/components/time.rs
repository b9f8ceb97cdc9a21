//! Moments and spans: always with the zone, and how long ago beside it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::fmt;
use crate::viewer::viewer;

/// A moment, absolute with its zone.
pub(crate) fn absolute(at: DateTime<Utc>) -> impl IntoView {
    let now = viewer().now;
    view! {
        <time datetime=at.to_rfc3339() title=fmt::relative(at, now)>
            {fmt::moment(at)}
        </time>
    }
}

/// A moment, by how long ago it was; the absolute time is its tooltip.
pub(crate) fn relative(at: DateTime<Utc>) -> impl IntoView {
    let now = viewer().now;
    view! {
        <time datetime=at.to_rfc3339() title=fmt::moment(at)>
            {fmt::relative(at, now)}
        </time>
    }
}

/// A moment in both ways.
pub(crate) fn both(at: DateTime<Utc>) -> impl IntoView {
    let now = viewer().now;
    view! {
        <time datetime=at.to_rfc3339()>
            {fmt::moment(at)} " " <span class="muted">"(" {fmt::relative(at, now)} ")"</span>
        </time>
    }
}
