//! The project's own commands: `cargo xtask test`, `tidy` and `bench`.
//!
//! It imports no room, so that it compiles in seconds and works while a room does not.

mod bench;
mod lab;
mod shell;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and measures Understudy.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Installs what the tests need and runs every suite.
    Test {
        /// Also builds the release, and holds the size of the browser part against its budget.
        #[arg(long)]
        full: bool,
    },
    /// Checks the house rules: who imports whom, files, licences, decisions.
    Tidy,
    /// Measures; with a name only that measurement.
    Bench {
        /// Which measurement; all but `openstack` without, which needs a whole OpenStack.
        name: Option<String>,
        /// How often each tool makes and removes its copy.
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// For how many minutes a run waits for others, and measures again because of them.
        #[arg(long, default_value_t = 10)]
        patience: u32,
        /// One part of `openstack` alone.
        #[arg(long, value_enum)]
        part: Option<bench::Part>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test { full } => test::run(if full {
            test::Extent::Full
        } else {
            test::Extent::Usual
        }),
        Command::Tidy => tidy::run(),
        Command::Bench {
            name,
            rounds,
            patience,
            part,
        } => match name.as_deref() {
            Some("openstack") => bench::openstack(rounds, patience, part),
            name => bench::run(name),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
