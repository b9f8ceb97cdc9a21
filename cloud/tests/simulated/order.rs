//! What has to go before what.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloud::simulated::{Outcome, Verb};
use model::key::{Key, ResourceKind};
use model::resource::{Instance, ROUTER, SecurityGroup};

use crate::lab::{Lab, conflict, key, rules_of, server};

#[tokio::test]
async fn what_is_in_use_stays_until_it_is_not() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    let network = key(ResourceKind::Network, "net");
    let subnet = key(ResourceKind::Subnet, "net");
    let router = key(ResourceKind::Router, ROUTER);
    let way = key(ResourceKind::RouterInterface, "net");
    let group = key(ResourceKind::SecurityGroup, "application");
    let volume = key(ResourceKind::Volume, "app[1].data");
    let server = key(ResourceKind::Instance, "app[1]");
    let address = key(ResourceKind::FloatingIp, "app[1]");

    for key in [&network, &subnet, &router, &way, &group, &volume] {
        conflict(lab.delete(key).await);
    }
    assert_eq!(lab.list().await.len(), ResourceKind::ALL.len());

    // A key is copied into a server when that is made; nothing hangs on it after.
    lab.delete(&key(ResourceKind::Keypair, "access"))
        .await
        .unwrap();

    // A server that is on its way out is still in the way.
    lab.delete(&server).await.unwrap();
    for key in [&network, &subnet, &group, &volume, &way] {
        conflict(lab.delete(key).await);
    }
    lab.forward(10);
    lab.delete(&address).await.unwrap();
    conflict(lab.delete(&network).await);
    lab.delete(&way).await.unwrap();
    lab.delete(&router).await.unwrap();
    lab.delete(&subnet).await.unwrap();
    lab.delete(&network).await.unwrap();
    // Its rules, which name the group itself, go with it.
    lab.delete(&group).await.unwrap();
    lab.delete(&key(ResourceKind::ServerGroup, "app"))
        .await
        .unwrap();
    assert!(conflict(lab.delete(&volume).await).contains("with snapshots"));
    lab.delete(&key(ResourceKind::VolumeSnapshot, "app[2].data"))
        .await
        .unwrap();
    lab.delete(&key(ResourceKind::Image, "app[2]"))
        .await
        .unwrap();
    lab.forward(10);
    lab.delete(&volume).await.unwrap();
    lab.forward(10);
    assert!(lab.list().await.is_empty());
}

#[tokio::test]
async fn a_group_that_others_rules_name() {
    let mut lab = Lab::new().await;
    let group = |name: &str| key(ResourceKind::SecurityGroup, name);
    let rules = |name: &str| key(ResourceKind::SecurityRules, name);
    for name in ["a", "b"] {
        lab.make(&group(name), SecurityGroup {}).await;
    }
    lab.make(&rules("a"), rules_of("a", &[("b", 80), ("a", 22)]))
        .await;
    lab.make(&rules("b"), rules_of("b", &[("a", 80)])).await;
    conflict(lab.create(&rules("a"), rules_of("a", &[("b", 80)])).await);
    // Rules change as one set.
    let (before, after) = (
        rules_of("a", &[("b", 80), ("a", 22)]),
        rules_of("a", &[("b", 443), ("a", 22)]),
    );
    lab.update(&rules("a"), before, after.clone())
        .await
        .unwrap();
    assert_eq!(
        lab.get(&rules("a")).await.unwrap().resource,
        Some(after.into())
    );
    // A group is in nobody's way but an instance's: its own rules go with it, and those of others
    // that name it (in Neutron's tables `remote_group_id` cascades).
    lab.delete(&group("b")).await.unwrap();
    assert!(lab.is_gone(&rules("b")).await);
    assert_eq!(
        lab.get(&rules("a")).await.unwrap().resource,
        Some(rules_of("a", &[("a", 22)]).into())
    );
    lab.delete(&group("a")).await.unwrap();
    assert!(lab.is_gone(&rules("a")).await);
    assert!(lab.list().await.is_empty());
}

#[tokio::test]
async fn a_server_changes_its_groups_and_metadata_at_any_time() {
    let mut lab = Lab::new().await;
    let group = key(ResourceKind::SecurityGroup, "a");
    let app = key(ResourceKind::Instance, "app[1]");
    lab.make(&group, SecurityGroup {}).await;
    lab.make(&app, server("app", 1, &[])).await;
    let after = Instance {
        security_groups: Arc::new(BTreeSet::from([group.clone()])),
        role: Some(model::group::Role::Replica),
        ..server("app", 1, &[])
    };
    lab.update(&app, server("app", 1, &[]), after.clone())
        .await
        .unwrap();
    assert_eq!(
        lab.get(&app).await.unwrap().resource,
        Some(after.clone().into())
    );
    conflict(lab.delete(&group).await);
    lab.update(&app, after, server("app", 1, &[]))
        .await
        .unwrap();
    lab.delete(&group).await.unwrap();
    // What would have to be made anew is not changed.
    let elsewhere = Instance {
        host_name: "other".into(),
        ..server("app", 1, &[])
    };
    crate::lab::refused(lab.update(&app, server("app", 1, &[]), elsewhere).await);
}

#[tokio::test]
async fn every_call_is_on_record() {
    let mut lab = Lab::new().await;
    let group = key(ResourceKind::SecurityGroup, "a");
    let id = lab.make(&group, SecurityGroup {}).await;
    lab.update(&group, SecurityGroup {}, SecurityGroup {})
        .await
        .unwrap();
    lab.delete(&group).await.unwrap();
    lab.delete(&group).await.unwrap_err();
    let record: Vec<(u64, Verb, Option<Key>, Outcome)> = lab
        .calls()
        .await
        .into_iter()
        .map(|call| {
            assert_eq!((call.kind, call.id.as_ref()), (group.kind, Some(&id)));
            assert_eq!(call.words.is_empty(), call.outcome != Outcome::Nothing);
            (call.number, call.verb, call.key, call.outcome)
        })
        .collect();
    assert_eq!(
        record,
        [
            (1, Verb::Create, Some(group.clone()), Outcome::Done),
            (2, Verb::Update, Some(group.clone()), Outcome::AlreadySo),
            (3, Verb::Delete, Some(group.clone()), Outcome::Done),
            (4, Verb::Delete, None, Outcome::Nothing),
        ]
    );
    assert_eq!(lab.cloud.calls_after(3).await.unwrap().len(), 1);
}
