//! What the islands do to a page that the server has drawn. Whatever is missing is passed over: a
//! page that lacks a part simply does not move there.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, EventTarget};

/// The first element that a selector finds.
pub(crate) fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// Replaces an element's text.
pub(crate) fn set_text(selector: &str, text: &str) {
    if let Some(element) = find(selector) {
        element.set_text_content(Some(text));
    }
}

/// Makes an element with a class and a text.
pub(crate) fn element(tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    element.set_text_content(Some(text));
    Some(element)
}

/// Listens for as long as the page lives. The listener is kept by the browser; islands of a page
/// are never taken away before the page is.
pub(crate) fn listen<E: JsCast + 'static>(
    target: &EventTarget,
    event: &str,
    act: impl FnMut(E) + 'static,
) {
    let mut act = act;
    let closure = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        if let Ok(event) = event.dyn_into::<E>() {
            act(event);
        }
    });
    let listened = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    if listened.is_ok() {
        closure.forget();
    }
}
