//! Two servers on one PostgreSQL: the one at work is stopped, the other takes over, the first wakes
//! up again and finds that it is no longer its turn.

use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use model::operation::OperationState;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tests::world::{MOMENTS, Setup, World};

use crate::kill::{serve_until_idle, server};
use crate::verdict;

/// The lease of the executors here, in milliseconds: short, so that nobody waits for long, and long
/// enough for a machine that has much else to do.
const LEASE_MS: u32 = 4_000;

async fn until_stopped(pid: u32) {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // The state is the first field after the name in brackets.
        match stat.rsplit_once(") ").unwrap().1.chars().next() {
            Some('T') => return,
            Some('Z') => panic!("the server ended before it was stopped"),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Whether somebody is in the middle of a transaction on the simulated cloud's file.
async fn is_locked(file: &Path) -> bool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::ZERO);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let locked = match sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
    {
        Ok(_) => false,
        Err(sqlx::Error::Database(error)) if error.message().contains("locked") => true,
        Err(error) => panic!("{error}"),
    };
    connection.close().await.unwrap();
    locked
}

/// A stopped process keeps the lock of the transaction that it is in, and the simulated cloud's
/// file is one for both servers; a real cloud has no such lock. Where the signal met the server
/// in the middle of a listing, the story is told again from the start.
async fn stopped_and_taken_over(fate: &str) {
    for _ in 0..20 {
        if told(fate).await {
            return;
        }
    }
    panic!("{fate}: the cloud's file was locked at each of 20 attempts");
}

/// Tells the story; false where the cloud's file was locked when the server was stopped.
async fn told(fate: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let database = tests::postgres::database().await;
    let setup = Setup {
        database: Some(database.clone()),
        ..Setup::quick(folder.path())
    };
    let cloud_file = setup.simulated.file.clone();
    let world = World::with_webplatform(setup).await;
    let foreign = verdict::put_foreign(&world).await;
    let operation = world.copy("copy-1").await;
    let plan = world
        .store
        .plan(operation, model::operation::Phase::Forward)
        .await
        .unwrap()
        .unwrap();
    let before = world
        .cloud
        .calls()
        .await
        .unwrap()
        .last()
        .map_or(0, |call| call.number);

    let mut first = server(folder.path(), &database, LEASE_MS, fate)
        .spawn()
        .unwrap();
    let pid = first.id().unwrap();
    until_stopped(pid).await;
    if is_locked(&cloud_file).await {
        first.kill().await.unwrap();
        return false;
    }
    let second = server(folder.path(), &database, LEASE_MS, "-");
    serve_until_idle(second, &world, fate).await;
    let done = verdict::effects(&world.cloud.calls_after(before).await.unwrap());

    signal(pid, Signal::CONT);
    // Long enough for whatever it still had in mind.
    tokio::time::sleep(Duration::from_millis(u64::from(LEASE_MS))).await;
    assert!(
        first.try_wait().unwrap().is_none(),
        "{fate}: the first one, awake again, goes on serving"
    );
    first.kill().await.unwrap();

    let state = world.operation(operation).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{fate}: {state:?}\n{}",
        world.log(operation).await
    );
    verdict::complete(&world, &foreign, &plan, fate).await;
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(
        verdict::effects(&calls),
        verdict::foretold(&plan),
        "{fate}: a call was made twice"
    );
    assert_eq!(
        verdict::effects(&calls),
        done,
        "{fate}: the first one did something after it woke"
    );
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_at_work_is_stopped_and_the_other_takes_over() {
    let keys = [
        "network/internal",
        "security-rules/application",
        "volume/storage[1].storage",
        "instance/db[1]",
        "instance/profile-a[1]",
        "volume-attachment/storage[1].storage",
        "floating-ip/profile-a[1]",
    ];
    let fates: Vec<String> = keys
        .iter()
        .flat_map(|key| MOMENTS.map(|(_, word)| format!("stop:{word}:{key}")))
        .collect();
    futures::stream::iter(&fates)
        .map(|fate| stopped_and_taken_over(fate))
        .buffer_unordered(7)
        .collect::<Vec<()>>()
        .await;
    println!(
        "stopped and taken over at {} points, no call made twice",
        fates.len()
    );
}
