//! Every page, rendered without a server behind it: complete without JavaScript, valid where it
//! matters, and within its own content security policy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixture;

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use fixture::{Scene, router, world};
use model::operation::Trouble;
use tower::ServiceExt;

const UNDER_WAY: &str = "/operations/00000000-0000-4000-9000-000000000011";
const STOPPED: &str = "/operations/00000000-0000-4000-9000-000000000012";

/// Every page that there is, with what it must say.
const PAGES: &[(&str, &[&str])] = &[
    (
        "/",
        &[
            "Findings",
            "Headroom",
            "production-2013",
            "14–19",
            "Expiring soon",
            "Activity",
        ],
    ),
    ("/sign-in", &["one-time link", "name=\"token\""]),
    (
        "/environments",
        &["production-2014", "14–19", "upgrade-test"],
    ),
    (
        "/environments/production-2013",
        &[
            "Start this copy",
            "3,330 GiB",
            "111 GiB",
            "backup",
            "A copy of it",
            "Revisions",
        ],
    ),
    (
        "/environments/production-2014",
        &[
            "Start this copy",
            "14–19",
            "was app",
            "minimum",
            "planned, maximum",
        ],
    ),
    (
        "/edit?environment=production-2014&open=group:db",
        &["Group db", "dealt out, one each", "Save as a new revision"],
    ),
    (
        "/environments/production-2014/notes",
        &["Nobody has written anything yet", "Write it"],
    ),
    (
        "/capacity?days=60",
        &[
            "rehearsals",
            "plan takes effect",
            "0 of ",
            "changes are left",
            "before the &lt;old&gt;",
            "Too little history: 2 weeks",
            "earliest",
            "chart-limit",
            "name=\"vcpus\"",
            "Withdraw",
        ],
    ),
    (
        "/prices",
        &[
            "From 2014-01-01",
            "holds today",
            "one public address",
            "name=\"csv\"",
        ],
    ),
    (
        "/cases",
        &[
            "as it was &lt;measured&gt;",
            "held",
            "requests",
            "its source bears no date",
            "name=\"text\"",
        ],
    ),
    (
        "/cases/production-2013",
        &[
            "a load test",
            "8/s",
            "p99",
            "1.5 s",
            "As on any day",
            "3,330 GiB",
            "memcache",
            "Take it away",
        ],
    ),
    (
        "/environments/production-2013/nearest?load=requests%3D9%2Fs",
        &[
            "distance 0.",
            "scaled linearly",
            "1.0× the vCPU",
            "more than scaled linearly",
            "How the distance of",
            "name=\"load\"",
        ],
    ),
    (
        "/environments/production-2014/what-if?count.db=3",
        &[
            "Work it out",
            "What there is",
            "name=\"count.db\"",
            "aria-label=\"db, as a slider\"",
            "name=\"lost\"",
            "count.db=3",
        ],
    ),
    (
        "/environments/production-2014/what-if?kept=winter&lost=member.db.1&lost=zone.nova",
        &[
            "name=\"kept\"",
            "(by a kept question)",
            "zone nova",
            "What still stands",
        ],
    ),
    (
        "/environments/production-2014/runbook?sizing=min",
        &["Stage 1", "Done when", "To go back from here"],
    ),
    (
        "/environments/production-2013/reports",
        &["111", "3,330", "MediaWiki"],
    ),
    (
        "/compare?a=production-2013&b=production-2014",
        &["Unexplained", "Intended", "Say why"],
    ),
    (
        "/compare?a=production-2013&b=production-2014&by=profile",
        &["runs on", "profile-a ×5"],
    ),
    (
        "/environments/secondary",
        &["Replicates", "production-2014"],
    ),
    (
        "/environments/rehearsal",
        &[
            "Time left",
            "7 h 58 min left",
            "203.0.113.10",
            "Extend",
            "Destroy",
            "http-equiv=\"refresh\"",
            "it reported ",
            "it was asked to report, and has not",
            "nobody inside has reported",
            "href=\"/environments/rehearsal/instances/profile-a/1\"",
            "action=\"/environments/rehearsal/keys/access\"",
            "SHA256:",
        ],
    ),
    (
        "/environments/rehearsal/instances/profile-a/1",
        &[
            "profile-a[1] of rehearsal",
            "access (SHA256:",
            "apt-get install -y salt-minion",
            "Host keys",
            "Nobody has asked for it yet.",
            "name=\"lines\"",
        ],
    ),
    (
        "/environments/rehearsal/instances/profile-a/1?lines=50",
        &["Cloud-init v. 25.1", "&lt;b&gt;login:", "value=\"50\""],
    ),
    (
        "/environments/rehearsal/instances/profile-a/1?lines=2",
        &["It was taken away; this was kept "],
    ),
    (
        "/environments/rehearsal/instances/profile-a/1?lines=1",
        &["There is nothing to read.", "it offers no console"],
    ),
    (
        "/environments/rehearsal/destroy",
        &["name=\"confirm\"", "profile-a[1]", "Stays"],
    ),
    (
        "/environments/production-2014/copy",
        &[
            "Start the copy",
            "can’t prove",
            "Proof",
            "name=\"plan_hash\"",
            "name=\"idempotency_key\"",
        ],
    ),
    (
        "/instances",
        &[
            "aria-sort=\"ascending\"",
            "app[3]",
            "instances.csv",
            "instances match",
        ],
    ),
    (
        "/instances?q=memcache&sort=host-name&direction=descending",
        &["aria-sort=\"descending\"", "memcache[2]"],
    ),
    (
        "/compare?a=production-2013&b=production-2014",
        &[
            "Totals, as planned",
            "profile-a",
            "was <code>app</code>",
            "are the same in both and not shown",
        ],
    ),
    (
        "/compare?a=production-2013&b=production-2014&by=instance&show=removed",
        &["resource by resource", "change-removed"],
    ),
    (
        "/clouds",
        &[
            "a simulated cloud",
            "stale",
            ">never<",
            "Collect it",
            "1 ours, 1 assigned, 5 foreign, 1 elsewhere",
            "in part",
            "snapshots",
            "Quotas",
        ],
    ),
    (
        "/clouds/simulated",
        &[
            "every 15 min",
            "reading volumes: 150 so far",
            "3 of 17 kinds",
            "http-equiv=\"refresh\"",
            "answered 503",
            "compute-1",
            "21 of 60 → 24 of 60",
            "schedule",
        ],
    ),
    (
        "/clouds/lab",
        &["Nothing is known of it yet", "Collect now"],
    ),
    (
        "/clouds/simulated/server",
        &[
            "held.csv?kind=server",
            "aria-sort=\"ascending\"",
            "No valid host was found",
            "not seen",
            "db[1]",
            "elsewhere",
        ],
    ),
    (
        "/clouds/simulated/server?owner=foreign&q=web",
        &["4 of 8 servers", "prod-web-1"],
    ),
    ("/clouds/simulated/router", &["There are no routers"]),
    (
        "/clouds/simulated/server/thing?id=00000000-0000-4000-a000-000000000002",
        &[
            "It looks like web[1], by its name",
            "ubuntu-12.04 (i1)",
            "BUILD → ACTIVE",
            "web-01-data",
            "Assign",
        ],
    ),
    (
        "/clouds/simulated/server/thing?id=00000000-0000-4000-a000-000000000005",
        &[
            "A person said so",
            "Correct",
            "It belongs to nobody we know",
        ],
    ),
    (
        "/clouds/simulated/groups",
        &[
            "<code>web</code>",
            "web-01 as web[1]",
            "by metadata `group`",
            "looks like prod",
            "name prefix db",
            "Take it back",
            "Make a rule",
        ],
    ),
    ("/operations", &["bring up", "stopped", "running"]),
    (
        UNDER_WAY,
        &[
            "Steps",
            "getting ready",
            "<progress",
            "http-equiv=\"refresh\"",
            "Log",
        ],
    ),
    (
        STOPPED,
        &["No valid host was found", "What to do", "Take it up again"],
    ),
    (
        "/audit",
        &[
            "derive copy",
            "try the upgrade before Friday",
            "command line",
        ],
    ),
];

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
