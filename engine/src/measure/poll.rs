//! Asking monitors what hosts measured, every so often, by one server of those that share a store:
//! whoever moves the time of the next look forward asks. A look that is made twice changes nothing, so
//! that nobody needs to hold anything meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::environment::{Environment, Layer};
use model::filter::instance_records;
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::prometheus::{Question, Targets};
use model::measure::{Known, by_minute, matched};
use serde::{Deserialize, Serialize};

use super::timely;
use crate::port::{Kept, Measurement, Monitor, StoreError};
use crate::{Engine, EngineError};

/// How many targets without an instance are told by name.
const NAMED: usize = 50;

/// A target that is no instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// What the monitor calls it.
    pub target: String,
    /// Why it is none, and what would help.
    pub why: String,
}

/// What came of a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Why there was no answer; none where there was one.
    pub trouble: Option<String>,
    /// How many targets are instances.
    pub matched: u64,
    /// How many are not.
    pub unmatched: u64,
    /// The first of those.
    pub named: Vec<Unmatched>,
    /// How many samples are new.
    pub new: u64,
    /// How many were left out: of more file systems than are kept of one host.
    #[serde(default)]
    pub beyond: u64,
}

/// The newest look of a monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorState {
    /// What it is called.
    pub name: String,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub looked: Looked,
}

impl Engine {
    /// Asks monitors when it is time, until the future is dropped.
    pub(crate) async fn ask_monitors(&self) {
        let every = self.parts.config.monitor_every;
        loop {
            for monitor in &self.parts.monitors {
                if let Err(error) = self.ask_when_due(&**monitor).await {
                    tracing::warn!(%error, monitor = monitor.name(), "what it says can't be kept");
                }
            }
            self.clock().sleep(every / 4).await;
        }
    }

    async fn ask_when_due(&self, monitor: &dyn Monitor) -> Result<(), EngineError> {
        let now = self.clock().now();
        let every = chrono::Duration::from_std(self.parts.config.monitor_every).ok();
        let Some(next_at) = every.and_then(|every| now.checked_add_signed(every)) else {
            return Ok(());
        };
        let name = monitor.name();
        if !self.store().claim_look(name, now, next_at).await? {
            return Ok(());
        }
        let looked = match self.look_at(monitor).await {
            Ok(looked) => looked,
            Err(Failed::Monitor(why)) => {
                tracing::warn!(monitor = name, "{why}");
                Looked {
                    trouble: Some(why),
                    ..Looked::default()
                }
            }
            Err(Failed::Store(error)) => return Err(error),
        };
        self.store().put_look(name, now, &looked).await?;
        Ok(())
    }

    async fn look_at(&self, monitor: &dyn Monitor) -> Result<Looked, Failed> {
        let mut targets = Targets::default();
        for question in Question::ALL {
            let body = monitor
                .ask(question)
                .await
                .map_err(|error| Failed::Monitor(error.to_string()))?;
            targets
                .add(question, &body)
                .map_err(|error| Failed::Monitor(error.to_string()))?;
        }
        let known = self.known_hosts().await?;
        let mut looked = Looked::default();
        let mut measured: BTreeMap<EnvironmentId, BTreeMap<&Key, Vec<_>>> = BTreeMap::new();
        for (target, found) in matched(&targets, &known) {
            match found.map(|place| known.get(place)) {
                Ok(Some(Known {
                    environment,
                    instance,
                    ..
                })) => {
                    looked.matched += 1;
                    let readings = targets.readings.remove(&target).unwrap_or_default();
                    let of_instance = measured.entry(*environment).or_default();
                    of_instance.entry(instance).or_default().extend(readings);
                }
                Ok(None) => {}
                Err(why) => {
                    looked.unmatched += 1;
                    if looked.named.len() < NAMED {
                        looked.named.push(Unmatched {
                            target: target.instance,
                            why: why.to_string(),
                        });
                    }
                }
            }
        }
        let now = self.clock().now();
        for (environment, instances) in measured {
            let measured: Vec<Measurement> = instances
                .into_iter()
                .map(|(instance, readings)| Measurement {
                    instance: instance.clone(),
                    minutes: by_minute(timely(readings, now).0),
                })
                .collect();
            let Kept { new, beyond } = self
                .store()
                .put_measured(environment, &measured, now)
                .await?;
            looked.new = looked.new.saturating_add(new);
            looked.beyond = looked.beyond.saturating_add(beyond);
        }
        Ok(looked)
    }

    /// The instances of all environments, each as it was seen, or else as it is planned.
    async fn known_hosts(&self) -> Result<Vec<Known>, StoreError> {
        let mut known = Vec::new();
        for environment in self.store().environments(false).await? {
            let Environment {
                id,
                name,
                planned,
                observed,
                ..
            } = environment;
            let layer = match (observed, planned) {
                (Some(_), _) => Layer::Observed,
                (None, Some(_)) => Layer::Planned,
                (None, None) => continue,
            };
            let Some((_, topology)) = self.store().revision(id, layer, None).await? else {
                continue;
            };
            for record in instance_records(&topology) {
                let facts = record.facts;
                known.push(Known {
                    environment: id,
                    environment_name: name.clone(),
                    instance: Key::instance(&record.group, record.ordinal),
                    host_name: record.host_name,
                    addresses: [facts.addresses, facts.public_addresses].concat(),
                });
            }
        }
        Ok(known)
    }
}

/// Why nothing came of a look.
enum Failed {
    /// The monitor gave no answer of use.
    Monitor(String),
    /// It could not be kept.
    Store(EngineError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}
