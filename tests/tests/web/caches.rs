//! What is remembered changes nothing but the time taken.

use std::time::Duration;

use server::web::{WebOptions, router};
use tests::world::{example_environment, name};

use crate::harness::{Site, Visitor};

const ADDRESSES: [&str; 14] = [
    "/",
    "/environments",
    "/environments/production-2013",
    "/instances?limit=7",
    "/instances?environment=production-2013&sort=flavor",
    "/compare?a=production-2013&b=production-2014",
    "/compare?a=production-2013&b=production-2014&by=instance&sizing=max",
    "/operations",
    "/audit",
    "/api/v1/environments",
    "/api/v1/environments/production-2014",
    "/api/v1/instances?limit=7",
    "/api/v1/compare?a=production-2013&b=production-2014&by=instance",
    "/api/v1/audit",
];

/// A page without what differs from one session and moment to the next.
async fn stripped(visitor: &Visitor, path: &str) -> String {
    let answer = visitor.get(path).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    let mut body = answer.body.clone();
    for field in ["form_token", "idempotency_key"] {
        let value = if body.contains(&format!("name=\"{field}\"")) {
            answer.field(field)
        } else {
            String::new()
        };
        // A program has no session, and so no token.
        if !value.is_empty() {
            body = body.replace(&value, field);
        }
    }
    // Moments and ages: everything within a time element, and its attributes.
    let mut out = String::new();
    for (index, part) in body.split("<time").enumerate() {
        let part = match index {
            0 => part,
            _ => part.split_once("</time>").map_or(part, |(_, rest)| rest),
        };
        out.push_str(part);
    }
    // The moment at which the page was drawn, for print.
    let (page, foot) = out.split_once("<footer").unwrap_or((&out, ""));
    let foot = foot.split_once("</footer>").map_or("", |(_, rest)| rest);
    assert!(page.len() > 1000 || page.starts_with('{'), "{path}: {page}");
    format!("{page}{foot}")
}

/// Asserts that two answers are the same; tells where they first are not.
#[track_caller]
fn same(a: &str, b: &str, path: &str) {
    if a == b {
        return;
    }
    let at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        let to = (at + 80).min(bytes.len());
        String::from_utf8_lossy(&bytes[at.saturating_sub(80)..to]).into_owned()
    };
    panic!("{path}:\n{}\n{}", around(a), around(b));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_and_without_caches_everything_is_the_same() {
    let site = Site::serve(true).await;
    // A second server on the same engine, which remembers nothing.
    let options = WebOptions {
        caches: false,
        ..WebOptions::default()
    };
    let bare = router(site.world.engine.clone(), options);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, bare).await.unwrap() });
    let robot = site.program().await;
    let mut other = robot.clone();
    other.base = base;
    // Both have heard of their clouds before anything is compared.
    for visitor in [&robot, &other] {
        while visitor.page("/").await.body.contains("was not asked yet") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    for path in ADDRESSES {
        let cold = stripped(&robot, path).await;
        let kept = stripped(&robot, path).await;
        let without = stripped(&other, path).await;
        same(&cold, &kept, path);
        same(&kept, &without, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_seen_by_the_next_request() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let robot = site.program().await;
        for number in 1..=5 {
            let path = "/api/v1/environments";
            let before = robot.json(path).await;
            let page = robot.page("/environments").await;
            let new = format!("new-{number}");
            assert!(!page.body.contains(&new));
            let mut topology = example_environment("production-2014.yaml");
            topology.environment = name(&new);
            site.world.import(topology).await;
            let after = robot.json(path).await;
            assert_eq!(
                after["environments"].as_array().unwrap().len(),
                before["environments"].as_array().unwrap().len() + 1
            );
            assert!(robot.page("/environments").await.body.contains(&new));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_answered_alike() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let first = stripped(&ann, "/instances?limit=7").await;
    let answers = (0..64).map(|_| stripped(&ann, "/instances?limit=7"));
    for answer in futures::future::join_all(answers).await {
        same(&answer, &first, "/instances");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_show_the_same() {
    let database = tests::postgres::database().await;
    let first = Site::serve_as(true, |setup| setup.database = Some(database)).await;
    let second = first.beside().await;
    let ann = first.person("ann").await;
    let robot = first.program().await;
    let mut other = robot.clone();
    other.base.clone_from(&second.base);

    let path = "/environments";
    assert!(!other.page(path).await.body.contains("production-2014-copy"));
    let name = ann.copy().await;
    assert!(other.page(path).await.body.contains(&name));
    // Whichever of them carries it out, both tell how far it is.
    let id = robot.newest_operation(&name).await;
    let (here, there) = tokio::join!(robot.events(&id, 0), other.events(&id, 0));
    assert_eq!(here, there);
    assert_eq!(here.last().unwrap().1["what"]["state"]["state"], "done");
    let instances = format!("/api/v1/instances?environment={name}&layer=observed");
    assert_eq!(robot.json(&instances).await, other.json(&instances).await);
}
