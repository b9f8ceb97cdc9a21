//! What may be typed of the commands that judge and tell: findings, runbooks, reports, costs.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use model::name::{EnvironmentName, SiteName};
use plan::finding::Severity;
use plan::runbook::Purpose;

use super::{DataArgs, FormatArg, SizingArg};

/// From which severity on a finding is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Something fails now or soon.
    #[default]
    Critical,
    /// Something is wrong.
    Warning,
    /// Anything worth knowing.
    Hint,
}

impl FailOn {
    /// Whether a finding is an error.
    pub(in crate::cli) fn is_error(self, severity: Severity) -> bool {
        let most = match self {
            Self::Critical => Severity::Critical,
            Self::Warning => Severity::Warning,
            Self::Hint => Severity::Hint,
        };
        severity <= most
    }
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct CheckArgs {
    /// A file or a stored environment
    #[arg(value_name = "A")]
    pub(in crate::cli) subject: String,
    /// Another environment beside it, for what must not be there twice; beside what is stored stands all
    /// that is stored
    #[arg(long = "beside", value_name = "B")]
    pub(in crate::cli) beside: Vec<String>,
    /// A price book (CSV), to tell what has no price, in place of the stored ones
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) prices: Option<PathBuf>,
    /// From which severity on a finding makes the exit status 1
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "critical|warning|hint",
        hide_possible_values = true
    )]
    pub(in crate::cli) fail_on: FailOn,
    /// The day to judge for, as in 2014-03-01 [default: today]
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) on: Option<NaiveDate>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

/// In which form a text for people is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Markup {
    /// Markdown, which reads well as it is.
    #[default]
    Markdown,
    /// For programs.
    Json,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct RunbookArgs {
    /// What it is for: set-up, change, upgrade, switch-over, switch-back or take-down
    #[arg(value_name = "PURPOSE", value_parser = |text: &str| text.parse::<Purpose>())]
    pub(in crate::cli) purpose: Purpose,
    /// A file or a stored environment
    #[arg(value_name = "A")]
    pub(in crate::cli) subject: String,
    /// What A changes into, its secondary environment, or (for an upgrade) those that follow it
    #[arg(value_name = "B")]
    pub(in crate::cli) others: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) sizing: SizingArg,
    /// As Markdown, or for programs
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "markdown|json",
        hide_possible_values = true
    )]
    pub(in crate::cli) format: Markup,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

/// In which form a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportForm {
    /// Markdown, which reads well as it is.
    #[default]
    Markdown,
    /// For a wiki.
    Mediawiki,
    /// For a spreadsheet.
    Csv,
    /// For programs.
    Json,
}

/// How a report is printed, and from which data.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ReportOut {
    /// As Markdown, for a wiki, for a spreadsheet or for programs
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "markdown|mediawiki|csv|json",
        hide_possible_values = true
    )]
    pub(in crate::cli) format: ReportForm,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

/// Which report.
#[derive(Clone, Debug, Subcommand)]
pub(in crate::cli) enum ReportCommand {
    /// How many instances today, in future and in temporary environments, by category
    #[command(
        after_help = "Examples:\n  understudy report usage --current production-2013 \\\n    \
        --future production-2014 --temporary try-1"
    )]
    Usage {
        /// What runs today
        #[arg(long, value_name = "A")]
        current: Option<String>,
        /// What is planned
        #[arg(long, value_name = "A")]
        future: Option<String>,
        /// A temporary environment beside it
        #[arg(long, value_name = "A")]
        temporary: Vec<String>,
        #[command(flatten)]
        out: ReportOut,
    },
    /// One environment in figures, beside what was stated of it
    Summary {
        /// A file or a stored environment
        #[arg(value_name = "A")]
        subject: String,
        #[command(flatten)]
        out: ReportOut,
    },
    /// What environments will need: instances and public addresses
    Estimate {
        /// Files or stored environments
        #[arg(required = true, value_name = "A")]
        subjects: Vec<String>,
        #[command(flatten)]
        out: ReportOut,
    },
    /// What is needed of a provider, with the questions that are open
    Request {
        /// What is planned
        #[arg(value_name = "A")]
        subject: String,
        /// What runs today, to compare with
        #[arg(long, value_name = "B")]
        today: Option<String>,
        /// Of which of its sites [default: the one that it is at]
        #[arg(long, value_name = "SITE")]
        site: Option<SiteName>,
        #[command(flatten)]
        out: ReportOut,
    },
    /// What is still open of a stored environment: its notes that nobody has decided
    Open {
        /// The stored environment
        #[arg(value_name = "ENVIRONMENT")]
        environment: EnvironmentName,
        #[command(flatten)]
        out: ReportOut,
    },
    /// One plan held against what sites offer
    Sites {
        /// What is planned
        #[arg(value_name = "A")]
        subject: String,
        /// Which of its sites [default: all that it names]
        #[arg(long, value_name = "SITE")]
        site: Vec<SiteName>,
        /// A price book (CSV) for a site, as in provider=prices.csv [default: the stored ones, where A is stored]
        #[arg(long, value_name = "SITE=FILE")]
        prices: Vec<String>,
        #[command(flatten)]
        out: ReportOut,
    },
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct CostArgs {
    /// A file or a stored environment
    #[arg(value_name = "A")]
    pub(in crate::cli) subject: String,
    /// A price book (CSV) [default: the stored one]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) prices: Option<PathBuf>,
    /// The day whose prices hold, as in 2026-07-01 [default: today]
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) on: Option<NaiveDate>,
    #[command(flatten)]
    pub(in crate::cli) sizing: SizingArg,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

/// What is done with the stored price books.
#[derive(Clone, Debug, Subcommand)]
pub(in crate::cli) enum PricesCommand {
    /// Store what things cost, from a CSV file; it takes the place of all that was stored for the same site
    #[command(
        after_help = "Examples:\n  understudy prices import prices.csv --reason 'offer of March'\n  understudy prices import offer.csv --site provider"
    )]
    Import {
        /// The price books (CSV)
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What things cost at this site alone [default: anywhere]
        #[arg(long, value_name = "SITE")]
        site: Option<SiteName>,
        /// Why, for the log
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print all stored price books as CSV
    Export {
        /// Those of this site alone [default: those for anywhere]
        #[arg(long, value_name = "SITE")]
        site: Option<SiteName>,
        #[command(flatten)]
        data: DataArgs,
    },
}
