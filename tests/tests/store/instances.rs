//! The inventory: filters, search, and pages that together are the whole list, in every order.

use engine::port::{Store, StoreError};
use model::environment::Layer;
use model::filter::{Direction, InstanceFilter, InstanceRow, InstanceSort, Page};
use model::profile::Category;
use model::value::Value;
use store::SqlStore;

use crate::harness::{Database, facts, on_both, put, topology};

on_both! {
    all_pages_are_the_whole_list
    a_filter_narrows_and_counts
    a_search_takes_wildcards_as_they_are
    a_page_of_another_list_is_refused
    totals_follow_what_changes
    a_page_has_a_largest_size
}

const SORTS: [InstanceSort; 4] = [
    InstanceSort::Key,
    InstanceSort::HostName,
    InstanceSort::Flavor,
    InstanceSort::Status,
];

/// Two environments, one with both layers, many ties: 21 lines.
async fn filled(store: &SqlStore) {
    let mut planned = topology("prod", &[("app", 5), ("app-2", 2), ("app2", 2)]);
    let app2 = planned.groups.get_mut("app2").unwrap();
    app2.category = Category::Process;
    app2.flavor = Value::Unknown;
    put(store, 1, &planned, Layer::Planned, 0).await;
    let mut observed = topology("prod", &[("app", 5), ("db", 3)]);
    for (ordinal, status) in [(1, "ACTIVE"), (2, "ERROR"), (3, "ACTIVE")] {
        facts(&mut observed, "app", ordinal).status = Some(status.into());
    }
    let db = observed.groups.get_mut("db").unwrap();
    // By its bytes before `m1.small`, in English after it.
    db.flavor = Value::Fixed("m1.Tall".parse().unwrap());
    db.image = Value::Fixed("Ubuntu_12%04".parse().unwrap());
    db.category = Category::Infrastructure;
    // Host names that tie with others'.
    for ordinal in 1..=3 {
        facts(&mut observed, "db", ordinal).host_name = Some("node".into());
    }
    facts(&mut observed, "db", 2).addresses = vec!["10.20.0.7".parse().unwrap()];
    facts(&mut observed, "db", 3).public_addresses = vec!["192.0.2.10".parse().unwrap()];
    let os = serde_json::from_str("\"Ubuntu 10.04 LTS\"").unwrap();
    facts(&mut observed, "db", 1).os = Some(os);
    put(store, 1, &observed, Layer::Observed, 1).await;
    let copy = topology("copy-1", &[("app", 4)]);
    put(store, 2, &copy, Layer::Planned, 2).await;
}

async fn page(store: &SqlStore, filter: &InstanceFilter) -> Page<InstanceRow> {
    store.instances(filter).await.unwrap()
}

/// All pages of a list, one after the other.
async fn walk(store: &SqlStore, filter: &InstanceFilter, limit: u32) -> Vec<InstanceRow> {
    let mut filter = InstanceFilter {
        limit: Some(limit),
        ..filter.clone()
    };
    let mut rows = Vec::new();
    loop {
        let page = page(store, &filter).await;
        assert!(page.rows.len() <= limit as usize);
        rows.extend(page.rows);
        let Some(next) = page.next else {
            assert_eq!(rows.len() as u64, page.total);
            return rows;
        };
        filter.after = Some(next);
    }
}

/// What a list is sorted by, ties and all; unknown values come first.
fn place(row: &InstanceRow, sort: InstanceSort) -> (String, String, &'static str, String, u32) {
    let record = &row.record;
    let value = match sort {
        InstanceSort::Key => String::new(),
        InstanceSort::HostName => record.host_name.clone(),
        InstanceSort::Flavor => record
            .flavor
            .fixed()
            .map(ToString::to_string)
            .unwrap_or_default(),
        InstanceSort::Status => record.facts.status.clone().unwrap_or_default(),
    };
    (
        value,
        row.environment.to_string(),
        row.layer.word(),
        record.group.to_string(),
        record.ordinal,
    )
}

async fn all_pages_are_the_whole_list(database: Database) {
    let store = database.open().await;
    filled(&store).await;
    let narrowed = [
        InstanceFilter::default(),
        InstanceFilter {
            environment: Some("prod".parse().unwrap()),
            ..InstanceFilter::default()
        },
        InstanceFilter {
            environment: Some("prod".parse().unwrap()),
            layer: Some(Layer::Observed),
            group: Some("app".parse().unwrap()),
            ..InstanceFilter::default()
        },
        InstanceFilter {
            flavor: Some("m1.small".parse().unwrap()),
            ..InstanceFilter::default()
        },
        InstanceFilter {
            q: Some("app".into()),
            category: Some(Category::Application),
            ..InstanceFilter::default()
        },
    ];
    for (filter, total) in narrowed.into_iter().zip([21, 17, 5, 16, 16]) {
        for sort in SORTS {
            for direction in [Direction::Ascending, Direction::Descending] {
                let filter = InstanceFilter {
                    sort,
                    direction,
                    ..filter.clone()
                };
                let whole = page(&store, &filter).await;
                assert_eq!(whole.rows.len(), total, "{filter:?}");
                assert_eq!(whole.total, total as u64, "{filter:?}");
                let mut sorted = whole.rows.clone();
                sorted.sort_by_key(|row| place(row, sort));
                match direction {
                    Direction::Ascending => {}
                    Direction::Descending => sorted.reverse(),
                }
                assert_eq!(whole.rows, sorted, "{filter:?}");
                for limit in [1, 2, 5, 20] {
                    assert_eq!(walk(&store, &filter, limit).await, sorted, "{filter:?}");
                }
            }
        }
    }
}

async fn a_filter_narrows_and_counts(database: Database) {
    let store = database.open().await;
    filled(&store).await;
    let cases: [(&str, u64); 10] = [
        (r#"{"layer":"observed"}"#, 8),
        (r#"{"layer":"planned"}"#, 13),
        (r#"{"environment":"copy-1"}"#, 4),
        (r#"{"environment":"nobody"}"#, 0),
        (r#"{"group":"app"}"#, 14),
        (r#"{"category":"process"}"#, 2),
        (r#"{"flavor":"m1.Tall"}"#, 3),
        (r#"{"flavor":"m1.tall"}"#, 0),
        (r#"{"status":"ACTIVE","environment":"prod"}"#, 2),
        (r#"{"status":"ACTIVE","category":"infrastructure"}"#, 0),
    ];
    for (filter, total) in cases {
        let parsed: InstanceFilter = serde_json::from_str(filter).unwrap();
        let found = page(&store, &parsed).await;
        assert_eq!(found.total, total, "{filter}");
        assert_eq!(found.rows.len() as u64, total, "{filter}");
    }
    let found = page(
        &store,
        &serde_json::from_str(r#"{"environment":"copy-1"}"#).unwrap(),
    )
    .await;
    let row = &found.rows[0];
    assert_eq!(row.environment.as_str(), "copy-1");
    assert_eq!(row.layer, Layer::Planned);
    assert_eq!(row.record.name(), "app[1]");
}

async fn a_search_takes_wildcards_as_they_are(database: Database) {
    let store = database.open().await;
    filled(&store).await;
    let cases = [
        ("", 21),
        // Nothing has it in its key, its name or its address; three in their image.
        ("%", 3),
        ("_", 3),
        ("ubuntu_12%04", 3),
        ("UBUNTU_12%04", 3),
        ("ubuntu%", 0),
        ("ubuntu_1", 3),
        ("b_1", 0),
        ("!", 0),
        ("app-2", 2),
        ("APP[1]", 3),
        ("node", 3),
        ("10.20.0.7", 1),
        ("192.0.2", 1),
        ("10.04 lts", 1),
        // Not across two of the texts that are looked in.
        ("node\ndb", 0),
        ("'; DROP TABLE instance_versions; --", 0),
        ("\0", 0),
        ("🦀", 0),
    ];
    for (q, total) in cases {
        let filter = InstanceFilter {
            q: Some(q.into()),
            ..InstanceFilter::default()
        };
        let found = page(&store, &filter).await;
        let names: Vec<_> = found.rows.iter().map(|row| row.record.name()).collect();
        assert_eq!(found.total, total, "{q}: {names:?}");
    }
    let long = InstanceFilter {
        q: Some("a".repeat(60_000)),
        ..InstanceFilter::default()
    };
    assert_eq!(page(&store, &long).await.total, 0);
}

async fn a_page_of_another_list_is_refused(database: Database) {
    let store = database.open().await;
    filled(&store).await;
    let first = InstanceFilter {
        limit: Some(3),
        ..InstanceFilter::default()
    };
    let next = page(&store, &first).await.next.unwrap();
    let ask = |sort, direction, after: String| InstanceFilter {
        sort,
        direction,
        after: Some(after),
        ..first.clone()
    };
    let (key, up) = (InstanceSort::Key, Direction::Ascending);
    assert_eq!(
        page(&store, &ask(key, up, next.clone())).await.rows.len(),
        3
    );
    for filter in [
        ask(InstanceSort::Status, up, next.clone()),
        ask(key, Direction::Descending, next.clone()),
        ask(key, up, next[..next.len() - 3].into()),
        ask(key, up, "zz".into()),
        ask(key, up, String::new()),
        ask(key, up, "🦀".into()),
    ] {
        let refused = store.instances(&filter).await.unwrap_err();
        assert!(matches!(refused, StoreError::Missing(_)), "{refused:?}");
        assert!(refused.to_string().contains("first page"), "{refused}");
    }
}

async fn totals_follow_what_changes(database: Database) {
    let (store, other) = (database.open().await, database.open().await);
    let bare = database.open().await.without_caches();
    let filter = InstanceFilter::default();
    for count in [1, 3, 2] {
        // Written through one store, read through all: none remembers what is no longer so.
        put(
            &other,
            1,
            &topology("prod", &[("app", count)]),
            Layer::Planned,
            0,
        )
        .await;
        for reader in [&store, &other, &bare] {
            for _ in 0..2 {
                assert_eq!(page(reader, &filter).await.total, u64::from(count));
            }
        }
    }
}

async fn a_page_has_a_largest_size(database: Database) {
    let store = database.open().await;
    put(
        &store,
        1,
        &topology("prod", &[("app", 1001)]),
        Layer::Planned,
        0,
    )
    .await;
    let ask = |limit| InstanceFilter {
        limit,
        ..InstanceFilter::default()
    };
    for (limit, rows) in [(None, 50), (Some(0), 1), (Some(7), 7), (Some(5000), 1000)] {
        let found = page(&store, &ask(limit)).await;
        assert_eq!((found.rows.len(), found.total), (rows, 1001));
        assert!(found.next.is_some());
    }
}
