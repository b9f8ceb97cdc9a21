//! Carrying out: one holder at a time, and nothing of a write by anybody else stays.

use engine::port::{Claim, EnvironmentChange, JournalWrite, OpenOperation, Store, StoreError};
use model::environment::Layer;
use model::id::CloudId;
use model::key::Key;
use model::operation::{Event, Happening, JournalEntry, OperationState, Phase, StepState, Trouble};

use crate::harness::{
    Database, at, claim, claimed, end, executor, on_both, plan, put, revision, topology,
};

on_both! {
    of_two_who_claim_at_once_one_gets_it
    a_claim_needs_what_was_seen
    nothing_of_a_stale_write_stays
    the_heartbeat_counts_up_while_it_is_held
    who_lets_go_holds_nothing
    the_journal_keeps_the_newest_word
    events_are_numbered_on
    writers_at_once_lose_nothing
    the_way_back_is_stored_once
    what_is_collected_becomes_a_revision
}

fn entry(step: u32, attempt: u32, state: StepState) -> JournalEntry {
    JournalEntry {
        phase: Phase::Forward,
        step,
        attempt,
        state,
        since: at(1),
        at: at(i64::from(attempt)),
    }
}

fn note(text: &str) -> Event {
    Event {
        number: 0,
        at: at(1),
        what: Happening::Note { text: text.into() },
    }
}

fn key(name: &str) -> Key {
    format!("instance/{name}").parse().unwrap()
}

async fn of_two_who_claim_at_once_one_gets_it(database: Database) {
    let stores = [database.open().await, database.open().await];
    let (environment, first) = claimed(&stores[0]).await;
    for round in 0..5 {
        let seen = stores[0].open_operations().await.unwrap().remove(0);
        let claims = (0..6_u128).map(|number| {
            let store = &stores[usize::from(number % 2 == 0)];
            store.claim(&seen, executor(number))
        });
        let results = futures::future::join_all(claims).await;
        let got: Vec<Claim> = results.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].fence, first.fence + round + 1);
        assert_eq!(got[0].environment, environment.id);
    }
}

async fn a_claim_needs_what_was_seen(database: Database) {
    let store = database.open().await;
    let (_, held) = claimed(&store).await;
    let seen = store.open_operations().await.unwrap().remove(0);
    assert_eq!(seen.holder, Some(executor(1)));
    // The holder lives: its heartbeat is no longer the one that was seen.
    store.heartbeat(held).await.unwrap();
    assert_eq!(store.claim(&seen, executor(2)).await.unwrap(), None);
    let later = store.open_operations().await.unwrap().remove(0);
    assert!(later.heartbeat > seen.heartbeat);
    let older = OpenOperation {
        fence: seen.fence - 1,
        ..later.clone()
    };
    assert_eq!(store.claim(&older, executor(2)).await.unwrap(), None);
    assert!(store.claim(&later, executor(2)).await.unwrap().is_some());
    let taken = claim(&store, 3).await;
    // No longer open, whoever asks with whatever was seen.
    let seen = store.open_operations().await.unwrap().remove(0);
    end(&store, taken, OperationState::Done { at: at(50) }).await;
    for heartbeat in seen.heartbeat..seen.heartbeat + 3 {
        let seen = OpenOperation {
            heartbeat,
            ..seen.clone()
        };
        assert_eq!(store.claim(&seen, executor(2)).await.unwrap(), None);
    }
}

async fn nothing_of_a_stale_write_stays(database: Database) {
    let (old, new) = (database.open().await, database.open().await);
    let (environment, stale) = claimed(&old).await;
    let write = |word: &str, state| JournalWrite {
        entries: vec![entry(0, 1, StepState::Failed { why: word.into() })],
        bindings: vec![(key("app[1]"), Some(CloudId::new(word)))],
        events: vec![note(word)],
        state,
        rollback: None,
        environment: Vec::new(),
        asked: Vec::new(),
        consoles: Vec::new(),
    };
    old.record(stale, at(20), write("before", None))
        .await
        .unwrap();
    let fresh = claim(&new, 2).await;
    let version = new.version().await.unwrap();
    let state = Some(OperationState::Done { at: at(21) });
    let mut late = write("late", state);
    late.environment = vec![EnvironmentChange::Destroyed(at(21))];
    late.rollback = Some(plan("back"));
    let fenced = old.record(stale, at(21), late).await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    let fenced = old.heartbeat(stale).await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    // Letting go of what another holds changes nothing.
    old.release(stale).await.unwrap();

    assert_eq!(new.version().await.unwrap(), version);
    let id = fresh.operation;
    let failed = StepState::Failed {
        why: "before".into(),
    };
    assert_eq!(new.journal(id).await.unwrap(), [entry(0, 1, failed)]);
    assert_eq!(new.events(id, 0).await.unwrap().len(), 1);
    let bindings = new.bindings(environment.id).await.unwrap();
    assert_eq!(bindings[&key("app[1]")], CloudId::new("before"));
    assert_eq!(new.plan(id, Phase::Rollback).await.unwrap(), None);
    let operation = new.operation(id).await.unwrap().unwrap();
    assert_eq!(operation.state, OperationState::Queued);
    assert!(new.environment(&environment.name).await.unwrap().is_some());
    let open = &new.open_operations().await.unwrap()[0];
    assert_eq!((open.fence, open.holder), (fresh.fence, Some(executor(2))));
    new.record(fresh, at(22), write("after", None))
        .await
        .unwrap();
}

async fn the_heartbeat_counts_up_while_it_is_held(database: Database) {
    let store = database.open().await;
    let (_, held) = claimed(&store).await;
    let before = store.open_operations().await.unwrap()[0].heartbeat;
    let version = store.version().await.unwrap();
    for _ in 0..3 {
        store.heartbeat(held).await.unwrap();
    }
    let after = store.open_operations().await.unwrap()[0].heartbeat;
    assert_eq!(after, before + 3);
    // No page shows it.
    assert_eq!(store.version().await.unwrap(), version);
}

async fn who_lets_go_holds_nothing(database: Database) {
    let store = database.open().await;
    let (_, held) = claimed(&store).await;
    store.release(held).await.unwrap();
    let open = &store.open_operations().await.unwrap()[0];
    assert_eq!((open.fence, open.holder), (held.fence, None));
    let fenced = store.heartbeat(held).await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    let fenced = store
        .record(held, at(20), JournalWrite::default())
        .await
        .unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    let next = claim(&store, 2).await;
    assert_eq!(next.fence, held.fence + 1);
    // Its end lets go too.
    end(&store, next, OperationState::Done { at: at(50) }).await;
    let fenced = store.heartbeat(next).await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
}

async fn the_journal_keeps_the_newest_word(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let made = |id: &str| StepState::Made {
        id: CloudId::new(id),
    };
    let first = JournalWrite {
        entries: (0..100)
            .map(|step| entry(step, 1, StepState::Intended))
            .collect(),
        bindings: (1..=100)
            .map(|n| {
                (
                    key(&format!("app[{n}]")),
                    Some(CloudId::new(format!("id-{n}"))),
                )
            })
            .collect(),
        ..JournalWrite::default()
    };
    store.record(held, at(20), first).await.unwrap();
    let second = JournalWrite {
        entries: vec![
            entry(
                7,
                1,
                StepState::Failed {
                    why: "no host".into(),
                },
            ),
            // Of two words on one step in one write the last counts.
            entry(7, 2, made("seven")),
            entry(100, 1, StepState::Intended),
        ],
        bindings: vec![
            (key("app[1]"), None),
            (key("app[2]"), None),
            (key("app[2]"), Some(CloudId::new("new"))),
        ],
        ..JournalWrite::default()
    };
    store.record(held, at(21), second).await.unwrap();
    let journal = store.journal(held.operation).await.unwrap();
    let steps: Vec<u32> = journal.iter().map(|entry| entry.step).collect();
    assert_eq!(steps, (0..=100).collect::<Vec<_>>());
    assert_eq!(journal[7], entry(7, 2, made("seven")));
    assert_eq!(journal[8], entry(8, 1, StepState::Intended));
    let bindings = store.bindings(environment.id).await.unwrap();
    assert_eq!(bindings.len(), 99);
    assert_eq!(bindings.get(&key("app[1]")), None);
    assert_eq!(bindings[&key("app[2]")], CloudId::new("new"));
}

async fn events_are_numbered_on(database: Database) {
    let store = database.open().await;
    let (_, held) = claimed(&store).await;
    for texts in [&["a", "b"][..], &[], &["c"]] {
        let write = JournalWrite {
            events: texts.iter().map(|text| note(text)).collect(),
            ..JournalWrite::default()
        };
        store.record(held, at(20), write).await.unwrap();
    }
    let texts = |after| {
        let store = &store;
        async move {
            let events = store.events(held.operation, after).await.unwrap();
            let pair = |event: Event| match event.what {
                Happening::Note { text } => (event.number, text),
                other => panic!("{other:?}"),
            };
            events.into_iter().map(pair).collect::<Vec<_>>()
        }
    };
    let all = [(1, "a".to_owned()), (2, "b".into()), (3, "c".into())];
    assert_eq!(texts(0).await, all);
    assert_eq!(texts(2).await, all[2..]);
    assert_eq!(texts(3).await, []);
    assert_eq!(texts(u64::MAX).await, []);
}

async fn writers_at_once_lose_nothing(database: Database) {
    let stores = [database.open().await, database.open().await];
    let (_, held) = claimed(&stores[0]).await;
    let before = stores[0].version().await.unwrap();
    let writes = (0..40_u32).map(|step| {
        let write = JournalWrite {
            entries: vec![entry(step, 1, StepState::Intended)],
            events: vec![note("one"), note("two")],
            ..JournalWrite::default()
        };
        stores[usize::from(step % 2 == 0)].record(held, at(20), write)
    });
    for result in futures::future::join_all(writes).await {
        result.unwrap();
    }
    assert_eq!(stores[0].version().await.unwrap(), before + 40);
    assert_eq!(stores[0].journal(held.operation).await.unwrap().len(), 40);
    let events = stores[0].events(held.operation, 0).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
}

async fn the_way_back_is_stored_once(database: Database) {
    let store = database.open().await;
    let (_, held) = claimed(&store).await;
    let running = OperationState::Running {
        since: at(20),
        phase: Phase::Rollback,
        trouble: Some(Trouble {
            what: "It failed.".into(),
            why: "Because.".into(),
            todo: "Wait.".into(),
        }),
    };
    let write = |hash: &str| JournalWrite {
        rollback: Some(plan(hash)),
        state: Some(running.clone()),
        ..JournalWrite::default()
    };
    store.record(held, at(20), write("back")).await.unwrap();
    store.record(held, at(20), write("back")).await.unwrap();
    let other = store
        .record(held, at(20), write("other"))
        .await
        .unwrap_err();
    assert!(other.to_string().contains("never replaced"), "{other}");
    let id = held.operation;
    let stored = store.plan(id, Phase::Rollback).await.unwrap();
    assert_eq!(stored, Some(plan("back")));
    let stored = store.plan(id, Phase::Forward).await.unwrap();
    assert_eq!(stored, Some(plan("abc")));
    assert_eq!(store.operation(id).await.unwrap().unwrap().state, running);
    assert_eq!(store.open_operations().await.unwrap().len(), 1);
}

async fn what_is_collected_becomes_a_revision(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let observed = topology("prod", &[("app", 2)]);
    let collect = |seconds| {
        let state = revision(observed.clone(), Layer::Observed, seconds);
        let write = JournalWrite {
            environment: vec![EnvironmentChange::Observed(Box::new(state))],
            ..JournalWrite::default()
        };
        store.record(held, at(seconds), write)
    };
    let now = || store.environment_by_id(environment.id);
    collect(20).await.unwrap();
    let first = now().await.unwrap().unwrap();
    assert_eq!(first.observed.map(|number| number.0), Some(1));
    assert_eq!(first.observed_at, Some(at(20)));
    // The same again is no new revision; what is known is only true for longer.
    collect(30).await.unwrap();
    let second = now().await.unwrap().unwrap();
    assert_eq!(second.observed, first.observed);
    assert_eq!(second.observed_at, Some(at(30)));
    let (_, read) = store
        .revision(environment.id, Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, observed);
    let planned = put(
        &store,
        1,
        &topology("prod", &[("app", 2)]),
        Layer::Planned,
        40,
    )
    .await;
    assert!(!planned.changed);
}

/// A server that is stopped in the middle of a write (a suspended machine) holds nobody up for
/// long: PostgreSQL ends its session, another takes over, and the write comes to nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_stops_half_way_is_taken_over() {
    // On a busy machine the database may answer everything before this process looks again.
    for _ in 0..20 {
        if stopped_half_way().await {
            return;
        }
    }
    panic!("it was never inside");
}

/// Tells the story; false where the writer was through before it could be stopped.
async fn stopped_half_way() -> bool {
    let database = Database::postgres().await;
    let (stopped, other) = (database.open().await, database.open().await);
    let (_, stale) = claimed(&stopped).await;
    let seen = other.open_operations().await.unwrap().remove(0);
    let write = JournalWrite {
        events: vec![note("late")],
        ..JournalWrite::default()
    };
    // A future that nobody polls is a process that does not run: here with the row locked.
    let mut half = Box::pin(stopped.record(stale, at(20), write));
    let inside = "SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                  WHERE a.state = 'idle in transaction' AND l.mode = 'RowExclusiveLock' \
                  AND l.relation = CAST('executors' AS regclass)";
    while database.number(inside).await == 0 {
        if futures::poll!(&mut half).is_ready() {
            return false;
        }
    }
    let fresh = other.claim(&seen, executor(2)).await.unwrap().unwrap();
    assert_eq!(fresh.fence, stale.fence + 1);
    let fenced = half.await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    assert!(other.events(fresh.operation, 0).await.unwrap().is_empty());
    // Awake again, it works as before.
    assert_eq!(
        stopped.open_operations().await.unwrap()[0].fence,
        fresh.fence
    );
    let fenced = stopped.heartbeat(stale).await.unwrap_err();
    assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    true
}
