//! Runs every suite, each under a header, and ends with a list of all of them.
//!
//! A suite that fails doesn't stop the next, so that one run shows everything; and nothing is
//! left out without a line that says so. All calls of Cargo use the same features, or each would
//! compile the world again.

pub(crate) mod machine;
mod monitors;
mod outcome;
mod sizes;

use std::time::{Duration, Instant};

use machine::Machine;
use outcome::{Outcome, Pass};

use crate::{
    lab::{self, Lab},
    shell::{self, Failure, cargo},
    tidy,
};

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything that a change must pass.
    Usual,
    /// More of it on the real OpenStack, and the release build too.
    Full,
}

/// Where the browser part is compiled, here as in the build; and so that proc-macros are shared.
const BROWSER: &[&str] = &[
    "--target",
    "wasm32-unknown-unknown",
    "--profile",
    "wasm-dev",
    "--target-dir",
    "target/front",
];

/// One line of the summary.
struct Line {
    name: String,
    result: Result<String, String>,
    took: Option<Duration>,
}

/// Prepares the machine, runs the suites, fails if any failed.
pub(crate) fn run(extent: Extent) -> Result<(), Failure> {
    header("what the tests need");
    let machine = machine::prepare(extent)?;
    let begun = Instant::now();
    let mut lines = Vec::new();

    single(&mut lines, "format", || {
        shell::run(cargo(&["fmt", "--all", "--check"]))
    });
    single(&mut lines, "house rules", tidy::run);
    single(&mut lines, "clippy", || {
        let mut command = cargo(&["clippy", "--locked", "--workspace", "--all-targets"]);
        command
            .args(["--", "-D", "warnings"])
            .env("SKIP_FRONT", "1");
        shell::run(command)
    });
    single(&mut lines, "clippy, browser part", || {
        let mut command = cargo(&[
            "clippy",
            "--locked",
            "--package",
            "app",
            "--features",
            "hydrate",
        ]);
        command.args(BROWSER).args(["--", "-D", "warnings"]);
        shell::run(command)
    });
    single(&mut lines, "pure rooms compile for the browser", || {
        let mut command = cargo(&[
            "check",
            "--locked",
            "--package",
            "model",
            "--package",
            "plan",
        ]);
        command.args(BROWSER);
        shell::run(command)
    });
    several(&mut lines, "tests", || outcome::tests(&machine, Pass::All));
    several(&mut lines, "caches and channels off", || {
        outcome::tests(&machine, Pass::Plain)
    });
    several(&mut lines, "OpenStack lab", || on_lab(&machine));
    several(&mut lines, "examples in the documentation", || {
        outcome::doc_tests(&machine)
    });
    match extent {
        Extent::Usual => println!(
            "\n(`cargo xtask test --full` kills OpenStack's services in the middle, tries more pairs \
             and kills there, and builds the release too)"
        ),
        Extent::Full => {
            single(&mut lines, "release build", || {
                shell::run(cargo(&[
                    "build",
                    "--locked",
                    "--release",
                    "--package",
                    "understudy",
                ]))
            });
            several(&mut lines, "sizes", sizes::check);
        }
    }
    summary(&lines, begun.elapsed())
}

/// Runs the tests that need the lab, on one that nobody has used yet.
fn on_lab(machine: &Machine) -> Result<Vec<Outcome>, Failure> {
    let lab = Lab::start()?;
    let outcomes = outcome::tests(machine, Pass::OpenStack(lab.description()));
    let failed = outcomes
        .as_ref()
        .map_or(true, |parts| parts.iter().any(|part| part.result.is_err()));
    if failed {
        // Now, while the logs are there.
        lab::complaints()?;
    }
    outcomes
}

/// A suite that is one check.
fn single(lines: &mut Vec<Line>, name: &str, suite: impl FnOnce() -> Result<(), Failure>) {
    several(lines, name, || {
        suite().map(|()| {
            vec![Outcome {
                name: None,
                result: Ok(String::new()),
            }]
        })
    });
}

/// A suite that has parts, each with a result of its own.
fn several(
    lines: &mut Vec<Line>,
    name: &str,
    suite: impl FnOnce() -> Result<Vec<Outcome>, Failure>,
) {
    header(name);
    let begun = Instant::now();
    let outcomes = suite().unwrap_or_else(|failure| {
        eprintln!("{failure}");
        vec![Outcome {
            name: None,
            result: Err(String::new()),
        }]
    });
    let took = begun.elapsed();
    println!("--- {name}: {:.1} s", took.as_secs_f32());
    for Outcome { name: part, result } in outcomes {
        let took = part.is_none().then_some(took);
        let name = part.map_or_else(|| name.to_owned(), |part| format!("{name}: {part}"));
        lines.push(Line { name, result, took });
    }
}

fn header(name: &str) {
    println!("\n=== {name}");
}

fn summary(lines: &[Line], took: Duration) -> Result<(), Failure> {
    header("summary");
    let width = lines
        .iter()
        .map(|line| line.name.chars().count())
        .max()
        .unwrap_or_default();
    for Line { name, result, took } in lines {
        let (mark, words) = match result {
            Ok(words) => ("ok    ", words),
            Err(words) => ("FAILED", words),
        };
        let took = took
            .map(|took| format!("{:.1} s ", took.as_secs_f32()))
            .unwrap_or_default();
        println!(
            "{mark}  {}",
            format!("{name:width$}  {took}{words}").trim_end()
        );
    }
    println!("in all {:.0} s", took.as_secs_f32());
    let failed = lines.iter().filter(|line| line.result.is_err()).count();
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{failed} of {} suites failed",
            lines.len()
        )))
    }
}
