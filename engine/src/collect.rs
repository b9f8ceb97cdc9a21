//! Collecting: what the cloud holds of one environment, by our marks. A name alone is never enough.
//! It only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::count::Count;
use model::data::VolumeSource;
use model::environment::Layer;
use model::facts::InstanceFacts;
use model::id::{CloudId, EnvironmentId};
use model::key::{Key, ResourceKind};
use model::name::NetworkName;
use model::resolved::Resolved;
use model::resource::{Instance, Power, Resource};
use model::topology::Topology;
use model::value::Value;
use plan::offers::StoredSources;

use crate::port::{Cloud, CloudError, Found, Mark, Scope, Status};
use crate::{Engine, EngineError};

/// What the cloud holds of one environment at one time.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    found: BTreeMap<Key, Vec<Found>>,
    /// What the cloud lists without being able to tell whose it is.
    unmarked: Vec<Found>,
}

impl Collection {
    fn new(found: Vec<Found>) -> Self {
        let mut collection = Self::default();
        for found in found {
            match &found.mark {
                Some(mark) => {
                    let all = collection.found.entry(mark.key.clone()).or_default();
                    all.push(found);
                }
                None => collection.unmarked.push(found),
            }
        }
        collection
    }

    /// Everything with the mark of this key, whatever its state.
    pub fn all(&self, key: &Key) -> &[Found] {
        self.found.get(key).map_or(&[], Vec::as_slice)
    }

    /// Everything with the mark of this key that is not on its way out.
    pub fn staying<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a Found> {
        self.found
            .get(key)
            .into_iter()
            .flatten()
            .filter(|found| found.status != Status::Deleting)
    }

    /// A resource by the cloud's id.
    pub fn by_id(&self, key: &Key, id: &CloudId) -> Option<&Found> {
        self.all(key).iter().find(|found| &found.id == id)
    }

    /// How many resources there are, whatever their state.
    pub fn len(&self) -> usize {
        self.found.values().map(Vec::len).sum()
    }

    /// Whether nothing of the environment is in the cloud.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The keys of everything that is there.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.found.keys()
    }

    /// The cloud's ids of what can be referred to.
    pub fn ids(&self) -> BTreeMap<Key, CloudId> {
        self.found
            .keys()
            .filter_map(|key| {
                self.staying(key)
                    .next()
                    .map(|found| (key.clone(), found.id.clone()))
            })
            .collect()
    }

    /// What is there as resources. A failed one counts only where it is to be taken away: to bring
    /// something up, a failed resource is as good as none. Where the cloud can no longer tell what
    /// a resource is, because something it refers to was taken away by hand, what we planned it to
    /// be stands in.
    pub fn resolved(&self, purpose: Purpose, planned: &Resolved) -> Resolved {
        let mut resources = BTreeMap::new();
        for key in self.found.keys() {
            let wanted = |found: &&Found| match (&found.status, purpose) {
                (Status::Deleting, _) | (Status::Failed { .. }, Purpose::BringUp) => false,
                (Status::Failed { .. }, Purpose::TakeDown)
                | (
                    Status::Building
                    | Status::Ready
                    | Status::Changing
                    | Status::AwaitsConfirmation,
                    _,
                ) => true,
            };
            let Some(found) = self.all(key).iter().find(wanted) else {
                continue;
            };
            let resource = found
                .resource
                .as_ref()
                .or_else(|| planned.resources.get(key))
                .cloned();
            if let Some(resource) = resource.or_else(|| stand_in(key)) {
                resources.insert(key.clone(), resource);
            }
        }
        if purpose == Purpose::TakeDown {
            resources_without_lost_parents(&mut resources);
        }
        Resolved {
            resources,
            order: planned.order.clone(),
        }
    }

    /// The observed topology: the planned one as far as it was found, with what the cloud tells of
    /// each instance.
    pub fn observed_topology(&self, planned: &Topology) -> Topology {
        let mut topology = planned.clone();
        topology.layer = Layer::Observed;
        topology.declared.clear();
        let mut instances: BTreeMap<_, BTreeMap<u32, (&Instance, InstanceFacts)>> = BTreeMap::new();
        for key in self.found.keys() {
            for found in self.staying(key) {
                if let Some(Resource::Instance(instance)) = &found.resource {
                    let mut facts = found.facts.clone();
                    facts.public_addresses = self.public_addresses(key);
                    instances
                        .entry(&instance.group)
                        .or_default()
                        .insert(instance.ordinal, (instance, facts));
                }
            }
        }
        topology
            .groups
            .retain(|name, _| instances.contains_key(name));
        for (name, group) in &mut topology.groups {
            let Some(found) = instances.remove(name) else {
                continue;
            };
            group.count = Count::exactly(u32::try_from(found.len()).unwrap_or(u32::MAX));
            group.ordinals = found.keys().copied().collect();
            let flavors: BTreeSet<_> = found.values().map(|(i, _)| i.flavor.clone()).collect();
            group.flavor = match flavors.len() {
                1 => flavors.into_iter().next().unwrap_or(Value::Unknown),
                _ => Value::Unknown,
            };
            let stopped = found
                .iter()
                .filter(|(_, (instance, _))| instance.power == Power::Stopped)
                .map(|(ordinal, _)| *ordinal)
                .collect();
            let instances_of: Vec<&Instance> = found.values().map(|(i, _)| *i).collect();
            group.instances = found
                .into_iter()
                .map(|(ordinal, (_, facts))| (ordinal, facts))
                .collect();
            let public = group
                .instances
                .values()
                .map(|facts| facts.public_addresses.len())
                .sum::<usize>();
            group.public_addresses.count =
                Value::Fixed(Count::exactly(u32::try_from(public).unwrap_or(u32::MAX)));
            group.public_addresses.addresses = Vec::new();
            for (network, addresses) in &mut group.addresses {
                *addresses = named_addresses(network, addresses.len(), &instances_of);
            }
            group.stopped = stopped;
            let known: BTreeSet<u32> = group.ordinals.iter().copied().collect();
            group.roles.retain(|ordinal, _| known.contains(ordinal));
        }
        let there: BTreeSet<_> = topology.groups.keys().cloned().collect();
        for group in topology.groups.values_mut() {
            group.depends_on.retain(|name, _| there.contains(name));
            group.mounts.retain(|mount| there.contains(&mount.from));
        }
        topology
    }

    fn public_addresses(&self, instance: &Key) -> Vec<IpAddr> {
        self.found
            .iter()
            .filter(|(key, _)| key.kind == ResourceKind::FloatingIp)
            .flat_map(|(_, found)| found)
            .filter_map(|found| match &found.resource {
                Some(Resource::FloatingIp(ip)) if ip.instance.as_ref() == Some(instance) => {
                    ip.address.fixed().copied()
                }
                _ => None,
            })
            .collect()
    }
}

/// The addresses that the lowest ordinals have on a network, as many as are named there.
fn named_addresses(network: &NetworkName, count: usize, instances: &[&Instance]) -> Vec<IpAddr> {
    instances
        .iter()
        .take(count)
        .map_while(|instance| instance.networks.get(network)?.fixed().copied())
        .collect()
}

/// What a collection is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To bring something up.
    BringUp,
    /// To take everything away.
    TakeDown,
}

/// Enough of a resource to take it away where neither the cloud nor the plan can tell what it is.
fn stand_in(key: &Key) -> Option<Resource> {
    use model::resource::{
        Boot, FloatingIp, Image, Keypair, KeypairSource, Network, Router, SecurityGroup,
        ServerGroup, Volume, VolumeContent, VolumeSnapshot,
    };
    Some(match key.kind {
        ResourceKind::Network => Network {}.into(),
        ResourceKind::Router => Router {}.into(),
        ResourceKind::SecurityGroup => SecurityGroup {}.into(),
        ResourceKind::ServerGroup => ServerGroup {}.into(),
        ResourceKind::VolumeSnapshot => VolumeSnapshot {
            volume: Value::Unknown,
            size: Value::Unknown,
        }
        .into(),
        ResourceKind::Image => Image {
            instance: Value::Unknown,
        }
        .into(),
        ResourceKind::Keypair => Keypair {
            public_key: KeypairSource::Made,
        }
        .into(),
        ResourceKind::Volume => Volume {
            size: Value::Unknown,
            content: VolumeContent::Empty,
            mount: None,
            file_system: None,
        }
        .into(),
        ResourceKind::FloatingIp => FloatingIp {
            address: Value::Unknown,
            instance: None,
            network: NetworkName::new("unknown").ok()?,
        }
        .into(),
        ResourceKind::Instance => {
            let (group, ordinal) = model::topology::items::parse_instance(key.name())?;
            Instance {
                host_name: format!("{group}{ordinal}"),
                group,
                ordinal,
                flavor: Value::Unknown,
                boot: Boot::Image(Value::Unknown),
                profiles: std::sync::Arc::default(),
                role: None,
                networks: std::sync::Arc::default(),
                security_groups: std::sync::Arc::default(),
                server_group: None,
                power: Power::Running,
                keypair: None,
                first_boot: model::first_boot::FirstBoot::default(),
            }
            .into()
        }
        // Parts are found through their parents, which then tell what they are.
        ResourceKind::Subnet
        | ResourceKind::RouterInterface
        | ResourceKind::SecurityRules
        | ResourceKind::VolumeAttachment => return None,
    })
}

/// Taking down asks nothing of what is already gone, so references to it are no obstacle; the
/// planner's graph simply has no edge there.
fn resources_without_lost_parents(resources: &mut BTreeMap<Key, Resource>) {
    let keys: BTreeSet<Key> = resources.keys().cloned().collect();
    for resource in resources.values_mut() {
        if let Resource::FloatingIp(ip) = resource
            && ip
                .instance
                .as_ref()
                .is_some_and(|instance| !keys.contains(instance))
        {
            ip.instance = None;
        }
    }
}

impl Engine {
    /// Collects what a cloud holds of one environment, of some kinds.
    pub async fn collect(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
        kinds: &BTreeSet<ResourceKind>,
    ) -> Result<Collection, CloudError> {
        let scope = Scope::Environment(self.parts.installation, environment);
        let mut found = cloud.list(scope, kinds).await?;
        for found in &mut found {
            self.recognise_key(environment, found);
        }
        Ok(Collection::new(found))
    }

    /// Gives those their marks back that the cloud lists without one, because it can't see them
    /// just now, by the ids that were stored when they were made: what is out of sight is not gone.
    async fn recognise(
        &self,
        mut collection: Collection,
        environment: EnvironmentId,
    ) -> Result<Collection, EngineError> {
        if collection.unmarked.is_empty() {
            return Ok(collection);
        }
        let bindings = self.store().bindings(environment).await?;
        for found in std::mem::take(&mut collection.unmarked) {
            let bound = bindings.iter().find(|(_, id)| **id == found.id);
            if let Some((key, _)) = bound.filter(|(key, _)| key.kind == found.kind) {
                let mark = Mark {
                    installation: self.parts.installation,
                    environment,
                    key: key.clone(),
                    attempt: 1,
                };
                let all = collection.found.entry(key.clone()).or_default();
                all.push(Found {
                    mark: Some(mark),
                    ..found
                });
            }
        }
        Ok(collection)
    }

    /// Collects every kind, asking again where the cloud only fails in passing.
    pub(crate) async fn collect_patiently(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
    ) -> Result<Collection, EngineError> {
        let kinds = ResourceKind::every();
        let collection = self
            .patiently(|| self.collect(cloud, environment, &kinds))
            .await?;
        self.recognise(collection, environment).await
    }

    /// Asks a cloud for something that changes nothing, again where it only fails in passing.
    async fn patiently<T, F: Future<Output = Result<T, CloudError>>>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<T, EngineError> {
        let config = &self.parts.config;
        let mut wait = config.retry_wait;
        let mut left = config.retries;
        loop {
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_passing() && left > 0 => {
                    left -= 1;
                    let pause = match &error {
                        CloudError::Throttled {
                            retry_after: Some(pause),
                            ..
                        } => *pause,
                        _ => wait,
                    };
                    self.parts.clock.sleep(pause).await;
                    wait *= 2;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Engine {
    /// What a cloud offers right now. Asked once, for whoever shows it and can show the last answer
    /// instead.
    pub async fn offers(
        &self,
        cloud: &model::name::CloudName,
    ) -> Result<plan::offers::Offers, EngineError> {
        Ok(self.cloud(cloud)?.offers().await?)
    }

    /// Asks for a cloud's offers, again where it only fails in passing.
    pub(crate) async fn offers_patiently(
        &self,
        cloud: &dyn Cloud,
    ) -> Result<plan::offers::Offers, EngineError> {
        self.patiently(|| cloud.offers()).await
    }

    /// Looks up what volumes are made from, again where the cloud only fails in passing.
    pub(crate) async fn stored_patiently(
        &self,
        cloud: &dyn Cloud,
        wanted: &BTreeSet<VolumeSource>,
    ) -> Result<StoredSources, EngineError> {
        if wanted.is_empty() {
            return Ok(StoredSources::new());
        }
        self.patiently(|| cloud.stored(wanted)).await
    }
}
