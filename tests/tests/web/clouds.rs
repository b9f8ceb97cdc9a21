//! Clouds: what they hold, and whose that is.

use std::collections::BTreeMap;

use cloud::simulated::ForeignServer;
use model::id::CloudId;
use reqwest::StatusCode;
use serde_json::Value;
use tests::world::{cloud_name, until_collected};

use crate::harness::{Answer, Site, Visitor, encoded};

pub(crate) const CLOUD: &str = "/clouds/simulated";

/// Puts servers of somebody else into the cloud; their ids by name.
pub(crate) async fn foreign(site: &Site) -> BTreeMap<String, CloudId> {
    let mut ids = BTreeMap::new();
    for number in 1..=3_u8 {
        let server = ForeignServer {
            addresses: vec![[192, 0, 2, number].into()],
            metadata: BTreeMap::from([("env".into(), "shop".into())]),
            volumes: vec![(format!("web-0{number}-data"), 20)],
            ..ForeignServer::named(&format!("web-0{number}"))
        };
        ids.insert(server.name.clone(), put(site, server).await);
    }
    let failed = ForeignServer {
        fault: Some("No valid host <b>was</b> found.".into()),
        ..ForeignServer::named("=db01")
    };
    ids.insert("=db01".into(), put(site, failed).await);
    ids
}

pub(crate) async fn put(site: &Site, server: ForeignServer) -> CloudId {
    site.world.cloud.put_foreign_server(server).await.unwrap()
}

/// Has the cloud collected as its button does, and waits until it was.
pub(crate) async fn collect(site: &Site, visitor: &Visitor) {
    visitor
        .submit(&format!("{CLOUD}/collect"), &[])
        .await
        .leads_to(CLOUD);
    until_collected(&*site.world.store, &cloud_name()).await;
}

/// The rows of a list.
pub(crate) async fn rows(visitor: &Visitor, path: &str) -> Vec<Value> {
    let list = visitor.json(path).await;
    list["rows"].as_array().unwrap().clone()
}

/// Asserts that a page is whole and says these.
#[track_caller]
pub(crate) fn says(page: &Answer, texts: &[&str]) {
    assert_eq!(page.body.matches("<h1").count(), 1);
    for text in texts {
        assert!(page.body.contains(text), "no `{text}` in {}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_is_collected_with_a_button_and_browsed() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        foreign(&site).await;
        // Before anybody looked: it is there, nothing is known of it, and nothing is zero.
        says(&ann.page("/clouds").await, &[">never<", "Collect it"]);
        says(
            &ann.page(CLOUD).await,
            &["Nothing is known of it yet.", "Collect now"],
        );

        collect(&site, &ann).await;
        says(
            &ann.page("/clouds").await,
            &["4 foreign", "/clouds/simulated"],
        );
        let page = ann.page(CLOUD).await;
        says(
            &page,
            &["What it holds", "Security groups", "Quotas", "Collections"],
        );
        assert!(!page.body.contains("Nothing is known"), "{}", page.body);

        let page = ann.page(&format!("{CLOUD}/server")).await;
        says(&page, &["web-01", "192.0.2.1", "foreign", "ACTIVE"]);
        assert!(page.body.contains("No valid host &lt;b&gt;was"), "escaped");
        let page = ann.page(&format!("{CLOUD}/server?q=192.0.2.2")).await;
        says(&page, &["web-02", "1 of 4 servers"]);
        assert!(!page.body.contains("web-01"), "{}", page.body);
        let page = ann.page(&format!("{CLOUD}/server?q=nowhere")).await;
        says(&page, &["None of the servers match."]);
        let page = ann.page(&format!("{CLOUD}/snapshot")).await;
        says(&page, &["There are no snapshots."]);
        for kind in model::collection::HeldKind::ALL {
            says(&ann.page(&format!("{CLOUD}/{kind}")).await, &["simulated"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_paged_and_sorted_by_its_address() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    foreign(&site).await;
    collect(&site, &ann).await;
    let mut names = Vec::new();
    let mut path = format!("{CLOUD}/server?sort=name&direction=descending&limit=2");
    loop {
        let page = ann.page(&path).await;
        let shown = page.body.split("<tbody>").nth(1).unwrap();
        let shown = shown.split("</tbody>").next().unwrap();
        let of_page: Vec<&str> = ["web-03", "web-02", "web-01", "=db01"]
            .into_iter()
            .filter(|name| shown.contains(&format!(">{name}</a>")))
            .collect();
        assert_eq!(of_page.len(), 2, "{shown}");
        names.extend(of_page.into_iter().map(str::to_owned));
        let Some(next) = page.body.split("<a ").find(|a| a.contains("rel=\"next\"")) else {
            break;
        };
        let href = next.split("href=\"").nth(1).unwrap();
        path = href.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(names, ["web-03", "web-02", "web-01", "=db01"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_tells_what_the_pages_show() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let robot = site.program().await;
    let ids = foreign(&site).await;
    let before = robot.json("/api/v1/clouds/simulated").await;
    assert_eq!(before["collected_at"], Value::Null);
    collect(&site, &ann).await;

    let clouds = robot.json("/api/v1/clouds").await;
    let one = &clouds["clouds"][0];
    assert_eq!(one["name"], "simulated");
    assert!(one["collected_at"].is_string());
    assert_eq!(one["stale"], false);
    assert_eq!(one["counts"]["server"]["foreign"], 4);
    let cloud = robot.json("/api/v1/clouds/simulated").await;
    assert_eq!(cloud["collections"].as_array().unwrap().len(), 1);

    let list = "/api/v1/clouds/simulated/server";
    let page = robot.json(&format!("{list}?limit=3")).await;
    assert_eq!(page["total"], 4);
    assert_eq!(page["read"]["kind"], "server");
    let next = page["next"].as_str().unwrap();
    let rest = rows(&robot, &format!("{list}?limit=3&after={next}")).await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["name"], "web-03");
    let found = rows(&robot, &format!("{list}?status=ERROR&owner=foreign")).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["fault"], "No valid host <b>was</b> found.");

    let id = encoded(ids["web-01"].as_str());
    let thing = robot.json(&format!("{list}/thing?id={id}")).await;
    assert_eq!(thing["name"], "web-01");
    assert_eq!(thing["versions"].as_array().unwrap().len(), 1);
    let parts = thing["parts"].as_array().unwrap();
    assert!(
        parts.iter().any(|part| part["name"] == "web-01-data"),
        "{parts:?}"
    );
    assert_eq!(thing["guess"]["group"], "web");
    let groups = robot.json("/api/v1/clouds/simulated/groups").await;
    assert_eq!(groups["unassigned"], 4);
    assert_eq!(groups["total"], 2);

    let csv = ann.get(&format!("{CLOUD}/held.csv?kind=server")).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.body.lines().count(), 5, "{}", csv.body);
    assert!(csv.body.contains("'=db01"), "no formula: {}", csv.body);
    let json = ann
        .json(&format!("{CLOUD}/held.json?kind=server&q=web-"))
        .await;
    assert_eq!(json.as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_ours_and_its_parts_with_it() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    foreign(&site).await;
    collect(&site, &ann).await;
    let cloud = ann.json("/api/v1/clouds/simulated").await;
    let servers = &cloud["counts"]["server"];
    assert_eq!(
        (&servers["ours"], &servers["foreign"]),
        (&9.into(), &4.into())
    );
    assert!(cloud["counts"]["port"]["ours"].as_u64().unwrap() >= 9);
    let list = format!("/api/v1/clouds/simulated/server?environment={name}");
    assert_eq!(rows(&ann, &list).await.len(), 9);
    // Ours can't be said to be somebody's, and everything is still as it was planned.
    let of_ours = rows(&ann, &list).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let wish = [("server", of_ours.as_str()), ("environment", "secondary")];
    let answer = ann.submit(&format!("{CLOUD}/assign"), &wish).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    says(&answer, &["can’t be assigned"]);
    let diff = ann
        .json(&format!("/api/v1/compare?a={name}&b={name}:observed"))
        .await;
    assert!(diff.is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_makes_no_sense_says_so() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let robot = site.program().await;
        foreign(&site).await;
        collect(&site, &ann).await;
        for path in [
            "/clouds/nowhere",
            "/clouds/nowhere/server",
            "/clouds/nowhere/groups",
            "/clouds/nowhere/server/thing?id=x",
            "/clouds/simulated/server/thing?id=no-such-id",
            "/clouds/simulated/server/thing",
        ] {
            let page = ann.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
            assert!(page.header("content-type").starts_with("text/html"));
        }
        for path in [
            "/clouds/simulated/teapot",
            "/clouds/simulated/server?owner=everybody",
            "/clouds/simulated/server?after=zz",
            "/clouds/simulated/server?sort=colour",
            "/clouds/simulated/groups?from=yesterday",
        ] {
            let page = ann.get(path).await;
            assert!(
                page.status.is_client_error() && page.body.contains("<h1"),
                "{path}: {} {}",
                page.status,
                page.body
            );
        }
        for (path, status) in [
            ("clouds/nowhere", StatusCode::NOT_FOUND),
            ("clouds/nowhere/server", StatusCode::NOT_FOUND),
            ("clouds/nowhere/held.csv?kind=server", StatusCode::NOT_FOUND),
            ("clouds/simulated/teapot", StatusCode::BAD_REQUEST),
            ("clouds/simulated/server?owner=x", StatusCode::BAD_REQUEST),
            ("clouds/simulated/server/thing", StatusCode::BAD_REQUEST),
            (
                "clouds/simulated/server/thing?id=none",
                StatusCode::NOT_FOUND,
            ),
        ] {
            let answer = robot.get(&format!("/api/v1/{path}")).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/json", "{path}");
        }
    }
}
