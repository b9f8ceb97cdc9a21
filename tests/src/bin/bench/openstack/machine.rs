//! The machine: what it is, and how much of it others take. A tool that is measured while others
//! compute looks slow, so that is told with each figure, and such a round is measured again.

use std::fs;
use std::time::Duration;

/// What this runs on.
pub fn describe() {
    let field = |path: &str, name: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    println!(
        "{}, {} of memory, Linux {}",
        field("/proc/cpuinfo", "model name"),
        field("/proc/meminfo", "MemTotal"),
        kernel.trim()
    );
}

/// Prints how busy it is.
pub fn load(when: &str) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    println!("load {when}: {}", load.join(" "));
}

/// How Linux counts CPU time: in hundredths of a second.
pub const TICK: Duration = Duration::from_millis(10);

/// CPU time of all cores, up to a moment or between two.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    /// In which something was done.
    pub busy: Duration,
    /// In all.
    pub all: Duration,
}

impl Cpu {
    /// Since the machine was started.
    pub fn so_far() -> Self {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<u32> = first
            .split_whitespace()
            .skip(1)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        // user, nice, system, idle, waiting for disks, interrupts (2), taken by other machines; what
        // guests take is in the first two.
        let sum = |from: usize, to: usize| TICK * ticks.iter().take(to).skip(from).sum();
        Self {
            busy: sum(0, 3) + sum(5, 8),
            all: sum(0, 8),
        }
    }

    /// Between two moments.
    pub fn since(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            all: self.all.saturating_sub(before.all),
        }
    }

    /// The share of it that was busy with something else than what took this time.
    pub fn others(self, ours: Duration) -> f64 {
        if self.all.is_zero() {
            return 0.0;
        }
        self.busy.saturating_sub(ours).as_secs_f64() / self.all.as_secs_f64()
    }
}

/// What others may take without being in the way.
pub const CALM: f64 = 0.1;

/// How long a run may wait for others and measure again because of them, in all.
pub struct Patience(Duration);

impl Patience {
    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self(Duration::from_mins(minutes))
    }

    /// Spends some; whether there was any.
    pub fn spend(&mut self, time: Duration) -> bool {
        let some = !self.0.is_zero();
        self.0 = self.0.saturating_sub(time);
        some
    }

    /// Waits until others leave the machine alone.
    pub async fn calm(&mut self) {
        let look = Duration::from_secs(1);
        loop {
            let before = Cpu::so_far();
            tokio::time::sleep(look).await;
            // Nothing of ours does anything just now.
            let others = Cpu::so_far().since(before).others(Duration::ZERO);
            if others < CALM || !self.spend(look) {
                return;
            }
        }
    }
}
