//! The tests' own PostgreSQL: databases are apart, and nothing stays behind.

use sqlx::{Connection, Executor, PgConnection, Row};
use tests::postgres::{TestPostgres, database};

#[tokio::test]
async fn each_database_is_new_and_empty() {
    let (one, other) = (database().await, database().await);
    let mut connection = PgConnection::connect(&one).await.unwrap();
    connection
        .execute("CREATE TABLE only_here (n BIGINT)")
        .await
        .unwrap();
    let mut connection = PgConnection::connect(&other).await.unwrap();
    let row = connection
        .fetch_one("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'only_here'")
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}

#[tokio::test]
async fn a_dropped_server_is_gone() {
    let server = TestPostgres::start();
    let url = server.database().await;
    PgConnection::connect(&url)
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    drop(server);
    assert!(PgConnection::connect(&url).await.is_err());
}
