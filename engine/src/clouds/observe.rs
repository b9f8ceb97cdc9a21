//! What is observed of environments: their part of what clouds hold, by our marks and by what people
//! said. It never overwrites what a person wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::collection::{AddressKind, Body, HeldFilter, HeldKind, HeldRow, Owner, Place};
use model::data::BootFrom;
use model::environment::{Environment, Layer, Revision};
use model::facts::ObservedVolume;
use model::filter::{MAX_PAGE_ROWS, instance_records};
use model::id::{CloudId, EnvironmentId};
use model::name::{CloudName, NetworkName};
use model::network::Network;
use model::resource::Power;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;
use plan::observed::{Member, observed};

use crate::port::{NewRevision, ObservedIn, StoreError};
use crate::{Engine, EngineError};

/// What a person is about to say of servers of one cloud: the place that each gets, or none.
pub(super) type Changes = BTreeMap<CloudId, Option<Place>>;

/// What members refer to in a cloud by its ids.
struct Ground {
    images: BTreeMap<CloudId, String>,
    networks: BTreeMap<NetworkName, Network>,
    /// What we call the networks that we made, by the cloud's name for them.
    ours: BTreeMap<String, NetworkName>,
    /// The volumes of each server.
    volumes: BTreeMap<CloudId, Vec<ObservedVolume>>,
    /// The volume that each server was started from, with the image that was made from.
    roots: BTreeMap<CloudId, (Gib, Option<String>)>,
    /// The public addresses that lead to each server.
    public: BTreeMap<CloudId, Vec<IpAddr>>,
}

impl Engine {
    /// Brings what is observed of every environment in a cloud up to its newest collection, which
    /// was begun at a time.
    pub(super) async fn observe_cloud(
        &self,
        cloud: &CloudName,
        at: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        for id in self.store().environments_in(cloud).await? {
            let Some(environment) = self.store().environment_by_id(id).await? else {
                continue;
            };
            if environment.destroyed_at.is_some() {
                continue;
            }
            let revision = self.observed_state(&environment, None, cloud, at).await?;
            if self.store().observe(id, revision).await? {
                tracing::info!(environment = %environment.name, "its observed state is new");
            }
        }
        Ok(())
    }

    /// What is observed of an environment, with what is about to be said of servers of a cloud.
    pub(super) async fn observed_state(
        &self,
        environment: &Environment,
        changes: Option<(&CloudName, &Changes)>,
        cloud: &CloudName,
        at: DateTime<Utc>,
    ) -> Result<NewRevision, EngineError> {
        let known = self.known_state(environment, cloud).await?;
        let servers = self.servers_with(environment.id, changes).await?;
        let (members, networks) = self.members(servers).await?;
        let mut topology = observed(&known, members, &networks);
        self.reports(environment.id).await?.tell(&mut topology);
        Ok(NewRevision {
            records: instance_records(&topology),
            topology,
            layer: Layer::Observed,
            source: Revision::collected_from(cloud),
            at,
        })
    }

    /// What is known of an environment beside what is collected: as planned, or else as last seen.
    async fn known_state(
        &self,
        environment: &Environment,
        cloud: &CloudName,
    ) -> Result<Topology, EngineError> {
        for layer in [Layer::Planned, Layer::Observed] {
            let state = self.store().revision(environment.id, layer, None).await?;
            if let Some((_, mut topology)) = state {
                topology.cloud.get_or_insert_with(|| cloud.clone());
                return Ok(topology);
            }
        }
        let mut topology = Topology::empty(environment.name.clone(), environment.kind);
        topology.protected = environment.protected;
        topology.owner.clone_from(&environment.owner);
        topology.cloud = Some(cloud.clone());
        Ok(topology)
    }

    async fn servers_with(
        &self,
        environment: EnvironmentId,
        changes: Option<(&CloudName, &Changes)>,
    ) -> Result<Vec<ObservedIn>, EngineError> {
        let mut servers = self.store().servers_of(environment).await?;
        let Some((cloud, changes)) = changes else {
            return Ok(servers);
        };
        servers.retain(|server| server.cloud != *cloud || !changes.contains_key(&server.held.id));
        let come: BTreeSet<CloudId> = changes
            .iter()
            .filter(|(_, place)| {
                place
                    .as_ref()
                    .is_some_and(|place| place.environment == environment)
            })
            .map(|(id, _)| id.clone())
            .collect();
        let rows = self
            .store()
            .held_by_id(cloud, HeldKind::Server, &come)
            .await?;
        for row in rows {
            if let Some(Some(place)) = changes.get(&row.held.id) {
                servers.push(ObservedIn {
                    cloud: cloud.clone(),
                    owner: row.owner,
                    instance: (place.group.clone(), place.ordinal),
                    held: row.held,
                });
            }
        }
        Ok(servers)
    }

    /// The servers that people said belong to an environment, as instances of it: for whoever knows
    /// those of ours by themselves.
    pub(crate) async fn assigned_members(
        &self,
        environment: EnvironmentId,
    ) -> Result<(Vec<Member>, BTreeMap<NetworkName, Network>), EngineError> {
        let mut servers = self.store().servers_of(environment).await?;
        servers.retain(|server| server.owner == Owner::Assigned);
        self.members(servers).await
    }

    /// Servers as instances, with the networks that they may be on.
    async fn members(
        &self,
        servers: Vec<ObservedIn>,
    ) -> Result<(Vec<Member>, BTreeMap<NetworkName, Network>), EngineError> {
        let mut by_cloud: BTreeMap<CloudName, Vec<ObservedIn>> = BTreeMap::new();
        for server in servers {
            by_cloud
                .entry(server.cloud.clone())
                .or_default()
                .push(server);
        }
        let mut members = Vec::new();
        let mut networks = BTreeMap::new();
        for (cloud, servers) in by_cloud {
            let ids = servers.iter().map(|server| server.held.id.clone());
            let mut ground = self.ground(&cloud, &ids.collect()).await?;
            members.extend(
                servers
                    .into_iter()
                    .filter_map(|server| member(server, &mut ground)),
            );
            networks.append(&mut ground.networks);
        }
        Ok((members, networks))
    }

    async fn ground(
        &self,
        cloud: &CloudName,
        servers: &BTreeSet<CloudId>,
    ) -> Result<Ground, EngineError> {
        let all = |kind| HeldFilter::all(cloud.clone(), kind);
        let images = self.all_held(all(HeldKind::Image)).await?;
        let mut ranges: BTreeMap<CloudId, _> = BTreeMap::new();
        for row in self.all_held(all(HeldKind::Subnet)).await? {
            if let Body::Subnet(subnet) = row.held.body {
                ranges.entry(subnet.network).or_insert(subnet.cidr);
            }
        }
        let mut routed = BTreeSet::new();
        for owner in ROUTER_INTERFACES {
            let feet = HeldFilter {
                detail: Some(owner.to_owned()),
                ..all(HeldKind::Port)
            };
            for row in self.all_held(feet).await? {
                if let Body::Port(port) = row.held.body {
                    routed.insert(port.network);
                }
            }
        }
        let (mut networks, mut ours) = (BTreeMap::new(), BTreeMap::new());
        for row in self.all_held(all(HeldKind::Network)).await? {
            if let (Owner::Ours, Some(mark)) = (row.owner, &row.held.mark)
                && let Ok(name) = NetworkName::new(mark.key.name())
            {
                ours.insert(row.held.name.clone(), name);
            }
            if let (Some(name), Some(cidr)) =
                (network_name(&row.held.name), ranges.get(&row.held.id))
            {
                let network = Network {
                    cidr: *cidr,
                    routed: routed.contains(&row.held.id),
                    note: None,
                };
                networks.entry(name).or_insert(network);
            }
        }
        let mut volumes: BTreeMap<CloudId, Vec<ObservedVolume>> = BTreeMap::new();
        let mut roots = BTreeMap::new();
        for row in self
            .store()
            .held_on(cloud, HeldKind::Volume, servers)
            .await?
        {
            let name = if row.held.name.is_empty() {
                row.held.id.to_string()
            } else {
                row.held.name
            };
            if let Body::Volume(volume) = row.held.body {
                // What a server is started from is its disk, and no volume of its group.
                for at in volume.attached {
                    if volume.bootable && at.device.as_deref().is_some_and(is_first_disk) {
                        roots.insert(at.server, (volume.size, volume.image.clone()));
                        continue;
                    }
                    let of_server = volumes.entry(at.server).or_default();
                    of_server.push(ObservedVolume {
                        name: name.clone(),
                        size: volume.size,
                        volume_type: volume.storage.as_deref().and_then(|name| name.parse().ok()),
                    });
                }
            }
        }
        Ok(Ground {
            images: images
                .into_iter()
                // What a copy was made of is no name for anything else.
                .filter(|row| row.owner != Owner::Ours)
                .map(|row| (row.held.id, row.held.name))
                .collect(),
            networks,
            ours,
            volumes,
            roots,
            public: self.public_addresses(cloud, servers).await?,
        })
    }

    /// The public addresses that lead to servers, by way of their ports.
    async fn public_addresses(
        &self,
        cloud: &CloudName,
        servers: &BTreeSet<CloudId>,
    ) -> Result<BTreeMap<CloudId, Vec<IpAddr>>, EngineError> {
        let ports = self.store().held_on(cloud, HeldKind::Port, servers).await?;
        let devices: BTreeMap<CloudId, CloudId> = ports
            .into_iter()
            .filter_map(|row| match row.held.body {
                Body::Port(port) => Some((row.held.id, port.device?)),
                _ => None,
            })
            .collect();
        let ids = devices.keys().cloned().collect();
        let mut public: BTreeMap<CloudId, Vec<IpAddr>> = BTreeMap::new();
        for row in self
            .store()
            .held_on(cloud, HeldKind::FloatingIp, &ids)
            .await?
        {
            if let Body::FloatingIp(address) = row.held.body
                && let Some(server) = address.port.and_then(|port| devices.get(&port))
            {
                let of_server = public.entry(server.clone()).or_default();
                of_server.push(address.address);
            }
        }
        Ok(public)
    }

    /// Every page of a list.
    pub(crate) async fn all_held(&self, filter: HeldFilter) -> Result<Vec<HeldRow>, StoreError> {
        let mut filter = HeldFilter {
            limit: Some(MAX_PAGE_ROWS),
            ..filter
        };
        let mut all = Vec::new();
        loop {
            let page = self.store().held(&filter).await?;
            all.extend(page.rows);
            match page.next {
                Some(next) => filter.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

/// What a router's foot in a network is called: plain, distributed or highly available.
const ROUTER_INTERFACES: [&str; 3] = [
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
];

/// Whether a device is the first disk of its server.
fn is_first_disk(device: &str) -> bool {
    matches!(device, "/dev/vda" | "/dev/sda" | "/dev/xvda")
}

/// A network's name as one of ours.
fn network_name(name: &str) -> Option<NetworkName> {
    let slug: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    NetworkName::new(slug.trim_matches('-')).ok()
}

fn known<T: std::str::FromStr>(name: Option<&str>) -> Value<T> {
    match name.and_then(|name| name.parse().ok()) {
        Some(value) => Value::Fixed(value),
        None => Value::Unknown,
    }
}

fn member(server: ObservedIn, ground: &mut Ground) -> Option<Member> {
    let ObservedIn {
        cloud: _,
        owner,
        instance: (group, ordinal),
        held,
    } = server;
    let Body::Server(body) = &held.body else {
        return None;
    };
    let volumes = ground.volumes.remove(&held.id).unwrap_or_default();
    let public = ground.public.remove(&held.id).unwrap_or_default();
    let (image, boot) = match (&body.image, ground.roots.remove(&held.id)) {
        (Some(id), _) => (ground.images.get(id).cloned(), BootFrom::Disk),
        (None, Some((size, image))) => {
            let image = image.filter(|_| owner != Owner::Ours);
            (image, BootFrom::Volume(Value::Fixed(size)))
        }
        // Nothing was ever seen of it.
        (None, None) if body.unseen_since.is_some() => (None, BootFrom::Disk),
        (None, None) => (None, BootFrom::Volume(Value::Unknown)),
    };
    let mut networks = BTreeMap::new();
    for address in &body.addresses {
        let ours = ground.ours.get(&address.network);
        let name = match (owner, ours) {
            (Owner::Ours, Some(name)) => Some(name.clone()),
            _ => network_name(&address.network),
        };
        if let (Some(name), AddressKind::Fixed) = (name, address.kind) {
            let known = networks.entry(name);
            known.or_insert(Value::Fixed(address.address));
        }
    }
    Some(Member {
        group,
        ordinal,
        host_name: held.name.clone(),
        flavor: known(body.flavor.as_deref()),
        size: body.size,
        image: known(image.as_deref()),
        boot,
        networks,
        power: Power::of_status(&body.status),
        facts: body.facts(&held.name, volumes, public),
    })
}
