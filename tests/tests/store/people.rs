//! Leases, the log of acts, recipes and tokens.

use engine::port::{Store, StoreError, TokenSecret};
use model::act::{Act, Actor};
use model::environment::Layer;
use model::file::Document;
use model::id::TokenId;
use model::token::{Token, TokenKind};

use crate::harness::{Database, at, audit, environment_id, lease, on_both, put, topology, uuid};

on_both! {
    leases_are_listed_by_expiry
    the_log_says_what_was_before_and_after
    a_recipe_is_replaced_by_name
    a_token_is_taken_once
    of_many_who_sign_in_with_one_link_one_does
    a_token_ends
    a_token_is_revoked
}

fn token(number: u128, kind: TokenKind, ends: i64) -> TokenSecret {
    TokenSecret {
        token: Token {
            id: TokenId::from_uuid(uuid(number)),
            kind,
            name: "Ada".into(),
            created_at: at(0),
            expires_at: at(ends),
        },
        hash: format!("hash-{number}"),
    }
}

async fn leases_are_listed_by_expiry(database: Database) {
    let store = database.open().await;
    for (number, name, ends) in [(1, "a", 300), (2, "b", 100), (3, "c", 200)] {
        put(&store, number, &topology(name, &[]), Layer::Planned, 0).await;
        let act = Act::Extend {
            environment: environment_id(number),
            until: at(ends),
        };
        let lease = lease(environment_id(number), ends);
        store.put_lease(None, lease, act, audit(1)).await.unwrap();
    }
    let ends = || async {
        let leases = store.leases().await.unwrap();
        leases
            .into_iter()
            .map(|one| one.expires_at)
            .collect::<Vec<_>>()
    };
    assert_eq!(ends().await, [at(100), at(200), at(300)]);
    let mut longer = lease(environment_id(2), 400);
    longer.extensions = 1;
    let act = Act::Extend {
        environment: environment_id(2),
        until: at(400),
    };
    let short = lease(environment_id(2), 100);
    store
        .put_lease(Some(&short), longer.clone(), act.clone(), audit(2))
        .await
        .unwrap();
    // Whoever worked it out from what was before is told so, and shortens nothing.
    let mut late = lease(environment_id(2), 150);
    late.extensions = 1;
    let moved = store
        .put_lease(Some(&short), late, act.clone(), audit(3))
        .await
        .unwrap_err();
    assert!(matches!(moved, StoreError::Moved), "{moved:?}");
    assert_eq!(
        store.lease(environment_id(2)).await.unwrap(),
        Some(longer.clone())
    );
    assert_eq!(ends().await, [at(200), at(300), at(400)]);
    let line = &store.audit(Some(environment_id(2)), 1).await.unwrap()[0];
    assert_eq!(line.act, act);
    assert_eq!(line.before, Some(format!("until {}", at(100).to_rfc3339())));
    assert_eq!(line.after, Some(format!("until {}", at(400).to_rfc3339())));

    longer.environment = environment_id(9);
    let missing = store
        .put_lease(None, longer, act, audit(3))
        .await
        .unwrap_err();
    assert!(matches!(missing, StoreError::Missing(_)), "{missing:?}");
}

async fn the_log_says_what_was_before_and_after(database: Database) {
    let store = database.open().await;
    put(&store, 1, &topology("a", &[("app", 1)]), Layer::Planned, 1).await;
    put(&store, 1, &topology("a", &[("app", 2)]), Layer::Planned, 2).await;
    put(&store, 2, &topology("b", &[]), Layer::Planned, 3).await;
    put(&store, 1, &topology("a", &[("app", 2)]), Layer::Observed, 4).await;
    let lines = store.audit(Some(environment_id(1)), 10).await.unwrap();
    let said: Vec<_> = lines
        .iter()
        .map(|line| (line.at, line.before.as_deref(), line.after.as_deref()))
        .collect();
    let expected = [
        (at(4), Some("nothing observed"), Some("observed revision 1")),
        (
            at(2),
            Some("planned revision 1"),
            Some("planned revision 2"),
        ),
        (
            at(1),
            Some("no such environment"),
            Some("planned revision 1"),
        ),
    ];
    assert_eq!(said, expected);
    let origin = store.origin(environment_id(1)).await.unwrap().unwrap();
    assert_eq!(origin, lines[2]);
    assert_eq!(store.origin(environment_id(9)).await.unwrap(), None);
    let line = &lines[0];
    assert_eq!(line.actor, Actor::Person { name: "Ada".into() });
    assert_eq!(line.reason, "because");
    assert_eq!(line.environment, Some("a".parse().unwrap()));
    assert_eq!(line.act.words(), "import");
    assert_eq!(store.audit(None, 10).await.unwrap().len(), 4);
    assert_eq!(store.audit(None, 2).await.unwrap().len(), 2);
}

async fn a_recipe_is_replaced_by_name(database: Database) {
    let store = database.open().await;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/webplatform/temporary.yaml"
    );
    let text = std::fs::read_to_string(file).unwrap();
    let Document::Recipe(mut recipe) = model::file::parse("temporary.yaml", &text).unwrap() else {
        panic!("temporary.yaml is no recipe");
    };
    assert_eq!(store.recipe(&recipe.recipe).await.unwrap(), None);
    store.put_recipe(&recipe, audit(0)).await.unwrap();
    let version = store.version().await.unwrap();
    // Word for word the same: nothing is written.
    store.put_recipe(&recipe, audit(1)).await.unwrap();
    assert_eq!(store.version().await.unwrap(), version);
    let stored = store.recipe(&recipe.recipe).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&*recipe));

    recipe.note = Some("another".into());
    store.put_recipe(&recipe, audit(2)).await.unwrap();
    let mut second = recipe.clone();
    second.recipe = "a-second".parse().unwrap();
    store.put_recipe(&second, audit(3)).await.unwrap();
    let all = store.recipes().await.unwrap();
    assert_eq!(all, [*second, *recipe]);
    let lines = store.audit(None, 10).await.unwrap();
    let times: Vec<_> = lines.iter().map(|line| line.at).collect();
    assert_eq!(times, [at(3), at(2), at(0)]);
}

async fn a_token_is_taken_once(database: Database) {
    let store = database.open().await;
    let link = token(1, TokenKind::SignIn, 100);
    store.put_token(link.clone()).await.unwrap();
    let take = |kind, hash| store.take_token(kind, hash, at(50));
    // Neither with another secret nor as something else.
    assert_eq!(take(TokenKind::SignIn, "hash-2").await.unwrap(), None);
    assert_eq!(take(TokenKind::Session, "hash-1").await.unwrap(), None);
    let found = store.token(TokenKind::SignIn, "hash-1", at(50)).await;
    assert_eq!(found.unwrap().as_ref(), Some(&link.token));
    let taken = take(TokenKind::SignIn, "hash-1").await.unwrap();
    assert_eq!(taken, Some(link.token));
    assert_eq!(take(TokenKind::SignIn, "hash-1").await.unwrap(), None);
    let found = store.token(TokenKind::SignIn, "hash-1", at(50)).await;
    assert_eq!(found.unwrap(), None);
}

async fn of_many_who_sign_in_with_one_link_one_does(database: Database) {
    let stores = [database.open().await, database.open().await];
    stores[0]
        .put_token(token(1, TokenKind::SignIn, 100))
        .await
        .unwrap();
    let takes =
        (0..8).map(|number| stores[number % 2].take_token(TokenKind::SignIn, "hash-1", at(50)));
    let results = futures::future::join_all(takes).await;
    let got = results.into_iter().filter_map(Result::unwrap).count();
    assert_eq!(got, 1);
}

async fn a_token_ends(database: Database) {
    let store = database.open().await;
    store
        .put_token(token(1, TokenKind::Session, 100))
        .await
        .unwrap();
    let find = |now| store.token(TokenKind::Session, "hash-1", at(now));
    assert!(find(99).await.unwrap().is_some());
    assert_eq!(find(100).await.unwrap(), None);
    let late = store
        .take_token(TokenKind::Session, "hash-1", at(100))
        .await;
    assert_eq!(late.unwrap(), None);
    // Whoever came too late has used it up all the same.
    assert_eq!(find(1).await.unwrap(), None);
    // Ended ones do not pile up.
    store
        .put_token(token(2, TokenKind::Session, 5))
        .await
        .unwrap();
    let mut new = token(3, TokenKind::Session, 100);
    new.token.created_at = at(6);
    store.put_token(new).await.unwrap();
    assert_eq!(database.number("SELECT COUNT(*) FROM tokens").await, 1);
}

async fn a_token_is_revoked(database: Database) {
    let store = database.open().await;
    store
        .put_token(token(1, TokenKind::Api, 100))
        .await
        .unwrap();
    store
        .put_token(token(2, TokenKind::Api, 100))
        .await
        .unwrap();
    store
        .revoke_token(TokenId::from_uuid(uuid(1)))
        .await
        .unwrap();
    let find = |hash| store.token(TokenKind::Api, hash, at(1));
    assert_eq!(find("hash-1").await.unwrap(), None);
    assert!(find("hash-2").await.unwrap().is_some());
}
