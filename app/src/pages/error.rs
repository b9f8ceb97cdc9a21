//! Pages that say why there is no page, and the page that answers a form that was refused.

use http::StatusCode;
use leptos::prelude::*;
use model::operation::Trouble;

use crate::backend::PageError;
use crate::components::frame::{Place, heading};
use crate::components::trouble::trouble;
use crate::context::Shown;
use crate::routes;

/// The status of the answer.
pub(crate) const fn status(error: &PageError) -> StatusCode {
    match error {
        PageError::NotFound(_) => StatusCode::NOT_FOUND,
        PageError::Forbidden(_) => StatusCode::FORBIDDEN,
        PageError::BadRequest(_) => StatusCode::BAD_REQUEST,
        PageError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A form that was refused: the server answers it with [`crate::refusal_page`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What happened, why, what to do.
    pub trouble: Trouble,
    /// Where to go back to: a path of this server.
    pub back: String,
    /// What is there, in a few words: `the preview`.
    pub back_to: String,
}

/// The page instead of one that can't be shown.
pub(crate) fn shown(error: &PageError) -> Shown {
    let (title, body) = match error {
        PageError::NotFound(what) => (
            "Not found",
            view! {
                <p>"There is no " {what.clone()} "."</p>
                <p class="muted">
                    "It may have been renamed or destroyed; the log of acts keeps what happened."
                </p>
                <p class="actions">
                    <a class="button" href=routes::ENVIRONMENTS>
                        "All environments"
                    </a>
                    <a class="button" href=routes::AUDIT>
                        "Activity"
                    </a>
                </p>
            }
            .into_any(),
        ),
        PageError::Forbidden(why) => ("Not allowed", view! { <p>{why.clone()}</p> }.into_any()),
        PageError::BadRequest(why) => (
            "This address makes no sense",
            view! {
                <p class="quote">{why.clone()}</p>
                <p class="actions">
                    <a class="button" href=routes::DASHBOARD>
                        "Dashboard"
                    </a>
                </p>
            }
            .into_any(),
        ),
        PageError::Unavailable(why) => (
            "The data can’t be read right now",
            view! {
                {trouble(why)}
                <p class="actions">
                    <a class="button" href="">
                        "Try again"
                    </a>
                </p>
            }
            .into_any(),
        ),
    };
    Shown {
        title: title.to_owned(),
        place: Place::Elsewhere,
        view: view! {
            {heading(title, None, ())}
            <div class="prose">{body}</div>
        }
        .into_any(),
    }
}

/// The page that says why a form was refused.
pub(crate) fn refusal(refusal: &Refusal) -> Shown {
    let Refusal {
        trouble: why,
        back,
        back_to,
    } = refusal.clone();
    Shown {
        title: why.what.clone(),
        place: Place::Elsewhere,
        view: view! {
            {heading("Nothing was changed", None, ())}
            <div class="prose">
                {trouble(&why)}
                <p class="actions">
                    <a class="button" href=back>
                        "Back to "
                        {back_to}
                    </a>
                </p>
            </div>
        }
        .into_any(),
    }
}
