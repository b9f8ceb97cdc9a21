//! What may be typed of the commands about case studies.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::name::CaseName;
use plan::nearest::{Loads, USUAL};

use super::{DataArgs, FormatArg, ReportOut, SizingArg};

/// What is done with case studies.
#[derive(Clone, Debug, Subcommand)]
pub(in crate::cli) enum CaseCommand {
    /// Store case files: all of them, or none; one of a name that is there takes its place
    #[command(
        after_help = "Examples:\n  understudy case import examples/cases/*.yaml\n\n\
            Where a file names its topology instead of having it, that is looked for beside the file, \
            then among the stored environments."
    )]
    Import {
        /// Case files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Why, for the log
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the stored ones
    List {
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print one as a case file, which can be imported again
    Show {
        /// Which
        #[arg(value_name = "NAME")]
        name: CaseName,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Take some away
    Remove {
        /// Which
        #[arg(required = true, value_name = "NAME")]
        names: Vec<CaseName>,
        /// Why, for the log
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Hold an environment against the nearest that were measured
    #[command(
        after_help = "Examples:\n  understudy case nearest production-2014 --sizing planned\n  \
            understudy case nearest planned.yaml --load client-runs=300/min \\\n    \
            --cases examples/cases/*.yaml --format mediawiki\n\n\
            What a load comes to is scaled linearly: a hint, and no measurement."
    )]
    Nearest(Box<NearestArgs>),
}

/// What is held against what.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct NearestArgs {
    /// A file or a stored environment
    #[arg(value_name = "A")]
    pub(in crate::cli) subject: String,
    /// A load that it is to bear, as in client-runs=300/min; may be there more than once
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(in crate::cli) load: Vec<Loads>,
    /// Case files [default: the stored case studies]
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(in crate::cli) cases: Vec<PathBuf>,
    /// How many are told of
    #[arg(long, value_name = "NUMBER", default_value_t = USUAL)]
    pub(in crate::cli) most: usize,
    #[command(flatten)]
    pub(in crate::cli) sizing: SizingArg,
    #[command(flatten)]
    pub(in crate::cli) out: ReportOut,
}
