//! The simulated cloud's file: SQLite of its own, never the store's. Every change is one
//! transaction that begins by taking the write lock, so that several processes can use the file at
//! once; between transactions nothing is remembered that another process could have changed (a
//! copy of the rows is kept for as long as the file's version says that it is the newest).
//!
//! WAL with `synchronous = NORMAL`: what was committed is there after SIGKILL. A power cut may take
//! the last moments of the simulated cloud with it, which no test of ours is about.

use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::port::CloudError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::calls::Call;
use super::codec;
use super::world::World;

/// "UsSc": what SQLite's header calls a file of ours.
const APPLICATION: i64 = 0x5573_5363;
const SCHEMA_VERSION: i64 = 2;
/// What files of before there were types of volumes lack.
const TO_VERSION_2: &str =
    "CREATE TABLE volume_types (name TEXT PRIMARY KEY) STRICT; PRAGMA user_version = 2";
const SCHEMA: &str = include_str!("schema.sql");
/// SQLite's codes for "locked by another" and "no database at all".
const BUSY_CODE: &str = "5";
const NOT_A_DATABASE: &str = "26";

/// Why the file of a simulated cloud can't be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer version wrote it.
    #[error(
        "the simulated cloud in {} was written by a newer Understudy (schema {found}, this one knows {known}): use that version, or another file", .file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The schema that was found.
        found: i64,
        /// The newest that this version knows.
        known: i64,
    },
    /// Something else is in it.
    #[error("{} is not a simulated cloud: it belongs to something else; choose another file", .file.display())]
    NotACloud {
        /// The file.
        file: PathBuf,
    },
    /// It can't be read or written.
    #[error("the simulated cloud in {} can't be opened: {why}; see that its folder is there and can be written to", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
}

/// Why the file did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("the simulated cloud's file did not answer as it should: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("bad data in {table}.{column}, row {row}: {why}")]
    BadData {
        table: &'static str,
        column: &'static str,
        row: String,
        why: String,
    },
}

impl From<FileError> for CloudError {
    fn from(error: FileError) -> Self {
        tracing::warn!(?error, "the simulated cloud's file");
        match error {
            // A transaction that failed was rolled back, but whether a commit that failed was is
            // for whoever looks again to say.
            FileError::Sql(_) => Self::Unavailable(error.to_string()),
            FileError::BadData { .. } => Self::Unexpected(error.to_string()),
        }
    }
}

/// The file, with what was last read from it.
pub(super) struct File {
    inner: Mutex<Inner>,
}

struct Inner {
    connection: SqliteConnection,
    /// The newest state that was read, with its version.
    known: Option<(i64, World)>,
}

impl File {
    /// Opens a file, and makes it where it isn't there. Others who have it are waited for so long.
    pub async fn open(file: &Path, busy: Duration) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .busy_timeout(busy)
            .synchronous(SqliteSynchronous::Normal);
        let mut connection = connect(file, &options).await?;
        prepare(file, &mut connection).await?;
        connection.close().await.map_err(|e| unusable(file, &e))?;
        // Only now, since a file that is not ours must not be turned to WAL.
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let connection = connect(file, &options).await?;
        Ok(Self {
            inner: Mutex::new(Inner {
                connection,
                known: None,
            }),
        })
    }

    /// Looks at the newest state.
    pub async fn read<T>(&self, look: impl FnOnce(&World) -> T + Send) -> Result<T, FileError> {
        let mut inner = self.inner.lock().await;
        let Inner { connection, known } = &mut *inner;
        let version = codec::version(connection).await?;
        if !matches!(known, Some((known, _)) if *known == version) {
            // One snapshot for all tables.
            let mut transaction = connection.begin().await?;
            let newest = newest(&mut transaction, None).await?;
            transaction.rollback().await?;
            *known = Some(newest);
        }
        match known {
            Some((_, world)) => Ok(look(world)),
            None => Ok(look(&World::default())),
        }
    }

    /// Changes the newest state; what was changed is committed before this returns.
    pub async fn write<T: Send>(
        &self,
        change: impl FnOnce(&mut World) -> T + Send,
    ) -> Result<T, FileError> {
        let mut inner = self.inner.lock().await;
        let Inner { connection, known } = &mut *inner;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        // What is known is taken away: if anything below fails, or whoever waits for it goes away,
        // it is read anew next time.
        let (version, mut world) = newest(&mut transaction, known.take()).await?;
        let answer = change(&mut world);
        let pending = world.take_pending();
        if pending.is_empty() {
            transaction.rollback().await?;
            *known = Some((version, world));
        } else {
            for change in &pending {
                codec::store(&mut transaction, change).await?;
            }
            codec::set_version(&mut transaction, version + 1).await?;
            transaction.commit().await?;
            *known = Some((version + 1, world));
        }
        Ok(answer)
    }

    /// The calls after a number: they only ever grow, so they are no part of the state.
    pub async fn calls(&self, after: u64) -> Result<Vec<Call>, FileError> {
        codec::calls(&mut self.inner.lock().await.connection, after).await
    }
}

/// The newest state, read only where what is known is not it.
async fn newest(
    connection: &mut SqliteConnection,
    known: Option<(i64, World)>,
) -> Result<(i64, World), FileError> {
    let version = codec::version(connection).await?;
    match known {
        Some((known, world)) if known == version => Ok((version, world)),
        _ => Ok((version, codec::load(connection).await?)),
    }
}

/// Whether SQLite said a code.
fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|said| said == code)
}

fn unusable(file: &Path, error: &sqlx::Error) -> OpenError {
    if has_code(error, NOT_A_DATABASE) {
        return OpenError::NotACloud {
            file: file.to_owned(),
        };
    }
    OpenError::Unusable {
        file: file.to_owned(),
        why: error.to_string(),
    }
}

/// Connects. Turning a file to WAL does not wait for others who do the same, so this does.
async fn connect(
    file: &Path,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, OpenError> {
    let mut patience = 100;
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) => {
                patience -= 1;
                if !has_code(&error, BUSY_CODE) || patience == 0 {
                    return Err(unusable(file, &error));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Makes the schema where there is none, and refuses what is not ours or newer.
async fn prepare(file: &Path, connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| unusable(file, &error);
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    let (application, found, tables): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT application_id FROM pragma_application_id),
                (SELECT user_version FROM pragma_user_version),
                (SELECT COUNT(*) FROM sqlite_schema)",
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(failed)?;
    if (application, found, tables) == (0, 0, 0) {
        sqlx::raw_sql(SCHEMA)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let header = format!(
            "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA_VERSION}"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(header))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        return transaction.commit().await.map_err(failed);
    }
    if (application, found) == (APPLICATION, 1) {
        sqlx::raw_sql(TO_VERSION_2)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        return transaction.commit().await.map_err(failed);
    }
    transaction.rollback().await.map_err(failed)?;
    let file = file.to_owned();
    if application != APPLICATION {
        Err(OpenError::NotACloud { file })
    } else if found > SCHEMA_VERSION {
        Err(OpenError::Newer {
            file,
            found,
            known: SCHEMA_VERSION,
        })
    } else {
        Ok(())
    }
}
