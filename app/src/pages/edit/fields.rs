//! The fields of the editor: each is called as the field of the plan that it holds, which is also how
//! it is found again after the page was drawn anew.

use leptos::prelude::*;
use model::edit::{Edit, Field, read};
use model::topology::Topology;

use crate::components::form;
use crate::routes::sent;

/// What a field holds.
pub(super) fn value(topology: &Topology, field: &Field) -> String {
    read(topology, field).unwrap_or_default()
}

/// A text field with its label above.
pub(super) fn text(
    topology: &Topology,
    field: Field,
    label: &'static str,
    placeholder: &'static str,
) -> impl IntoView + use<> {
    let name = field.to_string();
    let id = name.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                value=value(topology, &field)
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
            />
        </div>
    }
}

/// A field for a text of any number of lines, with its label above.
pub(super) fn lines(
    topology: &Topology,
    field: &Field,
    label: &'static str,
) -> impl IntoView + use<> {
    let name = field.to_string();
    let id = name.clone();
    // A text area swallows its first line break.
    let value = format!("\n{}", value(topology, field));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea id=id name=name rows="2">
                {value}
            </textarea>
        </div>
    }
}

/// A choice with its label above.
pub(super) fn choice(
    topology: &Topology,
    field: Field,
    label: String,
    choices: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let name = field.to_string();
    let id = name.clone();
    let chosen = value(topology, &field);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                {options(&chosen, choices)}
            </select>
        </div>
    }
}

/// The options of a choice; what is chosen is among them, also where nobody offers it.
pub(super) fn options(chosen: &str, mut choices: Vec<(String, String)>) -> impl IntoView + use<> {
    if !choices.iter().any(|(value, _)| value == chosen) {
        choices.insert(0, (chosen.to_owned(), chosen.to_owned()));
    }
    form::options(Some(chosen), choices)
}

/// Words that are their own labels.
pub(super) fn words(words: &[&str]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|word| ((*word).to_owned(), word.replace('-', " ")))
        .collect()
}

/// A field of a table's cell, whose label is for those who can't see the table's head.
pub(super) fn cell(
    topology: &Topology,
    field: &Field,
    label: String,
    class: &'static str,
    numeric: bool,
) -> impl IntoView + use<> {
    let name = field.to_string();
    view! {
        <label class="visually-hidden" for=name.clone()>
            {label}
        </label>
        <input
            id=name.clone()
            name=name
            class=class
            value=value(topology, field)
            inputmode=numeric.then_some("numeric")
            autocomplete="off"
            spellcheck="false"
        />
    }
}

/// A choice in a table's cell.
pub(super) fn cell_choice(
    topology: &Topology,
    field: &Field,
    label: String,
    choices: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let name = field.to_string();
    let chosen = value(topology, field);
    view! {
        <label class="visually-hidden" for=name.clone()>
            {label}
        </label>
        <select id=name.clone() name=name>
            {options(&chosen, choices)}
        </select>
    }
}

/// A button that does something to the plan.
pub(super) fn act(edit: &Edit, label: &'static str, aloud: String) -> impl IntoView + use<> {
    let value = edit.to_string();
    view! {
        <button
            id=value.clone()
            type="submit"
            name=sent::DO
            value=value
            class="quiet compact"
            aria-label=aloud
        >
            {label}
        </button>
    }
}

/// The field for the name of something new, with its button. `what` is the word of the button and
/// what it is about: `add-group`, `add-volume:app`.
pub(super) fn new(
    what: &str,
    label: &'static str,
    placeholder: &'static str,
) -> impl IntoView + use<> {
    let name = format!("{}{what}", sent::NEW);
    let button = what.to_owned();
    view! {
        <div class="editor-new">
            <label>
                {label}
                <input
                    id=name.clone()
                    name=name
                    placeholder=placeholder
                    maxlength="63"
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            <button id=button.clone() type="submit" name=sent::DO value=button>
                "Add"
            </button>
        </div>
    }
}
