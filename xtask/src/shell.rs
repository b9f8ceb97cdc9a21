//! Starting other programs, and telling in a sentence what went wrong.

use std::{
    env,
    fmt::{self, Display},
    path::PathBuf,
    process::{Command, Output},
};

/// Why a command of ours failed, written for whoever typed it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// A program, to be run in the workspace's folder.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    // Cargo describes xtask in these; some build scripts would take that for a change of theirs
    // and build again.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// `cargo`, to be run in the workspace's folder.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    program("cargo", arguments)
}

/// Runs a command with our own output, and fails with its words if it fails.
pub(crate) fn run(mut command: Command) -> Result<(), Failure> {
    let line = line(&command);
    let status = command
        .status()
        .map_err(|error| Failure(format!("cannot start `{line}`: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!("`{line}` failed ({status})")))
    }
}

/// Runs a command and returns what it wrote to its standard output.
pub(crate) fn output(mut command: Command) -> Result<String, Failure> {
    let line = line(&command);
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .map_err(|error| Failure(format!("cannot start `{line}`: {error}")))?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&stderr);
        Err(Failure(format!(
            "`{line}` failed ({status}):\n{}",
            said.trim_end()
        )))
    }
}

/// Whether a command runs and succeeds; what it says is dropped.
pub(crate) fn succeeds(name: &str, arguments: &[&str]) -> bool {
    program(name, arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The command as it would be typed.
pub(crate) fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// The first of some programs that is on the `PATH`.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Where Cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    let metadata = output(cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .map_err(|error| Failure(format!("cargo metadata printed no JSON: {error}")))?;
    Ok(metadata["target_directory"]
        .as_str()
        .map_or_else(|| root().join("target"), Into::into))
}
