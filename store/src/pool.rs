//! Opens the database, and runs transactions. This is the only module that knows which of the two
//! databases it is; everywhere else there is one set of queries. It must never hold data back: what
//! was answered is on disk.
//!
//! Both databases are used alike: any number of connections that read, and one that writes. SQLite
//! has no more than one writer anyway. PostgreSQL would have, but then the transactions of one
//! server would mostly abort each other, because each counts the change counter up.

use std::path::Path;
use std::time::Duration;

use engine::port::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction};

use crate::failure::{Failure, Outcome};
use crate::{Engine, SqlStore, Totals};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Connections that read.
const READERS: u32 = 6;
/// How often a transaction that met another is run again before giving up.
const ATTEMPTS: u32 = 40;

/// A write that was answered must outlive the process and the machine's power, or something would
/// be made in the cloud whose intent nobody remembers: so every commit is synced (FULL). Commits
/// are few; a large import is one.
const SQLITE_WRITER: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";
const SQLITE_READER: &str = "PRAGMA query_only = ON";

/// A server that stops in the middle of a transaction (a suspended machine) must not keep the
/// others from taking over: PostgreSQL then ends its session.
const POSTGRES_SESSION: &str = "SET idle_in_transaction_session_timeout = '5s'; \
     SET application_name = 'understudy'; SET client_min_messages = 'warning'";

/// PostgreSQL has no collation called `binary`; SQLite has no other that sorts by bytes.
const POSTGRES_COLLATION: &str = r#"CREATE COLLATION IF NOT EXISTS "binary" FROM "C""#;

/// Whether a transaction changes what a page could show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It does: the change counter goes up.
    OnPages,
    /// It does not.
    Nowhere,
}

/// A write transaction.
pub(crate) struct Tx {
    inner: Transaction<'static, Any>,
    /// What the change counter will be when this is committed; 0 where it isn't touched.
    pub(crate) number: i64,
}

impl Tx {
    /// The connection to run statements on.
    pub(crate) fn on(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// How a transaction ends that nothing went wrong in.
pub(crate) enum End<T> {
    /// What it wrote stays.
    Commit(T),
    /// It turned out that there is nothing to write: not even the change counter goes up.
    Undo(T),
}

impl<T> End<T> {
    pub(crate) async fn settle(self, tx: Tx) -> Outcome<T> {
        match self {
            Self::Commit(value) => {
                tx.inner.commit().await?;
                Ok(value)
            }
            Self::Undo(value) => {
                tx.inner.rollback().await?;
                Ok(value)
            }
        }
    }
}

/// Runs a write transaction, again where it met another one. The body gives an [`End`]; where it
/// fails nothing stays. It may run more than once, so it must not consume what it captures.
macro_rules! transaction {
    ($store:expr, $shown:expr, |$tx:ident| $body:expr) => {{
        let mut attempt = 0;
        loop {
            let result = $crate::pool::outcome(async {
                let mut $tx = $store.begin($shown).await?;
                let end = $body;
                end.settle($tx).await
            })
            .await;
            if let Some(result) = $crate::pool::settled(result, &mut attempt).await {
                break result;
            }
        }
    }};
}
pub(crate) use transaction;

/// Says which type a transaction's body has.
pub(crate) async fn outcome<T>(body: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    body.await
}

/// The result of a transaction; none where it met another, after a short wait.
pub(crate) async fn settled<T>(
    result: Outcome<T>,
    attempt: &mut u32,
) -> Option<Result<T, StoreError>> {
    match result {
        Ok(value) => Some(Ok(value)),
        Err(failure) if failure.is_race() && *attempt < ATTEMPTS => {
            *attempt += 1;
            tracing::debug!(attempt, ?failure, "a transaction met another: once more");
            tokio::time::sleep(Duration::from_millis(u64::from(*attempt).min(20))).await;
            None
        }
        Err(failure) => Some(Err(failure.into_store())),
    }
}

impl SqlStore {
    /// Opens the SQLite database in a file, makes it where it isn't there, and brings its schema up
    /// to date. Whoever opens it makes sure that no second server does.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let options = sqlite_options(path)?;
        migrate(&options, SQLITE_WRITER, Engine::Sqlite).await?;
        let pool = |size, session: &'static str| {
            AnyPoolOptions::new()
                .max_connections(size)
                .idle_timeout(None)
                .max_lifetime(None)
                // There is no network in between that could have lost the connection.
                .test_before_acquire(false)
                .after_connect(move |connection, _| {
                    Box::pin(async move { connection.execute(session).await.map(drop) })
                })
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            engine: Engine::Sqlite,
            readers: pool(READERS, SQLITE_READER),
            writer: pool(1, SQLITE_WRITER),
            counts: Totals::remembered(),
        })
    }

    /// Opens a PostgreSQL database by its URL, and brings its schema up to date.
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = url.parse().map_err(opening)?;
        migrate(&options, POSTGRES_SESSION, Engine::Postgres).await?;
        let pool = |size| {
            AnyPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(POSTGRES_SESSION).await.map(drop) })
                })
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            engine: Engine::Postgres,
            readers: pool(READERS),
            writer: pool(1),
            counts: Totals::remembered(),
        })
    }

    /// The same store without its cache of counts: slower, and otherwise no different.
    #[must_use]
    pub fn without_caches(mut self) -> Self {
        self.counts = Totals::default();
        self
    }

    /// Waits for what is being written, then closes all connections. Nothing can be asked after.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    /// Begins a write transaction: nobody else writes until it ends.
    pub(crate) async fn begin(&self, shown: Shown) -> Outcome<Tx> {
        let mut inner = match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => {
                self.writer
                    .begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE")
                    .await?
            }
        };
        let number = match shown {
            Shown::Nowhere => 0,
            // First of all, so that two servers meet here, before either has done any work.
            Shown::OnPages => {
                let rows = sqlx::query(
                    "UPDATE change_counter SET number = number + 1 WHERE one = 1 RETURNING number",
                )
                .fetch_all(&mut *inner)
                .await?;
                match rows.first() {
                    Some(row) => row.try_get(0)?,
                    None => return Err(Failure::Sql(sqlx::Error::RowNotFound)),
                }
            }
        };
        Ok(Tx { inner, number })
    }

    /// Where a single statement that writes is run, without waiting for longer transactions where
    /// the database can do that.
    pub(crate) fn quick(&self) -> &AnyPool {
        match self.engine {
            Engine::Sqlite => &self.writer,
            Engine::Postgres => &self.readers,
        }
    }
}

/// Brings the schema up to date, on a connection of its own: its errors come at once, where a pool
/// would try to connect for as long as it may, and the migrator's lock goes with it.
async fn migrate(
    options: &AnyConnectOptions,
    session: &'static str,
    engine: Engine,
) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(options)
        .await
        .map_err(opening)?;
    let result = migrate_on(&mut connection, session, engine).await;
    let closed = connection.close().await.map_err(opening);
    result.and(closed)
}

async fn migrate_on(
    connection: &mut AnyConnection,
    session: &'static str,
    engine: Engine,
) -> Result<(), StoreError> {
    connection.execute(session).await.map_err(opening)?;
    let mut attempt = 0;
    loop {
        let made = match engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => connection.execute(POSTGRES_COLLATION).await.map(drop),
        };
        // Two servers that start at once may both make it; the second try finds it.
        if let Some(result) = settled(made.map_err(Failure::Sql), &mut attempt).await {
            break result?;
        }
    }
    // Not `run`: its future is not `Send` for a borrowed connection, which is what this one is for.
    match MIGRATIONS.run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(missing)) => {
            let found = sqlx::query("SELECT MAX(version) FROM _sqlx_migrations")
                .fetch_one(connection)
                .await
                .and_then(|row| row.try_get(0))
                .unwrap_or(missing);
            let known = MIGRATIONS.iter().map(|one| one.version).max();
            Err(StoreError::Newer {
                found,
                known: known.unwrap_or_default(),
            })
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(opening(error))
        }
        Err(error) => {
            tracing::error!(%error, "the schema could not be brought up to date");
            Err(StoreError::Database(
                "its schema is not one that this version of Understudy made: use another data \
                 folder or database, or restore this one from a backup"
                    .into(),
            ))
        }
    }
}

/// The options for a file. They can only be given as a URL, so the path is written as one.
fn sqlite_options(path: &Path) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    let unusable = |why: &str| {
        StoreError::Database(format!(
            "`{}` can't hold the database: {why}",
            path.display()
        ))
    };
    let name = path
        .file_name()
        .ok_or_else(|| unusable("it is not the name of a file"))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(|error| unusable(&format!("its folder can't be used ({error})")))?;
    let whole = folder.join(name);
    let text = whole
        .to_str()
        .ok_or_else(|| unusable("the path is not valid UTF-8"))?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                url.push(char::from(byte));
            }
            other => url.extend(["%", &format!("{other:02X}")]),
        }
    }
    url.push_str("?mode=rwc");
    url.parse().map_err(opening)
}

fn opening(error: sqlx::Error) -> StoreError {
    Failure::Sql(error).into_store()
}
