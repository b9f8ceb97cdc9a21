//! Reading as JSON: the pages' own data under `/api/v1`, by the same filters and the same paging.
//! It only reads, also where a question is too long for an address and is posted; an error is `{"error":{"what","why","todo"}}` with its status.

mod calendar;
mod cases;
mod clouds;
mod compare;
mod environments;
mod export;
mod instances;
mod measured;
mod operations;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;

use app::routes;

use super::kept::{Address, Answer};
use super::template::{Filling, Template};
use super::trouble::{Failed, not_found};
use super::{Web, answer};

/// The routes under `/api/v1`.
pub(super) fn router(web: &Arc<Web>) -> Router<Arc<Web>> {
    Router::new()
        .route("/environments", get(environments::list))
        .route("/environments/{name}", get(environments::one))
        .route("/environments/{name}/topology", get(environments::topology))
        .route("/environments/{name}/capacity", get(environments::capacity))
        .route("/environments/{name}/nearest", get(cases::nearest))
        .route("/cases", get(cases::list))
        .route("/cases/{name}", get(cases::one))
        .route("/capacity", get(calendar::capacity))
        .route(
            "/compare",
            get(compare::named)
                .post(compare::asked)
                .layer(DefaultBodyLimit::max(super::gate::LARGEST_COMPARE)),
        )
        .route("/recipes", get(environments::recipes))
        .route("/instances", get(instances::page))
        .route("/monitors", get(measured::monitors))
        .route(
            "/environments/{name}/measured/{group}/{ordinal}",
            get(measured::one),
        )
        .route("/clouds", get(clouds::list))
        .route("/clouds/{cloud}", get(clouds::one))
        .route("/clouds/{cloud}/groups", get(clouds::groups))
        .route("/clouds/{cloud}/{kind}", get(clouds::held))
        .route("/clouds/{cloud}/{kind}/thing", get(clouds::thing))
        .route("/operations", get(operations::list))
        .route("/operations/{id}", get(operations::one))
        .route("/operations/{id}/events", get(super::events::events))
        .route("/audit", get(operations::audit))
        .layer(from_fn_with_state(Arc::clone(web), kept))
        // What is streamed is not kept.
        .route("/instances.csv", get(export::instances_csv))
        .route("/clouds/{cloud}/held.csv", get(export::held_csv))
        .fallback(nothing)
}

/// The lists as files, beside their pages.
pub(super) fn files() -> Router<Arc<Web>> {
    let told = export::FILES.iter().fold(Router::new(), |router, file| {
        router.route(&format!("/environments/{{name}}/{file}"), get(export::told))
    });
    told.route(routes::INSTANCES_CSV, get(export::instances_csv))
        .route(routes::INSTANCES_JSON, get(export::instances_json))
        .route(routes::HELD_CSV, get(export::held_csv))
        .route(routes::HELD_JSON, get(export::held_json))
}

async fn nothing() -> Response {
    answer::json_failure(&not_found("such address in the API"))
}

/// What a handler makes of what it read.
fn read<T: serde::Serialize>(value: Result<T, Failed>) -> Response {
    match value {
        Ok(value) => answer::json(&value),
        Err(failed) => answer::json_failure(&failed),
    }
}

/// The largest answer that is looked at for keeping.
const LARGEST: usize = 1 << 20;

/// Answers with what was kept, where nothing was written since.
async fn kept(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let Some(caches) = web
        .caches
        .as_ref()
        .filter(|_| request.method() == Method::GET)
        .filter(|_| !request.uri().path().ends_with("/events"))
    else {
        return next.run(request).await;
    };
    let state = match web.state().await {
        Ok(state) => state,
        Err(error) => return answer::json_failure(&error.into()),
    };
    let monotonic = web.engine.clock().monotonic();
    let address = Address {
        name: None,
        theme: None,
        path: format!("/api/v1{}", request.uri()),
    };
    if let Some(answer) = caches.kept.get(&address, state, monotonic) {
        return send(&answer);
    }
    let (parts, body) = next.run(request).await.into_parts();
    let is_short = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .or_else(|| http_body_size(&body))
        .is_some_and(|length| length <= LARGEST);
    if parts.status != StatusCode::OK || !is_short {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return answer::json_failure(&super::trouble::failed(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The answer could not be made",
            "It did not come whole.",
            "Ask again.",
        ));
    };
    let answer = Arc::new(Answer {
        status: parts.status,
        headers: parts.headers,
        body: Template::new(bytes, &web.marks),
    });
    caches.kept.put(address, state, monotonic, &answer);
    send(&answer)
}

/// How large a body is, where that is known before it is read.
fn http_body_size(body: &Body) -> Option<usize> {
    use axum::body::HttpBody;
    body.size_hint().exact().and_then(|n| n.try_into().ok())
}

fn send(answer: &Answer) -> Response {
    // The API has nothing that differs from one answer to the next.
    let body: Bytes = answer.body.fill(&Filling {
        form_token: "",
        key: &String::new,
    });
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    response
}
