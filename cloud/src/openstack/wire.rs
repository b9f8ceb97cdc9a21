//! What OpenStack answers, as far as we use it. Everything forgives: a status is a text, nearly
//! all is optional, what we don't know is ignored, because one odd entry must not cost a listing.

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::resource::Power;
use model::unit::{Gib, Mib};
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
    pub shared: bool,
    pub project_id: Option<String>,
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
    pub enable_dhcp: bool,
    pub project_id: Option<String>,
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
    pub external_gateway_info: Option<Gateway>,
    pub project_id: Option<String>,
    pub created_at: Option<String>,
}

/// Where a router leads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Gateway {
    pub network_id: String,
}

/// A port.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Port {
    pub id: String,
    pub name: String,
    pub status: String,
    pub mac_address: Option<String>,
    pub project_id: Option<String>,
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
    pub project_id: Option<String>,
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
    pub floating_network_id: Option<String>,
    pub project_id: Option<String>,
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
    #[serde(rename = "tenant_id")]
    pub project_id: Option<String>,
    #[serde(rename = "OS-EXT-AZ:availability_zone")]
    pub zone: Option<String>,
    #[serde(rename = "OS-EXT-SRV-ATTR:hypervisor_hostname")]
    pub hypervisor: Option<String>,
    #[serde(rename = "os-extended-volumes:volumes_attached")]
    pub volumes: Vec<Reference>,
    pub security_groups: Vec<Named>,
    pub tags: Vec<String>,
}

/// Something else, by its id.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reference {
    pub id: String,
}

/// Something else, by its name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub name: String,
}

impl Server {
    /// Its status in one word: some clouds append a remark, as in `ACTIVE (something)`.
    pub fn word(&self) -> &str {
        self.status.split(" (").next().unwrap_or_default()
    }

    /// Whether it runs. One that stands still in memory or on disk doesn't.
    pub fn power(&self) -> Power {
        Power::of_status(self.word())
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
    pub vcpus: Option<u32>,
    pub ram: Option<u64>,
    pub disk: Option<u64>,
    pub ephemeral: Option<u64>,
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
    /// Before 2.64 a list of one.
    pub policies: Vec<String>,
    pub policy: Option<String>,
    pub project_id: Option<String>,
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
    pub fingerprint: String,
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
    #[serde(rename = "volume_type")]
    pub storage: Option<String>,
    /// `true` or `false`, as a text.
    pub bootable: String,
    #[serde(rename = "availability_zone")]
    pub zone: Option<String>,
    #[serde(rename = "os-vol-tenant-attr:tenant_id")]
    pub project_id: Option<String>,
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
    #[serde(rename = "os-extended-snapshot-attributes:project_id")]
    pub project_id: Option<String>,
    pub created_at: Option<String>,
}

/// Where a volume is attached.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    pub server_id: String,
    pub device: Option<String>,
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
    #[serde(rename = "os-flavor-access:is_public")]
    pub public: Option<bool>,
}

impl Flavor {
    /// Its size in our words: both of its disks are on the host.
    pub fn size(&self) -> model::flavor::Flavor {
        model::flavor::Flavor {
            vcpus: self.vcpus,
            ram: Mib(self.ram),
            disk: Gib(self.disk + self.ephemeral),
        }
    }
}

/// An image of Glance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Image {
    pub id: String,
    pub name: Option<String>,
    pub status: String,
    pub visibility: String,
    pub owner: Option<String>,
    /// In GiB.
    pub min_disk: u64,
    /// In MiB.
    pub min_ram: u64,
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

/// A project of Keystone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Project {
    pub id: String,
    pub name: String,
    pub enabled: bool,
}

/// A hypervisor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Hypervisor {
    /// A text since 2.53, a number before.
    pub id: Value,
    #[serde(rename = "hypervisor_hostname")]
    pub name: String,
    #[serde(rename = "hypervisor_type")]
    pub sort: String,
    pub state: String,
    pub status: String,
    pub vcpus: Option<u32>,
    pub vcpus_used: Option<u32>,
    pub memory_mb: Option<u64>,
    pub memory_mb_used: Option<u64>,
    pub local_gb: Option<u64>,
    pub local_gb_used: Option<u64>,
    pub running_vms: Option<u32>,
}

/// An availability zone of Nova or Cinder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Zone {
    #[serde(rename = "zoneName")]
    pub name: String,
    #[serde(rename = "zoneState")]
    pub state: ZoneState,
}

/// Whether a zone can be used.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ZoneState {
    pub available: bool,
}

/// An availability zone of Neutron, once for each sort of thing that can be made in it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NetworkZone {
    pub name: String,
    pub state: String,
    pub resource: String,
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

/// The entries of a list.
#[derive(Debug)]
pub(super) struct Entries<T> {
    pub rows: Vec<T>,
    /// The ids of those that make no sense.
    pub odd: Vec<String>,
}

/// Reads the entries of a list; one that makes no sense is left out and named in the log.
pub(super) fn entries<T: DeserializeOwned>(body: &mut Value, collection: &str) -> Vec<T> {
    read_entries(body, collection).rows
}

/// Reads the entries of a list, and tells which make no sense: those are there all the same.
pub(super) fn read_entries<T: DeserializeOwned>(body: &mut Value, collection: &str) -> Entries<T> {
    let mut entries = Entries {
        rows: Vec::new(),
        odd: Vec::new(),
    };
    let Value::Array(items) = body[collection].take() else {
        return entries;
    };
    for item in items {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        match forgiving(item) {
            Ok(row) => entries.rows.push(row),
            Err(error) => {
                tracing::warn!(collection, id, %error, "an odd entry");
                entries.odd.push(id);
            }
        }
    }
    entries
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
        let Entries { rows, odd } = read_entries::<Port>(&mut body, "ports");
        let ids: Vec<&str> = rows.iter().map(|port| port.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(odd, ["b"]);
    }
}
