//! Comparing: what differences are put down to, by whom, and three states side by side.

use reqwest::StatusCode;

use crate::harness::Site;

const PAGE: &str = "/compare?a=production-2013&b=production-2014";
const EXPLAIN: &str = "/compare/explain";

/// The class of a change, and whether a person said so.
fn class_of(compared: &serde_json::Value, key: &str) -> (String, String, bool) {
    let changes = compared["changes"].as_array().unwrap();
    let place = changes.iter().position(|row| row["key"] == key).unwrap();
    let explained = &compared["explained"][place];
    (
        explained["class"].as_str().unwrap().to_owned(),
        explained["why"].as_str().unwrap().to_owned(),
        explained["said"].as_bool().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_put_down_to_what_a_person_says() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let before = ann.page(PAGE).await;
    let unexplained = before.body.find("id=\"class-unexplained\"").unwrap();
    let intended = before.body.find("id=\"class-intended\"").unwrap();
    assert!(
        unexplained < intended,
        "what nobody can account for comes first"
    );

    let compared = ann.json(&format!("/api/v1{PAGE}")).await;
    assert_eq!(class_of(&compared, "mysql").0, "unexplained");
    // The form stands in the row of the change that it is about.
    let row = before.body.find("<code>mysql</code>").unwrap();
    let form = before.body[row..].find("name=\"fingerprint\"").unwrap() + row;
    let value = before.body[form..].split("value=\"").nth(1).unwrap();
    let fingerprint = value.split('"').next().unwrap().to_owned();
    let fields = |class: &'static str, reason: &'static str| {
        [
            (
                "comparison",
                "a=production-2013&b=production-2014".to_owned(),
            ),
            ("fingerprint", fingerprint.clone()),
            ("class", class.to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    let say = async |class, reason| {
        let fields = fields(class, reason);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        ann.submit(EXPLAIN, &fields).await
    };
    let silent = say("intended", " ").await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST, "{}", silent.body);
    let wrong = say("magic", "because").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.body.contains("no class of differences"),
        "{}",
        wrong.body
    );

    say("intended", "MySQL 5.5 was <measured>")
        .await
        .leads_to(PAGE);
    let compared = ann.json(&format!("/api/v1{PAGE}")).await;
    assert_eq!(
        class_of(&compared, "mysql"),
        ("intended".into(), "MySQL 5.5 was <measured>".into(), true)
    );
    let page = ann.page(&format!("{PAGE}&class=intended")).await;
    assert!(
        page.body.contains("MySQL 5.5 was &lt;measured&gt;"),
        "{}",
        page.body
    );
    let log = &site.world.store.audit(None, 1).await.unwrap()[0];
    assert_eq!(log.actor.to_string(), "ann");
    assert_eq!(log.reason, "MySQL 5.5 was <measured>");

    // It is said of this difference and of no other way around.
    let other = ann
        .json("/api/v1/compare?a=production-2014&b=production-2013")
        .await;
    assert!(!class_of(&other, "mysql").2);

    say("", "").await.leads_to(PAGE);
    let compared = ann.json(&format!("/api/v1{PAGE}")).await;
    assert_eq!(class_of(&compared, "mysql").0, "unexplained");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_can_not_be_explained() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let answer = ann
        .submit(
            EXPLAIN,
            &[
                ("comparison", "a=production-2013&b=production-2014"),
                ("fingerprint", "0000"),
                ("class", "drift"),
                ("reason", "because"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    let elsewhere = ann
        .submit(
            EXPLAIN,
            &[
                ("comparison", "https://evil.example/?a=x"),
                ("fingerprint", "0000"),
            ],
        )
        .await;
    assert!(elsewhere.status.is_client_error(), "{}", elsewhere.status);
    assert!(
        !elsewhere.body.contains("evil.example"),
        "{}",
        elsewhere.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_followed_to_where_it_runs() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let compared = ann.json(&format!("/api/v1{PAGE}&by=profile")).await;
    let changes = compared["changes"].as_array().unwrap();
    let wiki = changes
        .iter()
        .find(|row| row["key"] == "mediawiki")
        .unwrap();
    let runs = wiki["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["field"] == "runs on")
        .unwrap();
    assert_eq!(runs["before"], "app ×5");
    assert_eq!(runs["after"], "profile-a ×5");
    let page = ann.page(&format!("{PAGE}&by=profile")).await;
    assert!(page.body.contains("profile-a ×5"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_states_stand_side_by_side() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page(&format!("{PAGE}&c=secondary")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("All three side by side"),
        "{}",
        page.body
    );
    let compared = ann.json(&format!("/api/v1{PAGE}&c=secondary")).await;
    let rows = compared["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["kind"] == "environment")
        .unwrap();
    let kind = row["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["field"] == "kind")
        .unwrap();
    assert_eq!(
        (&kind["base"], &kind["a"], &kind["b"]),
        (
            &"production".into(),
            &"production".into(),
            &"secondary".into()
        )
    );
    let nobody = ann.page(&format!("{PAGE}&c=nobody")).await;
    assert!(nobody.body.contains("nobody"), "{}", nobody.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_differs_as_its_recipe_says() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    let compared = ann
        .json(&format!(
            "/api/v1/compare?a=production-2014&b={name}:planned"
        ))
        .await;
    let explained = compared["explained"].as_array().unwrap();
    assert!(!explained.is_empty());
    for one in explained {
        assert_eq!(one["class"], "intended", "{compared:#}");
        assert_eq!(one["why"], "the recipe temporary says so");
    }
}
