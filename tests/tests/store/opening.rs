//! Opening: a schema of the future is refused, a bad row is named, and what was written stays.

use engine::port::{Store, StoreError};
use model::environment::Layer;
use model::filter::InstanceFilter;
use model::operation::Phase;

use crate::harness::{Database, claimed, environment_id, on_both, operation_id, put, topology};

on_both! {
    a_newer_schema_is_refused
    a_changed_schema_is_refused
    many_open_it_at_once
    what_was_written_is_there_when_opened_again
    the_version_grows_with_what_pages_show
    bad_rows_are_named
}

async fn a_newer_schema_is_refused(database: Database) {
    database.open().await.close().await;
    let known = database
        .number("SELECT MAX(version) FROM _sqlx_migrations")
        .await;
    database
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99990101000000, description, success, checksum, execution_time \
             FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
        )
        .await;
    let refused = database.try_open().await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Newer { found: 99_990_101_000_000, known: ours } if ours == known),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("newer Understudy"),
        "{refused}"
    );
    // It left no lock behind.
    database
        .execute("DELETE FROM _sqlx_migrations WHERE version = 99990101000000")
        .await;
    database.open().await;
}

async fn a_changed_schema_is_refused(database: Database) {
    database.open().await.close().await;
    database
        .execute(
            "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations \
             WHERE version = (SELECT MAX(version) FROM _sqlx_migrations))",
        )
        .await;
    let refused = database.try_open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Database(_)), "{refused:?}");
    assert!(refused.to_string().contains("backup"), "{refused}");
}

async fn many_open_it_at_once(database: Database) {
    // SQLite has one server at a time; the first must be through before others come.
    let first = database.open().await;
    let opened = futures::future::join_all((0..4).map(|_| database.open())).await;
    put(&first, 1, &topology("prod", &[]), Layer::Planned, 0).await;
    for store in opened {
        assert_eq!(store.environments(false).await.unwrap().len(), 1);
        assert_eq!(store.is_exclusive(), first.is_exclusive());
    }
}

async fn what_was_written_is_there_when_opened_again(database: Database) {
    let store = database.open().await;
    let (environment, claim) = claimed(&store).await;
    let version = store.version().await.unwrap();
    store.close().await;
    let store = database.open().await;
    assert_eq!(store.version().await.unwrap(), version);
    let found = store.environment(&environment.name).await.unwrap();
    assert_eq!(found, Some(environment));
    store.heartbeat(claim).await.unwrap();
}

async fn the_version_grows_with_what_pages_show(database: Database) {
    let store = database.open().await;
    let mut last = store.version().await.unwrap();
    for count in 1..=3 {
        put(
            &store,
            1,
            &topology("prod", &[("app", count)]),
            Layer::Planned,
            0,
        )
        .await;
        let version = store.version().await.unwrap();
        assert!(version > last);
        last = version;
    }
}

async fn bad_rows_are_named(database: Database) {
    let store = database.open().await;
    claimed(&store).await;
    let id = environment_id(1);
    // A statement that spoils a row, and what is said of it.
    let cases = [
        (
            "UPDATE environments SET kind = 'palace'",
            format!("bad data in environments.kind, row {id}: "),
        ),
        (
            "UPDATE environments SET kind = 'production', protected = 2",
            format!("bad data in environments.protected, row {id}: "),
        ),
        (
            "UPDATE environments SET protected = 0, planned = -1",
            format!("bad data in environments.planned, row {id}: "),
        ),
        (
            "UPDATE environments SET planned = 1, created_at = 9223372036854775807",
            format!("bad data in environments.created_at, row {id}: "),
        ),
    ];
    for (sql, said) in cases {
        database.execute(sql).await;
        let error = store.environments(false).await.unwrap_err();
        assert!(error.to_string().starts_with(&said), "{error}");
    }
    database
        .execute("UPDATE environments SET created_at = 0")
        .await;

    database
        .execute("UPDATE item_versions SET body = '{\"count\": \"many\"}' WHERE kind = 'group'")
        .await;
    let error = store.revision(id, Layer::Planned, None).await.unwrap_err();
    let said = format!("bad data in item_versions.body, row {id}/planned/group/app/1: ");
    assert!(error.to_string().starts_with(&said), "{error}");

    database
        .execute("UPDATE instance_versions SET body = '[]' WHERE ordinal = 2")
        .await;
    let error = store
        .instances(&InstanceFilter::default())
        .await
        .unwrap_err();
    let said = "bad data in instance_versions.body, row prod/planned/app/2: ";
    assert!(error.to_string().starts_with(said), "{error}");

    let operation = operation_id(1);
    database.execute("UPDATE operations SET actor = 'me'").await;
    let error = store.operation(operation).await.unwrap_err();
    let said = format!("bad data in operations.actor, row {operation}: ");
    assert!(error.to_string().starts_with(&said), "{error}");

    database.execute("UPDATE plans SET hash = 'other'").await;
    let error = store.plan(operation, Phase::Forward).await.unwrap_err();
    let said = format!("bad data in plans.hash, row {operation}/forward: ");
    assert!(error.to_string().starts_with(&said), "{error}");

    database
        .execute("UPDATE executors SET holder = 'nobody'")
        .await;
    let error = store.open_operations().await.unwrap_err();
    let said = format!("bad data in executors.holder, row {id}: ");
    assert!(error.to_string().starts_with(&said), "{error}");
}

/// SQLite keeps whatever type a value has, so a column can hold another than it should.
#[tokio::test]
async fn a_value_of_another_type_is_named() {
    let database = Database::sqlite();
    let store = database.open().await;
    claimed(&store).await;
    database
        .execute("UPDATE executors SET heartbeat = 'often'")
        .await;
    let error = store.open_operations().await.unwrap_err();
    let said = format!(
        "bad data in executors.heartbeat, row {}: ",
        environment_id(1)
    );
    assert!(error.to_string().starts_with(&said), "{error}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let error = store::SqlStore::open_sqlite(std::path::Path::new("no-such-folder/store.db"))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("`no-such-folder/store.db`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    std::fs::write(&file, "This is a diary, not a database. ".repeat(100)).unwrap();
    let error = store::SqlStore::open_sqlite(&file).await.unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[tokio::test]
async fn a_postgresql_that_does_not_answer_is_told() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let url = format!("postgres://someone:s3cret@127.0.0.1:{port}/nothing");
    let error = store::SqlStore::open_postgres(&url).await.unwrap_err();
    assert!(
        error.to_string().contains("could not be reached"),
        "{error}"
    );
    assert!(!error.to_string().contains("s3cret"), "{error}");
    let error = store::SqlStore::open_postgres("nonsense")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("postgres://USER"), "{error}");
}
