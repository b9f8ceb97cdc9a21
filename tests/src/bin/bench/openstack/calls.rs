//! What the services did: every call that they answered, from the lines that they write, and the
//! CPU time of their processes.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use tests::openstack::{Lab, Service};

use super::machine::TICK;

/// How the scripts call themselves; Understudy's driver and the HTTP calls from here say nothing,
/// while every service names itself when it calls another.
const SCRIPTS: &str = "bench/";
const NOBODY: &str = "-";

/// How long it has to be quiet until the services are taken to have finished.
const QUIET: Duration = Duration::from_secs(1);

/// What a service has answered so far, a line each: when, method, path, status, milliseconds, who.
fn log(lab: &Lab, service: Service) -> String {
    let path = lab.folder().join(format!("log/{}.calls", service.name()));
    fs::read_to_string(path).unwrap_or_default()
}

/// Whether a tool made the call, not another service.
fn is_own(line: &str) -> bool {
    let who = line.splitn(6, ' ').nth(5).unwrap_or(NOBODY);
    who == NOBODY || who.starts_with(SCRIPTS)
}

/// A call of a tool.
#[derive(Clone, Debug)]
pub struct OwnCall {
    /// When it came, in seconds since 1970.
    pub at: f64,
    /// How long the answer took, in milliseconds.
    pub millis: u64,
    /// Which service.
    pub service: &'static str,
    /// Method, path, status.
    pub words: String,
}

impl OwnCall {
    /// All so far, in their order.
    pub fn all(lab: &Lab) -> Vec<Self> {
        let mut calls = Vec::new();
        for service in Service::ALL {
            for line in log(lab, service).lines().filter(|line| is_own(line)) {
                let mut fields = line.splitn(6, ' ');
                let mut next = || fields.next().unwrap_or_default().to_owned();
                let (at, method, path, status, millis) = (next(), next(), next(), next(), next());
                calls.push(Self {
                    at: at.parse().expect("a time"),
                    millis: millis.parse().expect("milliseconds"),
                    service: service.name(),
                    words: format!("{method} {path} {status}"),
                });
            }
        }
        calls.sort_by(|a, b| a.at.total_cmp(&b.at));
        calls
    }

    /// Whether it changes something: all but looks, and but signing in.
    fn changes(&self) -> bool {
        !self.words.starts_with("GET ") && self.service != Service::Keystone.name()
    }

    /// Of some calls in their order, those from the first to the last that changes something: what
    /// is left are looks beforehand, as a proof needs them, and at what came of it.
    pub fn of_the_work(calls: &[Self]) -> &[Self] {
        let first = calls.iter().position(Self::changes);
        let last = calls.iter().rposition(Self::changes);
        match (first, last) {
            (Some(first), Some(last)) => &calls[first..=last],
            _ => &[],
        }
    }
}

/// Calls of one sort: who made them, which service answered, and what they were without their ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sort {
    /// How the caller calls itself.
    pub who: String,
    /// Which service.
    pub service: &'static str,
    /// Method and path; ids and what was asked about left out.
    pub what: String,
}

impl Sort {
    /// How many of each sort all services have answered so far, and how long that took in all.
    pub fn so_far(lab: &Lab) -> BTreeMap<Self, (usize, Duration)> {
        let mut sorts: BTreeMap<Self, (usize, Duration)> = BTreeMap::new();
        for service in Service::ALL {
            for line in log(lab, service).lines() {
                let mut fields = line.splitn(6, ' ').skip(1);
                let mut next = || fields.next().unwrap_or_default();
                let (method, path, _status, millis, who) = (next(), next(), next(), next(), next());
                let path = path.split('?').next().unwrap_or_default();
                let parts: Vec<&str> = path
                    .split('/')
                    .map(|part| if part.len() < 32 { part } else { "*" })
                    .collect();
                let sort = Self {
                    who: who.split(' ').next().unwrap_or(NOBODY).to_owned(),
                    service: service.name(),
                    what: format!("{method} {}", parts.join("/")),
                };
                let (count, took) = sorts.entry(sort).or_default();
                *count += 1;
                *took += Duration::from_millis(millis.parse().expect("milliseconds"));
            }
        }
        sorts
    }
}

/// The CPU time of each service and of their database so far.
pub fn cpu_of_each(lab: &Lab) -> Vec<(&'static str, Duration)> {
    let names = Service::ALL.map(Service::name);
    let all = names.into_iter().chain(["database"]);
    all.map(|name| (name, busy(lab, name))).collect()
}

/// Counts up to a moment, or between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Calls that the tool made.
    pub own: usize,
    /// All calls, those between services too.
    pub all: usize,
    /// CPU time of all services and their database.
    pub cpu: Duration,
}

impl Work {
    /// Up to now.
    pub fn so_far(lab: &Lab) -> Self {
        let mut work = Self::default();
        for service in Service::ALL {
            for line in log(lab, service).lines() {
                work.all += 1;
                work.own += usize::from(is_own(line));
            }
        }
        work.cpu = cpu_of_each(lab).into_iter().map(|(_, cpu)| cpu).sum();
        work
    }

    /// Up to the moment when nothing goes on any more.
    pub async fn once_quiet(lab: &Lab) -> Self {
        let mut work = Self::so_far(lab);
        for _ in 0..20 {
            tokio::time::sleep(QUIET).await;
            let now = Self::so_far(lab);
            if now.all == work.all {
                break;
            }
            work = now;
        }
        work
    }

    /// What was done since.
    pub fn since(self, before: Self) -> Self {
        Self {
            own: self.own - before.own,
            all: self.all - before.all,
            cpu: self.cpu.saturating_sub(before.cpu),
        }
    }
}

/// The CPU time of one process of the lab.
fn busy(lab: &Lab, name: &str) -> Duration {
    let ticks = || {
        let pid = fs::read_to_string(lab.folder().join(format!("{name}.pid"))).ok()?;
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).ok()?;
        // Behind the name, which may hold spaces: state first, user and system time 11 further.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let field = |index: usize| fields.get(index)?.parse::<u32>().ok();
        Some(field(11)? + field(12)?)
    };
    TICK * ticks().unwrap_or_default()
}
