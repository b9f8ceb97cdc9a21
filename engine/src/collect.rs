//! Collecting: what the cloud holds of one environment, by our marks. A name alone is never enough.
//! It only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use model::data::BootFrom;
use model::facts::{InstanceFacts, ObservedVolume};
use model::id::{CloudId, EnvironmentId};
use model::key::{Key, ResourceKind};
use model::name::NetworkName;
use model::resolved::Resolved;
use model::resource::{Boot, Instance, Power, Resource};
use model::topology::Topology;
use model::value::Value;
use plan::observed::Member;

use crate::look::Look;
use crate::port::{Absence, Cloud, CloudError, Detail, Found, Listed, Mark, Scope, Status};
use crate::{Engine, EngineError};

/// What the cloud holds of one environment at one time.
#[derive(Clone, Debug)]
pub struct Collection {
    found: BTreeMap<Key, Vec<Found>>,
    /// What the cloud lists without being able to tell whose it is.
    unmarked: Vec<Found>,
    /// What it means that an instance is not there.
    absence: Absence,
}

impl Default for Collection {
    /// Of what can't be in any cloud.
    fn default() -> Self {
        Self {
            found: BTreeMap::new(),
            unmarked: Vec::new(),
            absence: Absence::Gone,
        }
    }
}

impl Collection {
    fn new(Listed { found, absence }: Listed) -> Self {
        let mut collection = Self {
            absence,
            ..Self::default()
        };
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

    /// What it means that an instance is not there.
    pub const fn absence(&self) -> Absence {
        self.absence
    }

    /// The kinds of everything that is there.
    pub fn kinds(&self) -> BTreeSet<ResourceKind> {
        self.found.keys().map(|key| key.kind).collect()
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

    /// The instances that are there, as they were seen. One that the cloud can't see just now is as
    /// it was `before`, and not seen since then or since `now`.
    pub fn members(
        &self,
        planned: &Resolved,
        before: Option<&Topology>,
        now: DateTime<Utc>,
    ) -> Vec<Member> {
        let mut members = Vec::new();
        for key in self.found.keys() {
            for found in self.staying(key) {
                if let Some(Resource::Instance(instance)) = &found.resource {
                    let mut facts = found.facts.clone();
                    facts.public_addresses = self.public_addresses(key);
                    facts.volumes = self.volumes(key);
                    facts.fault = match &found.status {
                        Status::Failed { fault } => Some(fault.clone()),
                        _ => None,
                    };
                    members.push(self.member(instance, instance.power, facts));
                } else if let Some(Resource::Instance(instance)) = planned.resources.get(key)
                    && found.facts.status.as_deref() == Some(UNSEEN)
                {
                    let known = before
                        .and_then(|before| before.groups.get(&instance.group))
                        .and_then(|group| group.instances.get(&instance.ordinal));
                    let mut facts = known.cloned().unwrap_or_default();
                    facts.unseen_since.get_or_insert(now);
                    let power = match &facts.status {
                        Some(status) => Power::of_status(status),
                        None => instance.power,
                    };
                    members.push(self.member(instance, power, facts));
                }
            }
        }
        members
    }

    fn member(&self, instance: &Instance, power: Power, facts: InstanceFacts) -> Member {
        let (image, boot) = match &instance.boot {
            Boot::Image(image) => (image.clone(), BootFrom::Disk),
            // A copy's own image is nobody's name for anything.
            Boot::OwnImage { .. } => (Value::Unknown, BootFrom::Disk),
            Boot::Volume { volume } => {
                let found = self.staying(volume).next();
                let size = match found.and_then(|found| found.resource.as_ref()) {
                    Some(Resource::Volume(volume)) => volume.size.clone(),
                    _ => Value::Unknown,
                };
                (Value::Unknown, BootFrom::Volume(size))
            }
        };
        Member {
            group: instance.group.clone(),
            ordinal: instance.ordinal,
            host_name: instance.host_name.clone(),
            flavor: instance.flavor.clone(),
            size: None,
            image,
            boot,
            networks: instance.networks.as_ref().clone(),
            power,
            facts,
        }
    }

    fn public_addresses(&self, instance: &Key) -> Vec<IpAddr> {
        self.of_kind(ResourceKind::FloatingIp)
            .filter_map(|found| match &found.resource {
                Some(Resource::FloatingIp(ip)) if ip.instance.as_ref() == Some(instance) => {
                    ip.address.fixed().copied()
                }
                _ => None,
            })
            .collect()
    }

    fn of_kind(&self, kind: ResourceKind) -> impl Iterator<Item = &Found> {
        self.found
            .iter()
            .filter(move |(key, _)| key.kind == kind)
            .flat_map(|(_, found)| found)
    }

    /// The volumes at an instance, as the cloud calls them.
    fn volumes(&self, instance: &Key) -> Vec<ObservedVolume> {
        self.of_kind(ResourceKind::VolumeAttachment)
            .filter_map(|found| match &found.resource {
                Some(Resource::VolumeAttachment(at)) if at.instance == *instance => {
                    let volume = self.staying(&at.volume).next()?;
                    let Some(Resource::Volume(body)) = &volume.resource else {
                        return None;
                    };
                    Some(ObservedVolume {
                        name: volume.name.clone(),
                        size: body.size.fixed().copied()?,
                        volume_type: body.volume_type.clone(),
                    })
                }
                _ => None,
            })
            .collect()
    }
}

/// The status of an instance of which the cloud knows no more than its id.
const UNSEEN: &str = "UNKNOWN";

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
        FloatingIp, Image, Keypair, KeypairSource, Network, Router, SecurityGroup, ServerGroup,
        Volume, VolumeContent, VolumeSnapshot,
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
            volume_type: None,
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
        detail: Detail,
    ) -> Result<Collection, CloudError> {
        let scope = Scope::Environment(self.parts.installation, environment);
        let mut listed = cloud.list(scope, kinds, detail).await?;
        for found in &mut listed.found {
            self.recognise_key(environment, found);
        }
        Ok(Collection::new(listed))
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

    /// Collects some kinds, asking again where the cloud only fails in passing.
    pub(crate) async fn collect_patiently(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
        kinds: &BTreeSet<ResourceKind>,
        detail: Detail,
    ) -> Result<Collection, EngineError> {
        let collection = self
            .patiently(self.parts.config.retries, || {
                self.collect(cloud, environment, kinds, detail)
            })
            .await?;
        self.recognise(collection, environment).await
    }

    /// Collects all that there is of an environment.
    pub(crate) async fn collect_all(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
    ) -> Result<Collection, EngineError> {
        self.collect_patiently(cloud, environment, &ResourceKind::every(), Detail::Whole)
            .await
    }

    /// Looks at all that there is of an environment.
    pub(crate) async fn look(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
    ) -> Result<Look, EngineError> {
        let taken = Look::begin(self.clock());
        Ok(taken(self.collect_all(cloud, environment).await?))
    }
}
