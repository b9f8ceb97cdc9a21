//! Every page, rendered without a server behind it: complete without JavaScript, valid where it
//! matters, and within its own content security policy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixture;

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use fixture::pages::PAGES;
use fixture::{Scene, router, world};
use model::operation::Trouble;
use tower::ServiceExt;

async fn get(scene: Scene, address: &str) -> (StatusCode, String) {
    let request = Request::get(address).body(Body::empty()).unwrap();
    let response = router(world(scene)).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    // What Leptos marks its places with is nothing that a reader sees.
    let html = String::from_utf8(body.to_vec()).unwrap().replace("<!>", "");
    (status, html)
}

/// The values of an attribute, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!(" {name}=\"");
    html.split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(value, _)| value))
        .collect()
}

/// The text between two markers, as often as it is found.
fn between<'a>(html: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    html.split(begin)
        .skip(1)
        .filter_map(|rest| rest.split_once(end).map(|(inner, _)| inner))
        .collect()
}

#[tokio::test]
async fn every_page_says_what_it_is_for_without_javascript() {
    for (address, words) in PAGES {
        let (status, html) = get(Scene::WebPlatform, address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert!(html.contains("</html>"), "{address} is cut off");
        for word in *words {
            assert!(html.contains(word), "{address} does not say {word}");
        }
    }
}

#[tokio::test]
async fn a_fresh_installation_says_what_to_do_next() {
    for (address, word) in [
        ("/", "Nothing is known to be wrong"),
        ("/environments", "understudy import"),
        ("/instances", "There are no instances yet"),
        ("/compare", "Choose two states"),
        ("/clouds", "There are no clouds"),
        ("/operations", "Nothing was carried out yet"),
        ("/audit", "Nobody has done anything yet"),
    ] {
        let (status, html) = get(Scene::Empty, address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert!(html.contains(word), "{address} does not say {word}");
    }
}

#[tokio::test]
async fn what_is_not_there_or_makes_no_sense_has_its_status() {
    for (address, status, word) in [
        ("/environments/nowhere", StatusCode::NOT_FOUND, "nowhere"),
        (
            "/environments/Not%20A%20Name",
            StatusCode::NOT_FOUND,
            "Not A Name",
        ),
        ("/operations/17", StatusCode::NOT_FOUND, "17"),
        (
            "/no/such/page",
            StatusCode::NOT_FOUND,
            "page at this address",
        ),
        (
            "/instances?layer=imaginary",
            StatusCode::BAD_REQUEST,
            "imaginary",
        ),
        ("/clouds/nowhere", StatusCode::NOT_FOUND, "nowhere"),
        ("/clouds/simulated/teapot", StatusCode::NOT_FOUND, "teapot"),
        (
            "/clouds/simulated/server?owner=nobody",
            StatusCode::BAD_REQUEST,
            "nobody",
        ),
        (
            "/clouds/simulated/server/thing?id=none",
            StatusCode::NOT_FOUND,
            "none",
        ),
        (
            "/compare?a=production-2013&b=nowhere",
            StatusCode::OK,
            "nowhere",
        ),
        (
            "/instances?q=nothing-like-it",
            StatusCode::OK,
            "No instance matches",
        ),
    ] {
        let (found, html) = get(Scene::WebPlatform, address).await;
        assert_eq!(found, status, "{address}");
        assert!(html.contains(word), "{address} does not say {word}");
    }
}

#[tokio::test]
async fn a_refused_form_is_told_with_a_way_back() {
    let refusal = app::Refusal {
        trouble: Trouble {
            what: "The copy was not started".to_owned(),
            why: "there is already an environment called <copy-1>".to_owned(),
            todo: "Choose another name.".to_owned(),
        },
        back: "/environments/production-2014/copy".to_owned(),
        back_to: "the preview".to_owned(),
    };
    // As in the server, whose routes are listed before anything is rendered: that sets the executor
    // of Leptos.
    let _routes = leptos_axum::generate_route_list(app::App);
    let view = move || app::refusal_page(fixture::options(), refusal.clone());
    let render = leptos_axum::render_app_async_with_context(
        fixture::context(world(Scene::WebPlatform)),
        view,
    );
    let request = Request::post("/environments/production-2014/copies")
        .body(Body::empty())
        .unwrap();
    let body = render(request).await.into_body();
    let html = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    for words in [
        "Nothing was changed",
        "The copy was not started",
        "called &lt;copy-1&gt;",
        "Choose another name.",
        "href=\"/environments/production-2014/copy\"",
        "Dashboard",
    ] {
        assert!(html.contains(words), "it does not say {words}");
    }
}

#[tokio::test]
async fn what_somebody_typed_is_never_markup() {
    let (_, html) = get(
        Scene::WebPlatform,
        "/instances?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    )
    .await;
    assert!(!html.contains("<script>alert"), "{html}");
}

#[tokio::test]
async fn every_form_that_changes_something_sends_its_token() {
    for (address, _) in PAGES {
        let (_, html) = get(Scene::WebPlatform, address).await;
        for form in between(&html, "<form", "</form>") {
            if form.contains("method=\"post\"") && !form.contains("action=\"/sign-in\"") {
                assert!(
                    form.contains("name=\"form_token\" value=\"the-form-token\""),
                    "{address}: {form}"
                );
            }
        }
    }
}

#[tokio::test]
async fn pages_keep_their_own_content_security_policy() {
    use sha2::{Digest, Sha256};
    let policy = app::policy::content_security_policy(&fixture::options());
    for (address, _) in PAGES {
        let (_, html) = get(Scene::WebPlatform, address).await;
        let scripts = between(&html, "<script", "</script>");
        assert!(scripts.len() >= 3, "{address}: {scripts:?}");
        for script in scripts {
            let text = script.split_once('>').unwrap().1;
            let hash = base64(&Sha256::digest(text));
            assert!(policy.contains(&hash), "{address} runs {text}");
        }
        assert!(
            !html.contains("<style"),
            "{address} has an inline style sheet"
        );
        assert_eq!(attributes(&html, "style"), [""; 0], "{address}");
        for source in attributes(&html, "src")
            .into_iter()
            .chain(attributes(&html, "href"))
        {
            assert!(!source.contains("//"), "{address} asks elsewhere: {source}");
        }
    }
}

/// Written apart from the pages' own, so that one holds the other.
fn base64(bytes: &[u8]) -> String {
    let bits: Vec<String> = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let bits = bits.concat();
    let mut text: String = bits
        .as_bytes()
        .chunks(6)
        .map(|chunk| {
            let chunk = format!("{:0<6}", std::str::from_utf8(chunk).unwrap());
            let value = u8::from_str_radix(&chunk, 2).unwrap();
            char::from(match value {
                0..26 => b'A' + value,
                26..52 => b'a' + value - 26,
                52..62 => b'0' + value - 52,
                62 => b'+',
                _ => b'/',
            })
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

#[tokio::test]
async fn pages_can_be_read_by_machines_that_read_to_people() {
    for (address, _) in PAGES {
        let (_, html) = get(Scene::WebPlatform, address).await;
        assert_eq!(
            html.matches("<h1").count(),
            1,
            "{address}: one heading of the page"
        );
        assert_eq!(html.matches("<main").count(), 1, "{address}: one main");
        assert!(html.contains("<html lang=\"en\""), "{address}");
        assert!(
            !html.contains("<title></title>") && html.contains("<title>"),
            "{address}"
        );
        let ids = attributes(&html, "id");
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{address} repeats an id: {ids:?}");
        for label in attributes(&html, "for") {
            assert!(
                ids.contains(&label),
                "{address}: label for nothing: {label}"
            );
        }
        for what in ["aria-labelledby", "aria-describedby"] {
            for named in attributes(&html, what) {
                assert!(ids.contains(&named), "{address}: {what} {named}");
            }
        }
        for field in between(&html, "<input", ">")
            .into_iter()
            .chain(between(&html, "<select", ">"))
        {
            if field.contains("type=\"hidden\"") || field.contains("type=\"radio\"") {
                continue;
            }
            let id = attributes(field, "id");
            // A field stands within its label, or a label names it; a second one for the same value
            // says itself what it is.
            let before = &html[..field.as_ptr() as usize - html.as_ptr() as usize];
            let within = before.rfind("<label") > before.rfind("</label>");
            assert!(
                within
                    || !attributes(field, "aria-label").is_empty()
                    || id
                        .first()
                        .is_some_and(|id| html.contains(&format!("for=\"{id}\""))),
                "{address}: a field without a label: {field}"
            );
        }
    }
}
