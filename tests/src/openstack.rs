//! A real OpenStack for tests: the lab of `tests/openstack`, used through raw HTTP.
//!
//! It is the lab that `cargo xtask test` started, or else one of this process' own, which stops
//! when the process ends. Nothing here but [`Understudy`] uses our driver: what a test asserts about
//! the cloud must not be seen through the code under test. One test at a time has the lab.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use model::{flavor::Flavor, name::FlavorName};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

mod cell;
mod client;
mod keeper;
mod line;
mod listing;
mod many;
mod project;
mod proxy;
mod understudy;

pub use cell::DownCell;
pub use client::{Answer, Client, Login};
pub use listing::Listing;
pub use project::{LabProject, Quotas};
pub use proxy::{Call, Fault, FaultProxy, Rule};
pub use understudy::{CLOUD, Understudy, cloud_name};

/// The region whose endpoints are the services themselves.
pub const REGION: &str = "RegionOne";

/// The region whose endpoints are a [`FaultProxy`]'s.
pub const PROXIED: &str = "Proxied";

/// One service of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Users, projects, tokens, the catalog.
    Keystone,
    /// What compute hosts have and who has taken it.
    Placement,
    /// Images.
    Glance,
    /// Servers.
    Nova,
    /// Networks.
    Neutron,
    /// Volumes.
    Cinder,
    /// Stacks.
    Heat,
}

impl Service {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 7] = [
        Self::Keystone,
        Self::Placement,
        Self::Glance,
        Self::Nova,
        Self::Neutron,
        Self::Cinder,
        Self::Heat,
    ];

    /// As the lab's script calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keystone => "keystone",
            Self::Placement => "placement",
            Self::Glance => "glance",
            Self::Nova => "nova",
            Self::Neutron => "neutron",
            Self::Cinder => "cinder",
            Self::Heat => "heat",
        }
    }

    /// How far its port is from the first.
    fn offset(self) -> u16 {
        match self {
            Self::Keystone => 1,
            Self::Placement => 2,
            Self::Glance => 3,
            Self::Nova => 4,
            Self::Neutron => 5,
            Self::Cinder => 6,
            Self::Heat => 7,
        }
    }
}

/// The running lab, with the administrator signed in; nobody else has it meanwhile.
#[derive(Debug)]
pub struct Lab {
    base: u16,
    folder: PathBuf,
    password: String,
    admin: Client,
    _process: MutexGuard<'static, ()>,
    _machine: File,
}

impl Lab {
    /// Waits for the lab and takes it until the value is dropped.
    ///
    /// # Panics
    /// If there is none and none can be started; the message ends with what its services said.
    pub async fn get() -> Self {
        static ONE: Mutex<()> = Mutex::const_new(());
        let process = ONE.lock().await;
        let description = keeper::description();
        let text = fs::read_to_string(&description).unwrap_or_else(|error| {
            panic!(
                "the lab's {} cannot be read: {error}",
                description.display()
            )
        });
        let values: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .collect();
        let folder = PathBuf::from(values["FOLDER"]);
        let machine = File::create(folder.with_file_name("use.lock")).unwrap();
        machine.lock().unwrap();
        let base = values["BASE"].parse().unwrap();
        let password = values["PASSWORD"].to_owned();
        let admin = Client::sign_in(base, Login::password("admin", &password, "admin")).await;
        Self {
            base,
            folder,
            password,
            admin,
            _process: process,
            _machine: machine,
        }
    }

    /// The administrator's client.
    pub fn admin(&self) -> &Client {
        &self.admin
    }

    /// Where a service listens.
    pub fn port(&self, service: Service) -> u16 {
        self.base + service.offset()
    }

    /// Where the region [`PROXIED`] says that it listens.
    pub fn proxied_port(&self, service: Service) -> u16 {
        self.port(service) + 10
    }

    /// Keystone's URL for `clouds.yaml`: its own, or for [`PROXIED`] the proxy's.
    pub fn auth_url(&self, region: &str) -> String {
        let port = if region == PROXIED {
            self.proxied_port(Service::Keystone)
        } else {
            self.port(Service::Keystone)
        };
        format!("http://127.0.0.1:{port}/v3")
    }

    /// What a service wrote about itself, and other files of the lab, are in here.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything that a service has answered since the lab was started: method, path, status.
    pub fn served(&self, service: Service) -> Vec<(String, String, u16)> {
        let path = self.folder.join(format!("log/{}.calls", service.name()));
        fs::read_to_string(path)
            .unwrap_or_default()
            .lines()
            .filter_map(|line| {
                let mut words = line.split(' ').skip(1);
                let (method, path) = (words.next()?, words.next()?);
                Some((method.into(), path.into(), words.next()?.parse().ok()?))
            })
            .collect()
    }

    /// Ends a service as a crash would.
    pub async fn kill(&self, service: Service) {
        self.script(&["kill", service.name()]).await;
    }

    /// Starts a service that was killed, and waits until it answers.
    pub async fn start(&self, service: Service) {
        self.script(&["start", service.name()]).await;
    }

    /// Ends a service as a crash would, starts it again, and waits until it answers.
    pub async fn restart(&self, service: Service) {
        self.script(&["restart", service.name()]).await;
    }

    /// Says that the servers of a project are in a cell whose database is away, until that is
    /// [ended](DownCell::end). Nova is started again before and after.
    pub async fn cell_down(&self, project: &LabProject) -> DownCell<'_> {
        DownCell::begin(self, project).await
    }

    async fn script(&self, words: &[&str]) {
        let output = tokio::process::Command::new(keeper::script())
            .args(words)
            .env("UNDERSTUDY_LAB_DIR", self.folder.parent().unwrap())
            .output()
            .await
            .unwrap();
        assert!(
            output.status.success(),
            "the lab did not {}:\n{}{}",
            words.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Public images `ubuntu-12.04` and `debian-12`, the external network `public` with
    /// 203.0.113.0/24; nothing where they are there already.
    pub async fn provide(&self) {
        for name in ["ubuntu-12.04", "debian-12"] {
            self.image(name).await;
        }
        self.external_network("public", "203.0.113.0/24").await;
    }

    /// A public image of a few bytes; its id.
    pub async fn image(&self, name: &str) -> String {
        let path = format!("/v2/images?name={name}&visibility=public");
        let found = self.admin.get(Service::Glance, &path).await;
        if let Some(id) = found["images"][0]["id"].as_str() {
            return id.to_owned();
        }
        let body = json!({
            "name": name, "visibility": "public", "disk_format": "raw", "container_format": "bare",
        });
        let made = self.admin.post(Service::Glance, "/v2/images", body).await;
        let id = text(&made["id"]);
        let path = format!("/v2/images/{id}/file");
        self.admin
            .upload(Service::Glance, &path, b"nothing to boot")
            .await;
        id
    }

    /// A public type of volumes.
    pub async fn volume_type(&self, name: &str) {
        let path = "/v3/{project}/types";
        let found = self.admin.get(Service::Cinder, path).await;
        let mut there = found["volume_types"].as_array().into_iter().flatten();
        if there.all(|one| one["name"] != name) {
            let body = json!({ "volume_type": { "name": name } });
            self.admin.post(Service::Cinder, path, body).await;
        }
    }

    /// A flat external network with one subnet without DHCP; its id.
    pub async fn external_network(&self, name: &str, cidr: &str) -> String {
        let path = format!("/v2.0/networks?name={name}&router:external=true");
        let found = self.admin.get(Service::Neutron, &path).await;
        if let Some(id) = found["networks"][0]["id"].as_str() {
            return id.to_owned();
        }
        let body = json!({"network": {
            "name": name, "router:external": true, "provider:network_type": "flat",
            "provider:physical_network": name,
        }});
        let made = self
            .admin
            .post(Service::Neutron, "/v2.0/networks", body)
            .await;
        let id = text(&made["network"]["id"]);
        let body = json!({"subnet": {
            "network_id": id, "cidr": cidr, "ip_version": 4, "enable_dhcp": false,
            "name": format!("{name}-subnet"),
        }});
        self.admin
            .post(Service::Neutron, "/v2.0/subnets", body)
            .await;
        id
    }

    /// A public flavor; its id. One of this name that is there must be of this size.
    pub async fn flavor(&self, name: &str, vcpus: u32, ram_mib: u32, disk_gib: u32) -> String {
        let found = self.admin.get(Service::Nova, "/v2.1/flavors/detail").await;
        let sizes = |flavor: &Value| {
            ["vcpus", "ram", "disk"].map(|size| flavor[size].as_u64().unwrap_or_default())
        };
        let wanted = [vcpus, ram_mib, disk_gib].map(u64::from);
        for flavor in found["flavors"].as_array().unwrap() {
            if flavor["name"] == name {
                assert_eq!(sizes(flavor), wanted, "the flavor {name} has another size");
                return text(&flavor["id"]);
            }
        }
        let body = json!({"flavor": {
            "name": name, "vcpus": vcpus, "ram": ram_mib, "disk": disk_gib,
        }});
        let made = self.admin.post(Service::Nova, "/v2.1/flavors", body).await;
        text(&made["flavor"]["id"])
    }

    /// The flavors of a recipe or an environment.
    pub async fn flavors(&self, flavors: &BTreeMap<FlavorName, Flavor>) {
        for (name, flavor) in flavors {
            let Flavor { vcpus, ram, disk } = flavor;
            let ram = u32::try_from(ram.0).unwrap();
            let disk = u32::try_from(disk.0).unwrap();
            self.flavor(name.as_str(), *vcpus, ram, disk).await;
        }
    }

    /// Lets every server of a flavor fail to start, with these words.
    pub async fn doom(&self, flavor: &str, words: &str) {
        let path = format!("/v2.1/flavors/{flavor}/os-extra_specs");
        let body = json!({ "extra_specs": { "lab:fake_fail": words } });
        self.admin.post(Service::Nova, &path, body).await;
    }

    /// Signs somebody in.
    ///
    /// # Panics
    /// If keystone refuses.
    pub async fn sign_in(&self, login: Login) -> Client {
        Client::sign_in(self.base, login).await
    }

    /// A `clouds.yaml` with one cloud of this name, as the administrator in the project `admin`.
    pub fn clouds_yaml_of_admin(&self, cloud: &str, region: &str) -> String {
        project::yaml(
            cloud,
            region,
            &[
                ("auth_url", &self.auth_url(region)),
                ("username", "admin"),
                ("password", &self.password),
                ("project_name", "admin"),
                ("user_domain_id", "default"),
                ("project_domain_id", "default"),
            ],
            "password",
        )
    }

    /// Everything that a project has, by ids of the project and its user.
    pub async fn listing(&self, project: &str, user: &str) -> Listing {
        listing::of(&self.admin, project, user).await
    }

    /// A new project with a user of its own, who is a member of it.
    pub async fn project(&self, name: &str, quotas: Quotas) -> LabProject {
        LabProject::make(self, name, quotas).await
    }
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a text"))
        .to_owned()
}

/// Between two looks at something that takes a moment.
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}
