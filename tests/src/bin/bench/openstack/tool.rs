//! What makes the copy: Understudy, or what people use otherwise. Each does the same two acts.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::arena::Arena;
use super::heat::Heat;
use super::worker::Worker;

/// What is asked of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// To make the copy, until all of it is ready.
    Create,
    /// To take it away, until all of it is gone.
    Remove,
}

impl Act {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Remove => "remove",
        }
    }

    /// From the word.
    pub fn of(word: &str) -> Self {
        let all = [Self::Create, Self::Remove];
        let found = all.into_iter().find(|act| act.word() == word);
        found.unwrap_or_else(|| panic!("there is no act `{word}`"))
    }
}

/// What a person was shown, and when.
#[derive(Clone, Debug)]
pub struct Said {
    /// When.
    pub now: Instant,
    /// What.
    pub words: String,
}

/// What an act took.
#[derive(Clone, Debug)]
pub struct Took {
    /// Until it was over.
    pub time: Duration,
    /// The tool's own CPU time, user and system.
    pub cpu: Duration,
    /// What went wrong.
    pub error: Option<String>,
    /// What was shown on the way; what went wrong is the last of it.
    pub words: Vec<Said>,
}

/// Who makes a script's ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// The script, all in one call.
    Own,
    /// Nova, with each server.
    Nova,
}

/// Whether a Heat template says what must be ready before what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// All servers start at once: quicker, and not what the environment asks for.
    Ignored,
    /// Servers wait until those that they need are there, as the environment declares.
    Kept,
}

/// Whether Understudy has worked on the cloud before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experience {
    /// Its process has just begun, and knows nothing.
    None,
    /// It has made and removed one copy: it is signed in and knows how long things take, as a server
    /// that runs does.
    OneCopy,
}

/// Which tool, and how it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The engine with the driver; a cap on calls in flight, or its own.
    Understudy {
        cap: Option<usize>,
        experience: Experience,
    },
    /// A Heat stack.
    Heat { order: Order },
    /// openstacksdk, one call after the other.
    Sequential,
    /// openstacksdk with threads.
    Parallel { workers: usize, ports: Ports },
}

impl Kind {
    /// Understudy as it comes.
    pub const UNDERSTUDY: Self = Self::understudy(Experience::None);

    /// A stack as it comes: Heat starts at once what it isn't told to hold back.
    pub const HEAT: Self = Self::Heat {
        order: Order::Ignored,
    };

    /// Understudy with its own cap.
    pub const fn understudy(experience: Experience) -> Self {
        Self::Understudy {
            cap: None,
            experience,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Understudy {
                cap: None,
                experience: Experience::None,
            } => "Understudy, just started".to_owned(),
            Self::Understudy {
                cap: None,
                experience: Experience::OneCopy,
            } => "Understudy, running".to_owned(),
            Self::Understudy { cap: Some(cap), .. } => {
                format!("Understudy, {cap} calls in flight")
            }
            Self::Heat {
                order: Order::Ignored,
            } => "Heat stack".to_owned(),
            Self::Heat { order: Order::Kept } => "Heat stack, in order".to_owned(),
            Self::Sequential => "openstacksdk, sequential".to_owned(),
            Self::Parallel { workers, ports } => {
                let whose = match ports {
                    Ports::Own => "own ports",
                    Ports::Nova => "Nova's ports",
                };
                format!("openstacksdk, {workers} threads, {whose}")
            }
        };
        f.pad(&text)
    }
}

/// A tool at work in a project.
pub enum Tool {
    /// A process of its own.
    Process(Box<Worker>),
    /// Heat's engine does it.
    Heat(Heat),
}

impl Tool {
    /// Starts it; nothing is asked of the cloud yet.
    pub async fn start(kind: Kind, arena: &Arena<'_>) -> Self {
        let script = |name: &str| {
            let mut command = python(arena);
            command.arg(self::script(name)).arg(arena.plan());
            command
        };
        let command = match kind {
            Kind::Heat { order } => return Self::Heat(Heat::open(arena, order).await),
            Kind::Understudy { cap, experience: _ } => {
                let own = cloud::openstack::Options::default().calls_in_flight;
                let mut command = Command::new(std::env::current_exe().unwrap());
                command
                    .arg(super::super::CLIENT)
                    .arg(arena.folder())
                    .arg(arena.clouds())
                    .args([arena.copy.variant().word(), &cap.unwrap_or(own).to_string()]);
                command
            }
            Kind::Sequential => script("sequential.py"),
            Kind::Parallel { workers, ports } => {
                let mut command = script("parallel.py");
                command.arg(workers.to_string()).arg(match ports {
                    Ports::Own => "own",
                    Ports::Nova => "nova",
                });
                command
            }
        };
        Self::Process(Box::new(Worker::start(command)))
    }

    /// Lets it do something, and waits until that is over.
    pub async fn act(&mut self, act: Act) -> Took {
        match self {
            Self::Process(worker) => worker.act(act).await,
            Self::Heat(heat) => heat.act(act).await,
        }
    }
}

/// The lab's Python, on a cloud.
pub fn python(arena: &Arena<'_>) -> Command {
    let folder = arena.lab.folder().parent().unwrap();
    let mut command = Command::new(folder.join("venv/bin/python"));
    command
        .env("OS_CLIENT_CONFIG_FILE", arena.clouds())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("no_proxy", "127.0.0.1");
    command
}

/// One of the scripts.
pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("openstack/compare")
        .join(name)
}

/// Between two looks.
pub async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
