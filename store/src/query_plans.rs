//! What SQLite says of every query that more than a row comes out of, or that runs often: it goes by
//! an index and sorts nothing. Lists of instances have tests of their own.

#![allow(clippy::unwrap_used)]

use sqlx::{AssertSqlSafe, Row};

use crate::{
    SqlStore, audit, environments, executors, instances, instances_speak, journal, leases,
    operations, recipes, revisions, tokens,
};

#[tokio::test]
async fn every_query_reads_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&folder.path().join("store.db"))
        .await
        .unwrap();
    // These want all rows of a table or of a partial index in its order, or stop at a limit: they
    // walk that index. (All environments with the destroyed ones want every row in any order.)
    let walks = [
        audit::NEWEST,
        environments::LIVING,
        executors::OPEN,
        leases::ALL,
        operations::NEWEST,
        operations::RESERVED,
        recipes::ALL,
    ];
    // These go straight to their rows.
    let searches = [
        audit::NEWEST_OF,
        environments::NAMED,
        instances::CURRENT,
        instances_speak::CONSOLE,
        instances_speak::OF_ENVIRONMENT,
        instances_speak::OF_INSTANCE,
        journal::BINDINGS,
        leases::LEASE,
        operations::EVENTS,
        operations::JOURNAL,
        operations::NEWEST_OF,
        operations::OPEN_OF,
        operations::WITH_KEY,
        revisions::CURRENT_ITEMS,
        revisions::ITEMS,
        revisions::NEWEST,
        revisions::OF_ENVIRONMENT,
        tokens::FIND,
    ];
    for (sql, may_walk) in walks
        .map(|sql| (sql, true))
        .into_iter()
        .chain(searches.map(|sql| (sql, false)))
    {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(&store.readers)
            .await
            .unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(!lines.is_empty(), "{sql}");
        for line in &lines {
            assert!(line.contains(" INDEX "), "{sql}: {lines:?}");
            assert!(may_walk || line.starts_with("SEARCH"), "{sql}: {lines:?}");
        }
        // Not all operations there ever were, but those to be worked on.
        if sql.contains("o.open = 1") {
            assert!(lines[0].contains("INDEX operations_"), "{sql}: {lines:?}");
        }
    }
}
