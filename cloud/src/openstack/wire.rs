//! What OpenStack answers, as far as we use it. Everything forgives: a status is a text, nearly
//! all is optional, what we don't know is ignored, because one odd entry must not cost a listing.

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::resource::Power;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A network of Neutron.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Network {
    pub id: String,
    pub name: String,
    pub status: String,
    pub description: Option<String>,
    #[serde(rename = "router:external")]
    pub external: bool,
    pub created_at: Option<String>,
}

/// A subnet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subnet {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub network_id: String,
    pub cidr: String,
    pub gateway_ip: Option<String>,
    pub allocation_pools: Vec<Pool>,
    pub created_at: Option<String>,
}

/// A run of addresses that Neutron gives by itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pool {
    pub start: String,
    pub end: String,
}

/// A router.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Router {
    pub id: String,
    pub name: String,
    pub status: String,
    pub description: Option<String>,
    pub created_at: Option<String>,
}

/// A port.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Port {
    pub id: String,
    pub network_id: String,
    pub device_id: String,
    pub device_owner: String,
    pub fixed_ips: Vec<FixedIp>,
    pub security_groups: Vec<String>,
    pub created_at: Option<String>,
}

/// An address of a port.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FixedIp {
    pub subnet_id: String,
    pub ip_address: String,
}

impl Port {
    /// Whether it is a router's foot in a subnet: plain, distributed or highly available.
    pub fn is_router_interface(&self) -> bool {
        matches!(
            self.device_owner.as_str(),
            "network:router_interface"
                | "network:router_interface_distributed"
                | "network:ha_router_replicated_interface"
        )
    }
}

/// A security group with its rules.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SecurityGroup {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    #[serde(rename = "security_group_rules")]
    pub rules: Vec<SecurityGroupRule>,
    pub created_at: Option<String>,
}

/// One rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SecurityGroupRule {
    pub id: String,
    pub direction: String,
    pub ethertype: String,
    pub protocol: Option<String>,
    pub port_range_min: Option<u16>,
    pub port_range_max: Option<u16>,
    pub remote_ip_prefix: Option<String>,
    pub remote_group_id: Option<String>,
}

/// A public address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FloatingIp {
    pub id: String,
    pub status: String,
    pub description: Option<String>,
    #[serde(rename = "floating_ip_address")]
    pub address: String,
    pub port_id: Option<String>,
    pub created_at: Option<String>,
}

/// A server of Nova.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Server {
    pub id: String,
    pub name: String,
    pub status: String,
    #[serde(rename = "OS-EXT-STS:task_state")]
    pub task_state: Option<String>,
    pub metadata: BTreeMap<String, String>,
    /// The name of its keypair.
    pub key_name: Option<String>,
    pub flavor: ServerFlavor,
    /// An object, or an empty text where it was started from a volume.
    pub image: Value,
    pub fault: Option<Fault>,
    pub addresses: BTreeMap<String, Vec<Address>>,
    pub created: Option<String>,
}

impl Server {
    /// Its status in one word: some clouds append a remark, as in `ACTIVE (something)`.
    pub fn word(&self) -> &str {
        self.status.split(" (").next().unwrap_or_default()
    }

    /// Whether it runs. One that stands still in memory or on disk doesn't.
    pub fn power(&self) -> Power {
        match self.word() {
            "SHUTOFF" | "PAUSED" | "SUSPENDED" | "SHELVED" | "SHELVED_OFFLOADED" => Power::Stopped,
            _ => Power::Running,
        }
    }

    /// Whether it is being stopped or started.
    pub fn is_changing_power(&self) -> bool {
        matches!(
            self.task_state.as_deref(),
            Some(
                "powering-off"
                    | "powering-on"
                    | "pausing"
                    | "unpausing"
                    | "suspending"
                    | "resuming"
                    | "shelving"
                    | "shelving_offloading"
                    | "unshelving"
            )
        )
    }
}

/// A server's flavor: by name since 2.47, by id before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerFlavor {
    pub original_name: Option<String>,
    pub id: Option<String>,
}

/// Why a server failed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fault {
    pub message: String,
}

/// An address of a server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub addr: String,
    #[serde(rename = "OS-EXT-IPS:type")]
    pub kind: String,
}

/// Servers that stand apart.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerGroup {
    pub id: String,
    pub name: String,
    pub members: Vec<String>,
}

/// A keypair, as Nova lists them: each in an object of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeypairEntry {
    pub keypair: Keypair,
}

/// A keypair of the user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Keypair {
    pub name: String,
    pub public_key: String,
}

/// A volume of Cinder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Volume {
    pub id: String,
    pub name: Option<String>,
    pub status: String,
    pub size: u64,
    pub metadata: BTreeMap<String, String>,
    pub attachments: Vec<Attachment>,
    pub snapshot_id: Option<String>,
    pub source_volid: Option<String>,
    #[serde(rename = "volume_image_metadata")]
    pub image: Option<VolumeImage>,
    pub created_at: Option<String>,
}

/// The image that a volume was made from, by itself or before what it was made from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VolumeImage {
    pub image_name: Option<String>,
}

/// A snapshot of a volume.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Snapshot {
    pub id: String,
    pub name: Option<String>,
    pub status: String,
    pub size: u64,
    pub volume_id: String,
    pub metadata: BTreeMap<String, String>,
    pub created_at: Option<String>,
}

/// Where a volume is attached.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    pub server_id: String,
}

/// An attachment by itself, as Cinder lists them since 3.27: those too that are still to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VolumeAttachment {
    pub id: String,
    pub volume_id: String,
    /// The server's id.
    pub instance: String,
}

/// A flavor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Flavor {
    pub id: String,
    pub name: String,
    pub vcpus: u32,
    pub ram: u64,
    pub disk: u64,
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral")]
    pub ephemeral: u64,
}

/// An image of Glance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Image {
    pub id: String,
    pub name: Option<String>,
    pub status: String,
    pub owner: Option<String>,
    /// In GiB.
    pub min_disk: u64,
    /// In bytes, as it is stored.
    pub size: u64,
    /// In bytes, as a disk.
    pub virtual_size: u64,
    /// The server that it was made of.
    pub instance_uuid: Option<String>,
    pub created_at: Option<String>,
    /// Whatever else it has.
    #[serde(flatten)]
    pub properties: BTreeMap<String, Value>,
}

impl Image {
    /// Our mark. What is made of a server that was started from an image of ours inherits that
    /// image's properties, the mark too: only where it is made of the server that we meant is it
    /// ours.
    pub fn mark(&self) -> Option<engine::port::Mark> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let properties: BTreeMap<String, String> = self
            .properties
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
            .collect();
        let meant = properties.get(&super::mark::entry(super::storage::OF_INSTANCE));
        let mark = super::mark::of_metadata(&properties)?;
        (meant.is_some() && meant == self.instance_uuid.as_ref()).then_some(mark)
    }
}

/// Reads one object. A field that is there and empty is as good as one that is missing.
fn forgiving<T: DeserializeOwned>(mut object: Value) -> serde_json::Result<T> {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    serde_json::from_value(object)
}

/// Reads the one object that was asked for.
pub(super) fn one<T: DeserializeOwned>(object: Value) -> Result<T, CloudError> {
    forgiving(object)
        .map_err(|error| CloudError::Unexpected(format!("an answer makes no sense: {error}")))
}

/// Reads the entries of a list; one that makes no sense is left out and named in the log.
pub(super) fn entries<T: DeserializeOwned>(body: &mut Value, collection: &str) -> Vec<T> {
    let Value::Array(items) = body[collection].take() else {
        return Vec::new();
    };
    items
        .into_iter()
        .filter_map(|item| {
            let id = item["id"].as_str().unwrap_or_default().to_owned();
            forgiving(item)
                .inspect_err(|error| tracing::warn!(collection, id, %error, "an odd entry"))
                .ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_odd_entry_does_not_cost_the_listing() {
        let mut body = json!({"ports": [
            {"id": "a", "status": "A_NEW_STATUS", "allowed_address_pairs": [{"ip_address": "10.0.0.0/24"}]},
            {"id": "b", "fixed_ips": "nonsense"},
            {"id": "c", "device_id": "d", "unheard_of": {"x": 1}},
        ]});
        let ports: Vec<Port> = entries(&mut body, "ports");
        let ids: Vec<&str> = ports.iter().map(|port| port.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
    }
}
