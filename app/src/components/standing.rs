//! How far an instance is, in words: what the cloud says of it is one thing, what it says itself
//! another.

use std::collections::BTreeSet;

use leptos::prelude::*;
use model::facts::Standing;

use super::badge::{self, Tone};
use super::time;

/// The state as a badge, with the reason for its word beside it.
pub(crate) fn standing(standing: Standing<'_>) -> AnyView {
    match standing {
        Standing::Ready { at } => view! {
            {badge::badge(Tone::Ok, standing.word())}
            <div class="muted">"it reported " {time::both(at)}</div>
        }
        .into_any(),
        Standing::Running { asked } => {
            let tone = if asked { Tone::Warning } else { Tone::Neutral };
            view! {
                {badge::badge(tone, standing.word())}
                <div class="muted">{standing.why()}</div>
            }
            .into_any()
        }
        Standing::Other(word) => badge::status(word).into_any(),
    }
}

/// The same for a list: the word, with its reason as a tooltip and for screen readers.
pub(crate) fn short(standing: Standing<'_>) -> AnyView {
    let tone = match standing {
        Standing::Ready { .. } => Tone::Ok,
        Standing::Running { asked: true } => Tone::Warning,
        Standing::Running { asked: false } => Tone::Neutral,
        Standing::Other(word) => return badge::status(word).into_any(),
    };
    let why = standing.why().unwrap_or_default();
    let title = why.clone();
    view! {
        <span title=title>
            {badge::badge(tone, standing.word())} <span class="visually-hidden">": " {why}</span>
        </span>
    }
    .into_any()
}

/// Why instances of a list are called so, once for all of them; none where all words say enough.
pub(crate) fn legend<'s>(all: impl Iterator<Item = Standing<'s>>) -> Option<AnyView> {
    let running = all.filter(|standing| matches!(standing, Standing::Running { .. }));
    let reasons: BTreeSet<String> = running
        .filter_map(|standing| Some(format!("{}: {}", standing.word(), standing.why()?)))
        .collect();
    (!reasons.is_empty()).then(|| {
        let reasons = reasons
            .into_iter()
            .map(|reason| view! { <div>{reason}</div> });
        view! { <div class="hint">{reasons.collect_view()}</div> }.into_any()
    })
}
