//! Stopping and starting an instance from its environment's page.

use model::operation::OperationState;
use reqwest::StatusCode;

use crate::harness::{Answer, Site, Visitor};

/// The form's fields as the page offers them for an instance.
fn button(page: &Answer, instance: &str) -> Option<String> {
    let form = page
        .body
        .split("<form")
        .find(|form| form.contains(&format!("value=\"{instance}\"")))?;
    let power = form.split("name=\"power\" value=\"").nth(1)?;
    Some(power.split('"').next()?.to_owned())
}

/// Sends the form; where it leads.
async fn press(visitor: &Visitor, name: &str, instance: &str, power: &str) -> Answer {
    let fields = [("instance", instance), ("power", power)];
    visitor
        .submit(&format!("/environments/{name}/power"), &fields)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_stopped_and_started_with_a_button() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let name = ann.copy().await;
        assert_eq!(ann.ended(&name).await, "done");
        let page = ann.page(&format!("/environments/{name}")).await;
        assert_eq!(button(&page, "db[2]").as_deref(), Some("stopped"));

        let answer = press(&ann, &name, "db[2]", "stopped").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(answer.header("location").starts_with("/operations/"));
        assert_eq!(ann.ended(&name).await, "done");
        let page = ann.page(&format!("/environments/{name}")).await;
        assert_eq!(button(&page, "db[2]").as_deref(), Some("running"));
        assert_eq!(button(&page, "db[1]").as_deref(), Some("stopped"));
        let observed = format!("/environments/{name}?layer=observed");
        let page = ann.page(&observed).await;
        assert!(page.body.contains("SHUTOFF"), "{}", page.body);
        assert_eq!(button(&page, "db[2]").as_deref(), Some("running"));
        let list = ann
            .json(&format!(
                "/api/v1/instances?environment={name}&layer=observed&group=db"
            ))
            .await;
        let powers: Vec<&str> = list["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["power"].as_str().unwrap())
            .collect();
        assert_eq!(powers, ["running", "stopped"]);

        // Pressed again on a page that is no longer true: there is nothing to do.
        press(&ann, &name, "db[2]", "stopped")
            .await
            .leads_to(&format!("/environments/{name}"));
        press(&ann, &name, "db[2]", "running").await;
        assert_eq!(ann.ended(&name).await, "done");
        let log = ann.page(&format!("/audit?environment={name}")).await;
        assert!(log.body.contains("start"), "{}", log.body);
        assert!(log.body.contains("db[2]"), "{}", log.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_stopped_says_why() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    // Nothing of it is in the cloud, so there is nothing to press.
    let page = ann.page("/environments/production-2014").await;
    assert!(!page.body.contains("/power\""), "{}", page.body);
    let answer = press(&ann, "production-2014", "db[1]", "stopped").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    assert!(answer.body.contains("is protected"), "{}", answer.body);

    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    let answer = press(&ann, &name, "db[9]", "stopped").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(
        answer.body.contains("has no instance db[9]")
            || answer.body.contains("no instance `db[9]`"),
        "{}",
        answer.body
    );
    let answer = press(&ann, &name, "db[1]", "sideways").await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
    let operations = site.world.store.operations(None, 10).await.unwrap();
    assert_eq!(operations.len(), 1);

    // One that is protected and in the cloud shows the button, and why it can't be pressed.
    let environment = site
        .world
        .engine
        .environment(&name.parse().unwrap())
        .await
        .unwrap();
    let planned =
        site.world
            .store
            .revision(environment.id, model::environment::Layer::Planned, None);
    let (_, mut topology) = planned.await.unwrap().unwrap();
    topology.protected = true;
    site.world.import(topology).await;
    let page = ann.page(&format!("/environments/{name}")).await;
    assert!(page.body.contains("nobody can stop or start its instances"));
    assert!(page.body.contains("aria-describedby=\"power-refused\""));
    let operations = site.world.store.operations(None, 10).await.unwrap();
    assert!(matches!(operations[0].state, OperationState::Done { .. }));
}
