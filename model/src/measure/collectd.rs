//! What collectd's `write_http` sends in JSON: lists of values of its plugins `load`, `cpu`, `memory` and
//! `df`, read as samples. What else it sends is left out, and told; what is no such JSON is refused whole.
//!
//! Shapes are those of collectd 5.12: `format_json.c`, `types.db`, and the four plugins.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use serde_json::Number;

use super::number::{scaled, whole};
use super::{Metric, Mount, Reading};

const MIB: u64 = 1 << 20;
/// The states of memory on Linux. Only all of them together say how much there is, and how much of it
/// the system would give back at once.
const MEMORY: [&str; 6] = [
    "used",
    "buffered",
    "cached",
    "free",
    "slab_unrecl",
    "slab_recl",
];

/// Why something that collectd sent is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It is of another plugin, or another value of these.
    Other,
    /// It is in percent, where the whole isn't known.
    InPercent,
    /// It is a counter of processor time.
    Counted,
    /// Not all of a set came together.
    Incomplete,
    /// It is no number, below zero, or beyond belief.
    NoNumber,
    /// It is of a time that is too long ago, or is still to come.
    WrongTime,
    /// It is of one more file system than a host may tell of, see [`super::within`].
    TooMany,
}

impl LeftOut {
    /// What is so and what would be right.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Other => "not of load, cpu, memory or df: nothing is made of it here",
            Self::InPercent => {
                "in percent of an unknown whole: set ValuesAbsolute true for memory and df"
            }
            Self::Counted => "a counter of processor time: set ValuesPercentage true for cpu",
            Self::Incomplete => "memory without all of its states: they come with the next post",
            Self::NoNumber => "no number, below zero, or larger than anything there is",
            Self::WrongTime => {
                "more than a day old, or from the future: see that the host's clock is right"
            }
            Self::TooMany => {
                "of more file systems than the 64 that are kept of one host: let df choose with \
                 MountPoint or FSType; one that falls silent makes room after 40 days"
            }
        }
    }
}

/// What a post says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// The samples, in the order of their lists.
    pub readings: Vec<Reading>,
    /// How many lists were left out, by why.
    pub left_out: BTreeMap<LeftOut, u64>,
}

impl Post {
    /// One more is left out.
    pub fn leave_out(&mut self, why: LeftOut) {
        self.leave_out_all(why, 1);
    }

    /// So many more are left out.
    pub fn leave_out_all(&mut self, why: LeftOut, count: u64) {
        if count > 0 {
            let known = self.left_out.entry(why).or_default();
            *known = known.saturating_add(count);
        }
    }
}

/// A body that is not what `write_http` sends; what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not what collectd's write_http sends with `Format \"JSON\"`: {0}; let it send an array of \
     value lists"
)]
pub struct NoPost(String);

/// One list of values; what is sent beside these fields says nothing here.
#[derive(Deserialize)]
struct ValueList {
    values: Vec<Option<Number>>,
    dstypes: Vec<String>,
    time: Number,
    plugin: String,
    #[serde(default)]
    plugin_instance: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    type_instance: String,
}

/// What belongs together, by second: the lists of one look at a host differ by some milliseconds.
#[derive(Default)]
struct Sets {
    /// States of memory, in KiB.
    memory: BTreeMap<DateTime<Utc>, BTreeMap<&'static str, u64>>,
    /// How much of each processor's time was not idle, in hundredths of a percent.
    cpu: BTreeMap<DateTime<Utc>, BTreeMap<String, u64>>,
}

/// Reads a body.
pub fn read(body: &[u8]) -> Result<Post, NoPost> {
    let lists: Vec<ValueList> =
        serde_json::from_slice(body).map_err(|error| NoPost(error.to_string()))?;
    let mut post = Post::default();
    let mut sets = Sets::default();
    for list in &lists {
        let at = time(&list.time)
            .ok_or_else(|| NoPost(format!("`{}` is no time in seconds since 1970", list.time)))?;
        let told = match list.plugin.as_str() {
            "load" => load(list, at, &mut post),
            "cpu" => cpu(list, at, &mut sets),
            "memory" => memory(list, at, &mut sets),
            "df" => df(list, at, &mut post),
            _ => Err(LeftOut::Other),
        };
        if let Err(why) = told {
            post.leave_out(why);
        }
    }
    sets.tell(&mut post);
    Ok(post)
}

fn time(seconds: &Number) -> Option<DateTime<Utc>> {
    let micros = i64::try_from(whole(&seconds.to_string(), 6)?).ok()?;
    // Times far from ours overflow whatever is reckoned with them.
    DateTime::from_timestamp_micros(micros).filter(|at| at.timestamp() < 1 << 36)
}

fn value(number: Option<&Option<Number>>, places: i32, divisor: u64) -> Result<u64, LeftOut> {
    number
        .and_then(Option::as_ref)
        .and_then(|number| scaled(&number.to_string(), places, divisor))
        .ok_or(LeftOut::NoNumber)
}

/// The one value of a list that has one, where it is a figure and no counter.
fn gauge(list: &ValueList, places: i32, divisor: u64) -> Result<u64, LeftOut> {
    match (list.values.as_slice(), list.dstypes.as_slice()) {
        ([one], [kind]) if kind == "gauge" => value(Some(one), places, divisor),
        _ => Err(LeftOut::Other),
    }
}

fn load(list: &ValueList, at: DateTime<Utc>, post: &mut Post) -> Result<(), LeftOut> {
    // `ReportRelative` divides by the number of processors.
    let is_plain = list.kind == "load" && list.type_instance != "relative";
    if !is_plain || list.values.len() != 3 {
        return Err(LeftOut::Other);
    }
    let metrics = [Metric::Load1, Metric::Load5, Metric::Load15];
    let mut readings = Vec::with_capacity(3);
    for (metric, number) in metrics.into_iter().zip(&list.values) {
        let value = value(Some(number), 2, 1)?;
        readings.push(Reading { at, metric, value });
    }
    post.readings.append(&mut readings);
    Ok(())
}

/// What is busy is what isn't idle; where states are not told apart, collectd says `active`.
fn cpu(list: &ValueList, at: DateTime<Utc>, sets: &mut Sets) -> Result<(), LeftOut> {
    match list.kind.as_str() {
        "percent" => {}
        "cpu" => return Err(LeftOut::Counted),
        _ => return Err(LeftOut::Other),
    }
    let busy = match list.type_instance.as_str() {
        "idle" => {
            let idle = gauge(list, 2, 1)?;
            // Rates are measured: a little more than the whole is the whole.
            10_000_u64.saturating_sub(idle)
        }
        "active" => gauge(list, 2, 1)?.min(10_000),
        // The other states add up to what isn't idle.
        _ => return Ok(()),
    };
    let of_time = sets.cpu.entry(at.trunc_subsecs(0)).or_default();
    of_time.insert(list.plugin_instance.clone(), busy);
    Ok(())
}

fn memory(list: &ValueList, at: DateTime<Utc>, sets: &mut Sets) -> Result<(), LeftOut> {
    match list.kind.as_str() {
        "memory" => {}
        "percent" => return Err(LeftOut::InPercent),
        _ => return Err(LeftOut::Other),
    }
    let state = MEMORY
        .into_iter()
        .find(|state| *state == list.type_instance)
        .ok_or(LeftOut::Other)?;
    let kib = gauge(list, 0, 1 << 10)?;
    let of_time = sets.memory.entry(at.trunc_subsecs(0)).or_default();
    of_time.insert(state, kib);
    Ok(())
}

fn df(list: &ValueList, at: DateTime<Utc>, post: &mut Post) -> Result<(), LeftOut> {
    match list.kind.as_str() {
        "df_complex" => {}
        "percent_bytes" => return Err(LeftOut::InPercent),
        _ => return Err(LeftOut::Other),
    }
    let mount = mount(&list.plugin_instance).ok_or(LeftOut::Other)?;
    let metric = match list.type_instance.as_str() {
        "used" => Metric::DiskUsed(mount),
        "free" => Metric::DiskAvailable(mount),
        "reserved" => Metric::DiskReserved(mount),
        _ => return Err(LeftOut::Other),
    };
    let value = gauge(list, 0, MIB)?;
    post.readings.push(Reading { at, metric, value });
    Ok(())
}

/// Where a file system is mounted: collectd writes `/` as `root`, and `/var/log` as `var-log`. A `-` that
/// is part of a name can't be told from a `/`; [`Mount::is_path`] reckons with that.
fn mount(instance: &str) -> Option<Mount> {
    match instance {
        "" => None,
        "root" => Mount::new("/"),
        other => Mount::new(&format!("/{}", other.replace('-', "/"))),
    }
}

impl Sets {
    fn tell(self, post: &mut Post) {
        for (at, processors) in self.cpu {
            // All together where collectd says that, else the mean of each.
            let count = u64::try_from(processors.len()).unwrap_or(u64::MAX).max(1);
            let all = processors.values().sum::<u64>() / count;
            let value = processors.get("").copied().unwrap_or(all);
            let metric = Metric::CpuBusy;
            post.readings.push(Reading { at, metric, value });
        }
        for (at, states) in self.memory {
            if states.len() < MEMORY.len() {
                let count = u64::try_from(states.len()).unwrap_or(u64::MAX);
                post.leave_out_all(LeftOut::Incomplete, count);
                continue;
            }
            let sum_of = |wanted: &[&str]| -> u64 {
                let kib: u64 = wanted.iter().filter_map(|state| states.get(state)).sum();
                (kib + 512) >> 10
            };
            for (metric, value) in [
                (Metric::MemoryUsed, sum_of(&["used", "slab_unrecl"])),
                (Metric::MemoryTotal, sum_of(&MEMORY)),
            ] {
                post.readings.push(Reading { at, metric, value });
            }
        }
    }
}
