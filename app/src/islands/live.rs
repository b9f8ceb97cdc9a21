//! Live progress: follows an operation's events and moves what the server has drawn.

use leptos::prelude::*;

/// Follows the events of an operation from after one of them. Rows are moved in place and what
/// matters is announced politely; where the page needs to be drawn anew (it ended, it rolls back),
/// it is loaded again.
#[island]
pub fn Live(
    /// The address of the events.
    events: String,
    /// The number of the newest event that the page already shows.
    after: u64,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new({
        let events = events.clone();
        move || hydrate::follow(&events, after)
    });
    // Only the browser looks at them.
    let _ = (events, after);
    view! { <p id="announce" class="visually-hidden" role="status" aria-live="polite"></p> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use std::cell::Cell;

    use leptos::prelude::window;
    use model::key::ResourceKind;
    use model::operation::{Event, Happening, Phase, StepState};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{Element, EventSource, MessageEvent};

    use crate::islands::dom;
    use crate::progress::{StepWord, sentence, step_id};
    use crate::span;

    pub(super) fn follow(address: &str, after: u64) {
        let Ok(source) = EventSource::new(address) else {
            return;
        };
        let newest = Cell::new(after);
        let closing = source.clone();
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(text) = message.data().as_string() else {
                return;
            };
            let Ok(event) = serde_json::from_str::<Event>(&text) else {
                return;
            };
            // A reconnection may tell something twice.
            if event.number <= newest.get() {
                return;
            }
            newest.set(event.number);
            if show(&event) == Then::LoadAgain {
                closing.close();
                load_again();
            }
        });
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        // Both live as long as the page.
        heard.forget();
    }

    /// What follows an event.
    #[derive(PartialEq, Eq)]
    enum Then {
        GoOn,
        LoadAgain,
    }

    fn load_again() {
        // Fails only in a window without an address.
        let _reloading = window().location().reload();
    }

    fn show(event: &Event) -> Then {
        log(event);
        match &event.what {
            Happening::Started {
                phase,
                steps,
                done: _,
            } => {
                if shown_phase() != Some(phase.word().to_owned()) {
                    return Then::LoadAgain;
                }
                dom::set_text("#progress-steps", &steps.to_string());
                set_bar("max", *steps);
                set_state("tone-active", "●", "running");
                Then::GoOn
            }
            Happening::Step {
                phase,
                step,
                key,
                verb: _,
                state,
            } => {
                let word = StepWord::of(Some(state));
                move_step(*phase, *step, word, state, event);
                if key.kind == ResourceKind::Instance {
                    move_instance(&key.to_string(), word);
                    if word == StepWord::Done && *phase == Phase::Forward {
                        let done = count_done();
                        announce(&format!("{} is ready. {done}", key.name()));
                    }
                }
                Then::GoOn
            }
            Happening::Note { text } => {
                announce(text);
                Then::GoOn
            }
            Happening::RollingBack { trouble: _ } | Happening::Ended { state: _ } => {
                Then::LoadAgain
            }
        }
    }

    fn shown_phase() -> Option<String> {
        dom::find("[data-phase]").and_then(|element| element.get_attribute("data-phase"))
    }

    fn announce(text: &str) {
        dom::set_text("#announce", text);
    }

    fn set_bar(attribute: &str, value: u32) {
        if let Some(bar) = dom::find("#progress-bar") {
            let _same = bar.set_attribute(attribute, &value.to_string());
        }
    }

    /// The number in an element.
    fn number(selector: &str) -> u32 {
        dom::find(selector)
            .and_then(|element| element.text_content())
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    }

    fn count_done() -> String {
        format!(
            "{} of {} steps done",
            number("#progress-done"),
            number("#progress-steps")
        )
    }

    fn one_more_done() {
        let done = number("#progress-done").saturating_add(1);
        dom::set_text("#progress-done", &done.to_string());
        set_bar("value", done);
    }

    fn set_state(tone: &str, glyph: &str, word: &str) {
        if let Some(state) = dom::find("#operation-state .badge") {
            state.set_class_name(&format!("badge {tone}"));
            state.set_text_content(Some(&format!("{glyph} {word}")));
        }
    }

    /// Writes a state into a row's part, as the server draws it.
    fn write_word(part: &Element, class: &str, word: StepWord) {
        part.set_text_content(None);
        part.set_class_name(class);
        if let Some(glyph) = dom::element("span", "badge-glyph", word.glyph()) {
            let _hidden = glyph.set_attribute("aria-hidden", "true");
            let _added = part.append_with_node_1(&glyph);
        }
        let _added = part.append_with_str_1(word.word());
    }

    fn move_step(phase: Phase, step: u32, word: StepWord, state: &StepState, event: &Event) {
        let first_done = match dom::find(&format!("[data-step=\"{}\"]", step_id(phase, step))) {
            Some(row) => {
                let was = row.get_attribute("data-state");
                let _same = row.set_attribute("data-state", word.word());
                if let Ok(Some(part)) = row.query_selector("[data-part=state]") {
                    write_word(&part, "step-state", word);
                }
                move_time(&row, word, event);
                if let (
                    StepState::Made { id }
                    | StepState::Running { id }
                    | StepState::Done { id: Some(id) },
                    Ok(Some(part)),
                ) = (state, row.query_selector("[data-part=id]"))
                {
                    part.set_text_content(Some(id.as_str()));
                }
                was.as_deref() != Some(word.word())
            }
            // The page shows the count alone; an event is told once.
            None => true,
        };
        if matches!(state, StepState::Done { .. }) && first_done {
            one_more_done();
        }
    }

    /// Keeps when a step began, and writes how long it took.
    fn move_time(row: &Element, word: StepWord, event: &Event) {
        let at = event.at.timestamp();
        match word {
            StepWord::Waiting => {}
            StepWord::Working => {
                let _same = row.set_attribute("data-since", &at.to_string());
            }
            StepWord::Settling | StepWord::Running | StepWord::Done | StepWord::Failed => {
                let since = row
                    .get_attribute("data-since")
                    .and_then(|text| text.parse::<i64>().ok());
                if let (Some(since), Ok(Some(part))) =
                    (since, row.query_selector("[data-part=time]"))
                {
                    part.set_text_content(Some(&span::span(at - since)));
                }
            }
        }
    }

    fn move_instance(key: &str, word: StepWord) {
        if let Some(part) = dom::find(&format!("[data-key=\"{key}\"] [data-part=state]")) {
            let tone = match word {
                StepWord::Done => "badge tone-ok",
                StepWord::Failed => "badge tone-critical",
                StepWord::Waiting | StepWord::Working | StepWord::Settling | StepWord::Running => {
                    "badge tone-active"
                }
            };
            write_word(&part, tone, word);
        }
    }

    fn log(event: &Event) {
        let Some(log) = dom::find("#log") else { return };
        let line = || -> Result<Element, JsValue> {
            let missing = || JsValue::from_str("no element");
            let line = dom::element("li", "", "").ok_or_else(missing)?;
            let time = dom::element("time", "", &span::clock(event.at)).ok_or_else(missing)?;
            time.set_attribute("datetime", &event.at.to_rfc3339())?;
            let text = dom::element("span", "", &sentence(&event.what)).ok_or_else(missing)?;
            line.append_with_node_1(&time)?;
            line.append_with_str_1(" ")?;
            line.append_with_node_1(&text)?;
            Ok(line)
        };
        if let Ok(line) = line() {
            let _added = log.prepend_with_node_1(&line);
        }
    }
}
