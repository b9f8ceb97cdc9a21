//! What the pages of runbooks and reports show.

use model::environment::Environment;
use model::name::EnvironmentName;
use model::operation::Trouble;
use plan::report::Report;
use plan::runbook::Runbook;

use crate::routes::{ReportAsk, RunbookAsk};

/// A runbook of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookData {
    /// Which environment.
    pub environment: Environment,
    /// What was asked for.
    pub ask: RunbookAsk,
    /// The other environments, by name.
    pub others: Vec<EnvironmentName>,
    /// The runbook, or why there is none.
    pub outcome: Result<Runbook, Trouble>,
}

/// A report about an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportData {
    /// Which environment.
    pub environment: Environment,
    /// What was asked for.
    pub ask: ReportAsk,
    /// The other environments, by name.
    pub others: Vec<EnvironmentName>,
    /// The report.
    pub report: Report,
}
