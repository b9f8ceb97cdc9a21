//! What a page finds in the context of its request, and how a page is made of what it loads.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use model::operation::Trouble;

use crate::backend::{Backend, BackendContext, PageError};
use crate::components::frame::{self, Place};
use crate::data::Frame;
use crate::pages::error;
use crate::routes::Query;
pub(crate) use crate::viewer::viewer;

/// The parameters of the address behind `?`.
pub(crate) fn query() -> Query {
    use_context::<http::request::Parts>()
        .and_then(|parts| parts.uri.query().map(Query::parse))
        .unwrap_or_default()
}

/// A part of the address's path that has a type of its own; a wrong one is nothing that exists.
pub(crate) fn path<T>(name: &'static str, what: &str) -> Result<T, PageError>
where
    T: std::str::FromStr,
{
    let text = use_params_map().with_untracked(|map| map.get(name).unwrap_or_default());
    text.parse().map_err(|_| {
        let short: String = text.chars().take(80).collect();
        PageError::NotFound(format!("{what} “{short}”"))
    })
}

/// Turns what can't be read of an address into an error of the page.
pub(crate) fn readable<T>(read: Result<T, String>) -> Result<T, PageError> {
    read.map_err(PageError::BadRequest)
}

/// A page that was made.
pub(crate) struct Shown {
    /// The document's title, without the product's name.
    pub(crate) title: String,
    /// Where in the navigation it is.
    pub(crate) place: Place,
    /// The content of `<main>`.
    pub(crate) view: AnyView,
}

fn backend() -> Result<Arc<dyn Backend>, PageError> {
    use_context::<BackendContext>().ok_or_else(|| {
        PageError::Unavailable(Trouble {
            what: "The page can't be shown".into(),
            why: "the server did not say where its data is".into(),
            todo: "Report this as an error of Understudy.".into(),
        })
    })
}

/// Loads a page and shows it in the frame, or the error that came instead, with its status.
pub(crate) fn page<F>(load: impl FnOnce(Arc<dyn Backend>) -> F + Send + 'static) -> impl IntoView
where
    F: Future<Output = Result<Shown, PageError>> + Send + 'static,
{
    Suspend::new(async move {
        let backend = backend();
        let (frame, shown) = match backend {
            Ok(backend) => {
                // Without its frame's data a page is still worth showing.
                let frame = backend.frame().await.unwrap_or_default();
                (frame, load(backend).await)
            }
            Err(why) => (Frame::default(), Err(why)),
        };
        let shown = shown.unwrap_or_else(|why| {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(error::status(&why));
            }
            error::shown(&why)
        });
        frame::frame(&frame, shown)
    })
}
