//! A real OpenStack: what the lab itself promises to the tests that use it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "openstack/browser.rs"]
mod browser;
#[path = "openstack/collect.rs"]
mod collect;
#[path = "openstack/copy.rs"]
mod copy;
#[path = "openstack/data.rs"]
mod data;
#[path = "openstack/down_cell.rs"]
mod down_cell;
#[path = "openstack/faults.rs"]
mod faults;
#[path = "openstack/first_boot.rs"]
mod first_boot;
#[path = "openstack/kill.rs"]
mod kill;
#[path = "openstack/many.rs"]
mod many;
#[path = "openstack/pairs.rs"]
mod pairs;
#[path = "openstack/quota_edges.rs"]
mod quota_edges;
#[path = "openstack/small.rs"]
mod small;
#[path = "openstack/world.rs"]
mod world;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::openstack::{
    Client, Fault, FaultProxy, Lab, LabProject, PROXIED, Quotas, REGION, Rule, Service, text,
};

/// A network, a subnet in it; its id.
async fn network(client: &Client) -> String {
    let body = json!({"network": {"name": "inside"}});
    let made = client.post(Service::Neutron, "/v2.0/networks", body).await;
    let id = text(&made["network"]["id"]);
    let body = json!({"subnet": {"network_id": id, "cidr": "10.7.0.0/24", "ip_version": 4}});
    client.post(Service::Neutron, "/v2.0/subnets", body).await;
    id
}

/// Asks for a server; its id.
async fn server(lab: &Lab, client: &Client, network: &str, metadata: Value) -> String {
    let body = json!({"server": {
        "name": "one",
        "imageRef": lab.image("debian-12").await,
        "flavorRef": lab.flavor("lab.small", 1, 512, 1).await,
        "networks": [{"uuid": network}],
        "metadata": metadata,
    }});
    let made = client.post(Service::Nova, "/v2.1/servers", body).await;
    text(&made["server"]["id"])
}

async fn delete(project: &LabProject, client: &Client, server: &str) {
    client
        .delete(Service::Nova, &format!("/v2.1/servers/{server}"))
        .await;
    project.gone(server).await;
}

#[tokio::test]
async fn a_server_comes_fails_and_goes_without_a_trace() {
    let lab = Lab::get().await;
    lab.provide().await;
    let project = lab.project("trace", Quotas::default()).await;
    let client = project.client().await;
    let network = network(&client).await;
    let before = project.listing().await;

    let good = server(&lab, &client, &network, json!({})).await;
    let found = project.settled(&good).await;
    assert_eq!(found["status"], "ACTIVE", "{found}");
    let during = project.listing().await;
    assert_eq!(during["server"].len(), 1);
    assert_eq!(during["port"].len(), 1);
    assert!(during["taken on hosts"].contains("VCPU 1"), "{during:?}");

    let bad = server(
        &lab,
        &client,
        &network,
        json!({"fake_fail": "no room at the inn"}),
    )
    .await;
    let found = project.settled(&bad).await;
    assert_eq!(found["status"], "ERROR", "{found}");
    let fault = found["fault"]["message"].as_str().unwrap();
    assert!(fault.contains("no room at the inn"), "{fault}");

    delete(&project, &client, &good).await;
    delete(&project, &client, &bad).await;
    assert_eq!(project.listing().await, before);
    project.remove().await;
}

#[tokio::test]
async fn a_project_goes_with_all_that_is_in_it() {
    let lab = Lab::get().await;
    lab.provide().await;
    let outside = lab.external_network("public", "203.0.113.0/24").await;
    let project = lab.project("full", Quotas::default()).await;
    let client = project.client().await;
    let inside = network(&client).await;
    let subnets = client.get(Service::Neutron, "/v2.0/subnets").await;
    let subnet = subnets["subnets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|subnet| subnet["network_id"] == inside.as_str())
        .unwrap();
    let body = json!({"router": {
        "name": "r", "external_gateway_info": {"network_id": outside},
    }});
    let router = client.post(Service::Neutron, "/v2.0/routers", body).await;
    let router = router["router"]["id"].as_str().unwrap();
    let path = format!("/v2.0/routers/{router}/add_router_interface");
    client
        .put(Service::Neutron, &path, json!({"subnet_id": subnet["id"]}))
        .await;
    let server = server(&lab, &client, &inside, json!({})).await;
    project.settled(&server).await;
    let ports = format!("/v2.0/ports?device_id={server}");
    let ports = client.get(Service::Neutron, &ports).await;
    let body = json!({"floatingip": {
        "floating_network_id": outside, "port_id": ports["ports"][0]["id"],
    }});
    client
        .post(Service::Neutron, "/v2.0/floatingips", body)
        .await;
    let body = json!({"security_group": {"name": "web"}});
    client
        .post(Service::Neutron, "/v2.0/security-groups", body)
        .await;
    let body = json!({"volume": {"name": "v", "size": 1}});
    client
        .post(Service::Cinder, "/v3/{project}/volumes", body)
        .await;
    let body = json!({"server_group": {"name": "apart", "policy": "anti-affinity"}});
    client
        .post(Service::Nova, "/v2.1/os-server-groups", body)
        .await;

    let full = project.listing().await;
    for kind in [
        "server",
        "port",
        "floating IP",
        "network",
        "subnet",
        "router",
        "security group",
        "security group rule",
        "volume",
        "server group",
        "taken on hosts",
    ] {
        assert!(!full[kind].is_empty(), "no {kind} in {full:?}");
    }
    let (id, user) = (project.id.clone(), project.user.clone());
    project.remove().await;
    let left = lab.listing(&id, &user).await;
    assert!(
        left.values().all(std::collections::BTreeSet::is_empty),
        "{left:?}"
    );
}

#[tokio::test]
async fn services_that_were_killed_come_back_with_what_they_had() {
    let lab = Lab::get().await;
    lab.provide().await;
    let project = lab.project("killed", Quotas::default()).await;
    let client = project.client().await;
    let network = network(&client).await;
    let first = server(&lab, &client, &network, json!({})).await;
    project.settled(&first).await;

    lab.kill(Service::Nova).await;
    let address = format!("http://127.0.0.1:{}/", lab.port(Service::Nova));
    assert!(reqwest::get(&address).await.is_err(), "nova still answers");
    lab.start(Service::Nova).await;
    lab.restart(Service::Neutron).await;

    assert_eq!(project.settled(&first).await["status"], "ACTIVE");
    let second = server(&lab, &client, &network, json!({})).await;
    assert_eq!(project.settled(&second).await["status"], "ACTIVE");
    project.remove().await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_and_a_new_one_is_not() {
    let lab = Lab::get().await;
    let project = lab.project("revoked", Quotas::default()).await;
    let old = project.client().await;
    let servers = "/v2.1/servers";
    old.get(Service::Nova, servers).await;
    project.revoke_tokens().await;
    let answer = old.call(Service::Nova, Method::GET, servers, None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
    project.client().await.get(Service::Nova, servers).await;
    project.remove().await;
}

#[tokio::test]
async fn clouds_yaml_names_a_project_a_region_and_a_way_to_sign_in() {
    let lab = Lab::get().await;
    let project = lab.project("yaml", Quotas::default()).await;
    let text = project.clouds_yaml("lab", REGION, &lab.auth_url(REGION));
    let cloud: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        cloud["clouds"]["lab"]["auth"]["project_name"],
        project.name.as_str()
    );
    let url = lab.auth_url(PROXIED);
    let text = project
        .clouds_yaml_with_credential("lab", PROXIED, &url)
        .await;
    let cloud: Value = serde_json::from_str(&text).unwrap();
    let auth = &cloud["clouds"]["lab"]["auth"];
    let login = tests::openstack::Login::application_credential(
        auth["application_credential_id"].as_str().unwrap(),
        auth["application_credential_secret"].as_str().unwrap(),
    );
    assert_eq!(lab.sign_in(login).await.project, project.id);
    project.remove().await;
}

#[tokio::test]
async fn the_proxy_breaks_what_it_is_told_to_break() {
    let lab = Lab::get().await;
    let project = lab.project("proxy", Quotas::default()).await;
    let client = project.client().await;
    let proxy = FaultProxy::start(&lab).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!(
        "http://127.0.0.1:{}/v2.0/networks",
        lab.proxied_port(Service::Neutron)
    );
    let make = |name: &str| {
        http.post(&url)
            .header("x-auth-token", client.token())
            .json(&json!({"network": {"name": name}}))
            .send()
    };
    let have = async || project.listing().await["network"].len();

    assert_eq!(make("plain").await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(have().await, 1);

    let post = |fault| Rule::first(Method::POST, "/networks", fault).of(Service::Neutron);
    proxy.clear();
    proxy.rule(post(Fault::DropBefore));
    assert!(make("unheard").await.is_err());
    assert_eq!(have().await, 1, "the call came through");

    proxy.clear();
    proxy.rule(post(Fault::DropAfter).from_nth(2));
    assert_eq!(
        make("answered").await.unwrap().status(),
        StatusCode::CREATED
    );
    assert!(make("unanswered").await.is_err());
    assert_eq!(have().await, 3, "the call did not come through");

    proxy.clear();
    proxy.rule(post(Fault::too_many(7)));
    proxy.rule(post(Fault::unavailable()).from_nth(2));
    let answer = make("refused").await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "7");
    let answer = make("refused too").await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    proxy.rule(post(Fault::Delay(Duration::from_millis(50))));
    assert_eq!(make("late").await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(have().await, 4);
    assert_eq!(proxy.count(&Method::POST, "/networks"), 3);
    let late = proxy.calls().pop().unwrap();
    assert!(late.took >= Duration::from_millis(50), "{late:?}");

    // The services' own links lead through the proxy, or its rules could be passed by.
    let root = format!("http://127.0.0.1:{}/", lab.proxied_port(Service::Nova));
    let versions: Value = http.get(&root).send().await.unwrap().json().await.unwrap();
    let link = versions["versions"][0]["links"][0]["href"]
        .as_str()
        .unwrap();
    assert!(link.starts_with(&root), "{link}");
    project.remove().await;
}
