//! `serve`: it starts and says where, or it says what is in the way.

use std::net::TcpListener;
use std::process::Stdio;

use server::assets::FRONT_BUILT;
use server::installation::Folder;

use crate::program::{AtWork, Place};

/// A binary without its browser part refuses before anything else; both kinds are tested.
fn refused_for(place: &Place, args: &[&str], parts: &[&str]) {
    let error = place.run(args).error();
    if FRONT_BUILT {
        for part in parts {
            assert!(error.contains(part), "{error}");
        }
    } else {
        assert!(error.contains("SKIP_FRONT"), "{error}");
    }
}

#[test]
fn a_busy_port_is_named_with_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::new();
    refused_for(
        &place,
        &["serve", "--listen", &address],
        &[&address, "--listen"],
    );
}

#[test]
fn a_second_server_on_the_same_folder_is_told_who_is_there() {
    let place = Place::new();
    let lock = Folder::at(place.data()).unwrap().lock().unwrap();
    let process = std::process::id().to_string();
    refused_for(
        &place,
        &["--listen", "127.0.0.1:0"],
        &["another Understudy", &process, "--data FOLDER"],
    );
    drop(lock);
}

#[test]
fn it_serves_signs_in_and_stops_when_told() {
    let place = Place::new();
    let args = ["--listen", "127.0.0.1:0"];
    if !FRONT_BUILT {
        refused_for(&place, &args, &[]);
        assert!(!place.data().exists());
        return;
    }
    let mut command = place.command(args);
    command.stderr(Stdio::inherit());
    let mut server = AtWork::start(command);
    let link = server.until("/sign-in?token=");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let status = runtime.block_on(async {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let first = client.get(&link).send().await.unwrap();
        assert!(first.headers().contains_key("set-cookie"), "{first:?}");
        let again = client.get(&link).send().await.unwrap();
        assert!(!again.headers().contains_key("set-cookie"), "it works once");
        first.status()
    });
    assert!(status.is_redirection(), "{status}");
    // A token that is asked for meanwhile leads to the same server.
    let other = place.run(["token", "--sign-in"]).ended(0).stdout;
    let base = |link: &str| link.split_once("/sign-in").unwrap().0.to_owned();
    assert_eq!(base(&other), base(&link));
    // SIGTERM ends it in good order.
    let pid = server.child.id().to_string();
    let told = std::process::Command::new("kill")
        .arg(&pid)
        .status()
        .unwrap();
    assert!(told.success());
    assert!(server.child.wait().unwrap().success());
    Folder::at(place.data()).unwrap().lock().unwrap();
}
