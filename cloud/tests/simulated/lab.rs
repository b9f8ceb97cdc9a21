//! A cloud to try things on: a clock that stands until it is moved, ids that count up, and an
//! environment that is built one resource at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cloud::simulated::{Call, Delay, Simulated, SimulatedConfig};
use engine::port::{
    Clock, Cloud, CloudError, Create, Detail, Entropy, Found, Mark, Moment, Probe, Scope, Status,
};
use model::first_boot::FirstBoot;
use model::flavor::Flavor;
use model::id::{CloudId, EnvironmentId, InstallationId};
use model::key::{Key, ResourceKind};
use model::name::{CloudName, FlavorName, GroupName, ImageName, NetworkName};
use model::profile::Protocol;
use model::resource::{
    Boot, FloatingIp, Image, Instance, Keypair, KeypairSource, Network, Power, ROUTER, Remote,
    Resource, Router, RouterInterface, Rule, SecurityGroup, SecurityRules, ServerGroup, Subnet,
    Volume, VolumeAttachment, VolumeContent, VolumeSnapshot,
};
use model::unit::{Gib, Mib};
use model::value::Value;
use plan::user_data::UserData;
use uuid::Uuid;

pub struct ManualClock {
    now: Mutex<DateTime<Utc>>,
    pub slept: Mutex<Vec<Duration>>,
}

impl ManualClock {
    pub fn forward(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }
    fn monotonic(&self) -> Duration {
        let since = self.now() - DateTime::UNIX_EPOCH;
        since.to_std().unwrap()
    }
    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
        self.forward(duration);
    }
}

/// Ids that count up, with a number of their own per source.
pub struct CountingEntropy {
    source: u64,
    next: AtomicU64,
}

impl CountingEntropy {
    pub fn new(source: u64) -> Self {
        Self {
            source,
            next: AtomicU64::new(1),
        }
    }
}

impl Entropy for CountingEntropy {
    fn uuid(&self) -> Uuid {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(self.source, next)
    }
    fn secret(&self) -> String {
        self.uuid().simple().to_string().repeat(2)
    }
}

#[derive(Default)]
pub struct Recorder(pub Mutex<Vec<(Moment, Key)>>);

impl Probe for Recorder {
    fn reached(&self, moment: Moment, key: &Key) {
        self.0.lock().unwrap().push((moment, key.clone()));
    }
}

pub fn key(kind: ResourceKind, name: &str) -> Key {
    Key::new(kind, name)
}

pub fn flavor(name: &str) -> FlavorName {
    FlavorName::new(name).unwrap()
}

pub fn network_name(name: &str) -> NetworkName {
    NetworkName::new(name).unwrap()
}

/// What every test's cloud is unless it says otherwise: builds take 2 to 8 s, deletes 1 to 3.
pub fn config(file: PathBuf) -> SimulatedConfig {
    let size = |vcpus, gib: u64| Flavor {
        vcpus,
        ram: Mib(gib * 1024),
        disk: Gib(10),
    };
    SimulatedConfig {
        flavors: BTreeMap::from([(flavor("small"), size(1, 1)), (flavor("large"), size(4, 8))]),
        images: BTreeSet::from([ImageName::new("debian").unwrap()]),
        ..SimulatedConfig::at(file)
    }
}

pub struct Lab {
    pub folder: Arc<tempfile::TempDir>,
    pub clock: Arc<ManualClock>,
    pub probe: Arc<Recorder>,
    pub cloud: Simulated,
    pub installation: InstallationId,
    pub environment: EnvironmentId,
    pub ids: BTreeMap<Key, CloudId>,
}

impl Lab {
    pub async fn new() -> Self {
        Self::with(|config| config).await
    }

    /// A cloud with a configuration of its own.
    pub async fn with(change: impl FnOnce(SimulatedConfig) -> SimulatedConfig) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock {
            now: Mutex::new(DateTime::from_timestamp(1_400_000_000, 0).unwrap()),
            slept: Mutex::default(),
        });
        Self::open(folder, clock, 1, change(config(PathBuf::new()))).await
    }

    async fn open(
        folder: Arc<tempfile::TempDir>,
        clock: Arc<ManualClock>,
        source: u64,
        config: SimulatedConfig,
    ) -> Self {
        let probe = Arc::new(Recorder::default());
        let config = SimulatedConfig {
            file: folder.path().join("cloud.sqlite"),
            ..config
        };
        let name = CloudName::new("simulated").unwrap();
        let entropy = Arc::new(CountingEntropy::new(source));
        let cloud = Simulated::open(name, config, clock.clone(), entropy, probe.clone())
            .await
            .unwrap();
        Self {
            folder,
            clock,
            probe,
            cloud,
            installation: InstallationId::from_uuid(Uuid::from_u128(7)),
            environment: EnvironmentId::from_uuid(Uuid::from_u128(8)),
            ids: BTreeMap::new(),
        }
    }

    /// Another handle on the same file, by the same clock.
    pub async fn again(&self, source: u64) -> Self {
        let config = config(PathBuf::new());
        let mut other = Self::open(self.folder.clone(), self.clock.clone(), source, config).await;
        other.ids = self.ids.clone();
        other
    }

    /// A cloud in which everything is done at once.
    pub async fn quick() -> Self {
        Self::with(SimulatedConfig::without_delays).await
    }

    pub fn mark(&self, key: &Key) -> Mark {
        Mark {
            installation: self.installation,
            environment: self.environment,
            key: key.clone(),
            attempt: 1,
        }
    }

    pub async fn create(
        &self,
        key: &Key,
        resource: impl Into<Resource>,
    ) -> Result<CloudId, CloudError> {
        self.create_told(key, resource, None).await
    }

    /// Creates a server that is told something.
    pub async fn create_told(
        &self,
        key: &Key,
        resource: impl Into<Resource>,
        user_data: Option<&UserData>,
    ) -> Result<CloudId, CloudError> {
        let resource = resource.into();
        assert_eq!(key.kind, resource.kind());
        let create = Create {
            mark: &self.mark(key),
            name: key.name(),
            resource: &resource,
            ids: &self.ids,
            user_data,
        };
        self.cloud.create(create).await.map(|created| created.id)
    }

    /// Creates what has to succeed, and remembers its id.
    pub async fn make(&mut self, key: &Key, resource: impl Into<Resource>) -> CloudId {
        let id = self.create(key, resource).await.unwrap();
        self.ids.insert(key.clone(), id.clone());
        id
    }

    pub async fn update(
        &self,
        key: &Key,
        before: impl Into<Resource>,
        after: impl Into<Resource>,
    ) -> Result<(), CloudError> {
        let (before, after) = (before.into(), after.into());
        self.cloud
            .update(&self.ids[key], &before, &after, &self.ids)
            .await
            .map(drop)
    }

    pub async fn delete(&self, key: &Key) -> Result<(), CloudError> {
        self.cloud.delete(key.kind, &self.ids[key]).await.map(drop)
    }

    pub async fn get(&self, key: &Key) -> Result<Found, CloudError> {
        self.cloud.get(key.kind, &self.ids[key]).await
    }

    pub async fn status(&self, key: &Key) -> (Status, Option<String>) {
        let found = self.get(key).await.unwrap();
        (found.status, found.facts.status)
    }

    pub async fn is_gone(&self, key: &Key) -> bool {
        matches!(self.get(key).await, Err(CloudError::NotFound(_)))
    }

    pub async fn list(&self) -> Vec<Found> {
        let scope = Scope::Environment(self.installation, self.environment);
        self.cloud
            .list(scope, &ResourceKind::every(), Detail::Whole)
            .await
            .unwrap()
            .found
    }

    pub async fn calls(&self) -> Vec<Call> {
        self.cloud.calls().await.unwrap()
    }

    pub fn forward(&self, seconds: u64) {
        self.clock.forward(Duration::from_secs(seconds));
    }

    // What an environment is made of. Everything of a network has the network's name.

    pub async fn make_network(&mut self, name: &str, cidr: &str) {
        let network = key(ResourceKind::Network, name);
        self.make(&network, Network {}).await;
        let subnet = subnet(name, cidr);
        self.make(&key(ResourceKind::Subnet, name), subnet).await;
    }

    pub async fn make_routed(&mut self, name: &str, cidr: &str) {
        self.make_network(name, cidr).await;
        let router = key(ResourceKind::Router, ROUTER);
        if !self.ids.contains_key(&router) {
            self.make(&router, Router {}).await;
        }
        self.make(&key(ResourceKind::RouterInterface, name), interface(name))
            .await;
    }

    /// One of each kind, with a server `app[1]` that is ACTIVE and has a volume and an address.
    pub async fn make_one_of_each(&mut self) {
        self.make_routed("net", "10.0.0.0/24").await;
        let group = key(ResourceKind::SecurityGroup, "application");
        self.make(&group, SecurityGroup {}).await;
        let rules = key(ResourceKind::SecurityRules, "application");
        self.make(&rules, rules_of("application", &[("application", 22)]))
            .await;
        let hosts = key(ResourceKind::ServerGroup, "app");
        self.make(&hosts, ServerGroup {}).await;
        let access = key(ResourceKind::Keypair, "access");
        let public_key = public_key();
        self.make(&access, Keypair { public_key }).await;
        let server = Instance {
            security_groups: Arc::new(BTreeSet::from([group])),
            server_group: Some(hosts),
            keypair: Some(access),
            ..server("app", 1, &["net"])
        };
        self.make(&key(ResourceKind::Instance, "app[1]"), server)
            .await;
        let volume = key(ResourceKind::Volume, "app[1].data");
        self.make(&volume, disk(10)).await;
        let address = key(ResourceKind::FloatingIp, "app[1]");
        self.make(&address, public("net", Some("app[1]"))).await;
        self.forward(10);
        let attachment = key(ResourceKind::VolumeAttachment, "app[1].data");
        self.make(&attachment, attached("app[1].data", "app[1]"))
            .await;
        let theirs = self.ids[&volume].clone();
        let snapshot = key(ResourceKind::VolumeSnapshot, "app[2].data");
        self.make(&snapshot, snapshot_of(&theirs)).await;
        let theirs = self.ids[&key(ResourceKind::Instance, "app[1]")].clone();
        let image = key(ResourceKind::Image, "app[2]");
        self.make(&image, image_of(&theirs)).await;
        self.forward(10);
    }
}

pub fn subnet(network: &str, cidr: &str) -> Subnet {
    Subnet {
        network: key(ResourceKind::Network, network),
        cidr: cidr.parse().unwrap(),
        reserved: BTreeSet::new(),
    }
}

pub fn interface(subnet: &str) -> RouterInterface {
    RouterInterface {
        router: key(ResourceKind::Router, ROUTER),
        subnet: key(ResourceKind::Subnet, subnet),
    }
}

/// Rules of a group: each lets another group reach a port.
pub fn rules_of(group: &str, rules: &[(&str, u16)]) -> SecurityRules {
    let rule = |(from, port): &(&str, u16)| Rule {
        protocol: Protocol::Tcp,
        port: *port,
        remote: Remote::Group(key(ResourceKind::SecurityGroup, from)),
    };
    SecurityRules {
        group: key(ResourceKind::SecurityGroup, group),
        rules: rules.iter().map(rule).collect(),
    }
}

pub fn server(group: &str, ordinal: u32, networks: &[&str]) -> Instance {
    Instance {
        group: GroupName::new(group).unwrap(),
        ordinal,
        host_name: format!("{group}{ordinal}"),
        flavor: Value::Fixed(flavor("small")),
        boot: Boot::Image(Value::Fixed(ImageName::new("debian").unwrap())),
        profiles: Arc::default(),
        role: None,
        networks: Arc::new(
            networks
                .iter()
                .map(|name| (network_name(name), Value::AssignedByCloud))
                .collect(),
        ),
        security_groups: Arc::default(),
        server_group: None,
        keypair: None,
        first_boot: FirstBoot::default(),
        power: Power::Running,
    }
}

pub fn snapshot_of(volume: &CloudId) -> VolumeSnapshot {
    VolumeSnapshot {
        volume: Value::Fixed(volume.clone()),
        size: Value::AssignedByCloud,
    }
}

pub fn image_of(instance: &CloudId) -> Image {
    Image {
        instance: Value::Fixed(instance.clone()),
    }
}

/// A key whose private half nobody has.
pub fn public_key() -> KeypairSource {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBFEJ1SzBBHCOTnGOJ5pSVXwLLCuqBmfa8KPlWpXpPqI";
    KeypairSource::Given(key.parse().unwrap())
}

pub fn disk(gib: u64) -> Volume {
    Volume {
        size: Value::Fixed(Gib(gib)),
        volume_type: None,
        content: VolumeContent::Empty,
        mount: Some("/srv".into()),
        file_system: Some("ext4".into()),
    }
}

pub fn attached(volume: &str, instance: &str) -> VolumeAttachment {
    VolumeAttachment {
        volume: key(ResourceKind::Volume, volume),
        instance: key(ResourceKind::Instance, instance),
    }
}

pub fn public(network: &str, instance: Option<&str>) -> FloatingIp {
    FloatingIp {
        address: Value::AssignedByCloud,
        instance: instance.map(|name| key(ResourceKind::Instance, name)),
        network: network_name(network),
    }
}

/// The words of a conflict; any other answer fails the test.
pub fn conflict<T: std::fmt::Debug>(answer: Result<T, CloudError>) -> String {
    match answer {
        Err(CloudError::Conflict(words)) => words,
        other => panic!("not a conflict: {other:?}"),
    }
}

/// The words of a refusal; any other answer fails the test.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, CloudError>) -> String {
    match answer {
        Err(CloudError::Refused(words)) => words,
        other => panic!("not refused: {other:?}"),
    }
}

/// Exactly this long.
pub const fn always(seconds: u64) -> Delay {
    Delay::seconds(seconds, seconds)
}
