//! Notes and decisions about an environment.

use reqwest::StatusCode;

use crate::harness::Site;

const NOTES: &str = "/environments/production-2014/notes";

/// The fields of a note that only says something.
fn note<'a>(text: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("text", text),
        ("state", "open"),
        ("want", "needed"),
        ("priority", "normal"),
    ];
    for (name, value) in more {
        fields.retain(|(other, _)| other != name);
        fields.push((name, value));
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_decided_and_taken_away() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let empty = ann.page(NOTES).await;
    assert!(
        empty.body.contains("Nobody has written anything yet"),
        "{}",
        empty.body
    );

    let more = [
        ("about", "group/db"),
        ("want", "question"),
        ("link", "https://tracker.example.org/INFR-39"),
    ];
    ann.submit(NOTES, &note("Is there a local <NTP> server?", &more))
        .await
        .leads_to(NOTES);
    let page = ann.page(NOTES).await;
    assert!(
        page.body.contains("Is there a local &lt;NTP> server?")
            || page.body.contains("Is there a local &lt;NTP&gt; server?"),
        "{}",
        page.body
    );
    assert!(page.body.contains("group/db"), "{}", page.body);
    assert!(page.body.contains("Open · 1"), "{}", page.body);
    let id = page.field("id");
    let list = ann
        .get("/environments/production-2014/reports.md?report=open")
        .await;
    assert!(list.body.contains("Is there a local"), "{}", list.body);
    assert!(list.body.contains("1 open, 0 decided"), "{}", list.body);

    let decided = [
        ("id", id.as_str()),
        ("state", "decided"),
        ("outcome", "Yes, at ntp.local"),
    ];
    ann.submit(NOTES, &note("Is there a local NTP server?", &decided))
        .await
        .leads_to(NOTES);
    let page = ann.page(NOTES).await;
    assert!(page.body.contains("Decided · 1"), "{}", page.body);
    assert!(!page.body.contains("Open · 1"), "{}", page.body);
    assert!(page.body.contains("Yes, at ntp.local"), "{}", page.body);

    ann.submit(NOTES, &note("", &[("id", &id)]))
        .await
        .leads_to(NOTES);
    let page = ann.page(NOTES).await;
    assert!(
        page.body.contains("Nobody has written anything yet"),
        "{}",
        page.body
    );
    // Twice is told, and nothing happens.
    let gone = ann.submit(NOTES, &note("", &[("id", &id)])).await;
    assert_eq!(gone.status, StatusCode::BAD_REQUEST, "{}", gone.body);
    let lines = site.world.store.audit(None, 10).await.unwrap();
    let acts: Vec<&str> = lines.iter().take(3).map(|line| line.act.words()).collect();
    assert_eq!(acts, ["erase", "write", "write"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_makes_no_sense_is_refused() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let long = "x".repeat(20_000);
    for (text, more, why) in [
        (" ", ("about", "db"), "A note says something"),
        (long.as_str(), ("about", "db"), "is the most"),
        ("x", ("link", "javascript:alert(1)"), "is no address"),
        ("x", ("state", "perhaps"), "no state of a note"),
        ("x", ("id", "0123"), "not there any more"),
    ] {
        let refused = ann.submit(NOTES, &note(text, &[more])).await;
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "{why}: {}",
            refused.body
        );
        assert!(refused.body.contains(why), "{why}: {}", refused.body);
    }
    let page = ann.page(NOTES).await;
    assert!(
        page.body.contains("Nobody has written anything yet"),
        "{}",
        page.body
    );
    let nowhere = ann
        .submit("/environments/nothing/notes", &note("x", &[]))
        .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}
