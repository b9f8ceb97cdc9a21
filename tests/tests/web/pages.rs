//! Pages: all of them are there, whole, and say about themselves what they must.

use reqwest::StatusCode;

use crate::harness::Site;

const PAGES: [&str; 23] = [
    "/",
    "/environments",
    "/environments/production-2013",
    "/environments/production-2014",
    "/environments/production-2014?layer=planned&revision=1",
    "/environments/production-2014/copy",
    "/environments/production-2014/copy?hours=3&name=mine&reason=why",
    "/environments/secondary/destroy",
    "/instances",
    "/clouds",
    "/clouds/simulated",
    "/clouds/simulated/server",
    "/compare",
    "/environments/production-2014/notes",
    "/prices",
    "/cases",
    "/environments/production-2014/nearest?load=users=3000&sizing=max",
    "/environments/production-2014/what-if?count.db=3&temporary=2&secondary=yes&lost=any-host",
    "/environments/production-2014/runbook?for=upgrade&with=secondary",
    "/environments/production-2013/reports?report=usage&with=production-2014",
    "/compare?a=production-2013&b=production-2014",
    "/operations",
    "/audit?environment=production-2014",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        for path in PAGES {
            let page = ann.page(path).await;
            assert!(page.body.starts_with("<!DOCTYPE html>"), "{path}");
            assert!(
                page.body.trim_end().ends_with("</html>") || page.body.contains("</body>"),
                "{path}"
            );
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
            // No mark is left open.
            assert!(!page.body.contains("value=\"gap"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_tell_browsers_what_they_may_do() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    for path in [
        "/",
        "/api/v1/environments",
        "/nothing",
        "/health",
        "/sign-in",
    ] {
        let answer = ann.get(path).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "private, no-cache");
    }
    let packed = ann.with("accept-encoding", "br").get("/").await;
    assert_eq!(packed.headers["content-encoding"], "br");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_has_its_status() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        for (path, status) in [
            ("/nothing", StatusCode::NOT_FOUND),
            ("/environments/nothing", StatusCode::NOT_FOUND),
            (
                "/environments/production-2014?revision=99",
                StatusCode::NOT_FOUND,
            ),
            ("/environments/nothing/copy", StatusCode::NOT_FOUND),
            (
                "/environments/production-2014/copy?recipe=none",
                StatusCode::NOT_FOUND,
            ),
            ("/cases/nothing", StatusCode::NOT_FOUND),
            ("/environments/nothing/nearest", StatusCode::NOT_FOUND),
            (
                "/environments/production-2014/nearest?load=users",
                StatusCode::BAD_REQUEST,
            ),
            ("/operations/1", StatusCode::NOT_FOUND),
            ("/instances?layer=moon", StatusCode::BAD_REQUEST),
            ("/instances?after=zz", StatusCode::BAD_REQUEST),
        ] {
            // Twice: an error must not be kept as a page.
            for _ in 0..2 {
                let answer = ann.get(path).await;
                assert_eq!(answer.status, status, "{path}: {}", answer.body);
                assert!(answer.header("content-type").starts_with("text/html"));
                assert!(answer.body.contains("<h1"), "{path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_drawn_in_the_colours_that_were_chosen() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let cookie = |theme: &str| {
        let page = ann.clone();
        let theme = theme.to_owned();
        async move {
            page.add_cookie(&format!("theme={theme}"))
                .page("/")
                .await
                .body
        }
    };
    assert!(cookie("dark").await.contains("data-theme=\"dark\""));
    assert!(cookie("light").await.contains("data-theme=\"light\""));
    assert!(!ann.page("/").await.body.contains("data-theme"));
    // Whatever else stands there never gets into a page.
    assert!(!cookie("x\"onload").await.contains("onload"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_is_in_anothers_page() {
    let site = Site::serve(true).await;
    let (ann, bob) = (site.person("ann").await, site.person("bob").await);
    for _ in 0..2 {
        let (anns, bobs) = (ann.page("/").await, bob.page("/").await);
        assert!(anns.body.contains(">ann<") && !anns.body.contains(">bob<"));
        assert!(bobs.body.contains(">bob<") && !bobs.body.contains(">ann<"));
        assert_ne!(anns.field("form_token"), bobs.field("form_token"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_makes_no_sense_can_be_corrected() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page("/compare?a=production-2013&b=nothing").await;
    assert!(page.body.contains("There is no environment “nothing”"));
    assert!(page.body.contains("<select"));
}
