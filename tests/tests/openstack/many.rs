//! A large cloud is collected in as few calls as there are pages, and in no more memory however many
//! these are.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::Value as Json;
use tests::openstack::{FaultProxy, Lab, PROXIED, Quotas};
use tests::setup::{PEAK, TestSetup, VARIABLE};

use crate::collect::furnish;

/// What a collection in a process of its own came to.
struct Measured {
    /// Peak of its memory in KiB.
    peak: u64,
    /// How many calls listed servers.
    pages: usize,
    /// How many calls there were in all.
    calls: usize,
    told: Json,
}

/// The program in a process of its own, on a new data folder, against the proxied cloud.
async fn measured(proxy: &FaultProxy, clouds: &Path, page: u32) -> Measured {
    let folder = tempfile::tempdir().unwrap();
    let peak = folder.path().join("peak");
    let setup = TestSetup {
        page_size: Some(page),
        ..TestSetup::quick()
    };
    proxy.clear();
    let program = env!("CARGO_BIN_EXE_understudy_under_test");
    let output = tokio::process::Command::new(program)
        .args(["collect", "lab", "--empty", "--format", "json", "--data"])
        .arg(folder.path().join("data"))
        .env(VARIABLE, setup.to_json())
        .env(PEAK, &peak)
        .env("OS_CLIENT_CONFIG_FILE", clouds)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}\n{told}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let told = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    Measured {
        peak: std::fs::read_to_string(&peak).unwrap().parse().unwrap(),
        pages: proxy.count(&Method::GET, "/servers/detail"),
        calls: proxy.calls().len(),
        told,
    }
}

fn count(told: &Json, kind: &str) -> u64 {
    let counts: BTreeMap<String, u64> =
        serde_json::from_value(Json::Array(told["counts"].as_array().unwrap().clone()))
            .map(|pairs: Vec<(String, u64)>| pairs.into_iter().collect())
            .unwrap();
    counts.get(kind).copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_servers_take_as_many_calls_as_pages_and_no_more_memory_than_five_hundred() {
    // Not a divisor: after a last page that is full Nova links another, which is empty.
    const PAGE: u32 = 60;
    let lab = Lab::get().await;
    lab.provide().await;
    let project = lab.project("many", Quotas::default()).await;
    let client = project.client().await;
    let one = furnish(&lab, &client).await;
    let folder = tempfile::tempdir().unwrap();
    let clouds = folder.path().join("clouds.yaml");
    let yaml = project.clouds_yaml("lab", PROXIED, &lab.auth_url(PROXIED));
    std::fs::write(&clouds, yaml).unwrap();
    let proxy = FaultProxy::start(&lab).await;

    let mut figures = Vec::new();
    for many in [500, 2000] {
        // The one that they are like is one of them.
        lab.servers_like(&one, many - 1).await;
        let found = measured(&proxy, &clouds, PAGE).await;
        assert_eq!(count(&found.told, "server"), many as u64, "{}", found.told);
        assert_eq!(
            found.pages,
            many.div_ceil(PAGE as usize),
            "calls for servers"
        );
        figures.push((many, found));
    }
    lab.forget_servers().await;
    let [(_, small), (_, large)] = &figures[..] else {
        panic!("two figures");
    };
    for (many, figure) in &figures {
        println!(
            "{many} servers, {PAGE} a page: {} calls, {} of them pages of servers, {} KiB at most",
            figure.calls, figure.pages, figure.peak
        );
    }
    assert_eq!(
        large.calls - small.calls,
        large.pages - small.pages,
        "nothing else takes more calls"
    );
    // A page of sixty is some 180 KiB of JSON; twenty-five pages more would be 4 MiB as text alone,
    // and several times that as values.
    let growth = large.peak.saturating_sub(small.peak);
    assert!(
        growth < 3 * 1024,
        "{growth} KiB more for twenty-five pages more: {} and {} KiB",
        small.peak,
        large.peak
    );
    project.remove().await;
}
