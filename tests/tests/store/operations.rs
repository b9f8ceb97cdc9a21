//! Operations: what holds together when one is queued, and what is refused.

use engine::port::{Demand, NewOperation, Replanned, Store, StoreError, Submitted};
use model::environment::{Environment, Layer};
use model::id::RevisionNumber;
use model::operation::{OperationState, Phase, Trouble};
use plan::offers::QuotaKind;
use store::SqlStore;

use crate::harness::{
    Database, at, audit, claim, claimed, end, environment_id, lease, on_both, operation,
    operation_id, plan, put, revision, topology,
};

on_both! {
    an_operation_is_stored_whole
    one_operation_at_a_time
    what_is_planned_is_stored_with_its_operation_or_not_at_all
    of_many_at_once_one_is_queued
    the_same_key_gives_the_same_operation
    what_is_reserved_is_not_given_twice
    a_stopped_operation_is_resumed
    what_is_not_there_is_missing
    operations_are_listed_newest_first
}

async fn environment(store: &SqlStore, id: u128, name: &str) -> Environment {
    let state = topology(name, &[("app", 1)]);
    put(store, id, &state, Layer::Planned, 0).await.environment
}

fn demand(vcpus: u64, volumes: u64) -> Demand {
    Demand::from([(QuotaKind::Vcpus, vcpus), (QuotaKind::Volumes, volumes)])
}

fn trouble(what: &str) -> Trouble {
    Trouble {
        what: what.into(),
        why: "No valid host was found.".into(),
        todo: "Try again later.".into(),
    }
}

async fn an_operation_is_stored_whole(database: Database) {
    let store = database.open().await;
    let environment = environment(&store, 1, "prod").await;
    let before = store.version().await.unwrap();
    let mut new = operation(1, &environment);
    new.demand = demand(4, 1);
    new.free = demand(4, 1);
    new.lease = Some(lease(environment.id, 500));
    new.idempotency_key = Some("key".into());
    let submitted = store.submit(new.clone()).await.unwrap();
    assert_eq!(submitted, Submitted::New(new.operation.id));
    assert!(store.version().await.unwrap() > before);

    let id = new.operation.id;
    let stored = store.operation(id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&new.operation));
    let forward = store.plan(id, Phase::Forward).await.unwrap();
    assert_eq!(forward.as_ref(), Some(&new.plan));
    assert_eq!(store.plan(id, Phase::Rollback).await.unwrap(), None);
    assert_eq!(store.lease(environment.id).await.unwrap(), new.lease);
    assert!(store.journal(id).await.unwrap().is_empty());
    assert!(store.events(id, 0).await.unwrap().is_empty());
    let open = store.open_operations().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].operation, open[0].environment),
        (id, environment.id)
    );
    assert_eq!((open[0].fence, open[0].holder), (0, None));
    let line = &store.audit(Some(environment.id), 1).await.unwrap()[0];
    assert_eq!(line.operation, Some(id));
    assert_eq!(line.act, new.operation.act);
    assert_eq!(line.reason, new.audit.reason);
    assert_eq!(line.after.as_deref(), Some("queued: 0 steps"));
}

async fn one_operation_at_a_time(database: Database) {
    let store = database.open().await;
    let (environment, claim) = claimed(&store).await;
    let version = store.version().await.unwrap();
    let busy = store.submit(operation(2, &environment)).await.unwrap_err();
    assert!(
        matches!(&busy, StoreError::Busy { operation, .. } if *operation == operation_id(1)),
        "{busy:?}"
    );
    assert!(busy.to_string().contains("prod"), "{busy}");
    // Nothing of what was refused stays.
    assert_eq!(store.version().await.unwrap(), version);
    assert_eq!(store.operation(operation_id(2)).await.unwrap(), None);
    assert_eq!(
        store.plan(operation_id(2), Phase::Forward).await.unwrap(),
        None
    );
    assert_eq!(store.audit(None, 10).await.unwrap().len(), 2);

    end(&store, claim, OperationState::Done { at: at(50) }).await;
    store.submit(operation(2, &environment)).await.unwrap();
}

async fn what_is_planned_is_stored_with_its_operation_or_not_at_all(database: Database) {
    let store = database.open().await;
    let environment = environment(&store, 1, "prod").await;
    let planned = |instances: u32| {
        let state = topology("prod", &[("app", instances)]);
        revision(state, Layer::Planned, 10)
    };
    let replanned = |from: u32, instances: u32| {
        Some(Replanned {
            from: RevisionNumber(from),
            revision: planned(instances),
        })
    };
    let newest = async || {
        let layer = Layer::Planned;
        let stored = store.revision(environment.id, layer, None).await.unwrap();
        stored.unwrap().1
    };
    let mut new = operation(1, &environment);
    new.replanned = replanned(1, 2);
    new.idempotency_key = Some("key".into());
    store.submit(new.clone()).await.unwrap();
    assert_eq!(newest().await, planned(2).topology);

    // Asked for again it is not stored again, and what is refused stores nothing.
    let version = store.version().await.unwrap();
    new.replanned = replanned(2, 3);
    let again = store.submit(new).await.unwrap();
    assert_eq!(again, Submitted::Again(operation_id(1)));
    let mut busy = operation(2, &environment);
    busy.replanned = replanned(2, 3);
    let refused = store.submit(busy).await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused:?}");
    assert_eq!(newest().await, planned(2).topology);
    assert_eq!(store.version().await.unwrap(), version);
    let rows = "SELECT COUNT(*) FROM revisions WHERE layer = 'planned'";
    assert_eq!(database.number(rows).await, 2);

    // What was worked out from a state that is no longer the newest would undo what came between.
    let claim = claim(&store, 1).await;
    end(&store, claim, OperationState::Done { at: at(50) }).await;
    let mut late = operation(3, &environment);
    late.replanned = replanned(1, 3);
    let refused = store.submit(late.clone()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Moved), "{refused:?}");
    assert_eq!(newest().await, planned(2).topology);
    assert_eq!(store.operation(operation_id(3)).await.unwrap(), None);
    late.replanned = replanned(2, 3);
    store.submit(late).await.unwrap();
    assert_eq!(newest().await, planned(3).topology);
}

async fn of_many_at_once_one_is_queued(database: Database) {
    let stores = [database.open().await, database.open().await];
    let environment = environment(&stores[0], 1, "prod").await;
    let submissions = (1..=8_u128).map(|number| {
        let store = &stores[usize::from(number % 2 == 0)];
        store.submit(operation(number, &environment))
    });
    let results = futures::future::join_all(submissions).await;
    let mut queued = 0;
    for result in results {
        match result {
            Ok(Submitted::New(_)) => queued += 1,
            Err(StoreError::Busy { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(queued, 1);
    assert_eq!(stores[1].open_operations().await.unwrap().len(), 1);
}

async fn the_same_key_gives_the_same_operation(database: Database) {
    let stores = [database.open().await, database.open().await];
    let environment = environment(&stores[0], 1, "prod").await;
    let keyed = |number| NewOperation {
        idempotency_key: Some("form-1".into()),
        ..operation(number, &environment)
    };
    let at_once =
        (1..=6_u128).map(|number| stores[usize::from(number % 2 == 0)].submit(keyed(number)));
    let results = futures::future::join_all(at_once).await;
    let mut new = Vec::new();
    let mut again = Vec::new();
    for result in results {
        match result.unwrap() {
            Submitted::New(id) => new.push(id),
            Submitted::Again(id) => again.push(id),
        }
    }
    assert_eq!(new.len(), 1);
    assert_eq!(again, [new[0]; 5]);
    // Also when it is long over, and whatever else is asked.
    let held = claim(&stores[0], 1).await;
    end(&stores[0], held, OperationState::Done { at: at(50) }).await;
    let version = stores[0].version().await.unwrap();
    let late = stores[1].submit(keyed(9)).await.unwrap();
    assert_eq!(late, Submitted::Again(new[0]));
    assert_eq!(stores[0].version().await.unwrap(), version);
    assert_eq!(stores[0].operations(None, 10).await.unwrap().len(), 1);
}

async fn what_is_reserved_is_not_given_twice(database: Database) {
    let store = database.open().await;
    let (one, two) = (
        environment(&store, 1, "one").await,
        environment(&store, 2, "two").await,
    );
    let submit = |number, environment: &Environment, cloud: &str, demand, free| {
        let new = NewOperation {
            cloud: cloud.parse().unwrap(),
            demand,
            free,
            ..operation(number, environment)
        };
        store.submit(new)
    };
    submit(1, &one, "here", demand(6, 1), demand(10, 9))
        .await
        .unwrap();
    let refused = submit(2, &two, "here", demand(5, 1), demand(10, 9)).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(
            refused,
            StoreError::Reserved {
                which: QuotaKind::Vcpus,
                need: 5,
                free: 10,
                reserved: 6
            }
        ),
        "{refused:?}"
    );
    assert!(store.operation(operation_id(2)).await.unwrap().is_none());
    // What is not limited is not refused, nor what another cloud has reserved.
    let unlimited = Demand::from([(QuotaKind::Volumes, 9)]);
    submit(3, &two, "here", demand(500, 1), unlimited)
        .await
        .unwrap();
    let held = store.open_operations().await.unwrap();
    let mine = held.iter().find(|open| open.environment == two.id).unwrap();
    let held = store.claim(mine, crate::harness::executor(1)).await;
    let held = held.unwrap().unwrap();
    // Stopped, it reserves nothing.
    let stopped = OperationState::Stopped {
        at: at(50),
        trouble: trouble("It stopped."),
        phase: Phase::Forward,
    };
    end(&store, held, stopped).await;
    submit(4, &two, "elsewhere", demand(10, 1), demand(10, 9))
        .await
        .unwrap();
    let mine = store.open_operations().await.unwrap();
    let mine = mine.iter().find(|open| open.environment == two.id).unwrap();
    let held = store.claim(mine, crate::harness::executor(1)).await;
    end(
        &store,
        held.unwrap().unwrap(),
        OperationState::Done { at: at(51) },
    )
    .await;
    submit(5, &two, "here", demand(4, 1), demand(10, 9))
        .await
        .unwrap();
}

async fn a_stopped_operation_is_resumed(database: Database) {
    let store = database.open().await;
    let (environment, held) = claimed(&store).await;
    let id = held.operation;
    let refused = store.resume(id, audit(40)).await.unwrap_err();
    assert!(refused.to_string().contains("it is queued"), "{refused}");
    let stopped = OperationState::Stopped {
        at: at(50),
        trouble: trouble("app[1] did not start."),
        phase: Phase::Forward,
    };
    end(&store, held, stopped.clone()).await;
    assert!(store.open_operations().await.unwrap().is_empty());
    let stored = store.operation(id).await.unwrap().unwrap();
    assert_eq!(stored.state, stopped);

    store.resume(id, audit(60)).await.unwrap();
    let stored = store.operation(id).await.unwrap().unwrap();
    assert_eq!(stored.state, OperationState::Queued);
    let line = &store.audit(Some(environment.id), 1).await.unwrap()[0];
    assert_eq!(line.act.words(), "resume");
    assert_eq!(
        line.before.as_deref(),
        Some("stopped: app[1] did not start.")
    );
    assert_eq!(line.at, at(60));
    assert_eq!(claim(&store, 2).await.fence, held.fence + 1);

    // Not while another one changes the environment.
    let held = claim(&store, 2).await;
    end(&store, held, stopped).await;
    store.submit(operation(2, &environment)).await.unwrap();
    let busy = store.resume(id, audit(70)).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy { .. }), "{busy:?}");
}

async fn what_is_not_there_is_missing(database: Database) {
    let store = database.open().await;
    let prod = environment(&store, 1, "prod").await;
    assert_eq!(store.operation(operation_id(1)).await.unwrap(), None);
    let resumed = store.resume(operation_id(1), audit(0)).await.unwrap_err();
    assert!(matches!(resumed, StoreError::Missing(_)), "{resumed:?}");
    let nowhere = Environment {
        id: environment_id(9),
        ..prod
    };
    let submitted = store.submit(operation(1, &nowhere)).await.unwrap_err();
    assert!(matches!(submitted, StoreError::Missing(_)), "{submitted:?}");
}

async fn operations_are_listed_newest_first(database: Database) {
    let store = database.open().await;
    let (one, two) = (
        environment(&store, 1, "one").await,
        environment(&store, 2, "two").await,
    );
    for (number, of) in [(1, &one), (2, &two), (3, &one)] {
        let mut new = operation(number, of);
        new.operation.state = OperationState::Planned;
        new.plan = plan(&format!("hash-{number}"));
        store.submit(new).await.unwrap();
    }
    let ids = |environment, limit| {
        let store = &store;
        async move {
            let list = store.operations(environment, limit).await.unwrap();
            list.into_iter().map(|one| one.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(ids(None, 10).await, [3, 2, 1].map(operation_id));
    assert_eq!(ids(None, 2).await, [3, 2].map(operation_id));
    assert_eq!(ids(Some(one.id), 10).await, [3, 1].map(operation_id));
    // Only planned: nobody has to work on them.
    assert!(store.open_operations().await.unwrap().is_empty());
}
