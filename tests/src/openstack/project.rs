//! A project of a test: its user, quotas, credentials, and its end.
//!
//! Removing it deletes whatever is left in it, as the administrator; it touches no other project.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, Lab, Listing, Login, PROXIED, REGION, Service, listing, pause, text};

/// How much a project may have; −1 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Servers.
    pub instances: i64,
    /// vCPUs of all servers.
    pub cores: i64,
    /// RAM of all servers in MiB.
    pub ram_mib: i64,
    /// Server groups.
    pub server_groups: i64,
    /// Ports, those of routers too.
    pub ports: i64,
    /// Networks.
    pub networks: i64,
    /// Subnets.
    pub subnets: i64,
    /// Routers.
    pub routers: i64,
    /// Floating IPs.
    pub floating_ips: i64,
    /// Security groups; `default` counts too.
    pub security_groups: i64,
    /// Rules of all security groups; those of `default`, and those that each group is made with, count
    /// too.
    pub security_rules: i64,
    /// Volumes.
    pub volumes: i64,
    /// Snapshots.
    pub snapshots: i64,
    /// All volumes' and snapshots' size in GiB.
    pub gigabytes: i64,
}

impl Default for Quotas {
    /// Nothing is limited.
    fn default() -> Self {
        Self {
            instances: -1,
            cores: -1,
            ram_mib: -1,
            server_groups: -1,
            ports: -1,
            networks: -1,
            subnets: -1,
            routers: -1,
            floating_ips: -1,
            security_groups: -1,
            security_rules: -1,
            volumes: -1,
            snapshots: -1,
            gigabytes: -1,
        }
    }
}

/// A project with a user of its own.
#[derive(Debug)]
pub struct LabProject {
    /// The project's name, and its user's.
    pub name: String,
    /// The project's id.
    pub id: String,
    /// The user's id.
    pub user: String,
    password: String,
    base: u16,
    admin: Client,
}

impl LabProject {
    pub(super) async fn make(lab: &Lab, name: &str, quotas: Quotas) -> Self {
        let admin = lab.admin().clone();
        // A test that was ended leaves its project; the next must not meet it.
        let name = format!("{name}-{}", Uuid::from_u128(rand::random()).simple());
        let password = format!("{}-{name}", lab.password);
        let made = admin
            .post(
                Service::Keystone,
                "/v3/projects",
                json!({"project": {"name": name}}),
            )
            .await;
        let id = text(&made["project"]["id"]);
        let body = json!({"user": {"name": name, "password": password, "default_project_id": id}});
        let made = admin.post(Service::Keystone, "/v3/users", body).await;
        let user = text(&made["user"]["id"]);
        let roles = admin.get(Service::Keystone, "/v3/roles?name=member").await;
        let role = text(&roles["roles"][0]["id"]);
        let path = format!("/v3/projects/{id}/users/{user}/roles/{role}");
        admin
            .must(Service::Keystone, Method::PUT, &path, None)
            .await;
        let project = Self {
            name,
            id,
            user,
            password,
            base: lab.base,
            admin,
        };
        project.set_quotas(quotas).await;
        // Neutron makes the group `default` as soon as its owner looks; it is nobody's work.
        let client = project.client().await;
        client.get(Service::Neutron, "/v2.0/security-groups").await;
        project
    }

    /// Sets what the project may have.
    pub async fn set_quotas(&self, quotas: Quotas) {
        let Quotas {
            instances,
            cores,
            ram_mib,
            server_groups,
            ports,
            networks,
            subnets,
            routers,
            floating_ips,
            security_groups,
            security_rules,
            volumes,
            snapshots,
            gigabytes,
        } = quotas;
        let id = &self.id;
        let compute = json!({"quota_set": {
            "instances": instances, "cores": cores, "ram": ram_mib, "key_pairs": -1,
            "server_groups": server_groups, "server_group_members": -1, "force": true,
        }});
        let path = format!("/v2.1/os-quota-sets/{id}");
        self.admin.put(Service::Nova, &path, compute).await;
        let network = json!({"quota": {
            "port": ports, "network": networks, "subnet": subnets, "router": routers,
            "floatingip": floating_ips, "security_group": security_groups,
            "security_group_rule": security_rules,
        }});
        let path = format!("/v2.0/quotas/{id}");
        self.admin.put(Service::Neutron, &path, network).await;
        let volume = json!({"quota_set": {
            "volumes": volumes, "snapshots": snapshots, "gigabytes": gigabytes,
        }});
        let path = format!("/v3/{{project}}/os-quota-sets/{id}");
        self.admin.put(Service::Cinder, &path, volume).await;
    }

    /// Its user, newly signed in.
    pub async fn client(&self) -> Client {
        let login = Login::password(&self.name, &self.password, &self.name);
        Client::sign_in(self.base, login).await
    }

    /// A `clouds.yaml` with one cloud of this name, that signs in by password; `auth_url` is
    /// [`Lab::auth_url`]'s.
    pub fn clouds_yaml(&self, cloud: &str, region: &str, auth_url: &str) -> String {
        let Self { name, password, .. } = self;
        yaml(
            cloud,
            region,
            &[
                ("auth_url", auth_url),
                ("username", name),
                ("password", password),
                ("project_name", name),
                ("user_domain_id", "default"),
                ("project_domain_id", "default"),
            ],
            "password",
        )
    }

    /// The same with a new application credential.
    pub async fn clouds_yaml_with_credential(
        &self,
        cloud: &str,
        region: &str,
        auth_url: &str,
    ) -> String {
        let client = self.client().await;
        let path = format!("/v3/users/{}/application_credentials", self.user);
        let name = Uuid::from_u128(rand::random()).to_string();
        let body = json!({"application_credential": {"name": name}});
        let made = client.post(Service::Keystone, &path, body).await;
        let made = &made["application_credential"];
        yaml(
            cloud,
            region,
            &[
                ("auth_url", auth_url),
                ("application_credential_id", &text(&made["id"])),
                ("application_credential_secret", &text(&made["secret"])),
            ],
            "v3applicationcredential",
        )
    }

    /// Makes all tokens of its user worthless, as its operator may do at any time; credentials
    /// stay. Those that are issued afterwards are good.
    pub async fn revoke_tokens(&self) {
        let path = format!("/v3/users/{}", self.user);
        let body = json!({"user": {"password": self.password}});
        self.admin
            .must(Service::Keystone, Method::PATCH, &path, Some(body))
            .await;
        // Services remember a token for two seconds (`lib/config.sh`), and keystone counts in whole
        // ones: a token that is issued in this one would be revoked too.
        tokio::time::sleep(Duration::from_millis(2500)).await;
    }

    /// Everything that the project has.
    pub async fn listing(&self) -> Listing {
        listing::of(&self.admin, &self.id, &self.user).await
    }

    /// Deletes whatever is in it, then its user and itself.
    pub async fn remove(self) {
        let (admin, id) = (&self.admin, &self.id);
        let mut left = self.listing().await;
        let mut of = |kind: &str| left.remove(kind).unwrap_or_default();

        let servers = of("server");
        for server in &servers {
            admin
                .delete(Service::Nova, &format!("/v2.1/servers/{server}"))
                .await;
        }
        for server in &servers {
            self.wait_gone(Service::Nova, &format!("/v2.1/servers/{server}"))
                .await;
        }
        for address in of("floating IP") {
            admin
                .delete(Service::Neutron, &format!("/v2.0/floatingips/{address}"))
                .await;
        }
        for router in of("router") {
            self.remove_router(&router).await;
        }
        for (kind, path) in [
            ("port", "ports"),
            ("network", "networks"),
            ("security group", "security-groups"),
        ] {
            for one in of(kind) {
                admin
                    .delete(Service::Neutron, &format!("/v2.0/{path}/{one}"))
                    .await;
            }
        }
        for (kind, path) in [("snapshot", "snapshots"), ("volume", "volumes")] {
            let all = of(kind);
            let path = |one: &str| format!("/v3/{{project}}/{path}/{one}");
            for one in &all {
                admin.delete(Service::Cinder, &path(one)).await;
            }
            for one in &all {
                self.wait_gone(Service::Cinder, &path(one)).await;
            }
        }
        for image in of("image") {
            admin
                .delete(Service::Glance, &format!("/v2/images/{image}"))
                .await;
        }
        for group in of("server group") {
            admin
                .delete(Service::Nova, &format!("/v2.1/os-server-groups/{group}"))
                .await;
        }
        for pair in of("key pair") {
            let path = format!("/v2.1/os-keypairs/{pair}?user_id={}", self.user);
            admin.delete(Service::Nova, &path).await;
        }
        admin
            .delete(Service::Keystone, &format!("/v3/users/{}", self.user))
            .await;
        admin
            .delete(Service::Keystone, &format!("/v3/projects/{id}"))
            .await;
    }

    async fn remove_router(&self, router: &str) {
        let admin = &self.admin;
        let path = format!("/v2.0/routers/{router}");
        let clear = json!({"router": {"routes": [], "external_gateway_info": {}}});
        admin.put(Service::Neutron, &path, clear).await;
        let ports = format!("/v2.0/ports?device_id={router}");
        let found = admin.get(Service::Neutron, &ports).await;
        for port in found["ports"].as_array().unwrap() {
            let take = format!("{path}/remove_router_interface");
            admin
                .put(Service::Neutron, &take, json!({"port_id": port["id"]}))
                .await;
        }
        admin.delete(Service::Neutron, &path).await;
    }

    /// Waits until something is there no more.
    async fn wait_gone(&self, service: Service, path: &str) {
        for _ in 0..600 {
            let answer = self.admin.call(service, Method::GET, path, None).await;
            if answer.status == StatusCode::NOT_FOUND {
                return;
            }
            pause().await;
        }
        panic!("{path} is still there after a minute");
    }

    /// Waits until a server is `ACTIVE` or `ERROR`; as it is then.
    pub async fn settled(&self, server: &str) -> Value {
        let path = format!("/v2.1/servers/{server}");
        for _ in 0..600 {
            let found = self.admin.get(Service::Nova, &path).await;
            if ["ACTIVE", "ERROR"].contains(&found["server"]["status"].as_str().unwrap_or("")) {
                return found["server"].clone();
            }
            pause().await;
        }
        panic!("the server {server} does not settle");
    }

    /// Waits until a server is there no more.
    pub async fn gone(&self, server: &str) {
        self.wait_gone(Service::Nova, &format!("/v2.1/servers/{server}"))
            .await;
    }
}

/// One cloud's section. JSON is YAML too, and quotes whatever needs it.
pub(super) fn yaml(cloud: &str, region: &str, auth: &[(&str, &str)], auth_type: &str) -> String {
    debug_assert!([REGION, PROXIED].contains(&region), "{region} is no region");
    let auth: serde_json::Map<String, Value> = auth
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    let section = json!({"clouds": {cloud: {
        "auth_type": auth_type, "auth": auth, "region_name": region, "identity_api_version": 3,
    }}});
    serde_json::to_string_pretty(&section).unwrap()
}
