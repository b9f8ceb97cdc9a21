//! The program as a whole: how long it takes to start and to import, how much memory it idles with.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::data::environment;
use crate::table::{Table, median, time};

/// The program, built by the same command as this.
fn program() -> PathBuf {
    let path = std::env::current_exe().unwrap().with_file_name("understudy_under_test");
    assert!(path.exists(), "{} is not built: run this by `cargo xtask bench`", path.display());
    path
}

/// The program with arguments, on a data folder.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).arg("--data").arg(data);
    command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    command
}

/// A server at work.
pub struct Server {
    child: Child,
    /// `127.0.0.1:8080`.
    pub address: String,
    /// How long it took until it said so.
    pub started_in: Duration,
}

impl Server {
    /// Starts one on a free port and waits until it says its address.
    pub async fn start(data: &Path) -> Self {
        let start = Instant::now();
        let mut child = command(data, &["serve", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().expect("the server says its address");
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split(['/', ' ']).next().unwrap().to_owned();
            }
        };
        let started_in = start.elapsed();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, address, started_in }
    }

    fn resident_mib(&self) -> u64 {
        let pid = self.child.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// Ends it.
    pub async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Measures starting, idling and importing.
pub async fn run(table: &mut Table) {
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path()).await;
        times.push(server.started_in);
        tokio::time::sleep(Duration::from_secs(2)).await;
        memory = memory.max(server.resident_mib());
        server.stop().await;
    }
    table.add("start on an empty data folder, examples imported", time(median(times)), "0.3 s");
    table.add("memory of the idle server (largest of 5)", format!("{memory} MiB"), "40 MiB");

    let mut times = Vec::new();
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let ready = command(folder.path(), &["environments"]).output().await.unwrap();
        assert!(ready.status.success());
        let file = folder.path().join("thousand.yaml");
        std::fs::write(&file, model::file::write(&environment("thousand", 1000))).unwrap();
        let start = Instant::now();
        let imported =
            command(folder.path(), &["import", file.to_str().unwrap()]).output().await.unwrap();
        times.push(start.elapsed());
        assert!(imported.status.success());
    }
    table.add(
        "import of 1,000 instances, the whole command (NetBox: 16 s)",
        time(median(times)),
        "0.1 s",
    );
}
