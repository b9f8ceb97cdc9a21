//! Finds the lab that runs already, or starts one that can't outlive this process.
//!
//! The lab's script waits at the other end of a pipe and stops everything when the pipe closes,
//! which it does in whatever way a process ends. It never touches a lab in another folder.

use std::{
    env,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// Names the description of a lab that is up; `cargo xtask test` sets it.
const VARIABLE: &str = "UNDERSTUDY_LAB";

/// Where a lab of our own is kept.
const FOLDER: &str = "UNDERSTUDY_LAB_DIR";

/// The script that starts and stops it.
pub(super) fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openstack/lab.sh")
}

/// The file that describes the lab, which is up.
pub(super) fn description() -> PathBuf {
    static OWN: OnceLock<Own> = OnceLock::new();
    match env::var_os(VARIABLE) {
        Some(path) => PathBuf::from(path),
        None => OWN.get_or_init(Own::start).description.clone(),
    }
}

/// A lab of this process.
#[derive(Debug)]
struct Own {
    description: PathBuf,
    /// Holds the pipe whose end is the lab's.
    _keeper: Child,
}

impl Own {
    fn start() -> Self {
        // A session of its own, so that what ends the test's process group doesn't end the
        // clean-up too.
        let mut keeper = Command::new("setsid")
            .args(["--wait", "sh", "-c", "exec \"$0\" keep 2>&1"])
            .arg(script())
            .env(FOLDER, folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the lab's script cannot be started: {error}"));
        let mut said = String::new();
        let mut description = None;
        for line in BufReader::new(keeper.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
        {
            if let Some(path) = line.strip_prefix("env ") {
                description = Some(PathBuf::from(path));
            }
            if let ("ready", Some(description)) = (line.as_str(), &description) {
                return Self {
                    description: description.clone(),
                    _keeper: keeper,
                };
            }
            said.push_str(&line);
            said.push('\n');
        }
        let _gone = keeper.wait();
        panic!("the lab did not come up:\n{said}");
    }
}

/// `UNDERSTUDY_LAB_DIR`, or `openstack` in the folder that Cargo builds into.
fn folder() -> PathBuf {
    env::var_os(FOLDER).map_or_else(
        || {
            // <target>/debug/deps/<test>, or <target>/release/<program>
            let program = env::current_exe().unwrap();
            let above = program.ancestors().skip(1);
            let mut above = above.skip_while(|folder| folder.ends_with("deps"));
            above.nth(1).unwrap().join("openstack")
        },
        PathBuf::from,
    )
}
