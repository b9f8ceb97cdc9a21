//! Notes and decisions about an environment: what is open first, then what was decided and rejected.

use leptos::prelude::*;
use plan::writings::{Effort, Note, NoteState, Priority, Want};

use crate::components::badge::{self, Tone, badge};
use crate::components::empty::empty;
use crate::components::form::{self, choices, pick};
use crate::components::frame::{Place, heading};
use crate::components::rooms::{Room, rooms};
use crate::components::time;
use crate::context::{Shown, page, path};
use crate::data::{NotesData, ShownNote};
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn NotesPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let data = backend.notes(&name).await?;
        Ok(Shown {
            title: format!("Notes on {name}"),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &NotesData) -> impl IntoView + use<> {
    let NotesData {
        environment,
        notes,
        subjects,
    } = data;
    let kind = badge::kind(environment.kind).into_any();
    let lists = NoteState::ALL
        .iter()
        .map(|state| list(data, *state))
        .collect_view();
    let body = if notes.is_empty() {
        empty(
            "Nobody has written anything yet.",
            "What is to be analysed, what is to be asked, what was decided and why: write it below, and it is found here by everybody.",
        )
        .into_any()
    } else {
        lists.into_any()
    };
    let title = "Write a note";
    view! {
        {heading(format!("Notes on {}", environment.name), Some(kind), ())}
        {rooms(&environment.name, Room::Notes)}
        {body}
        <section aria-labelledby="write-title">
            <h2 id="write-title">{title}</h2>
            {write(data, None)}
        </section>
        <datalist id="subjects">
            {subjects
                .iter()
                .map(|subject| view! { <option value=subject.clone()></option> })
                .collect_view()}
        </datalist>
    }
}

fn list(data: &NotesData, state: NoteState) -> Option<impl IntoView + use<>> {
    let notes: Vec<&ShownNote> = data
        .notes
        .iter()
        .filter(|shown| shown.note.state == state)
        .collect();
    if notes.is_empty() {
        return None;
    }
    let title = format!("{} · {}", fmt::capital(state.word()), notes.len());
    let id = format!("state-{}", state.word());
    let notes = notes
        .into_iter()
        .map(|shown| note(data, shown))
        .collect_view();
    let label = id.clone();
    Some(view! {
        <section aria-labelledby=label>
            <h2 id=id>{title}</h2>
            <ul class="notes">{notes}</ul>
        </section>
    })
}

const fn tone(state: NoteState) -> Tone {
    match state {
        NoteState::Open => Tone::Active,
        NoteState::Decided => Tone::Ok,
        NoteState::Rejected => Tone::Neutral,
    }
}

const fn wanted(want: Want) -> &'static str {
    match want {
        Want::Needed => "needed",
        Want::NiceToHave => "nice to have",
        Want::Question => "question",
    }
}

fn note(data: &NotesData, shown: &ShownNote) -> impl IntoView + use<> {
    let ShownNote {
        id: _,
        note,
        by,
        at,
    } = shown.clone();
    let Note {
        about,
        text,
        state,
        outcome,
        want,
        priority,
        effort,
        link,
        since,
    } = note;
    let mut facts = vec![
        wanted(want).to_owned(),
        format!("priority {}", priority.word()),
    ];
    facts.extend(effort.map(|effort| format!("effort {}", effort.word())));
    facts.push(format!("since {since}"));
    let edit = write(data, Some(shown));
    let about_it: String = text.chars().take(40).collect();
    view! {
        <li class="card note">
            <p>
                {badge(tone(state), state.word())}
                {about
                    .map(|about| {
                        view! {
                            " "
                            <code>{about}</code>
                        }
                    })} " " <strong>{text}</strong>
            </p>
            {outcome.map(|outcome| view! { <p>{outcome}</p> })}
            <p class="muted">
                {facts.join(" · ")}
                {link
                    .map(|link| {
                        let address = link.clone();
                        view! {
                            " · "
                            <a href=address rel="noreferrer">
                                {link}
                            </a>
                        }
                    })} " · " {by} " " {time::relative(at)}
            </p>
            <details>
                <summary>
                    "Change it" <span class="visually-hidden">": " {about_it}</span>
                </summary>
                {edit}
            </details>
        </li>
    }
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<(String, String)> {
    all.iter()
        .map(|one| (word(*one).to_owned(), word(*one).replace('-', " ")))
        .collect()
}

/// The form of a note: a new one, or one that is there.
fn write(data: &NotesData, shown: Option<&ShownNote>) -> impl IntoView + use<> {
    let note = shown.map(|shown| shown.note.clone());
    let id = shown.map_or_else(String::new, |shown| shown.id.clone());
    let text = |get: fn(&Note) -> Option<String>| note.as_ref().and_then(get).unwrap_or_default();
    let word =
        |get: fn(&Note) -> &'static str, usual: &'static str| note.as_ref().map_or(usual, get);
    let new = shown.is_none();
    view! {
        <form method="post" action=routes::notes(&data.environment.name) class="note-form">
            {form::token()}
            {form::hidden("id", id)}
            <label class="wide">
                "What it says"
                <textarea name="text" rows="3" maxlength="4000" required=new>
                    {text(|note| Some(note.text.clone()))}
                </textarea>
            </label>
            <label>
                "About"
                <input
                    name="about"
                    list="subjects"
                    maxlength="200"
                    placeholder="the environment itself"
                    value=text(|note| note.about.clone())
                />
            </label>
            <label>
                "State "
                {pick(
                    "state",
                    Some(word(|note| note.state.word(), NoteState::Open.word())),
                    words(NoteState::ALL, NoteState::word),
                )}
            </label>
            <label>
                "Wanted "
                {pick(
                    "want",
                    Some(word(|note| note.want.word(), Want::Needed.word())),
                    words(Want::ALL, Want::word),
                )}
            </label>
            <label>
                "Priority "
                {pick(
                    "priority",
                    Some(word(|note| note.priority.word(), Priority::Normal.word())),
                    words(Priority::ALL, Priority::word),
                )}
            </label>
            <label>
                "Effort "
                {pick(
                    "effort",
                    note.as_ref().and_then(|note| note.effort).map(Effort::word),
                    choices("nobody has said", Effort::ALL.iter().map(|one| one.word().to_owned())),
                )}
            </label>
            <label>
                "Tracked at"
                <input name="link" type="url" maxlength="500" placeholder="https://…" value=text(|note| note.link.clone()) />
            </label>
            <label class="wide">
                "What was decided, or why not"
                <input name="outcome" maxlength="1000" value=text(|note| note.outcome.clone()) />
            </label>
            <div class="actions wide">
                <button type="submit" class=if new { "primary" } else { "" }>
                    {if new { "Write it" } else { "Save" }}
                </button>
                {(!new)
                    .then(|| view! { <span class="hint">"Saved without a text it is taken away."</span> })}
            </div>
        </form>
    }
}
