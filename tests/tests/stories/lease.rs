//! A copy has a lease: when it ends the copy goes, also if no server ran at that moment.

use std::collections::BTreeMap;

use engine::preview::CopyOrder;
use engine::writings::{NewTarget, NewWriting};
use engine::{Ask, EngineError, Outcome};
use model::act::Actor;
use model::name::RecipeName;
use model::operation::OperationState;
use model::quota::QuotaKind;
use plan::amounts::Measure;
use plan::proof::Verdict;
use plan::writings::{Reservation, Weekdays};
use tests::world::{LateClock, Setup, World, cloud_name, example_environment, name, request};

use crate::verdict;

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_while_no_server_ran_is_taken_down_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let foreign = verdict::put_foreign(&world).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    let lease = world.store.lease(environment.id).await.unwrap().unwrap();
    assert!(!lease.has_expired(world.engine.clock().now()));
    drop(world);

    // The recipe says eight hours.
    let later = Setup {
        clock: LateClock::by(9),
        ..Setup::quick(folder.path())
    };
    let world = World::open(later).await;
    let gone = async {
        let mut watcher = world.engine.watch();
        while world
            .store
            .environment(&name("copy-1"))
            .await
            .unwrap()
            .is_some()
        {
            watcher.changed().await;
        }
    };
    tokio::select! {
        () = world.engine.run() => {}
        () = gone => {}
    }
    verdict::only_foreign(&world, &foreign, "expired").await;
    let newest = world
        .store
        .operations(Some(environment.id), 1)
        .await
        .unwrap()
        .remove(0);
    assert!(
        matches!(newest.state, OperationState::Done { .. }),
        "{:?}",
        newest.state
    );
    assert_eq!(newest.actor, Actor::Schedule);
    assert!(
        newest.reason.contains("its lease ended at"),
        "{}",
        newest.reason
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_lease_is_proved_anew_beside_what_is_reserved() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;
    let engine = &world.engine;
    let copy = engine.environment(&name("copy-1")).await.unwrap();
    let lease = world.store.lease(copy.id).await.unwrap().unwrap();
    let until = lease.expires_at + chrono::Duration::hours(24);
    let extend = || {
        let ask = Ask::Extend {
            environment: name("copy-1"),
            until,
        };
        engine.submit(request(), ask)
    };

    // All but what the copy has is free: it could stay.
    let proof = engine.prove_extension(&copy, &lease, until).await.unwrap();
    assert!(proof.passed(), "{proof:#?}");
    let brought_up = world.store.operations(Some(copy.id), 1).await.unwrap();
    assert_eq!(Some(&proof.plan_hash), brought_up[0].plan_hash.as_ref());
    let checked = |what: &str| {
        let found = proof
            .checks
            .iter()
            .find(|check| check.what.starts_with(what));
        found.unwrap_or_else(|| panic!("no {what} in {proof:#?}"))
    };
    assert_eq!(checked("instances until").need, Some(9));
    assert_eq!(checked("instances until").verdict, Verdict::Passed);
    assert_eq!(checked("cost").verdict, Verdict::Unknown);

    // Somebody keeps nearly everything free from today on.
    let offers = engine.offers(&cloud_name()).await.unwrap();
    let limit = offers.quotas[&QuotaKind::Instances].limit.unwrap();
    let today = engine.clock().now().date_naive();
    let kept_free = Reservation {
        what: "the upgrade".into(),
        takes: BTreeMap::from([(
            cloud_name(),
            BTreeMap::from([(QuotaKind::Instances, limit - 5)]),
        )]),
        scenario: None,
        from: today,
        until: today + chrono::Days::new(20),
        week: Weekdays::EVERY,
    };
    let reserve = Ask::Write(NewWriting::Reservation {
        id: Some("r".into()),
        text: Some(Box::new(kept_free)),
    });
    engine.submit(request(), reserve).await.unwrap();
    let refused = match extend().await {
        Err(EngineError::ProofFailed(proof)) => proof,
        other => panic!("not refused: {other:?}"),
    };
    let failed = &refused.checks[0];
    assert_eq!(failed.verdict, Verdict::Failed);
    assert!(failed.what.starts_with("instances until"), "{failed:?}");
    let after = world.store.lease(copy.id).await.unwrap().unwrap();
    assert_eq!(after, lease, "a refused extension changes nothing");

    // Withdrawn, it fits again; with prices, what it costs is told.
    let withdraw = Ask::Write(NewWriting::Reservation {
        id: Some("r".into()),
        text: None,
    });
    engine.submit(request(), withdraw).await.unwrap();
    let prices = "from,currency,what,name,per_hour\n2013-01-01,EUR,address,,0.5\n";
    let books = model::price::csv::read(prices).unwrap();
    let ask = Ask::Write(NewWriting::Prices {
        site: None,
        books: Some(books),
    });
    engine.submit(request(), ask).await.unwrap();
    let proof = engine.prove_extension(&copy, &lease, until).await.unwrap();
    let cost = proof.checks.iter().find(|check| check.what == "cost");
    let words = cost.unwrap().why.clone().unwrap();
    // Nine addresses for 24 hours.
    assert!(words.starts_with("108.00 EUR for 24 hours more"), "{words}");
    match extend().await.unwrap() {
        Outcome::Extended(longer) => assert_eq!(longer.expires_at, until),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_copy_is_proved_beside_what_is_reserved_as_a_longer_lease_is() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let engine = &world.engine;
    let order = || CopyOrder {
        source: name("production-2014"),
        revision: None,
        recipe: RecipeName::new("temporary").unwrap(),
        name: name("copy-1"),
        hours: None,
    };
    let proof = || async {
        let preview = engine.preview_copy(&order()).await.unwrap();
        preview.preview.unwrap().proof
    };
    assert!(proof().await.passed());

    // Its eight hours are over by the day after tomorrow, whenever it is now.
    let offers = engine.offers(&cloud_name()).await.unwrap();
    let limit = offers.quotas[&QuotaKind::Instances].limit.unwrap();
    let today = engine.clock().now().date_naive();
    let keep_free = |from: u64, until: u64| {
        let takes = BTreeMap::from([(QuotaKind::Instances, limit - 5)]);
        let kept_free = Reservation {
            what: "the upgrade".into(),
            takes: BTreeMap::from([(cloud_name(), takes)]),
            scenario: None,
            from: today + chrono::Days::new(from),
            until: today + chrono::Days::new(until),
            week: Weekdays::EVERY,
        };
        let reserve = Ask::Write(NewWriting::Reservation {
            id: Some("r".into()),
            text: Some(Box::new(kept_free)),
        });
        engine.submit(request(), reserve)
    };
    keep_free(2, 20).await.unwrap();
    let beside = proof().await;
    assert!(beside.passed(), "{beside:#?}");

    keep_free(0, 20).await.unwrap();
    let refused = proof().await;
    let failed = &refused.checks[0];
    assert_eq!(failed.verdict, Verdict::Failed, "{refused:#?}");
    assert!(failed.what.starts_with("instances until"), "{failed:?}");
    assert_eq!((failed.need, failed.free), (Some(9), Some(5)));
    let ask = Ask::Copy {
        order: order(),
        seen: None,
    };
    match engine.submit(request(), ask).await {
        Err(EngineError::ProofFailed(proof)) => assert_eq!(proof.checks[0].what, failed.what),
        other => panic!("not refused: {other:?}"),
    }
    let known = world.store.environment(&name("copy-1")).await.unwrap();
    assert_eq!(known, None, "a refused copy leaves no trace");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_cloud_showed_counts_as_used_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let engine = &world.engine;
    let on_cloud = || async {
        let environments = world.store.environments(false).await.unwrap();
        let stands = engine.stands(&environments).await.unwrap();
        let today = engine.clock().now().date_naive();
        let commitments = engine.commitments(&environments, &stands, today);
        let commitments = commitments.await.unwrap();
        let tenants = commitments.tenants_of(&cloud_name());
        let each = tenants.iter().map(|tenant| {
            let instances = tenant.now.of_measure(Measure::Instances).known;
            (tenant.environment.to_string(), instances)
        });
        each.collect::<Vec<_>>()
    };
    // production-2013 was seen by people, years ago and somewhere else.
    assert_eq!(on_cloud().await, []);
    world.copy("copy-1").await;
    // Its lease has begun: it is coming up, and nothing of it is there.
    assert_eq!(on_cloud().await, [("copy-1".to_owned(), 0)]);
    world.work_until_idle().await;
    assert_eq!(on_cloud().await, [("copy-1".to_owned(), 9)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_counted_from_where_it_was_first_set() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let engine = &world.engine;
    let day = |n| chrono::NaiveDate::from_ymd_opt(2030, 5, n);
    let set = |by: Option<chrono::NaiveDate>| {
        let ask = Ask::Write(NewWriting::Target {
            environment: name("production-2013"),
            text: by.map(|by| NewTarget { by, note: None }),
        });
        engine.submit(request(), ask)
    };
    set(day(1)).await.unwrap();
    let environment = engine.environment(&name("production-2013")).await.unwrap();
    let first = engine.target(environment.id).await.unwrap().unwrap();
    assert_eq!(first.begun, environment.observed);
    // It is seen otherwise, then the date is moved: what it is counted from stays.
    let mut seen = example_environment("production-2013.yaml");
    seen.groups.pop_last();
    world.import(seen).await;
    set(day(2)).await.unwrap();
    let moved = engine.target(environment.id).await.unwrap().unwrap();
    assert_eq!(Some(moved.by), day(2));
    assert_eq!(moved.begun, first.begun);
    set(None).await.unwrap();
    assert_eq!(engine.target(environment.id).await.unwrap(), None);
}
