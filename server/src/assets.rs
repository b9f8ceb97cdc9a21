//! The browser part, embedded in the binary and served under `/pkg/`.
//!
//! `build.rs` made the files; this hands them out, compressed beforehand where the browser can
//! take that. Pages link to `/pkg/HASH/…` (see [`pkg_dir`]), which may be cached for ever; the same
//! files under `/pkg/…` are revalidated each time. It must never read files at run time.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// Whether this binary holds its browser part. False if it was built with `SKIP_FRONT`: such a
/// server must refuse to serve, see [`require_front`].
pub const FRONT_BUILT: bool = cfg!(front_built);

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/pkg"]
struct Files;

/// The binary was built without its browser part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this binary was built with SKIP_FRONT and has no browser part, so it cannot serve pages; \
     build it again without that variable: env -u SKIP_FRONT cargo run"
)]
pub struct FrontMissing;

/// Refuses where [`FRONT_BUILT`] is false: to be called before a server begins to serve.
pub fn require_front() -> Result<(), FrontMissing> {
    if FRONT_BUILT {
        Ok(())
    } else {
        Err(FrontMissing)
    }
}

/// What Leptos calls `site_pkg_dir`: `pkg/HASH`, where the hash is that of all files together, so
/// that a new build has new addresses.
pub fn pkg_dir() -> &'static str {
    static PKG_DIR: LazyLock<String> = LazyLock::new(|| format!("pkg/{}", *VERSION));
    &PKG_DIR
}

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut all = Sha256::new();
    for name in names {
        if let Some(file) = Files::get(&name) {
            all.update(name.as_bytes());
            all.update(file.metadata.sha256_hash());
        }
    }
    short_hex(&all.finalize())
});

/// The route of all embedded files.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/pkg/{*path}", get(serve))
}

async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let versioned = path
        .strip_prefix(VERSION.as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    let (name, cache) = match versioned {
        Some(name) => (name, "public, max-age=31536000, immutable"),
        None => (path.as_str(), "no-cache"),
    };
    let accepted = |coding: &str| accepts(&headers, coding);
    let Some((kind, (coding, file))) = content_type(name).zip(variant(name, accepted, Files::get))
    else {
        return (
            StatusCode::NOT_FOUND,
            "There is no such file in this version; reload the page.\n",
        )
            .into_response();
    };
    let tag = format!(
        "\"{}{}\"",
        short_hex(&file.metadata.sha256_hash()),
        coding.suffix()
    );

    let unchanged = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(bytes(file.data)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(name) = coding.name() {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // Hexadecimal digits and letters always make a header value.
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(header::ETAG, tag);
    }
    response
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
    Plain,
}

impl Coding {
    /// Its name in HTTP.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }

    /// What the packed file's name ends in, and what tells the variants' tags apart.
    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Plain => "",
        }
    }
}

/// The smallest form of a file that the browser takes; a packed form itself has no address.
fn variant<F>(
    name: &str,
    accepted: impl Fn(&str) -> bool,
    get: impl Fn(&str) -> Option<F>,
) -> Option<(Coding, F)> {
    [Coding::Brotli, Coding::Gzip, Coding::Plain]
        .into_iter()
        .filter(|coding| coding.name().is_none_or(&accepted))
        .find_map(|coding| Some((coding, get(&format!("{name}{}", coding.suffix()))?)))
}

/// Whether `Accept-Encoding` allows a coding: named, or by `*`, and not with a weight of zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let mut any = false;
    for part in headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let refused = parameters
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.trim().parse() == Ok(0.0_f32));
        let name = name.trim();
        if name.eq_ignore_ascii_case(coding) {
            return !refused;
        }
        any |= name == "*" && !refused;
    }
    any
}

/// The media type by the name's ending; other files are not handed out.
fn content_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// The first 64 bits, enough to tell builds apart.
fn short_hex(hash: &[u8]) -> String {
    let mut hex = HEXLOWER.encode(hash);
    hex.truncate(16);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn codings_are_read_with_their_weights() {
        assert!(accepts(&asking("gzip, deflate, br;q=1.0"), "br"));
        assert!(!accepts(&asking("gzip, br;q=0"), "br"));
        assert!(!accepts(&asking("gzip"), "br"));
        assert!(accepts(&asking("*"), "br"));
        assert!(!accepts(&asking("br; q=0, *"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn the_smallest_form_that_the_browser_takes_is_chosen() {
        let there = |name: &str| ["a.js", "a.js.br", "b.js"].contains(&name).then_some(());
        let coding = |name, accepted: &'static str| {
            variant(name, |coding| accepts(&asking(accepted), coding), there).map(|(c, ())| c)
        };
        assert_eq!(coding("a.js", "gzip, br"), Some(Coding::Brotli));
        assert_eq!(coding("a.js", "gzip"), Some(Coding::Plain));
        assert_eq!(coding("b.js", "gzip, br"), Some(Coding::Plain));
        assert_eq!(coding("c.js", "gzip, br"), None);
    }

    #[test]
    fn only_known_endings_are_served() {
        assert_eq!(content_type("app_bg.wasm"), Some("application/wasm"));
        assert_eq!(content_type("app.js.br"), None);
        assert_eq!(content_type("LICENSE"), None);
    }
}
