//! Where collectd on the hosts of instances posts what it measures. Nobody is signed in here: each host
//! has a token of its own, sent in a header, and is let in by that alone. Whoever has none learns nothing,
//! not even whether there is such an instance.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use engine::measure::Taken;
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::collectd;
use model::name::GroupName;

use super::Web;
use super::who::bearer;

/// The largest post: write_http's own limit is what somebody sets as `BufferSize`, and 64 KiB hold what a
/// host with two hundred file systems says.
const LARGEST: usize = 256 << 10;

type Named = Result<Path<(EnvironmentId, GroupName, u32)>, PathRejection>;

/// Everything under `/collectd`.
pub(super) fn router() -> Router<Arc<Web>> {
    Router::new()
        .route("/{environment}/{group}/{ordinal}", post(taken))
        .layer(DefaultBodyLimit::max(LARGEST))
        .fallback(async || StatusCode::NOT_FOUND)
}

/// Takes a post: 200 and what came of it, 400 and why where it can't be read, 401 without a word where
/// the token is not this host's.
async fn taken(
    State(web): State<Arc<Web>>,
    named: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(Path((environment, group, ordinal))) = named else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let key = Key::instance(&group, ordinal);
    let token = bearer(&headers).unwrap_or_default();
    if !web.engine.is_measure_token(environment, &key, token) {
        return unknown();
    }
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            let what = format!(
                "A post may have {} KiB: give write_http a smaller BufferSize.\n",
                LARGEST >> 10
            );
            return (error.status(), what).into_response();
        }
    };
    let post = match collectd::read(&body) {
        Ok(post) => post,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    match web.engine.take_post(environment, &key, post).await {
        Ok(Some(taken)) => told(&taken).into_response(),
        Ok(None) => unknown(),
        Err(error) => {
            tracing::error!(%error, "what a host measured could not be kept");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "It could not be kept; Understudy's log has the details.\n",
            )
                .into_response()
        }
    }
}

fn unknown() -> Response {
    let challenge = HeaderValue::from_static("Bearer");
    let headers = [(header::WWW_AUTHENTICATE, challenge)];
    (StatusCode::UNAUTHORIZED, headers).into_response()
}

/// What came of a post, for whoever tries it out.
fn told(taken: &Taken) -> String {
    let Taken { new, left_out } = taken;
    let mut text = format!("{new} new samples\n");
    for (why, count) in left_out {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{count} left out: {}", why.why());
    }
    text
}
