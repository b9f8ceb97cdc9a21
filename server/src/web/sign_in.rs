//! Signing in and out. A one-time token becomes a session: a random secret in a cookie that no
//! script can read, of which only the hash is stored.

use std::sync::Arc;

use app::routes::{self, Query, SignInForm};
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use chrono::Duration;
use engine::port::StoreError;
use model::token::TokenKind;

use super::pages::Asked;
use super::trouble::Failed;
use super::who::{Who, cookie_name};
use super::{Web, answer, origin, pages};
use crate::installation::tokens;

/// How long a session lasts.
const SESSION: Duration = Duration::days(7);

/// The page, or the way in where the address is a one-time link.
///
/// The link works by being opened, because that is what a newcomer does with it. Whoever is signed
/// in already goes on without using it up; a browser that only loads it in advance gets the page
/// with a button instead.
pub(super) async fn show(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    request: Request,
) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let next = origin::local(query.get("next"));
    if let Who::Session(_) = who {
        return answer::see_other(next);
    }
    match query.get("token") {
        Some(token) if opened(&request) => enter(&web, request.headers(), token, next).await,
        _ => {
            let asked = Asked::of(request.uri(), request.headers());
            pages::unsigned(&web, &asked).await
        }
    }
}

/// Whether a person opens the address, as far as the browser tells.
fn opened(request: &Request) -> bool {
    let in_advance = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        request
            .headers()
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch") || value.contains("preview"))
    });
    request.method() == Method::GET && !in_advance
}

/// Takes the form.
pub(super) async fn submit(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let Ok(Form(SignInForm { token, next })) = form else {
        return refused("/");
    };
    let next = origin::local(next.as_deref());
    // The whole link works too.
    let token = token
        .trim()
        .rsplit_once("token=")
        .map_or(token.trim(), |(_, token)| token);
    enter(&web, &headers, token, next).await
}

/// Back to the page, which says that the token does not work.
fn refused(next: &str) -> Response {
    let next = if next == "/" {
        String::new()
    } else {
        format!("&next={}", super::gate::encoded(next))
    };
    answer::see_other(&format!("{}?refused=1{next}", routes::SIGN_IN))
}

/// Makes a session of a one-time token.
async fn enter(web: &Web, headers: &HeaderMap, token: &str, next: &str) -> Response {
    match exchange(web, token).await {
        Ok(None) => refused(next),
        Ok(Some(secret)) => {
            let mut response = answer::see_other(next);
            set_cookie(web, headers, &mut response, &secret, SESSION);
            response
        }
        Err(error) => answer::bare_failure(&Failed::from(error)),
    }
}

/// The secret of a new session; none where the token does not work.
async fn exchange(web: &Web, token: &str) -> Result<Option<String>, StoreError> {
    let now = web.engine.clock().now();
    let hash = tokens::hash_of(token);
    let taken = web
        .engine
        .store()
        .take_token(TokenKind::SignIn, &hash, now)
        .await?;
    let Some(taken) = taken else {
        return Ok(None);
    };
    let session = tokens::issue(&web.engine, TokenKind::Session, &taken.name, SESSION).await?;
    tracing::info!(name = %taken.name, "signed in");
    Ok(Some(session.secret))
}

fn set_cookie(
    web: &Web,
    headers: &HeaderMap,
    response: &mut Response,
    value: &str,
    lasts: Duration,
) {
    let secure = if web.options.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        cookie_name(headers),
        lasts.num_seconds()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// Ends the session.
pub(super) async fn leave(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
) -> Response {
    if let Who::Session(session) = who {
        if let Err(error) = web.engine.store().revoke_token(session.token.id).await {
            return answer::bare_failure(&Failed::from(error));
        }
        if let Some(caches) = &web.caches {
            caches.found.forget(session.token.id);
        }
    }
    let mut response = answer::see_other(routes::SIGN_IN);
    set_cookie(&web, &headers, &mut response, "", Duration::zero());
    response
}
