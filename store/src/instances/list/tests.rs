//! What SQLite says of each list: which index it reads, and that it neither reads the whole
//! inventory nor sorts it.

#![allow(clippy::unwrap_used)]

use model::environment::Layer;
use model::filter::Direction;
use model::profile::Category;
use sqlx::Row;

use super::*;

const SORTS: [InstanceSort; 4] = [
    InstanceSort::Key,
    InstanceSort::HostName,
    InstanceSort::Flavor,
    InstanceSort::Status,
];
const DIRECTIONS: [Direction; 2] = [Direction::Ascending, Direction::Descending];

async fn store() -> (SqlStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&folder.path().join("store.db"))
        .await
        .unwrap();
    (store, folder)
}

async fn explain(store: &SqlStore, select: &Select) -> Vec<String> {
    let rows = select
        .query("EXPLAIN QUERY PLAN ")
        .fetch_all(&store.readers)
        .await
        .unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Every combination of what a filter can be narrowed by.
fn filters() -> Vec<InstanceFilter> {
    (0..128_u32)
        .map(|bits| {
            let set = |bit: u32| bits & (1 << bit) != 0;
            InstanceFilter {
                environment: set(0).then(|| "production".parse().unwrap()),
                layer: set(1).then_some(Layer::Planned),
                group: set(2).then(|| "app".parse().unwrap()),
                category: set(3).then_some(Category::Process),
                flavor: set(4).then(|| "m1.small".parse().unwrap()),
                status: set(5).then(|| "ACTIVE".into()),
                q: set(6).then(|| "app".into()),
                ..InstanceFilter::default()
            }
        })
        .collect()
}

/// A place in a list, as its pages name it.
fn place(sort: InstanceSort, direction: Direction) -> String {
    let row = serde_json::json!({
        "environment": "production", "kind": "production", "layer": "planned", "group": "app",
        "ordinal": 1, "host_name": "app1", "category": "application", "lifecycle": "live",
        "flavor": "m1.small", "vcpus": null, "ram": null, "disk": null, "image": "unknown",
        "profiles": [], "role": null, "facts": {},
    });
    let row: InstanceRow = serde_json::from_value(row).unwrap();
    Cursor::at(&row, sort, direction).write().unwrap()
}

#[tokio::test]
async fn every_list_reads_an_index() {
    let (store, _folder) = store().await;
    let mut looked_at = 0;
    for filter in filters() {
        for (sort, direction) in SORTS.into_iter().flat_map(|s| DIRECTIONS.map(|d| (s, d))) {
            for after in [None, Some(place(sort, direction))] {
                let filter = InstanceFilter {
                    sort,
                    direction,
                    after,
                    ..filter.clone()
                };
                let lines = explain(&store, &page(&filter, 50).unwrap()).await;
                let of_instances = |line: &&String| line.split(' ').nth(1) == Some("v");
                let found: Vec<&String> = lines.iter().filter(of_instances).collect();
                assert!(
                    matches!(&*found, [one] if one.starts_with("SEARCH v USING INDEX instances_by_")),
                    "{filter:?}: {lines:?}"
                );
                looked_at += 1;
            }
        }
        let lines = explain(&store, &count(&filter)).await;
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("SEARCH v USING") && line.contains("instances_by_")),
            "{filter:?}: {lines:?}"
        );
    }
    assert_eq!(looked_at, 128 * 4 * 2 * 2);
}

#[tokio::test]
async fn a_page_starts_at_its_place_and_nothing_is_sorted() {
    let (store, _folder) = store().await;
    for (sort, direction) in SORTS.into_iter().flat_map(|s| DIRECTIONS.map(|d| (s, d))) {
        let whole = InstanceFilter {
            sort,
            direction,
            after: Some(place(sort, direction)),
            ..InstanceFilter::default()
        };
        let in_one = InstanceFilter {
            environment: Some("production".parse().unwrap()),
            ..whole.clone()
        };
        // Within one environment only the order by key has an index of its own.
        let lists = match sort {
            InstanceSort::Key => vec![whole, in_one],
            InstanceSort::HostName | InstanceSort::Flavor | InstanceSort::Status => vec![whole],
        };
        for filter in lists {
            let lines = explain(&store, &page(&filter, 50).unwrap()).await;
            let beyond = match direction {
                Direction::Ascending => ">(",
                Direction::Descending => "<(",
            };
            assert!(
                lines.iter().all(|line| !line.contains("TEMP B-TREE"))
                    && lines.iter().any(|line| line.contains(beyond)),
                "{filter:?}: {lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_total_is_counted_from_an_index_alone() {
    let (store, _folder) = store().await;
    let lines = explain(&store, &count(&InstanceFilter::default())).await;
    assert!(
        lines
            .iter()
            .any(|line| line.contains("USING COVERING INDEX instances_by_")),
        "{lines:?}"
    );
}
