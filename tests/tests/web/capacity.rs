//! Capacity by date: target dates, reservations, and what a longer lease makes of them.

use chrono::{Days, NaiveDate};
use model::quota::QuotaKind;
use reqwest::StatusCode;
use serde_json::Value;
use tests::world::cloud_name;

use crate::harness::Site;

const CAPACITY: &str = "/capacity";
const RESERVATIONS: &str = "/capacity/reservations";
const TARGETS: &str = "/capacity/targets";
const API: &str = "/api/v1/capacity?days=30";

fn day(site: &Site, after: u64) -> String {
    let today: NaiveDate = site.world.engine.clock().now().date_naive();
    (today + Days::new(after)).to_string()
}

/// What is reserved of vCPUs on a day.
fn reserved(body: &Value, on: &str) -> u64 {
    let spans = body["calendar"]["spans"].as_array().unwrap();
    let span = spans
        .iter()
        .find(|span| span["from"].as_str().unwrap() <= on && on <= span["until"].as_str().unwrap())
        .unwrap_or_else(|| panic!("no {on} in {body:#}"));
    span["figures"]["vcpus"]["reserved"]["known"]
        .as_u64()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_has_a_target_date_and_tells_how_far_it_has_come() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page(CAPACITY).await;
    for words in [
        "No plan has a target date",
        "Nothing is reserved",
        "Too little history",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let by = day(&site, 10);
    let fields = [
        ("environment", "production-2014"),
        ("by", by.as_str()),
        ("note", "before the <contract> ends"),
    ];
    ann.submit(TARGETS, &fields)
        .await
        .leads_to("/capacity#targets");
    let page = ann.page(CAPACITY).await;
    for words in [
        "plan takes effect",
        "0 of ",
        "before the &lt;contract&gt;",
        &by,
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let page = ann.page("/environments/production-2014").await;
    assert!(
        page.body.contains("Target date") && page.body.contains(&format!("{by}: 0 of ")),
        "{}",
        page.body
    );
    let body = ann.json(API).await;
    let target = &body["targets"][0];
    assert_eq!(target["environment"], "production-2014");
    assert_eq!(target["by"], by.as_str());
    assert_eq!(target["progress"]["done"], 0);
    let left = target["progress"]["left"].as_array().unwrap();
    assert_eq!(target["progress"]["of"], left.len());
    let instances = left.iter().filter(|row| row["kind"] == "instance").count();
    assert_eq!(instances, 19);
    let events = body["calendar"]["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .any(|event| event["what"] == "plan-due" && event["on"] == by.as_str()),
        "{body:#}"
    );

    ann.submit(TARGETS, &[("environment", "production-2014"), ("by", "")])
        .await
        .leads_to("/capacity#targets");
    let body = ann.json(API).await;
    assert_eq!(body["targets"], Value::Array(vec![]));
    let lines = site.world.store.audit(None, 2).await.unwrap();
    let acts: Vec<&str> = lines.iter().map(|line| line.act.words()).collect();
    assert_eq!(acts, ["erase", "write"]);
    let wrong = ann
        .submit(
            TARGETS,
            &[("environment", "production-2014"), ("by", "soon")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let nobody = ann
        .submit(TARGETS, &[("environment", "nobody"), ("by", &by)])
        .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_written_counted_and_withdrawn() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let (from, until, after) = (day(&site, 5), day(&site, 6), day(&site, 7));
    let fields = [
        ("what", "the <upgrade>"),
        ("cloud", "simulated"),
        ("vcpus", "7"),
        ("ram_gib", "16"),
        ("from", from.as_str()),
        ("until", until.as_str()),
    ];
    ann.submit(RESERVATIONS, &fields)
        .await
        .leads_to("/capacity#reservations");
    let page = ann.page(CAPACITY).await;
    for words in [
        "the &lt;upgrade&gt;",
        "7 vCPU, 16 GiB memory",
        "reservation begins",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let body = ann.json(API).await;
    assert_eq!(reserved(&body, &from), 7);
    assert_eq!(reserved(&body, &until), 7);
    assert_eq!(reserved(&body, &after), 0);
    assert_eq!(body["reservations"][0]["by"], "ann");

    for (field, value, status, why) in [
        (
            "until",
            day(&site, 1).as_str(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "before it begins",
        ),
        ("vcpus", "many", StatusCode::BAD_REQUEST, "is no amount"),
        ("cloud", "nowhere", StatusCode::BAD_REQUEST, "is no cloud"),
        (
            "week",
            "moonday",
            StatusCode::BAD_REQUEST,
            "no day of the week",
        ),
        ("from", "soon", StatusCode::BAD_REQUEST, "is no day"),
        ("what", " ", StatusCode::BAD_REQUEST, "what it is for"),
        (
            "question",
            "nothing",
            StatusCode::BAD_REQUEST,
            "no question",
        ),
        (
            "question",
            "production-2014/nothing",
            StatusCode::NOT_FOUND,
            "kept question",
        ),
        ("id", "0123", StatusCode::BAD_REQUEST, "not there any more"),
    ] {
        let mut wrong: Vec<(&str, &str)> = fields
            .iter()
            .copied()
            .filter(|(name, _)| *name != field)
            .collect();
        wrong.push((field, value));
        let refused = ann.submit(RESERVATIONS, &wrong).await;
        assert_eq!(refused.status, status, "{why}: {}", refused.body);
        assert!(refused.body.contains(why), "{why}: {}", refused.body);
    }

    let id = page.field("id");
    ann.submit(RESERVATIONS, &[("id", &id)])
        .await
        .leads_to("/capacity#reservations");
    let body = ann.json(API).await;
    assert_eq!(body["reservations"], Value::Array(vec![]));
    assert_eq!(reserved(&body, &from), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_question_reserves_what_it_takes() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    ann.submit(
        "/environments/production-2014/what-if",
        &[("name", "two copies"), ("scenario", "temporary=2")],
    )
    .await
    .leads_to("/environments/production-2014/what-if?kept=two+copies");
    let (from, until) = (day(&site, 5), day(&site, 25));
    let fields = [
        ("what", "rehearsals"),
        ("question", "production-2014/two copies"),
        ("from", from.as_str()),
        ("until", until.as_str()),
        ("week", "Mon"),
    ];
    ann.submit(RESERVATIONS, &fields)
        .await
        .leads_to("/capacity#reservations");
    let body = ann.json(API).await;
    let takes = &body["reservations"][0]["takes"]["simulated"];
    // 19 of production, which is nowhere yet, and twice 9; the copies alone name their flavors.
    assert_eq!(takes["instances"], 37);
    assert_eq!(takes["vcpus"], 52);
    let mondays = (5..=25)
        .filter(|n| reserved(&body, &day(&site, *n)) > 0)
        .count();
    assert_eq!(mondays, 3);
    let page = ann.page(CAPACITY).await;
    assert!(page.body.contains("two copies"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_not_extended_into_what_is_reserved() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    let offers = site.world.engine.offers(&cloud_name()).await.unwrap();
    let limit = offers.quotas[&QuotaKind::Instances].limit.unwrap();
    let all = limit.to_string();
    let (from, until) = (day(&site, 0), day(&site, 9));
    let fields = [
        ("what", "everything"),
        ("cloud", "simulated"),
        ("instances", all.as_str()),
        ("from", from.as_str()),
        ("until", until.as_str()),
    ];
    ann.submit(RESERVATIONS, &fields)
        .await
        .leads_to("/capacity#reservations");
    let extend = format!("/environments/{name}/extend");
    let refused = ann.submit(&extend, &[("hours", "24")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    for words in [
        "instances until",
        "too few, with",
        "withdraw what is reserved",
    ] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let id = ann.page(CAPACITY).await.field("id");
    ann.submit(RESERVATIONS, &[("id", &id)])
        .await
        .leads_to("/capacity#reservations");
    ann.submit(&extend, &[("hours", "24")])
        .await
        .leads_to(&format!("/environments/{name}"));
}
