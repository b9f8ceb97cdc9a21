//! Changing a resource while it stays itself. Every change first looks at what is there, so that
//! the same change asked twice is made once, and one that is half done is finished.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::{CloudError, Done};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::{FloatingIp, Instance, Power, Resource, SecurityRules, Volume};
use serde_json::{Value, json};

use super::create::{id_of, purpose};
use super::storage::place;
use super::transport::{Call, Service, Version};
use super::{OpenStack, mark, pools, rules, wire};

/// Since 3.42 Cinder extends volumes that are in use.
const EXTEND_IN_USE: Version = Version {
    major: 3,
    minor: 42,
};

/// What Nova answers to who confirms a resize that is confirmed or being confirmed.
const CONFIRMED_ALREADY: &str = "Instance has not been resized";

impl OpenStack {
    pub(super) async fn change(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        match (before, after) {
            (Resource::SecurityRules(_), Resource::SecurityRules(after)) => {
                self.change_rules(id, after, ids).await
            }
            (Resource::Subnet(_), Resource::Subnet(after)) => {
                let pools = pools::without(after.cidr.trunc(), &after.reserved);
                let body = json!({ "subnet": { "allocation_pools": pools } });
                let call = Call::put(Service::Network, format!("subnets/{id}"), body);
                self.ask(call).await.map(|_| Done::Already)
            }
            (Resource::Volume(_), Resource::Volume(after)) => self.change_volume(id, after).await,
            (Resource::Instance(before), Resource::Instance(after)) => {
                self.change_server(id, before, after, ids).await
            }
            (Resource::FloatingIp(_), Resource::FloatingIp(after)) => {
                self.change_floating_ip(id, after, ids).await
            }
            (_, after) => Err(CloudError::Refused(format!(
                "a {} can't be changed where it is",
                after.kind()
            ))),
        }
    }

    /// Adds what is missing, then removes what is too much, so that nobody is shut out meanwhile.
    async fn change_rules(
        &self,
        id: &CloudId,
        after: &SecurityRules,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        let row = self.security_group(id).await?;
        // Rules go by the id of their group, so only the groups themselves may stand for an id.
        let keys: BTreeMap<&str, &Key> = ids
            .iter()
            .filter(|(key, _)| key.kind == ResourceKind::SecurityGroup)
            .map(|(key, id)| (id.as_str(), key))
            .collect();
        let key_of = |id: &str| keys.get(id).map(|key| (*key).clone());
        let there = rules::set(&row.rules, key_of);
        let mut bodies = Vec::new();
        for rule in after.rules.difference(&there) {
            bodies.extend(rules::bodies(id.as_str(), rule, ids)?);
        }
        self.add_rules(bodies).await?;
        for rule in &row.rules {
            let wanted = rules::read(rule, key_of).is_some_and(|rule| after.rules.contains(&rule));
            if rule.direction == "ingress" && !wanted {
                self.remove_rule(&rule.id).await?;
            }
        }
        Ok(Done::Already)
    }

    pub(super) async fn security_group(
        &self,
        id: &CloudId,
    ) -> Result<wire::SecurityGroup, CloudError> {
        let call = Call::get(Service::Network, format!("security-groups/{id}"));
        let mut body = self.ask(call).await?.body;
        wire::one(body["security_group"].take())
    }

    async fn change_volume(&self, id: &CloudId, after: &Volume) -> Result<Done, CloudError> {
        let path = format!("volumes/{id}");
        let mut body = self
            .ask(Call::get(Service::BlockStorage, path.clone()))
            .await?
            .body;
        let row: wire::Volume = wire::one(body["volume"].take())?;
        let mut metadata = row.metadata.clone();
        place(&mut metadata, after);
        if metadata != row.metadata {
            let body = json!({ "metadata": metadata });
            let path = format!("{path}/metadata");
            self.ask(Call::put(Service::BlockStorage, path, body))
                .await?;
        }
        match after.size.fixed() {
            Some(size) if size.0 > row.size && row.status != "extending" => {
                let version = if row.status == "in-use" {
                    self.version(Service::BlockStorage, &[EXTEND_IN_USE])
                        .await?
                } else {
                    None
                };
                let body = json!({ "os-extend": { "new_size": size.0 } });
                let call = Call::post(Service::BlockStorage, format!("{path}/action"), body);
                self.ask(call.at(version)).await?;
                Ok(Done::Later)
            }
            _ => Ok(Done::Later),
        }
    }

    async fn change_server(
        &self,
        id: &CloudId,
        before: &Instance,
        after: &Instance,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        let mut body = self
            .ask(Call::get(Service::Compute, format!("servers/{id}")))
            .await?
            .body;
        let row: wire::Server = wire::one(body["server"].take())?;
        let action =
            |body: Value| Call::post(Service::Compute, format!("servers/{id}/action"), body);
        if row.status == "VERIFY_RESIZE" {
            return match self.ask(action(json!({ "confirmResize": null }))).await {
                // It was confirmed a moment ago, and Nova's word for it has not changed yet.
                Err(CloudError::Refused(words)) if words.contains(CONFIRMED_ALREADY) => {
                    Ok(Done::Later)
                }
                answer => answer.map(|_| Done::Later),
            };
        }
        if (&before.profiles, before.role) != (&after.profiles, after.role) {
            // All of it, or a profile that went would stay.
            let mut metadata: BTreeMap<String, String> = row.metadata.clone();
            let ours = |name: &str| {
                name.starts_with(&mark::entry("profiles-")) || name == mark::entry("role")
            };
            metadata.retain(|name, _| !ours(name));
            purpose(&mut metadata, after);
            if metadata != row.metadata {
                let path = format!("servers/{id}/metadata");
                let body = json!({ "metadata": metadata });
                self.ask(Call::put(Service::Compute, path, body)).await?;
            }
        }
        if before.security_groups != after.security_groups {
            self.change_groups(id, after, ids).await?;
        }
        if before.flavor != after.flavor
            && let Some(flavor) = after.flavor.fixed()
        {
            let flavor = self.flavor_id(flavor.as_ref()).await?;
            let resizing = row.status == "RESIZE"
                || row
                    .task_state
                    .as_deref()
                    .is_some_and(|task| task.starts_with("resize"));
            if !resizing && row.flavor.id.as_deref() != Some(flavor.as_str()) {
                self.ask(action(json!({ "resize": { "flavorRef": flavor } })))
                    .await?;
            }
            return Ok(Done::Later);
        }
        if before.power != after.power {
            if let Some(body) = power_action(&row, after.power) {
                self.ask(action(body)).await?;
            }
            return Ok(Done::Later);
        }
        Ok(Done::Already)
    }

    /// Puts a server's ports into other security groups.
    async fn change_groups(
        &self,
        id: &CloudId,
        after: &Instance,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<(), CloudError> {
        let wanted = after
            .security_groups
            .iter()
            .map(|key| id_of(ids, key))
            .collect::<Result<BTreeSet<&str>, CloudError>>()?;
        let call = Call::get(Service::Network, "ports").with("device_id", id.as_str());
        let ports: Vec<wire::Port> = self.pages(call, "ports").await?;
        for port in ports {
            let there: BTreeSet<&str> = port.security_groups.iter().map(String::as_str).collect();
            if there != wanted {
                let body = json!({ "port": { "security_groups": wanted } });
                let path = format!("ports/{}", port.id);
                self.ask(Call::put(Service::Network, path, body)).await?;
            }
        }
        Ok(())
    }

    async fn change_floating_ip(
        &self,
        id: &CloudId,
        after: &FloatingIp,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        let port = match &after.instance {
            None => None,
            Some(instance) => Some(self.port_of(instance, &after.network, ids).await?),
        };
        let path = format!("floatingips/{id}");
        let body = json!({ "floatingip": { "port_id": port } });
        self.ask(Call::put(Service::Network, path, body)).await?;
        Ok(Done::Already)
    }
}

/// What brings a server to a state; nothing where it is there, or on its way.
fn power_action(row: &wire::Server, wanted: Power) -> Option<Value> {
    let action = match (row.power(), wanted) {
        (Power::Running, Power::Running) | (Power::Stopped, Power::Stopped) => return None,
        (Power::Running, Power::Stopped) => "os-stop",
        // Each sort of standing still has a way back of its own.
        (Power::Stopped, Power::Running) => match row.word() {
            "PAUSED" => "unpause",
            "SUSPENDED" => "resume",
            "SHELVED" | "SHELVED_OFFLOADED" => "unshelve",
            _ => "os-start",
        },
    };
    (!row.is_changing_power()).then(|| json!({ action: null }))
}
