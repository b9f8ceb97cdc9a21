//! A world whose cloud is a project of the real OpenStack: store and engine as people run them,
//! the driver behind a proxy that writes down each call and may fail it.

use std::ops::Deref;
use std::time::Duration;

use cloud::openstack::Options;
use model::id::{CloudId, OperationId};
use model::key::ResourceKind;
use model::operation::{OperationState, Trouble};
use plan::Plan;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::openstack::{
    CLOUD, Call, FaultProxy, Lab, LabProject, Listing, PROXIED, Quotas, Service, Understudy, text,
};
use tests::world::{Setup, example_environment, example_recipe};

/// How the tests work with the lab: it is quick, and nothing of it goes on for long unseen.
pub fn options() -> Options {
    Options {
        request_lifetime: Duration::from_secs(2),
        ..Options::default()
    }
}

pub struct LabWorld {
    pub project: LabProject,
    pub proxy: FaultProxy,
    understudy: Understudy,
    /// What the project held before the first act.
    pub before: Listing,
    pub folder: TempDir,
}

impl Deref for LabWorld {
    type Target = Understudy;
    fn deref(&self) -> &Understudy {
        &self.understudy
    }
}

impl LabWorld {
    /// A world in a project of its own.
    pub async fn open(lab: &Lab, title: &str, quotas: Quotas) -> Self {
        Self::open_with(lab, title, quotas, |_| {}).await
    }

    /// A world whose engine works in another way.
    pub async fn open_with(
        lab: &Lab,
        title: &str,
        quotas: Quotas,
        otherwise: impl FnOnce(&mut engine::Config),
    ) -> Self {
        lab.provide().await;
        let project = lab.project(title, quotas).await;
        let proxy = FaultProxy::start(lab).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clouds.yaml");
        let text = project
            .clouds_yaml_with_credential(CLOUD, PROXIED, &lab.auth_url(PROXIED))
            .await;
        std::fs::write(&file, text).unwrap();
        let mut config = Setup::quick(folder.path()).config;
        config.poll = engine::Config::default().poll;
        config.retry_wait = Duration::from_millis(200);
        config.patience = Duration::from_secs(90);
        // A busy lab takes its time to let a server go: who asks again makes a call too many.
        config.ask_again = engine::Config::default().ask_again;
        otherwise(&mut config);
        let understudy = Understudy::open(folder.path(), &file, &options(), config).await;
        let before = project.listing().await;
        Self {
            project,
            proxy,
            understudy,
            before,
            folder,
        }
    }

    /// Goes on with an engine that signs in as this file of clouds has it.
    pub async fn sign_in_as(&mut self, clouds: &str) {
        let file = self.folder.path().join("other-clouds.yaml");
        std::fs::write(&file, clouds).unwrap();
        let config = Setup::quick(self.folder.path()).config;
        let understudy = Understudy::open(self.folder.path(), &file, &options(), config).await;
        self.understudy = understudy;
    }

    /// A world with the WebPlatform's planned production and its recipe, on this cloud.
    pub async fn with_webplatform(lab: &Lab, title: &str, quotas: Quotas) -> Self {
        let world = Self::open(lab, title, quotas).await;
        let recipe = example_recipe();
        lab.flavors(&recipe.flavors).await;
        world
            .import(example_environment("production-2014.yaml"))
            .await;
        world.import_recipe(recipe).await;
        world
    }

    /// Asserts that an operation was done; tells all that happened where it wasn't.
    pub async fn assert_done(&self, id: OperationId, story: &str) {
        let state = self.operation(id).await.state;
        assert!(
            matches!(state, OperationState::Done { .. }),
            "{story}: {state:#?}\n{}",
            self.log(id).await
        );
    }

    /// Why an operation was rolled back.
    pub async fn rolled_back(&self, id: OperationId, story: &str) -> Trouble {
        match self.operation(id).await.state {
            OperationState::RolledBack { trouble, .. } => trouble,
            other => panic!("{story}: {other:#?}\n{}", self.log(id).await),
        }
    }

    /// Asserts that the project holds what it held before the first act, in every kind.
    pub async fn assert_nothing_left(&self, story: &str) {
        assert_eq!(
            self.project.listing().await,
            self.before,
            "{story}: not as it was before"
        );
    }

    /// Puts a bootable volume of 1 GiB, a snapshot of it and a server into the project, all of one name: what
    /// copies and volumes are made from. They are not ours, and stay. The volume is of the only type that
    /// is asked for by name: Cinder makes nothing of another type from it.
    pub async fn put_golden(
        &mut self,
        lab: &Lab,
        name: &str,
        volume_type: &str,
    ) -> (CloudId, CloudId) {
        lab.volume_type(volume_type).await;
        let client = self.project.client().await;
        let post = async |service, path: &str, body: Value, object: &str| {
            let made = client.post(service, path, body).await;
            text(&made[object]["id"])
        };
        let image = lab.image("debian-12").await;
        let body = json!({ "volume": {
            "name": name, "size": 1, "imageRef": image, "volume_type": volume_type,
        }});
        let volume = post(Service::Cinder, "/v3/{project}/volumes", body, "volume").await;
        self.until(&format!("volumes/{volume}"), "volume").await;
        let body = json!({ "snapshot": { "name": name, "volume_id": volume } });
        let snapshot = post(Service::Cinder, "/v3/{project}/snapshots", body, "snapshot").await;
        self.until(&format!("snapshots/{snapshot}"), "snapshot")
            .await;
        let body = json!({ "network": { "name": name } });
        let network = post(Service::Neutron, "/v2.0/networks", body, "network").await;
        let body = json!({ "subnet": {
            "network_id": network, "cidr": "10.250.0.0/24", "ip_version": 4,
        }});
        post(Service::Neutron, "/v2.0/subnets", body, "subnet").await;
        let body = json!({ "server": {
            "name": name,
            "imageRef": image,
            "flavorRef": lab.flavor("lab.small", 1, 512, 1).await,
            "networks": [{ "uuid": network }],
        }});
        let server = post(Service::Nova, "/v2.1/servers", body, "server").await;
        self.project.settled(&server).await;
        self.before = self.project.listing().await;
        (CloudId::new(volume), CloudId::new(server))
    }

    /// Waits until something of Cinder's is available.
    async fn until(&self, path: &str, object: &str) {
        let client = self.project.client().await;
        let path = format!("/v3/{{project}}/{path}");
        for _ in 0..300 {
            let found = client.get(Service::Cinder, &path).await;
            if found[object]["status"] == "available" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} is not available after 30 s");
    }

    /// Ends the world and its project.
    pub async fn close(self) {
        self.project.remove().await;
    }
}

/// The kinds of what calls made and took away, as they went over the wire, sorted. Changes and
/// rules take any number of calls each: what they came to is told by what is there.
pub fn made_and_removed(calls: &[Call]) -> Vec<(&'static str, ResourceKind)> {
    let mut steps = Vec::new();
    for call in calls
        .iter()
        .filter(|call| call.status.is_some_and(|status| status.is_success()))
    {
        let path = call.path.split('?').next().unwrap_or_default();
        let method = call.method.as_str();
        let last = path.rsplit('/').next().unwrap_or_default();
        let step = match (method, last) {
            ("PUT", "add_router_interface") => ("create", ResourceKind::RouterInterface),
            ("PUT", "remove_router_interface") => ("delete", ResourceKind::RouterInterface),
            ("POST" | "DELETE", _) => {
                let verb = if method == "POST" { "create" } else { "delete" };
                let has = |part: &str| path.contains(&format!("/{part}"));
                let kind = if has("os-volume_attachments") {
                    ResourceKind::VolumeAttachment
                } else if has("os-server-groups") {
                    ResourceKind::ServerGroup
                } else if has("os-keypairs") {
                    ResourceKind::Keypair
                } else if has("security-group-rules") {
                    // Made together and taken away one by one, when they are changed too.
                    continue;
                } else if has("security-groups") {
                    ResourceKind::SecurityGroup
                } else if call.action.as_deref() == Some("createImage") {
                    ResourceKind::Image
                } else if path.ends_with("/action") {
                    continue;
                } else if has("images") {
                    ResourceKind::Image
                } else if has("snapshots") {
                    ResourceKind::VolumeSnapshot
                } else if has("servers") {
                    ResourceKind::Instance
                } else if has("volumes") {
                    ResourceKind::Volume
                } else if has("floatingips") {
                    ResourceKind::FloatingIp
                } else if has("routers") {
                    ResourceKind::Router
                } else if has("subnets") {
                    ResourceKind::Subnet
                } else if has("networks") {
                    ResourceKind::Network
                } else {
                    continue;
                };
                (verb, kind)
            }
            _ => continue,
        };
        steps.push(step);
    }
    steps.sort_unstable();
    steps
}

/// What a plan foretells of that.
pub fn foretold(plan: &Plan) -> Vec<(&'static str, ResourceKind)> {
    let mut steps: Vec<(&'static str, ResourceKind)> = plan
        .steps
        .iter()
        .map(|step| (step.act.verb(), step.key.kind))
        .filter(|(verb, kind)| *verb != "change" && *kind != ResourceKind::SecurityRules)
        .collect();
    steps.sort_unstable();
    steps
}
