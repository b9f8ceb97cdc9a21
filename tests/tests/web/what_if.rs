//! A what-if as the server answers it: what a browser works it out from, kept questions beneath, and
//! several losses at once.

use plan::what_if::{Given, what_if};
use reqwest::StatusCode;

use crate::clouds::collect;
use crate::harness::Site;

const WHAT_IF: &str = "/environments/production-2014/what-if";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_what_it_takes_and_no_more() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let answer = ann.get(&format!("{WHAT_IF}.json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let given: Given = serde_json::from_value(answer.json()["given"].take()).unwrap();
    // It comes to what the page says.
    let query = "temporary=2&secondary=yes&lost=any-host&lost=member.db.1";
    let page = ann.page(&format!("{WHAT_IF}?{query}")).await;
    let outcome = what_if(&given.base(), &query.parse().unwrap()).unwrap();
    assert!(page.body.contains("41–46"), "{}", page.body);
    assert_eq!(outcome.all.min.instances, 41);
    let lost = outcome.aftermath.unwrap();
    assert!(
        page.body.contains(&lost.clusters[0].sentence()),
        "{}",
        page.body
    );
    // What instances run, notes, addresses and parameters stay where they are.
    let whole = ann
        .get("/api/v1/environments/production-2014/topology")
        .await;
    for word in ["note", "software", "parameters", "networks", "external"] {
        let key = format!("\"{word}\":");
        assert!(!answer.body.contains(&key), "{word} in {}", answer.body);
    }
    assert!(whole.body.contains("\"note\":"), "the plan has notes");

    let stranger = site.stranger().get(&format!("{WHAT_IF}.json")).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    let nothing = ann.get("/environments/nothing/what-if.json").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_beside_kept_questions_has_the_last_word() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let kept = [
        ("name", "more"),
        ("scenario", "count.storage=9&temporary=1"),
    ];
    ann.submit(WHAT_IF, &kept).await;
    let page = ann.page(&format!("{WHAT_IF}?kept=more")).await;
    assert!(page.body.contains("23–35"), "{}", page.body);
    // As planned, too.
    let page = ann
        .page(&format!("{WHAT_IF}?kept=more&count.storage=2&temporary=0"))
        .await;
    assert!(page.body.contains("14–19"), "{}", page.body);
    assert!(!page.body.contains("23–35"), "{}", page.body);
    // What has no field goes along with the form.
    let page = ann
        .page(&format!("{WHAT_IF}?kept=more&temporary-count.db=3"))
        .await;
    assert_eq!(page.field("temporary-count.db"), "3");
    assert_eq!(page.field("kept"), "more");
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_zones_are_lost_where_it_is_known_what_stands_there() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    collect(&site, &ann).await;
    let what_if = format!("/environments/{name}/what-if");
    let page = ann.page(&what_if).await;
    assert!(
        page.body.contains("zone nova, 9 instances"),
        "{}",
        page.body
    );
    assert!(page.body.contains("host host-1, "), "{}", page.body);
    // All nine stand in one zone, which is known of each.
    let page = ann.page(&format!("{what_if}?lost=zone.nova")).await;
    assert!(page.body.contains("0 of "), "{}", page.body);
    let page = ann
        .page(&format!("{what_if}?lost=host.host-1&lost=host.host-2"))
        .await;
    assert!(page.body.contains("What still stands"), "{}", page.body);
    assert_eq!(page.body.matches("checked").count(), 2, "{}", page.body);
}
