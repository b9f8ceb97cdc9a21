//! What may be typed: the commands, their options and the texts of `--help`. Nothing is done here.

mod case;
mod cloud;
mod instance;
mod judge;
mod notes;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::count::Sizing;
use model::name::EnvironmentName;

use super::duration::{Every, Lifetime};

pub(super) use case::{CaseCommand, NearestArgs};
pub(super) use cloud::{
    AssignArgs, CalendarArgs, CloudCommand, CollectArgs, DoctorArgs, GroupsArgs, ShowCloudArgs,
    UnassignArgs,
};
pub(super) use instance::{ConsoleArgs, FactsCommand, KeyArgs, ReportArgs};
pub(super) use judge::{
    CheckArgs, CostArgs, Markup, PricesCommand, ReportCommand, ReportForm, ReportOut, RunbookArgs,
};
pub(super) use notes::{NotesCommand, WriteArgs};

/// See what you run, plan what you want, rehearse the difference.
#[derive(Debug, Parser)]
#[command(
    name = "understudy",
    version,
    about,
    max_term_width = 100,
    after_help = "Without a command the server is started: `understudy serve`.\n\n\
        A and B are a file, or a stored environment: NAME, NAME@REVISION, or NAME:observed for what \
        was found running where a plan is stored too.\n\n\
        Exit status: 0 done (diff: the same), 1 not so (diff: different; up and down: rolled back \
        or stopped), 2 an error, told on stderr.",
    args_conflicts_with_subcommands = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Those of `serve`, which needs no name.
    #[command(flatten)]
    pub(super) serve: ServeArgs,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the pages and the API, and carry out what is asked for (the default)
    #[command(
        after_help = "Examples:\n  understudy\n  understudy serve --listen 127.0.0.1:9000\n  \
        understudy serve --data ./data --empty"
    )]
    Serve(ServeArgs),
    /// Store environment files and recipe files: all of them, or none
    #[command(after_help = "Examples:\n  understudy import production.yaml temporary.yaml")]
    Import(ImportArgs),
    /// List the stored environments
    Environments(ListArgs),
    /// Show an environment: its groups, what it takes, what is worth knowing about it
    #[command(after_help = "Examples:\n  understudy show production-2013\n  \
        understudy show production.yaml --sizing max\n  understudy show production@2 --format json")]
    Show(ShowArgs),
    /// Compare two environments: by group as people write them, or by instance at one sizing
    #[command(
        after_help = "Examples:\n  understudy diff production-2013 production-2014\n  \
        understudy diff old.yaml new.yaml --sizing planned\n\n\
        Exit status: 0 the same, 1 different, 2 an error."
    )]
    Diff(DiffArgs),
    /// Tell what is worth knowing about an environment: what fails, what is wrong, what could be better
    #[command(after_help = "Examples:\n  understudy check production-2013\n  \
        understudy check production.yaml --fail-on warning\n\n\
        Exit status: 0 nothing from the severity on that --fail-on names, 1 something, 2 an error.")]
    Check(CheckArgs),
    /// Print the order of operations for people: what can go in parallel, what waits and why, how to
    /// go back
    #[command(
        after_help = "Examples:\n  understudy runbook set-up secondary --sizing min\n  \
        understudy runbook upgrade production-2014 secondary --sizing planned\n  \
        understudy runbook switch-over production-2014 secondary --sizing planned"
    )]
    Runbook(RunbookArgs),
    /// Print a report as Markdown, for a wiki, for a spreadsheet or for programs
    #[command(subcommand)]
    Report(ReportCommand),
    /// Tell what an environment costs by a price book, and how many of its items have a price
    #[command(after_help = "Examples:\n  understudy cost production-2013 --prices prices.csv")]
    Cost(CostArgs),
    /// Write notes and decisions about a stored environment, or list them
    #[command(subcommand)]
    Notes(NotesCommand),
    /// Store what things cost, or print it: what pages and previews tell costs by
    #[command(subcommand)]
    Prices(PricesCommand),
    /// Keep case studies: topologies with what was measured of them; hold an environment against them
    #[command(subcommand)]
    Case(CaseCommand),
    /// Sum what environments take, at minimum, as planned and at maximum
    #[command(
        after_help = "Examples:\n  understudy capacity production-2013 production-2014\n  \
        understudy capacity production-2014 --copy temporary --copy temporary\n\n\
        Each --copy adds one copy of the last environment named."
    )]
    Capacity(CapacityArgs),
    /// Print a cloud's capacity by date: leases, reservations and plans with a target date
    #[command(after_help = "Examples:\n  understudy calendar simulated\n  \
        understudy calendar lab --days 365 --format json\n\n\
        Exit status: 0 nothing that is known is too few, 1 something is on some day, 2 an error.")]
    Calendar(CalendarArgs),
    /// Print the ordered plan that turns one environment into another; nothing is carried out
    #[command(
        after_help = "Examples:\n  understudy plan nothing secondary.yaml --sizing min\n  \
        understudy plan production@1 production"
    )]
    Plan(PlanArgs),
    /// Plan a copy of an environment by a recipe; `up` then brings it up
    #[command(after_help = "Examples:\n  \
        understudy copy production-2014 --recipe temporary --name try-1\n  \
        understudy copy production-2014 --recipe small.yaml --name try-2 --up --expires 2h")]
    Copy(CopyArgs),
    /// Bring an environment to its planned state, and wait until it is there
    #[command(after_help = "Examples:\n  understudy up try-1\n  \
        understudy up try-1 --expires 8h --reason 'rehearse the upgrade'")]
    Up(UpArgs),
    /// Take everything of an environment away, and wait until it is gone
    #[command(after_help = "Examples:\n  understudy down try-1 --reason 'done'")]
    Down(DownArgs),
    /// Stop instances of an environment, and plan them so: they keep disks and addresses
    #[command(after_help = "Examples:\n  understudy stop try-1 'app[2]'\n  \
        understudy stop try-1 db1 db2 --reason 'rehearse a failover'\n\n\
        INSTANCE is a group and a number, as in app[2], or a host name.")]
    Stop(PowerArgs),
    /// Start instances that are stopped, and plan them so
    #[command(after_help = "Examples:\n  understudy start try-1 'app[2]'\n\n\
        INSTANCE is a group and a number, as in app[2], or a host name.")]
    Start(PowerArgs),
    /// Print the private key of a keypair that Understudy made; the log says who did
    #[command(after_help = "Examples:\n  understudy key try-1 access > access\n  \
        understudy key try-1 access --public")]
    Key(KeyArgs),
    /// Print what an instance said last on its console
    #[command(
        after_help = "Examples:\n  understudy console try-1 'app[1]' --lines 20\n\n\
        INSTANCE is a group and a number, as in app[2], or a host name."
    )]
    Console(ConsoleArgs),
    /// Let the hosts of instances tell what they measure: load, processors, memory, file systems
    #[command(subcommand)]
    Facts(FactsCommand),
    /// Make a token for a program, or a link that signs a browser in once
    #[command(
        after_help = "Examples:\n  understudy token --name nightly-report --expires 90d\n  \
        understudy token --sign-in"
    )]
    Token(TokenArgs),
    /// Read what a cloud holds, whoever made it, into the data; the cloud is not changed
    #[command(after_help = "Examples:\n  understudy collect lab\n\n\
        Exit status: 0 everything was read, 1 some kinds could not be (what is known of them stands, \
        with its age), 2 the cloud could not be asked.")]
    Collect(CollectArgs),
    /// Look at clouds: which are configured, what a credential can do, what a cloud held when it was
    /// last collected and whose that is
    #[command(subcommand)]
    Cloud(CloudCommand),
    /// Print the JSON schema of environment files, recipe files and case files
    Schema,
}

/// Where everything is kept.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct DataArgs {
    /// The data folder [default: $XDG_DATA_HOME/understudy or ~/.local/share/understudy]
    #[arg(
        long,
        value_name = "FOLDER",
        env = "UNDERSTUDY_DATA",
        hide_env_values = true,
        help_heading = "Data"
    )]
    pub(super) data: Option<PathBuf>,
    /// A PostgreSQL database instead of the data folder's own, as postgres://…
    #[arg(
        long,
        value_name = "URL",
        env = "UNDERSTUDY_DATABASE",
        hide_env_values = true,
        help_heading = "Data"
    )]
    pub(super) database: Option<String>,
    /// Begin without the WebPlatform's example
    #[arg(long, help_heading = "Data")]
    pub(super) empty: bool,
    /// Let the simulated cloud take at most so many seconds for anything (0: none)
    #[arg(long, value_name = "SECONDS", help_heading = "Data")]
    pub(super) simulated_build_seconds: Option<u32>,
    #[command(flatten)]
    pub(super) record: RecordArg,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

/// Whether what is said with clouds is recorded.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct RecordArg {
    /// Record what is said with OpenStack clouds in this folder, credentials taken out
    #[arg(
        long,
        value_name = "FOLDER",
        env = "UNDERSTUDY_RECORD",
        hide_env_values = true,
        help_heading = "Data"
    )]
    pub(super) record: Option<PathBuf>,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct FormatArg {
    /// For people, or for programs
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "text|json",
        hide_possible_values = true
    )]
    pub(super) format: Format,
}

#[derive(Args, Clone, Debug, Default)]
pub(super) struct SizingArg {
    /// Which number of each range is meant
    #[arg(long, value_name = "min|planned|max")]
    pub(super) sizing: Option<Sizing>,
}

#[derive(Args, Clone, Debug)]
pub(super) struct ServeArgs {
    /// The address to listen on
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "UNDERSTUDY_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    pub(super) listen: SocketAddr,
    /// Collect what clouds hold so often, as in 15m or 2h; `never` only when somebody asks
    #[arg(
        long,
        value_name = "TIME",
        env = "UNDERSTUDY_COLLECT_EVERY",
        default_value = "15m"
    )]
    pub(super) collect_every: Every,
    /// Ask this Prometheus, which scrapes node exporters, once a minute what hosts measured
    #[arg(
        long,
        value_name = "URL",
        env = "UNDERSTUDY_PROMETHEUS",
        hide_env_values = true
    )]
    pub(super) prometheus: Option<engine::report::PublicUrl>,
    /// Let browsers send their cookie over HTTPS alone: for a server that is only reached so
    #[arg(long)]
    pub(super) secure_cookies: bool,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct ImportArgs {
    /// Environment files and recipe files
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Why, for the log
    #[arg(long)]
    pub(super) reason: Option<String>,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct ShowArgs {
    /// A file or a stored environment
    #[arg(value_name = "A")]
    pub(super) subject: String,
    #[command(flatten)]
    pub(super) sizing: SizingArg,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// As people write it, counts as ranges.
    Group,
    /// Every resource, at one sizing.
    Instance,
    /// Where each profile runs, at one sizing.
    Profile,
}

#[derive(Args, Clone, Debug)]
pub(super) struct DiffArgs {
    /// A file or a stored environment: as it was
    #[arg(value_name = "A")]
    pub(super) before: String,
    /// A file or a stored environment: as it becomes
    #[arg(value_name = "B")]
    pub(super) after: String,
    /// By group as people write it, or by instance at one sizing [default: group; instance where a
    /// sizing is named]
    #[arg(
        long,
        value_enum,
        value_name = "group|instance",
        hide_possible_values = true
    )]
    pub(super) by: Option<By>,
    #[command(flatten)]
    pub(super) sizing: SizingArg,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct CapacityArgs {
    /// Files or stored environments
    #[arg(required = true, value_name = "A")]
    pub(super) subjects: Vec<String>,
    /// Add a copy of the last environment by a recipe: a file or a stored one
    #[arg(long = "copy", value_name = "RECIPE")]
    pub(super) copies: Vec<String>,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct PlanArgs {
    /// What is there: a file, a stored environment, or `nothing`
    #[arg(value_name = "FROM")]
    pub(super) from: String,
    /// What is wanted: a file, a stored environment, or `nothing`
    #[arg(value_name = "TO")]
    pub(super) to: String,
    #[command(flatten)]
    pub(super) sizing: SizingArg,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct CopyArgs {
    /// The stored environment to copy: NAME or NAME@REVISION
    #[arg(value_name = "SOURCE")]
    pub(super) source: String,
    /// The recipe: a file, which is stored, or a stored one
    #[arg(long, value_name = "FILE")]
    pub(super) recipe: String,
    /// What the copy will be called
    #[arg(long, value_name = "NAME")]
    pub(super) name: EnvironmentName,
    /// Bring it up as well
    #[arg(long)]
    pub(super) up: bool,
    /// How long it lives, as in 8h or 2d [default: as the recipe says]
    #[arg(long, value_name = "TIME")]
    pub(super) expires: Option<Lifetime>,
    /// Why, for the log
    #[arg(long)]
    pub(super) reason: Option<String>,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct UpArgs {
    /// The stored environment
    #[arg(value_name = "NAME")]
    pub(super) name: EnvironmentName,
    /// How long it lives from now on, as in 8h, 30m or 2d [default: as its lease says]
    #[arg(long, value_name = "TIME")]
    pub(super) expires: Option<Lifetime>,
    /// Why, for the log
    #[arg(long)]
    pub(super) reason: Option<String>,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct DownArgs {
    /// The stored environment
    #[arg(value_name = "NAME")]
    pub(super) name: EnvironmentName,
    /// Why, for the log
    #[arg(long)]
    pub(super) reason: Option<String>,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct PowerArgs {
    /// The stored environment
    #[arg(value_name = "ENVIRONMENT")]
    pub(super) name: EnvironmentName,
    /// Which of its instances
    #[arg(value_name = "INSTANCE", required = true)]
    pub(super) instances: Vec<String>,
    /// Why, for the log
    #[arg(long)]
    pub(super) reason: Option<String>,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(super) struct TokenArgs {
    /// What the token is called in the log
    #[arg(long, default_value = "command line", conflicts_with = "sign_in")]
    pub(super) name: String,
    /// How long it is good, as in 90d [default: 90d; 24h for a link]
    #[arg(long, value_name = "TIME")]
    pub(super) expires: Option<Lifetime>,
    /// A link that signs a browser in, once
    #[arg(long)]
    pub(super) sign_in: bool,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_server_is_started_with_its_options() {
        let cli = Cli::try_parse_from(["understudy", "--listen", "127.0.0.1:1"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.listen.port(), 1);
    }

    #[test]
    fn a_wrong_sizing_says_which_there_are() {
        let error = Cli::try_parse_from(["understudy", "show", "a", "--sizing", "big"])
            .unwrap_err()
            .to_string();
        assert!(error.contains("use min, planned or max"), "{error}");
    }
}
