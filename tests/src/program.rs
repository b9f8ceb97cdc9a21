//! The program as a process of its own, serving on a free port.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A server at work; killed where it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// `127.0.0.1:8080`.
    pub address: String,
    /// The link that signs a browser in, once.
    pub link: String,
    /// How long it took until it said so.
    pub started_in: Duration,
}

/// The program with arguments, on a data folder.
pub fn command(program: &Path, data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg("--data").arg(data);
    command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    command
}

impl Server {
    /// Starts one on a free port and waits until it says its address.
    pub async fn start(program: &Path, data: &Path) -> Self {
        Self::start_with(program, data, &[]).await
    }

    /// The same with variables of the environment.
    pub async fn start_with(program: &Path, data: &Path, variables: &[(&str, &OsStr)]) -> Self {
        let start = Instant::now();
        let mut child = command(program, data, &["serve", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "warn")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = String::new();
        let link = loop {
            let line = lines.next_line().await.expect("the program speaks");
            let line = line.unwrap_or_else(|| panic!("it ended without a sign-in link: {said}"));
            if line.contains("/sign-in?token=") {
                break line.trim().to_owned();
            }
            said.push_str(&line);
        };
        let started_in = start.elapsed();
        let address = link.split('/').nth(2).expect("an address").to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            child,
            address,
            link,
            started_in,
        }
    }

    /// The process' id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills it, without a chance to tidy up.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }
}
