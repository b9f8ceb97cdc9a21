//! The file is the cloud: whoever opens it meets the same one.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use cloud::simulated::{Fault, OpenError, Simulated, SimulatedConfig, Verb, What};
use engine::port::{Cloud, CloudError, Detail, NoProbe, Scope, Status};
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::resource::SecurityGroup;
use plan::offers::{Offer, QuotaKind};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::lab::{CountingEntropy, Lab, always, disk, key, public, server};

#[tokio::test]
async fn everything_survives_opening_it_again() {
    let mut lab = Lab::with(|config| SimulatedConfig {
        build: always(5),
        ..config
    })
    .await;
    lab.make_one_of_each().await;
    let late = key(ResourceKind::Instance, "app[2]");
    lab.make(&late, server("app", 2, &["net"])).await;
    lab.cloud
        .set_quota(QuotaKind::Volumes, Some(3))
        .await
        .unwrap();
    let fault = Fault::new(Verb::Delete, What::ServerError).nth(2);
    lab.cloud.add_fault(fault).await.unwrap();
    let before = lab.list().await;
    let offers = lab.cloud.offers(&Offer::every()).await.unwrap();
    let (faults, calls) = (lab.cloud.faults().await.unwrap(), lab.calls().await);

    // The second one is configured otherwise; what was decided stays decided.
    let lab = lab.again(2).await;
    assert_eq!(lab.list().await, before);
    assert_eq!(lab.cloud.offers(&Offer::every()).await.unwrap(), offers);
    assert_eq!(lab.cloud.faults().await.unwrap(), faults);
    assert_eq!(lab.calls().await, calls);
    lab.forward(4);
    assert_eq!(lab.status(&late).await.0, Status::Building);
    lab.forward(1);
    assert_eq!(lab.status(&late).await.0, Status::Ready);
}

#[tokio::test]
async fn what_became_due_while_nobody_looked() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    lab.delete(&key(ResourceKind::Instance, "app[1]"))
        .await
        .unwrap();
    let lab = lab.again(2).await;
    lab.forward(3600);
    let kinds: Vec<ResourceKind> = lab.list().await.iter().map(|found| found.kind).collect();
    assert!(!kinds.contains(&ResourceKind::Instance));
    assert!(!kinds.contains(&ResourceKind::VolumeAttachment));
    assert!(kinds.contains(&ResourceKind::Volume));
}

#[tokio::test]
async fn two_handles_see_each_other() {
    let mut one = Lab::new().await;
    let mut two = one.again(2).await;
    let (a, b) = (
        key(ResourceKind::Volume, "a"),
        key(ResourceKind::Volume, "b"),
    );
    one.make(&a, disk(1)).await;
    two.make(&b, disk(1)).await;
    assert_eq!(one.list().await.len(), 2);
    assert_eq!(one.list().await, two.list().await);
    // A fault that another process sets hits the next call here.
    two.cloud
        .add_fault(Fault::new(Verb::List, What::ServerError))
        .await
        .unwrap();
    assert!(
        one.cloud
            .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
            .await
            .is_err()
    );
    two.cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap();
    let numbers: Vec<u64> = two.calls().await.iter().map(|call| call.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_share_one_quota_and_one_pool() {
    let mut lab = Lab::quick().await;
    lab.make_routed("net", "10.0.0.0/24").await;
    lab.cloud
        .set_quota(QuotaKind::FloatingIps, Some(20))
        .await
        .unwrap();
    let mut handles = Vec::new();
    for source in 2..5 {
        handles.push(Arc::new(lab.again(source).await));
    }
    let mut tasks = Vec::new();
    for (number, handle) in handles.iter().cycle().take(30).enumerate() {
        let handle = handle.clone();
        tasks.push(tokio::spawn(async move {
            let ip = key(ResourceKind::FloatingIp, &number.to_string());
            handle.create(&ip, public("net", None)).await
        }));
    }
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert!(matches!(error, CloudError::Quota { .. }), "{error}"),
        }
    }
    assert_eq!(made, 20);
    let listed = lab.list().await;
    let addresses: BTreeSet<&str> = listed
        .iter()
        .filter(|found| found.kind == ResourceKind::FloatingIp)
        .map(|found| found.name.as_str())
        .collect();
    assert_eq!(addresses.len(), 20, "an address was given twice");
    let calls = lab.calls().await;
    assert!(calls.iter().map(|call| call.number).eq(1..=34));
}

#[tokio::test]
async fn many_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cloud.sqlite");
    let opened = futures_of(8, |n| open(file.clone(), n)).await;
    for answer in opened {
        answer.unwrap();
    }
}

async fn futures_of<F: Future<Output: Send + 'static> + Send + 'static>(
    count: u64,
    make: impl Fn(u64) -> F,
) -> Vec<F::Output> {
    let tasks: Vec<_> = (1..=count).map(|n| tokio::spawn(make(n))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn open(file: std::path::PathBuf, source: u64) -> Result<Simulated, OpenError> {
    let clock = crate::lab::Lab::new().await.clock;
    Simulated::open(
        CloudName::new("simulated").unwrap(),
        SimulatedConfig::at(file),
        clock,
        Arc::new(CountingEntropy::new(source)),
        Arc::new(NoProbe),
    )
    .await
}

async fn sqlite(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_of_before_there_were_types_of_volumes_is_still_read() {
    let lab = Lab::new().await;
    let file = lab.folder.path().join("cloud.sqlite");
    sqlx::raw_sql("DROP TABLE volume_types; PRAGMA user_version = 1")
        .execute(&mut sqlite(&file).await)
        .await
        .unwrap();
    let cloud = open(file, 2).await.unwrap();
    let ssd = "ssd".parse().unwrap();
    cloud.offer_volume_types([&ssd]).await.unwrap();
    let offers = cloud.offers(&Offer::every()).await.unwrap();
    assert_eq!(offers.volume_types, Some([ssd].into()));
}

#[tokio::test]
async fn a_file_that_is_newer_or_not_ours_is_left_alone() {
    let lab = Lab::new().await;
    let file = lab.folder.path().join("cloud.sqlite");
    sqlx::raw_sql("PRAGMA user_version = 99")
        .execute(&mut sqlite(&file).await)
        .await
        .unwrap();
    let error = open(file, 2).await.err().unwrap();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("newer Understudy"), "{error}");

    let other = lab.folder.path().join("other.sqlite");
    let mut connection = sqlite(&other).await;
    sqlx::raw_sql("CREATE TABLE theirs (a INTEGER)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&other).unwrap();
    let error = open(other.clone(), 2).await.err().unwrap();
    assert!(matches!(error, OpenError::NotACloud { .. }), "{error}");
    assert_eq!(std::fs::read(&other).unwrap(), before);

    let text = lab.folder.path().join("notes.txt");
    std::fs::write(&text, "buy milk\n".repeat(200)).unwrap();
    let error = open(text, 2).await.err().unwrap();
    assert!(matches!(error, OpenError::NotACloud { .. }), "{error}");

    let nowhere = lab.folder.path().join("missing/cloud.sqlite");
    let error = open(nowhere, 2).await.err().unwrap();
    assert!(error.to_string().contains("folder"), "{error}");
}

#[tokio::test]
async fn a_call_that_is_cut_off_happened_or_did_not() {
    let lab = Lab::new().await;
    let other = lab.again(2).await;
    let group = |n: usize| key(ResourceKind::SecurityGroup, &n.to_string());
    // Drop the call after it has been polled so many times; sooner or later it comes through.
    let mut cut = 0;
    for polls in 0..40 {
        let key = group(polls);
        let mut call = Box::pin(lab.create(&key, SecurityGroup {}));
        let mut done = false;
        for _ in 0..polls {
            let step = futures_poll(call.as_mut()).await;
            if step {
                done = true;
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        }
        cut += usize::from(!done);
        drop(call);
        // Seen by another handle: the resource and its record are there together, or neither is.
        let made: BTreeSet<Key> = other
            .list()
            .await
            .into_iter()
            .map(|f| f.mark.unwrap().key)
            .collect();
        let told: BTreeSet<Key> = other
            .calls()
            .await
            .into_iter()
            .filter_map(|c| c.key)
            .collect();
        assert_eq!(made, told);
        assert!(!done || made.contains(&key));
        // And this handle sees the same, whatever it had in hand.
        assert_eq!(lab.list().await, other.list().await);
    }
    assert!(cut > 0, "no call was cut off");
}

/// Polls once; whether it is done.
async fn futures_poll<T>(
    mut call: std::pin::Pin<&mut (dyn Future<Output = T> + Send + '_)>,
) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_ready()))
        .await
}

/// Somebody who is in the middle of writing: a process that was stopped there, say.
async fn writer(lab: &Lab) -> SqliteConnection {
    let mut connection = sqlite(&lab.folder.path().join("cloud.sqlite")).await;
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

#[tokio::test]
async fn a_request_that_waited_too_long_has_no_effect() {
    let lab = Lab::new().await;
    for (seconds, made) in [(4, true), (60, false)] {
        let mut other = writer(&lab).await;
        let group = key(ResourceKind::SecurityGroup, &seconds.to_string());
        let mut call = Box::pin(lab.create(&group, SecurityGroup {}));
        assert!(!futures_poll(call.as_mut()).await);
        lab.forward(seconds);
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
        let answer = call.await;
        let dropped = matches!(answer, Err(CloudError::Unanswered(_)));
        assert_eq!((answer.is_ok(), dropped), (made, !made));
    }
    assert_eq!(lab.list().await.len(), 1);
}

#[tokio::test]
async fn an_answer_waits_for_whoever_writes() {
    let mut lab = Lab::new().await;
    lab.make(&key(ResourceKind::SecurityGroup, "a"), SecurityGroup {})
        .await;
    let mut other = writer(&lab).await;
    sqlx::raw_sql("DELETE FROM resources; UPDATE cloud SET version = version + 1")
        .execute(&mut other)
        .await
        .unwrap();
    let mut list = Box::pin(lab.list());
    for _ in 0..10 {
        assert!(!futures_poll(list.as_mut()).await);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    assert!(list.await.is_empty());
}

#[tokio::test]
async fn bad_data_is_named() {
    let mut lab = Lab::new().await;
    let id = lab.make(&key(ResourceKind::Volume, "a"), disk(1)).await;
    let file = lab.folder.path().join("cloud.sqlite");
    sqlx::raw_sql("UPDATE resources SET body = '{}'; UPDATE cloud SET version = version + 1")
        .execute(&mut sqlite(&file).await)
        .await
        .unwrap();
    let error = lab
        .cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap_err();
    assert!(matches!(error, CloudError::Unexpected(_)));
    let words = error.to_string();
    assert!(
        words.contains("resources.body") && words.contains(id.as_str()),
        "{words}"
    );
}
