//! Everything that a project has, by kind: what a test compares before and after.
//!
//! It is read as the administrator from each service itself, past whatever the product remembers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Client, Service};

/// Ids by kind of resource; kinds of which there is nothing are there, and empty.
pub type Listing = BTreeMap<String, BTreeSet<String>>;

/// What Neutron has: the path, and what we call one of it.
const NETWORK: [(&str, &str); 7] = [
    ("ports", "port"),
    ("floatingips", "floating IP"),
    ("networks", "network"),
    ("subnets", "subnet"),
    ("routers", "router"),
    ("security-groups", "security group"),
    ("security-group-rules", "security group rule"),
];

/// Lists a project, and the key pairs of its user.
pub(super) async fn of(admin: &Client, project: &str, user: &str) -> Listing {
    let mut listing = Listing::new();
    let servers = format!("/v2.1/servers/detail?all_tenants=1&project_id={project}");
    let found = admin.get(Service::Nova, &servers).await;
    listing.insert("server".into(), ids(&found["servers"], "id"));

    let pairs = format!("/v2.1/os-keypairs?user_id={user}");
    let found = admin.get(Service::Nova, &pairs).await;
    let names = entries(&found["keypairs"])
        .filter_map(|entry| entry["keypair"]["name"].as_str().map(str::to_owned))
        .collect();
    listing.insert("key pair".into(), names);

    let found = admin
        .get(Service::Nova, "/v2.1/os-server-groups?all_projects=1")
        .await;
    let groups = owned(&found["server_groups"], "project_id", project);
    listing.insert("server group".into(), groups);

    // Asked for one project's security groups, Neutron would make it a `default` one.
    for (path, kind) in NETWORK {
        let found = admin
            .get(
                Service::Neutron,
                &format!("/v2.0/{path}?fields=id&fields=project_id"),
            )
            .await;
        let key = path.replace('-', "_");
        listing.insert(
            kind.into(),
            owned(&found[key.as_str()], "project_id", project),
        );
    }

    let all = "detail?all_tenants=1";
    let found = admin
        .get(Service::Cinder, &format!("/v3/{{project}}/volumes/{all}"))
        .await;
    let volumes = owned(&found["volumes"], "os-vol-tenant-attr:tenant_id", project);
    listing.insert("volume".into(), volumes);
    let found = admin
        .get(Service::Cinder, &format!("/v3/{{project}}/snapshots/{all}"))
        .await;
    let owner = "os-extended-snapshot-attributes:project_id";
    listing.insert(
        "snapshot".into(),
        owned(&found["snapshots"], owner, project),
    );

    let images = format!("/v2/images?owner={project}&visibility=all&limit=1000");
    let found = admin.get(Service::Glance, &images).await;
    listing.insert("image".into(), ids(&found["images"], "id"));

    // What is taken on the hosts: a server that is gone must not hold any of it.
    let usages = format!("/usages?project_id={project}");
    let found = admin.get(Service::Placement, &usages).await;
    listing.insert("taken on hosts".into(), taken(&found));
    listing
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array()
        .unwrap_or_else(|| panic!("{list} is not a list"))
        .iter()
}

fn ids(list: &Value, key: &str) -> BTreeSet<String> {
    entries(list)
        .map(|entry| super::text(&entry[key]))
        .collect()
}

fn owned(list: &Value, owner: &str, project: &str) -> BTreeSet<String> {
    entries(list)
        .filter(|entry| entry[owner] == project)
        .map(|entry| super::text(&entry["id"]))
        .collect()
}

/// `VCPU 4` and so on, from `{"usages": {"INSTANCE": {"VCPU": 4, "consumer_count": 1}}}`.
fn taken(found: &Value) -> BTreeSet<String> {
    found["usages"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, amounts)| amounts.as_object())
        .flatten()
        .filter(|(_, amount)| **amount != 0)
        .map(|(what, amount)| format!("{what} {amount}"))
        .collect()
}
