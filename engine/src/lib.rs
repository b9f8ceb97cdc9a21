//! Carries plans out: the one entry for every act ([`Engine::submit`]), the one executor, and the
//! watch over leases. It declares what it needs of the world as ports (`Cloud`, `Store`, `Clock`,
//! `Entropy`) and knows none of their implementations.
//!
//! The road of an act: [`submit`] decides whether it is allowed, collects what is there, lets
//! `plan` make the one plan and judge it, and queues it; [`work`] claims what is queued;
//! [`execute`] carries the plan out along its graph, with every intent in the journal before its
//! call; [`collect`] reads what came of it. Nothing but `execute` calls the changing methods of a
//! [`port::Cloud`], and only from a stored plan.
//!
//! Beside that, [`clouds`] collects what whole clouds hold, page by page, on a schedule or when
//! somebody asks; what foreign servers are is a person's word. It only reads.

pub mod around;
mod clouds;
pub mod collect;
pub mod commitments;
pub mod console;
mod costs;
mod data;
pub mod error;
mod execute;
mod extend;
pub mod files;
mod holders;
pub mod keypair;
pub mod live;
pub(crate) mod look;
pub mod measure;
mod patience;
pub mod port;
mod power;
pub mod preview;
pub mod report;
pub mod secret;
mod sites;
pub mod submit;
mod watch;
mod work;
pub mod writings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::id::{ExecutorId, InstallationId, OperationId};
use model::name::CloudName;
use tokio::sync::Notify;

use execute::pace::Usual;

pub use error::EngineError;
pub use submit::{Ask, Outcome, Request};

use port::{Clock, Cloud, Entropy, Monitor, Probe, Store};
use report::PublicUrl;
use secret::InstallationSecret;

/// How the engine works. The defaults are for a real cloud.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long an executor may be silent before another takes over: longer than any cloud's
    /// [`Cloud::request_timeout`], or no call could be made.
    pub executor_lease: Duration,
    /// Calls in flight at once, per operation.
    pub calls_in_flight: usize,
    /// The shortest and the longest time between two looks at what is being made.
    pub poll: (Duration, Duration),
    /// How often a resource is tried that the cloud fails to make.
    pub attempts: u32,
    /// How often a call is made again that the cloud could not answer.
    pub retries: u32,
    /// How long to wait before a call is made again, the first time; doubled each time.
    pub retry_wait: Duration,
    /// How long a resource may take to become ready, or to go.
    pub patience: Duration,
    /// After how long something that does not go is asked to go again: a cloud whose service was
    /// restarted in between has forgotten that it was asked.
    pub ask_again: Duration,
    /// How long an instance may run before it reports that it is ready, where it is asked to.
    pub report_patience: Duration,
    /// Where instances reach Understudy; without, they are not asked to report.
    pub public_url: Option<PublicUrl>,
    /// How often the store is looked at for work.
    pub tick: Duration,
    /// How often clouds are collected; only when somebody asks for it where this is none.
    pub collect_every: Option<Duration>,
    /// How often monitors are asked what hosts measured.
    pub monitor_every: Duration,
    /// How often what is old of what was measured is taken away.
    pub forget_every: Duration,
    /// Whether a submitted operation wakes the worker at once; without, it waits for the tick.
    pub channels: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            executor_lease: Duration::from_secs(40),
            calls_in_flight: 6,
            poll: (Duration::from_millis(300), Duration::from_secs(3)),
            attempts: 3,
            retries: 6,
            retry_wait: Duration::from_millis(500),
            patience: Duration::from_mins(10),
            ask_again: Duration::from_mins(1),
            report_patience: Duration::from_mins(15),
            public_url: None,
            tick: Duration::from_secs(1),
            collect_every: None,
            monitor_every: Duration::from_mins(1),
            forget_every: Duration::from_hours(1),
            channels: true,
        }
    }
}

/// What an engine is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The clouds, by name.
    pub clouds: BTreeMap<CloudName, Arc<dyn Cloud>>,
    /// Whom to ask what hosts measured.
    pub monitors: Vec<Arc<dyn Monitor>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where a test can stand.
    pub probe: Arc<dyn Probe>,
    /// This installation.
    pub installation: InstallationId,
    /// What its secrets are derived from.
    pub secret: InstallationSecret,
    /// How it works.
    pub config: Config,
}

/// The engine: one per process.
pub struct Engine {
    parts: Parts,
    executor: ExecutorId,
    wake: Notify,
    live: live::Live,
    in_use: Mutex<BTreeSet<CloudName>>,
    /// What was seen when operations were ordered here that have not begun.
    looks: Mutex<BTreeMap<OperationId, look::Look>>,
    /// How long things take each cloud.
    usual: Mutex<BTreeMap<CloudName, Usual>>,
    /// Where instances of some clouds reach this process, whatever is configured.
    near: Mutex<BTreeMap<CloudName, PublicUrl>>,
}

/// What is behind a lock; a panic of another thread leaves it as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Puts an engine together; [`Engine::run`] sets it to work.
    pub fn new(parts: Parts) -> Arc<Self> {
        let executor = ExecutorId::from_uuid(parts.entropy.uuid());
        let live = live::Live::new(parts.config.channels);
        Arc::new(Self {
            parts,
            executor,
            wake: Notify::new(),
            live,
            in_use: Mutex::default(),
            looks: Mutex::default(),
            usual: Mutex::default(),
            near: Mutex::default(),
        })
    }

    /// Where everything is kept: for reading. Acts go through [`Engine::submit`].
    pub fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// Time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    /// Randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.parts.entropy
    }

    /// The names of the clouds that somebody works with here. Others may be configured, and are
    /// never asked anything before an environment is on them.
    pub fn clouds_in_use(&self) -> BTreeSet<CloudName> {
        lock(&self.in_use).clone()
    }

    /// An environment is on a cloud.
    pub fn uses(&self, name: &CloudName) {
        if self.parts.clouds.contains_key(name) {
            lock(&self.in_use).insert(name.clone());
        }
    }

    /// How long things usually take a cloud, as far as this process has seen.
    fn usual(&self, cloud: &CloudName) -> Usual {
        lock(&self.usual).get(cloud).cloned().unwrap_or_default()
    }

    /// How long things took a cloud.
    fn learned(&self, cloud: &CloudName, usual: Usual) {
        lock(&self.usual).insert(cloud.clone(), usual);
    }

    fn cloud(&self, name: &CloudName) -> Result<&Arc<dyn Cloud>, EngineError> {
        let cloud = self
            .parts
            .clouds
            .get(name)
            .ok_or_else(|| EngineError::NoCloud {
                name: name.clone(),
                known: self
                    .parts
                    .clouds
                    .keys()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
            })?;
        self.uses(name);
        Ok(cloud)
    }

    /// Something was written that a worker or a page may wait for.
    fn wake(&self) {
        if self.parts.config.channels {
            self.wake.notify_waiters();
            self.live.wake();
        }
    }
}
