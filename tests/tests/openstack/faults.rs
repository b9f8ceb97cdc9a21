//! What goes wrong on a real cloud, one thing after the other: each ends complete, rolled back, or
//! stopped with a clear reason and a way on; nothing of ours is left, nothing foreign is touched.
//! A table of all cases is printed.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::EngineError;
use model::id::OperationId;
use model::operation::OperationState;
use reqwest::Method;
use serde_json::json;
use tests::openstack::{Fault, Lab, Quotas, Rule, Service, text};
use tests::world::name;

use crate::small::{Small, begin, complete, up};
use crate::world::LabWorld;

/// How the cases ended, counted.
#[derive(Default)]
struct Table(BTreeMap<(String, &'static str), usize>);

impl Table {
    fn add(&mut self, case: impl Into<String>, end: &'static str) {
        *self.0.entry((case.into(), end)).or_default() += 1;
    }

    fn print(&self) {
        for ((case, end), count) in &self.0 {
            println!("{case:<58} {count:>3} × {end}");
        }
    }
}

async fn world(lab: &Lab, title: &str, small: Small) -> LabWorld {
    let world = LabWorld::open(lab, title, Quotas::default()).await;
    provide(lab, &world, small).await;
    world
}

async fn provide(lab: &Lab, world: &LabWorld, small: Small) {
    lab.flavor("small", 1, 1024, 10).await;
    world.import(small.topology()).await;
}

/// Takes the environment down, and asserts that it left nothing.
async fn down(world: &LabWorld, story: &str) {
    let down = world.take_down("small").await;
    world.over(down).await;
    world.assert_done(down, story).await;
    world.assert_nothing_left(story).await;
}

/// How something ended that was disturbed: as it was wanted, or taken back with nothing left, or
/// stopped with a reason; and that it can be taken down then.
async fn ended(world: &LabWorld, operation: OperationId, story: &str) -> &'static str {
    let end = match world.operation(operation).await.state {
        OperationState::Done { .. } => "done",
        OperationState::RolledBack { trouble, .. } => {
            assert!(
                !trouble.why.is_empty() && !trouble.todo.is_empty(),
                "{trouble:?}"
            );
            world.assert_nothing_left(story).await;
            println!("{story}: {}", trouble.why);
            "rolled back"
        }
        OperationState::Stopped { trouble, .. } => {
            assert!(
                !trouble.why.is_empty() && !trouble.todo.is_empty(),
                "{trouble:?}"
            );
            println!("{story}: {}", trouble.why);
            "stopped"
        }
        other => panic!("{story}: {other:?}\n{}", world.log(operation).await),
    };
    println!("{story}: {end}");
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_lost_refused_late_or_forgotten() {
    let lab = Lab::get().await;
    let world = world(&lab, "calls", Small::default()).await;
    let mut table = Table::default();
    let calls = [
        (Service::Nova, "/servers"),
        (Service::Neutron, "/networks"),
        (Service::Neutron, "/floatingips"),
        (Service::Cinder, "/volumes"),
    ];
    let faults: [(&str, Fault); 5] = [
        ("lost before it came", Fault::DropBefore),
        ("answer lost after the effect", Fault::DropAfter),
        ("429 with Retry-After", Fault::too_many(1)),
        ("503", Fault::unavailable()),
        ("answered late", Fault::Delay(Duration::from_millis(700))),
    ];
    // Each fault meets another call each time, and each call each fault in `--full`.
    for (number, (what, fault)) in faults.iter().enumerate() {
        for (index, (service, path)) in calls.iter().enumerate() {
            if !crate::pairs::full() && index != number % calls.len() {
                continue;
            }
            let story = format!("{what}: POST {path}");
            world.proxy.clear();
            world
                .proxy
                .rule(Rule::first(Method::POST, path, fault.clone()).of(*service));
            let operation = begin(&world).await;
            world.over(operation).await;
            assert!(
                world.proxy.calls().iter().any(|call| call.fault.is_some()),
                "{story}: the fault was not met"
            );
            complete(&world, operation, &story).await;
            world.proxy.clear();
            world
                .proxy
                .rule(Rule::first(Method::DELETE, path, fault.clone()).of(*service));
            down(&world, &format!("{what}: DELETE {path}")).await;
            table.add(what.to_string(), "complete, then gone");
        }
    }
    table.print();
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_in_the_middle() {
    let lab = Lab::get().await;
    let world = world(&lab, "revoked", Small::default()).await;

    let operation = begin(&world).await;
    let revoke = async {
        at_work(&world, 6).await;
        world.project.revoke_tokens().await;
    };
    tokio::join!(world.over(operation), revoke);
    // What Nova was doing for us with the old token, it could not go on with.
    if ended(&world, operation, "a revoked token").await == "done" {
        complete(&world, operation, "a revoked token").await;
        down(&world, "a revoked token").await;
    }
    let again = begin(&world).await;
    world.over(again).await;
    complete(&world, again, "with the next token").await;
    down(&world, "with the next token").await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_are_killed_in_the_middle() {
    let lab = Lab::get().await;
    let world = LabWorld::open_with(&lab, "away", Quotas::default(), |config| {
        // What a service that was killed has forgotten is noticed sooner than by people.
        config.ask_again = Duration::from_secs(5);
    })
    .await;
    provide(&lab, &world, Small::default()).await;
    let mut table = Table::default();
    // Where Neutron is away while Nova takes a server down, Nova leaves its port behind.
    for service in [Service::Nova, Service::Neutron] {
        let story = format!("{} killed and started again", service.name());
        let operation = begin(&world).await;
        let crash = async {
            at_work(&world, 8).await;
            lab.restart(service).await;
        };
        tokio::join!(world.over(operation), crash);
        let end = ended(&world, operation, &story).await;
        table.add(format!("{story}, making"), end);

        // Whatever it came to: asked for once more, it is complete.
        let operation = if end == "done" {
            operation
        } else {
            let again = begin(&world).await;
            world.over(again).await;
            again
        };
        complete(&world, operation, &story).await;
        let operation = world.take_down("small").await;
        let crash = async {
            at_work(&world, 3).await;
            lab.restart(service).await;
        };
        tokio::join!(world.over(operation), crash);
        table.add(
            format!("{story}, taking down"),
            ended(&world, operation, &story).await,
        );
        if world
            .store
            .environment(&name("small"))
            .await
            .unwrap()
            .is_some()
        {
            down(&world, &story).await;
        }
        world.assert_nothing_left(&story).await;
    }
    table.print();
    world.close().await;
}

/// Waits until so many calls that change something were answered.
async fn at_work(world: &LabWorld, calls: usize) {
    world.proxy.clear();
    let begun = std::time::Instant::now();
    let changing = || {
        let calls = world.proxy.calls();
        calls
            .iter()
            .filter(|call| call.method != Method::GET)
            .count()
    };
    while changing() < calls && begun.elapsed() < Duration::from_mins(1) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_comes_up_rolls_back_in_the_clouds_own_words() {
    let lab = Lab::get().await;
    let mut table = Table::default();
    let words = "the disk of this host is on fire";
    let doomed = lab.flavor("doomed", 1, 1024, 10).await;
    lab.doom(&doomed, words).await;

    let doomed = Small {
        flavor: "doomed",
        ..Small::default()
    };
    let world = self::world(&lab, "doomed", doomed).await;
    let operation = begin(&world).await;
    world.over(operation).await;
    let trouble = world
        .rolled_back(operation, "a server that fails to spawn")
        .await;
    assert!(trouble.why.contains(words), "{trouble:?}");
    world
        .assert_nothing_left("a server that fails to spawn")
        .await;
    table.add("a server that fails to spawn", "rolled back");
    world.close().await;

    let crowd = Small {
        count: 4,
        ..Small::default()
    };
    let world = self::world(&lab, "crowd", crowd).await;
    let operation = begin(&world).await;
    world.over(operation).await;
    let trouble = world.rolled_back(operation, "no valid host").await;
    assert!(trouble.why.contains("No valid host"), "{trouble:?}");
    world.assert_nothing_left("no valid host").await;
    table.add("no valid host: four apart on three hosts", "rolled back");
    world.close().await;

    // Judged to fit, and then somebody else was quicker.
    let world = self::world(&lab, "late", Small::default()).await;
    let operation = begin(&world).await;
    let tight = Quotas {
        instances: 1,
        ..Quotas::default()
    };
    world.project.set_quotas(tight).await;
    world.over(operation).await;
    let trouble = world.rolled_back(operation, "a quota that shrank").await;
    assert!(trouble.why.to_lowercase().contains("quota"), "{trouble:?}");
    world.assert_nothing_left("a quota that shrank").await;
    table.add("a quota that shrank after the proof", "rolled back");
    world.close().await;
    table.print();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_quota_that_is_too_small_is_refused_before_the_click() {
    let lab = Lab::get().await;
    let world = world(&lab, "quota", Small::default()).await;
    let mut table = Table::default();
    let free = Quotas::default;
    let quotas = [
        (
            "instances",
            Quotas {
                instances: 2,
                ..free()
            },
        ),
        ("vCPUs", Quotas { cores: 2, ..free() }),
        (
            "RAM",
            Quotas {
                ram_mib: 2048,
                ..free()
            },
        ),
        (
            "server groups",
            Quotas {
                server_groups: 0,
                ..free()
            },
        ),
        ("ports", Quotas { ports: 3, ..free() }),
        (
            "networks",
            Quotas {
                networks: 0,
                ..free()
            },
        ),
        (
            "routers",
            Quotas {
                routers: 0,
                ..free()
            },
        ),
        (
            "public addresses",
            Quotas {
                floating_ips: 0,
                ..free()
            },
        ),
        (
            "security groups",
            Quotas {
                security_groups: 2,
                ..free()
            },
        ),
        (
            "volumes",
            Quotas {
                volumes: 0,
                ..free()
            },
        ),
        (
            "volume storage",
            Quotas {
                gigabytes: 1,
                ..free()
            },
        ),
    ];
    for (what, quotas) in quotas {
        world.project.set_quotas(quotas).await;
        world.proxy.clear();
        match world.ask(up()).await {
            Err(error @ EngineError::ProofFailed(_)) => {
                assert!(error.to_string().contains(what), "{what}: {error}");
            }
            other => panic!("{what}: {other:?}"),
        }
        let calls = world.proxy.calls();
        let changing = calls
            .iter()
            .filter(|call| call.method != Method::GET && call.service != Service::Keystone);
        assert_eq!(changing.count(), 0, "{what}: {calls:?}");
        table.add("a quota too small", "refused before the click");
    }
    world.assert_nothing_left("quotas").await;
    table.print();
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_people_in_our_project() {
    let lab = Lab::get().await;
    let world = world(&lab, "others", Small::default()).await;
    let client = world.project.client().await;
    let mut table = Table::default();

    let operation = begin(&world).await;
    world.over(operation).await;
    complete(&world, operation, "up").await;

    // A server taken away by hand comes back, and nothing else is touched.
    let there = world.project.listing().await;
    let servers = client.get(Service::Nova, "/v2.1/servers/detail").await;
    let app = servers["servers"].as_array().unwrap().iter();
    let app = app
        .into_iter()
        .find(|server| server["name"] == "app1")
        .unwrap();
    let app = text(&app["id"]);
    client
        .delete(Service::Nova, &format!("/v2.1/servers/{app}"))
        .await;
    world.project.gone(&app).await;
    let operation = begin(&world).await;
    world.over(operation).await;
    complete(&world, operation, "a server taken away by hand").await;
    let healed = world.project.listing().await;
    for kind in ["network", "subnet", "router", "volume", "security group"] {
        assert_eq!(healed[kind], there[kind], "{kind}");
    }
    table.add("a server taken away by hand", "healed");

    // Somebody's port in our network keeps it from going: stopped, told why, then gone.
    let networks = client
        .get(Service::Neutron, "/v2.0/networks?name=small-inner")
        .await;
    let body = json!({ "port": { "network_id": networks["networks"][0]["id"], "name": "theirs" } });
    let port = client.post(Service::Neutron, "/v2.0/ports", body).await;
    let port = text(&port["port"]["id"]);
    let operation = world.take_down("small").await;
    let state = world.over(operation).await.state;
    let OperationState::Stopped { trouble, .. } = state else {
        panic!("a foreign port: {state:?}\n{}", world.log(operation).await);
    };
    assert!(trouble.why.contains("ports have an IP"), "{trouble:?}");
    let left = world.project.listing().await;
    assert!(left["port"].contains(&port), "somebody else's port is gone");
    assert!(left["server"].is_empty(), "{left:?}");
    client
        .delete(Service::Neutron, &format!("/v2.0/ports/{port}"))
        .await;
    down(&world, "after the foreign port went").await;
    table.add("a foreign port in our network", "stopped, then gone");

    // Everything of ours deleted by hand while it is up: taking it down finds nothing to do wrong.
    let operation = begin(&world).await;
    world.over(operation).await;
    let servers = client.get(Service::Nova, "/v2.1/servers").await;
    for server in servers["servers"].as_array().unwrap() {
        let id = text(&server["id"]);
        client
            .delete(Service::Nova, &format!("/v2.1/servers/{id}"))
            .await;
        world.project.gone(&id).await;
    }
    down(&world, "servers deleted by hand").await;
    table.add("all servers deleted by hand", "gone");
    table.print();
    world.close().await;
}
