//! `/api/v1`: shapes and numbers, for a program with a token.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::Site;

fn of<'a>(list: &'a Value, name: &str) -> &'a Value {
    list["environments"]
        .as_array()
        .unwrap()
        .iter()
        .find(|environment| environment["name"] == name)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_have_the_documents_numbers() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let robot = site.program().await;
        let list = robot.json("/api/v1/environments").await;
        let current = of(&list, "production-2013");
        let totals = &current["totals"]["planned"];
        assert_eq!(totals["instances"], 19);
        assert_eq!(totals["vcpus"], 55);
        assert_eq!(totals["ram_mib"], 111 * 1024);
        assert_eq!(totals["disk_gib"], 3330);
        assert_eq!(current["kind"], "production");
        assert!(current["lease"].is_null());
        let full = current["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "critical")
            .count();
        assert_eq!(full, 2, "two file systems of backup are full");
        let planned = of(&list, "production-2014");
        assert_eq!(planned["totals"]["min"]["instances"], 14);
        assert_eq!(planned["totals"]["max"]["instances"], 19);

        let one = robot.json("/api/v1/environments/production-2013").await;
        assert_eq!(one["totals"], current["totals"]);
        assert_eq!(one["revisions"].as_array().unwrap().len(), 1);

        let capacity = robot
            .json("/api/v1/environments/production-2014/capacity")
            .await;
        let categories = &capacity["environments"][0]["categories"];
        let counts = |category: &str| {
            let by = &categories[category];
            (
                by["min"]["instances"].clone(),
                by["max"]["instances"].clone(),
            )
        };
        assert_eq!(counts("application"), (json!(8), json!(8)));
        assert_eq!(counts("infrastructure"), (json!(5), json!(9)));
        assert_eq!(counts("process"), (json!(1), json!(2)));
        assert!(capacity["total"]["planned"]["vcpus"].is_null());

        let state = robot
            .json("/api/v1/environments/production-2013/topology?layer=observed&revision=1")
            .await;
        assert_eq!(state["revision"]["number"], 1);
        let topology: model::Topology = serde_json::from_value(state["topology"].clone()).unwrap();
        assert_eq!(
            topology,
            tests::world::example_environment("production-2013.yaml")
        );
        let recipes = robot.json("/api/v1/recipes").await;
        assert_eq!(recipes["recipes"][0]["recipe"], "temporary");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_is_what_the_command_prints() {
    let site = Site::serve(true).await;
    let robot = site.program().await;
    let path = "/api/v1/compare?a=production-2013&b=production-2014";
    let groups = robot.json(path).await;
    assert_eq!(groups["same"], false);
    assert_eq!(groups["a"]["layer"], "observed");
    assert_eq!(groups["b"]["layer"], "planned");
    let renamed = groups["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["kind"] == "group" && change["key"] == "profile-a")
        .unwrap();
    assert_eq!(renamed["change"], "changed");
    assert_eq!(
        renamed["fields"][0],
        json!({"field": "name", "before": "app", "after": "profile-a"})
    );

    let at = |sizing: &str| format!("{path}&by=instance&sizing={sizing}");
    let (min, max) = (robot.json(&at("min")).await, robot.json(&at("max")).await);
    assert_eq!(min["b"]["totals"]["instances"], 14);
    assert_eq!(max["b"]["totals"]["instances"], 19);
    assert!(max["totals"]["added"].as_u64() > min["totals"]["added"].as_u64());

    let same = robot
        .json("/api/v1/compare?a=production-2014&b=production-2014@1:planned")
        .await;
    assert_eq!(same["same"], true);
    assert_eq!(same["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_says_what_why_and_what_to_do() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let robot = site.program().await;
        for (path, status) in [
            ("/nothing", StatusCode::NOT_FOUND),
            ("/environments/nothing", StatusCode::NOT_FOUND),
            ("/environments/No Name", StatusCode::NOT_FOUND),
            ("/environments/nothing/topology", StatusCode::NOT_FOUND),
            (
                "/environments/production-2014/topology?revision=7",
                StatusCode::NOT_FOUND,
            ),
            (
                "/environments/production-2014/capacity?layer=moon",
                StatusCode::BAD_REQUEST,
            ),
            ("/compare?a=production-2013", StatusCode::BAD_REQUEST),
            (
                "/compare?a=production-2013&b=nothing",
                StatusCode::NOT_FOUND,
            ),
            (
                "/compare?a=production-2013&b=production-2014&sizing=huge",
                StatusCode::BAD_REQUEST,
            ),
            ("/operations?limit=many", StatusCode::BAD_REQUEST),
            ("/operations/1", StatusCode::NOT_FOUND),
            ("/audit?environment=nothing", StatusCode::NOT_FOUND),
        ] {
            let answer = robot.get(&format!("/api/v1{path}")).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/json");
            let error = &answer.json()["error"];
            for part in ["what", "why", "todo"] {
                assert!(!error[part].as_str().unwrap().is_empty(), "{path}: {error}");
            }
        }
        let answer = robot
            .send(reqwest::Method::DELETE, "/api/v1/environments", None)
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.json()["error"]["what"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_the_same_as_a_program() {
    let site = Site::serve(true).await;
    let (ann, robot) = (site.person("ann").await, site.program().await);
    let path = "/api/v1/environments";
    assert_eq!(ann.json(path).await, robot.json(path).await);
    // A program may look at pages too.
    robot.page("/").await;
}
