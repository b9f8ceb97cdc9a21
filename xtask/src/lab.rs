//! Starts the real OpenStack of `tests/openstack` around what needs it.
//!
//! It is stopped whatever happens: its script waits at the other end of a pipe, and stops
//! everything when the pipe closes, as it does when this program is killed.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use crate::shell::{self, Failure, program, target_folder};

const SCRIPT: &str = "tests/openstack/lab.sh";

/// Where the lab is kept, as the tests know it.
const FOLDER: &str = "UNDERSTUDY_LAB_DIR";

/// Tells tests and benches where the lab is described; see `tests::openstack`.
pub(crate) const VARIABLE: &str = "UNDERSTUDY_LAB";

/// Debian's names of packages that it needs and that are missing.
pub(crate) fn missing() -> Result<Vec<String>, Failure> {
    let names = shell::output(script(&["missing"])?)?;
    Ok(names.split_whitespace().map(str::to_owned).collect())
}

/// Shows what its services complained about.
pub(crate) fn complaints() -> Result<(), Failure> {
    shell::run(script(&["complaints"])?)
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
pub(crate) struct Lab {
    description: PathBuf,
    keeper: Child,
}

impl Lab {
    /// Installs it where that was not done yet, starts it as nobody had ever used it, and shows how
    /// that goes.
    pub(crate) fn start() -> Result<Self, Failure> {
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

    /// The file that describes it.
    pub(crate) fn description(&self) -> &Path {
        &self.description
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _gone = self.keeper.wait();
    }
}
