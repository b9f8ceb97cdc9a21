//! Runs the program.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tests::setup::{TestSetup, VARIABLE};

/// The example's folder.
pub fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("examples/webplatform").join(name);
    path.to_str().unwrap().to_owned()
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Its output as JSON, where it ended well.
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Checks the status, and gives the text.
    pub fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The one error that was told.
    pub fn error(self) -> String {
        let ran = self.ended(2);
        assert_eq!(ran.stdout, "", "{ran:?}");
        let error = ran.stderr.strip_prefix("error: ").unwrap();
        assert_eq!(error.lines().count(), 1, "{error}");
        error.trim_end().to_owned()
    }
}

/// A place of its own: a folder for files, and one for data that is not made yet.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file; its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with an environment of the test's own.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understudy_under_test"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("UNDERSTUDY_DATABASE")
            .env_remove("UNDERSTUDY_LISTEN")
            .env_remove("UNDERSTUDY_PUBLIC_URL")
            .env_remove("UNDERSTUDY_PROMETHEUS")
            .env_remove("UNDERSTUDY_REPORT_PATIENCE")
            .env_remove("RUST_LOG")
            .env("UNDERSTUDY_DATA", self.data())
            .env(VARIABLE, TestSetup::quick().to_json())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        let output = self.command(args).output().unwrap();
        Ran {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A program at work, killed with the test.
pub struct AtWork {
    pub child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl AtWork {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Reads on until a line has this part; the line.
    pub fn until(&mut self, part: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before saying `{part}`: {seen}");
            if line.contains(part) {
                return line.trim().to_owned();
            }
            seen.push_str(&line);
        }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
