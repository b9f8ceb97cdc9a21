//! Data, boot volumes, addresses by name, and machines that are stopped, on the real OpenStack: what
//! is collected is what was planned, the source of a copy is only read, and all of it goes again
//! without a trace.

use std::collections::BTreeSet;

use engine::{Ask, EngineError};
use model::environment::{EnvironmentKind, Layer};
use model::id::OperationId;
use model::key::{Key, ResourceKind};
use model::resource::Power;
use model::topology::Topology;
use serde_json::{Value, json};
use tests::openstack::{CLOUD, Lab, Quotas, Service, text};
use tests::shop;
use tests::world::{World, assert_as_planned, assert_settled, name};

use crate::world::{LabWorld, foretold, made_and_removed};

/// A world with the shop, which is up.
async fn with_shop(lab: &Lab, title: &str) -> LabWorld {
    let world = LabWorld::open(lab, title, Quotas::default()).await;
    let shop = shop::environment(CLOUD);
    lab.flavors(&shop.flavors).await;
    bring_to(&world, &shop, "the shop").await;
    world.import_recipe(shop::recipe()).await;
    world
}

fn up(environment: &str) -> Ask {
    Ask::BringUp {
        environment: name(environment),
        expires_at: None,
    }
}

fn power(instances: &[&str], power: Power) -> Ask {
    let key = |name: &&str| Key::new(ResourceKind::Instance, name);
    Ask::SetPower {
        environment: name("shop"),
        instances: instances.iter().map(key).collect(),
        power,
    }
}

/// Brings an environment to a state, and holds what is collected against it.
async fn bring_to(world: &LabWorld, topology: &Topology, story: &str) -> OperationId {
    world.import(topology.clone()).await;
    let operation = world.ask(up(topology.environment.as_str())).await.unwrap();
    world.proxy.clear();
    world.over(operation).await;
    world.assert_done(operation, story).await;
    let plan = world.plan(operation).await;
    assert_eq!(
        made_and_removed(&world.proxy.calls()),
        foretold(&plan),
        "{story}"
    );
    assert_as_planned(&world.engine, topology, story).await;
    operation
}

async fn done(world: &LabWorld, operation: OperationId, story: &str) {
    world.over(operation).await;
    world.assert_done(operation, story).await;
}

/// A server by its name, as Nova tells it to the project.
async fn server(world: &LabWorld, host: &str) -> Value {
    let client = world.project.client().await;
    let found = client.get(Service::Nova, "/v2.1/servers/detail").await;
    let servers = found["servers"].as_array().unwrap();
    let server = servers.iter().find(|server| server["name"] == host);
    server.unwrap_or_else(|| panic!("no {host}")).clone()
}

/// Asks something of a server as its owner would, by hand.
async fn by_hand(world: &LabWorld, host: &str, action: &str, status: &str) {
    let id = text(&server(world, host).await["id"]);
    let client = world.project.client().await;
    let path = format!("/v2.1/servers/{id}/action");
    client
        .post(Service::Nova, &path, json!({ action: null }))
        .await;
    for _ in 0..300 {
        if server(world, host).await["status"] == status {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{host} is not {status} after 30 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_data_comes_up_as_planned_and_goes_without_a_trace() {
    let lab = Lab::get().await;
    let world = with_shop(&lab, "data").await;
    let source = world.project.listing().await;
    let client = world.project.client().await;

    // Judged before anything is done.
    let tight = Quotas {
        snapshots: 2,
        ..Quotas::default()
    };
    world.project.set_quotas(tight).await;
    match world.ask(World::shop_copy("copy-1")).await {
        Err(error @ EngineError::ProofFailed(_)) => {
            let words = "snapshots: 3 needed, 2 free: 1 too few";
            assert!(error.to_string().contains(words), "{error}");
        }
        other => panic!("{other:?}"),
    }
    world.project.set_quotas(Quotas::default()).await;

    let operation = world.ask(World::shop_copy("copy-1")).await.unwrap();
    world.proxy.clear();
    done(&world, operation, "up").await;
    let plan = world.plan(operation).await;
    assert_eq!(made_and_removed(&world.proxy.calls()), foretold(&plan));
    let environment = world.engine.environment(&name("copy-1")).await.unwrap();
    let planned = world
        .store
        .revision(environment.id, Layer::Planned, None)
        .await
        .unwrap();
    assert_as_planned(&world.engine, &planned.unwrap().1, "up").await;
    let during = world.project.listing().await;
    for (kind, more) in [("server", 3), ("volume", 3), ("snapshot", 3), ("image", 1)] {
        assert_eq!(during[kind].len(), source[kind].len() + more, "{kind}");
        assert!(during[kind].is_superset(&source[kind]), "{kind}");
    }
    assert_settled(&world.engine, "shop", "the source").await;

    // Somebody makes an image of the copy's server. Nova gives it the properties of the image that
    // the server was started from, our mark among them: it is theirs all the same.
    let images: BTreeSet<String> = during["image"].clone();
    let found = client.get(Service::Nova, "/v2.1/servers/detail").await;
    let copied = found["servers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|server| {
            let image = server["image"]["id"].as_str().unwrap_or_default();
            images.contains(image)
        })
        .expect("a server that was started from an image of ours");
    let path = format!("/v2.1/servers/{}/action", text(&copied["id"]));
    let body = json!({ "createImage": { "name": "theirs" } });
    client.post(Service::Nova, &path, body).await;
    let theirs = theirs(&world).await;
    assert!(
        theirs["understudy-key"].is_string(),
        "Nova no longer hands properties on: {theirs}"
    );
    assert_settled(&world.engine, "copy-1", "beside somebody's image").await;

    let down = world.take_down("copy-1").await;
    world.proxy.clear();
    done(&world, down, "down").await;
    assert_eq!(
        made_and_removed(&world.proxy.calls()),
        foretold(&world.plan(down).await)
    );
    let mut left = world.project.listing().await;
    let id = text(&theirs["id"]);
    assert!(
        left.get_mut("image").unwrap().remove(&id),
        "somebody's image is gone"
    );
    assert_eq!(left, source, "not as it was before");
    client
        .delete(Service::Glance, &format!("/v2/images/{id}"))
        .await;
    assert_settled(&world.engine, "shop", "the source afterwards").await;

    let down = world.take_down("shop").await;
    done(&world, down, "the shop down").await;
    world.assert_nothing_left("the shop").await;
    world.close().await;
}

/// The image that somebody made, once it is whole.
async fn theirs(world: &LabWorld) -> Value {
    let client = world.project.client().await;
    for _ in 0..300 {
        let found = client
            .get(Service::Glance, "/v2/images?name=theirs&status=active")
            .await;
        if found["images"][0]["id"].is_string() {
            return found["images"][0].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the image is not active after 30 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn lesson_17_a_server_boots_from_a_volume_of_ours() {
    let lab = Lab::get().await;
    let world = with_shop(&lab, "boot").await;
    let client = world.project.client().await;
    let web = server(&world, "web1").await;
    assert_eq!(web["image"], "", "{web}");
    let attached = web["os-extended-volumes:volumes_attached"].clone();
    let [volume] = attached.as_array().unwrap().as_slice() else {
        panic!("{attached}");
    };
    let volume = text(&volume["id"]);
    let path = format!("/v3/{{project}}/volumes/{volume}");
    let found = client.get(Service::Cinder, &path).await;
    assert_eq!(found["volume"]["bootable"], "true", "{found}");
    assert_eq!(
        found["volume"]["metadata"]["understudy-key"],
        "volume/web[1]"
    );

    // The volume outlives its server: the next one starts from it.
    let id = text(&web["id"]);
    client
        .delete(Service::Nova, &format!("/v2.1/servers/{id}"))
        .await;
    world.project.gone(&id).await;
    let operation = world.ask(up("shop")).await.unwrap();
    done(&world, operation, "healed").await;
    let made: Vec<String> = world
        .plan(operation)
        .await
        .steps
        .iter()
        .filter(|step| step.act.verb() == "create")
        .map(|step| step.key.to_string())
        .collect();
    assert_eq!(made, ["instance/web[1]"]);
    let again = server(&world, "web1").await;
    assert_ne!(again["id"], web["id"]);
    assert_eq!(again["os-extended-volumes:volumes_attached"], attached);

    let down = world.take_down("shop").await;
    done(&world, down, "down").await;
    world.assert_nothing_left("down").await;

    // Where the server never comes to be, the volume goes with the rest; each attempt had it.
    let words = "the boot loader is missing";
    let flavor = lab.flavor("bootless", 1, 1024, 10).await;
    let body = json!({ "extra_specs": { "lab:fake_fail": words } });
    let path = format!("/v2.1/flavors/{flavor}/os-extra_specs");
    lab.admin().post(Service::Nova, &path, body).await;
    let mut doomed = shop::environment(CLOUD);
    doomed.environment = name("doomed");
    doomed.kind = EnvironmentKind::Temporary;
    doomed.groups.retain(|group, _| group.as_str() == "web");
    let size = *doomed.flavors.values().next().unwrap();
    doomed.flavors.insert("bootless".parse().unwrap(), size);
    let web = doomed.groups.values_mut().next().unwrap();
    web.depends_on.clear();
    web.flavor = model::value::Value::Fixed("bootless".parse().unwrap());
    world.import(doomed).await;
    let operation = world.ask(up("doomed")).await.unwrap();
    world.over(operation).await;
    let trouble = world.rolled_back(operation, "it never starts").await;
    assert!(trouble.why.contains(words), "{trouble:?}");
    assert!(trouble.what.contains("3 times"), "{trouble:?}");
    world.assert_nothing_left("it never starts").await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_given_by_name_and_a_taken_one_is_told() {
    let lab = Lab::get().await;
    let world = LabWorld::open(&lab, "named", Quotas::default()).await;
    let client = world.project.client().await;
    let mut planned = shop::environment(CLOUD);
    planned.kind = EnvironmentKind::Temporary;
    lab.flavors(&planned.flavors).await;
    bring_to(&world, &planned, "named").await;
    let address = async |host: &str| -> String {
        let server = server(&world, host).await;
        let mut networks = server["addresses"].as_object().unwrap().values();
        text(&networks.next().unwrap()[0]["addr"])
    };
    assert_eq!(address("web1").await, "10.40.0.20");
    assert_eq!(address("web2").await, "10.40.0.21");
    let subnets = client.get(Service::Neutron, "/v2.0/subnets").await;
    let subnets = subnets["subnets"].as_array().unwrap();
    let inner = subnets
        .iter()
        .find(|subnet| subnet["cidr"] == "10.40.0.0/24")
        .unwrap();
    assert_eq!(
        inner["allocation_pools"].as_array().unwrap().len(),
        2,
        "nobody is given these by chance: {inner}"
    );

    // Somebody has an address in our network, and a server of the same name as one of ours.
    let body = json!({ "port": {
        "network_id": inner["network_id"], "name": "theirs",
        "fixed_ips": [{ "subnet_id": inner["id"], "ip_address": "10.40.0.22" }],
    }});
    let port = client.post(Service::Neutron, "/v2.0/ports", body).await;
    let port = text(&port["port"]["id"]);
    let body = json!({ "network": { "name": "elsewhere" } });
    let network = client.post(Service::Neutron, "/v2.0/networks", body).await;
    let network = text(&network["network"]["id"]);
    let body = json!({ "subnet": {
        "network_id": network, "cidr": "10.251.0.0/24", "ip_version": 4,
    }});
    client.post(Service::Neutron, "/v2.0/subnets", body).await;
    let body = json!({ "server": {
        "name": "web3",
        "imageRef": lab.image("debian-12").await,
        "flavorRef": lab.flavor("lab.small", 1, 512, 1).await,
        "networks": [{ "uuid": network }],
    }});
    let twin = client.post(Service::Nova, "/v2.1/servers", body).await;
    let twin = text(&twin["server"]["id"]);
    world.project.settled(&twin).await;
    let before = world.project.listing().await;

    let three = |address: &str| {
        let mut topology = planned.clone();
        let web = topology.groups.get_mut("web").unwrap();
        web.count = model::count::Count::exactly(3);
        let addresses = web.addresses.values_mut().next().unwrap();
        addresses.push(address.parse().unwrap());
        topology
    };
    world.import(three("10.40.0.22")).await;
    let operation = world.ask(up("shop")).await.unwrap();
    world.over(operation).await;
    let trouble = world.rolled_back(operation, "a taken address").await;
    assert!(
        trouble.why.contains("10.40.0.22") && trouble.why.contains("already in use"),
        "{trouble:?}"
    );
    assert_eq!(world.project.listing().await, before, "a taken address");

    // With another address it comes, beside the server of the same name.
    bring_to(&world, &three("10.40.0.23"), "a name used twice").await;
    let there = world.project.listing().await;
    assert!(there["server"].contains(&twin));
    assert_eq!(there["server"].len(), before["server"].len() + 1);

    client
        .delete(Service::Neutron, &format!("/v2.0/ports/{port}"))
        .await;
    let down = world.take_down("shop").await;
    done(&world, down, "down").await;
    let left = world.project.listing().await;
    assert_eq!(left["server"], BTreeSet::from([twin]));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_stopped_and_started_and_by_hand_is_a_difference() {
    let lab = Lab::get().await;
    let world = with_shop(&lab, "power").await;
    let status = async |host: &str| text(&server(&world, host).await["status"]);
    assert_eq!(status("web2").await, "SHUTOFF");
    assert_eq!(status("web1").await, "ACTIVE");

    let operation = world
        .ask(power(&["web[1]", "db[1]"], Power::Stopped))
        .await
        .unwrap();
    done(&world, operation, "stop").await;
    for host in ["web1", "web2", "db1"] {
        assert_eq!(status(host).await, "SHUTOFF", "{host}");
    }
    assert_settled(&world.engine, "shop", "stopped").await;
    let operation = world
        .ask(power(&["web[1]", "web[2]", "db[1]"], Power::Running))
        .await
        .unwrap();
    done(&world, operation, "start").await;
    assert_settled(&world.engine, "shop", "started").await;

    // However it was made to stand still, it is a difference, and is undone.
    for (action, stands) in [
        ("os-stop", "SHUTOFF"),
        ("pause", "PAUSED"),
        ("suspend", "SUSPENDED"),
    ] {
        by_hand(&world, "web1", action, stands).await;
        let operation = world.ask(up("shop")).await.unwrap();
        done(&world, operation, action).await;
        let steps: Vec<String> = world
            .plan(operation)
            .await
            .steps
            .iter()
            .map(|step| format!("{} {}", step.act.verb(), step.key))
            .collect();
        assert_eq!(steps, ["change instance/web[1]"], "{action}");
        assert_eq!(status("web1").await, "ACTIVE", "{action}");
    }

    // One that is stopped is resized and stays so.
    let mut larger = shop::environment(CLOUD);
    let small = *larger.flavors.values().next().unwrap();
    let medium = model::flavor::Flavor { vcpus: 2, ..small };
    larger.flavors.insert("lab.medium".parse().unwrap(), medium);
    lab.flavors(&larger.flavors).await;
    for group in larger.groups.values_mut() {
        group.flavor = model::value::Value::Fixed("lab.medium".parse().unwrap());
    }
    bring_to(&world, &larger, "resized and stopped").await;
    assert_eq!(status("web2").await, "SHUTOFF");
    assert_eq!(status("web1").await, "ACTIVE");
    let down = world.take_down("shop").await;
    done(&world, down, "down").await;
    world.assert_nothing_left("down").await;
    world.close().await;
}
