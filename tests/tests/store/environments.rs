//! Environments: their names, what they follow, and what is left of a destroyed one.

use engine::port::{EnvironmentChange, JournalWrite, NewEnvironment, Onto, Store, StoreError};
use model::environment::{EnvironmentKind, Layer};
use model::filter::InstanceFilter;
use model::id::{CloudId, InstallationId};
use model::key::Key;
use model::operation::OperationState;

use crate::harness::{
    Database, at, audit, claimed, environment_id, lease, on_both, put, revision, topology, uuid,
};

on_both! {
    the_first_installation_id_stays
    environments_are_listed_by_name
    a_name_is_taken_until_its_environment_is_destroyed
    what_a_person_planned_is_not_overwritten
    an_environment_is_found_by_name_and_by_id
    a_lease_comes_with_a_new_environment_only
}

async fn the_first_installation_id_stays(database: Database) {
    let (one, other) = (database.open().await, database.open().await);
    let offered = InstallationId::from_uuid(uuid(7));
    assert_eq!(one.installation(offered).await.unwrap(), offered);
    let late = InstallationId::from_uuid(uuid(8));
    assert_eq!(other.installation(late).await.unwrap(), offered);
}

async fn environments_are_listed_by_name(database: Database) {
    let store = database.open().await;
    // Bytes decide, on every database: `-` comes before letters and digits, and `b1` before `ba`.
    for (name, id) in ["ba", "b1", "b-a", "a"].into_iter().zip(1..) {
        put(&store, id, &topology(name, &[]), Layer::Planned, 0).await;
    }
    let names: Vec<String> = store
        .environments(false)
        .await
        .unwrap()
        .into_iter()
        .map(|environment| environment.name.to_string())
        .collect();
    assert_eq!(names, ["a", "b-a", "b1", "ba"]);
}

async fn a_name_is_taken_until_its_environment_is_destroyed(database: Database) {
    let store = database.open().await;
    let (environment, claim) = claimed(&store).await;
    let again = || {
        let new = NewEnvironment {
            id: environment_id(2),
            lease: None,
        };
        let state = revision(topology("prod", &[("app", 1)]), Layer::Planned, 20);
        store.put_revision(new, Onto::Nothing, state, None, audit(20))
    };
    let refused = again().await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::NameTaken(name) if *name == environment.name),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("choose another name"),
        "{refused}"
    );

    let key: Key = "instance/app[1]".parse().unwrap();
    let there = store.lease(environment.id).await.unwrap();
    store
        .put_lease(
            there.as_ref(),
            lease(environment.id, 90),
            model::act::Act::Extend {
                environment: environment.id,
                until: at(90),
            },
            audit(30),
        )
        .await
        .unwrap();
    let bound = JournalWrite {
        bindings: vec![(key.clone(), Some(CloudId::new("id-1")))],
        ..JournalWrite::default()
    };
    store.record(claim, at(30), bound).await.unwrap();
    let gone = JournalWrite {
        state: Some(OperationState::Done { at: at(40) }),
        environment: vec![EnvironmentChange::Destroyed(at(40))],
        ..JournalWrite::default()
    };
    store.record(claim, at(40), gone).await.unwrap();

    assert_eq!(store.environment(&environment.name).await.unwrap(), None);
    let kept = store.environment_by_id(environment.id).await.unwrap();
    assert_eq!(kept.unwrap().destroyed_at, Some(at(40)));
    assert_eq!(store.lease(environment.id).await.unwrap(), None);
    assert!(store.bindings(environment.id).await.unwrap().is_empty());
    let listed = store.instances(&InstanceFilter::default()).await.unwrap();
    assert_eq!((listed.rows.len(), listed.total), (0, 0));

    let new = again().await.unwrap();
    assert_eq!(new.environment.id, environment_id(2));
    assert_eq!(new.revision.number.0, 1);
    let listed = store.instances(&InstanceFilter::default()).await.unwrap();
    assert_eq!(listed.total, 1);
    // The past of the destroyed one is still there, under its id.
    let old = store.revision(environment.id, Layer::Planned, None);
    assert_eq!(
        old.await.unwrap().unwrap().1,
        topology("prod", &[("app", 2)])
    );
    let ids = |with_destroyed| {
        let store = &store;
        async move {
            let all = store.environments(with_destroyed).await.unwrap();
            all.into_iter().map(|one| one.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(ids(false).await, [environment_id(2)]);
    assert_eq!(ids(true).await, [environment_id(2), environment_id(1)]);
}

async fn what_a_person_planned_is_not_overwritten(database: Database) {
    let store = database.open().await;
    let mut seen = topology("prod", &[("app", 1)]);
    seen.kind = EnvironmentKind::Staging;
    let first = put(&store, 1, &seen, Layer::Observed, 0).await.environment;
    assert_eq!(first.kind, EnvironmentKind::Staging);

    let mut wanted = topology("prod", &[("app", 1)]);
    wanted.protected = true;
    wanted.owner = Some("Ada".into());
    put(&store, 1, &wanted, Layer::Planned, 1).await;

    seen.groups.clear();
    let after = put(&store, 1, &seen, Layer::Observed, 2).await.environment;
    assert_eq!(after.kind, EnvironmentKind::Production);
    assert!(after.protected);
    assert_eq!(after.owner.as_deref(), Some("Ada"));
    assert_eq!(after.observed_at, Some(at(2)));
    let stored = store.environment(&after.name).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&after));
}

async fn an_environment_is_found_by_name_and_by_id(database: Database) {
    let store = database.open().await;
    let made = put(&store, 1, &topology("prod", &[]), Layer::Planned, 3).await;
    let made = made.environment;
    assert_eq!(made.created_at, at(3));
    let found = store.environment(&made.name).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made));
    let found = store.environment_by_id(made.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made));
    let nobody = store.environment(&"nobody".parse().unwrap()).await;
    assert_eq!(nobody.unwrap(), None);
    let nobody = store.environment_by_id(environment_id(99)).await;
    assert_eq!(nobody.unwrap(), None);
}

async fn a_lease_comes_with_a_new_environment_only(database: Database) {
    let store = database.open().await;
    for (seconds, count) in [(1, 1), (2, 2)] {
        let new = NewEnvironment {
            id: environment_id(1),
            lease: Some(lease(environment_id(1), seconds)),
        };
        let state = revision(topology("copy", &[("app", count)]), Layer::Planned, 0);
        store
            .put_revision(new, Onto::Anything, state, None, audit(0))
            .await
            .unwrap();
    }
    let leases = store.leases().await.unwrap();
    assert_eq!(leases, [lease(environment_id(1), 1)]);
}
