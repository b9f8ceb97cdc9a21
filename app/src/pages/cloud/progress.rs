//! How far a collection is, for whoever waits for it: live, or by the page asking for itself again.

use leptos::prelude::*;
use model::collection::{HeldKind, Progress};

use crate::components::badge::{Tone, badge};
use crate::components::time;
use crate::data::CloudSummary;
use crate::fmt;
use crate::islands::LivePart;

/// How far a collection is: asked for again until it is over.
pub(super) fn under_way(cloud: &CloudSummary) -> Option<AnyView> {
    let state = cloud.state.as_ref()?;
    let words = match (&state.progress, state.wanted_at) {
        (Some(progress), _) => progress_of(progress).into_any(),
        (None, Some(at)) => view! {
            <p>
                {badge(Tone::Active, "waiting")}
                " asked for "
                {time::relative(at)}
                "; a server begins in a moment."
            </p>
        }
        .into_any(),
        (None, None) => return None,
    };
    Some(
        view! {
            <div id="live" class="card" role="status">
                {words}
            </div>
            <LivePart />
            <noscript>
                <meta http-equiv="refresh" content="2" />
            </noscript>
        }
        .into_any(),
    )
}

fn progress_of(progress: &Progress) -> impl IntoView + use<> {
    let all = HeldKind::ALL.len();
    let done = progress.kinds();
    let reading = match progress.reading {
        Some((kind, 0)) => format!("reading {}", kind.many()),
        Some((kind, count)) => format!("reading {}: {} so far", kind.many(), fmt::number(count)),
        None if done < all => "reading".to_owned(),
        None => "putting it together".to_owned(),
    };
    let missed: Vec<&str> = progress.missed.iter().map(|kind| kind.many()).collect();
    let missed = (!missed.is_empty()).then(|| {
        let text = format!("not read: {}", missed.join(", "));
        view! { <p class="muted">{text}</p> }
    });
    view! {
        <p>{badge(Tone::Active, "collecting")} " since " {time::relative(progress.since)} ", " {reading}</p>
        <div class="progress">
            <progress
                aria-label="Kinds read"
                max=all.to_string()
                value=done.to_string()
            ></progress>
            <span class="progress-count">
                {done.to_string()} " of " {all.to_string()} " kinds, "
                {fmt::counted(progress.held(), "thing", "things")}
            </span>
        </div>
        {missed}
    }
}
