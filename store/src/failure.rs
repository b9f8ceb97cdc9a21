//! What goes wrong underneath, and what becomes of it: a race is tried again, everything else
//! becomes a [`StoreError`] that a person can read, with the database's own words in the log only.

use engine::port::StoreError;
use plan::canonical::NoCanonicalForm;

/// Why a piece of a transaction did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An answer for whoever asked.
    Store(StoreError),
    /// The database's.
    Sql(sqlx::Error),
}

/// What a piece of a transaction gives.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<NoCanonicalForm> for Failure {
    fn from(error: NoCanonicalForm) -> Self {
        tracing::error!(%error, "a value of our own cannot be stored");
        Self::Store(StoreError::Database(
            "this cannot be stored; the log says what is wrong with it".into(),
        ))
    }
}

impl Failure {
    /// Whether two transactions met, so that this one did nothing and may simply be run again.
    pub(crate) fn is_race(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else {
            return false;
        };
        match error.code().as_deref() {
            // PostgreSQL: serialization failure; deadlock; a key that another transaction put
            // there in between, which the next attempt will read; our session ended because we did
            // not go on (a suspended machine) and others had to.
            Some("40001" | "40P01" | "23505" | "25P03") => true,
            // SQLite: another process is writing for longer than we wait. The code's low byte says
            // so, whatever is above it.
            Some(code) => code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5),
            None => false,
        }
    }

    /// The answer for whoever asked; the details go to the log.
    pub(crate) fn into_store(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sql(error) => {
                tracing::error!(%error, "the database failed");
                StoreError::Database(words(&error))
            }
        }
    }
}

/// What a person should know of it, without the database's own words: those may hold data.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("13" | "53100") => "the disk is full: make room, then try again".into(),
            Some("8" | "1032") => {
                "the database is read-only: check who owns the data folder and its files".into()
            }
            Some("11" | "26") => "the database file is damaged: restore it from a backup".into(),
            Some("14") => {
                "the database file can't be opened: check that its folder exists and may be written"
                    .into()
            }
            Some("28P01" | "28000") => {
                "PostgreSQL refused the user or the password: check the database's URL".into()
            }
            Some("3D000") => {
                "PostgreSQL has no database of that name: make it, or check the URL".into()
            }
            Some(code) => format!("it failed with code {code}; the log has the details"),
            None => "it failed; the log has the details".into(),
        },
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            "it could not be reached: check that it is running, and its address".into()
        }
        sqlx::Error::PoolTimedOut => {
            "it did not answer in time: it is overloaded, or can't be reached".into()
        }
        sqlx::Error::PoolClosed => "the server is shutting down".into(),
        sqlx::Error::Configuration(_) => "its address makes no sense: a PostgreSQL URL is \
             postgres://USER:PASSWORD@HOST:PORT/DATABASE"
            .into(),
        _ => "it failed; the log has the details".into(),
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.into_store()
    }
}
