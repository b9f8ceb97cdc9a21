//! The command line: `understudy serve` and what can be done without a browser. A command reads,
//! or hands an act to the engine; none does anything to an environment by itself. What is printed
//! for programs goes to stdout alone, what went wrong to stderr.

mod args;
mod calendar;
mod capacity;
mod case;
mod check;
mod cloud;
mod collect;
mod console;
mod copy;
mod cost;
mod diff;
mod duration;
mod environments;
mod error;
mod facts;
mod follow;
mod import;
mod key;
mod notes;
mod output;
mod plan;
mod power;
mod prices;
mod progress;
mod report;
mod runbook;
mod serve;
mod show;
mod sizing;
mod subject;
mod table;
mod token;
mod up_down;

use std::ffi::OsString;
use std::process::ExitCode;

use ::cloud::openstack;
use ::cloud::simulated::{Delay, SimulatedConfig};
use clap::Parser;
use model::resource::Power;
use tokio::runtime::{Builder, Runtime};

use crate::installation::{Beginning, Database, Folder, Installation};

use args::{Cli, Command, DataArgs, RecordArg, ReportArgs};
use error::CliError;
use output::{Out, complain};

pub use crate::installation::Setup;

/// How a command ended that did what it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// It is so: exit status 0.
    Yes,
    /// It is not so: different, rolled back, stopped. Exit status 1.
    No,
    /// Somebody pressed Ctrl-C: exit status 130, as shells have it.
    Interrupted,
}

/// The `understudy` program.
pub fn main() -> ExitCode {
    run(std::env::args_os(), Setup::default())
}

/// Runs the program with these arguments, the first of which is its own name. `setup` is how its
/// parts work; tests stand in its probe.
pub fn run(args: impl IntoIterator<Item = OsString>, setup: Setup) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(told) => {
            // Where nobody reads any more there is nobody to tell.
            let _ = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2));
        }
    };
    start_log();
    let command = cli.command.unwrap_or(Command::Serve(cli.serve));
    match carry_out(command, setup) {
        Ok(Done::Yes) => ExitCode::SUCCESS,
        Ok(Done::No) => ExitCode::from(1),
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(error) => {
            complain("error", &error);
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: Command, setup: Setup) -> Result<Done, CliError> {
    let out = Out::of_process();
    // One thread is enough for whoever does one thing; a server has many at once.
    let runtime = match &command {
        Command::Serve(_) => Builder::new_multi_thread().enable_all().build(),
        _ => Builder::new_current_thread().enable_all().build(),
    };
    let runtime: Runtime =
        runtime.map_err(|why| CliError::usage(format!("the program can't start: {why}")))?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::run(args, setup, out).await,
            Command::Import(args) => import::run(args, setup, out).await,
            Command::Environments(args) => environments::run(args, setup, out).await,
            Command::Show(args) => show::run(args, setup, out).await,
            Command::Diff(args) => diff::run(args, setup, out).await,
            Command::Check(args) => check::run(args, setup, out).await,
            Command::Runbook(args) => runbook::run(args, setup, out).await,
            Command::Report(command) => Box::pin(report::run(command, setup, out)).await,
            Command::Notes(command) => notes::run(command, setup, out).await,
            Command::Prices(command) => prices::run(command, setup, out).await,
            Command::Case(command) => Box::pin(case::run(command, setup, out)).await,
            Command::Cost(args) => cost::run(args, setup, out).await,
            Command::Calendar(args) => calendar::run(args, setup, out).await,
            Command::Capacity(args) => capacity::run(args, setup, out).await,
            Command::Plan(args) => plan::run(args, setup, out).await,
            Command::Copy(args) => copy::run(args, setup, out).await,
            Command::Up(args) => up_down::up(args, setup, out).await,
            Command::Down(args) => up_down::down(args, setup, out).await,
            Command::Stop(args) => power::run(args, Power::Stopped, setup, out).await,
            Command::Start(args) => power::run(args, Power::Running, setup, out).await,
            Command::Key(args) => key::run(args, setup, out).await,
            Command::Console(args) => console::run(args, setup, out).await,
            Command::Facts(command) => facts::run(command, setup, out).await,
            Command::Token(args) => token::run(args, setup, out).await,
            Command::Collect(args) => collect::run(args, setup, out).await,
            Command::Cloud(command) => cloud::run(command, setup, out).await,
            Command::Schema => {
                out.json(&model::file::schema())?;
                Ok(Done::Yes)
            }
        }
    });
    // What still waits for something has nothing left to say.
    runtime.shutdown_background();
    done
}

/// The log goes to stderr: our own from `info` on, others' from `warn` on, or as `RUST_LOG` says.
fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        EnvFilter::new("warn,server=info,engine=info,cloud=info,store=info,plan=info,model=info")
    });
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(output::colours_on_stderr())
        .with_target(false)
        .try_init();
    // A test may have started one before.
    drop(started);
}

/// The data folder that is meant.
fn folder_of(data: &DataArgs) -> Result<Folder, CliError> {
    Ok(Folder::named_or_default(data.data.clone())?)
}

fn database_of(data: &DataArgs) -> Result<Database, CliError> {
    Ok(Database::from_url(data.database.as_deref())?)
}

/// What an empty store begins with.
const fn beginning_of(data: &DataArgs) -> Beginning {
    if data.empty {
        Beginning::Nothing
    } else {
        Beginning::Example
    }
}

/// The parts as the options have them.
fn setup_of(data: &DataArgs, setup: Setup) -> Setup {
    let simulated = match data.simulated_build_seconds {
        None => setup.simulated,
        Some(0) => setup.simulated.without_delays(),
        Some(seconds) => quickened(setup.simulated, seconds.into()),
    };
    let ReportArgs {
        public_url,
        report_patience,
    } = data.report.clone();
    let patience = report_patience.and_then(|patience| patience.length().to_std().ok());
    let engine = engine::Config {
        report_patience: patience.unwrap_or(setup.engine.report_patience),
        public_url: public_url.or(setup.engine.public_url),
        ..setup.engine
    };
    Setup {
        engine,
        simulated,
        openstack: recorded(&data.record, setup.openstack),
        ..setup
    }
}

/// Everything that is said with clouds is recorded where somebody asks for it.
fn recorded(record: &RecordArg, options: openstack::Options) -> openstack::Options {
    openstack::Options {
        record: record.record.clone().or(options.record),
        ..options
    }
}

fn quickened(config: SimulatedConfig, seconds: u64) -> SimulatedConfig {
    let longest = std::time::Duration::from_secs(seconds);
    let within = |delay: Delay| Delay {
        min: delay.min.min(longest),
        max: delay.max.min(longest),
    };
    SimulatedConfig {
        build: within(config.build),
        volume: within(config.volume),
        change: within(config.change),
        delete: within(config.delete),
        other: within(config.other),
        report: within(config.report),
        ..config
    }
}

/// Opens the installation that is meant.
async fn open(data: &DataArgs, setup: Setup) -> Result<Installation, CliError> {
    open_with(data, beginning_of(data), setup).await
}

async fn open_with(
    data: &DataArgs,
    beginning: Beginning,
    setup: Setup,
) -> Result<Installation, CliError> {
    let folder = folder_of(data)?;
    let database = database_of(data)?;
    let setup = setup_of(data, setup);
    Ok(Installation::open(&folder, &database, beginning, setup).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_simulated_cloud_can_be_hurried() {
        let data = |seconds| DataArgs {
            simulated_build_seconds: seconds,
            ..DataArgs::default()
        };
        let build = |seconds| setup_of(&data(seconds), Setup::default()).simulated.build;
        assert_eq!(build(None), SimulatedConfig::default().build);
        assert_eq!(build(Some(0)), Delay::NONE);
        assert!(build(Some(1)).max <= Duration::from_secs(1));
    }
}
