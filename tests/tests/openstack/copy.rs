//! The WebPlatform's temporary copy on the real OpenStack: nine servers come up, are what was
//! planned in every field, and go without leaving anything behind.

use std::collections::BTreeSet;

use model::environment::Layer;
use model::key::ResourceKind;
use tests::openstack::{Lab, Quotas, Service};
use tests::world::{assert_as_planned, name};

use crate::world::{LabWorld, foretold, made_and_removed};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_comes_up_as_planned_and_goes_without_a_trace() {
    let lab = Lab::get().await;
    let world = LabWorld::with_webplatform(&lab, "copy", Quotas::default()).await;
    let foreign = put_foreign(&world).await;
    let before = world.project.listing().await;

    // Signed in and looked around before anything is counted.
    let up = world.copy("copy-1").await.unwrap();
    world.proxy.clear();
    let begun = std::time::Instant::now();
    world.over(up).await;
    let took = begun.elapsed();
    world.assert_done(up, "up").await;
    let plan = world.plan(up).await;
    let calls = world.proxy.calls();
    assert_eq!(
        made_and_removed(&calls),
        foretold(&plan),
        "the calls are the steps foretold"
    );
    // Nobody looks for what can't be there: the copy's id was drawn for it a moment ago.
    assert_eq!(calls[0].method, reqwest::Method::POST, "{:?}", calls[0]);
    println!(
        "a copy of {} steps: {} calls, {:.1} s",
        plan.steps.len(),
        calls.len(),
        took.as_secs_f32()
    );

    let during = world.project.listing().await;
    assert_eq!(during["server"].len(), 9);
    assert_eq!(during["floating IP"].len(), 9);
    assert_eq!(during["volume"].len(), before["volume"].len() + 1);

    // What is collected is what was planned, field by field.
    let environment = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    let (_, planned) = world
        .store
        .revision(environment.id, Layer::Planned, None)
        .await
        .unwrap()
        .unwrap();
    assert_as_planned(&world.engine, &planned, "up").await;

    // The three application servers stand on three hosts.
    let servers = lab
        .admin()
        .get(
            Service::Nova,
            &format!(
                "/v2.1/servers/detail?all_tenants=1&project_id={}",
                world.project.id
            ),
        )
        .await;
    let hosts: BTreeSet<&str> = servers["servers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|server| server["name"].as_str().unwrap().starts_with("profile-"))
        .map(|server| server["OS-EXT-SRV-ATTR:host"].as_str().unwrap())
        .collect();
    assert_eq!(hosts.len(), 3, "{hosts:?}");

    let down = world.take_down("copy-1").await;
    world.proxy.clear();
    let begun = std::time::Instant::now();
    world.over(down).await;
    world.assert_done(down, "down").await;
    let calls = world.proxy.calls();
    assert_eq!(made_and_removed(&calls), foretold(&world.plan(down).await));
    println!(
        "taken down: {} calls, {:.1} s",
        calls.len(),
        begun.elapsed().as_secs_f32()
    );
    assert_eq!(
        world.project.listing().await,
        before,
        "not as it was before"
    );
    assert!(!foreign.is_empty());
    world.close().await;
}

/// Somebody else's network, group and volume, of the names that ours will have.
pub async fn put_foreign(world: &LabWorld) -> Vec<String> {
    use serde_json::json;
    let client = world.project.client().await;
    let mut ids = Vec::new();
    let body = json!({ "network": { "name": "copy-1-internal", "description": "not ours" } });
    let made = client.post(Service::Neutron, "/v2.0/networks", body).await;
    ids.push(tests::openstack::text(&made["network"]["id"]));
    let body = json!({ "security_group": { "name": "copy-1-application" } });
    let made = client
        .post(Service::Neutron, "/v2.0/security-groups", body)
        .await;
    ids.push(tests::openstack::text(&made["security_group"]["id"]));
    let body = json!({ "volume": { "name": "copy-1-storage[1].storage", "size": 1 } });
    let made = client
        .post(Service::Cinder, "/v3/{project}/volumes", body)
        .await;
    ids.push(tests::openstack::text(&made["volume"]["id"]));
    assert_eq!(
        ids.len(),
        [
            ResourceKind::Network,
            ResourceKind::SecurityGroup,
            ResourceKind::Volume
        ]
        .len()
    );
    ids
}
