//! A form whose page is drawn anew at each change: what was typed is sent to the server, and what it
//! answers is put in the form's place, with the cursor where it was. Without scripts the form's own
//! buttons do the same. Nothing is stored by this: only the button that says so does.

use leptos::prelude::*;

/// Makes the form `[data-live]` live.
#[island]
pub fn LiveForm() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(hydrate::start);
    view! { <span hidden=true></span> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use std::cell::Cell;
    use std::time::Duration;

    use leptos::prelude::{document, set_timeout, window};
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement,
        HtmlTextAreaElement, RequestInit, Response, SubmitEvent, SupportedType, UrlSearchParams,
    };

    use crate::islands::dom;

    const FORM: &str = "form[data-live]";
    /// How long nobody types before the text is looked at.
    const PAUSE: Duration = Duration::from_millis(400);

    thread_local! {
        /// Counts what was typed or pressed: an answer to something older is not shown.
        static TOUCHED: Cell<u64> = const { Cell::new(0) };
        /// Whether a button is held down: drawing it anew would take the click away.
        static PRESSED: Cell<bool> = const { Cell::new(false) };
    }

    fn touch() -> u64 {
        TOUCHED.with(|touched| {
            touched.set(touched.get() + 1);
            touched.get()
        })
    }

    fn is_newest(number: u64) -> bool {
        TOUCHED.with(|touched| touched.get() == number)
    }

    pub(super) fn start() {
        let page = document();
        dom::listen(&page, "submit", |event: SubmitEvent| {
            let Some(form) = form_of(event.target()) else {
                return;
            };
            let button = event.submitter();
            let value = |name: &str| {
                let button = button.as_ref()?;
                button.get_attribute(name).filter(|text| !text.is_empty())
            };
            let pressed = value("name").zip(value("value"));
            event.prevent_default();
            send(form, pressed, touch());
        });
        dom::listen(&page, "pointerdown", |event: Event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let button = target.and_then(|target| target.closest("button").ok().flatten());
            if button.is_some() && form_of(event.target()).is_some() {
                let _newer = touch();
                PRESSED.with(|pressed| pressed.set(true));
            }
        });
        for end in ["pointerup", "pointercancel"] {
            dom::listen(&page, end, |_: Event| {
                // The click comes right behind.
                set_timeout(
                    || PRESSED.with(|pressed| pressed.set(false)),
                    Duration::ZERO,
                );
            });
        }
        dom::listen(&page, "change", |event: Event| {
            let Some(form) = form_of(event.target()) else {
                return;
            };
            if PRESSED.with(Cell::get) {
                // The button sends what was typed along.
                return;
            }
            // A name for something new waits for its button, a comment and a choice for theirs.
            let field = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let name = field.and_then(|field| field.get_attribute("name"));
            let waits = |name: &str| {
                name == "comment" || name.starts_with("new/") || name.starts_with("choice/")
            };
            if name.is_some_and(|name| !waits(&name)) {
                // The field that comes next is where the cursor goes first.
                let number = touch();
                set_timeout(move || send(form, Some(show()), number), Duration::ZERO);
            }
        });
        dom::listen(&page, "input", |event: Event| {
            let typed = event.target().is_some_and(|target| {
                target
                    .dyn_ref::<HtmlTextAreaElement>()
                    .is_some_and(|area| area.name() == "text")
            });
            let Some(form) = form_of(event.target()).filter(|_| typed) else {
                // Whatever is typed elsewhere must not be drawn over.
                let _newer = touch();
                return;
            };
            let number = touch();
            set_timeout(
                move || {
                    if is_newest(number) {
                        send(form, Some(show()), number);
                    }
                },
                PAUSE,
            );
        });
    }

    fn show() -> (String, String) {
        ("do".to_owned(), "show".to_owned())
    }

    fn form_of(target: Option<web_sys::EventTarget>) -> Option<HtmlFormElement> {
        let element = target?.dyn_into::<Element>().ok()?;
        let form = element.closest(FORM).ok().flatten()?;
        form.dyn_into().ok()
    }

    /// Sends the form as if the button had been pressed, and shows what comes of it.
    fn send(form: HtmlFormElement, pressed: Option<(String, String)>, number: u64) {
        if !is_newest(number) {
            return;
        }
        spawn_local(async move {
            if ask(&form, pressed.as_ref(), number).await.is_ok() {
                return;
            }
            if pressed == Some(show()) {
                // Nobody pressed anything: what was typed stays where it is.
                say(
                    "The server can’t be asked just now. Nothing that you typed is lost; it is asked again at your next change.",
                );
            } else {
                // The browser says best itself what is the matter.
                by_hand(&form, pressed);
            }
        });
    }

    /// Asks the server and draws what it answers. An error where it can't be asked or refuses.
    async fn ask(
        form: &HtmlFormElement,
        pressed: Option<&(String, String)>,
        number: u64,
    ) -> Result<(), JsValue> {
        let data = FormData::new_with_form(form)?;
        if let Some((name, value)) = pressed {
            data.append_with_str(name, value)?;
        }
        let body = UrlSearchParams::new_with_str_sequence_sequence(&data)?;
        let how = RequestInit::new();
        how.set_method("POST");
        how.set_body(&body);
        let address = form.get_attribute("action").unwrap_or_default();
        let answer = window().fetch_with_str_and_init(&address, &how);
        let answer: Response = JsFuture::from(answer).await?.dyn_into()?;
        if answer.redirected() {
            if answer.url().contains("/sign-in") {
                say(
                    "You are signed out. Nothing that you typed is lost: sign in in another tab, copy the text from here, and go on there.",
                );
                return Ok(());
            }
            // It is done, and the server says where to look at it.
            return window().location().assign(&answer.url());
        }
        let text = JsFuture::from(answer.text()?).await?;
        let text = text.as_string().unwrap_or_default();
        let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        let Some(new) = page.query_selector(FORM)? else {
            // A page that says why it can't be done: its words are enough here.
            let main = page.query_selector("main")?;
            let why = main
                .and_then(|main| main.text_content())
                .unwrap_or_default();
            say(&why);
            return Ok(());
        };
        if is_newest(number) {
            draw(form, &new);
        }
        Ok(())
    }

    /// Puts the new form's content in place of the old one's, with the cursor where it was.
    fn draw(form: &HtmlFormElement, new: &Element) {
        let active = document().active_element();
        let id = active.as_ref().map(Element::id).unwrap_or_default();
        let place = active.as_ref().and_then(Place::of);
        form.set_inner_html(&new.inner_html());
        let again = (!id.is_empty())
            .then(|| document().get_element_by_id(&id))
            .flatten()
            .or_else(|| {
                form.query_selector("[aria-expanded=\"true\"]")
                    .ok()
                    .flatten()
            });
        if let Some(again) = again.and_then(|again| again.dyn_into::<HtmlElement>().ok()) {
            let how = web_sys::FocusOptions::new();
            how.set_prevent_scroll(true);
            let _focused = again.focus_with_options(&how);
            if let Some(place) = place {
                place.restore(&again);
            }
        }
    }

    /// Where the cursor is in a field.
    struct Place {
        start: u32,
        end: u32,
        scrolled: i32,
    }

    impl Place {
        fn of(element: &Element) -> Option<Self> {
            let scrolled = element.scroll_top();
            let (start, end) = if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
                (area.selection_start().ok()??, area.selection_end().ok()??)
            } else {
                let field = element.dyn_ref::<HtmlInputElement>()?;
                (field.selection_start().ok()??, field.selection_end().ok()??)
            };
            Some(Self {
                start,
                end,
                scrolled,
            })
        }

        fn restore(&self, element: &HtmlElement) {
            // Fails only for fields that have no cursor.
            if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
                let _kept = area.set_selection_range(self.start, self.end);
            } else if let Some(field) = element.dyn_ref::<HtmlInputElement>() {
                let _kept = field.set_selection_range(self.start, self.end);
            }
            element.set_scroll_top(self.scrolled);
        }
    }

    /// Says something above the form, where it is also read out.
    fn say(what: &str) {
        dom::set_text(&format!("{FORM} [role=status]"), what);
    }

    fn by_hand(form: &HtmlFormElement, pressed: Option<(String, String)>) {
        if let Some((name, value)) = pressed
            && let Ok(field) = document().create_element("input")
        {
            let set = [("type", "hidden"), ("name", &name), ("value", &value)];
            for (attribute, text) in set {
                let _same = field.set_attribute(attribute, text);
            }
            let _added = form.append_child(&field);
        }
        let _sent = form.submit();
    }
}
