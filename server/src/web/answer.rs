//! Answers that are no pages of the app: redirects, JSON, and a page of last resort that needs
//! nothing to be drawn.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::operation::Trouble;
use serde::Serialize;

use super::trouble::Failed;

/// Sends a browser to a path of this server, with a GET.
pub(super) fn see_other(path: &str) -> Response {
    // Paths are made of names and ids that fit into a header; anything else leads home.
    let to = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// A secret that saves itself as a file and that nobody keeps on the way.
pub(super) fn secret_file(name: &str, content: String) -> Response {
    // Names of ours always fit into a header.
    let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            ),
            (header::CONTENT_DISPOSITION, saved),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        content,
    )
        .into_response()
}

/// A text that saves itself under a name of ours; its kind is `text/csv` or the like.
pub(super) fn text_file(name: &str, kind: &str, content: String) -> Response {
    let value = |text: String| HeaderValue::try_from(text);
    let kind = value(format!("{kind}; charset=utf-8"));
    let saved = value(format!("attachment; filename=\"{name}\""));
    (
        [
            (
                header::CONTENT_TYPE,
                kind.unwrap_or(HeaderValue::from_static("text/plain; charset=utf-8")),
            ),
            (
                header::CONTENT_DISPOSITION,
                saved.unwrap_or(HeaderValue::from_static("attachment")),
            ),
        ],
        content,
    )
        .into_response()
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (
            [(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )],
            bytes,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "a value of our own can't be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What went wrong, as JSON.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a Trouble,
}

/// A failure as JSON: `{"error":{"what","why","todo"}}`.
pub(super) fn json_failure(failed: &Failed) -> Response {
    let mut response = json(&ErrorBody {
        error: &failed.trouble,
    });
    *response.status_mut() = failed.status;
    if failed.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"Understudy\""),
        );
    }
    response
}

/// A failure as a page of last resort: no style, no frame, nothing that could fail too.
pub(super) fn bare_failure(failed: &Failed) -> Response {
    let Failed { status, trouble } = failed;
    let Trouble { what, why, todo } = trouble;
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{what} · Understudy</title></head><body><main><h1>{what}</h1>\
         <p>{why}</p><p>{todo}</p><p><a href=\"/\">Dashboard</a></p></main></body></html>",
        what = escaped(what),
        why = escaped(why),
        todo = escaped(todo),
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = *status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
