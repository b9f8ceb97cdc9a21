//! What SQLite says of every query that more than a row comes out of, or that runs often: it goes by
//! an index and sorts nothing. Lists of instances have tests of their own.

#![allow(clippy::unwrap_used)]

use sqlx::{AssertSqlSafe, Row};

use crate::{
    SqlStore, audit, clouds, collectors, environments, executors, files, instances,
    instances_speak, journal, leases, measures, operations, recipes, revisions, tokens, writings,
};

#[tokio::test]
async fn every_query_reads_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&folder.path().join("store.db"))
        .await
        .unwrap();
    // These want all rows of a table or of a partial index in its order, or stop at a limit: they
    // walk that index. (All environments with the destroyed ones,
    // and the newest collection of each cloud, want every row in any order.)
    let walks = [
        audit::NEWEST,
        clouds::EVERY,
        clouds::KINDS,
        clouds::environments::EVERYWHERE,
        collectors::ALL,
        environments::LIVING,
        executors::OPEN,
        leases::ALL,
        measures::LOOKS,
        operations::NEWEST,
        operations::RESERVED,
        recipes::ALL,
    ];
    // These go straight to their rows.
    let searches = [
        audit::FIRST_OF,
        audit::NEWEST_OF,
        clouds::KINDS_OF,
        clouds::NAMED,
        clouds::OF_CLOUD,
        clouds::assignments::FOREIGN,
        clouds::assignments::NUMBER,
        clouds::assignments::OF_CLOUD,
        clouds::assignments::RULES,
        clouds::environments::IN_CLOUD,
        clouds::environments::LEFT_CLOUD,
        clouds::environments::SERVERS,
        clouds::held::BY_ID,
        clouds::held::BY_PARENT,
        clouds::held::COUNTS,
        clouds::held::DETAILS,
        clouds::held::OVER_TIME,
        clouds::held::PROJECTS,
        clouds::held::STATUSES,
        clouds::held::VERSIONS,
        clouds::publish::CONTENT,
        clouds::staging::HASHES,
        clouds::staging::IDS,
        environments::NAMED,
        files::FIND,
        files::OLD,
        instances::CURRENT,
        instances_speak::CONSOLE,
        instances_speak::OF_ENVIRONMENT,
        instances_speak::OF_INSTANCE,
        journal::BINDINGS,
        leases::LEASE,
        measures::IN_ENVIRONMENT,
        measures::LAST,
        measures::LAST_OF,
        measures::LAST_ORPHANS,
        measures::MOUNTS,
        measures::OF_INSTANCE,
        measures::OLD,
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
        writings::ABOUT,
        writings::OF_KIND,
        writings::ONE,
    ];
    let by_day = clouds::by_day::by_day(3);
    for (sql, may_walk) in walks
        .map(|sql| (sql, true))
        .into_iter()
        .chain(searches.map(|sql| (sql, false)))
        .chain([(by_day.as_str(), false)])
    {
        // Those that end so are asked for a list of values.
        let values = if sql.ends_with(" IN") { " ($3)" } else { "" };
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}{values}")))
            .fetch_all(&store.readers)
            .await
            .unwrap();
        let mut lines: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        // One row of one, the heading of a query within another and what that gave, and a set that
        // is as large as the answer; a filter over what an index gave; days and ids that are given.
        let aside = [
            "change_counter",
            "SUBQUERY",
            "CO-ROUTINE",
            "SCAN d",
            "FOR DISTINCT",
            "SETUP",
            "RECURSIVE STEP",
            "SCAN CONSTANT ROW",
            "COMPOUND QUERY",
            "UNION ALL",
            "MATERIALIZE k",
            "SCAN k",
            "BLOOM FILTER",
        ];
        lines.retain(|line| !aside.iter().any(|part| line.contains(part)));
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
