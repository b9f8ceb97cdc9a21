//! Runs the tests themselves and reads which suite had how many.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use super::machine::{Machine, Runner};
use crate::{
    lab,
    shell::{self, Failure, cargo, target_folder},
};

/// The result of one suite, or of one part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Which part; `None` for the suite as a whole.
    pub(super) name: Option<String>,
    /// What there is to say, for good or bad.
    pub(super) result: Result<String, String>,
}

/// Where nextest leaves its report, as set in `.config/nextest.toml`.
const REPORT: &str = "nextest/ci/junit.xml";

/// Which tests are run, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass<'a> {
    /// All but those in the documentation and those on a real OpenStack.
    All,
    /// The stories and the web side once more, with all caches and channels off.
    Plain,
    /// Those on a real OpenStack, whose lab a file describes.
    OpenStack(&'a Path),
}

/// The tests on a real OpenStack.
const OPENSTACK: &str = "openstack";

/// The tests that a plain pass repeats.
const PLAIN: [&str; 2] = ["stories", "web"];

/// Runs tests.
pub(super) fn tests(machine: &Machine, pass: Pass) -> Result<Vec<Outcome>, Failure> {
    match machine.runner {
        Runner::Nextest => nextest(machine, pass),
        Runner::Cargo => {
            // The same selection of packages each time, or features would differ and the world
            // would be compiled again.
            let mut command = cargo(&["test", "--locked", "--workspace", "--no-fail-fast"]);
            match pass {
                Pass::All => {
                    command.args(["--lib", "--bins", "--examples", "--benches"]);
                    for binary in test_binaries()? {
                        command.args(["--test", &binary]);
                    }
                }
                Pass::OpenStack(description) => {
                    command.args(["--test", OPENSTACK]);
                    command.env(lab::VARIABLE, description);
                }
                Pass::Plain => {
                    for binary in PLAIN {
                        command.args(["--test", binary]);
                    }
                    command.env(PLAIN_VARIABLE, "1");
                }
            }
            counted(machine, command)
        }
    }
}

/// Tells the tests that all caches and channels are off; see `tests::world::plain`.
const PLAIN_VARIABLE: &str = "UNDERSTUDY_TESTS_PLAIN";

/// The examples in the documentation, which nextest can't run.
pub(super) fn doc_tests(machine: &Machine) -> Result<Vec<Outcome>, Failure> {
    counted(
        machine,
        cargo(&["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]),
    )
}

/// All test binaries that need no lab: Cargo can't leave one out, only name the others.
fn test_binaries() -> Result<Vec<String>, Failure> {
    let metadata = shell::output(cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .map_err(|error| Failure::new(format!("cargo metadata printed no JSON: {error}")))?;
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    Ok(list(&metadata["packages"])
        .iter()
        .flat_map(|package| list(&package["targets"]))
        .filter(|target| list(&target["kind"]).iter().any(|kind| kind == "test"))
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .filter(|name| name != OPENSTACK)
        .collect())
}

fn nextest(machine: &Machine, pass: Pass) -> Result<Vec<Outcome>, Failure> {
    let target = target_folder()?;
    let report = target.join(REPORT);
    // An old report must not pass for this run's.
    let _none = fs::remove_file(&report);
    let mut command = cargo(&["nextest", "run", "--locked", "--workspace", "--all-targets"]);
    command.args(["--profile", "ci"]);
    match pass {
        Pass::All => {
            command.args(["-E", &format!("not binary({OPENSTACK})")]);
        }
        Pass::Plain => {
            let binaries: Vec<String> = PLAIN
                .iter()
                .map(|binary| format!("binary({binary})"))
                .collect();
            command.args(["-E", &binaries.join(" or ")]);
            command.env(PLAIN_VARIABLE, "1");
        }
        Pass::OpenStack(description) => {
            command.args(["-E", &format!("binary({OPENSTACK})")]);
            command.env(lab::VARIABLE, description);
        }
    }
    machine.describe(&mut command);
    let ran = shell::run(command);
    let Ok(xml) = fs::read_to_string(&report) else {
        // It did not come as far as running a test.
        return ran.and(Err(Failure::new(format!(
            "there is no report at {}",
            report.display()
        ))));
    };
    let mut outcomes = suites(&xml);
    outcomes.push(match ran {
        Ok(()) => Outcome {
            name: None,
            result: Ok(String::new()),
        },
        Err(failure) => Outcome {
            name: None,
            result: Err(failure.to_string()),
        },
    });
    Ok(outcomes)
}

/// Each `<testsuite>` of a JUnit report.
fn suites(xml: &str) -> Vec<Outcome> {
    xml.split("<testsuite ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(head, _)| {
            let number = |name| {
                attribute(head, name)
                    .and_then(|n| n.parse::<u32>().ok())
                    .unwrap_or(0)
            };
            let bad = number("failures") + number("errors");
            let words = format!("{} tests", number("tests"));
            Outcome {
                name: attribute(head, "name").map(str::to_owned),
                result: if bad == 0 {
                    Ok(words)
                } else {
                    Err(format!("{words}, {bad} failed"))
                },
            }
        })
        .collect()
}

fn attribute<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = head.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// Runs `cargo test`, shows what it says, and adds up its results.
fn counted(machine: &Machine, mut command: Command) -> Result<Vec<Outcome>, Failure> {
    machine.describe(&mut command);
    let line = shell::line(&command);
    let cannot = |error| Failure::new(format!("cannot start `{line}`: {error}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let mut sums = BTreeMap::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            add(&line, &mut sums);
        }
    }
    let status = child.wait().map_err(cannot)?;
    let of = |word| sums.get(word).copied().unwrap_or(0_u32);
    let words = format!(
        "{} tests, {} failed, {} ignored",
        of("passed") + of("failed"),
        of("failed"),
        of("ignored")
    );
    Ok(vec![Outcome {
        name: None,
        result: if status.success() {
            Ok(words)
        } else {
            Err(words)
        },
    }])
}

/// Adds up "test result: ok. 3 passed; 0 failed; 0 ignored; …".
fn add(line: &str, sums: &mut BTreeMap<String, u32>) {
    let Some(results) = line.strip_prefix("test result: ") else {
        return;
    };
    for part in results.split(['.', ';']) {
        if let Some((number, word)) = part.trim().split_once(' ')
            && let Ok(number) = number.parse::<u32>()
        {
            *sums.entry(word.to_owned()).or_default() += number;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_suite_by_suite() {
        let xml = r#"<testsuites name="nextest-run" tests="5" failures="1">
            <testsuite name="model" tests="3" disabled="0" errors="0" failures="0"></testsuite>
            <testsuite name="tests::front" tests="2" errors="0" failures="1"></testsuite>"#;
        let found = suites(xml);
        assert_eq!(
            found[0],
            Outcome {
                name: Some("model".into()),
                result: Ok("3 tests".into())
            }
        );
        assert_eq!(
            found[1],
            Outcome {
                name: Some("tests::front".into()),
                result: Err("2 tests, 1 failed".into())
            }
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn cargos_results_are_added_up() {
        let mut sums = BTreeMap::new();
        add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            &mut sums,
        );
        add(
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured",
            &mut sums,
        );
        add("running 7 tests", &mut sums);
        assert_eq!((sums["passed"], sums["failed"], sums["ignored"]), (5, 4, 1));
    }
}
