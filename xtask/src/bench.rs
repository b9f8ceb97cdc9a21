//! Measures a release build; what is measured, and how, stands in `tests/src/bin/bench`.

use std::process::Command;

use clap::ValueEnum;

use crate::{
    lab::{self, Lab},
    shell::{self, Failure, cargo, target_folder},
    test::machine,
};

/// A part of what is measured on OpenStack.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// Understudy beside Heat and openstacksdk.
    Compare,
    /// How many calls Understudy should have in flight.
    Flight,
    /// What goes wrong, with each of them.
    Faults,
    /// Each call that Understudy makes for it, and when. Only where it is asked for.
    Calls,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Flight => "flight",
            Self::Faults => "faults",
            Self::Calls => "calls",
        }
    }
}

/// Runs one measurement, or all that need nothing else.
pub(crate) fn run(name: Option<&str>) -> Result<(), Failure> {
    let mut command = built()?;
    command.args(name);
    shell::run(command)
}

/// Measures beside others, on an OpenStack of its own that stops afterwards.
pub(crate) fn openstack(rounds: u32, patience: u32, part: Option<Part>) -> Result<(), Failure> {
    machine::prepare_lab()?;
    let mut command = built()?;
    let lab = Lab::start()?;
    command
        .args(["openstack", &rounds.to_string(), &patience.to_string()])
        .args(part.map(Part::word))
        .env(lab::VARIABLE, lab.description());
    shell::run(command)
}

/// The program that measures. What it measures is built by the same command, so that both are of
/// the same sources.
fn built() -> Result<Command, Failure> {
    shell::run(cargo(&[
        "build",
        "--locked",
        "--release",
        "--package",
        "tests",
        "--bins",
    ]))?;
    Ok(Command::new(target_folder()?.join("release").join("bench")))
}
