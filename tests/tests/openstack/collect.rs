//! A real cloud is collected: everything in it, by a member and by an administrator.

use std::collections::BTreeSet;
use std::time::Duration;

use model::assignment::{Selection, Wish};
use model::collection::{
    AddressKind, Body, Held, HeldFilter, HeldKind, HeldRow, Outcome, Owner, Reach,
};
use model::environment::{EnvironmentKind, Layer};
use model::name::CloudName;
use model::unit::Gib;
use model::value::Value;
use plan::grouping::propose;
use reqwest::Method;
use serde_json::json;
use tests::openstack::{CLOUD, Client, Fault, Lab, PROXIED, Quotas, Rule, Service, text};
use tests::world::{collect, name, request};

use crate::world::LabWorld;

async fn all(world: &LabWorld, kind: HeldKind) -> Vec<HeldRow> {
    let filter = HeldFilter {
        limit: Some(1000),
        ..HeldFilter::all(cloud_name(), kind)
    };
    world.store.held(&filter).await.unwrap().rows
}

async fn ids(world: &LabWorld, kind: HeldKind) -> BTreeSet<String> {
    let rows = all(world, kind).await;
    rows.iter().map(|row| row.held.id.to_string()).collect()
}

fn cloud_name() -> CloudName {
    CLOUD.parse().unwrap()
}

/// Something of everything, made by somebody else; the server's id.
pub(crate) async fn furnish(lab: &Lab, client: &Client) -> String {
    let network = json!({"network": {"name": "Legacy Net"}});
    let made = client
        .post(Service::Neutron, "/v2.0/networks", network)
        .await;
    let network = text(&made["network"]["id"]);
    let subnet = json!({"subnet": {
        "network_id": network, "cidr": "10.8.0.0/24", "ip_version": 4, "name": "legacy",
    }});
    let made = client.post(Service::Neutron, "/v2.0/subnets", subnet).await;
    let subnet = text(&made["subnet"]["id"]);
    let outside = lab.external_network("public", "203.0.113.0/24").await;
    let router = json!({"router": {
        "name": "legacy", "external_gateway_info": {"network_id": outside},
    }});
    let made = client.post(Service::Neutron, "/v2.0/routers", router).await;
    let path = format!(
        "/v2.0/routers/{}/add_router_interface",
        text(&made["router"]["id"])
    );
    client
        .put(Service::Neutron, &path, json!({"subnet_id": subnet}))
        .await;
    let group = json!({"security_group": {"name": "web"}});
    let made = client
        .post(Service::Neutron, "/v2.0/security-groups", group)
        .await;
    let group = text(&made["security_group"]["id"]);
    let rule = json!({"security_group_rule": {
        "security_group_id": group, "direction": "ingress", "protocol": "tcp",
        "port_range_min": 443, "port_range_max": 443, "remote_ip_prefix": "192.0.2.0/24",
    }});
    client
        .post(Service::Neutron, "/v2.0/security-group-rules", rule)
        .await;
    let pair = json!({"keypair": {"name": "ada", "type": "ssh", "public_key": KEY}});
    client.post(Service::Nova, "/v2.1/os-keypairs", pair).await;
    // So that a page of server groups is seen to be the last: the lab has given longer ones.
    for flavor in ["lab.small", "lab.two", "lab.three"] {
        lab.flavor(flavor, 1, 512, 1).await;
    }
    let apart = json!({"server_group": {"name": "apart", "policy": "anti-affinity"}});
    let made = client
        .post(Service::Nova, "/v2.1/os-server-groups", apart)
        .await;
    let apart = text(&made["server_group"]["id"]);
    let server = json!({
        "server": {
            "name": "db01.example.org",
            "imageRef": lab.image("debian-12").await,
            "flavorRef": lab.flavor("lab.small", 1, 512, 1).await,
            "networks": [{"uuid": network}],
            "metadata": {"group": "postgres"},
            "tags": ["env:production"],
            "key_name": "ada",
            "security_groups": [{"name": "web"}],
        },
        "os:scheduler_hints": {"group": apart},
    });
    let made = client.post(Service::Nova, "/v2.1/servers", server).await;
    let server = text(&made["server"]["id"]);
    let volume = json!({"volume": {"name": "db01.example.org-data", "size": 2}});
    let made = client
        .post(Service::Cinder, "/v3/{project}/volumes", volume)
        .await;
    let volume = text(&made["volume"]["id"]);
    let path = format!("/v3/{{project}}/volumes/{volume}");
    until(client, Service::Cinder, &path, "volume", "available").await;
    let snapshot = json!({"snapshot": {"name": "before", "volume_id": volume}});
    let made = client
        .post(Service::Cinder, "/v3/{project}/snapshots", snapshot)
        .await;
    let path = format!(
        "/v3/{{project}}/snapshots/{}",
        text(&made["snapshot"]["id"])
    );
    until(client, Service::Cinder, &path, "snapshot", "available").await;
    let path = format!("/v2.1/servers/{server}");
    until(client, Service::Nova, &path, "server", "ACTIVE").await;
    let attach = json!({"volumeAttachment": {"volumeId": volume}});
    let path = format!("/v2.1/servers/{server}/os-volume_attachments");
    client.post(Service::Nova, &path, attach).await;
    let path = format!("/v3/{{project}}/volumes/{volume}");
    until(client, Service::Cinder, &path, "volume", "in-use").await;
    let ports = format!("/v2.0/ports?device_id={server}");
    let ports = client.get(Service::Neutron, &ports).await;
    let address = json!({"floatingip": {
        "floating_network_id": outside, "port_id": ports["ports"][0]["id"],
    }});
    client
        .post(Service::Neutron, "/v2.0/floatingips", address)
        .await;
    // Nova hears of it a moment later.
    let path = format!("/v2.1/servers/{server}");
    for _ in 0..600 {
        let found = client.get(Service::Nova, &path).await;
        if found["server"]["addresses"]
            .to_string()
            .contains("floating")
        {
            return server;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("Nova never heard of the public address of {server}");
}

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1u7y0PGfGCv4sGzNlSGZUu6m8xzsmcBxmXDuM4wpCk ada";

async fn until(client: &Client, service: Service, path: &str, what: &str, status: &str) {
    for _ in 0..600 {
        let found = client.get(service, path).await;
        if found[what]["status"] == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} is not {status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_collects_everything_of_one_project() {
    let lab = Lab::get().await;
    let world = LabWorld::open(
        &lab,
        "collect",
        Quotas {
            volumes: 7,
            ..Quotas::default()
        },
    )
    .await;
    let client = world.project.client().await;
    let server = furnish(&lab, &client).await;
    world.proxy.clear();
    let state = collect(&world.engine, &cloud_name()).await;
    let calls = world.proxy.calls();

    // What is there, by the services themselves.
    let there = world.project.listing().await;
    for (kind, word) in [
        (HeldKind::Server, "server"),
        (HeldKind::Volume, "volume"),
        (HeldKind::Snapshot, "snapshot"),
        (HeldKind::ServerGroup, "server group"),
        (HeldKind::Keypair, "key pair"),
        (HeldKind::Router, "router"),
        (HeldKind::FloatingIp, "floating IP"),
        (HeldKind::SecurityGroup, "security group"),
    ] {
        assert_eq!(ids(&world, kind).await, there[word], "{kind}");
    }
    // A member also sees what is everybody's: the external network and its subnet.
    for (kind, word) in [
        (HeldKind::Network, "network"),
        (HeldKind::Subnet, "subnet"),
        (HeldKind::Port, "port"),
    ] {
        let seen = ids(&world, kind).await;
        assert!(seen.is_superset(&there[word]), "{kind}: {seen:?}");
        let foreign: BTreeSet<String> = all(&world, kind)
            .await
            .iter()
            .filter(|row| row.owner == Owner::Foreign)
            .filter(|row| {
                row.held.project.as_ref().map(ToString::to_string) == Some(world.project.id.clone())
            })
            .map(|row| row.held.id.to_string())
            .collect();
        assert_eq!(foreign, there[word], "{kind}");
    }
    let networks = all(&world, HeldKind::Network).await;
    let public = networks
        .iter()
        .find(|row| row.held.name == "public")
        .unwrap();
    assert_eq!(public.owner, Owner::Shared);
    let names = |rows: Vec<HeldRow>| -> BTreeSet<String> {
        rows.into_iter().map(|row| row.held.name).collect()
    };
    assert!(names(all(&world, HeldKind::Image).await).contains("debian-12"));
    assert!(names(all(&world, HeldKind::Flavor).await).contains("lab.small"));
    assert!(names(all(&world, HeldKind::AvailabilityZone).await).contains("nova"));
    assert_eq!(
        names(all(&world, HeldKind::Project).await),
        BTreeSet::from([world.project.name.clone()])
    );

    let found = the_server(&world, &server).await;
    let Body::Server(body) = &found.body else {
        panic!("{found:?}");
    };
    assert_eq!(body.status, "ACTIVE");
    assert_eq!(body.flavor.as_deref(), Some("lab.small"));
    assert_eq!(body.size.map(|size| size.vcpus), Some(1));
    assert_eq!(body.metadata["group"], "postgres");
    assert!(body.tags.contains("env:production"), "{:?}", body.tags);
    assert_eq!(body.keypair.as_deref(), Some("ada"));
    assert!(body.security_groups.contains("web"));
    assert_eq!(body.volumes.len(), 1);
    let own = body
        .addresses
        .iter()
        .find(|one| one.kind == AddressKind::Fixed);
    assert_eq!(own.map(|one| one.network.as_str()), Some("Legacy Net"));
    let quotas = all(&world, HeldKind::Quota).await;
    let volumes = quotas
        .iter()
        .find(|row| row.held.id.as_str() == "volumes")
        .unwrap();
    let Body::Quota(quota) = &volumes.held.body else {
        panic!("{volumes:?}");
    };
    assert_eq!((quota.quota.limit, quota.quota.used), (Some(7), 1));
    let rules = all(&world, HeldKind::SecurityGroup).await;
    let web = rules.iter().find(|row| row.held.name == "web").unwrap();
    let Body::SecurityGroup(group) = &web.held.body else {
        panic!("{web:?}");
    };
    assert!(
        group
            .rules
            .iter()
            .any(|rule| rule.ports == Some((443, 443)))
    );

    // A member's credential loses what is the administrators', with the reason, and nothing else.
    assert_eq!(state.partial().count(), 0, "{:?}", state.kinds);
    match &state.kind(HeldKind::Project).unwrap().outcome {
        Outcome::Whole {
            reach: Reach::Project,
            why: Some(why),
        } => assert!(why.contains("not authorized"), "{why}"),
        other => panic!("{other:?}"),
    }
    match &state.kind(HeldKind::Hypervisor).unwrap().outcome {
        Outcome::Forbidden(trouble) => {
            assert!(
                trouble.why.contains("Policy doesn't allow"),
                "{}",
                trouble.why
            );
        }
        other => panic!("{other:?}"),
    }

    // One call for each list that has no more than a page.
    let lists = calls
        .iter()
        .filter(|call| call.method == Method::GET && is_list(&call.path))
        .count();
    let told: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    assert!(
        calls
            .iter()
            .all(|call| call.method != Method::PUT && call.method != Method::DELETE)
    );
    assert_eq!(lists, LISTS, "{told:#?}");

    // Another look at the same finds nothing new.
    let again = collect(&world.engine, &cloud_name()).await;
    let mut new = Vec::new();
    for kind in HeldKind::ALL {
        let versions = world
            .store
            .held_over_time(&cloud_name(), *kind, 1000)
            .await
            .unwrap();
        new.extend(versions.into_iter().filter(|version| version.from.0 > 1));
    }
    assert_eq!(again.newest, state.newest, "{new:#?}");

    // It is proposed by what people wrote on it, and assigned as a person says.
    let proposals = propose(&world.store.foreign_servers(&cloud_name()).await.unwrap());
    let [proposal] = &proposals[..] else {
        panic!("{proposals:?}");
    };
    assert_eq!(proposal.group.as_str(), "postgres");
    assert_eq!(
        proposal
            .environment
            .as_ref()
            .map(model::name::EnvironmentName::as_str),
        Some("production")
    );
    assert_eq!(
        proposal.members[0].because.to_string(),
        "by metadata `group`"
    );
    let wish = Wish {
        cloud: cloud_name(),
        servers: Selection::Servers([found.id.clone()].into()),
        environment: name("production"),
        kind: Some(EnvironmentKind::Production),
        group: Some(proposal.group.clone()),
        ordinal: None,
    };
    world
        .engine
        .submit(request(), engine::Ask::Assign(wish))
        .await
        .unwrap();
    let production = world
        .store
        .environment(&name("production"))
        .await
        .unwrap()
        .unwrap();
    let (_, seen) = world
        .store
        .revision(production.id, Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    let group = &seen.groups["postgres"];
    assert_eq!(group.flavor, Value::Fixed("lab.small".parse().unwrap()));
    assert_eq!(group.image, Value::Fixed("debian-12".parse().unwrap()));
    assert_eq!(group.networks, ["legacy-net".parse().unwrap()]);
    assert!(seen.networks["legacy-net"].routed);
    assert_eq!(seen.networks["legacy-net"].cidr.to_string(), "10.8.0.0/24");
    assert_eq!(group.volumes["data"].size, Value::Fixed(Gib(2)));
    let facts = &group.instances[&1];
    assert_eq!(facts.host_name.as_deref(), Some("db01.example.org"));
    assert_eq!(facts.public_addresses.len(), 1, "{facts:?}");
    assert_eq!(facts.addresses.len(), 1, "{facts:?}");
    for kind in [HeldKind::Volume, HeldKind::Snapshot, HeldKind::FloatingIp] {
        let rows = all(&world, kind).await;
        assert!(
            rows.iter().all(|row| row.owner == Owner::Assigned),
            "{rows:?}"
        );
    }
    // Nothing of it was changed by that.
    assert_eq!(world.project.listing().await, there);
    world.project.remove().await;
}

async fn the_server(world: &LabWorld, id: &str) -> Held {
    let servers = all(world, HeldKind::Server).await;
    let found = servers.into_iter().find(|row| row.held.id.as_str() == id);
    found.unwrap_or_else(|| panic!("no server {id}")).held
}

/// The lists that a collection reads: one for each kind but zones and quotas, of which each service
/// has its own, and the own project, which the token names.
const LISTS: usize = 15 + 3 + 3;

/// Whether a path is a list's, and not a question about versions.
fn is_list(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path).trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && !last.starts_with("v2") && !last.starts_with("v3") && path.contains("/v")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_gives_fewer_entries_than_it_is_asked_for_and_all_are_read() {
    let lab = Lab::get().await;
    let world = LabWorld::open(&lab, "max-limit", Quotas::default()).await;
    let client = world.project.client().await;
    let mut groups = BTreeSet::new();
    for number in 0..8 {
        lab.flavor(&format!("lab.{number}"), 1, 512, 1).await;
        let group = json!({"server_group": {"name": format!("g{number}"), "policy": "affinity"}});
        let made = client
            .post(Service::Nova, "/v2.1/os-server-groups", group)
            .await;
        groups.insert(text(&made["server_group"]["id"]));
        let group = json!({"security_group": {"name": format!("s{number}")}});
        client
            .post(Service::Neutron, "/v2.0/security-groups", group)
            .await;
    }
    let flavors = lab.admin().get(Service::Nova, "/v2.1/flavors").await;
    let flavors = flavors["flavors"].as_array().unwrap().len();
    assert!(flavors > 5, "more than a page");
    world.proxy.limit_pages(5);
    let state = collect(&world.engine, &cloud_name()).await;
    assert_eq!(state.partial().count(), 0, "{:?}", state.kinds);
    assert_eq!(ids(&world, HeldKind::ServerGroup).await, groups);
    assert_eq!(ids(&world, HeldKind::Flavor).await.len(), flavors);
    let there = world.project.listing().await;
    assert_eq!(
        ids(&world, HeldKind::SecurityGroup).await,
        there["security group"]
    );
    world.project.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_collects_every_project_and_hypervisor() {
    let lab = Lab::get().await;
    let mut world = LabWorld::open(&lab, "admin", Quotas::default()).await;
    let client = world.project.client().await;
    let server = furnish(&lab, &client).await;
    let clouds = lab.clouds_yaml_of_admin(CLOUD, PROXIED);
    world.sign_in_as(&clouds).await;
    let state = collect(&world.engine, &cloud_name()).await;
    assert!(
        state.kinds.iter().all(|kind| matches!(
            kind.outcome,
            Outcome::Whole {
                reach: Reach::Cloud,
                ..
            }
        )),
        "{:?}",
        state.kinds
    );
    assert!(
        ids(&world, HeldKind::Project)
            .await
            .contains(&world.project.id)
    );
    let hypervisors = all(&world, HeldKind::Hypervisor).await;
    assert_eq!(hypervisors.len(), 3, "{hypervisors:?}");
    let Body::Hypervisor(first) = &hypervisors[0].held.body else {
        panic!("{hypervisors:?}");
    };
    assert_eq!(first.state, "up");
    assert!(first.size.is_some(), "{first:?}");
    let found = the_server(&world, &server).await;
    assert_eq!(
        found.project.as_ref().map(model::id::CloudId::as_str),
        Some(world.project.id.as_str())
    );
    let Body::Server(body) = &found.body else {
        panic!("{found:?}");
    };
    assert!(body.hypervisor.is_some());
    // By project, as a list may be narrowed.
    let of_project = HeldFilter {
        project: found.project.clone(),
        ..HeldFilter::all(cloud_name(), HeldKind::Volume)
    };
    assert_eq!(world.store.held(&of_project).await.unwrap().total, 1);
    let facets = world
        .store
        .held_facets(&cloud_name(), HeldKind::Server)
        .await
        .unwrap();
    assert!(
        facets
            .projects
            .iter()
            .any(|(_, called)| *called == world.project.name)
    );
    world.project.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_executor_made_is_collected_as_it_saw_it_and_a_service_that_fails_takes_nothing_away()
 {
    let lab = Lab::get().await;
    let world = LabWorld::with_webplatform(&lab, "observed", Quotas::default()).await;
    let copy = world.copy("copy-1").await.unwrap();
    world.over(copy).await;
    world.assert_done(copy, "copy").await;
    let state = collect(&world.engine, &cloud_name()).await;
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        environment.observed.map(|number| number.0),
        Some(1),
        "nothing new"
    );
    assert_eq!(environment.observed_at, state.looked_at);
    let servers = all(&world, HeldKind::Server).await;
    assert_eq!(servers.len(), 9);
    assert!(servers.iter().all(|row| row.owner == Owner::Ours));
    assert!(
        servers
            .iter()
            .all(|row| row.environment == Some(name("copy-1")))
    );

    // Cinder fails: volumes stand, with their age.
    let broken = |path: &str| Rule::first(Method::GET, path, Fault::unavailable()).times(1000);
    world
        .proxy
        .rule(broken("/volumes/detail").of(Service::Cinder));
    let second = collect(&world.engine, &cloud_name()).await;
    let volumes = second.kind(HeldKind::Volume).unwrap();
    assert!(matches!(volumes.outcome, Outcome::Failed(_)), "{volumes:?}");
    assert_eq!(volumes.read_at, state.looked_at);
    assert!(!all(&world, HeldKind::Volume).await.is_empty());
    assert_eq!(second.partial().count(), 1);

    // And where Nova fails in the middle of its pages, what was not read is not gone.
    world.proxy.clear();
    world.proxy.limit_pages(4);
    let second_page = broken("/servers/detail").of(Service::Nova).from_nth(2);
    world.proxy.rule(second_page);
    let third = collect(&world.engine, &cloud_name()).await;
    let failed = third.kind(HeldKind::Server).unwrap();
    assert!(matches!(failed.outcome, Outcome::Failed(_)), "{failed:?}");
    assert_eq!(failed.read_at, second.looked_at);
    assert_eq!(all(&world, HeldKind::Server).await.len(), 9);
    world.proxy.clear();

    let down = world
        .ask(engine::Ask::TakeDown {
            environment: name("copy-1"),
        })
        .await
        .unwrap();
    world.over(down).await;
    world.assert_done(down, "down").await;
    world.proxy.clear();
    collect(&world.engine, &cloud_name()).await;
    assert!(all(&world, HeldKind::Server).await.is_empty());
    world.project.remove().await;
}
