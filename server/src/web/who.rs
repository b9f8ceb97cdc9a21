//! Who asks: the session of a browser's cookie, or a program's token. Found by the hash of the
//! secret alone, before anything is rendered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use engine::Engine;
use engine::port::StoreError;
use model::act::Actor;
use model::id::TokenId;
use model::token::{Token, TokenKind};

use super::form_token;
use crate::installation::tokens::hash_of;

/// How long a token that was found is believed without asking the store again. Whoever is signed
/// out at this server is out at once; at another server of the same store, after this long.
const BELIEVED_FOR: Duration = Duration::from_secs(2);
/// How many tokens are remembered.
const REMEMBERED: usize = 4096;

/// Who asks.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// A browser that is signed in.
    Session(Session),
    /// A program.
    Program(Token),
    /// Nobody knows.
    Nobody,
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The session's token.
    pub(super) token: Token,
    /// What its forms send.
    pub(super) form_token: String,
}

impl Who {
    /// As the log of acts has it; none where nobody is known.
    pub(super) fn actor(&self) -> Option<Actor> {
        match self {
            Self::Session(session) => Some(Actor::Person {
                name: session.token.name.clone(),
            }),
            Self::Program(token) => Some(Actor::Token {
                id: token.id,
                name: token.name.clone(),
            }),
            Self::Nobody => None,
        }
    }

    /// The name that pages show.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Session(session) => Some(&session.token.name),
            Self::Program(token) => Some(&token.name),
            Self::Nobody => None,
        }
    }

    /// What its forms send; nothing where there is no session.
    pub(super) fn form_token(&self) -> &str {
        match self {
            Self::Session(session) => &session.form_token,
            Self::Program(_) | Self::Nobody => "",
        }
    }
}

/// Tokens that were found lately, by kind and hash.
#[derive(Debug, Default)]
pub(super) struct Found {
    tokens: Mutex<HashMap<(TokenKind, String), (Duration, Token)>>,
}

impl Found {
    fn get(&self, key: &(TokenKind, String), now: Duration) -> Option<Token> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, token) = tokens.get(key)?;
        (now.saturating_sub(*found) < BELIEVED_FOR).then(|| token.clone())
    }

    fn keep(&self, key: (TokenKind, String), now: Duration, token: &Token) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= REMEMBERED {
            tokens.clear();
        }
        tokens.insert(key, (now, token.clone()));
    }

    /// Forgets a token that was taken away.
    pub(super) fn forget(&self, id: TokenId) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (_, token)| token.id != id);
    }
}

/// The name of the session's cookie. Browsers keep cookies by host and not by port: with the port
/// in it, two servers on one machine don't sign each other's users out.
pub(super) fn cookie_name(headers: &HeaderMap) -> String {
    let port = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.rsplit_once(':'))
        .map(|(_, port)| port)
        .filter(|port| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()));
    match port {
        Some(port) => format!("understudy_{port}"),
        None => "understudy".to_owned(),
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name && !value.is_empty()).then_some(value))
}

/// The colours that a browser asks for; none: as the system has it.
pub(super) fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookie(headers, "theme")? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}

/// The token that a program sends in a header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

/// Finds out who asks. A program that names a token is known by that alone, whatever cookie it
/// sends.
pub(super) async fn find(
    engine: &Engine,
    found: Option<&Found>,
    headers: &HeaderMap,
) -> Result<Who, StoreError> {
    if let Some(secret) = bearer(headers) {
        let token = look_up(engine, found, TokenKind::Api, hash_of(secret)).await?;
        return Ok(token.map_or(Who::Nobody, Who::Program));
    }
    let Some(secret) = cookie(headers, &cookie_name(headers)) else {
        return Ok(Who::Nobody);
    };
    let token = look_up(engine, found, TokenKind::Session, hash_of(secret)).await?;
    Ok(token.map_or(Who::Nobody, |token| {
        Who::Session(Session {
            token,
            form_token: form_token::of(secret),
        })
    }))
}

async fn look_up(
    engine: &Engine,
    found: Option<&Found>,
    kind: TokenKind,
    hash: String,
) -> Result<Option<Token>, StoreError> {
    let (now, monotonic) = (engine.clock().now(), engine.clock().monotonic());
    let key = (kind, hash);
    if let Some(token) = found.and_then(|found| found.get(&key, monotonic))
        && token.expires_at > now
    {
        return Ok(Some(token));
    }
    let Some(token) = engine.store().token(kind, &key.1, now).await? else {
        return Ok(None);
    };
    if let Some(found) = found {
        found.keep(key, monotonic, &token);
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_cookie_belongs_to_a_host_and_its_port() {
        let name = |host| cookie_name(&headers(&[(header::HOST, host)]));
        assert_eq!(name("127.0.0.1:8080"), "understudy_8080");
        assert_eq!(name("example.org"), "understudy");
        assert_eq!(name("[::1]"), "understudy");
        assert_eq!(name("[::1]:81"), "understudy_81");
        assert_eq!(name("evil:a=b"), "understudy");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let sent = headers(&[(header::COOKIE, "a=1; understudy_80=abc; b=understudy_80=x")]);
        assert_eq!(cookie(&sent, "understudy_80"), Some("abc"));
        assert_eq!(cookie(&sent, "understudy"), None);
        let empty = headers(&[(header::COOKIE, "understudy=")]);
        assert_eq!(cookie(&empty, "understudy"), None);
    }

    #[test]
    fn a_bearer_token_is_read_and_nothing_else() {
        let of = |value| {
            let sent = headers(&[(header::AUTHORIZATION, value)]);
            bearer(&sent).map(ToOwned::to_owned)
        };
        assert_eq!(of("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(of("bearer  abc "), Some("abc".to_owned()));
        assert_eq!(of("Basic abc"), None);
        assert_eq!(of("Bearer "), None);
    }
}
