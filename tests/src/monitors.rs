//! Monitors of the tests' own: Debian's collectd, Prometheus and its node exporter, unpacked into the
//! build folder by `cargo xtask test` and installed nowhere.
//!
//! Each is stopped when the value is dropped or the test's process ends in whatever way: a small shell
//! waits at the other end of a pipe and ends its own child, by id, when the pipe closes. None that runs
//! on the machine already is touched.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// Where a program is to listen: on a port that the system chooses, so that no two programs want the same.
const ANYWHERE: &str = "--web.listen-address=127.0.0.1:0";
/// File systems as the node exporter's own collector tells of them: a root of 10 GiB, of which 3 are used and
/// 1 is reserved, another disk, and two that are none.
const DISKS: &str = r#"
node_filesystem_size_bytes{device="/dev/vda1",fstype="ext4",mountpoint="/"} 10737418240
node_filesystem_free_bytes{device="/dev/vda1",fstype="ext4",mountpoint="/"} 7516192768
node_filesystem_avail_bytes{device="/dev/vda1",fstype="ext4",mountpoint="/"} 6442450944
node_filesystem_size_bytes{device="/dev/vdb",fstype="xfs",mountpoint="/srv/a-b"} 3145728
node_filesystem_free_bytes{device="/dev/vdb",fstype="xfs",mountpoint="/srv/a-b"} 2097152
node_filesystem_avail_bytes{device="/dev/vdb",fstype="xfs",mountpoint="/srv/a-b"} 2097152
node_filesystem_size_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 2097152
node_filesystem_free_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 1048576
node_filesystem_avail_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 1048576
node_filesystem_size_bytes{device="overlay",fstype="overlay",mountpoint="/var/lib/docker/x"} 2097152
node_filesystem_free_bytes{device="overlay",fstype="overlay",mountpoint="/var/lib/docker/x"} 1048576
node_filesystem_avail_bytes{device="overlay",fstype="overlay",mountpoint="/var/lib/docker/x"} 1048576
"#;
/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_mins(1);

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

    /// The address that it listens at, as it says itself: `msg="Listening on" address=127.0.0.1:34847`.
    ///
    /// # Panics
    /// If it doesn't listen in time; the message has what it said.
    fn address(&self) -> String {
        let begun = Instant::now();
        loop {
            let said = self.said();
            // A line that has no end yet may have half of the address.
            let lines = said
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            let mut told = lines.filter(|line| line.contains("Listening on"));
            if let Some((_, rest)) = told.find_map(|line| line.split_once("address=")) {
                return rest.trim().trim_matches('"').to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not listen: {said}");
            thread::sleep(Duration::from_millis(20));
        }
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
        let node = program("usr/bin/prometheus-node-exporter");
        // What file systems there are is told by a file: a machine for tests may have no disk at all.
        fs::write(folder.join("disks.prom"), DISKS).unwrap();
        let args = [
            ANYWHERE.to_owned(),
            "--no-collector.filesystem".to_owned(),
            format!("--collector.textfile.directory={}", folder.display()),
        ];
        let exporter = Running::start(&node, &args, &folder.join("exporter.log"));
        let address = exporter.address();
        let listed: Vec<String> = targets
            .iter()
            .map(|labels| format!("      - targets: [\"{address}\"]\n        labels: {labels}\n"))
            .collect();
        let configuration = format!(
            "global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: node\n    static_configs:\n{}",
            listed.concat()
        );
        let file = folder.join("prometheus.yml");
        fs::write(&file, configuration).unwrap();
        let args = [
            ANYWHERE.to_owned(),
            format!("--config.file={}", file.display()),
            format!("--storage.tsdb.path={}", folder.join("series").display()),
        ];
        let log = folder.join("prometheus.log");
        let prometheus = Running::start(&program("usr/bin/prometheus"), &args, &log);
        Self {
            url: format!("http://{}", prometheus.address()),
            prometheus,
            _exporter: exporter,
        }
    }

    /// What Prometheus said so far.
    pub fn said(&self) -> String {
        self.prometheus.said()
    }
}
