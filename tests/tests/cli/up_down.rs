//! Copies brought up and taken down on the simulated cloud, by a process of their own and with a
//! server at work in the same folder.

use std::process::Stdio;

use chrono::{DateTime, Utc};
use serde_json::Value;
use server::cli::Setup;
use server::installation::{Beginning, Database, Folder, Installation};
use tests::setup::TestSetup;

use crate::program::{AtWork, Place};

const QUICK: [&str; 2] = ["--simulated-build-seconds", "0"];

fn observed(place: &Place, name: &str) -> Vec<String> {
    let shown = place
        .run([
            "show",
            &format!("{name}:observed"),
            "--sizing",
            "planned",
            "--format",
            "json",
        ])
        .json();
    let resources = shown["resources"].as_object().unwrap();
    let instances = resources.keys().filter(|key| key.starts_with("instance/"));
    instances.cloned().collect()
}

fn environment(place: &Place, name: &str) -> Option<Value> {
    let listed = place.run(["environments", "--format", "json"]).json();
    let all = listed["environments"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).cloned()
}

#[test]
fn a_copy_is_planned_brought_up_and_taken_down() {
    let place = Place::new();
    let args = [
        "copy",
        "production-2014",
        "--recipe",
        "temporary",
        "--name",
        "try-1",
    ];
    let ran = place.run(args).ended(0);
    assert!(ran.stdout.contains("understudy up try-1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("can't prove"), "{}", ran.stdout);
    let planned = environment(&place, "try-1").unwrap();
    assert_eq!(planned["observed"], Value::Null);

    let up = [
        &["up", "try-1", "--expires", "2h", "--reason", "a test"][..],
        &QUICK,
    ]
    .concat();
    let ran = place.run(&up).ended(0);
    assert!(
        ran.stdout.contains("try-1: bring up (a test; plan "),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("create instance/db[2]"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("try-1 is up."), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    assert_eq!(observed(&place, "try-1").len(), 9);
    let lease: DateTime<Utc> = environment(&place, "try-1").unwrap()["lease"]["expires_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let planned: DateTime<Utc> = planned["lease"]["expires_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(lease < planned, "two hours end before eight");

    let again = place.run(&up[..2]).ended(0);
    assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);

    let ran = place
        .run([&["down", "try-1"][..], &QUICK].concat())
        .ended(0);
    assert!(ran.stdout.contains("try-1 is gone."), "{}", ran.stdout);
    assert_eq!(environment(&place, "try-1"), None);
}

#[test]
fn a_copy_comes_up_in_one_command_and_tells_programs_every_event() {
    let place = Place::new();
    let recipe = crate::program::example("temporary.yaml");
    let args = [
        "copy",
        "production-2013@1",
        "--recipe",
        &recipe,
        "--name",
        "try-2",
        "--up",
    ];
    let args = [&args[..], &["--expires", "1h", "--format", "json"], &QUICK].concat();
    let ran = place.run(args).ended(0);
    let events: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let numbers: Vec<u64> = events
        .iter()
        .map(|event| event["number"].as_u64().unwrap())
        .collect();
    let counted: Vec<u64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, counted);
    let last = &events.last().unwrap()["what"];
    assert_eq!(last["event"], "ended");
    assert_eq!(last["state"]["state"], "done");
    assert_eq!(observed(&place, "try-2").len(), 9);
}

#[test]
fn what_may_not_be_done_is_refused_and_says_why() {
    let place = Place::new();
    let error = place.run(["up", "production-2014"]).error();
    assert!(error.contains("protected"), "{error}");
    let error = place.run(["down", "production-2014"]).error();
    assert!(error.contains("protected"), "{error}");
    let error = place.run(["up", "gone"]).error();
    assert!(error.contains("called `gone`"), "{error}");
    let error = place.run(["up", "secondary", "--expires", "1h"]).error();
    assert!(error.contains("no lease"), "{error}");
    let copy = [
        "copy",
        "production-2014",
        "--recipe",
        "temporary",
        "--name",
        "try-3",
    ];
    let error = place
        .run([&copy[..], &["--expires", "100d"]].concat())
        .error();
    assert!(error.contains("allows 1 to 72"), "{error}");
    assert_eq!(environment(&place, "try-3"), None);
    place.run(copy).ended(0);
    let error = place.run(copy).error();
    assert!(error.contains("choose another name"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_at_work_does_what_the_command_asks_for() {
    let place = Place::new();
    let folder = Folder::at(place.data()).unwrap();
    let lock = folder.lock().unwrap();
    let mut setup = TestSetup::quick().apply(Setup::default());
    setup.simulated = setup.simulated.without_delays();
    let at_work = Installation::open(&folder, &Database::InFolder, Beginning::Example, setup)
        .await
        .unwrap();
    let engine = at_work.engine.clone();
    let work = tokio::spawn(async move { engine.run().await });

    let copy = [
        "copy",
        "production-2014",
        "--recipe",
        "temporary",
        "--name",
        "try-1",
        "--up",
    ];
    let (place, ran) = tokio::task::spawn_blocking(move || {
        let ran = place.run(copy);
        (place, ran)
    })
    .await
    .unwrap();
    let ran = ran.ended(0);
    assert!(ran.stdout.contains("try-1 is up."), "{}", ran.stdout);
    let store = at_work.engine.store();
    let operations = store.operations(None, 10).await.unwrap();
    assert_eq!(operations.len(), 1);
    assert_eq!(operations[0].state.word(), "done");

    // The server goes in the middle: the command takes over.
    work.abort();
    let mut down = place.command([&["down", "try-1"][..], &QUICK].concat());
    down.stderr(Stdio::inherit());
    let mut down = AtWork::start(down);
    down.until("try-1: take down");
    drop(lock);
    let (_down, gone) = tokio::task::spawn_blocking(move || {
        let gone = down.until("try-1 is gone.");
        (down, gone)
    })
    .await
    .unwrap();
    assert_eq!(gone, "try-1 is gone.");
    at_work.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_up_goes_back_and_says_why() {
    use cloud::simulated::{Fault, Verb, What};
    let place = Place::new();
    place
        .run([
            "copy",
            "production-2014",
            "--recipe",
            "temporary",
            "--name",
            "try-1",
        ])
        .ended(0);
    let folder = Folder::at(place.data()).unwrap();
    let opened = Installation::open(
        &folder,
        &Database::InFolder,
        Beginning::Example,
        Setup::default(),
    )
    .await
    .unwrap();
    let no_host = What::ErrorStatus {
        text: "No valid host was found.".to_owned(),
    };
    let fault = Fault::new(Verb::Create, no_host)
        .key("instance/db[1]")
        .times(100);
    opened.simulated().add_fault(fault).await.unwrap();
    opened.close().await;
    let (place, ran) = tokio::task::spawn_blocking(move || {
        let ran = place.run([&["up", "try-1"][..], &QUICK].concat());
        (place, ran)
    })
    .await
    .unwrap();
    let ran = ran.ended(1);
    assert!(
        ran.stderr.starts_with("error: try-1 failed"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("No valid host was found."),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.lines().count() >= 4, "{}", ran.stderr);
    assert!(observed(&place, "try-1").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let url = tests::postgres::database().await;
    let ran = tokio::task::spawn_blocking(move || {
        let place = Place::new();
        let on = ["--database", &url];
        let copy = [
            "copy",
            "production-2014",
            "--recipe",
            "temporary",
            "--name",
            "try-1",
            "--up",
        ];
        let up = place.run([&copy[..], &QUICK, &on].concat()).ended(0);
        let down = place
            .run([&["down", "try-1"][..], &QUICK, &on].concat())
            .ended(0);
        assert!(!place.data().join("understudy.db").exists());
        (up, down)
    })
    .await
    .unwrap();
    assert!(ran.0.stdout.contains("try-1 is up."), "{:?}", ran.0);
    assert!(ran.1.stdout.contains("try-1 is gone."), "{:?}", ran.1);
}
