//! Measures a release build; what is measured, and how, stands in `tests/src/bin/bench`.

use crate::shell::{self, Failure, cargo};

/// Runs one measurement, or all.
pub(crate) fn run(name: Option<&str>) -> Result<(), Failure> {
    let mut command = cargo(&[
        "run",
        "--locked",
        "--release",
        "--package",
        "tests",
        "--bin",
        "bench",
    ]);
    if let Some(name) = name {
        command.args(["--", name]);
    }
    shell::run(command)
}
