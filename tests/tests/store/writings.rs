//! What people write beside states.

use engine::port::{Store, StoreError};
use model::act::Act;
use model::environment::Layer;
use model::writing::{WritingKey, WritingKind};

use crate::harness::{Database, at, audit, environment_id, on_both, put, topology};

on_both! {
    a_writing_is_replaced_and_taken_away
    writings_are_found_by_what_they_are_about
    a_writing_about_what_is_not_there_is_refused
    every_kind_is_found_again
    a_bad_row_is_named
}

fn key(kind: WritingKind, about: &str, name: &str) -> WritingKey {
    WritingKey {
        kind,
        about: about.into(),
        name: name.into(),
    }
}

fn write(key: &WritingKey) -> Act {
    Act::Write { key: key.clone() }
}

async fn a_writing_is_replaced_and_taken_away(database: Database) {
    let store = database.open().await;
    put(&store, 1, &topology("a", &[]), Layer::Planned, 0).await;
    let (id, note) = (environment_id(1), key(WritingKind::Note, "1", "n"));
    let put = |text: Option<&'static str>, time: i64| {
        store.put_writing(&note, text, Some(id), write(&note), audit(time))
    };
    put(Some("one"), 1).await.unwrap();
    let version = store.version().await.unwrap();
    put(Some("one"), 2).await.unwrap();
    assert_eq!(store.version().await.unwrap(), version);
    put(Some("two"), 3).await.unwrap();
    let all = store.writings(WritingKind::Note, Some("1")).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].text.as_str(), all[0].at), ("two", at(3)));
    assert_eq!(all[0].by, audit(0).actor);
    put(None, 4).await.unwrap();
    put(None, 5).await.unwrap();
    assert_eq!(
        store.writings(WritingKind::Note, None).await.unwrap(),
        Vec::new()
    );
    let lines = store.audit(Some(id), 3).await.unwrap();
    let said: Vec<_> = lines
        .iter()
        .map(|line| (line.before.as_deref(), line.after.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            (Some("two"), Some("nothing")),
            (Some("one"), Some("two")),
            (Some("nothing"), Some("one")),
        ]
    );
    assert_eq!(lines[0].act, write(&note));
}

async fn writings_are_found_by_what_they_are_about(database: Database) {
    let store = database.open().await;
    for (kind, about, name) in [
        (WritingKind::Note, "b", "2"),
        (WritingKind::Note, "a", "1"),
        (WritingKind::Note, "a", "Z"),
        (WritingKind::Note, "", "x"),
        (WritingKind::PriceBook, "a", "1"),
    ] {
        let key = key(kind, about, name);
        let act = write(&key);
        store
            .put_writing(&key, Some("text"), None, act, audit(1))
            .await
            .unwrap();
    }
    let names = |about: Option<&'static str>| {
        let store = &store;
        async move {
            let all = store.writings(WritingKind::Note, about).await.unwrap();
            let mut names: Vec<_> = all.into_iter().map(|one| one.key.name).collect();
            names.sort();
            names
        }
    };
    assert_eq!(names(Some("a")).await, ["1", "Z"]);
    assert_eq!(names(Some("")).await, ["x"]);
    assert_eq!(names(Some("c")).await, Vec::<String>::new());
    assert_eq!(names(None).await, ["1", "2", "Z", "x"]);
}

async fn every_kind_is_found_again(database: Database) {
    let store = database.open().await;
    for kind in WritingKind::ALL {
        let key = key(*kind, "", "name");
        let act = write(&key);
        let text = Some("{\"a\":\"µ ×\"}");
        store
            .put_writing(&key, text, None, act, audit(1))
            .await
            .unwrap();
        let found = store.writings(*kind, Some("")).await.unwrap();
        let [one] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((&one.key, Some(one.text.as_str())), (&key, text));
    }
}

async fn a_writing_about_what_is_not_there_is_refused(database: Database) {
    let store = database.open().await;
    let key = key(WritingKind::Note, "9", "n");
    let refused = store
        .put_writing(
            &key,
            Some("one"),
            Some(environment_id(9)),
            write(&key),
            audit(1),
        )
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Missing(_)), "{refused:?}");
    assert_eq!(
        store.writings(WritingKind::Note, None).await.unwrap(),
        Vec::new()
    );
}

async fn a_bad_row_is_named(database: Database) {
    let store = database.open().await;
    database
        .execute(
            "INSERT INTO writings (kind, about, name, text, at, actor) \
             VALUES ('note', 'a', 'n', 'text', 1, 'nobody')",
        )
        .await;
    let error = store.writings(WritingKind::Note, None).await.unwrap_err();
    let error = error.to_string();
    assert!(error.contains("writings.actor, row note/a/n"), "{error}");
}
