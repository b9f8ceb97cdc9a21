//! Files that somebody brought to be compared.

use engine::files::{FileHash, KeptFile};
use engine::port::{Files, Store};

use crate::harness::{Database, at, on_both};

on_both! {
    a_file_is_found_by_what_it_says_until_it_is_too_old
    only_so_many_are_kept_and_the_oldest_go
}

fn file(name: &str, text: &str, time: i64) -> KeptFile {
    KeptFile::new(name, text.to_owned(), at(time)).unwrap()
}

async fn a_file_is_found_by_what_it_says_until_it_is_too_old(database: Database) {
    let store = database.open().await;
    let one = file("a.yaml", "environment: ä\n", 10);
    let version = store.version().await.unwrap();
    store.keep_file(&one, at(0), 9).await.unwrap();
    assert!(store.version().await.unwrap() > version);
    let found = async |hash: &FileHash, since| store.kept_file(hash, at(since)).await.unwrap();
    assert_eq!(found(&one.hash, 10).await, Some(one.clone()));
    assert_eq!(found(&one.hash, 11).await, None);
    assert_eq!(found(&FileHash::of("another"), 0).await, None);
    // Brought once more it is there for longer, under its newest name.
    let again = file("b.yaml", "environment: ä\n", 20);
    assert_eq!(again.hash, one.hash);
    store.keep_file(&again, at(0), 9).await.unwrap();
    assert_eq!(found(&one.hash, 20).await, Some(again));
    // What is too old goes when another comes.
    store
        .keep_file(&file("c", "c", 50), at(30), 9)
        .await
        .unwrap();
    assert_eq!(found(&one.hash, 0).await, None);
    assert!(
        database
            .open()
            .await
            .kept_file(&FileHash::of("c"), at(50))
            .await
            .unwrap()
            .is_some()
    );
}

async fn only_so_many_are_kept_and_the_oldest_go(database: Database) {
    let store = database.open().await;
    for number in 0..5 {
        let text = number.to_string();
        store
            .keep_file(&file("f", &text, number), at(0), 3)
            .await
            .unwrap();
    }
    let mut there = Vec::new();
    for number in 0..5 {
        let hash = FileHash::of(&number.to_string());
        there.push(store.kept_file(&hash, at(0)).await.unwrap().is_some());
    }
    assert_eq!(there, [false, false, true, true, true]);
}
