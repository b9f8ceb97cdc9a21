//! Where a form was sent from. A browser says so in headers that no page can forge; what does not
//! say that it came from a page of this server is refused.

use axum::http::{HeaderMap, header};

/// Why a form is not believed to come from a page of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// The browser says that it came from elsewhere.
    Elsewhere,
    /// It doesn't say where it came from.
    Untold,
}

/// Checks that a request came from a page of this server.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Foreign> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    match text("sec-fetch-site") {
        Some("same-origin") => return Ok(()),
        Some(_) => return Err(Foreign::Elsewhere),
        // Not sent over plain HTTP, except to this very machine.
        None => {}
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return Err(Foreign::Untold);
    };
    let (Some(host), Some((_, from))) = (text(header::HOST.as_str()), origin.split_once("://"))
    else {
        return Err(Foreign::Elsewhere);
    };
    if !host.is_empty() && from.eq_ignore_ascii_case(host) {
        Ok(())
    } else {
        Err(Foreign::Elsewhere)
    }
}

/// Where to go after signing in: a path of this server, or the dashboard.
pub(super) fn local(next: Option<&str>) -> &str {
    let is_local = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && path.bytes().all(|byte| byte.is_ascii_graphic())
            && !path.starts_with("/sign-")
    };
    next.filter(is_local).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sent(pairs: &[(&'static str, &str)]) -> Result<(), Foreign> {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    value.parse().unwrap(),
                )
            })
            .collect();
        check(&headers)
    }

    #[test]
    fn only_pages_of_this_server_may_send_forms() {
        let host = ("host", "127.0.0.1:8080");
        assert_eq!(sent(&[host, ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(sent(&[host, ("origin", "http://127.0.0.1:8080")]), Ok(()));
        assert_eq!(sent(&[host]), Err(Foreign::Untold));
        for pairs in [
            [host, ("sec-fetch-site", "cross-site")],
            [host, ("sec-fetch-site", "same-site")],
            [host, ("sec-fetch-site", "none")],
            [host, ("origin", "http://127.0.0.1:8081")],
            [host, ("origin", "null")],
            [("host", ""), ("origin", "http://")],
        ] {
            assert_eq!(sent(&pairs), Err(Foreign::Elsewhere), "{pairs:?}");
        }
        // What the browser says of itself counts more than the address.
        let both = [
            host,
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:8080"),
        ];
        assert_eq!(sent(&both), Err(Foreign::Elsewhere));
    }

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        assert_eq!(local(Some("/instances?q=a")), "/instances?q=a");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nb",
            "",
            "/sign-out",
        ] {
            assert_eq!(local(Some(elsewhere)), "/", "{elsewhere:?}");
        }
        assert_eq!(local(None), "/");
    }
}
