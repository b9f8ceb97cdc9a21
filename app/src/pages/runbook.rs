//! The order of operations as a page: what can go in parallel, what must wait and why, what a person
//! does with its check, how to go back at each point. It is the same as the plan's own order.

use leptos::prelude::*;
use model::name::EnvironmentName;
use plan::runbook::{Back, Entry, Hands, Manual, Purpose, Runbook, Stage, Wait};

use crate::components::badge::{self, Tone, badge};
use crate::components::form::{choices, field, select};
use crate::components::frame::{Place, heading};
use crate::components::rooms::{Room, rooms};
use crate::components::trouble::trouble;
use crate::context::{Shown, page, path, query, readable};
use crate::data::RunbookData;
use crate::routes::{self, CompareSizing, RunbookAsk};

/// The page.
#[component]
pub(crate) fn RunbookPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(RunbookAsk::read(&query()))?;
        let data = backend.runbook(&name, &ask).await?;
        Ok(Shown {
            title: format!("Runbook of {name}"),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &RunbookData) -> impl IntoView + use<> {
    let RunbookData {
        environment,
        ask,
        others,
        outcome,
    } = data;
    let name = &environment.name;
    let kind = badge::kind(environment.kind).into_any();
    let body = match outcome {
        Ok(book) => written(book).into_any(),
        Err(why) => trouble(why).into_any(),
    };
    let files = outcome.is_ok().then(|| {
        let file = |ending| routes::runbook_file(name, ask, ending);
        view! {
            <a class="button" href=file("md")>
                "Markdown"
            </a>
            <a class="button" href=file("json")>
                "JSON"
            </a>
        }
    });
    view! {
        {heading(format!("Runbook of {name}"), Some(kind), files)}
        {rooms(name, Room::Runbook)}
        {chooser(name, ask, others)}
        {body}
    }
}

/// What a purpose is called on the page.
const fn words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SetUp => "Set it up",
        Purpose::Change => "Change it into another",
        Purpose::Upgrade => "Upgrade what runs on it",
        Purpose::SwitchOver => "Switch to the secondary site",
        Purpose::SwitchBack => "Switch back from it",
        Purpose::TakeDown => "Take it down",
    }
}

fn chooser(
    name: &EnvironmentName,
    ask: &RunbookAsk,
    others: &[EnvironmentName],
) -> impl IntoView + use<> {
    let RunbookAsk {
        purpose,
        with,
        sizing,
    } = ask;
    let purposes = Purpose::ALL.map(|one| (one.word().to_owned(), words(one).to_owned()));
    let sizings = CompareSizing::ALL.map(|one| (one.word().to_owned(), one.label().to_owned()));
    let with = with.as_ref().map(ToString::to_string);
    view! {
        <form class="filter" method="get" action=routes::runbook(name)>
            {field(
                "runbook-for",
                "What for",
                None,
                select("runbook-for", "for", Some(purpose.word()), purposes.to_vec()),
            )}
            {field(
                "runbook-with",
                "With",
                None,
                select(
                    "runbook-with",
                    "with",
                    with.as_deref(),
                    choices("no other environment", others.iter().map(ToString::to_string)),
                ),
            )}
            {field(
                "runbook-sizing",
                "Sizing",
                None,
                select("runbook-sizing", "sizing", Some(sizing.word()), sizings.to_vec()),
            )}
            <div class="filter-actions">
                <button type="submit">"Show"</button>
            </div>
        </form>
    }
}

fn written(book: &Runbook) -> impl IntoView + use<> {
    let Runbook {
        title,
        purpose: _,
        notes,
        stages,
    } = book;
    let notes = (!notes.is_empty()).then(|| {
        let notes = notes
            .iter()
            .map(|note| view! { <li>{note.clone()}</li> })
            .collect_view();
        view! { <ul class="tight">{notes}</ul> }
    });
    view! {
        <section aria-labelledby="runbook-title">
            <h2 id="runbook-title">{title.clone()}</h2>
            {notes}
            <ol class="stages">{stages.iter().map(stage).collect_view()}</ol>
        </section>
    }
}

fn stage(stage: &Stage) -> impl IntoView + use<> {
    let Stage {
        number,
        entries,
        waits_for,
        back,
    } = stage;
    let together = (entries.len() > 1)
        .then(|| view! { <p class="muted">"These can go at the same time."</p> });
    view! {
        <li class="card stage">
            <h3>{format!("Stage {number}")}</h3>
            {waits(waits_for)}
            {together}
            <ul class="entries">{entries.iter().map(entry).collect_view()}</ul>
            <p class="back">
                <strong>"To go back from here: "</strong>
                {back_words(back)}
            </p>
        </li>
    }
}

fn waits(waits: &[Wait]) -> Option<impl IntoView + use<>> {
    if waits.is_empty() {
        return None;
    }
    let lines = waits
        .iter()
        .map(|wait| {
            let Wait {
                stage,
                on,
                holds,
                until: _,
                why,
            } = wait;
            view! { <li>{format!("{on} {holds} (stage {stage}): {why}")}</li> }
        })
        .collect_view();
    Some(view! {
        <div class="waits">
            <p>"It waits until"</p>
            <ul class="tight">{lines}</ul>
        </div>
    })
}

fn back_words(back: &Back) -> String {
    match back {
        Back::How { how } => how.clone(),
        Back::Impossible { why } => format!("there is no way back: {why}"),
    }
}

fn entry(entry: &Entry) -> impl IntoView + use<> {
    let Entry {
        what,
        on,
        by,
        one_at_a_time,
        manual,
        waits: _,
        check,
        back,
        steps: _,
    } = entry;
    let on: Vec<String> = on.iter().map(ToString::to_string).collect();
    let hands = match by {
        Hands::Understudy => badge(Tone::Active, "Understudy").into_any(),
        Hands::Person => badge(Tone::Neutral, "by hand").into_any(),
    };
    let manual = (!manual.is_empty()).then(|| {
        let lines = manual
            .iter()
            .map(|Manual { what, check }| {
                view! {
                    <li>
                        {what.clone()} " " <span class="muted">{format!("Check: {check}")}</span>
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="tight">{lines}</ol> }
    });
    view! {
        <li>
            <p>
                {hands} " " <strong>{what.clone()}</strong> " " <code>{on.join(", ")}</code>
                {one_at_a_time.then_some(", one after the other, in this order")}
            </p>
            {manual}
            <dl class="facts">
                <div>
                    <dt>"Done when"</dt>
                    <dd>{check.clone()}</dd>
                </div>
                <div>
                    <dt>"Back"</dt>
                    <dd>{back_words(back)}</dd>
                </div>
            </dl>
        </li>
    }
}
