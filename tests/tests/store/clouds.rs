//! What clouds hold: collections as versions, who collects, lists.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use engine::port::{
    Collections, CollectorClaim, NewPublication, Staged, StagedRow, Store, StoreError,
};
use model::act::Act;
use model::collection::{
    Body, Held, HeldFilter, HeldKind, HeldRow, HeldSort, KindState, Outcome, Owner, Progress,
    QuotaUse, Reach, Server, Trouble, Volume, VolumeAt,
};
use model::filter::Direction;
use model::id::CloudId;
use model::name::CloudName;
use model::quota::{Quota, QuotaKind};
use model::unit::Gib;
use store::SqlStore;

use crate::harness::{Database, at, audit, executor, on_both};

on_both! {
    a_collection_keeps_what_was_and_adds_only_what_is_new
    one_collects_at_a_time_and_a_dead_one_leaves_nothing
    a_cloud_that_cannot_be_asked_keeps_what_was_known
    all_pages_of_a_list_are_the_whole_list
    the_last_of_each_day_is_read_and_nothing_else
    rows_that_make_no_sense_are_named
}

pub(crate) fn lab() -> CloudName {
    "lab".parse().unwrap()
}

fn held(id: &str, name: &str, body: impl Into<Body>) -> Held {
    Held {
        id: CloudId::new(id),
        name: name.to_owned(),
        project: Some(CloudId::new("p1")),
        created_at: Some(at(0)),
        mark: None,
        body: body.into(),
    }
}

pub(crate) fn server(id: &str, name: &str, status: &str) -> StagedRow {
    let body = Server {
        status: status.to_owned(),
        flavor: Some("m1.small".into()),
        metadata: BTreeMap::from([("note".into(), "100%_sure".into())]),
        ..Server::default()
    };
    foreign(held(id, name, body))
}

pub(crate) fn volume(id: &str, of: &str) -> StagedRow {
    let body = Volume {
        status: "in-use".into(),
        size: Gib(20),
        attached: vec![VolumeAt {
            server: CloudId::new(of),
            device: Some("/dev/vdb".into()),
        }],
        ..Volume::default()
    };
    foreign(held(id, "", body))
}

fn foreign(held: Held) -> StagedRow {
    StagedRow {
        held,
        owner: Owner::Foreign,
        environment: None,
        instance: None,
    }
}

fn progress(seconds: i64) -> Progress {
    Progress {
        since: at(seconds),
        source: "schedule".into(),
        reading: None,
        read: Vec::new(),
        missed: Vec::new(),
    }
}

/// Claims the only cloud as it is now.
async fn claim(store: &SqlStore, by: u128, seconds: i64) -> Option<CollectorClaim> {
    let seen = store.collectors().await.unwrap().remove(0);
    store
        .claim_collector(&seen, executor(by), progress(seconds))
        .await
        .unwrap()
}

fn whole(kind: HeldKind, seconds: i64) -> KindState {
    KindState {
        kind,
        read_at: Some(at(seconds)),
        outcome: Outcome::Whole {
            reach: Reach::Project,
            why: None,
        },
    }
}

/// Collects: these are there or changed, those of these ids are gone. Whether anything was new.
pub(crate) async fn collect(
    store: &SqlStore,
    seconds: i64,
    there: Vec<StagedRow>,
    gone: &[&str],
) -> bool {
    store.follow_cloud(&lab(), None).await.unwrap();
    let claim = claim(store, 1, seconds).await.unwrap();
    for page in there.chunks(2) {
        let page = Staged::There(page.to_vec());
        store.stage(&claim, page, progress(seconds)).await.unwrap();
    }
    if !gone.is_empty() {
        let gone = gone.iter().map(|id| CloudId::new(*id)).collect();
        let page = Staged::Gone(HeldKind::Server, gone);
        store.stage(&claim, page, progress(seconds)).await.unwrap();
    }
    let publication = NewPublication {
        at: at(seconds),
        source: "schedule".into(),
        kinds: vec![whole(HeldKind::Server, seconds)],
        next_at: Some(at(seconds + 60)),
    };
    let published = store.publish(&claim, publication).await.unwrap();
    store.let_cloud_go(&claim).await.unwrap();
    published.changed
}

pub(crate) async fn rows(store: &SqlStore, filter: &HeldFilter) -> Vec<HeldRow> {
    store.held(filter).await.unwrap().rows
}

pub(crate) async fn servers(store: &SqlStore) -> Vec<HeldRow> {
    rows(store, &HeldFilter::all(lab(), HeldKind::Server)).await
}

async fn a_collection_keeps_what_was_and_adds_only_what_is_new(database: Database) {
    let store = database.open().await;
    assert!(store.clouds().await.unwrap().is_empty());
    assert!(store.cloud(&lab()).await.unwrap().is_none());
    let (a, b) = (
        server("a", "web-1", "BUILD"),
        server("b", "web-2", "ACTIVE"),
    );
    assert!(
        collect(
            &store,
            10,
            vec![a.clone(), b.clone(), volume("v", "a")],
            &[]
        )
        .await
    );
    let state = store.cloud(&lab()).await.unwrap().unwrap();
    assert_eq!(state.newest.as_ref().unwrap().number.0, 1);
    assert_eq!(state.looked_at, Some(at(10)));
    assert_eq!(state.next_at, Some(at(70)));
    assert_eq!(state.read_at(HeldKind::Server), Some(at(10)));
    assert_eq!(state.progress, None);

    // The same once more is no collection, but a look.
    assert!(!collect(&store, 20, vec![a, b.clone()], &[]).await);
    let again = store.cloud(&lab()).await.unwrap().unwrap();
    assert_eq!(again.newest, state.newest);
    assert_eq!(again.looked_at, Some(at(20)));

    assert!(collect(&store, 30, vec![server("a", "web-1", "ACTIVE")], &["b"]).await);
    let now: Vec<(String, Option<String>)> = servers(&store)
        .await
        .into_iter()
        .map(|row| {
            (
                row.held.id.to_string(),
                row.held.status().map(str::to_owned),
            )
        })
        .collect();
    assert_eq!(now, [("a".to_owned(), Some("ACTIVE".to_owned()))]);
    let of = |id: &'static str| {
        let store = &store;
        async move {
            let versions = store
                .held_versions(&lab(), HeldKind::Server, &CloudId::new(id))
                .await
                .unwrap();
            versions
                .into_iter()
                .map(|version| {
                    let status = version.held.status().unwrap().to_owned();
                    (status, version.since, version.until.map(|(_, at)| at))
                })
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(
        of("a").await,
        [
            ("ACTIVE".to_owned(), at(30), None),
            ("BUILD".to_owned(), at(10), Some(at(30)))
        ]
    );
    assert_eq!(of("b").await, [("ACTIVE".to_owned(), at(10), Some(at(30)))]);
    assert!(of("nothing").await.is_empty());

    // The hash says what is there, however that came about.
    assert!(collect(&store, 40, vec![server("a", "web-1", "BUILD"), b], &[]).await);
    let all = store.collections(&lab(), 10).await.unwrap();
    let hashes: Vec<&String> = all.iter().map(|one| &one.content_hash).collect();
    assert_eq!(hashes[0], hashes[2]);
    assert_ne!(hashes[0], hashes[1]);
    // What hangs on something is found by it.
    let on = BTreeSet::from([CloudId::new("a"), CloudId::new("b")]);
    let volumes = store.held_on(&lab(), HeldKind::Volume, &on).await.unwrap();
    assert_eq!(volumes.len(), 1);
    let counts = store.held_counts(&lab()).await.unwrap();
    assert_eq!(counts[&HeldKind::Server].foreign, 2);
}

async fn one_collects_at_a_time_and_a_dead_one_leaves_nothing(database: Database) {
    let store = database.open().await;
    let other = database.open().await;
    store.follow_cloud(&lab(), Some(at(5))).await.unwrap();
    // Whoever follows it again changes nothing.
    store.follow_cloud(&lab(), Some(at(99))).await.unwrap();
    let seen = other.collectors().await.unwrap().remove(0);
    assert_eq!(seen.next_at, Some(at(5)));
    let first = claim(&store, 1, 10).await.unwrap();
    // It was seen before the other had it.
    let late = other
        .claim_collector(&seen, executor(2), progress(10))
        .await
        .unwrap();
    assert_eq!(late, None);
    let page = Staged::There(vec![server("a", "web-1", "ACTIVE")]);
    store
        .stage(&first, page.clone(), progress(10))
        .await
        .unwrap();
    store.collector_heartbeat(&first).await.unwrap();
    let at_work = other.cloud(&lab()).await.unwrap().unwrap();
    assert_eq!(at_work.progress, Some(progress(10)));

    let second = claim(&other, 2, 20).await.unwrap();
    assert_eq!(second.fence, first.fence + 1);
    for fenced in [
        store.stage(&first, page, progress(10)).await.unwrap_err(),
        store.collector_heartbeat(&first).await.unwrap_err(),
        store.let_cloud_go(&first).await.unwrap_err(),
    ] {
        assert!(matches!(fenced, StoreError::Fenced), "{fenced:?}");
    }
    // What the first had put aside is no part of what the second makes.
    let publication = NewPublication {
        at: at(20),
        source: "schedule".into(),
        kinds: vec![whole(HeldKind::Server, 20)],
        next_at: None,
    };
    let published = other.publish(&second, publication).await.unwrap();
    assert!(!published.changed);
    assert!(servers(&other).await.is_empty());
}

async fn a_cloud_that_cannot_be_asked_keeps_what_was_known(database: Database) {
    let store = database.open().await;
    collect(&store, 10, vec![server("a", "web-1", "ACTIVE")], &[]).await;
    let act = Act::Collect { cloud: lab() };
    store.want_collection(&lab(), act, audit(15)).await.unwrap();
    assert!(store.cloud(&lab()).await.unwrap().unwrap().is_wanted());
    let claim = claim(&store, 1, 20).await.unwrap();
    assert!(!store.cloud(&lab()).await.unwrap().unwrap().is_wanted());
    let page = Staged::Gone(HeldKind::Server, vec![CloudId::new("a")]);
    store.stage(&claim, page, progress(20)).await.unwrap();
    let trouble = Trouble {
        since: at(20),
        why: "nobody answers".into(),
    };
    store
        .give_up(&claim, trouble.clone(), Some(at(30)))
        .await
        .unwrap();
    let state = store.cloud(&lab()).await.unwrap().unwrap();
    assert_eq!(state.trouble, Some(trouble));
    assert_eq!(state.looked_at, Some(at(10)), "that look came to nothing");
    assert_eq!(state.progress, None);
    assert_eq!(servers(&store).await.len(), 1);
    // A look that went to its end forgets the trouble.
    collect(&store, 40, Vec::new(), &[]).await;
    let state = store.cloud(&lab()).await.unwrap().unwrap();
    assert_eq!((state.trouble, state.looked_at), (None, Some(at(40))));
    let log = store.audit(None, 10).await.unwrap();
    assert!(matches!(&log[0].act, Act::Collect { cloud } if *cloud == lab()));
}

async fn all_pages_of_a_list_are_the_whole_list(database: Database) {
    let store = database.open().await;
    let mut there = Vec::new();
    for number in 0..23_u32 {
        let status = ["ACTIVE", "ERROR", "SHUTOFF"][number as usize % 3];
        // Names that tie, and that sort otherwise by bytes than in English.
        let name = ["web", "Web", "db", "_x"][number as usize % 4];
        there.push(server(&format!("id-{number:02}"), name, status));
    }
    collect(&store, 10, there, &[]).await;
    let all = HeldFilter::all(lab(), HeldKind::Server);
    let errors = HeldFilter {
        status: Some("ERROR".into()),
        ..all.clone()
    };
    let found = HeldFilter {
        q: Some("WEB".into()),
        ..all.clone()
    };
    for (filter, total) in [(all, 23), (errors, 8), (found, 12)] {
        for sort in [
            HeldSort::Name,
            HeldSort::Status,
            HeldSort::Detail,
            HeldSort::Project,
            HeldSort::Place,
        ] {
            for direction in [Direction::Ascending, Direction::Descending] {
                let mut filter = HeldFilter {
                    sort,
                    direction,
                    limit: Some(5),
                    ..filter.clone()
                };
                let mut ids = Vec::new();
                loop {
                    let page = store.held(&filter).await.unwrap();
                    assert_eq!(page.total, total);
                    assert!(page.rows.len() <= 5);
                    ids.extend(page.rows.into_iter().map(|row| row.held.id));
                    match page.next {
                        Some(next) => filter.after = Some(next),
                        None => break,
                    }
                }
                assert_eq!(ids.len() as u64, total);
                let each: BTreeSet<&CloudId> = ids.iter().collect();
                assert_eq!(each.len() as u64, total, "{sort:?}: one came twice");
            }
        }
    }
    // Wildcards are letters here.
    let text = |q: &str| HeldFilter {
        q: Some(q.into()),
        ..HeldFilter::all(lab(), HeldKind::Server)
    };
    assert_eq!(store.held(&text("note=100%_sure")).await.unwrap().total, 23);
    assert_eq!(store.held(&text("note=100_%sure")).await.unwrap().total, 0);
    let elsewhere = HeldFilter {
        after: Some("00".into()),
        ..HeldFilter::all(lab(), HeldKind::Server)
    };
    let error = store.held(&elsewhere).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)), "{error:?}");
    let facets = store.held_facets(&lab(), HeldKind::Server).await.unwrap();
    assert_eq!(facets.statuses, ["ACTIVE", "ERROR", "SHUTOFF"]);
    assert_eq!(facets.details, ["m1.small"]);
    assert_eq!(facets.projects.len(), 1);
}

async fn the_last_of_each_day_is_read_and_nothing_else(database: Database) {
    let store = database.open().await;
    // When, what is in use then: several on one day, days without any, one thing that nobody asks for.
    // The clock of tests stands at 16:53:20.
    let day = |number: i64| number * 86_400 + 25_600;
    for (seconds, vcpus, ram) in [
        (day(0) + 10, 1, 100),
        (day(3), 2, 100),
        (day(3) + 86_399, 3, 200),
        (day(4), 4, 200),
        (day(4) + 50, 5, 200),
        (day(4) + 60, 6, 300),
        (day(9) + 5, 7, 300),
    ] {
        let quota = |what: QuotaKind, used| {
            let quota = Quota { limit: None, used };
            foreign(held(what.word(), what.words(), QuotaUse { what, quota }))
        };
        let there = vec![
            quota(QuotaKind::Vcpus, vcpus),
            quota(QuotaKind::RamMib, ram),
            quota(QuotaKind::Ports, vcpus),
        ];
        assert!(collect(&store, seconds, there, &[]).await);
    }
    let start = at(day(0)).date_naive();
    let of = |ids: &[QuotaKind], from: u64, until: u64| {
        let ids = ids.iter().map(|kind| CloudId::new(kind.word())).collect();
        let store = &store;
        async move {
            let days = start + Days::new(from)..=start + Days::new(until);
            let versions = store
                .held_by_day(&lab(), HeldKind::Quota, &ids, days)
                .await
                .unwrap();
            let used = versions.into_iter().map(|version| match version.held.body {
                Body::Quota(QuotaUse { what, quota }) => (
                    (version.since.date_naive() - start).num_days(),
                    what,
                    quota.used,
                ),
                other => panic!("{other:?}"),
            });
            used.collect::<Vec<_>>()
        }
    };
    let vcpus = |all: &[(i64, u64)]| -> Vec<(i64, QuotaKind, u64)> {
        let all = all.iter();
        all.map(|(day, used)| (*day, QuotaKind::Vcpus, *used))
            .collect()
    };
    let only = [QuotaKind::Vcpus];
    let whole = [(0, 1), (3, 3), (4, 6), (9, 7)];
    assert_eq!(of(&only, 0, 20).await, vcpus(&whole));
    // What began before the first day holds on it; what begins after the last one is not there yet.
    assert_eq!(of(&only, 2, 3).await, vcpus(&[(0, 1), (3, 3)]));
    assert_eq!(of(&only, 5, 8).await, vcpus(&[(4, 6)]));
    let both = of(&[QuotaKind::Vcpus, QuotaKind::RamMib], 0, 20).await;
    assert_eq!(both.len(), whole.len() + 3);
    let ram: Vec<_> = both
        .iter()
        .filter(|(_, what, _)| *what == QuotaKind::RamMib)
        .collect();
    let ram: Vec<_> = ram
        .into_iter()
        .map(|(day, _, used)| (*day, *used))
        .collect();
    assert_eq!(ram, [(0, 100), (3, 200), (4, 300)]);
    assert_eq!(of(&[], 0, 20).await, []);
    assert_eq!(of(&[QuotaKind::Volumes], 0, 20).await, []);
}

async fn rows_that_make_no_sense_are_named(database: Database) {
    let store = database.open().await;
    collect(&store, 10, vec![server("a", "web-1", "ACTIVE")], &[]).await;
    database
        .execute("UPDATE held_versions SET owner = 'the cat'")
        .await;
    let error = store
        .held(&HeldFilter::all(lab(), HeldKind::Server))
        .await
        .unwrap_err();
    let StoreError::BadData {
        table,
        column,
        row: _,
        why: _,
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!((*table, *column), ("held_versions", "owner"));
    database
        .execute("UPDATE collected_kinds SET outcome = '{}'")
        .await;
    let error = store.clouds().await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::BadData {
                table: "collected_kinds",
                column: "outcome",
                ..
            }
        ),
        "{error:?}"
    );
}
