//! Forms: labels that belong to their fields, the hidden token, buttons that say why they can't.

use leptos::prelude::*;

use crate::context;
use crate::routes::FORM_TOKEN;

/// The hidden field that every form sends.
pub(crate) fn token() -> impl IntoView {
    view! { <input type="hidden" name=FORM_TOKEN value=context::viewer().form_token /> }
}

/// A hidden field.
pub(crate) fn hidden(name: &'static str, value: impl Into<String>) -> impl IntoView {
    view! { <input type="hidden" name=name value=value.into() /> }
}

/// A field with its label above, and a hint below.
pub(crate) fn field<V: IntoView + 'static>(
    id: &'static str,
    label: &'static str,
    hint: Option<String>,
    control: V,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {control}
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
        </div>
    }
}

/// Choices of a filter, the first of which does not narrow.
pub(crate) fn choices(
    all: &str,
    values: impl IntoIterator<Item = String>,
) -> Vec<(String, String)> {
    std::iter::once((String::new(), all.to_owned()))
        .chain(values.into_iter().map(|value| (value.clone(), value)))
        .collect()
}

/// A choice among texts; each has a value and a label.
pub(crate) fn select(
    id: &'static str,
    name: &'static str,
    chosen: Option<&str>,
    choices: Vec<(String, String)>,
) -> impl IntoView + use<> {
    view! {
        <select id=id name=name>
            {options(chosen, choices)}
        </select>
    }
}

/// The same within its label, where a page has many forms with a field of that name.
pub(crate) fn pick(
    name: &'static str,
    chosen: Option<&str>,
    choices: Vec<(String, String)>,
) -> impl IntoView + use<> {
    view! { <select name=name>{options(chosen, choices)}</select> }
}

/// The options of a choice.
pub(crate) fn options(
    chosen: Option<&str>,
    choices: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let chosen = chosen.unwrap_or_default().to_owned();
    choices
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view()
}

/// The button that sends a form; one that can't is shown with its reason.
pub(crate) fn submit(label: &str, class: &'static str, refused: Option<&str>) -> AnyView {
    let label = label.to_owned();
    match refused {
        None => view! {
            <button type="submit" class=class>
                {label}
            </button>
        }
        .into_any(),
        Some(why) => view! {
            <button type="submit" class=class disabled=true title=why.to_owned()>
                {label}
            </button>
            <p class="hint refused">{why.to_owned()}</p>
        }
        .into_any(),
    }
}
