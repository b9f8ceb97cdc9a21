//! What people say of servers: written whole or not at all, and gone with what it is about.

use std::collections::BTreeSet;

use engine::port::{Belongs, Collections, NewAssignments, NewEnvironment, Store, StoreError};
use model::act::Act;
use model::assignment::{Rule, Said, Selection, StandingRule};
use model::collection::{HeldFilter, HeldKind, Owner, Place};
use model::environment::Layer;
use model::id::CloudId;
use store::SqlStore;

use crate::clouds::{collect, lab, rows, server, servers, volume};
use crate::harness::{Database, at, audit, environment_id, on_both, put, revision, topology};

on_both! {
    what_is_said_of_servers_is_written_whole_or_not_at_all
    two_servers_never_stand_at_one_place
    what_is_said_goes_with_the_server_and_with_the_environment
}

/// Whose each server is: `a: prod web[1]`.
async fn places(store: &SqlStore) -> Vec<String> {
    servers(store)
        .await
        .into_iter()
        .map(|row| match (row.environment, row.instance) {
            (Some(environment), Some((group, ordinal))) => {
                format!("{}: {environment} {group}[{ordinal}]", row.held.id)
            }
            _ => format!("{}: {}", row.held.id, row.owner),
        })
        .collect()
}

fn place(environment: u128, group: &str, ordinal: u32) -> Belongs {
    Belongs::At(Place {
        environment: environment_id(environment),
        group: group.parse().unwrap(),
        ordinal,
    })
}

/// A person's word on servers, on the number of assignments that is true now.
async fn say(store: &SqlStore, servers: &[(&str, Belongs)]) -> NewAssignments {
    NewAssignments {
        cloud: lab(),
        seen: store.assignments_number(&lab()).await.unwrap(),
        make: None,
        rule: None,
        drop_rule: None,
        servers: servers
            .iter()
            .map(|(id, belongs)| (CloudId::new(*id), belongs.clone()))
            .collect(),
        said: Said::Person,
        observed: Vec::new(),
        act: Act::Assign {
            cloud: lab(),
            servers: Selection::Servers(BTreeSet::new()),
            environment: "prod".parse().unwrap(),
        },
        environment: Some((environment_id(1), "prod".parse().unwrap())),
        before: "nobody's".into(),
        after: "2 servers of prod".into(),
        audit: audit(20),
    }
}

async fn what_is_said_of_servers_is_written_whole_or_not_at_all(database: Database) {
    let store = database.open().await;
    let there = vec![
        server("a", "web-1", "ACTIVE"),
        server("b", "web-2", "ACTIVE"),
        volume("v", "a"),
    ];
    collect(&store, 10, there, &[]).await;
    // The environment is made with it, and what is seen of it with that.
    let made = NewEnvironment {
        id: environment_id(1),
        lease: None,
    };
    let seen = topology("prod", &[("web", 2)]);
    let rule = StandingRule {
        rule: Rule::Prefix("web-".into()),
        environment: environment_id(1),
        group: None,
        since: at(20),
    };
    let mut word = say(
        &store,
        &[("a", place(1, "web", 1)), ("b", place(1, "web", 2))],
    )
    .await;
    let stale = word.clone();
    word.make = Some((made, Box::new(revision(seen.clone(), Layer::Observed, 20))));
    word.rule = Some(rule.clone());
    store.assign(word).await.unwrap();
    assert_eq!(places(&store).await, ["a: prod web[1]", "b: prod web[2]"]);
    let volumes = HeldFilter::all(lab(), HeldKind::Volume);
    let volume = rows(&store, &volumes).await.remove(0);
    assert_eq!(volume.owner, Owner::Assigned, "it goes with its server");
    let (_, read) = store
        .revision(environment_id(1), Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, seen);
    let rules = store.rules(&lab()).await.unwrap();
    assert_eq!(rules, std::slice::from_ref(&rule));
    assert_eq!(store.servers_of(environment_id(1)).await.unwrap().len(), 2);
    let clouds = store.clouds_of().await.unwrap();
    assert_eq!(clouds[&environment_id(1)], BTreeSet::from([lab()]));
    let log = store.audit(None, 10).await.unwrap();
    assert_eq!(log[0].after.as_deref(), Some("2 servers of prod"));

    // Worked out on what is no longer so: nothing of it is written.
    let error = store.assign(stale).await.unwrap_err();
    assert!(matches!(error, StoreError::Moved), "{error:?}");
    assert_eq!(store.audit(None, 10).await.unwrap().len(), log.len());

    // Two change places in one word; one is nobody's, whatever a rule says.
    let swap = [("a", place(1, "web", 2)), ("b", place(1, "web", 1))];
    store.assign(say(&store, &swap).await).await.unwrap();
    assert_eq!(places(&store).await, ["a: prod web[2]", "b: prod web[1]"]);
    let mut word = say(&store, &[("a", Belongs::Nowhere), ("b", Belongs::Unsaid)]).await;
    word.drop_rule = Some(rule.rule);
    store.assign(word).await.unwrap();
    assert_eq!(places(&store).await, ["a: foreign", "b: foreign"]);
    let said = store.assignments(&lab()).await.unwrap();
    assert_eq!(said.len(), 1);
    assert_eq!(said[&CloudId::new("a")].place, None);
    assert!(store.rules(&lab()).await.unwrap().is_empty());
    let foreign = store.foreign_servers(&lab()).await.unwrap();
    assert_eq!(foreign.len(), 2);
    assert_eq!(foreign[0].metadata["note"], "100%_sure");
}

async fn two_servers_never_stand_at_one_place(database: Database) {
    let store = database.open().await;
    let prod = topology("prod", &[("web", 2)]);
    put(&store, 1, &prod, Layer::Observed, 0).await;
    let there = vec![
        server("a", "web-1", "ACTIVE"),
        server("b", "web-2", "ACTIVE"),
    ];
    collect(&store, 10, there, &[]).await;
    let twice = [("a", place(1, "web", 1)), ("b", place(1, "web", 1))];
    store.assign(say(&store, &twice).await).await.unwrap_err();
    assert_eq!(places(&store).await, ["a: foreign", "b: foreign"]);
    // An environment that isn't there is none.
    let nowhere = [("a", place(7, "web", 1))];
    store.assign(say(&store, &nowhere).await).await.unwrap_err();
    assert!(store.assignments(&lab()).await.unwrap().is_empty());
}

async fn what_is_said_goes_with_the_server_and_with_the_environment(database: Database) {
    let store = database.open().await;
    let prod = topology("prod", &[("web", 2)]);
    put(&store, 1, &prod, Layer::Observed, 0).await;
    let there = vec![
        server("a", "web-1", "ACTIVE"),
        server("b", "web-2", "ACTIVE"),
    ];
    collect(&store, 10, there, &[]).await;
    let word = [("a", place(1, "web", 1)), ("b", place(1, "web", 2))];
    store.assign(say(&store, &word).await).await.unwrap();
    // What changes stays where it was said to be.
    collect(&store, 30, vec![server("a", "renamed", "SHUTOFF")], &[]).await;
    assert_eq!(places(&store).await, ["a: prod web[1]", "b: prod web[2]"]);
    collect(&store, 40, Vec::new(), &["b"]).await;
    assert_eq!(places(&store).await, ["a: prod web[1]"]);
    assert_eq!(store.assignments(&lab()).await.unwrap().len(), 1);
    let left = store.environments_in(&lab()).await.unwrap();
    assert_eq!(left, BTreeSet::from([environment_id(1)]));
    // Its number and its place are free for another.
    collect(&store, 50, vec![server("c", "web-3", "ACTIVE")], &[]).await;
    let word = [("c", place(1, "web", 2))];
    store.assign(say(&store, &word).await).await.unwrap();
    assert_eq!(places(&store).await, ["a: prod web[1]", "c: prod web[2]"]);

    // An observed state is stored once, and its time whenever it was so.
    let seen = || revision(topology("prod", &[("web", 1)]), Layer::Observed, 60);
    assert!(store.observe(environment_id(1), seen()).await.unwrap());
    let later = revision(topology("prod", &[("web", 1)]), Layer::Observed, 70);
    assert!(!store.observe(environment_id(1), later).await.unwrap());
    let environment = store.environment_by_id(environment_id(1)).await.unwrap();
    assert_eq!(environment.unwrap().observed_at, Some(at(70)));
}
