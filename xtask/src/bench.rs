//! Measures a release build; what is measured, and how, stands in `tests/src/bin/bench`.

use crate::shell::{self, Failure, cargo, target_folder};

/// Runs one measurement, or all. The program that is measured is built by the same command as what
/// measures it, so that both are of the same sources.
pub(crate) fn run(name: Option<&str>) -> Result<(), Failure> {
    shell::run(cargo(&[
        "build",
        "--locked",
        "--release",
        "--package",
        "tests",
        "--bins",
    ]))?;
    let bench = target_folder()?.join("release").join("bench");
    let mut command = std::process::Command::new(bench);
    command.args(name);
    shell::run(command)
}
