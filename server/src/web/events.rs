//! Progress as it happens: an operation's events as server-sent events. Each has the number that
//! the executor gave it, so that a browser which lost the connection goes on where it was.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::routes::Query;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::Engine;
use engine::port::StoreError;
use futures::stream;
use model::id::OperationId;
use tokio::sync::mpsc;

use super::trouble::{Failed, not_found};
use super::{Web, answer};

/// How long to wait for news before looking without any.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);
/// When a browser that lost the connection comes back.
const COME_BACK: Duration = Duration::from_secs(1);
/// So that nothing in between takes a quiet connection for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many events wait for a slow browser before the sender does.
const WAITING: usize = 64;

/// The number of the last event that the browser has.
fn last_seen(headers: &HeaderMap, uri: &Uri) -> u64 {
    let header = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let query = Query::parse(uri.query().unwrap_or_default());
    header
        .or_else(|| query.get("after")?.parse().ok())
        .unwrap_or(0)
}

/// The events of an operation after the last one seen, to the end.
pub(super) async fn events(
    State(web): State<Arc<Web>>,
    id: Result<Path<OperationId>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(id)) = id else {
        return answer::json_failure(&not_found("such operation"));
    };
    let after = last_seen(&headers, &uri);
    match nothing_more(&web.engine, id, after).await {
        // This answer, and no other, tells a browser not to come back.
        Ok(true) => return StatusCode::NO_CONTENT.into_response(),
        Ok(false) => {}
        Err(failure) => return answer::json_failure(&failure),
    }
    let (to, from) = mpsc::channel(WAITING);
    tokio::spawn(follow(Arc::clone(&web.engine), id, after, to));
    let stream = stream::unfold(from, |mut from| async move {
        from.recv().await.map(|event| (event, from))
    });
    let mut response = Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    // Nginx would collect events before it hands them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// Whether the operation has ended and nothing happened after `after`.
async fn nothing_more(engine: &Engine, id: OperationId, after: u64) -> Result<bool, Failed> {
    let operation = engine
        .store()
        .operation(id)
        .await?
        .ok_or_else(|| not_found(&format!("operation {id}")))?;
    Ok(!operation.state.is_open() && engine.store().events(id, after).await?.is_empty())
}

type Sending = mpsc::Sender<Result<Event, Infallible>>;

/// Sends what happens until the operation has ended, or nobody listens any more.
async fn follow(engine: Arc<Engine>, id: OperationId, after: u64, to: Sending) {
    // Begun before the first look, so that nothing happens unseen in between.
    let mut news = engine.watch();
    let mut after = after;
    loop {
        match send_new(&engine, id, &mut after, &to).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, operation = %id, "events could not be read"),
        }
        tokio::select! {
            () = news.changed() => {}
            () = engine.clock().sleep(LOOK_ANYWAY) => {}
            () = to.closed() => return,
        }
    }
}

/// Sends what is new; whether that was all that will come.
async fn send_new(
    engine: &Engine,
    id: OperationId,
    after: &mut u64,
    to: &Sending,
) -> Result<bool, StoreError> {
    // The state is read first: whatever happened before the end is then among the events.
    let open = engine
        .store()
        .operation(id)
        .await?
        .is_some_and(|operation| operation.state.is_open());
    for event in engine.store().events(id, *after).await? {
        *after = event.number;
        let sent = Event::default()
            .id(event.number.to_string())
            .retry(COME_BACK)
            .json_data(&event);
        match sent {
            Ok(event) => {
                if to.send(Ok(event)).await.is_err() {
                    return Ok(true);
                }
            }
            Err(error) => tracing::error!(%error, "an event can't be written as JSON"),
        }
    }
    Ok(!open)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_browser_that_comes_back_goes_on_where_it_was() {
        let uri: Uri = "/operations/x/events?after=3".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(last_seen(&headers, &uri), 3);
        headers.insert("last-event-id", HeaderValue::from_static("17"));
        assert_eq!(last_seen(&headers, &uri), 17);
        assert_eq!(last_seen(&HeaderMap::new(), &Uri::from_static("/e")), 0);
    }
}
