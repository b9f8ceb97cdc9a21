//! What a form of a session sends, and how secrets are compared.

use app::routes::{FORM_TOKEN, Query};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};

use crate::installation::tokens::hash_of;

/// What every form of a session sends: known to whoever knows the session's secret, and tells
/// nothing about it.
pub(super) fn of(session_secret: &str) -> String {
    hash_of(&format!("{session_secret}form"))
}

/// The token that a form was sent with, in its fields or, where it brings files, in a part of its own
/// before them; empty where there is none.
pub(super) async fn sent(headers: &HeaderMap, body: &Bytes) -> String {
    let kind = headers.get(header::CONTENT_TYPE);
    let brings_files = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if !brings_files {
        let form = Query::parse(std::str::from_utf8(body).unwrap_or_default());
        return form.get(FORM_TOKEN).unwrap_or_default().to_owned();
    }
    let mut request = Request::new(Body::from(body.clone()));
    // It was read whole already, and no more than it may be.
    DefaultBodyLimit::disable().apply(&mut request);
    if let Some(kind) = kind {
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.clone());
    }
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        return String::new();
    };
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some(FORM_TOKEN) {
            return field.text().await.unwrap_or_default();
        }
    }
    String::new()
}

/// Whether two texts are the same, in a time that depends on their length alone.
pub(super) fn same(a: &str, b: &str) -> bool {
    let differing = a.bytes().zip(b.bytes()).fold(0, |differing, (a, b)| {
        std::hint::black_box(differing | (a ^ b))
    });
    a.len() == b.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_of_its_session_and_does_not_tell_it() {
        let token = of("secret");
        assert_eq!(token, of("secret"));
        assert_ne!(token, of("other"));
        assert_ne!(token, hash_of("secret"));
        assert!(!token.contains("secret"));
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("abc", "ab"));
        assert!(!same("", "a"));
        assert!(same("", ""));
    }
}
