//! Runbooks and reports: pages that read, and files that say the same.

use reqwest::StatusCode;

use crate::harness::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_runbook_is_a_page_and_a_file() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann
        .page("/environments/production-2014/runbook?for=switch-over&with=secondary")
        .await;
    assert!(page.body.contains("Stage 1"), "{}", page.body);
    assert!(page.body.contains("Promote"), "{}", page.body);
    let file = ann
        .get("/environments/production-2014/runbook.md?for=switch-over&with=secondary")
        .await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/markdown; charset=utf-8");
    assert!(file.body.starts_with("# "), "{}", file.body);
    let book = ann
        .json("/environments/production-2014/runbook.json?for=take-down&sizing=min")
        .await;
    assert_eq!(book["for"], "take-down");

    // One that is about two says so, and the page is still there to choose the other.
    let alone = ann
        .page("/environments/production-2014/runbook?for=switch-over")
        .await;
    assert!(alone.body.contains("only one is named"), "{}", alone.body);
    let refused = ann
        .get("/environments/production-2014/runbook.md?for=switch-over")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wrong in [
        "runbook?for=magic",
        "runbook.md?sizing=huge",
        "reports?report=novel",
    ] {
        let refused = ann
            .get(&format!("/environments/production-2014/{wrong}"))
            .await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let nowhere = ann.get("/environments/nothing/runbook.md").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_what_if_is_in_its_address() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann
        .page("/environments/production-2014/what-if?temporary=1")
        .await;
    assert!(page.body.contains("23–28"), "{}", page.body);
    let page = ann
        .page("/environments/production-2014/what-if?temporary=2&secondary=yes")
        .await;
    // 14–19, two of nine, and nine at the secondary site.
    assert!(page.body.contains("41–46"), "{}", page.body);
    let page = ann
        .page("/environments/production-2014/what-if?lost=member.deployment.1")
        .await;
    assert!(page.body.contains("What still stands"), "{}", page.body);
    for (wrong, why) in [
        ("count.db=many", "is no number"),
        ("count.moon=1", "moon"),
        ("magic=1", "magic"),
    ] {
        let page = ann
            .get(&format!("/environments/production-2014/what-if?{wrong}"))
            .await;
        assert!(page.body.contains(why), "{wrong}: {}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_kept_and_stacked() {
    const WHAT_IF: &str = "/environments/production-2014/what-if";
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let keep = async |name: &str, scenario: &str| {
        ann.submit(
            WHAT_IF,
            &[
                ("name", name),
                ("scenario", scenario),
                ("note", "for <winter>"),
            ],
        )
        .await
    };
    keep("two copies", "temporary=2")
        .await
        .leads_to(&format!("{WHAT_IF}?kept=two+copies"));
    keep("follower", "secondary=yes").await;
    let page = ann
        .page(&format!("{WHAT_IF}?kept=two+copies&kept=follower"))
        .await;
    assert!(page.body.contains("41–46"), "{}", page.body);
    assert!(page.body.contains("for &lt;winter"), "{}", page.body);
    // What is asked beside them has the last word.
    let page = ann
        .page(&format!("{WHAT_IF}?kept=two+copies&temporary=1"))
        .await;
    assert!(page.body.contains("23–28"), "{}", page.body);

    let nothing = ann.get(&format!("{WHAT_IF}?kept=nothing")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    for (name, scenario) in [(" ", "temporary=1"), ("x", "magic=1")] {
        let refused = keep(name, scenario).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    }
    keep("follower", "").await.leads_to(WHAT_IF);
    let page = ann.page(WHAT_IF).await;
    assert!(!page.body.contains("follower"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_table_comes_out_in_every_form() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let copy = ann.copy().await;
    let ask = format!("report=usage&with=production-2014&temporary={copy}");
    let page = ann
        .page(&format!("/environments/production-2013/reports?{ask}"))
        .await;
    for number in ["14–19", "23–28"] {
        assert!(page.body.contains(number), "{number}: {}", page.body);
    }
    for (ending, kind) in [
        ("md", "text/markdown; charset=utf-8"),
        ("wiki", "text/plain; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
    ] {
        let file = ann
            .get(&format!(
                "/environments/production-2013/reports.{ending}?{ask}"
            ))
            .await;
        assert_eq!(file.status, StatusCode::OK, "{ending}: {}", file.body);
        assert_eq!(file.header("content-type"), kind);
        assert!(file.body.contains("28"), "{ending}: {}", file.body);
    }
}
