//! What instances say: who is asked, what counts of it, and what is kept.

use engine::port::{Asked, Claim, JournalWrite, KeptConsole, Said, Store, StoreError};
use engine::secret::InstallationSecret;
use model::act::Act;
use model::id::InstallationId;
use model::key::Key;
use model::operation::{OperationState, Phase};
use store::SqlStore;
use uuid::Uuid;

use crate::harness::{
    Database, at, audit, claim, claimed, end, environment_id, on_both, operation, operation_id,
};

on_both! {
    a_secret_is_made_once_and_shared
    an_instance_is_asked_and_reports_once
    who_is_asked_anew_has_not_reported
    who_is_asked_the_same_again_may_have_reported
    of_two_reports_at_once_one_is_the_first
    the_last_console_is_kept
    an_act_that_changes_nothing_else_is_in_the_log
}

fn key(name: &str) -> Key {
    format!("instance/{name}").parse().unwrap()
}

fn asked(attempt: u32) -> Asked {
    Asked {
        operation: operation_id(1),
        phase: Phase::Forward,
        attempt,
    }
}

fn said(name: &str) -> Said {
    Said {
        host_name: Some(name.into()),
        fqdn: None,
        instance_id: Some("i-1".into()),
        host_keys: vec!["ssh-ed25519 AAAA".into(), "ssh-rsa BBBB \"'\\".into()],
    }
}

/// Writes as an executor does.
async fn write(
    store: &SqlStore,
    claim: Claim,
    seconds: i64,
    asked: Vec<(Key, Option<Asked>)>,
    consoles: Vec<(Key, KeptConsole)>,
) {
    let write = JournalWrite {
        asked,
        consoles,
        ..JournalWrite::default()
    };
    store.record(claim, at(seconds), write).await.unwrap();
}

/// Reports on the instance of the claimed environment.
async fn put(store: &SqlStore, instance: &Key, attempt: u32, seconds: i64, name: &str) -> bool {
    let (environment, asked) = (environment_id(1), asked(attempt));
    let put = store.put_report(environment, instance, &asked, at(seconds), said(name));
    put.await.unwrap()
}

async fn a_secret_is_made_once_and_shared(database: Database) {
    let stores = [database.open().await, database.open().await];
    let offered = ["a", "b", "c"].map(|digit| digit.repeat(64));
    let secrets = offered
        .each_ref()
        .map(|text| InstallationSecret::from_hex(text).unwrap());
    // It is kept beside the installation's id, which comes first.
    let early = stores[0].installation_secret(secrets[0].clone()).await;
    assert!(matches!(early, Err(StoreError::Missing(_))), "{early:?}");
    let id = InstallationId::from_uuid(Uuid::from_u128(1));
    stores[0].installation(id).await.unwrap();
    let first = stores[0].installation_secret(secrets[0].clone()).await;
    assert_eq!(first.unwrap(), secrets[0]);
    for store in &stores {
        let other = store.installation_secret(secrets[1].clone()).await;
        assert_eq!(other.unwrap(), secrets[0]);
    }
    let later = database.open().await;
    let third = later.installation_secret(secrets[2].clone()).await;
    assert_eq!(third.unwrap(), secrets[0]);

    // Of many that begin at once, all have the same.
    database
        .execute("UPDATE installation SET secret = NULL")
        .await;
    let begun = (0..6_u8).map(|number| {
        let store = &stores[usize::from(number % 2)];
        let text = format!("{number}").repeat(64);
        store.installation_secret(InstallationSecret::from_hex(&text).unwrap())
    });
    let all = futures::future::join_all(begun).await;
    let all: Vec<InstallationSecret> = all.into_iter().map(Result::unwrap).collect();
    assert!(all.iter().all(|one| *one == all[0]));
}

async fn an_instance_is_asked_and_reports_once(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let (one, two) = (key("app[1]"), key("app[2]"));
    assert!(store.reports(environment.id).await.unwrap().is_empty());
    assert_eq!(store.report(environment.id, &one).await.unwrap(), None);
    let ask = vec![(one.clone(), Some(asked(1))), (two.clone(), Some(asked(2)))];
    write(&store, held, 20, ask, Vec::new()).await;
    let reports = store.reports(environment.id).await.unwrap();
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[&two].asked, asked(2));
    assert_eq!(reports[&two].asked_at, at(20));
    assert_eq!(reports[&two].reported_at, None);
    assert_eq!(reports[&two].said, Said::default());

    let version = store.version().await.unwrap();
    // Another making of it, another phase, another instance, another environment.
    let back = Asked {
        phase: Phase::Rollback,
        ..asked(2)
    };
    let elsewhere = Asked {
        operation: operation_id(2),
        ..asked(2)
    };
    for (id, instance, which) in [
        (environment.id, &two, asked(1)),
        (environment.id, &two, back),
        (environment.id, &two, elsewhere),
        (environment.id, &key("app[3]"), asked(2)),
        (environment_id(9), &two, asked(2)),
    ] {
        let put = store.put_report(id, instance, &which, at(30), said("x"));
        assert!(!put.await.unwrap(), "{which:?}");
    }
    assert_eq!(store.reports(environment.id).await.unwrap(), reports);
    assert_eq!(store.version().await.unwrap(), version, "nothing was shown");

    assert!(put(&store, &two, 2, 30, "two").await);
    assert!(store.version().await.unwrap() > version);
    assert!(!put(&store, &two, 2, 40, "other").await);
    let report = store.report(environment.id, &two).await.unwrap().unwrap();
    assert_eq!(report.reported_at, Some(at(30)));
    assert_eq!(report.said, said("two"));

    // Nobody is asked under this key any more.
    write(&store, held, 50, vec![(two.clone(), None)], Vec::new()).await;
    let left = store.reports(environment.id).await.unwrap();
    assert_eq!(left.into_keys().collect::<Vec<_>>(), [one]);
    assert!(!put(&store, &two, 2, 60, "late").await);
}

async fn who_is_asked_anew_has_not_reported(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let one = key("app[1]");
    write(
        &store,
        held,
        20,
        vec![(one.clone(), Some(asked(1)))],
        Vec::new(),
    )
    .await;
    assert!(put(&store, &one, 1, 30, "first").await);
    write(
        &store,
        held,
        40,
        vec![(one.clone(), Some(asked(2)))],
        Vec::new(),
    )
    .await;
    let report = store.report(environment.id, &one).await.unwrap().unwrap();
    assert_eq!(report.asked, asked(2));
    assert_eq!(report.asked_at, at(40));
    assert_eq!((report.reported_at, report.said), (None, Said::default()));
}

async fn who_is_asked_the_same_again_may_have_reported(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let one = key("app[1]");
    let ask = || vec![(one.clone(), Some(asked(1)))];
    write(&store, held, 20, ask(), Vec::new()).await;
    assert!(put(&store, &one, 1, 30, "first").await);
    // The call was made again, because its answer was lost.
    write(&store, held, 40, ask(), Vec::new()).await;
    let report = store.report(environment.id, &one).await.unwrap().unwrap();
    assert_eq!(report.reported_at, Some(at(30)));
    assert_eq!(report.said, said("first"));
}

async fn of_two_reports_at_once_one_is_the_first(database: Database) {
    let stores = [database.open().await, database.open().await];
    let (environment, held) = claimed(&stores[0]).await;
    let one = key("app[1]");
    write(
        &stores[0],
        held,
        20,
        vec![(one.clone(), Some(asked(1)))],
        Vec::new(),
    )
    .await;
    let which = asked(1);
    let puts = (0..6).map(|number: i64| {
        let store = &stores[usize::from(number % 2 == 0)];
        store.put_report(environment.id, &one, &which, at(30 + number), said("x"))
    });
    let all = futures::future::join_all(puts).await;
    let first = all.into_iter().filter(|put| *put.as_ref().unwrap()).count();
    assert_eq!(first, 1);
}

async fn the_last_console_is_kept(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let one = key("app[1]");
    assert_eq!(store.console(environment.id, &one).await.unwrap(), None);
    let console = |seconds, text: &str| KeptConsole {
        at: at(seconds),
        text: text.into(),
    };
    for (seconds, text) in [(20, "first"), (21, "second: é \u{1b}[31m\n")] {
        let keep = vec![(one.clone(), console(seconds, text))];
        write(&store, held, seconds, Vec::new(), keep).await;
    }
    let kept = store.console(environment.id, &one).await.unwrap();
    assert_eq!(kept, Some(console(21, "second: é \u{1b}[31m\n")));
    let other = store.console(environment.id, &key("app[2]")).await.unwrap();
    assert_eq!(other, None);

    // Another operation may keep another.
    end(&store, held, OperationState::Done { at: at(50) }).await;
    store.submit(operation(2, &environment)).await.unwrap();
    let held = claim(&store, 2).await;
    let keep = vec![(one.clone(), console(60, "third"))];
    write(&store, held, 60, Vec::new(), keep).await;
    let kept = store.console(environment.id, &one).await.unwrap();
    assert_eq!(kept, Some(console(60, "third")));
}

async fn an_act_that_changes_nothing_else_is_in_the_log(database: Database) {
    let store = database.open().await;
    let (environment, _) = claimed(&store).await;
    let version = store.version().await.unwrap();
    let act = Act::FetchKey {
        environment: environment.id,
        keypair: "access".parse().unwrap(),
    };
    let logged = store.log_act(environment.id, act.clone(), audit(70));
    logged.await.unwrap();
    let log = store.audit(Some(environment.id), 1).await.unwrap();
    assert_eq!(log[0].act, act);
    assert_eq!(log[0].at, at(70));
    assert!(store.version().await.unwrap() > version);
    let nowhere = store.log_act(environment_id(9), act, audit(71)).await;
    assert!(
        matches!(nowhere, Err(StoreError::Missing(_))),
        "{nowhere:?}"
    );
}
