//! Case studies: brought in once, shown to everybody, and every environment beside the nearest.

use reqwest::StatusCode;

use crate::harness::Site;

const CASE: &str = "case: load-test
title: Production under twice its load
source: { by: the team, date: 2014-03-14, link: 'https://example.org/load' }
given: { requests: 8/s }
seen:
  outcome: held
  response: { pages: { p50: 500 ms, p99: 1.5 s } }
topology: production-2013
";

#[tokio::test(flavor = "multi_thread")]
async fn a_case_study_is_brought_in_shown_and_taken_away() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page("/cases").await;
    assert!(page.body.contains("Nobody has brought in"), "{}", page.body);
    // As browsers send the lines of a text.
    let text = CASE.replace('\n', "\r\n");
    ann.submit("/cases", &[("text", &text), ("reason", "for the plan")])
        .await
        .leads_to("/cases/load-test");
    let line = &site.world.store.audit(None, 1).await.unwrap()[0];
    assert_eq!(line.reason, "for the plan");
    assert_eq!(line.before.as_deref(), Some("nothing"));
    assert!(line.after.as_deref().unwrap().contains("load-test"));

    let page = ann.page("/cases").await;
    assert!(page.body.contains("/cases/load-test"), "{}", page.body);
    let page = ann.page("/cases/load-test").await;
    for part in [
        "the team",
        "href=\"https://example.org/load\"",
        "8/s",
        "1.5 s",
        "held",
        "3,330 GiB",
        "memcache",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    // The file has the topology in it, and can be brought in again.
    let file = ann.get("/cases/load-test/case.yaml").await;
    assert_eq!(
        file.header("content-type"),
        "application/yaml; charset=utf-8"
    );
    assert!(
        file.body.contains("environment: production-2013"),
        "{}",
        file.body
    );
    ann.submit("/cases", &[("text", &file.body)])
        .await
        .leads_to("/cases/load-test");
    assert_eq!(ann.get("/cases/load-test/case.yaml").await.body, file.body);

    ann.submit("/cases/load-test/remove", &[("reason", "outdated")])
        .await
        .leads_to("/cases");
    let gone = ann.get("/cases/load-test").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let line = &site.world.store.audit(None, 1).await.unwrap()[0];
    assert_eq!(
        (line.reason.as_str(), line.after.as_deref()),
        ("outdated", Some("nothing"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_case_is_told_and_nothing_is_stored() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    for (from, to, part) in [
        (
            "8/s",
            "many",
            "case.yaml:4: given.requests: `many` is no amount",
        ),
        ("production-2013", "../plan.yaml", "can’t be read from here"),
        (
            "topology: production-2013",
            "",
            "topology: the field is missing",
        ),
    ] {
        let text = CASE.replace(from, to);
        let refused = ann.submit("/cases", &[("text", &text)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        let body = refused.body.replace("&#x27;", "’").replace('\'', "’");
        assert!(body.contains(part), "{to}: {body}");
    }
    let text = CASE.replace("production-2013", "nowhere");
    let refused = ann.submit("/cases", &[("text", &text)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let cases = ann.json("/api/v1/cases").await;
    assert_eq!(cases["cases"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_held_against_what_was_measured() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let page = ann.page("/environments/production-2013/nearest").await;
        assert!(
            page.body.contains("There is no case study"),
            "{}",
            page.body
        );
        ann.submit("/cases", &[("text", CASE)])
            .await
            .leads_to("/cases/load-test");

        let page = ann
            .page("/environments/production-2013/nearest?load=requests=9/s")
            .await;
        for part in [
            "1.0× the vCPU",
            "more than scaled linearly",
            "Measured were requests.",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let beside = ann
            .json("/api/v1/environments/production-2013/nearest?load=requests=8/s")
            .await;
        let one = &beside["nearest"][0];
        assert_eq!(beside["known"], 1);
        assert_eq!(one["case"], "load-test");
        assert_eq!(one["distance"], 0);
        assert_eq!(one["loads"][0]["fit"], "as-measured");
        assert_eq!(one["loads"][0]["here"]["scaled"]["to"], "8/s");
        let other = ann
            .json("/api/v1/environments/production-2014/nearest?sizing=min")
            .await;
        assert!(other["nearest"][0]["distance"].as_u64().unwrap() > 0);
        let listed = ann.json("/api/v1/cases/load-test").await;
        assert_eq!(listed["given"]["requests"], "8/s");
        assert_eq!(listed["by"], "ann");

        let file = ann
            .get("/environments/production-2013/nearest.md?load=requests=9/s")
            .await;
        assert_eq!(file.header("content-type"), "text/markdown; charset=utf-8");
        assert!(
            file.body.contains("Warning, load-test: requests 9/s"),
            "{}",
            file.body
        );
        for (ending, part) in [
            ("wiki", "{|"),
            ("csv", "load-test"),
            ("json", "\"distance\""),
        ] {
            let file = ann
                .get(&format!("/environments/production-2013/nearest.{ending}"))
                .await;
            assert_eq!(file.status, StatusCode::OK);
            assert!(file.body.contains(part), "{ending}: {}", file.body);
        }
        let refused = ann
            .get("/api/v1/environments/production-2013/nearest?load=requests")
            .await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_brings_in_a_case_unsigned() {
    let site = Site::serve(true).await;
    for path in ["/cases", "/cases/load-test/remove"] {
        let answer = site.stranger().post(path, &[("text", CASE)]).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
    }
    assert_eq!(site.world.engine.cases().await.unwrap(), []);
}
