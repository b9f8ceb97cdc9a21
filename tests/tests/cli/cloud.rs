//! `cloud list` and `cloud doctor`, without any cloud: what is configured, what is typed wrong, and
//! what a cloud that can't be reached looks like.

use std::process::Command;

use serde_json::Value;

use crate::program::{Place, Ran};

/// Runs the program where nothing but this file describes clouds.
fn run(place: &Place, clouds: Option<&str>, args: &[&str]) -> Ran {
    let output = command(place, clouds, args).output().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn command(place: &Place, clouds: Option<&str>, args: &[&str]) -> Command {
    let mut command = place.command(args);
    let home = place.file("home", "");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OS_") {
            command.env_remove(name);
        }
    }
    // A file, so that no folder below it can exist.
    command.env("HOME", &home).env("XDG_CONFIG_HOME", &home);
    if let Some(file) = clouds {
        command.env("OS_CLIENT_CONFIG_FILE", file);
    }
    command
}

/// Two clouds, of which one is where nobody listens.
fn clouds(place: &Place) -> String {
    place.file(
        "clouds-of-mine.yaml",
        "clouds:
  mine:
    auth: {auth_url: 'http://127.0.0.1:9/v3', username: me, password: pw-of-mine, project_name: p}
    region_name: North
  unknown: {auth: {auth_url: 'http://127.0.0.1:9/v3'}}
",
    )
}

#[test]
fn the_list_names_what_is_configured_and_where() {
    let place = Place::new();
    let file = clouds(&place);
    let ran = run(&place, Some(&file), &["cloud", "list", "--format", "json"]);
    assert!(!ran.stdout.contains("pw-of-mine"));
    let list = ran.json();
    let names: Vec<&Value> = list["clouds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cloud| &cloud["name"])
        .collect();
    assert_eq!(names, ["simulated", "mine"]);
    let environments = list["clouds"][0]["environments"].as_array().unwrap();
    assert!(environments.contains(&"production-2014".into()));
    let mine = &list["clouds"][1];
    assert_eq!(mine["described_in"], file.as_str());
    assert_eq!(
        (&mine["project"], &mine["region"]),
        (&"p".into(), &"North".into())
    );
    let unusable = list["unusable"][0].as_str().unwrap();
    assert!(unusable.contains("`unknown`"), "{unusable}");
    let text = run(&place, Some(&file), &["cloud", "list"]).ended(0).stdout;
    assert!(text.contains("mine") && text.contains(&file), "{text}");
}

#[test]
fn without_any_the_list_says_where_they_are_looked_for() {
    let place = Place::new();
    let text = run(&place, None, &["cloud", "list"]).ended(0).stdout;
    assert!(text.contains("OS_CLIENT_CONFIG_FILE"), "{text}");
}

#[test]
fn an_unknown_cloud_is_answered_with_those_there_are() {
    let place = Place::new();
    let file = clouds(&place);
    let error = run(&place, Some(&file), &["cloud", "doctor", "other"]).error();
    assert!(
        error.contains("known are mine") && error.contains(&file),
        "{error}"
    );
    let error = run(&place, None, &["cloud", "doctor", "other"]).error();
    assert!(error.contains("~/.config/openstack"), "{error}");
    let error = run(&place, None, &["cloud", "doctor", "simulated"]).error();
    assert!(error.contains("needs no credential"), "{error}");
    assert!(!place.data().exists(), "the doctor needs no data");
}

#[test]
fn a_file_that_makes_no_sense_is_named_as_the_reason() {
    let place = Place::new();
    let file = place.file("broken.yaml", "clouds: [");
    let error = run(&place, Some(&file), &["cloud", "doctor", "mine"])
        .ended(2)
        .stderr;
    assert!(error.contains("clouds.yaml"), "{error}");
}

#[test]
fn a_cloud_that_can_not_be_reached_is_missing_and_recorded() {
    let place = Place::new();
    let file = clouds(&place);
    let folder = place.data().join("recordings");
    let args = [
        "cloud",
        "doctor",
        "mine",
        "--record",
        folder.to_str().unwrap(),
    ];
    let ran = run(&place, Some(&file), &args).ended(1);
    assert!(ran.stdout.starts_with("missing  sign-in"), "{}", ran.stdout);
    assert!(ran.stdout.contains("auth_url"), "{}", ran.stdout);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(files.len(), 1);
    let recorded = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert!(
        recorded.starts_with("{\"understudy_recording\":1,"),
        "{recorded}"
    );
    assert!(!recorded.contains("pw-of-mine"));

    let ran = run(
        &place,
        Some(&file),
        &[&args[..3], &["--format", "json"]].concat(),
    )
    .ended(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["verdict"], "missing");
    assert_eq!(report["checks"][0]["about"], "sign-in");
}

#[test]
fn a_folder_that_can_not_hold_recordings_is_an_error_before_anything() {
    let place = Place::new();
    let file = place.file("file", "");
    let inside = format!("{file}/recordings");
    for command in [&["environments"][..], &["cloud", "doctor", "mine"]] {
        let args = [command, &["--record", &inside]].concat();
        let error = run(&place, Some(&clouds(&place)), &args).error();
        assert!(error.contains(&inside), "{error}");
    }
}
