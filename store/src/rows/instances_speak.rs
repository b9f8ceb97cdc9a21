//! Rows of what instances say themselves.

use engine::port::{Asked, AwaitedReport, KeptConsole, Said, StoreError};
use model::key::Key;

use super::{json, number, parsed, rows, time, word};

rows! {
    /// A report that an instance was asked for.
    ReportRow of "reports" by environment/instance {
        environment: String,
        instance: String,
        operation: String,
        phase: String,
        attempt: i64,
        asked_at: i64,
        reported_at: Option<i64>,
        said: Option<String>,
    }

    /// What was kept of a console.
    ConsoleRow of "consoles" by environment/instance {
        environment: String,
        instance: String,
        at: i64,
        text: String,
    }
}

/// A query of reports, as [`ReportRow`] reads them, with what comes after the table.
macro_rules! select_reports {
    ($rest:literal) => {
        concat!(
            "SELECT environment, instance, operation, phase, attempt, asked_at, reported_at, said \
             FROM reports ",
            $rest
        )
    };
}
pub(crate) use select_reports;

impl TryFrom<ReportRow> for (Key, AwaitedReport) {
    type Error = StoreError;
    fn try_from(row: ReportRow) -> Result<Self, StoreError> {
        let key: Key = parsed(&row.instance).map_err(|why| row.bad("instance", why))?;
        let said = match &row.said {
            Some(said) => json(said).map_err(|why| row.bad("said", why))?,
            None => Said::default(),
        };
        let reported_at = match row.reported_at {
            Some(at) => Some(time(at).map_err(|why| row.bad("reported_at", why))?),
            None => None,
        };
        let report = AwaitedReport {
            asked: Asked {
                operation: parsed(&row.operation).map_err(|why| row.bad("operation", why))?,
                phase: word(&row.phase).map_err(|why| row.bad("phase", why))?,
                attempt: number(row.attempt).map_err(|why| row.bad("attempt", why))?,
            },
            asked_at: time(row.asked_at).map_err(|why| row.bad("asked_at", why))?,
            reported_at,
            said,
        };
        Ok((key, report))
    }
}

impl TryFrom<ConsoleRow> for KeptConsole {
    type Error = StoreError;
    fn try_from(row: ConsoleRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            text: row.text,
        })
    }
}
