//! A what-if that answers at every move of a slider: worked out and drawn in the browser by the same
//! functions as on the server, without asking it. What it is worked out from comes once, at the first
//! touch of the form, so that a page that is only read is no heavier. The address follows when the
//! slider rests, and only then the answer is read out. Without scripts the form's button asks the server.

use leptos::prelude::*;

/// Makes the form `#what-if` live.
#[island]
pub fn LiveWhatIf(
    /// The address of what it is worked out from.
    ground: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new({
        let ground = ground.clone();
        move || hydrate::start(ground.clone())
    });
    // Only the browser asks for it.
    let _ = ground;
    view! { <p id="what-if-said" class="visually-hidden" role="status"></p> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use leptos::prelude::{Owner, provide_context, set_timeout, window};
    use leptos::tachys::view::any_view::AnyViewState;
    use leptos::tachys::view::{Mountable, Render};
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        Element, Event, EventTarget, FormData, HtmlFormElement, HtmlInputElement, Response,
        SubmitEvent, UrlSearchParams,
    };

    use crate::components::what_if::{ID, outcome};
    use crate::data::{NotKept, Viewer, WhatIfGround, WorkedOut, refused};
    use crate::islands::dom;
    use crate::routes::{Query, WhatIfAsk};

    /// How long nothing moves before the address follows and the answer is read out. Browsers refuse
    /// an address that changes many times a second.
    const REST: Duration = Duration::from_millis(400);

    /// What it is worked out from.
    enum Ground {
        /// Nobody has touched the form yet, or it could not be had.
        NotHere,
        /// It is under way.
        Asked,
        /// It is here.
        Here(Box<WhatIfGround>),
    }

    /// The page while it is live.
    struct Live {
        form: HtmlFormElement,
        /// What comes of it stands in here.
        place: Element,
        /// What was drawn there; none where it is the server's.
        drawn: Option<AnyViewState>,
        /// What is drawn finds the server's time in here.
        owner: Owner,
        ground: Ground,
        /// The address that says what is shown; none as long as nothing was moved, or while
        /// something is typed that no address can say.
        address: Option<String>,
        /// Counts what is moved.
        moved: u64,
        /// How much of that the address says.
        rested: u64,
    }

    type Shared = Rc<RefCell<Live>>;

    pub(super) fn start(ground: String) {
        let form = dom::find("#what-if").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let (Some(form), Some(place)) = (form, dom::find(&format!("#{ID}"))) else {
            return;
        };
        let live: Shared = Rc::new(RefCell::new(Live {
            form: form.clone(),
            place,
            drawn: None,
            owner: Owner::new(),
            ground: Ground::NotHere,
            address: None,
            moved: 0,
            rested: 0,
        }));
        for touch in ["focusin", "pointerdown"] {
            let (live, ground) = (Rc::clone(&live), ground.clone());
            dom::listen(&form, touch, move |_: Event| fetch(&live, &ground));
        }
        let (shared, address) = (Rc::clone(&live), ground.clone());
        dom::listen(&form, "input", move |event: Event| {
            let moved = event.target().as_ref().and_then(follow);
            fetch(&shared, &address);
            shared.borrow_mut().step(moved.as_ref());
            rest_later(&shared);
        });
        // Whoever leaves the field moves it no more.
        let shared = Rc::clone(&live);
        dom::listen(&form, "focusout", move |_: Event| {
            shared.borrow_mut().rest();
        });
        dom::listen(&form, "submit", move |event: SubmitEvent| {
            let mut live = live.borrow_mut();
            if matches!(live.ground, Ground::Here(_)) {
                event.prevent_default();
                live.step(None);
                live.moved = live.moved.wrapping_add(1);
                live.rest();
            }
        });
    }

    /// Moves the other one of a slider and its number; the number.
    fn follow(target: &EventTarget) -> Option<HtmlInputElement> {
        let moved = target.dyn_ref::<HtmlInputElement>()?;
        let pair = moved.closest(".pair").ok().flatten()?;
        let other = if moved.type_() == "range" {
            "number"
        } else {
            "range"
        };
        let other = pair
            .query_selector(&format!("input[type={other}]"))
            .ok()
            .flatten()?
            .dyn_into::<HtmlInputElement>()
            .ok()?;
        other.set_value(&moved.value());
        Some(if other.type_() == "number" {
            other
        } else {
            moved.clone()
        })
    }

    /// Asks for what it is worked out from, once.
    fn fetch(live: &Shared, address: &str) {
        {
            let mut live = live.borrow_mut();
            if !matches!(live.ground, Ground::NotHere) {
                return;
            }
            live.ground = Ground::Asked;
        }
        let (live, address) = (Rc::clone(live), address.to_owned());
        spawn_local(async move {
            let answer = ask(&address).await;
            let mut live = live.borrow_mut();
            if let Ok(ground) = answer {
                let viewer = Viewer {
                    name: None,
                    form_token: String::new(),
                    now: ground.now,
                };
                live.owner.with(|| provide_context(viewer));
                live.ground = Ground::Here(Box::new(ground));
                // Drawn at once, so that the first move is as quick as the next.
                live.step(None);
                live.rest();
            } else {
                live.ground = Ground::NotHere;
                say("The server can’t be asked just now: the button below asks it again.");
            }
        });
    }

    async fn ask(address: &str) -> Result<WhatIfGround, JsValue> {
        let answer = JsFuture::from(window().fetch_with_str(address)).await?;
        let answer: Response = answer.dyn_into()?;
        if !answer.ok() || answer.redirected() {
            return Err(JsValue::NULL);
        }
        let text = JsFuture::from(answer.text()?).await?.as_string();
        serde_json::from_str(&text.unwrap_or_default())
            .map_err(|error| JsValue::from_str(&error.to_string()))
    }

    fn rest_later(live: &Shared) {
        let number = {
            let mut live = live.borrow_mut();
            live.moved = live.moved.wrapping_add(1);
            live.moved
        };
        let live = Rc::clone(live);
        set_timeout(
            move || {
                let mut live = live.borrow_mut();
                if live.moved == number {
                    live.rest();
                }
            },
            REST,
        );
    }

    fn say(what: &str) {
        dom::set_text("#what-if-said", what);
    }

    /// What the form asks, as its address would.
    fn asked(form: &HtmlFormElement) -> Result<String, JsValue> {
        let data = FormData::new_with_form(form)?;
        let all = UrlSearchParams::new_with_str_sequence_sequence(&data)?;
        Ok(String::from(all.to_string()))
    }

    impl Live {
        /// Works out what the form asks and draws what comes of it. `moved` is the number that was
        /// moved, where it was one.
        fn step(&mut self, moved: Option<&HtmlInputElement>) {
            let Ground::Here(ground) = &self.ground else {
                return;
            };
            let Ok(asked) = asked(&self.form) else {
                return;
            };
            let ask = WhatIfAsk::read(&Query::parse(&asked));
            let worked = ask.map_err(refused).and_then(|ask| {
                let worked = ground.work_out(&ask).map_err(|NotKept(name)| {
                    refused(format!("nobody keeps a question “{name}” any more"))
                })?;
                Ok((ask.kept, worked))
            });
            let answer = match worked {
                Ok((kept, worked)) => {
                    match moved {
                        Some(number) => mark(&worked, number),
                        None => numbers(&self.form)
                            .iter()
                            .for_each(|number| mark(&worked, number)),
                    }
                    offer(&worked);
                    let WorkedOut { own, outcome, .. } = worked;
                    let scenario = own;
                    let says = WhatIfAsk { kept, scenario }.address(&ground.environment);
                    self.address = Some(says);
                    outcome
                }
                Err(trouble) => {
                    self.address = None;
                    Err(trouble)
                }
            };
            let (drawn, place) = (&mut self.drawn, &self.place);
            self.owner.with(|| {
                let view = outcome(&ground.environment, ground.asked, &answer);
                if let Some(drawn) = drawn {
                    // Only what reads otherwise than before is touched.
                    view.rebuild(drawn);
                } else {
                    let open = place.query_selector("details[open]").ok().flatten();
                    place.set_inner_html("");
                    let mut fresh = view.build();
                    fresh.mount(place, None);
                    *drawn = Some(fresh);
                    if open.is_some()
                        && let Ok(Some(details)) = place.query_selector("details")
                    {
                        let _same = details.set_attribute("open", "");
                    }
                }
            });
        }

        /// Nothing moves any more: the address follows, and the answer is read out.
        fn rest(&mut self) {
            if self.moved == self.rested || !matches!(self.ground, Ground::Here(_)) {
                return;
            }
            self.rested = self.moved;
            if let Some(address) = &self.address
                && let Ok(history) = window().history()
            {
                // A browser that has had enough of changes takes the next one.
                let _shown =
                    history.replace_state_with_url(&JsValue::NULL, "", Some(address.as_str()));
            }
            let verdict = self.place.query_selector(".verdict, .callout .quote");
            if let Some(text) = verdict.ok().flatten().and_then(|it| it.text_content()) {
                say(&text);
            }
        }
    }

    /// All numbers of the form.
    fn numbers(form: &HtmlFormElement) -> Vec<HtmlInputElement> {
        let Ok(all) = form.query_selector_all(".pair input[type=number]") else {
            return Vec::new();
        };
        (0..all.length())
            .filter_map(|at| all.item(at)?.dyn_into().ok())
            .collect()
    }

    /// Marks a number that is another than planned.
    fn mark(worked: &WorkedOut, number: &HtmlInputElement) {
        let name = number.name();
        let group = name.strip_prefix("count.");
        let counts = &worked.scenario.production.counts;
        let changed = counts.keys().any(|other| Some(other.as_str()) == group);
        let class = if changed { "changed" } else { "" };
        if number.class_name() != class {
            number.set_class_name(class);
        }
    }

    /// Puts the question where it can be kept.
    fn offer(worked: &WorkedOut) {
        let scenario = &worked.scenario;
        let nothing = scenario.is_empty();
        let set = |selector: &str, hidden: bool| {
            if let Some(element) = dom::find(selector) {
                let _same = element.toggle_attribute_with_force("hidden", hidden);
            }
        };
        set("#keep", nothing);
        let others = dom::find("#kept input[type=checkbox]").is_some();
        set("#kept", nothing && !others);
        if let Some(field) = dom::find("#keep [name=scenario]")
            .and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
        {
            field.set_value(&scenario.to_string());
        }
    }
}
