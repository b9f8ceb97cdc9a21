//! The power goes while the real OpenStack is being worked on: SIGKILL of the server at random
//! moments of making and taking down; started again, it finishes. Ten times; fifty with
//! `UNDERSTUDY_TESTS_FULL`.

use std::process::Stdio;
use std::time::Duration;

use rand::RngExt;
use tests::openstack::{Lab, Quotas};
use tests::world::until_idle;
use tokio::process::Command;

use crate::small::{begin, complete};
use crate::world::LabWorld;

fn server(world: &LabWorld) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_story_server"));
    command.arg(world.folder.path()).args(["-", "30000", "-"]);
    command
        .env(
            "OS_CLIENT_CONFIG_FILE",
            world.folder.path().join("clouds.yaml"),
        )
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a server until nothing is open; how long that took.
async fn serve_until_idle(world: &LabWorld, story: &str) -> Duration {
    let begun = std::time::Instant::now();
    let mut child = server(world).spawn().unwrap();
    tokio::select! {
        () = until_idle(&*world.store) => {}
        ended = child.wait() => panic!("{story}: the server ended by itself: {ended:?}"),
        () = tokio::time::sleep(Duration::from_mins(4)) => panic!("{story}: it is never done"),
    }
    child.kill().await.unwrap();
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_finishes_when_it_is_started_again() {
    let lab = Lab::get().await;
    let world = LabWorld::open(&lab, "kill", Quotas::default()).await;
    lab.flavor("small", 1, 1024, 10).await;
    let rounds = if crate::pairs::full() { 25 } else { 5 };
    // How long it takes undisturbed.
    let operation = begin(&world).await;
    let making = serve_until_idle(&world, "undisturbed").await;
    world.assert_done(operation, "undisturbed").await;
    let operation = world.take_down("small").await;
    let taking_down = serve_until_idle(&world, "undisturbed").await;
    world.assert_done(operation, "undisturbed").await;

    let mut kills = 0;
    for round in 0..rounds {
        for (what, whole) in [("making", making), ("taking down", taking_down)] {
            let moment = whole.mul_f64(rand::rng().random_range(0.05..0.95));
            let story = format!(
                "round {round}, {what}, killed after {} ms",
                moment.as_millis()
            );
            let operation = match what {
                "making" => begin(&world).await,
                _ => world.take_down("small").await,
            };
            let mut child = server(&world).spawn().unwrap();
            tokio::time::sleep(moment).await;
            child.kill().await.unwrap();
            kills += 1;
            serve_until_idle(&world, &story).await;
            if what == "making" {
                complete(&world, operation, &story).await;
            } else {
                world.assert_done(operation, &story).await;
                world.assert_nothing_left(&story).await;
            }
        }
    }
    println!("killed {kills} times, each time complete or gone afterwards, nothing twice");
    world.close().await;
}
