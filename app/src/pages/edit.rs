//! The editor of plans: the same plan as a form and as text side by side, what it changes, what it
//! takes, what is wrong with it. It is one form: with and without scripts the server says what comes
//! of it. Nothing is stored before somebody saves.

mod fields;
mod groups;
mod merging;
mod profiles;

use leptos::prelude::*;

use crate::components::capacity;
use crate::components::change;
use crate::components::empty::empty;
use crate::components::finding;
use crate::components::form::{self, hidden};
use crate::components::frame::{Place, heading};
use crate::components::trouble::trouble;
use crate::context::{Shown, page, query, readable};
use crate::data::{EditData, EditKnown as Known};
use crate::fmt;
use crate::islands::LiveForm;
use crate::routes::{self, EditAsk, button, sent};

/// How many changes are shown before the others are folded.
const SHOWN_CHANGES: usize = 20;

/// The page.
#[component]
pub(crate) fn EditPage() -> impl IntoView {
    page(|backend| async move {
        let ask = readable(EditAsk::read(&query()))?;
        let data = backend.edit(&ask).await?;
        Ok(shown(&data))
    })
}

/// The editor, as a page.
pub(crate) fn shown(data: &EditData) -> Shown {
    Shown {
        title: title(data),
        place: Place::Environments,
        view: draw(data).into_any(),
    }
}

fn title(data: &EditData) -> String {
    match data.known {
        Known::New => format!("Plan {}", data.environment),
        Known::Observed | Known::Planned(_) => format!("Edit {}", data.environment),
    }
}

fn draw(data: &EditData) -> impl IntoView + use<> {
    let name = data.environment.clone();
    let from = match data.known {
        Known::New => "It is not there yet: saving its plan makes it.".to_owned(),
        Known::Observed => {
            "It has no plan yet: this begins with what was observed of it.".to_owned()
        }
        Known::Planned(number) => format!("Planned revision {number} is where this begins."),
    };
    let back = match data.known {
        Known::New => routes::ENVIRONMENTS.to_owned(),
        Known::Observed | Known::Planned(_) => routes::environment(&name),
    };
    let from = format!("{from} Nothing is stored until you save, and saving starts nothing.");
    let actions = view! {
        <a class="button" href=back>
            "Leave without saving"
        </a>
    };
    let base = data.known.base().map(|number| number.to_string());
    let open = data.open.as_ref().map(ToString::to_string);
    let sides = data.draft.topology.as_ref().map(|topology| {
        view! {
            <div class="editor-fields">
                {groups::section(topology, data.open.as_ref())}
                {profiles::section(topology, data.open.as_ref())}
                {profiles::flavors(topology, data.open.as_ref())}
            </div>
        }
    });
    view! {
        {heading(title(data), Some(from.into_any()), actions)}
        <LiveForm />
        <form id="edit" method="post" action=routes::EDIT class="editor" data-live="edit">
            // The Enter key presses the first button of a form.
            <button type="submit" name=sent::DO value=button::ENTER class="visually-hidden" tabindex="-1">
                "Show it"
            </button>
            {form::token()}
            {hidden(sent::ENVIRONMENT, name.to_string())}
            {hidden(sent::BASE, base.unwrap_or_default())}
            {hidden(sent::OPEN, open.unwrap_or_default())}
            <textarea name=sent::WAS hidden=true readonly=true aria-hidden="true">
                {lines(&data.draft.text)}
            </textarea>
            {said(data)}
            {data.merging.as_ref().map(merging::section)}
            <div class="editor-sides">
                {sides}
                <div class="editor-text">
                    <h2>
                        <label for="text">"The same as text"</label>
                    </h2>
                    <textarea id="text" name=sent::TEXT rows="34" spellcheck="false" autocapitalize="off" aria-describedby="text-hint">
                        {lines(&data.draft.text)}
                    </textarea>
                    <p class="hint" id="text-hint">
                        "An environment file. Either side changes the other."
                    </p>
                </div>
            </div>
            {save(data)}
            {changes(data)}
            {takes(data)}
        </form>
    }
}

/// A text area swallows its first line break.
fn lines(text: &str) -> String {
    format!("\n{text}")
}

/// What is to be said of the draft, before anything else.
fn said(data: &EditData) -> impl IntoView + use<> {
    let line = |tone: &str, glyph: &'static str, text: String| {
        view! {
            <p class=format!("callout tone-{tone}")>
                <span class="badge-glyph" aria-hidden="true">
                    {glyph}
                </span>
                <span>{text}</span>
            </p>
        }
    };
    let notice = data.notice.clone().map(|notice| line("ok", "✓", notice));
    let refused = data
        .draft
        .refused
        .iter()
        .map(|refused| {
            line(
                "warning",
                "!",
                format!("{}.", fmt::capital(&refused.to_string())),
            )
        })
        .collect_view();
    let problem = data.draft.problem.as_ref().map(|problem| {
        let place = format!("Line {}, column {}", problem.mark.line, problem.mark.column);
        let place = if problem.field.is_empty() {
            place
        } else {
            format!("{place}, {}", problem.field)
        };
        line(
            "critical",
            "✕",
            format!("{place}: {}. It can’t be saved like this.", problem.message),
        )
    });
    view! {
        <div class="editor-said" role="status">
            {data.trouble.as_ref().map(trouble)}
            {notice}
            {refused}
            {problem}
        </div>
    }
}

/// The way to keep it.
fn save(data: &EditData) -> impl IntoView + use<> {
    let same = data.difference.as_ref().is_some_and(|report| report.same);
    let refused = if data.draft.problem.is_some() {
        Some("The text has to be mended first.")
    } else if data.merging.is_some() {
        Some("Choose first what is to hold where two changes contradict each other.")
    } else if same && data.known != Known::New {
        Some("Nothing is changed yet.")
    } else {
        None
    };
    view! {
        <div class="editor-save card">
            <label class="grow">
                "What you change, for others"
                <input
                    id=sent::COMMENT
                    name=sent::COMMENT
                    maxlength="300"
                    value=data.comment.clone()
                    placeholder="a second database for reports"
                />
            </label>
            <div class="actions">
                <button type="submit" name=sent::DO value=button::SHOW>
                    "Show what comes of it"
                </button>
                <button
                    id="save"
                    type="submit"
                    name=sent::DO
                    value=button::SAVE
                    class="primary"
                    disabled=refused.is_some()
                    aria-describedby=refused.map(|_| "save-refused")
                >
                    "Save as a new revision"
                </button>
                {refused
                    .map(|why| view! { <span class="hint" id="save-refused">{why}</span> })}
            </div>
        </div>
    }
}

/// What it changes of the plan that it began with.
fn changes(data: &EditData) -> impl IntoView + use<> {
    let report = data.difference.as_ref()?;
    let body = if report.same {
        empty("Nothing is changed yet.", "What you change is listed here.").into_any()
    } else {
        let rows: Vec<AnyView> = report
            .changes
            .iter()
            .take(SHOWN_CHANGES)
            .map(|row| change::row(row, None).into_any())
            .collect();
        let more = report.changes.len().saturating_sub(rows.len());
        let more = (more > 0).then(|| {
            view! { <p class="muted">{format!("and {more} more")}</p> }
        });
        view! {
            <div class="scroll" role="region" aria-label="What it changes" tabindex="0">
                <table class="changes">
                    <thead>
                        <tr>
                            <th scope="col">"Change"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"Before → after"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        }
        .into_any()
    };
    Some(view! {
        <section aria-labelledby="changes-title">
            <h2 id="changes-title">"What it changes"</h2>
            {body}
        </section>
    })
}

/// What it takes, what it lacks, and what is worth knowing about it.
fn takes(data: &EditData) -> impl IntoView + use<> {
    let totals = data.totals.as_ref()?;
    let lacks = (!data.obstacles.is_empty()).then(|| {
        let lines = data.obstacles.iter().map(|line| {
            let line = line.clone();
            view! { <li>{line}</li> }
        });
        let lines = lines.collect_view();
        view! {
            <details class="more">
                <summary>
                    {format!("It can’t be brought up yet: {} missing", data.obstacles.len())}
                </summary>
                <ul class="tight">{lines}</ul>
            </details>
        }
    });
    let title = if data.findings.is_empty() {
        "Findings".to_owned()
    } else {
        format!("Findings: {}", finding::counts(&data.findings))
    };
    let findings = if data.findings.is_empty() {
        empty(
            "Nothing is known to be wrong here.",
            "The rules judge the plan as it would be.",
        )
        .into_any()
    } else {
        finding::list(&data.findings, false, 3)
    };
    Some(view! {
        <section aria-labelledby="totals-title">
            <h2 id="totals-title">"What it takes"</h2>
            {capacity::tiles(totals)}
            {lacks}
        </section>
        <section aria-labelledby="findings-title">
            <h2 id="findings-title">{title}</h2>
            {findings}
        </section>
    })
}
