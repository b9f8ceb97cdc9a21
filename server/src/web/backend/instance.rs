//! One instance's page, and the keys that let people in. The cloud is asked for a console alone, and
//! only where the address says how many lines of it.

use std::time::Duration;

use app::data::{ConsoleText, InstanceData, KeypairRow, Known};
use app::routes::{EnvironmentAsk, InstanceAsk};
use engine::EngineError;
use engine::console::{Console, MOST_LINES};
use model::environment::{Environment, Layer};
use model::filter::instance_records;
use model::key::Key;
use model::measure::Span;
use model::name::{EnvironmentName, GroupName};
use model::topology::Topology;

use super::{Failed, Reader, not_found};
use crate::web::trouble::bad_request;

/// How many lines of a console are offered.
const LINES: u32 = 100;
/// For how long a cloud is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Reader {
    pub(super) async fn read_instance(
        &self,
        name: &EnvironmentName,
        group: &GroupName,
        ordinal: u32,
        ask: &InstanceAsk,
    ) -> Result<InstanceData, Failed> {
        let key = Key::instance(group, ordinal);
        let environment = self.environment_of(name).await?;
        let (revision, mut topology) = self.state_to_show(&environment, &key).await?;
        if revision.layer == Layer::Observed {
            let reports = self.engine().reports(environment.id).await?;
            reports.tell(&mut topology);
            let engine = self.engine();
            engine
                .tell_measured(environment.id, revision.at, &mut topology)
                .await?;
        }
        let missing = || not_found(&format!("instance {} in {name}", key.name()));
        let record = instance_records(&topology)
            .into_iter()
            .find(|record| record.group == *group && record.ordinal == ordinal)
            .ok_or_else(missing)?;
        let declared = topology.groups.get(group).ok_or_else(missing)?;
        let first_boot = topology
            .profiles_of(declared)
            .into_iter()
            .filter_map(|profile| topology.profiles.get(profile))
            .flat_map(|profile| &profile.first_boot)
            .chain(&declared.first_boot)
            .cloned()
            .collect();
        let keypairs = self.keypairs(&environment, &topology)?;
        let keypair = keypairs
            .into_iter()
            .find(|row| declared.keypair.as_ref() == Some(&row.name));
        let cloud_id = self.store().bindings(environment.id).await?.remove(&key);
        let said = self.store().report(environment.id, &key).await?;
        let host_keys = said.map_or_else(Vec::new, |awaited| awaited.said.host_keys);
        let console = match ask.lines {
            None => None,
            Some(lines) if (1..=MOST_LINES).contains(&lines) => {
                Some(self.console(&environment, &key, lines).await?)
            }
            Some(lines) => {
                return Err(bad_request(format!(
                    "{lines} lines can’t be read at once: ask for 1 to {MOST_LINES}."
                )));
            }
        };
        let measured = self.measured_of(environment.id, &key, Span::Hour).await?;
        Ok(InstanceData {
            measured: measured.last,
            hours: measured.figures,
            cloud: topology.cloud.clone(),
            environment,
            revision,
            record,
            cloud_id,
            keypair,
            first_boot,
            host_keys,
            lines: ask.lines.unwrap_or(LINES),
            console,
        })
    }

    /// What was observed of an instance, where it was observed; else what is planned.
    async fn state_to_show(
        &self,
        environment: &Environment,
        instance: &Key,
    ) -> Result<(model::environment::Revision, Topology), Failed> {
        let observed = self
            .store()
            .revision(environment.id, Layer::Observed, None)
            .await?;
        if let Some((revision, topology)) = observed {
            let there = instance_records(&topology)
                .iter()
                .any(|record| Key::instance(&record.group, record.ordinal) == *instance);
            if there {
                return Ok((revision, topology));
            }
        }
        self.state_of(environment, &EnvironmentAsk::default()).await
    }

    /// What an instance says on its console, or why nobody knows.
    async fn console(
        &self,
        environment: &Environment,
        instance: &Key,
        lines: u32,
    ) -> Result<Known<ConsoleText>, Failed> {
        let read = self.engine().console(environment, instance, lines);
        let why = match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(Console { text, kept_at })) => {
                return Ok(Known::Is(ConsoleText { text, kept_at }));
            }
            Ok(Err(error @ (EngineError::Cloud(_) | EngineError::NoConsole { .. }))) => {
                error.to_string()
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => format!(
                "the cloud did not answer within {} seconds: try again in a moment",
                PATIENCE.as_secs()
            ),
        };
        Ok(Known::Not { why })
    }

    /// The keypairs of an environment.
    pub(super) fn keypairs(
        &self,
        environment: &Environment,
        topology: &Topology,
    ) -> Result<Vec<KeypairRow>, Failed> {
        topology
            .keypairs
            .iter()
            .map(|(name, keypair)| {
                let public_key = self.engine().public_key(environment.id, name, keypair)?;
                let groups = topology.groups.iter();
                Ok(KeypairRow {
                    fingerprint: public_key.fingerprint(),
                    public_key: public_key.to_string(),
                    made: keypair.public_key.is_none(),
                    groups: groups
                        .filter(|(_, group)| group.keypair.as_ref() == Some(name))
                        .map(|(name, _)| name.clone())
                        .collect(),
                    name: name.clone(),
                })
            })
            .collect()
    }
}
