//! `/operations/{id}` and its events.

use reqwest::StatusCode;

use crate::harness::Site;

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_order_to_the_end_and_are_resumed() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let name = ann.copy().await;
        let id = ann.newest_operation(&name).await;
        // While it is carried out.
        let events = ann.events(&id, 0).await;
        let numbers: Vec<u64> = events.iter().map(|(number, _)| *number).collect();
        let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, expected);
        let kinds = |event: &serde_json::Value| event["what"]["event"].clone();
        assert_eq!(kinds(&events[0].1), "started");
        assert_eq!(kinds(&events.last().unwrap().1), "ended");
        assert_eq!(events.last().unwrap().1["what"]["state"]["state"], "done");
        let ready = events
            .iter()
            .filter(|(_, event)| {
                event["what"]["state"]["state"] == "done"
                    && event["what"]["key"]
                        .as_str()
                        .is_some_and(|key| key.starts_with("instance/"))
            })
            .count();
        assert_eq!(ready, 9);

        // When it has ended: the rest, and then no more.
        let middle = numbers.len() as u64 / 2;
        let rest = ann.events(&id, middle).await;
        assert_eq!(rest, events[numbers.len() / 2..]);
        let path = format!("/operations/{id}/events?after={}", numbers.len());
        assert_eq!(ann.get(&path).await.status, StatusCode::NO_CONTENT);

        // The same as JSON.
        let one = ann.json(&format!("/api/v1/operations/{id}")).await;
        assert_eq!(one["events"].as_array().unwrap().len(), numbers.len());
        assert_eq!(one["plans"][0]["phase"], "forward");
        assert_eq!(
            one["plans"][0]["steps"].as_array().unwrap().len(),
            one["journal"].as_array().unwrap().len()
        );
        let page = ann.page(&format!("/operations/{id}")).await;
        assert!(page.body.contains("done"));
        assert!(ann.page("/operations").await.body.contains(&id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_can_not_be_made_rolls_back_and_says_why() {
    use cloud::simulated::{Fault, Verb, What};
    use model::key::ResourceKind;

    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let what = What::ErrorStatus {
        text: "No valid host was found".into(),
    };
    let fault = Fault::new(Verb::Create, what)
        .kind(ResourceKind::Instance)
        .times(1000);
    site.world.cloud.add_fault(fault).await.unwrap();
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "rolled-back");
    let page = ann.page(&format!("/environments/{name}")).await;
    assert!(
        page.body.contains("No valid host was found"),
        "{}",
        page.body
    );
    let id = ann.newest_operation(&name).await;
    let answer = ann.submit(&format!("/operations/{id}/resume"), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.body.contains("only a stopped one"),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_not_there_has_no_events() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    for id in ["1", "00000000-0000-0000-0000-000000000000"] {
        let answer = ann.get(&format!("/operations/{id}/events")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
        let answer = ann.submit(&format!("/operations/{id}/resume"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}
