//! A PostgreSQL of the tests' own: made in a temporary folder, gone with the test.
//!
//! It listens on 127.0.0.1 at a free port, and is stopped when the value is dropped or the test's
//! process ends in whatever way: a small shell waits at the other end of a pipe, stops the server
//! when the pipe closes, and removes the folder. Needs PostgreSQL's programs, which
//! `cargo xtask test` installs; never touches a PostgreSQL that is there already.

use std::{
    env, fs,
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The role of all databases; it needs no password from 127.0.0.1.
const ROLE: &str = "understudy";

/// Makes the cluster, starts it, says `ready`, waits for its standard input to close, cleans up.
const SCRIPT: &str = r#"
set -eu
bin=$1 dir=$2 port=$3 role=$4
mkdir -m 700 "$dir"
trap 'rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U "$role" -A trust -E UTF8 --no-locale --no-sync >"$dir/log"
"$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" start -o "-p $port \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null || {
  cat "$dir/log"
  exit 1
}
echo ready
exec >/dev/null 2>&1
read -r _ || true
"$bin/pg_ctl" -D "$dir/data" -m immediate -w stop
"#;

/// A running PostgreSQL server; dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct TestPostgres {
    port: u16,
    made: AtomicU32,
    /// Closing it stops the server.
    lifeline: Option<ChildStdin>,
    keeper: Child,
}

impl TestPostgres {
    /// Starts a server of its own, in about a second. Tests that only need a database share one
    /// through [`database`].
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start; the message says why.
    pub fn start() -> Self {
        let programs = programs().unwrap_or_else(|| {
            panic!(
                "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found; \
                 `cargo xtask test` installs them, or set POSTGRES_BIN to their folder"
            )
        });
        // Another process may take the free port before PostgreSQL does.
        for _ in 0..5 {
            match Self::try_start(&programs) {
                Ok(started) => return started,
                Err(why) if why.contains("Address already in use") => {}
                Err(why) => panic!("PostgreSQL did not start: {why}"),
            }
        }
        panic!("PostgreSQL found each of five free ports taken");
    }

    fn try_start(programs: &Path) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("no free port on 127.0.0.1: {error}"))?
            .port();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!(
            "understudy-postgres-{}-{number}",
            std::process::id()
        ));

        let mut command = unprivileged()?;
        command
            .args(["sh", "-c", SCRIPT, "postgres-for-tests"])
            .arg(programs)
            .arg(&folder);
        command
            .args([&port.to_string(), ROLE])
            .current_dir(env::temp_dir())
            .env("LC_ALL", "C");
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start a shell for it: {error}"))?;
        let lifeline = keeper.stdin.take();
        let mut said = String::new();
        if let Some(mut stdout) = keeper.stdout.take() {
            let mut byte = [0];
            while !said.ends_with("ready\n") && stdout.read(&mut byte).is_ok_and(|n| n == 1) {
                said.push(char::from(byte[0]));
            }
        }
        if said.ends_with("ready\n") {
            return Ok(Self {
                port,
                made: AtomicU32::new(0),
                lifeline,
                keeper,
            });
        }
        if let Some(mut stderr) = keeper.stderr.take() {
            let _unreadable = stderr.read_to_string(&mut said);
        }
        let _gone = keeper.wait();
        Err(said)
    }

    /// Makes a new, empty database and returns its URL, without a password.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres"))
            .await
            .unwrap_or_else(|error| panic!("no connection to the tests' PostgreSQL: {error}"));
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .unwrap_or_else(|error| panic!("the tests' PostgreSQL makes no database: {error}"));
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _gone = self.keeper.wait();
    }
}

/// A new, empty database on one server that all tests of this process share; its URL.
///
/// # Panics
/// As [`TestPostgres::start`] and [`TestPostgres::database`].
pub async fn database() -> String {
    static SHARED: OnceLock<TestPostgres> = OnceLock::new();
    SHARED.get_or_init(TestPostgres::start).database().await
}

/// The folder of PostgreSQL's programs: `POSTGRES_BIN`, Debian's newest, or one on the `PATH`.
fn programs() -> Option<PathBuf> {
    let named = env::var_os("POSTGRES_BIN").map(PathBuf::from);
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let path = env::var_os("PATH").unwrap_or_default();
    named
        .into_iter()
        .chain(versions.into_iter().map(|(_, folder)| folder))
        .chain(env::split_paths(&path))
        .find(|folder| {
            ["initdb", "pg_ctl", "postgres"]
                .iter()
                .all(|p| folder.join(p).is_file())
        })
}

/// A command in a session of its own, so that what ends the test's process group doesn't end the
/// clean-up too; and not as root, whom PostgreSQL refuses.
fn unprivileged() -> Result<Command, String> {
    let mut command = Command::new("setsid");
    command.arg("--wait");
    if number(&["-u"])? == 0 {
        let user = if number(&["-u", "postgres"]).is_ok() {
            "postgres"
        } else {
            "nobody"
        };
        let group = number(&["-g", user])?;
        command.args([
            "setpriv",
            "--reuid",
            user,
            "--regid",
            &group.to_string(),
            "--init-groups",
        ]);
    }
    Ok(command)
}

fn number(arguments: &[&str]) -> Result<u32, String> {
    let output = Command::new("id")
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot start id: {error}"))?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| String::from_utf8_lossy(&output.stderr).trim().to_string())
}
