//! One line in the log for each request: method, path, status, time taken. Never what stands behind
//! `?`, never a header, never a body: that is where secrets are. Of a report's path neither what
//! stands last, which is its token.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// Where reports go.
const PHONE_HOME: &str = "/phone-home/";

/// Writes the line.
pub(super) async fn requests(request: Request, next: Next) -> Response {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let (method, path) = (request.method().clone(), harmless(request.uri().path()));
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(%method, path, status, ms, "answered");
    response
}

/// A path without what nobody but the one who sent it may know.
fn harmless(path: &str) -> String {
    let Some(rest) = path.strip_prefix(PHONE_HOME) else {
        return path.to_owned();
    };
    // Environment, group, number; whatever stands behind them is no name of anything.
    let names: Vec<&str> = rest.split('/').take(3).collect();
    format!("{PHONE_HOME}{}/…", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_path_is_not_told() {
        for path in ["/", "/environments/a/instances/app/1", "/phone-homely"] {
            assert_eq!(harmless(path), path);
        }
        for path in [
            "/phone-home/e/app/1/secret",
            "/phone-home/e/app/1/secret/",
            "/phone-home/e/app/1/x/secret",
        ] {
            assert_eq!(harmless(path), "/phone-home/e/app/1/…");
        }
    }
}
