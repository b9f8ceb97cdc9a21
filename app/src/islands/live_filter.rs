//! The filter of the inventory while it is typed: the server's answer replaces the results, and the
//! address follows, so that what is seen can be sent to a colleague.

use leptos::prelude::*;

/// Makes the form `#filter` answer at once. Without it the form has its button.
#[island]
pub fn LiveFilter() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(hydrate::start);
    view! { <span hidden=true></span> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use leptos::prelude::{set_timeout, window};
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        DomParser, Event, FormData, HtmlFormElement, Response, SupportedType, UrlSearchParams,
    };

    use crate::islands::dom;

    /// How long typing must rest before the server is asked.
    const REST: Duration = Duration::from_millis(180);

    pub(super) fn start() {
        let Some(form) =
            dom::find("#filter").and_then(|element| element.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        // Only the newest question's answer is shown.
        let asked = Rc::new(Cell::new(0_u32));
        let target = form.clone();
        dom::listen(&target, "input", move |_: Event| {
            let number = asked.get().wrapping_add(1);
            asked.set(number);
            let (form, asked) = (form.clone(), Rc::clone(&asked));
            set_timeout(
                move || {
                    if asked.get() == number {
                        spawn_local(async move {
                            // Where the server can't be asked, the button still works.
                            let _shown = ask(&form, &asked, number).await;
                        });
                    }
                },
                REST,
            );
        });
    }

    /// The form's address, without the fields that are open.
    fn address(form: &HtmlFormElement) -> Result<String, JsValue> {
        let data = FormData::new_with_form(form)?;
        let all = UrlSearchParams::new_with_str_sequence_sequence(&data)?;
        let set = UrlSearchParams::new()?;
        for entry in all.entries() {
            let entry = js_sys::Array::from(&entry?);
            let (name, value) = (entry.get(0).as_string(), entry.get(1).as_string());
            if let (Some(name), Some(value)) = (name, value)
                && !value.trim().is_empty()
            {
                set.append(&name, &value);
            }
        }
        let query = String::from(set.to_string());
        let path = form.get_attribute("action").unwrap_or_default();
        Ok(if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        })
    }

    async fn ask(form: &HtmlFormElement, asked: &Cell<u32>, number: u32) -> Result<(), JsValue> {
        let address = address(form)?;
        let Some(results) = dom::find("#results") else {
            return Ok(());
        };
        results.set_attribute("aria-busy", "true")?;
        let answer = JsFuture::from(window().fetch_with_str(&address)).await;
        let text = match answer {
            Ok(answer) => {
                let answer: Response = answer.dyn_into()?;
                if answer.ok() && !answer.redirected() {
                    JsFuture::from(answer.text()?).await?.as_string()
                } else {
                    // Signed out, or refused: the page itself says so best.
                    window().location().set_href(&address)?;
                    None
                }
            }
            Err(_) => None,
        };
        results.remove_attribute("aria-busy")?;
        let Some(text) = text.filter(|_| asked.get() == number) else {
            return Ok(());
        };
        let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        if let Some(new) = page.query_selector("#results")? {
            results.set_inner_html(&new.inner_html());
            window()
                .history()?
                .replace_state_with_url(&JsValue::NULL, "", Some(&address))?;
        }
        Ok(())
    }
}
