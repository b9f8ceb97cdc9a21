//! What Prometheus answers about hosts with a node exporter: the questions, each one for all hosts, and
//! their answers read as samples. Shapes are those of Prometheus' HTTP API v1 (`/api/v1/query`, instant
//! vectors), the metrics those of node_exporter 1.x on Linux.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::number::{scaled, whole};
use super::{Metric, Mount, Reading};

const MIB: u64 = 1 << 20;

/// What is asked of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// What hosts are called.
    Names,
    /// The load average over a minute.
    Load1,
    /// The load average over five minutes.
    Load5,
    /// The load average over fifteen minutes.
    Load15,
    /// How much of all processors' time of the last five minutes was not idle, in percent.
    Cpu,
    /// Memory in use, without what the system would give back at once, in bytes.
    MemoryUsed,
    /// All memory, in bytes.
    MemoryTotal,
    /// How much of each file system is used, in bytes.
    DiskUsed,
    /// How much of each is free for users, in bytes.
    DiskAvailable,
    /// How much of each is free for the system alone, in bytes.
    DiskReserved,
}

/// File systems that lie in memory, are read only, or stand in for something else: no disks that fill.
macro_rules! disks {
    () => {
        "{fstype!~\"autofs|bpf|cgroup2?|devpts|devtmpfs|efivarfs|fuse[.].*|iso9660|mqueue|nsfs|overlay|\
         proc|ramfs|rpc_pipefs|securityfs|squashfs|sysfs|tmpfs|tracefs\"}"
    };
}

impl Question {
    /// All of them: so many requests for however many hosts.
    pub const ALL: [Self; 10] = [
        Self::Names,
        Self::Load1,
        Self::Load5,
        Self::Load15,
        Self::Cpu,
        Self::MemoryUsed,
        Self::MemoryTotal,
        Self::DiskUsed,
        Self::DiskAvailable,
        Self::DiskReserved,
    ];

    /// It in Prometheus' language.
    pub const fn query(self) -> &'static str {
        match self {
            Self::Names => "node_uname_info",
            Self::Load1 => "node_load1",
            Self::Load5 => "node_load5",
            Self::Load15 => "node_load15",
            Self::Cpu => {
                "100 * (1 - avg by (instance, environment) \
                 (rate(node_cpu_seconds_total{mode=\"idle\"}[5m])))"
            }
            Self::MemoryUsed => "node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes",
            Self::MemoryTotal => "node_memory_MemTotal_bytes",
            Self::DiskUsed => concat!(
                "node_filesystem_size_bytes",
                disks!(),
                " - node_filesystem_free_bytes"
            ),
            Self::DiskAvailable => concat!("node_filesystem_avail_bytes", disks!()),
            Self::DiskReserved => concat!(
                "node_filesystem_free_bytes",
                disks!(),
                " - node_filesystem_avail_bytes"
            ),
        }
    }
}

/// What Prometheus scrapes: the `instance` of its series, with their `environment` where whoever set it up
/// gave them such a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// `host:port`.
    pub instance: String,
    /// The environment's name.
    pub environment: Option<String>,
}

/// What is known of targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// What each measured.
    pub readings: BTreeMap<Target, Vec<Reading>>,
    /// What each calls itself.
    pub names: BTreeMap<Target, String>,
}

/// An answer that nothing can be made of; why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It is none of Prometheus.
    #[error(
        "this is not what Prometheus answers ({0}): see that the address is the one of its HTTP API"
    )]
    Other(String),
    /// Prometheus says that something is wrong.
    #[error("Prometheus refuses the query: {0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: (serde_json::Number, String),
}

impl Targets {
    /// Adds the answer to a question. Series that don't say whose they are, and values that are no number
    /// (what was divided by nothing), say nothing and are passed over.
    pub fn add(&mut self, question: Question, body: &[u8]) -> Result<(), NoAnswer> {
        let other = |why: &dyn ToString| NoAnswer::Other(why.to_string());
        let Answer {
            status,
            error,
            data,
        } = serde_json::from_slice(body).map_err(|error| other(&error))?;
        if status != "success" {
            let said: String = error.unwrap_or(status).chars().take(200).collect();
            return Err(NoAnswer::Refused(said));
        }
        let data = data.ok_or_else(|| other(&"it holds no data"))?;
        if data.result_type != "vector" {
            return Err(other(&format!("a {} is no vector", data.result_type)));
        }
        for Series { metric, value } in data.result {
            let Some(instance) = metric.get("instance") else {
                continue;
            };
            let target = Target {
                instance: instance.clone(),
                environment: metric.get("environment").cloned(),
            };
            let (seconds, value) = value;
            if question == Question::Names {
                if let Some(name) = metric.get("nodename") {
                    self.names.insert(target, name.clone());
                }
                continue;
            }
            let at = time(&seconds.to_string())
                .ok_or_else(|| other(&format!("`{seconds}` is no time in seconds since 1970")))?;
            if let Some((metric, value)) = figure(question, &metric, &value) {
                let of_target = self.readings.entry(target).or_default();
                of_target.push(Reading { at, metric, value });
            }
        }
        Ok(())
    }

    /// All that were heard of.
    pub fn all(&self) -> impl Iterator<Item = &Target> {
        let mut all: Vec<&Target> = self.readings.keys().chain(self.names.keys()).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }
}

fn time(seconds: &str) -> Option<DateTime<Utc>> {
    let micros = i64::try_from(whole(seconds, 6)?).ok()?;
    DateTime::from_timestamp_micros(micros).filter(|at| at.timestamp() < 1 << 36)
}

fn figure(
    question: Question,
    labels: &BTreeMap<String, String>,
    value: &str,
) -> Option<(Metric, u64)> {
    let mount = || Mount::new(labels.get("mountpoint")?);
    Some(match question {
        Question::Names => return None,
        Question::Load1 => (Metric::Load1, scaled(value, 2, 1)?),
        Question::Load5 => (Metric::Load5, scaled(value, 2, 1)?),
        Question::Load15 => (Metric::Load15, scaled(value, 2, 1)?),
        Question::Cpu => {
            // Rates are reckoned: a little less than nothing is nothing, a little more than all is all.
            let (positive, size) = match value.strip_prefix('-') {
                Some(size) => (false, size),
                None => (true, value),
            };
            let busy = scaled(size, 2, 1)?.min(10_000);
            (Metric::CpuBusy, if positive { busy } else { 0 })
        }
        Question::MemoryUsed => (Metric::MemoryUsed, scaled(value, 0, MIB)?),
        Question::MemoryTotal => (Metric::MemoryTotal, scaled(value, 0, MIB)?),
        Question::DiskUsed => (Metric::DiskUsed(mount()?), scaled(value, 0, MIB)?),
        Question::DiskAvailable => (Metric::DiskAvailable(mount()?), scaled(value, 0, MIB)?),
        Question::DiskReserved => (Metric::DiskReserved(mount()?), scaled(value, 0, MIB)?),
    })
}
