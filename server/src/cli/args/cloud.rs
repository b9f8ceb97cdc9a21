//! What may be typed after `cloud`. Nothing is done here.

use clap::{Args, Subcommand};

use super::{FormatArg, ListArgs, RecordArg};

/// What is asked about clouds.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CloudCommand {
    /// List the configured clouds: where they are described, which environments are on them
    List(ListArgs),
    /// Say what the credential can and can't do on a cloud; nothing is changed there
    #[command(after_help = "Examples:\n  understudy cloud doctor lab\n  \
        understudy cloud doctor lab --format json\n\n\
        Exit status: 0 all that is needed works, 1 something needed is missing, 2 an error.")]
    Doctor(DoctorArgs),
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct DoctorArgs {
    /// The cloud, as clouds.yaml names it
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) record: RecordArg,
}
