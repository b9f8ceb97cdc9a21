//! What the commands about notes are told.

use clap::{Args, Subcommand};
use model::name::EnvironmentName;
use plan::writings::{Effort, NoteState, Priority, Want};

use super::{DataArgs, FormatArg};

/// What is done with the notes about an environment.
#[derive(Clone, Debug, Subcommand)]
pub(in crate::cli) enum NotesCommand {
    /// List them, the open ones first
    List {
        /// The stored environment
        #[arg(value_name = "ENVIRONMENT")]
        environment: EnvironmentName,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Write one
    #[command(
        after_help = "Examples:\n  understudy notes write production-2014 'Is there an NTP server?' \\\n    \
        --want question --about site/provider"
    )]
    Write(Box<WriteArgs>),
    /// Say what was decided
    #[command(
        after_help = "Examples:\n  understudy notes decide production-2014 ID 'Yes, at ntp.local'\n  \
        understudy notes decide production-2014 ID 'too dear' --as rejected"
    )]
    Decide {
        /// The stored environment
        #[arg(value_name = "ENVIRONMENT")]
        environment: EnvironmentName,
        /// Which note, as the list has it
        #[arg(value_name = "ID")]
        id: String,
        /// What was decided, or why not
        #[arg(value_name = "OUTCOME")]
        outcome: String,
        /// How it came out
        #[arg(
            long = "as",
            default_value = "decided",
            value_name = "decided|rejected|open"
        )]
        state: NoteState,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Take one away
    Erase {
        /// The stored environment
        #[arg(value_name = "ENVIRONMENT")]
        environment: EnvironmentName,
        /// Which note, as the list has it
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// A note.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct WriteArgs {
    /// The stored environment
    #[arg(value_name = "ENVIRONMENT")]
    pub(in crate::cli) environment: EnvironmentName,
    /// What it says
    #[arg(value_name = "TEXT")]
    pub(in crate::cli) text: String,
    /// What of it, as in group/db [default: the environment itself]
    #[arg(long, value_name = "WHAT")]
    pub(in crate::cli) about: Option<String>,
    /// How much it is wanted
    #[arg(
        long,
        default_value = "needed",
        value_name = "needed|nice-to-have|question"
    )]
    pub(in crate::cli) want: Want,
    /// How soon it matters
    #[arg(long, default_value = "normal", value_name = "high|normal|low")]
    pub(in crate::cli) priority: Priority,
    /// How much work it is
    #[arg(long, value_name = "small|medium|large")]
    pub(in crate::cli) effort: Option<Effort>,
    /// Where it is tracked
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) link: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}
