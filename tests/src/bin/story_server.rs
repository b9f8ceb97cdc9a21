//! The program that stories kill: the server, as people run it, on a world in a folder.
//!
//! Arguments: the folder, a PostgreSQL's URL or `-`, the executor's lease in milliseconds, and
//! where to die: `-`, or `kill` or `stop`, a moment and a key: `kill:effect-made:instance/app[1]`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::port::{Moment, NoProbe, Probe};
use model::key::Key;
use rustix::process::{Signal, getpid, kill_process};
use tests::world::{Setup, moment, plain};

struct Fate {
    signal: Signal,
    moment: Moment,
    key: Key,
    met: AtomicBool,
}

impl Probe for Fate {
    fn reached(&self, moment: Moment, key: &Key) {
        if moment == self.moment && key == &self.key && !self.met.swap(true, Ordering::SeqCst) {
            // Nothing is flushed, nobody is told: the way a machine loses its power.
            kill_process(getpid(), self.signal).expect("the signal can be sent");
            // The signal may reach another thread first: this one goes no further meanwhile.
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn probe(fate: &str) -> Arc<dyn Probe> {
    let mut parts = fate.splitn(3, ':');
    let signal = match parts.next() {
        Some("kill") => Signal::KILL,
        Some("stop") => Signal::STOP,
        _ => return Arc::new(NoProbe),
    };
    Arc::new(Fate {
        signal,
        moment: moment(parts.next().expect("a moment")).expect("a moment"),
        key: parts.next().expect("a key").parse().expect("a key"),
        met: AtomicBool::new(false),
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, database, lease, fate] = arguments.as_slice() else {
        eprintln!("story_server FOLDER DATABASE|- LEASE_MS FATE|-");
        return ExitCode::from(2);
    };
    let quick = Setup::quick(Path::new(folder));
    let mut setup = server::cli::Setup {
        engine: quick.config,
        simulated: quick.simulated,
        prometheus: None,
        openstack: cloud::openstack::Options {
            request_lifetime: Duration::from_secs(2),
            ..cloud::openstack::Options::default()
        },
        caches: !plain(),
        probe: probe(fate),
    };
    setup.engine.executor_lease = Duration::from_millis(lease.parse().expect("a number"));
    setup.simulated.request_timeout = setup.engine.executor_lease / 5;
    let serve = ["understudy", "serve", "--empty", "--listen", "127.0.0.1:0"];
    let mut command: Vec<&str> = serve.to_vec();
    command.extend(["--data", folder]);
    if database != "-" {
        // A stopped process keeps the lock of a transaction that it is in, and the cloud's file is
        // one for both; a real cloud has no such lock. So no other call is under way meanwhile.
        setup.engine.calls_in_flight = 1;
        command.extend(["--database", database]);
    }
    server::cli::run(command.into_iter().map(OsString::from), setup)
}
