//! Creating: one call for one resource, with the mark in its body. Where a service takes several
//! rules in one call they go in one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::port::{CloudError, Create, Created, Done, Mark};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::{NetworkName, ProfileName};
use model::resource::{
    Boot, FloatingIp, Instance, Network, Resource, Router, RouterInterface, SecurityGroup,
    SecurityRules, ServerGroup, Subnet, VolumeAttachment,
};
use plan::user_data::UserData;
use serde_json::{Value, json};

use super::listing::attachment_id;
use super::transport::{Call, Service};
use super::{OpenStack, id_in, mark, pools, rules, wire};

/// The id of something that a resource refers to.
pub(super) fn id_of<'a>(ids: &'a BTreeMap<Key, CloudId>, key: &Key) -> Result<&'a str, CloudError> {
    ids.get(key)
        .map(CloudId::as_str)
        .ok_or_else(|| CloudError::NotFound(format!("{key} is not in the cloud")))
}

fn at_once(id: String) -> Created {
    Created {
        id: CloudId::new(id),
        done: Done::Already,
    }
}

pub(super) fn later(id: String) -> Created {
    Created {
        id: CloudId::new(id),
        done: Done::Later,
    }
}

/// The metadata entry for what counts of a server's first boot. It never changes: another first boot
/// is another server.
pub(super) const FIRST_BOOT: &str = "first-boot";

/// What a server's metadata says beside the mark: what it does, and what it is to the others.
pub(super) fn purpose(metadata: &mut BTreeMap<String, String>, instance: &Instance) {
    mark::put_list(
        metadata,
        "profiles",
        instance.profiles.iter().map(ProfileName::as_str),
    );
    if let Some(role) = instance.role {
        metadata.insert(mark::entry("role"), role.word().to_owned());
    }
}

impl OpenStack {
    pub(super) async fn make(&self, create: Create<'_>) -> Result<Created, CloudError> {
        let Create {
            mark,
            name,
            resource,
            ids,
            user_data,
        } = create;
        let described = |extra: Value| {
            let mut body = json!({ "name": name, "description": mark::text(mark) });
            if let (Value::Object(body), Value::Object(extra)) = (&mut body, extra) {
                body.extend(extra);
            }
            body
        };
        match resource {
            Resource::Network(Network {}) => {
                self.neutron("networks", "network", described(json!({})))
                    .await
            }
            Resource::Subnet(Subnet {
                network,
                cidr,
                reserved,
            }) => {
                let mut body = described(json!({
                    "network_id": id_of(ids, network)?,
                    "cidr": cidr.trunc().to_string(),
                    "ip_version": if cidr.addr().is_ipv4() { 4 } else { 6 },
                }));
                if !reserved.is_empty() {
                    body["allocation_pools"] = pools::without(cidr.trunc(), reserved);
                }
                self.neutron("subnets", "subnet", body).await
            }
            Resource::Router(Router {}) => {
                let external = self.external().await?;
                let gateway = json!({ "external_gateway_info": { "network_id": external } });
                self.neutron("routers", "router", described(gateway)).await
            }
            Resource::RouterInterface(RouterInterface { router, subnet }) => {
                let path = format!("routers/{}/add_router_interface", id_of(ids, router)?);
                let body = json!({ "subnet_id": id_of(ids, subnet)? });
                let answer = self.ask(Call::put(Service::Network, path, body)).await?;
                let port = answer.body["port_id"].as_str().ok_or_else(|| {
                    CloudError::Unexpected("the answer names no port of the router".into())
                })?;
                Ok(at_once(port.to_owned()))
            }
            Resource::SecurityGroup(SecurityGroup {}) => {
                self.neutron("security-groups", "security_group", described(json!({})))
                    .await
            }
            Resource::SecurityRules(SecurityRules { group, rules }) => {
                let group = id_of(ids, group)?;
                let mut bodies = Vec::new();
                for rule in rules {
                    bodies.extend(rules::bodies(group, rule, ids)?);
                }
                self.add_rules(bodies).await?;
                Ok(at_once(group.to_owned()))
            }
            Resource::ServerGroup(ServerGroup {}) => {
                // Of the oldest version, which every Nova speaks; the policy's name moved at 2.64.
                let body = json!({ "server_group": {
                    "name": mark::text(mark),
                    "policies": ["anti-affinity"],
                }});
                let call = Call::post(Service::Compute, "os-server-groups", body);
                Ok(at_once(id_in(&self.ask(call).await?, "server_group")?))
            }
            Resource::Keypair(keypair) => self.make_keypair(mark, keypair).await,
            Resource::VolumeSnapshot(snapshot) => self.make_snapshot(mark, name, snapshot).await,
            Resource::Volume(volume) => self.make_volume(mark, name, volume, ids).await,
            Resource::Image(image) => self.make_image(mark, name, image).await,
            Resource::Instance(instance) => self.make_server(mark, instance, ids, user_data).await,
            Resource::VolumeAttachment(VolumeAttachment { volume, instance }) => {
                let (server, volume) = (id_of(ids, instance)?, id_of(ids, volume)?);
                let path = format!("servers/{server}/os-volume_attachments");
                let body = json!({ "volumeAttachment": { "volumeId": volume } });
                self.ask(Call::post(Service::Compute, path, body)).await?;
                Ok(Created {
                    id: attachment_id(server, volume),
                    done: Done::Later,
                })
            }
            Resource::FloatingIp(FloatingIp {
                address,
                instance,
                network,
            }) => {
                let mut body = json!({
                    "floating_network_id": self.external().await?,
                    "description": format!("{} {network}", mark::text(mark)),
                });
                if let Some(instance) = instance {
                    body["port_id"] = json!(self.port_of(instance, network, ids).await?);
                }
                if let Some(address) = address.fixed() {
                    body["floating_ip_address"] = json!(address.to_string());
                }
                self.neutron("floatingips", "floatingip", body).await
            }
        }
    }

    /// Creates something of Neutron's; what it answers is there.
    async fn neutron(&self, path: &str, object: &str, body: Value) -> Result<Created, CloudError> {
        let call = Call::post(Service::Network, path, json!({ object: body }));
        let answer = self.crowds.ask(path, || self.ask(call.clone())).await?;
        Ok(at_once(id_in(&answer, object)?))
    }

    /// Adds rules, all in one call, which has its effect whole or not at all.
    pub(super) async fn add_rules(&self, bodies: Vec<Value>) -> Result<(), CloudError> {
        if bodies.is_empty() {
            return Ok(());
        }
        let path = "security-group-rules";
        let body = json!({ "security_group_rules": bodies });
        let call = Call::post(Service::Network, path, body);
        let added = self.crowds.ask(path, || self.ask(call.clone())).await;
        added.map(drop)
    }

    async fn make_server(
        &self,
        mark: &Mark,
        instance: &Instance,
        ids: &BTreeMap<Key, CloudId>,
        user_data: Option<&UserData>,
    ) -> Result<Created, CloudError> {
        let flavor = named(&instance.flavor, "flavor", &mark.key)?;
        let flavor = self.flavor_id(flavor).await?;
        let networks = instance
            .networks
            .iter()
            .map(|(name, address)| {
                let key = Key::new(ResourceKind::Network, name.as_str());
                let mut network = json!({ "uuid": id_of(ids, &key)? });
                if let Some(address) = address.fixed() {
                    network["fixed_ip"] = json!(address);
                }
                Ok(network)
            })
            .collect::<Result<Vec<Value>, CloudError>>()?;
        let groups = instance
            .security_groups
            .iter()
            .map(|key| Ok(json!({ "name": id_of(ids, key)? })))
            .collect::<Result<Vec<Value>, CloudError>>()?;
        let mut metadata = mark::metadata(mark);
        purpose(&mut metadata, instance);
        if let Some(digest) = instance.first_boot.digest() {
            metadata.insert(mark::entry(FIRST_BOOT), digest.to_string());
        }
        let mut body = json!({ "server": {
            "name": instance.host_name,
            "flavorRef": flavor,
            "networks": networks,
            "metadata": metadata,
        }});
        match &instance.boot {
            Boot::Image(image) => {
                let image = named(image, "image", &mark.key)?;
                body["server"]["imageRef"] = json!(self.image_id(image).await?);
            }
            Boot::OwnImage { image } => body["server"]["imageRef"] = json!(id_of(ids, image)?),
            // It stays when the server goes: it is a resource of its own, and where the server
            // fails the next one starts from it.
            Boot::Volume { volume } => {
                body["server"]["block_device_mapping_v2"] = json!([{
                    "boot_index": 0,
                    "uuid": id_of(ids, volume)?,
                    "source_type": "volume",
                    "destination_type": "volume",
                    "delete_on_termination": false,
                }]);
            }
        }
        // Without any, Nova would take the project's `default`.
        if !groups.is_empty() {
            body["server"]["security_groups"] = json!(groups);
        }
        if let Some(keypair) = &instance.keypair {
            body["server"]["key_name"] = json!(id_of(ids, keypair)?);
        }
        if let Some(user_data) = user_data {
            body["server"]["user_data"] = json!(STANDARD.encode(user_data.expose()));
        }
        if let Some(group) = &instance.server_group {
            body["os:scheduler_hints"] = json!({ "group": id_of(ids, group)? });
        }
        let answer = self
            .ask(Call::post(Service::Compute, "servers", body))
            .await?;
        Ok(later(id_in(&answer, "server")?))
    }

    /// The id of a flavor by its name; asked for anew where it isn't known.
    pub(super) async fn flavor_id(&self, name: &str) -> Result<String, CloudError> {
        if let Some(id) = only(&self.catalog.lock().await.flavors, name)? {
            return Ok(id);
        }
        let found = only(&self.learn_flavors().await?.flavors, name)?;
        found.ok_or_else(|| CloudError::Refused(format!("Flavor {name} could not be found.")))
    }

    /// The id of an image by its name; asked for anew where it isn't known.
    pub(super) async fn image_id(&self, name: &str) -> Result<String, CloudError> {
        if let Some(id) = only(&self.catalog.lock().await.images, name)? {
            return Ok(id);
        }
        let images = self.images().await?;
        let found = only(&self.learn_images(&images).await.images, name)?;
        found.ok_or_else(|| CloudError::Refused(format!("Image {name} could not be found.")))
    }

    /// The port that Nova gave a server on a network. All of the project's are looked up at once
    /// and remembered, since public addresses come in groups; a fresh one may be missing for a
    /// moment, which passes.
    pub(super) async fn port_of(
        &self,
        instance: &Key,
        network: &NetworkName,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<String, CloudError> {
        let server = id_of(ids, instance)?;
        let network = id_of(ids, &Key::new(ResourceKind::Network, network.as_str()))?;
        let wanted = (server.to_owned(), network.to_owned());
        let mut known = self.ports.lock().await;
        if let Some(port) = known.get(&wanted) {
            return Ok(port.clone());
        }
        let project = self.transport.project().await?;
        let call = Call::get(Service::Network, "ports").with("project_id", project);
        let ports: Vec<wire::Port> = self.pages(call, "ports").await?;
        *known = ports
            .into_iter()
            .filter(|port| port.device_owner.starts_with("compute:"))
            .map(|port| ((port.device_id, port.network_id), port.id))
            .collect();
        known.get(&wanted).cloned().ok_or(CloudError::Throttled {
            retry_after: None,
            words: format!("server {server} has no port on network {network} yet"),
        })
    }
}

/// The one id that goes by a name.
fn only(names: &BTreeMap<String, String>, wanted: &str) -> Result<Option<String>, CloudError> {
    let mut ids = names.iter().filter(|(_, name)| *name == wanted);
    match (ids.next(), ids.next()) {
        (Some((id, _)), None) => Ok(Some(id.clone())),
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(CloudError::Refused(format!(
            "the cloud has more than one `{wanted}`: rename all but one"
        ))),
    }
}

fn named<'a, T: AsRef<str>>(
    value: &'a model::value::Value<T>,
    what: &str,
    key: &Key,
) -> Result<&'a str, CloudError> {
    value
        .fixed()
        .map(AsRef::as_ref)
        .ok_or_else(|| CloudError::Refused(format!("the {what} of {key} is not known")))
}
