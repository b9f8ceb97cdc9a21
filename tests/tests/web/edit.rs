//! Editing plans: nothing is stored before it is saved, two people who edit at once lose nothing, and
//! what a revision changed can be taken back exactly.

use reqwest::StatusCode;

use crate::harness::{Answer, Site, Visitor};

const EDIT: &str = "/edit?environment=production-2014";
const PLANNED: &str = "/environments/production-2014";

/// The text of a text area of a page.
fn area(page: &Answer, name: &str) -> String {
    let place = page
        .body
        .find(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no area {name} in {}", page.body));
    let rest = &page.body[place..];
    let rest = &rest[rest.find('>').unwrap() + 1..];
    let text = rest.split("</textarea>").next().unwrap();
    let text = text.strip_prefix('\n').unwrap_or(text);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

/// Sends the editor's form as a page shows it, with something changed.
async fn send(who: &Visitor, page: &Answer, changed: &[(&str, &str)]) -> Answer {
    let was = area(page, "was");
    let mut fields = vec![
        ("environment", page.field("environment")),
        ("base", page.field("base")),
        ("open", page.field("open")),
        ("was", was.clone()),
        ("text", area(page, "text")),
    ];
    for (name, value) in changed {
        fields.retain(|(other, _)| other != name);
        fields.push((name, (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    who.submit("/edit", &fields).await
}

async fn planned(who: &Visitor) -> serde_json::Value {
    who.json("/api/v1/environments/production-2014/topology?layer=planned")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_shown_first_and_stored_when_it_is_saved() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let before = planned(&ann).await;
    let page = ann.page(EDIT).await;
    assert!(
        page.body.contains("Nothing is changed yet"),
        "{}",
        page.body
    );

    let shown = send(
        &ann,
        &page,
        &[
            ("group/db/maximum", "6"),
            ("group/profile-b/note", "busy on Mondays"),
        ],
    )
    .await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let text = area(&shown, "text");
    assert!(text.contains("busy on Mondays"), "{text}");
    assert!(
        shown.body.contains("2–4"),
        "what it changes: {}",
        shown.body
    );
    assert!(
        shown.body.contains("2–6"),
        "what it changes: {}",
        shown.body
    );
    assert_eq!(planned(&ann).await, before, "nothing is stored yet");

    let wrong = send(&ann, &shown, &[("text", "environment: ["), ("do", "save")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.body.contains("It can’t be saved like this"),
        "{}",
        wrong.body
    );
    let other = text.replacen("environment: production-2014", "environment: elsewhere", 1);
    let wrong = send(&ann, &shown, &[("text", &other), ("do", "save")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("elsewhere"), "{}", wrong.body);
    assert_eq!(planned(&ann).await, before, "nor where it can't be saved");

    send(
        &ann,
        &shown,
        &[("do", "save"), ("comment", "a sixth <database>")],
    )
    .await
    .leads_to(PLANNED);
    let page = ann.page(PLANNED).await;
    assert!(page.body.contains("planned revision 2"), "{}", page.body);
    assert!(
        page.body.contains("edited by ann: a sixth &lt;database"),
        "{}",
        page.body
    );
    let log = ann.page("/audit").await;
    assert!(log.body.contains("a sixth &lt;database"), "{}", log.body);

    // What it changed is taken back by its exact inverse.
    let page = ann.page(&format!("{EDIT}&back=2")).await;
    assert!(!area(&page, "text").contains("busy on Mondays"));
    send(&ann, &page, &[("do", "save"), ("comment", "no")])
        .await
        .leads_to(PLANNED);
    let compare = ann
        .json("/api/v1/compare?a=production-2014@1:planned&b=production-2014@3:planned")
        .await;
    assert_eq!(compare["same"], true, "{compare}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_at_once_lose_nothing() {
    let site = Site::serve(true).await;
    let (ann, bob) = (site.person("ann").await, site.person("bob").await);
    let (of_ann, of_bob) = (ann.page(EDIT).await, bob.page(EDIT).await);
    let saved = [
        ("group/db/maximum", "6"),
        ("group/memcache/maximum", "3"),
        ("do", "save"),
    ];
    send(&ann, &of_ann, &saved).await.leads_to(PLANNED);

    // Bob changed something else and the same: what only one of them changed is in already.
    let merge = send(
        &bob,
        &of_bob,
        &[
            ("group/db/maximum", "8"),
            ("group/storage/maximum", "4"),
            ("do", "save"),
        ],
    )
    .await;
    assert_eq!(merge.status, StatusCode::CONFLICT, "{}", merge.body);
    assert!(
        merge.body.contains("Two changes contradict each other"),
        "{}",
        merge.body
    );
    assert!(merge.body.contains("group/db count"), "{}", merge.body);
    let by = [
        ("merge-base", merge.field("merge-base")),
        ("merge-theirs", merge.field("merge-theirs")),
    ];
    let mut choice: Vec<(&str, &str)> = by
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    choice.push(("do", "merge"));
    let open = send(&bob, &merge, &choice).await;
    assert!(
        open.body.contains("contradict each other"),
        "nothing was chosen"
    );
    choice.push(("choice/group/db count", "theirs"));

    // Somebody third saves while Bob chooses: that is not lost either.
    let third = ann.page(EDIT).await;
    let saved = [("group/profile-c/maximum", "7"), ("do", "save")];
    send(&ann, &third, &saved).await.leads_to(PLANNED);
    let merged = send(&bob, &merge, &choice).await;
    assert_eq!(merged.status, StatusCode::OK, "{}", merged.body);
    assert_eq!(merged.field("base"), "2");
    let again = send(&bob, &merged, &[("do", "save")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    assert_eq!(again.field("base"), "3");
    send(&bob, &again, &[("do", "save")])
        .await
        .leads_to(PLANNED);
    let state = planned(&bob).await.to_string();
    for count in [
        r#""db":{"category":"infrastructure","count":{"max":6,"min":2,"planned":4}"#,
        r#""memcache":{"category":"infrastructure","count":{"max":3,"min":1,"planned":2}"#,
        r#""storage":{"category":"infrastructure","count":{"max":4,"min":1,"planned":2}"#,
        r#""profile-c":{"category":"application","count":{"max":7,"min":2,"planned":2}"#,
    ] {
        assert!(state.contains(count), "{count} in {state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_planned_from_nothing() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page("/edit?environment=tiny&kind=staging").await;
    assert!(page.body.contains("It is not there yet"), "{}", page.body);
    let page = send(
        &ann,
        &page,
        &[("new/add-group", "web"), ("do", "add-group")],
    )
    .await;
    assert!(page.body.contains("Group web"), "{}", page.body);
    let nameless = send(&ann, &page, &[("new/add-group", ""), ("do", "add-group")]).await;
    assert_eq!(nameless.status, StatusCode::OK);
    assert!(
        nameless.body.contains("is not a group name"),
        "{}",
        nameless.body
    );
    let twice = send(&ann, &page, &[("new/add-group", "web"), ("do", "enter")]).await;
    assert!(
        twice.body.contains("There is a group `web` already"),
        "{}",
        twice.body
    );
    let page = send(&ann, &page, &[("group/web/planned", "3")]).await;
    send(&ann, &page, &[("do", "save")])
        .await
        .leads_to("/environments/tiny");
    let page = ann.page("/environments/tiny").await;
    assert!(page.body.contains("staging"), "{}", page.body);

    // Nobody else's first plan is written over.
    let late = ann.page("/edit?environment=tiny").await;
    let late = send(
        &ann,
        &late,
        &[("base", ""), ("group/web/planned", "9"), ("do", "save")],
    )
    .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(
        late.body.contains("Somebody else was quicker"),
        "{}",
        late.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_muted_is_folded_and_not_gone() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let before = ann.page(PLANNED).await;
    let told = "deployment is a single instance";
    assert!(before.body.contains(told), "{}", before.body);
    assert!(!before.body.contains("1 muted"));
    let page = ann.page(EDIT).await;
    let mute = "mute:\n- rule: single-point-of-failure\n  subject: deployment\n  reason: rebuilt within an hour\n";
    let text = format!("{}{mute}", area(&page, "text"));
    send(&ann, &page, &[("text", &text), ("do", "save")])
        .await
        .leads_to(PLANNED);
    let after = ann.page(PLANNED).await;
    assert!(after.body.contains("1 muted"), "{}", after.body);
    assert!(
        after.body.contains("rebuilt within an hour"),
        "{}",
        after.body
    );
}
