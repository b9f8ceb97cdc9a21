//! `/collectd/…`: hosts tell what they measure. Nobody is signed in; each host's own token in a header is
//! all that counts. What came of it is in the API and on pages. Debian's collectd and Prometheus themselves
//! are heard.

use std::sync::Arc;
use std::time::Duration;

use cloud::prometheus::Prometheus;
use engine::Engine;
use engine::port::Measurement;
use model::file::{Document, parse};
use model::key::Key;
use model::measure::{Metric, Reading, Span, by_minute};
use plan::collectd::configuration;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tests::monitors;

use crate::harness::{Answer, Site, Visitor};

/// Longer than anything here takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

const NAME: &str = "production-2014";

/// Where the host of an instance posts, and its token.
async fn told(site: &Site, group: &str, ordinal: u32) -> (String, String) {
    told_of(site, NAME, group, ordinal).await
}

async fn told_of(site: &Site, name: &str, group: &str, ordinal: u32) -> (String, String) {
    let engine = &site.world.engine;
    let name = name.parse().unwrap();
    let environment = engine.store().environment(&name).await.unwrap().unwrap();
    let group = group.parse().unwrap();
    let key = Key::instance(&group, ordinal);
    (
        Engine::collectd_path(environment.id, &group, ordinal),
        engine.measure_token(environment.id, &key),
    )
}

/// Lists of values as write_http sends them, of now.
fn post(site: &Site, load: &str) -> String {
    let now = site.world.engine.clock().now().timestamp_millis();
    let (seconds, ms) = (now / 1000, now % 1000);
    let list = |plugin: &str, instance: &str, kind: &str, of: &str, values: &str, types: &str| {
        format!(
            "{{\"values\":[{values}],\"dstypes\":[{types}],\"time\":{seconds}.{ms:03},\"interval\":10.000,\
             \"host\":\"x\",\"plugin\":\"{plugin}\",\"plugin_instance\":\"{instance}\",\"type\":\"{kind}\",\
             \"type_instance\":\"{of}\"}}"
        )
    };
    let gauge = "\"gauge\"";
    let lists = [
        list(
            "load",
            "",
            "load",
            "",
            load,
            "\"gauge\",\"gauge\",\"gauge\"",
        ),
        list("df", "srv", "df_complex", "used", "1073741824", gauge),
        list("df", "srv", "df_complex", "free", "3221225472", gauge),
        list("df", "srv", "percent_bytes", "free", "75", gauge),
        list("uptime", "", "uptime", "", "5", gauge),
    ];
    format!("[{}]", lists.join(","))
}

async fn send(visitor: &Visitor, path: &str, token: &str, body: String) -> Answer {
    let host = visitor.with("authorization", &format!("Bearer {token}"));
    host.send(Method::POST, path, Some(body)).await
}

/// What was measured last, by metric and file system.
fn last(answer: &Value, metric: &str, mount: Option<&str>) -> Option<u64> {
    let last = answer["last"].as_array().unwrap();
    let found = last
        .iter()
        .find(|one| one["metric"] == metric && one.get("mount").and_then(Value::as_str) == mount);
    found.map(|one| one["value"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_let_in_by_its_own_token_alone() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let host = site.stranger();
        let (path, token) = told(&site, "db", 1).await;
        let (_, theirs) = told(&site, "db", 2).await;
        let program = site.program().await;
        let body = || post(&site, "0.25,0.5,1");

        let short = &token[..63];
        for wrong in [
            "",
            "x",
            short,
            &theirs,
            &token.to_uppercase(),
            &format!("{token}0"),
        ] {
            for visitor in [&host, &ann] {
                let answer = send(visitor, &path, wrong, body()).await;
                assert_eq!(
                    answer.status,
                    StatusCode::UNAUTHORIZED,
                    "{wrong}: {answer:?}"
                );
                assert_eq!(answer.body, "");
            }
        }
        // A session or a program's token is none; another's host's path is another's.
        for visitor in [&ann, &program, &host] {
            let answer = visitor.send(Method::POST, &path, Some(body())).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        let nobody = uuid::Uuid::from_u128(7);
        let (other, _) = told(&site, "db", 2).await;
        for wrong in [other, format!("/collectd/{nobody}/db/1")] {
            let answer = send(&host, &wrong, &token, body()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        for wrong in ["/collectd", "/collectd/x/db/1", &format!("{path}/{token}")] {
            let answer = send(&host, wrong, &token, body()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        let address = format!("/api/v1/environments/{NAME}/measured/db/1?span=minute");
        assert_eq!(ann.json(&address).await["last"], serde_json::json!([]));

        // It is not for looking at, nor for anything large, nor for anything else.
        let looked = host.get(&path).await;
        assert_eq!(looked.status, StatusCode::METHOD_NOT_ALLOWED);
        let large = send(&host, &path, &token, " ".repeat(300 << 10)).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(large.body.contains("BufferSize"), "{}", large.body);
        let other = send(&host, &path, &token, "PUTVAL a/b/c 1:2".into()).await;
        assert_eq!(other.status, StatusCode::BAD_REQUEST);
        assert!(other.body.contains("Format \"JSON\""), "{}", other.body);

        let anywhere = host.with("origin", "http://elsewhere.example");
        let taken = send(&anywhere, &path, &token, body()).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
        assert!(taken.body.starts_with("5 new samples\n"), "{}", taken.body);
        assert!(
            taken.body.contains("1 left out: in percent"),
            "{}",
            taken.body
        );
        assert!(!taken.headers.contains_key("set-cookie"));

        let program = ann.clone();
        let answer = seen(&program, &address, |answer| {
            last(answer, "load-1", None).is_some()
        })
        .await;
        assert_eq!(last(&answer, "load-1", None), Some(25));
        assert_eq!(last(&answer, "load-15", None), Some(100));
        assert_eq!(last(&answer, "disk-used", Some("/srv")), Some(1024));
        assert_eq!(last(&answer, "disk-available", Some("/srv")), Some(3072));
        assert_eq!(last(&answer, "cpu-busy", None), None);
        assert_eq!(answer["figures"].as_array().unwrap().len(), 5);
        for span in ["hour", "day"] {
            let address = format!("/api/v1/environments/{NAME}/measured/db/1?span={span}");
            let answer = ann.json(&address).await;
            let figures = answer["figures"].as_array().unwrap();
            let load: Vec<_> = figures
                .iter()
                .filter(|one| one["metric"] == "load-1")
                .collect();
            assert_eq!(load.len(), 1, "{answer}");
            assert_eq!(
                (&load[0]["samples"], &load[0]["mean"]),
                (&1.into(), &25.into())
            );
        }
        let wrong = ann
            .get(&format!(
                "/api/v1/environments/{NAME}/measured/db/1?span=week"
            ))
            .await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
        for place in [
            "/audit",
            &format!("/environments/{NAME}/instances/db/1"),
            &address,
        ] {
            let shown = ann.get(place).await;
            assert_eq!(shown.status, StatusCode::OK, "{place}");
            assert!(!shown.body.contains(&token), "{place}");
        }
    }
}

/// Asks until an answer is as it should become; none where it never does.
async fn becomes(visitor: &Visitor, address: &str, is: impl Fn(&Value) -> bool) -> Option<Value> {
    let asked = tokio::time::timeout(PATIENCE, async {
        loop {
            let answer = visitor.json(address).await;
            if is(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    asked.await.ok()
}

async fn seen(visitor: &Visitor, address: &str, is: impl Fn(&Value) -> bool) -> Value {
    becomes(visitor, address, is).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_tells_of_too_many_file_systems_is_told_so() {
    let site = Site::serve(true).await;
    let (path, token) = told(&site, "db", 1).await;
    let body = post(&site, "0.25,0.5,1");
    let mut lists: Vec<Value> = serde_json::from_str(&body).unwrap();
    let df = lists
        .iter()
        .find(|list| list["plugin"] == "df" && list["type_instance"] == "used")
        .unwrap()
        .clone();
    for number in 0..100 {
        let mut one = df.clone();
        one["plugin_instance"] = format!("a-{number:03}").into();
        lists.push(one);
    }
    let body = serde_json::to_string(&lists).unwrap();
    let taken = send(&site.stranger(), &path, &token, body).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    // Load, and 64 of 101 file systems; the one that sorts last is left out with both of its figures.
    assert!(taken.body.starts_with("67 new samples\n"), "{}", taken.body);
    let why = "38 left out: of more file systems than the 64 that are kept of one host";
    assert!(taken.body.contains(why), "{}", taken.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_goes_while_a_server_runs() {
    let site = Site::serve_as(true, |setup| {
        setup.config.forget_every = Duration::from_millis(100);
    })
    .await;
    let store = site.world.engine.store();
    let name = NAME.parse().unwrap();
    let environment = store.environment(&name).await.unwrap().unwrap();
    let then = site.world.engine.clock().now() - chrono::TimeDelta::days(3);
    let measured = [Measurement {
        instance: Key::instance(&"db".parse().unwrap(), 1),
        minutes: by_minute([Reading {
            at: then,
            metric: Metric::Load1,
            value: 5,
        }]),
    }];
    store
        .put_measured(environment.id, &measured, then)
        .await
        .unwrap();
    let since = then - chrono::TimeDelta::days(1);
    let gone = tokio::time::timeout(PATIENCE, async {
        let metric = Metric::Load1;
        let figures = |span| store.measured_in(environment.id, span, &metric, since);
        while !figures(Span::Minute).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(figures(Span::Hour).await.unwrap().len(), 1);
    });
    gone.await.unwrap();
}

/// What kind of file system this machine's root is.
fn root_type() -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
    let root = mounts
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .rfind(|fields| fields[1] == "/");
    root.unwrap()[2].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn collectd_itself_is_heard() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let (path, token) = told(&site, "app", 1).await;
    let url = format!("{}{path}", site.base);
    let text = configuration("app[1]", &url, &token, 1).unwrap();
    // Where tests run in a container, all that there is may be an overlay, or lie in memory.
    let text = text.replace(&format!("|{}|", root_type()), "|");
    let folder = tempfile::tempdir().unwrap();
    let collectd = monitors::collectd(folder.path(), &text);
    let address = format!("/api/v1/environments/{NAME}/measured/app/1?span=minute");
    let all = |answer: &Value| {
        [
            "load-1",
            "load-5",
            "load-15",
            "cpu-busy",
            "memory-used",
            "memory-total",
        ]
        .iter()
        .all(|metric| last(answer, metric, None).is_some())
            && last(answer, "disk-used", Some("/")).is_some()
    };
    let Some(answer) = becomes(&ann, &address, all).await else {
        panic!("collectd was not heard; it says: {}", collectd.said())
    };
    // What it says is what this machine is like.
    let total = last(&answer, "memory-total", None).unwrap();
    let used = last(&answer, "memory-used", None).unwrap();
    let kib: u64 = std::fs::read_to_string("/proc/meminfo")
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(
        total.abs_diff(kib / 1024) * 50 < total,
        "{total} MiB of {kib} KiB"
    );
    assert!(used > 0 && used < total, "{used} of {total}");
    assert!(last(&answer, "cpu-busy", None).unwrap() <= 10_000);
    assert!(!collectd.said().contains(&token), "{}", collectd.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_itself_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let scraping = monitors::Scraping::start(
        folder.path(),
        &[
            "{ instance: db1, environment: production-2014 }",
            "{ instance: \"db2:9100\" }",
            "{ instance: \"nobody.example:9100\" }",
        ],
    );
    let prometheus = Prometheus::at(&scraping.url.parse().unwrap()).unwrap();
    let site = Site::serve_as(true, |setup| {
        setup.config.monitor_every = Duration::from_millis(400);
        setup.monitors = vec![Arc::new(prometheus)];
    })
    .await;
    let ann = site.person("ann").await;
    let address = format!("/api/v1/environments/{NAME}/measured/db/1?span=minute");
    let all = |answer: &Value| {
        let metrics = [
            "load-1",
            "load-5",
            "load-15",
            "cpu-busy",
            "memory-used",
            "memory-total",
        ];
        metrics
            .iter()
            .all(|metric| last(answer, metric, None).is_some())
            && last(answer, "disk-used", Some("/srv/a-b")).is_some()
    };
    let Some(answer) = becomes(&ann, &address, all).await else {
        panic!("Prometheus was not heard; it says: {}", scraping.said())
    };
    let total = last(&answer, "memory-total", None).unwrap();
    assert!(last(&answer, "memory-used", None).unwrap() < total);
    // Of file systems only those that fill.
    for (metric, mount, mib) in [
        ("disk-used", "/", Some(3072)),
        ("disk-available", "/", Some(6144)),
        ("disk-reserved", "/", Some(1024)),
        ("disk-used", "/srv/a-b", Some(1)),
        ("disk-used", "/run", None),
        ("disk-used", "/var/lib/docker/x", None),
    ] {
        assert_eq!(last(&answer, metric, Some(mount)), mib, "{metric} {mount}");
    }

    let done = |answer: &Value| {
        let monitors = answer["monitors"].as_array().unwrap();
        monitors.first().is_some_and(|one| one["unmatched"] == 2)
    };
    let answer = seen(&ann, "/api/v1/monitors", done).await;
    let monitor = &answer["monitors"][0];
    assert_eq!(monitor["name"], scraping.url.as_str());
    assert_eq!(
        (&monitor["trouble"], &monitor["matched"]),
        (&Value::Null, &1.into())
    );
    let why = |target: &str| {
        let named = monitor["named"].as_array().unwrap();
        let found = named.iter().find(|one| one["target"] == target);
        found.unwrap_or_else(|| panic!("{monitor}"))["why"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let several = why("db2:9100");
    assert!(
        several.contains("db[2] of production-2013 or db[2] of production-2014"),
        "{several}"
    );
    assert!(why("nobody.example:9100").contains("no instance has its address"));

    // One that is gone is told as such, and what was measured stays.
    drop(scraping);
    let gone = |answer: &Value| !answer["monitors"][0]["trouble"].is_null();
    let answer = seen(&ann, "/api/v1/monitors", gone).await;
    let trouble = answer["monitors"][0]["trouble"].as_str().unwrap();
    assert!(trouble.contains("see that it runs"), "{trouble}");
    assert!(last(&ann.json(&address).await, "load-1", None).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instances_page_shows_what_was_measured() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = format!("/environments/{NAME}/instances/db/1");
    let before = ann.page(&page).await;
    assert!(
        before.body.contains("Nothing was measured yet."),
        "{}",
        before.body
    );
    assert!(
        before.body.contains("facts collectd production-2014"),
        "{}",
        before.body
    );

    // Of another environment, where an observed state says what was seen in 2013.
    let (path, token) = told_of(&site, "production-2013", "db", 1).await;
    let shown = "/environments/production-2013/instances/db/1";
    let taken = send(&site.stranger(), &path, &token, post(&site, "12.34,5,6")).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    let after = ann.page(shown).await;
    for part in [
        "Load over 1 minute",
        "12.34",
        "class=\"spark\"",
        "Day by day",
        "/srv free",
        "3 GiB",
    ] {
        assert!(after.body.contains(part), "{part}: {}", after.body);
    }
    // What a person stated stays as it was written.
    let stored = ann
        .json("/api/v1/environments/production-2013/topology?layer=observed")
        .await;
    assert!(!stored.to_string().contains("12.34"), "{stored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_another_file_systems_is_not_told_and_the_page_says_so() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let disk = |mount: &str| {
        format!(
            "{{ device: /dev/vdb, mount: {mount}, size: 10 GiB, used: 1 GiB, available: 9 GiB, \
             used_percent: 10 }}"
        )
    };
    let text = format!(
        "environment: disks\nkind: production\nlayer: observed\ngroups:\n  db:\n    category: \
         infrastructure\n    count: 1\n    instances: {{ 1: {{ file_systems: [{}, {}] }} }}\n",
        disk("/s-rv"),
        disk("/s/rv")
    );
    let Document::Environment(topology) = parse("disks.yaml", &text).unwrap() else {
        panic!("a recipe")
    };
    site.world.import(*topology).await;
    let (path, token) = told_of(&site, "disks", "db", 1).await;
    let body = post(&site, "1,2,3").replace(
        "\"plugin_instance\":\"srv\"",
        "\"plugin_instance\":\"s-rv\"",
    );
    let taken = send(&site.stranger(), &path, &token, body).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    let page = ann.page("/environments/disks/instances/db/1").await;
    for part in ["/s-rv and /s/rv stay as they were stated", "/s/rv used"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
}
