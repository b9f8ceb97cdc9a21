//! Questions that were kept: to ask them again, alone or one over the other.

use leptos::prelude::*;

use crate::components::form;
use crate::data::WhatIfData;
use crate::routes;

/// The list, and the form that keeps the question that is asked.
pub(super) fn section(data: &WhatIfData) -> impl IntoView + use<> {
    let name = &data.environment.name;
    let kept = (!data.kept.is_empty()).then(|| {
        let lines = data
            .kept
            .iter()
            .map(|(kept, note)| line(data, kept, note.as_deref()))
            .collect_view();
        view! {
            <form method="get" action=routes::what_if(name)>
                <ul class="tight">{lines}</ul>
                <button type="submit">"Ask those that are ticked, one over the other"</button>
            </form>
            <p>
                <a href=format!("{}#reservations", routes::CAPACITY)>
                    "Reserve what one of them takes, from a day to a day"
                </a>
            </p>
        }
    });
    let scenario = data.scenario.to_string();
    let keep = (!data.scenario.is_empty()).then(|| {
        view! {
            <form method="post" action=routes::what_if(name) class="note-form">
                {form::token()}
                {form::hidden("scenario", scenario)}
                <label>
                    "Keep this question as" <input name="name" required=true maxlength="60" />
                </label>
                <label>"Note" <input name="note" maxlength="300" /></label>
                <div class="actions wide">
                    <button type="submit">"Keep it"</button>
                </div>
            </form>
        }
    });
    (kept.is_some() || keep.is_some()).then(|| {
        view! {
            <section aria-labelledby="kept-title">
                <h2 id="kept-title">"Kept questions"</h2>
                {kept}
                {keep}
            </section>
        }
    })
}

fn line(data: &WhatIfData, kept: &str, note: Option<&str>) -> impl IntoView + use<> {
    let name = &data.environment.name;
    let note = note.map(|note| format!(" – {note}"));
    let (label, value) = (kept.to_owned(), kept.to_owned());
    view! {
        <li>
            <label class="inline">
                <input type="checkbox" name=routes::KEPT value=value />
                <a href=routes::what_if_kept(name, &[kept])>{label}</a>
                <span class="muted">{note}</span>
            </label>
        </li>
    }
}
