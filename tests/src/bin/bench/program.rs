//! The program as a whole: how long it takes to start and to import, how much memory it idles with.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tests::program::Server;
use tokio::process::Command;

use crate::data::environment;
use crate::table::{Table, median, time};

/// The program, built by the same command as this.
pub fn program() -> PathBuf {
    let path = std::env::current_exe()
        .unwrap()
        .with_file_name("understudy_under_test");
    assert!(
        path.exists(),
        "{} is not built: run this by `cargo xtask bench`",
        path.display()
    );
    path
}

/// The program with arguments, on a data folder.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    tests::program::command(&program(), data, arguments)
}

/// How much memory a server has now.
pub fn resident_mib(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

/// A server on a data folder.
pub async fn serve(data: &Path) -> Server {
    Server::start(&program(), data).await
}

/// Measures starting, idling and importing.
pub async fn run(table: &mut Table) {
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let server = serve(folder.path()).await;
        times.push(server.started_in);
        tokio::time::sleep(Duration::from_secs(2)).await;
        memory = memory.max(resident_mib(&server));
        server.kill().await;
    }
    table.add(
        "start on an empty data folder, examples imported",
        time(median(times)),
        "0.3 s",
    );
    table.add(
        "memory of the idle server (largest of 5)",
        format!("{memory} MiB"),
        "40 MiB",
    );

    let mut times = Vec::new();
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let ready = command(folder.path(), &["environments"])
            .output()
            .await
            .unwrap();
        assert!(ready.status.success());
        let file = folder.path().join("thousand.yaml");
        std::fs::write(&file, model::file::write(&environment("thousand", 1000))).unwrap();
        let start = Instant::now();
        let imported = command(folder.path(), &["import", file.to_str().unwrap()])
            .output()
            .await
            .unwrap();
        times.push(start.elapsed());
        assert!(imported.status.success());
    }
    table.add(
        "import of 1,000 instances, the whole command (NetBox: 16 s)",
        time(median(times)),
        "0.1 s",
    );
}
