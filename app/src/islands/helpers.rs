//! Small conveniences of every page: copying addresses, the keyboard's way to the search.

use leptos::prelude::*;

/// Says that scripts run (so that buttons that need them appear), copies what a button with
/// `data-copy` holds, and takes `/` to the search.
#[island]
pub fn Helpers() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|| {
        if let Some(root) = document().document_element() {
            // Fails only for a name that is none.
            let _same = root.set_attribute("data-script", "on");
        }
        hydrate::copy_buttons();
        hydrate::search_key();
    });
    view! { <p id="copied" class="visually-hidden" role="status"></p> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use leptos::prelude::{document, set_timeout, window};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

    use crate::islands::dom;

    pub(super) fn copy_buttons() {
        dom::listen(&document(), "click", |event: Event| {
            let button = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok())
                .and_then(|element| element.closest("[data-copy]").ok().flatten());
            let Some(button) = button else { return };
            let Some(text) = button.get_attribute("data-copy") else {
                return;
            };
            // A browser that refuses the clipboard leaves the address to be marked by hand.
            let _promise = window().navigator().clipboard().write_text(&text);
            dom::set_text("#copied", &format!("{text} copied"));
            let _same = button.set_attribute("data-copied", "yes");
            set_timeout(
                move || {
                    let _same = button.remove_attribute("data-copied");
                },
                std::time::Duration::from_secs(2),
            );
        });
    }

    pub(super) fn search_key() {
        dom::listen(&document(), "keydown", |event: KeyboardEvent| {
            if event.key() != "/" || event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let typing = document().active_element().is_some_and(|element| {
                matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            });
            if typing {
                return;
            }
            if let Some(search) =
                dom::find("#search").and_then(|element| element.dyn_into::<HtmlElement>().ok())
            {
                event.prevent_default();
                let _focused = search.focus();
            }
        });
    }
}
