//! `/environments/{name}` and what is done there: a copy from the click to its end.

use model::file::{Document, parse};
use model::topology::Topology;
use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{Answer, Site, offered};

const FIELDS: [&str; 7] = [
    "form_token",
    "recipe",
    "name",
    "hours",
    "reason",
    "plan_hash",
    "idempotency_key",
];

fn form(page: &Answer) -> Vec<(&'static str, String)> {
    FIELDS.map(|name| (name, offered(page, name))).to_vec()
}

fn with<'a>(
    form: &'a [(&'static str, String)],
    changed: &[(&'static str, &'a str)],
) -> Vec<(&'static str, &'a str)> {
    form.iter()
        .map(|(name, value)| {
            let new = changed.iter().find(|(other, _)| other == name);
            (*name, new.map_or(value.as_str(), |(_, new)| new))
        })
        .collect()
}

const COPIES: &str = "/environments/production-2014/copies";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_comes_with_one_click_and_goes_again() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let page = ann.page("/environments/production-2014").await;
        assert!(page.body.contains("Start this copy"));
        let name = ann.copy().await;
        let environment = format!("/environments/{name}");
        assert!(ann.page("/").await.body.contains(&name));
        ann.page(&environment).await;
        assert_eq!(ann.ended(&name).await, "done");

        let page = ann.page(&environment).await;
        // Nobody is asked to report where nobody says where to.
        let why = "nobody inside has reported";
        assert!(page.body.contains(why), "{}", page.body);
        let list = ann
            .json(&format!(
                "/api/v1/instances?environment={name}&layer=observed"
            ))
            .await;
        assert_eq!(list["total"], 9);
        assert!(
            list["rows"]
                .as_array()
                .unwrap()
                .iter()
                .all(|row| row["facts"]["status"] == "ACTIVE")
        );

        let destroy = format!("/environments/{name}/destroy");
        let question = ann.page(&destroy).await;
        for row in list["rows"].as_array().unwrap() {
            let instance = format!("{}[{}]", row["group"].as_str().unwrap(), row["ordinal"]);
            assert!(question.body.contains(&instance), "{}", question.body);
        }
        let wrong = ann
            .submit(
                &destroy,
                &[("confirm", "another"), ("reason", "enough of it")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("“another” was typed"));
        let back = format!("{destroy}?reason=enough%20of%20it");
        assert!(wrong.body.contains(&back), "{}", wrong.body);
        assert_eq!(ann.page(&back).await.field("reason"), "enough of it");

        let answer = ann
            .submit(&destroy, &[("confirm", &name), ("reason", "enough of it")])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let operation = answer.header("location").to_owned();
        let id = operation.strip_prefix("/operations/").unwrap();
        ann.events(id, 0).await;
        let page = ann.page(&operation).await;
        assert!(page.body.contains("enough of it"));

        // It is gone, and the record of it stays.
        let list = ann.json("/api/v1/environments").await;
        let names: Vec<&str> = list["environments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|environment| environment["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["production-2013", "production-2014", "secondary"]);
        assert!(ann.page("/environments").await.body.contains(&name));
        ann.page(&environment).await;
        let log = ann.json(&format!("/api/v1/audit?environment={name}")).await;
        let acts: Vec<&str> = log["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["act"]["act"].as_str().unwrap())
            .collect();
        assert_eq!(acts, ["take-down", "bring-up", "derive"]);
        assert!(
            log["entries"]
                .as_array()
                .unwrap()
                .iter()
                .all(|entry| entry["actor"]["name"] == "ann")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pressing_twice_starts_one_copy() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let page = ann.page("/environments/production-2014").await;
        let form = form(&page);
        let fields = with(&form, &[]);
        let (first, second) = tokio::join!(ann.post(COPIES, &fields), ann.post(COPIES, &fields));
        first.leads_to("/environments/production-2014-copy");
        second.leads_to("/environments/production-2014-copy");
        let third = ann.post(COPIES, &fields).await;
        third.leads_to("/environments/production-2014-copy");
        assert_eq!(
            site.world.store.operations(None, 10).await.unwrap().len(),
            1
        );

        // Two pages are two clicks, whoever rendered them.
        let key = |page: &Answer| offered(page, "idempotency_key");
        let again = ann.page("/environments/production-2014").await;
        let anew = ann.page("/environments/production-2014").await;
        assert_ne!(key(&again), key(&anew));
        assert_eq!(offered(&again, "name"), "production-2014-copy2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_refused_loses_nothing_that_was_typed() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page("/environments/production-2014").await;
    let form = form(&page);
    for (changed, status, says) in [
        (
            vec![("name", "Not a name")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "can’t be called so",
        ),
        (
            vec![("name", "secondary")],
            StatusCode::CONFLICT,
            "secondary is taken",
        ),
        (
            vec![("plan_hash", "0123456789abcdef")],
            StatusCode::CONFLICT,
            "Reality has changed",
        ),
        (
            vec![("hours", "5000")],
            StatusCode::CONFLICT,
            "out of bounds",
        ),
        (
            vec![("recipe", "nothing")],
            StatusCode::NOT_FOUND,
            "no recipe",
        ),
    ] {
        let mut changed = changed;
        changed.push(("reason", "for the tests & more"));
        changed.push(("idempotency_key", says));
        let answer = ann.post(COPIES, &with(&form, &changed)).await;
        assert_eq!(answer.status, status, "{changed:?} {}", answer.body);
        assert!(answer.body.contains(says), "{changed:?} {}", answer.body);
        let (_, back) = answer
            .body
            .split_once("href=\"/environments/production-2014/copy?")
            .unwrap();
        let back = back.split('"').next().unwrap().replace("&amp;", "&");
        assert!(
            back.contains("reason=for%20the%20tests%20%26%20more"),
            "{back}"
        );
    }
    assert!(
        site.world
            .store
            .operations(None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let back = "/environments/production-2014/copy?recipe=temporary&name=mine&hours=3&reason=a%20b";
    let page = ann.page(back).await;
    assert_eq!(page.field("name"), "mine");
    assert_eq!(page.field("hours"), "3");
    assert_eq!(page.field("reason"), "a b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_extended_as_far_as_it_may() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    let lease = || async {
        let one = ann.json(&format!("/api/v1/environments/{name}")).await;
        one["lease"].clone()
    };
    let before = lease().await;
    let extend = format!("/environments/{name}/extend");
    ann.submit(&extend, &[("hours", "4")])
        .await
        .leads_to(&format!("/environments/{name}"));
    let after = lease().await;
    assert_ne!(before["expires_at"], after["expires_at"]);
    assert_eq!(after["extensions"], 1);
    for hours in ["1000", "4000000000"] {
        let answer = ann.submit(&extend, &[("hours", hours)]).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
        assert!(answer.body.contains("Back to"), "{}", answer.body);
    }
    assert_eq!(lease().await, after);
    let answer = ann
        .submit("/environments/production-2014/extend", &[("hours", "4")])
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("has no lease"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_protected_stays() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let question = ann.page("/environments/production-2014/destroy").await;
    assert!(question.body.contains("protected"), "{}", question.body);
    let answer = ann
        .submit(
            "/environments/production-2014/destroy",
            &[("confirm", "production-2014")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("is protected"), "{}", answer.body);
    assert!(
        site.world
            .store
            .operations(None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_stands_without_its_cloud() {
    use cloud::simulated::{Fault, Verb, What};
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let fault = Fault::new(Verb::Offers, What::ServerError).times(1000);
    site.world.cloud.add_fault(fault).await.unwrap();
    let page = ann.page("/environments/production-2014").await;
    assert!(page.body.contains("Start this copy"), "{}", page.body);
    assert!(page.body.contains("could not be asked"), "{}", page.body);
}

/// Two productions that serve the same name and have the same address.
fn twin(name: &str, host: &str) -> Topology {
    let text = format!(
        "environment: {name}\nkind: production\ncloud: simulated\n\
         profiles: {{ site: {{ category: application, hosts: [{host}] }} }}\n\
         groups: {{ web: {{ category: application, count: 2, placement: spread, profiles: [site] }} }}\n"
    );
    match parse("twin.yaml", &text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_see_the_other_environments() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let told = |answer: &Value| {
            let findings = answer["findings"].as_array().unwrap();
            let mut found = findings
                .iter()
                .filter(|one| one["rule"] == "name-used-twice");
            found
                .next()
                .map(|one| one["what"].as_str().unwrap().to_owned())
        };
        let api = "/api/v1/environments/twin-1";
        site.world.import(twin("twin-1", "shop.example.org")).await;
        assert_eq!(told(&ann.json(api).await), None);
        // Nothing of the first one changes: it is judged anew because of the second.
        site.world.import(twin("twin-2", "shop.example.org")).await;
        let what = told(&ann.json(api).await).unwrap();
        assert_eq!(
            what,
            "shop.example.org is served here and by site of twin-2"
        );
        for page in ["/", "/environments/twin-1"] {
            let page = ann.page(page).await;
            assert!(page.body.contains(&what), "{}", page.body);
        }
        site.world.import(twin("twin-2", "other.example.org")).await;
        assert_eq!(told(&ann.json(api).await), None);
    }
}
