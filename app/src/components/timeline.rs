//! An operation's timeline: each step with its state and duration, and the log below.
//!
//! The island [`crate::islands::Live`] moves what is drawn here by the same names: a step's row has
//! `data-step="forward-3"`, the state in it `data-part="state"`, the time `data-part="time"`, the cloud's id
//! `data-part="id"`; an instance's row elsewhere has `data-key="instance/app[1]"`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::operation::{Event, JournalEntry, Phase, StepState};
use plan::Plan;
use plan::steps::{Inverse, Step};

use crate::fmt;
use crate::progress::{StepWord, step_id};

/// The newest word on each step, by phase and number.
pub(crate) type Journal<'a> = BTreeMap<(Phase, u32), &'a JournalEntry>;

/// Puts journal entries in order; of several attempts at a step the newest counts.
pub(crate) fn journal(entries: &[JournalEntry]) -> Journal<'_> {
    let mut journal = Journal::new();
    for entry in entries {
        let slot = journal.entry((entry.phase, entry.step)).or_insert(entry);
        if entry.attempt > slot.attempt {
            *slot = entry;
        }
    }
    journal
}

/// How many steps of a phase are done.
pub(crate) fn done(journal: &Journal<'_>, phase: Phase) -> u64 {
    let done = journal
        .iter()
        .filter(|((of, _), entry)| *of == phase && matches!(entry.state, StepState::Done { .. }))
        .count();
    u64::try_from(done).unwrap_or(u64::MAX)
}

/// The steps of one plan.
pub(crate) fn steps(
    phase: Phase,
    plan: &Plan,
    journal: &Journal<'_>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let rows = plan
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            row(
                phase,
                number,
                step,
                journal.get(&(phase, number)).copied(),
                now,
            )
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="Steps" tabindex="0">
            <table class="steps">
                <thead>
                    <tr>
                        <th scope="col" class="num">
                            "#"
                        </th>
                        <th scope="col">"Step"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">
                            "Took"
                        </th>
                        <th scope="col">"Waits for"</th>
                        <th scope="col">"Id in the cloud"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(
    phase: Phase,
    number: u32,
    step: &Step,
    entry: Option<&JournalEntry>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let Step {
        key,
        act,
        needs,
        inverse,
    } = step;
    let word = StepWord::of(entry.map(|entry| &entry.state));
    let took = entry.map(|entry| {
        let until = match entry.state {
            StepState::Done { .. } | StepState::Failed { .. } => entry.at,
            StepState::Intended | StepState::Made { .. } | StepState::Running { .. } => now,
        };
        fmt::span((until - entry.since).num_seconds())
    });
    let needs: Vec<String> = needs
        .iter()
        .map(|need| (need.step + 1).to_string())
        .collect();
    let failure = entry.and_then(|entry| match &entry.state {
        StepState::Failed { why } => Some(why.clone()),
        StepState::Intended
        | StepState::Made { .. }
        | StepState::Running { .. }
        | StepState::Done { .. } => None,
    });
    let cloud_id = entry.and_then(|entry| match &entry.state {
        StepState::Made { id } | StepState::Running { id } | StepState::Done { id: Some(id) } => {
            Some(id.to_string())
        }
        StepState::Intended | StepState::Done { id: None } | StepState::Failed { .. } => None,
    });
    let attempt = entry
        .filter(|entry| entry.attempt > 1)
        .map(|entry| entry.attempt);
    let irreversible = match inverse {
        Inverse::Opposite => None,
        Inverse::Impossible { why } => Some(why.clone()),
    };
    view! {
        <tr data-step=step_id(phase, number) data-state=word.word()>
            <td class="num muted">{number + 1}</td>
            <th scope="row">
                {act.verb()} " " <span class="muted">{key.kind.word()}</span> " "
                <code>{key.name().to_owned()}</code>
                {irreversible
                    .map(|why| view! { <div class="hint">"can’t be taken back: " {why}</div> })}
                {failure.map(|why| view! { <div class="quote">{why}</div> })}
            </th>
            <td>
                <span class="step-state" data-part="state">
                    <span class="badge-glyph" aria-hidden="true">{word.glyph()}</span>
                    {word.word()}
                </span>
                {attempt.map(|n| view! { " " <span class="muted">{format!("attempt {n}")}</span> })}
            </td>
            <td class="num" data-part="time">
                {took}
            </td>
            <td class="muted">{needs.join(", ")}</td>
            <td class="muted">
                <code data-part="id">{cloud_id}</code>
            </td>
        </tr>
    }
}

/// What happened, the newest first.
pub(crate) fn log(events: &[Event]) -> impl IntoView + use<> {
    let lines = events
        .iter()
        .rev()
        .map(|event| {
            view! {
                <li>
                    <time datetime=event.at.to_rfc3339()>{fmt::clock(event.at)}</time>
                    " "
                    <span>{crate::progress::sentence(&event.what)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ol id="log" class="events" reversed=true>
            {lines}
        </ol>
    }
}
