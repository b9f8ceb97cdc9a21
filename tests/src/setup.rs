//! How tests set the parts of the program that they run as a process of its own.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use server::cli::Setup;

/// The variable that holds it, as JSON.
pub const VARIABLE: &str = "UNDERSTUDY_TEST_SETUP";

/// What a test may set; whatever is not named stays as it is in the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TestSetup {
    /// Times of the engine in milliseconds: an executor's lease.
    pub lease_ms: Option<u64>,
    /// One request's time-out.
    pub request_timeout_ms: Option<u64>,
    /// Between two looks at what is being made, shortest and longest alike.
    pub poll_ms: Option<u64>,
    /// Before a call is made again.
    pub retry_wait_ms: Option<u64>,
    /// Between two looks at the store for work.
    pub tick_ms: Option<u64>,
    /// How long a resource may take.
    pub patience_ms: Option<u64>,
    /// How long an instance may run before it reports.
    pub report_patience_ms: Option<u64>,
    /// Calls in flight at once.
    pub calls_in_flight: Option<usize>,
    /// How many entries of a cloud's list are asked for at once.
    pub page_size: Option<u32>,
    /// How often clouds are collected.
    pub collect_every_ms: Option<u64>,
    /// The simulated cloud's seed.
    pub seed: Option<u64>,
    /// Whether a wake-up within the process makes anything sooner.
    pub channels: Option<bool>,
    /// Whether anything is remembered that could be asked for anew.
    pub caches: Option<bool>,
}

impl TestSetup {
    /// Everything as quick as it goes.
    pub fn quick() -> Self {
        Self {
            poll_ms: Some(10),
            retry_wait_ms: Some(5),
            tick_ms: Some(20),
            ..Self::default()
        }
    }

    /// The variable's value.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap()
    }

    /// Reads the variable's value; a field that is not known is refused.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The product's parts with this.
    pub fn apply(&self, mut setup: Setup) -> Setup {
        let set = |field: &mut Duration, value: Option<u64>| {
            if let Some(value) = value {
                *field = Duration::from_millis(value);
            }
        };
        let engine = &mut setup.engine;
        set(&mut engine.executor_lease, self.lease_ms);
        set(&mut engine.poll.0, self.poll_ms);
        set(&mut engine.poll.1, self.poll_ms);
        set(&mut engine.retry_wait, self.retry_wait_ms);
        set(&mut engine.tick, self.tick_ms);
        set(&mut engine.patience, self.patience_ms);
        set(&mut engine.report_patience, self.report_patience_ms);
        if let Some(calls) = self.calls_in_flight {
            engine.calls_in_flight = calls;
        }
        if let Some(every) = self.collect_every_ms {
            engine.collect_every = Some(Duration::from_millis(every));
        }
        if let Some(entries) = self.page_size {
            setup.openstack.page_size = entries;
        }
        if let Some(channels) = self.channels {
            engine.channels = channels;
        }
        set(
            &mut setup.simulated.request_timeout,
            self.request_timeout_ms,
        );
        if let Some(seed) = self.seed {
            setup.simulated.seed = seed;
        }
        if let Some(caches) = self.caches {
            setup.caches = caches;
        }
        setup
    }
}

/// The variable that names a file into which the process writes how much memory it held at most, in
/// KiB, once it has done what it was asked.
pub const PEAK: &str = "UNDERSTUDY_TEST_PEAK";

/// Writes it, where a test wants to know.
pub fn tell_peak() {
    if let Some(file) = std::env::var_os(PEAK) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .expect("Linux says so");
        std::fs::write(file, peak).unwrap();
    }
}

/// The setup that this process was started with.
pub fn from_environment() -> Result<Setup, String> {
    let setup = Setup::default();
    match std::env::var(VARIABLE) {
        Ok(text) => Ok(TestSetup::from_json(&text)?.apply(setup)),
        Err(std::env::VarError::NotPresent) => Ok(setup),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let quick = TestSetup::quick();
        let read = TestSetup::from_json(&quick.to_json()).unwrap();
        assert_eq!(read, quick);
        assert_eq!(
            read.apply(Setup::default()).engine.tick,
            Duration::from_millis(20)
        );
        assert!(TestSetup::from_json("{\"tick\": 1}").is_err());
        assert!(TestSetup::from_json("{\"tick_ms\": true}").is_err());
    }
}
