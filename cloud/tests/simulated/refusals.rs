//! What a real cloud refuses, and as what.

use cloud::simulated::{Outcome, SimulatedConfig};
use engine::port::{Cloud, CloudError, Status};
use model::key::{Key, ResourceKind};
use model::resource::{
    Boot, FloatingIp, Instance, Keypair, Network, Resource, Router, SecurityGroup, ServerGroup,
    Volume,
};
use model::value::Value;
use plan::offers::{Offer, QuotaKind};

use crate::lab::{
    Lab, attached, conflict, disk, flavor, interface, key, public, public_key, refused, rules_of,
    server, snapshot_of, subnet,
};

fn app(ordinal: u32) -> Key {
    key(ResourceKind::Instance, &format!("app[{ordinal}]"))
}

#[tokio::test]
async fn unknown_flavors_and_images() {
    let lab = Lab::new().await;
    for flavor in [
        Value::Fixed(flavor("huge")),
        Value::Unknown,
        Value::AssignedByCloud,
    ] {
        let server = Instance {
            flavor,
            ..server("app", 1, &[])
        };
        assert!(refused(lab.create(&app(1), server).await).starts_with("Flavor"));
    }
    let server = Instance {
        boot: Boot::Image(Value::Unknown),
        ..server("app", 1, &[])
    };
    assert!(refused(lab.create(&app(1), server).await).starts_with("Image"));
    let volume = Volume {
        size: Value::Unknown,
        ..disk(1)
    };
    refused(lab.create(&key(ResourceKind::Volume, "v"), volume).await);
    assert!(lab.list().await.is_empty());
    let calls = lab.calls().await;
    assert_eq!(calls.len(), 5);
    assert!(
        calls
            .iter()
            .all(|call| call.outcome == Outcome::Nothing && call.id.is_none())
    );
}

#[tokio::test]
async fn every_quota() {
    for which in QuotaKind::ALL {
        let mut lab = Lab::quick().await;
        lab.make_one_of_each().await;
        let quota = lab.cloud.offers(&Offer::every()).await.unwrap().quotas[which];
        assert!(quota.used > 0, "nothing is used of {which}");
        // Exactly what is there: nothing is free.
        lab.cloud.set_quota(*which, Some(quota.used)).await.unwrap();
        let group = key(ResourceKind::SecurityGroup, "second");
        let (new, resource): (Key, Resource) = match which {
            QuotaKind::Instances | QuotaKind::Vcpus | QuotaKind::RamMib | QuotaKind::Ports => {
                (app(2), server("app", 2, &["net"]).into())
            }
            QuotaKind::Volumes | QuotaKind::VolumeGib => {
                (key(ResourceKind::Volume, "more"), disk(1).into())
            }
            QuotaKind::Snapshots => {
                let volume = lab.ids[&key(ResourceKind::Volume, "app[1].data")].clone();
                let snapshot = key(ResourceKind::VolumeSnapshot, "more");
                (snapshot, snapshot_of(&volume).into())
            }
            QuotaKind::FloatingIps => (
                key(ResourceKind::FloatingIp, "more"),
                public("net", None).into(),
            ),
            QuotaKind::Networks => (key(ResourceKind::Network, "more"), Network {}.into()),
            QuotaKind::Subnets => (
                key(ResourceKind::Subnet, "more"),
                subnet("net", "10.1.0.0/24").into(),
            ),
            QuotaKind::Routers => (key(ResourceKind::Router, "more"), Router {}.into()),
            QuotaKind::SecurityGroups => (group, SecurityGroup {}.into()),
            QuotaKind::SecurityRules => {
                lab.make(&group, SecurityGroup {}).await;
                let rules = rules_of("second", &[("second", 80)]);
                (key(ResourceKind::SecurityRules, "second"), rules.into())
            }
            QuotaKind::Keypairs => {
                let public_key = public_key();
                (
                    key(ResourceKind::Keypair, "more"),
                    Keypair { public_key }.into(),
                )
            }
            QuotaKind::ServerGroups => (
                key(ResourceKind::ServerGroup, "more"),
                ServerGroup {}.into(),
            ),
        };
        match lab.create(&new, resource.clone()).await {
            Err(CloudError::Quota {
                which: named,
                need: Some(need),
                free: Some(0),
                words,
            }) => {
                assert_eq!(named, *which);
                assert!(need > 0 && !words.is_empty());
            }
            other => panic!("{which}: {other:?}"),
        }
        lab.cloud.set_quota(*which, None).await.unwrap();
        lab.create(&new, resource).await.unwrap();
    }
}

#[tokio::test]
async fn quotas_of_changes() {
    let mut lab = Lab::quick().await;
    lab.make_one_of_each().await;
    let volume = key(ResourceKind::Volume, "app[1].data");
    // The volume of 10 GiB, and the snapshot of it, which counts as much.
    lab.cloud
        .set_quota(QuotaKind::VolumeGib, Some(25))
        .await
        .unwrap();
    let grown = lab.update(&volume, disk(10), disk(20)).await;
    assert!(matches!(
        grown,
        Err(CloudError::Quota {
            need: Some(10),
            free: Some(5),
            ..
        })
    ));
    lab.cloud
        .set_quota(QuotaKind::Vcpus, Some(2))
        .await
        .unwrap();
    let before = server("app", 1, &["net"]);
    let after = Instance {
        flavor: Value::Fixed(flavor("large")),
        ..before.clone()
    };
    let grown = lab.update(&app(1), before, after).await;
    assert!(matches!(
        grown,
        Err(CloudError::Quota {
            which: QuotaKind::Vcpus,
            need: Some(3),
            free: Some(1),
            ..
        })
    ));
}

#[tokio::test]
async fn public_addresses() {
    let mut lab = Lab::with(|config| SimulatedConfig {
        address_pool: vec!["203.0.113.0/30".parse().unwrap()],
        ..config
    })
    .await;
    lab.make_routed("net", "10.0.0.0/24").await;
    let ip = |name: &str| key(ResourceKind::FloatingIp, name);
    let fixed = |address: &str| FloatingIp {
        address: Value::Fixed(address.parse().unwrap()),
        ..public("net", None)
    };
    assert_eq!(
        lab.cloud
            .offers(&Offer::every())
            .await
            .unwrap()
            .free_addresses,
        Some(2)
    );
    lab.make(&ip("one"), fixed("203.0.113.2")).await;
    assert!(conflict(lab.create(&ip("two"), fixed("203.0.113.2")).await).contains("allocated"));
    refused(lab.create(&ip("two"), fixed("198.51.100.1")).await);
    lab.make(&ip("two"), public("net", None)).await;
    assert_eq!(lab.get(&ip("two")).await.unwrap().name, "203.0.113.1");
    assert_eq!(
        lab.cloud
            .offers(&Offer::every())
            .await
            .unwrap()
            .free_addresses,
        Some(0)
    );
    let third = lab.create(&ip("three"), public("net", None)).await;
    assert!(conflict(third).contains("No more IP addresses"));
    lab.delete(&ip("one")).await.unwrap();
    lab.make(&ip("three"), public("net", None)).await;
}

#[tokio::test]
async fn a_floating_ip_needs_a_way_to_the_instance() {
    let mut lab = Lab::quick().await;
    lab.make_network("inner", "10.1.0.0/24").await;
    lab.make_routed("net", "10.0.0.0/24").await;
    lab.make(&app(1), server("app", 1, &["inner"])).await;
    lab.make(&app(2), server("app", 2, &["net"])).await;
    let ip = key(ResourceKind::FloatingIp, "app[1]");
    // No interface on its network; an interface, but on another network.
    refused(lab.create(&ip, public("inner", Some("app[1]"))).await);
    assert!(conflict(lab.create(&ip, public("net", Some("app[1]"))).await).contains("no port"));
    lab.make(&ip, public("net", Some("app[2]"))).await;
    let second = key(ResourceKind::FloatingIp, "second");
    conflict(lab.create(&second, public("net", Some("app[2]"))).await);
    // Given to nobody, which needs no way, then to somebody.
    lab.make(
        &key(ResourceKind::FloatingIp, "third"),
        public("inner", None),
    )
    .await;
    lab.make(&second, public("net", None)).await;
    assert_eq!(lab.status(&second).await.1.as_deref(), Some("DOWN"));
    conflict(
        lab.update(&second, public("net", None), public("net", Some("app[2]")))
            .await,
    );
    lab.update(&ip, public("net", Some("app[2]")), public("net", None))
        .await
        .unwrap();
    lab.update(&second, public("net", None), public("net", Some("app[2]")))
        .await
        .unwrap();
    assert_eq!(lab.status(&second).await.1.as_deref(), Some("ACTIVE"));
}

#[tokio::test]
async fn subnets_and_interfaces() {
    let mut lab = Lab::new().await;
    lab.make_routed("net", "10.0.0.0/24").await;
    let second = key(ResourceKind::Subnet, "second");
    for cidr in ["10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/8"] {
        assert!(refused(lab.create(&second, subnet("net", cidr)).await).contains("overlaps"));
    }
    assert!(
        refused(lab.create(&second, subnet("net", "10.9.0.1/24")).await).contains("10.9.0.0/24")
    );
    let again = lab
        .create(&key(ResourceKind::RouterInterface, "net"), interface("net"))
        .await;
    assert!(conflict(again).contains("already has a port"));
    // The same range on another network is fine, on the same router it is not.
    lab.make_network("other", "10.0.0.0/24").await;
    let way = key(ResourceKind::RouterInterface, "other");
    assert!(refused(lab.create(&way, interface("other")).await).contains("overlaps"));
}

#[tokio::test]
async fn what_a_request_names_must_be_there() {
    let mut lab = Lab::new().await;
    refused(
        lab.create(
            &key(ResourceKind::Subnet, "net"),
            subnet("net", "10.0.0.0/24"),
        )
        .await,
    );
    lab.make_network("net", "10.0.0.0/24").await;
    lab.delete(&key(ResourceKind::Subnet, "net")).await.unwrap();
    let answer = lab.create(&app(1), server("app", 1, &["net"])).await;
    assert!(matches!(answer, Err(CloudError::NotFound(_))), "{answer:?}");
    // An id of another kind is no id of this one.
    let network = &lab.ids[&key(ResourceKind::Network, "net")];
    let answer = lab.cloud.delete(ResourceKind::Router, network).await;
    assert!(matches!(answer, Err(CloudError::NotFound(_))));
}

#[tokio::test]
async fn volumes_and_servers_at_the_wrong_time() {
    let mut lab = Lab::new().await;
    let volume = key(ResourceKind::Volume, "data");
    lab.make(&volume, disk(10)).await;
    assert!(conflict(lab.delete(&volume).await).contains("creating"));
    lab.forward(10);
    lab.make(&app(1), server("app", 1, &[])).await;
    let attachment = key(ResourceKind::VolumeAttachment, "data");
    let early = lab.create(&attachment, attached("data", "app[1]")).await;
    assert!(conflict(early).contains("vm_state building"));
    lab.forward(10);
    lab.make(&attachment, attached("data", "app[1]")).await;
    conflict(lab.create(&attachment, attached("data", "app[1]")).await);
    assert!(conflict(lab.delete(&volume).await).contains("in-use"));
    refused(lab.update(&volume, disk(10), disk(5)).await);
    lab.delete(&app(1)).await.unwrap();
    assert!(conflict(lab.delete(&attachment).await).contains("deleting"));
    // What grew behind our back does not shrink either.
    refused(lab.update(&volume, disk(4), disk(5)).await);
}

#[tokio::test]
async fn members_of_a_server_group_stand_apart() {
    let mut lab = Lab::with(|config| SimulatedConfig { hosts: 2, ..config }).await;
    let group = key(ResourceKind::ServerGroup, "app");
    lab.make(&group, ServerGroup {}).await;
    let member = |ordinal| Instance {
        server_group: Some(group.clone()),
        ..server("app", ordinal, &[])
    };
    for ordinal in 1..=3 {
        lab.make(&app(ordinal), member(ordinal)).await;
        // It is accepted, and seen to have failed only later.
        assert_eq!(lab.status(&app(ordinal)).await.0, Status::Building);
    }
    lab.make(&app(4), server("app", 4, &[])).await;
    lab.forward(10);
    assert_eq!(lab.status(&app(2)).await.0, Status::Ready);
    assert_eq!(lab.status(&app(4)).await.0, Status::Ready);
    let (status, word) = lab.status(&app(3)).await;
    let Status::Failed { fault } = status else {
        panic!("it found a host: {status:?}");
    };
    assert!(fault.starts_with("No valid host was found."), "{fault}");
    assert_eq!(word.as_deref(), Some("ERROR"));
    // Once a member has gone there is room for another.
    for ordinal in [1, 3] {
        lab.delete(&app(ordinal)).await.unwrap();
    }
    lab.forward(10);
    lab.make(&app(5), member(5)).await;
    lab.forward(10);
    assert_eq!(lab.status(&app(5)).await.0, Status::Ready);
}

#[tokio::test]
async fn a_full_subnet_fails_the_server() {
    let mut lab = Lab::quick().await;
    // Four addresses: network, gateway, one server, broadcast.
    lab.make_network("net", "10.0.0.0/30").await;
    lab.make(&app(1), server("app", 1, &["net"])).await;
    lab.make(&app(2), server("app", 2, &["net"])).await;
    assert_eq!(lab.status(&app(1)).await.0, Status::Ready);
    let (status, _) = lab.status(&app(2)).await;
    assert!(
        matches!(&status, Status::Failed { fault } if fault.contains("No more IP addresses")),
        "{status:?}"
    );
}
