//! The gate: decides who may go on, before anything is rendered or done. Whoever is not signed in
//! is sent to sign in; a form is only taken from a page of this server, in the session that the
//! page was made for. What it read of the body it hands on unread.

use std::sync::Arc;

use app::routes;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::origin::{self, Foreign};
use super::trouble::{Failed, failed};
use super::who::Who;
use super::{Web, answer, form_token, who};

/// The largest form.
const LARGEST_FORM: usize = 64 << 10;

/// The largest form of the editor, which holds a plan twice, and its fields.
pub(super) const LARGEST_EDIT: usize = 8 << 20;

/// The largest form of the comparison, which brings three files at most.
pub(super) const LARGEST_COMPARE: usize = 3 * engine::files::LARGEST + LARGEST_FORM;

/// How large the form of a page may be.
fn largest(path: &str) -> usize {
    match path {
        routes::EDIT => LARGEST_EDIT,
        routes::COMPARE => LARGEST_COMPARE,
        _ => LARGEST_FORM,
    }
}

/// Whether a path is for programs.
pub(super) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// A failure in the form that whoever asked for this path reads.
fn refuse(path: &str, failure: &Failed) -> Response {
    if is_api(path) {
        answer::json_failure(failure)
    } else {
        answer::bare_failure(failure)
    }
}

/// Decides who may go on.
pub(super) async fn gate(
    State(web): State<Arc<Web>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let found = web.caches.as_ref().map(|caches| &caches.found);
    let who = match who::find(&web.engine, found, request.headers()).await {
        Ok(who) => who,
        Err(error) => return refuse(path, &error.into()),
    };
    if matches!(who, Who::Nobody) && path != routes::SIGN_IN {
        return unknown(&request);
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !matches!(who, Who::Program(_)) {
        request = match form_of_ours(request, &who).await {
            Ok(request) => request,
            Err(response) => return response,
        };
    }
    request.extensions_mut().insert(who);
    next.run(request).await
}

/// Nobody knows who asks.
fn unknown(request: &Request) -> Response {
    let uri = request.uri();
    if is_api(uri.path()) {
        return answer::json_failure(&failed(
            StatusCode::UNAUTHORIZED,
            "You are not signed in",
            "The request has no token, or one that does not work or has ended.",
            "Send the header `Authorization: Bearer TOKEN`; `understudy token` makes one.",
        ));
    }
    // After a form that was sent too late there is no address to come back to.
    let wanted = match *request.method() {
        Method::GET => uri.path_and_query().map_or("/", |path| path.as_str()),
        _ => "/",
    };
    if wanted == "/" {
        return answer::see_other(routes::SIGN_IN);
    }
    let next = encoded(wanted);
    answer::see_other(&format!("{}?next={next}", routes::SIGN_IN))
}

/// Text as the value of a parameter.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Checks that a form comes from a page of ours in this session.
async fn form_of_ours(request: Request, who: &Who) -> Result<Request, Response> {
    let path = request.uri().path().to_owned();
    origin::check(request.headers()).map_err(|foreign| {
        let why = match foreign {
            Foreign::Elsewhere => "The form was sent from another site or address.",
            Foreign::Untold => {
                "The browser does not say where the form was sent from, so it may be from another site."
            }
        };
        refuse(
            &path,
            &failed(
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                why,
                "Open Understudy itself and do it there. A program sends a token instead of a cookie.",
            ),
        )
    })?;
    let (parts, body) = request.into_parts();
    let largest = largest(&path);
    let bytes = to_bytes(body, largest).await.map_err(|_| {
        refuse(
            &path,
            &failed(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Nothing was changed",
                format!("The form is larger than {largest} bytes, or did not come whole."),
                if path == routes::COMPARE {
                    "Compare it on the command line: understudy diff A B."
                } else {
                    "Shorten what you typed and send it again."
                },
            ),
        )
    })?;
    // Signing in comes before there is a session.
    if let Who::Session(session) = who {
        let sent = form_token::sent(&parts.headers, &bytes).await;
        if !form_token::same(&sent, &session.form_token) {
            return Err(refuse(
                &path,
                &failed(
                    StatusCode::FORBIDDEN,
                    "Nothing was changed",
                    "The form is not from your present session: it is older than your last sign-in, or was made elsewhere.",
                    "Go back, load the page anew and send it again.",
                ),
            ));
        }
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_as_a_parameter() {
        let wanted = "/instances?q=a b&c=é%20+";
        let query = routes::Query::parse(&format!("next={}", encoded(wanted)));
        assert_eq!(query.get("next"), Some(wanted));
    }

    #[test]
    fn only_whole_segments_count_as_the_api() {
        assert!(is_api("/api/v1/instances") && is_api("/api"));
        assert!(!is_api("/apiary") && !is_api("/instances/api/"));
    }
}
