//! Every page over the WebPlatform's example files, without a server, store or cloud behind it: for
//! looking at. `cargo run -p app --example gallery --features ssr [-- FOLDER]`, where FOLDER is a
//! finished browser part; without it the pages have their style and no islands.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::Path as AxumPath;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, StreamExt, stream};
use model::id::CloudId;
use model::operation::{Happening, Phase, StepState};

/// The style sheets, each import replaced by what it names.
fn style() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
    let main = std::fs::read_to_string(folder.join("main.css")).unwrap();
    let mut css = String::new();
    for line in main.lines() {
        let Some(rest) = line.strip_prefix("@import \"") else {
            css.push_str(line);
            css.push('\n');
            continue;
        };
        let (name, rest) = rest.split_once('"').unwrap();
        let sheet = std::fs::read_to_string(folder.join(name)).unwrap();
        match rest.trim().strip_prefix("layer(") {
            Some(layer) => {
                let layer = layer.trim_end_matches([';', ')']);
                css.extend(["@layer ", layer, " {\n", &sheet, "\n}\n"]);
            }
            None => css.push_str(&sheet),
        }
    }
    css
}

fn file(folder: Option<PathBuf>, name: &str) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let body = match folder {
        Some(folder) => std::fs::read(folder.join(name)).ok(),
        None => (name == "app.css").then(|| style().into_bytes()),
    };
    body.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |body| ([(header::CONTENT_TYPE, kind)], body).into_response(),
    )
}

/// The steps that the copy under way has not done yet, one by one: for watching the page move.
fn events(
    carried: &fixture::Carried,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let last = carried.events.last().map_or(0, |event| event.number);
    let steps: Vec<_> = carried
        .plan
        .steps
        .iter()
        .enumerate()
        .skip(carried.journal.len() - 4)
        .flat_map(|(index, step)| {
            let id = CloudId::new(format!("id-{index}"));
            [
                StepState::Intended,
                StepState::Made { id: id.clone() },
                StepState::Done { id: Some(id) },
            ]
            .map(|state| (index, step.clone(), state))
        })
        .collect();
    let stream = stream::iter(steps.into_iter().enumerate()).then(
        move |(number, (index, step, state))| async move {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            let event = model::operation::Event {
                number: last + 1 + u64::try_from(number).unwrap(),
                at: fixture::now(),
                what: Happening::Step {
                    phase: Phase::Forward,
                    step: u32::try_from(index).unwrap(),
                    key: step.key.clone(),
                    verb: step.act.verb().to_owned(),
                    state,
                },
            };
            Ok(Event::default()
                .id(event.number.to_string())
                .data(serde_json::to_string(&event).unwrap()))
        },
    );
    Sse::new(stream.chain(stream::pending()))
}

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let policy = app::policy::content_security_policy(&fixture::options());
    let pages = |scene| fixture::router(fixture::world(scene));
    let copies = Arc::new(fixture::world(fixture::Scene::WebPlatform).operations);
    let router = pages(fixture::Scene::WebPlatform)
        .route(
            "/operations/{id}/events",
            get(move |AxumPath(id): AxumPath<String>| {
                let copies = Arc::clone(&copies);
                async move {
                    copies
                        .iter()
                        .find(|carried| carried.operation.id.to_string() == id)
                        .map_or_else(
                            || StatusCode::NOT_FOUND.into_response(),
                            |carried| events(carried).into_response(),
                        )
                }
            }),
        )
        .route(
            "/pkg/{name}",
            get(move |AxumPath(name): AxumPath<String>| {
                let folder = folder.clone();
                async move { file(folder, &name) }
            }),
        )
        .layer(axum::middleware::map_response(
            move |mut response: Response| {
                let policy = policy.clone();
                async move {
                    response
                        .headers_mut()
                        .insert(header::CONTENT_SECURITY_POLICY, policy.parse().unwrap());
                    response
                }
            },
        ));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}
