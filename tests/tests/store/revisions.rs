//! Revisions: what is the same writes nothing, what differs writes only itself, and what was once
//! stored reads the same for ever.

use engine::port::Store;
use model::environment::Layer;
use model::file::Document;
use model::filter::InstanceFilter;
use model::id::RevisionNumber;

use crate::harness::{Database, facts, on_both, put, topology};

on_both! {
    importing_twice_changes_nothing
    only_what_differs_gets_a_new_version
    a_revision_of_the_past_reads_as_it_was
    layers_count_their_revisions_apart
    many_changes_at_once_end_the_right_versions
    the_examples_come_back_as_they_were
}

async fn importing_twice_changes_nothing(database: Database) {
    let store = database.open().await;
    let mut state = topology("prod", &[("app", 3), ("db", 1)]);
    facts(&mut state, "db", 1).status = Some("ACTIVE".into());
    let first = put(&store, 1, &state, Layer::Observed, 0).await;
    assert!(first.changed);
    assert_eq!(first.revision.number, RevisionNumber(1));
    let version = store.version().await.unwrap();

    let again = put(&store, 2, &state, Layer::Observed, 99).await;
    assert!(!again.changed);
    assert_eq!(again.revision, first.revision);
    assert_eq!(again.environment, first.environment);
    assert_eq!(store.version().await.unwrap(), version);
    assert_eq!(store.audit(None, 10).await.unwrap().len(), 1);
    assert_eq!(store.environments(true).await.unwrap().len(), 1);
    for table in ["item_versions", "instance_versions"] {
        let later =
            format!("SELECT COUNT(*) FROM {table} WHERE from_rev > 1 OR to_rev IS NOT NULL");
        assert_eq!(database.number(&later).await, 0, "{table}");
    }
}

async fn only_what_differs_gets_a_new_version(database: Database) {
    let store = database.open().await;
    let mut state = topology("prod", &[("app", 3), ("db", 1)]);
    put(&store, 1, &state, Layer::Observed, 0).await;
    facts(&mut state, "app", 2).status = Some("ERROR".into());
    let second = put(&store, 1, &state, Layer::Observed, 5).await;
    assert_eq!(second.revision.number, RevisionNumber(2));

    // The environment, two groups; then the facts of one instance.
    let count = |what: &str| format!("SELECT COUNT(*) FROM {what}");
    assert_eq!(database.number(&count("item_versions")).await, 4);
    assert_eq!(
        database
            .number(&count("item_versions WHERE from_rev = 2"))
            .await,
        1
    );
    assert_eq!(
        database
            .number(&count("item_versions WHERE to_rev IS NOT NULL"))
            .await,
        0
    );
    // Four instances; then one that changed, whose first version ends.
    assert_eq!(database.number(&count("instance_versions")).await, 5);
    assert_eq!(
        database
            .number(&count("instance_versions WHERE from_rev = 2"))
            .await,
        1
    );
    let ended = count("instance_versions WHERE to_rev = 2 AND ordinal = 2 AND listed = 0");
    assert_eq!(database.number(&ended).await, 1);
    let listed = store.instances(&InstanceFilter::default()).await.unwrap();
    let statuses: Vec<_> = listed
        .rows
        .iter()
        .map(|row| (row.record.name(), row.record.facts.status.as_deref()))
        .collect();
    let expected = [
        ("app[1]".to_owned(), None),
        ("app[2]".to_owned(), Some("ERROR")),
        ("app[3]".to_owned(), None),
        ("db[1]".to_owned(), None),
    ];
    assert_eq!(statuses, expected);
}

async fn a_revision_of_the_past_reads_as_it_was(database: Database) {
    let store = database.open().await;
    let mut states = Vec::new();
    // Groups come, change, go and come back.
    for groups in [
        &[("app", 2), ("db", 1)][..],
        &[("app", 3), ("db", 1)],
        &[("db", 1)],
        &[("app", 2), ("db", 2)],
    ] {
        states.push(topology("prod", groups));
    }
    let mut id = None;
    for (state, seconds) in states.iter().zip(0..) {
        let imported = put(&store, 1, state, Layer::Planned, seconds).await;
        assert!(imported.changed);
        id = Some(imported.environment.id);
    }
    let id = id.unwrap();
    for (state, number) in states.iter().zip(1..) {
        let number = Some(RevisionNumber(number));
        let (revision, read) = store
            .revision(id, Layer::Planned, number)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(Some(revision.number), number);
        assert_eq!(read, *state);
    }
    let (newest, read) = store
        .revision(id, Layer::Planned, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((newest.number, &read), (RevisionNumber(4), &states[3]));
    let numbers: Vec<u32> = store
        .revisions(id)
        .await
        .unwrap()
        .iter()
        .map(|revision| revision.number.0)
        .collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    let missing = store.revision(id, Layer::Planned, Some(RevisionNumber(5)));
    assert_eq!(missing.await.unwrap(), None);
    let missing = store.revision(id, Layer::Observed, None);
    assert_eq!(missing.await.unwrap(), None);
}

async fn layers_count_their_revisions_apart(database: Database) {
    let store = database.open().await;
    let planned = topology("prod", &[("app", 2)]);
    let observed = topology("prod", &[("app", 1)]);
    put(&store, 1, &planned, Layer::Planned, 0).await;
    let both = put(&store, 1, &observed, Layer::Observed, 1).await;
    assert_eq!(both.revision.number, RevisionNumber(1));
    assert_eq!(both.environment.planned, Some(RevisionNumber(1)));
    assert_eq!(both.environment.observed, Some(RevisionNumber(1)));
    let id = both.environment.id;
    let (_, read) = store
        .revision(id, Layer::Planned, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, planned);
    let (_, read) = store
        .revision(id, Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, observed);
}

async fn many_changes_at_once_end_the_right_versions(database: Database) {
    let store = database.open().await;
    // More than fit into one statement, with a rest.
    let mut state = topology("prod", &[("app", 150), ("db", 150)]);
    for ordinal in 1..=150 {
        facts(&mut state, "app", ordinal).status = Some("ACTIVE".into());
    }
    let first = state.clone();
    put(&store, 1, &state, Layer::Observed, 0).await;
    for ordinal in (1..=150).filter(|ordinal| ordinal % 3 == 0) {
        facts(&mut state, "app", ordinal).status = Some("ERROR".into());
    }
    state.groups.remove("db");
    let id = put(&store, 1, &state, Layer::Observed, 1)
        .await
        .environment
        .id;
    for (number, expected) in [(1, first), (2, state)] {
        let number = Some(RevisionNumber(number));
        let (_, read) = store
            .revision(id, Layer::Observed, number)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read, expected);
    }
    let errors = InstanceFilter {
        status: Some("ERROR".into()),
        ..InstanceFilter::default()
    };
    assert_eq!(store.instances(&errors).await.unwrap().total, 50);
    let all = store.instances(&InstanceFilter::default()).await.unwrap();
    assert_eq!(all.total, 150);
}

async fn the_examples_come_back_as_they_were(database: Database) {
    let store = database.open().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/webplatform");
    let mut read = 0;
    for name in [
        "production-2013.yaml",
        "production-2014.yaml",
        "secondary.yaml",
    ] {
        let text = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        let Document::Environment(topology) = model::file::parse(name, &text).unwrap() else {
            panic!("{name} is no environment");
        };
        let layer = topology.layer;
        let id = put(&store, read, &topology, layer, 0).await.environment.id;
        let (_, stored) = store.revision(id, layer, None).await.unwrap().unwrap();
        assert_eq!(stored, *topology, "{name}");
        read += 1;
    }
    assert_eq!(read, 3);
}
