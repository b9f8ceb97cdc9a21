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
    // Where nothing is asked there is nothing to keep; it appears when a slider is moved.
    let scenario = &data.worked.scenario;
    let nothing = scenario.is_empty();
    let keep = view! {
        <form method="post" action=routes::what_if(name) class="note-form" id="keep" hidden=nothing>
            {form::token()}
            {form::hidden("scenario", scenario.to_string())}
            <label>
                "Keep this question as" <input name="name" required=true maxlength="60" />
            </label>
            <label>"Note" <input name="note" maxlength="300" /></label>
            <div class="actions wide">
                <button type="submit">"Keep it"</button>
            </div>
        </form>
    };
    view! {
        <section aria-labelledby="kept-title" id="kept" hidden=nothing && data.kept.is_empty()>
            <h2 id="kept-title">"Kept questions"</h2>
            {kept}
            {keep}
        </section>
    }
}

fn line(data: &WhatIfData, kept: &str, note: Option<&str>) -> impl IntoView + use<> {
    let name = &data.environment.name;
    let note = note.map(|note| format!(" – {note}"));
    let (label, value) = (kept.to_owned(), kept.to_owned());
    let asked = data.stacked.iter().any(|asked| asked == kept);
    view! {
        <li>
            <label class="inline">
                <input type="checkbox" name=routes::KEPT value=value checked=asked />
                <a href=routes::what_if_kept(name, &[kept])>{label}</a>
                <span class="muted">{note}</span>
            </label>
        </li>
    }
}
