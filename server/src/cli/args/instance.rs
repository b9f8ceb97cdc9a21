//! What may be typed about instances: where they report, their keys, their consoles, what they measure.

use clap::{Args, Subcommand};
use engine::report::PublicUrl;
use model::name::{EnvironmentName, KeypairName};

use super::DataArgs;
use crate::cli::duration::Lifetime;

/// Where instances report that they are ready, and for how long that is waited for.
#[derive(Args, Clone, Debug, Default)]
pub(in crate::cli) struct ReportArgs {
    /// Where instances reach this server, to report that they are ready; without, they are not asked
    #[arg(
        long,
        value_name = "URL",
        env = "UNDERSTUDY_PUBLIC_URL",
        hide_env_values = true,
        help_heading = "Instances"
    )]
    pub(in crate::cli) public_url: Option<PublicUrl>,
    /// How long an instance may run before it reports, as in 30m [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "UNDERSTUDY_REPORT_PATIENCE",
        hide_env_values = true,
        help_heading = "Instances"
    )]
    pub(in crate::cli) report_patience: Option<Lifetime>,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct KeyArgs {
    /// The stored environment
    #[arg(value_name = "ENVIRONMENT")]
    pub(in crate::cli) environment: EnvironmentName,
    /// The keypair
    #[arg(value_name = "NAME")]
    pub(in crate::cli) keypair: KeypairName,
    /// The public half, which is no secret and leaves no line in the log
    #[arg(long)]
    pub(in crate::cli) public: bool,
    /// Why, for the log
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ConsoleArgs {
    /// The stored environment
    #[arg(value_name = "ENVIRONMENT")]
    pub(in crate::cli) environment: EnvironmentName,
    /// Which of its instances
    #[arg(value_name = "INSTANCE")]
    pub(in crate::cli) instance: String,
    /// How many lines, the last ones
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(in crate::cli) lines: u32,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FactsCommand {
    /// Print what collectd on the host of an instance needs to tell what it measures, with its token
    #[command(
        after_help = "Examples:\n  understudy facts collectd production-2014 'app[1]' \\\n    \
        --public-url https://understudy.example.org > understudy.conf\n\n\
        INSTANCE is a group and a number, as in app[2], or a host name."
    )]
    Collectd {
        /// The stored environment
        #[arg(value_name = "ENVIRONMENT")]
        environment: EnvironmentName,
        /// Which of its instances
        #[arg(value_name = "INSTANCE")]
        instance: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Tell which monitors are asked, what came of the newest look, and which targets are no instance
    Monitors {
        #[command(flatten)]
        data: DataArgs,
    },
}
