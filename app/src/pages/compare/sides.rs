//! The form that chooses what is compared: what is stored, or files that are brought along, and what is
//! wrong with those.

use leptos::prelude::*;
use model::file::FileError;

use crate::components::form::{self, field};
use crate::data::{Brought, ChoiceState, CompareChoice, WhichSide};
use crate::routes::{self, CompareAsk, CompareBy, CompareSizing};

/// How many problems of a file are shown: whoever mends those sees the next.
const SHOWN: usize = 50;

/// The form. What was typed into it last and could not be taken stands in it again.
pub(super) fn chooser(
    ask: &CompareAsk,
    choices: &[CompareChoice],
    brought: &[Brought],
) -> impl IntoView + use<> {
    let CompareAsk {
        a,
        b,
        c,
        by,
        sizing,
        show: _,
        class: _,
        from: _,
    } = ask.clone();
    let swap = match (&a, &b) {
        (Some(_), Some(_)) => {
            let swapped = CompareAsk {
                a: b.clone(),
                b: a.clone(),
                ..ask.clone()
            };
            Some(view! {
                <a class="button quiet" href=swapped.address()>
                    "Swap sides"
                </a>
            })
        }
        (_, None) | (None, _) => None,
    };
    let side = |which: WhichSide, chosen: &Option<String>| {
        let brought = brought.iter().find(|brought| brought.side == which);
        self::side(which, chosen.as_deref(), choices, brought)
    };
    view! {
        <form
            class="filter compare"
            method="post"
            enctype="multipart/form-data"
            action=routes::COMPARE
        >
            {form::token()}
            {side(WhichSide::A, &a)}
            {side(WhichSide::B, &b)}
            {side(WhichSide::C, &c)}
            {radio(
                "by",
                "Layer",
                vec![
                    ("group", "Groups", by == CompareBy::Group),
                    ("instance", "Instances", by == CompareBy::Instance),
                    ("profile", "Profiles", by == CompareBy::Profile),
                ],
            )}
            {radio(
                "sizing",
                "Sizing",
                CompareSizing::ALL
                    .map(|choice| (choice.word(), choice.label(), choice == sizing))
                    .to_vec(),
            )}
            <div class="filter-actions">
                <button type="submit">"Compare"</button>
                {swap}
            </div>
        </form>
    }
}

/// What stands on one side: something to choose, and below it a file instead.
fn side(
    which: WhichSide,
    chosen: Option<&str>,
    choices: &[CompareChoice],
    brought: Option<&Brought>,
) -> impl IntoView + use<> {
    let chosen = chosen.unwrap_or_default().to_owned();
    let known = chosen.is_empty() || choices.iter().any(|choice| choice.value == chosen);
    let options = choices
        .iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            view! {
                <option value=choice.value.clone() selected=selected>
                    {label(choice)}
                </option>
            }
        })
        .collect_view();
    // What was asked for and can't be chosen is still shown: the address said so.
    let other = (!known).then(|| {
        let label = if routes::is_of_file(&chosen) {
            "a file that is gone".to_owned()
        } else {
            chosen.clone()
        };
        view! {
            <option value=chosen.clone() selected=true>
                {label}
            </option>
        }
    });
    let (id, name) = (which.id(), which.word());
    let none = match which {
        WhichSide::A | WhichSide::B => "choose …",
        WhichSide::C => "none",
    };
    let text = brought.map(|brought| brought.text.clone());
    let label = which.label();
    view! {
        <div class="compare-side">
            {field(
                id,
                label,
                None,
                view! {
                    <select id=id name=name>
                        <option value="">{none}</option>
                        {other}
                        {options}
                    </select>
                },
            )}
            <details class="more" open=brought.is_some()>
                <summary>
                    "A file instead" <span class="visually-hidden">" of " {label}</span>
                </summary>
                <label class="drop">
                    "Choose a topology file (YAML), or drop it here"
                    <input
                        type="file"
                        name=format!("{}{name}", routes::SIDE_FILE)
                        accept=".yaml,.yml,application/yaml,text/plain"
                    />
                </label>
                <label class="stack">
                    "or paste it"
                    <textarea
                        name=format!("{}{name}", routes::SIDE_TEXT)
                        rows="6"
                        spellcheck="false"
                        class="mono"
                    >
                        // A parser drops the line break behind the tag, and would drop the text's own.
                        {text.map(|text| format!("\n{text}"))}
                    </textarea>
                </label>
            </details>
        </div>
    }
}

fn label(choice: &CompareChoice) -> String {
    let CompareChoice { value, kind, state } = choice;
    let name = value.split(['@', ':']).next().unwrap_or_default();
    match state {
        ChoiceState::Newest(layer) => format!("{name} · {kind} · {layer}, newest"),
        ChoiceState::Revision(layer, number) => {
            format!("{name} · {kind} · {layer}, revision {number}")
        }
        ChoiceState::File { name, environment } => {
            format!("{name} · file of {environment}")
        }
    }
}

fn radio(
    name: &'static str,
    legend: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
) -> impl IntoView {
    view! {
        <fieldset class="segmented">
            <legend>{legend}</legend>
            {choices
                .into_iter()
                .map(|(value, label, checked)| {
                    view! {
                        <label>
                            <input type="radio" name=name value=value checked=checked />
                            <span>{label}</span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}

/// What is wrong with the files that were brought.
pub(super) fn problems(brought: &[Brought]) -> impl IntoView + use<> {
    brought
        .iter()
        .filter(|brought| !brought.problems.is_empty())
        .map(table)
        .collect_view()
}

fn table(brought: &Brought) -> impl IntoView + use<> {
    let Brought {
        side,
        name,
        text: _,
        problems,
    } = brought;
    let rows = problems
        .iter()
        .take(SHOWN)
        .map(|problem| {
            let FileError {
                file: _,
                mark,
                field,
                message,
            } = problem.clone();
            view! {
                <tr>
                    <td class="num">{mark.line}</td>
                    <td class="num">{mark.column}</td>
                    <td>
                        <code>{field}</code>
                    </td>
                    <td class="quote">{message}</td>
                </tr>
            }
        })
        .collect_view();
    let more = problems.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| view! { <p class="muted">{format!("And {more} more.")}</p> });
    let id = format!("problems-{}", side.word());
    let labelled = id.clone();
    let title = format!("{}: {name} can’t be compared", side.label());
    view! {
        <section class="callout tone-critical" role="alert" aria-labelledby=labelled>
            <h2 id=id class="callout-title">
                {title.clone()}
            </h2>
            <p>
                "Nothing was compared, and nothing is kept of it. Mend it where it stands below, or choose it again."
            </p>
            <div class="scroll" role="region" aria-label=title tabindex="0">
                <table class="problems">
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                "Line"
                            </th>
                            <th scope="col" class="num">
                                "Column"
                            </th>
                            <th scope="col">"Field"</th>
                            <th scope="col">"What is wrong, and what would be right"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}
