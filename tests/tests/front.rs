//! The browser part: what the server hands out, and that it starts in a real browser.

#![allow(clippy::unwrap_used)]

use axum::{Router, response::Html, routing::get};
use reqwest::{Client, StatusCode, header};
use server::assets;
use tests::browser::{Complaints, TestBrowser, go, until_hydrated};

/// The embedded files and an empty page that loads them, on a free port.
async fn serve() -> String {
    let start = format!(
        "<!DOCTYPE html><html lang=en><link rel=icon href=data:,><title>t</title><body>\
         <script type=module>\
         import start, {{ hydrate }} from '/{0}/app.js';\
         await start({{ module_or_path: '/{0}/app_bg.wasm' }}); hydrate();\
         </script></body></html>",
        assets::pkg_dir()
    );
    let router = Router::new()
        .route("/", get(|| async { Html(start) }))
        .merge(assets::router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_part_starts_in_chromium() {
    let base = serve().await;
    let browser = TestBrowser::launch().await;
    let page = browser.blank().await;
    let complaints = Complaints::of(&page).await;
    go(&page, &base).await;
    until_hydrated(&page).await;
    assert_eq!(complaints.seen(), Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn files_have_their_types_and_may_be_kept_for_ever_under_their_hash() {
    let base = serve().await;
    for (file, kind) in [
        ("app.js", "text/javascript; charset=utf-8"),
        ("app_bg.wasm", "application/wasm"),
        ("app.css", "text/css; charset=utf-8"),
    ] {
        let url = format!("{base}/{}/{file}", assets::pkg_dir());
        let answer = Client::new().get(&url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{url}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
        assert!(
            answer.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert!(!answer.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_file_without_its_hash_is_revalidated() {
    let base = serve().await;
    let url = format!("{base}/pkg/app.js");
    let first = Client::new().get(&url).send().await.unwrap();
    assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
    let tag = first.headers()[header::ETAG].clone();

    let known = Client::new().get(&url).header(header::IF_NONE_MATCH, tag);
    let again = known.send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.bytes().await.unwrap().is_empty());

    let other = Client::new()
        .get(&url)
        .header(header::IF_NONE_MATCH, "\"another\"");
    assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let base = serve().await;
    for path in [
        "pkg/gone.js",
        "pkg/0000000000000000/app.js",
        "pkg/app.js.br",
        "pkg/../Cargo.toml",
    ] {
        let answer = Client::new()
            .get(format!("{base}/{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
