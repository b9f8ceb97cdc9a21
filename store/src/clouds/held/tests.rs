//! What SQLite says of each list of a cloud: which index it reads, and that it neither reads all
//! that the cloud holds nor sorts it.

#![allow(clippy::unwrap_used)]

use super::*;

const SORTS: [HeldSort; 5] = [
    HeldSort::Name,
    HeldSort::Status,
    HeldSort::Detail,
    HeldSort::Project,
    HeldSort::Place,
];

async fn explain(store: &SqlStore, select: &Select) -> Vec<String> {
    let rows = select
        .query("EXPLAIN QUERY PLAN ")
        .fetch_all(&store.readers)
        .await
        .unwrap();
    // What is looked up beside the list is another table's.
    rows.iter()
        .map(|row| row.get("detail"))
        .filter(|line: &String| !line.contains("change_counter"))
        .collect()
}

/// Every combination of what a filter can be narrowed by.
fn filters() -> impl Iterator<Item = HeldFilter> {
    (0..64_u32).map(|bits| {
        let set = |bit: u32| bits & (1 << bit) != 0;
        HeldFilter {
            owner: set(0).then_some(Owner::Foreign),
            environment: set(1).then(|| "production".parse().unwrap()),
            status: set(2).then(|| "ACTIVE".into()),
            detail: set(3).then(|| "m1.small".into()),
            project: set(4).then(|| CloudId::new("p")),
            q: set(5).then(|| "web".into()),
            ..HeldFilter::all("lab".parse().unwrap(), HeldKind::Server)
        }
    })
}

/// The same list from its start and from a place in it.
fn pages(filter: &HeldFilter) -> [HeldFilter; 2] {
    let place = Cursor {
        sort: filter.sort,
        direction: filter.direction,
        value: "x".into(),
        name: "web-1".into(),
        ordinal: 1,
        id: "i".into(),
    };
    [None, Some(write_place(&place).unwrap())].map(|after| HeldFilter {
        after,
        ..filter.clone()
    })
}

#[tokio::test]
async fn every_list_reads_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&folder.path().join("store.db"))
        .await
        .unwrap();
    let mut looked_at = 0;
    for filter in filters() {
        for sort in SORTS {
            for direction in [Direction::Ascending, Direction::Descending] {
                let filter = HeldFilter {
                    sort,
                    direction,
                    ..filter.clone()
                };
                for filter in pages(&filter) {
                    let lines = explain(&store, &page(&filter, 50).unwrap()).await;
                    let reads = |line: &&String| line.starts_with("SEARCH v USING INDEX held_by_");
                    assert_eq!(lines.iter().filter(reads).count(), 1, "{lines:?}");
                    looked_at += 1;
                }
            }
        }
        let lines = explain(&store, &count(&filter)).await;
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("SEARCH v USING") && line.contains("held_by_")),
            "{filter:?}: {lines:?}"
        );
    }
    assert_eq!(looked_at, 64 * 5 * 2 * 2);
}

#[tokio::test]
async fn a_page_starts_at_its_place_and_nothing_is_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&folder.path().join("store.db"))
        .await
        .unwrap();
    for sort in SORTS {
        for direction in [Direction::Ascending, Direction::Descending] {
            let all = HeldFilter {
                sort,
                direction,
                ..HeldFilter::all("lab".parse().unwrap(), HeldKind::Server)
            };
            let [_, later] = pages(&all);
            let lines = explain(&store, &page(&later, 50).unwrap()).await;
            let beyond = match direction {
                Direction::Ascending => ">(",
                Direction::Descending => "<(",
            };
            assert!(
                lines.iter().all(|line| !line.contains("TEMP B-TREE"))
                    && lines.iter().any(|line| line.contains(beyond)),
                "{sort:?} {direction:?}: {lines:?}"
            );
        }
    }
}
