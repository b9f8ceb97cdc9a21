//! Starts the real OpenStack of `tests/openstack` around the tests that need it.
//!
//! It is stopped whatever happens: its script waits at the other end of a pipe, and stops
//! everything when the pipe closes, as it does when this program is killed.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use super::{
    machine::Machine,
    outcome::{self, Outcome, Pass},
};
use crate::shell::{self, Failure, program, target_folder};

const SCRIPT: &str = "tests/openstack/lab.sh";

/// Where the lab is kept, as the tests know it.
const FOLDER: &str = "UNDERSTUDY_LAB_DIR";

/// Debian's names of packages that it needs and that are missing.
pub(super) fn missing() -> Result<Vec<String>, Failure> {
    let names = shell::output(script(&["missing"])?)?;
    Ok(names.split_whitespace().map(str::to_owned).collect())
}

/// Runs the tests on a lab that nobody has used yet.
pub(super) fn tests(machine: &Machine) -> Result<Vec<Outcome>, Failure> {
    let lab = Lab::start()?;
    let outcomes = outcome::tests(machine, Pass::OpenStack(&lab.description));
    let failed = outcomes
        .as_ref()
        .map_or(true, |parts| parts.iter().any(|part| part.result.is_err()));
    if failed {
        // Now, while the logs are there.
        shell::run(script(&["complaints"])?)?;
    }
    outcomes
}

fn script(arguments: &[&str]) -> Result<Command, Failure> {
    let mut command = program(SCRIPT, arguments);
    if std::env::var_os(FOLDER).is_none() {
        command.env(FOLDER, target_folder()?.join("openstack"));
    }
    Ok(command)
}

/// The lab while it is up; dropping it stops it.
#[derive(Debug)]
struct Lab {
    description: PathBuf,
    keeper: Child,
}

impl Lab {
    /// Installs it where that was not done yet, starts it, and shows how that goes.
    fn start() -> Result<Self, Failure> {
        let begun = Instant::now();
        let command = script(&["keep"])?;
        let cannot = |error| Failure::new(format!("cannot start {SCRIPT}: {error}"));
        // In a session of its own: what interrupts this program must not end the clean-up too.
        let mut session = program("setsid", &["--wait", "sh", "-c", "exec \"$0\" \"$@\" 2>&1"]);
        session.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                session.env(name, value);
            }
        }
        let mut keeper = session
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(cannot)?;
        let mut description = None;
        let lines = keeper.stdout.take().map(BufReader::new);
        for line in lines
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok)
        {
            if let Some(path) = line.strip_prefix("env ") {
                description = Some(PathBuf::from(path));
            } else if line == "ready" {
                break;
            } else {
                println!("{line}");
            }
        }
        let Some(description) = description else {
            let _gone = keeper.wait();
            return Err(Failure::new(
                "the OpenStack lab did not come up; what its services said stands above",
            ));
        };
        println!("the lab is up after {:.1} s", begun.elapsed().as_secs_f32());
        Ok(Self {
            description,
            keeper,
        })
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _gone = self.keeper.wait();
    }
}
