//! Monitors of the tests' own: Debian's collectd, Prometheus and its node exporter, unpacked into the
//! build folder by `cargo xtask test` and installed nowhere.
//!
//! Each is stopped when the value is dropped or the test's process ends in whatever way: a small shell
//! waits at the other end of a pipe and ends its own child, by id, when the pipe closes. None that runs
//! on the machine already is touched.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Says where they are unpacked; `cargo xtask test` sets it.
const VARIABLE: &str = "UNDERSTUDY_MONITORS";

/// Starts a program, waits until its own standard input closes, ends it.
const SCRIPT: &str = r#"
log=$1; shift
"$@" >"$log" 2>&1 </dev/null &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid"' EXIT
trap 'exit 1' TERM INT HUP
read -r _ || true
"#;

/// The folder into which Debian's packages are unpacked, as if it were `/`.
pub fn unpacked() -> PathBuf {
    env::var_os(VARIABLE).map_or_else(
        || {
            // <target>/debug/deps/<test>, or <target>/debug/<program>
            let program = env::current_exe().unwrap();
            let above = program.ancestors().skip(1);
            let mut above = above.skip_while(|folder| folder.ends_with("deps"));
            above.nth(1).unwrap().join("monitors/root")
        },
        PathBuf::from,
    )
}

/// A program of the packages.
///
/// # Panics
/// If it is not there; the message says how it gets there.
pub fn program(path: &str) -> PathBuf {
    let program = unpacked().join(path);
    assert!(
        program.is_file(),
        "{} is not there; `cargo xtask test` unpacks it, or set {VARIABLE} to where Debian's collectd-core, \
         libyajl2, prometheus and prometheus-node-exporter are unpacked",
        program.display()
    );
    program
}

/// A port on 127.0.0.1 that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A monitor at work.
#[derive(Debug)]
pub struct Running {
    log: PathBuf,
    lifeline: Option<ChildStdin>,
    keeper: Child,
}

impl Running {
    /// Starts a program whose words go into a file.
    pub fn start<S: AsRef<OsStr>>(program: &Path, args: &[S], log: &Path) -> Self {
        let libraries: Vec<PathBuf> = fs::read_dir(unpacked().join("usr/lib"))
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        let mut command = Command::new("setsid");
        command
            .args(["--wait", "sh", "-c", SCRIPT, "monitor-for-tests"])
            .arg(log)
            .arg(program)
            .args(args)
            .env("LD_LIBRARY_PATH", env::join_paths(libraries).unwrap())
            .stdin(Stdio::piped());
        let mut keeper = command.spawn().unwrap();
        Self {
            log: log.to_owned(),
            lifeline: keeper.stdin.take(),
            keeper,
        }
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.keeper.wait();
    }
}

/// collectd with a configuration as Understudy gives it to people, at work in a folder. It looks at its
/// host every second, and tells what it saw every second.
pub fn collectd(folder: &Path, configuration: &str) -> Running {
    let root = unpacked();
    let main = format!(
        "BaseDir \"{folder}\"\nPIDFile \"{folder}/pid\"\nPluginDir \"{root}/usr/lib/collectd\"\n\
         TypesDB \"{root}/usr/share/collectd/types.db\"\nFQDNLookup false\nInterval 1\n{configuration}",
        folder = folder.display(),
        root = root.display(),
    );
    let file = folder.join("collectd.conf");
    fs::write(&file, main).unwrap();
    let args = [OsStr::new("-f"), OsStr::new("-C"), file.as_os_str()];
    Running::start(
        &program("usr/sbin/collectd"),
        &args,
        &folder.join("collectd.log"),
    )
}

/// A Prometheus that scrapes one node exporter under several names, every second.
pub struct Scraping {
    /// Where it answers.
    pub url: String,
    prometheus: Running,
    _exporter: Running,
}

impl Scraping {
    /// Starts both in a folder; `targets` are the labels under which the exporter is scraped, in YAML.
    pub fn start(folder: &Path, targets: &[&str]) -> Self {
        let (exporter, own) = (free_port(), free_port());
        let listed: Vec<String> = targets
            .iter()
            .map(|labels| {
                format!("      - targets: [\"127.0.0.1:{exporter}\"]\n        labels: {labels}\n")
            })
            .collect();
        let configuration = format!(
            "global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: node\n    static_configs:\n{}",
            listed.concat()
        );
        let file = folder.join("prometheus.yml");
        fs::write(&file, configuration).unwrap();
        let listen = |port| format!("--web.listen-address=127.0.0.1:{port}");
        let node = program("usr/bin/prometheus-node-exporter");
        let running = Running::start(&node, &[listen(exporter)], &folder.join("exporter.log"));
        let args = [
            listen(own),
            format!("--config.file={}", file.display()),
            format!("--storage.tsdb.path={}", folder.join("series").display()),
        ];
        let log = folder.join("prometheus.log");
        Self {
            url: format!("http://127.0.0.1:{own}"),
            prometheus: Running::start(&program("usr/bin/prometheus"), &args, &log),
            _exporter: running,
        }
    }

    /// What Prometheus said so far.
    pub fn said(&self) -> String {
        self.prometheus.said()
    }
}
