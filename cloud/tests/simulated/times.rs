//! What takes time takes the time that was decided when it began.

use chrono::{DateTime, Utc};
use cloud::simulated::{Delay, SimulatedConfig};
use engine::port::{Cloud, Detail, Scope, Status};
use model::key::{Key, ResourceKind};
use model::resource::{Instance, Resource};
use model::unit::Gib;
use model::value::Value;

use crate::lab::{Lab, always, attached, conflict, disk, flavor, key, server};

fn app(ordinal: u32) -> Key {
    key(ResourceKind::Instance, &format!("app[{ordinal}]"))
}

#[tokio::test]
async fn a_server_is_build_before_it_is_active() {
    let mut lab = Lab::with(|config| SimulatedConfig {
        build: always(5),
        ..config
    })
    .await;
    lab.make_network("net", "10.0.0.0/24").await;
    lab.make(&app(1), server("app", 1, &["net"])).await;
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Building, Some("BUILD".into()))
    );
    lab.forward(4);
    assert_eq!(lab.status(&app(1)).await.0, Status::Building);
    lab.forward(1);
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Ready, Some("ACTIVE".into()))
    );
    // The first address after the gateway's.
    let found = lab.get(&app(1)).await.unwrap();
    assert_eq!(
        found.facts.addresses,
        ["10.0.0.2".parse::<std::net::IpAddr>().unwrap()]
    );
    assert_eq!(found.facts.host_name.as_deref(), Some("app1"));
    let made: DateTime<Utc> = DateTime::from_timestamp(1_400_000_000, 0).unwrap();
    assert_eq!(found.created_at, Some(made));
}

/// The seconds after which each of some servers became ACTIVE.
async fn build_times(seed: u64, order: &[u32]) -> Vec<(u32, u64)> {
    let mut lab = Lab::with(|config| SimulatedConfig {
        seed,
        build: Delay::seconds(1, 1000),
        ..config
    })
    .await;
    for ordinal in order {
        lab.make(&app(*ordinal), server("app", *ordinal, &[])).await;
    }
    let mut times = Vec::new();
    for second in 0..=1000 {
        for found in lab.list().await {
            let Some(Resource::Instance(instance)) = &found.resource else {
                panic!("no instance: {found:?}");
            };
            let ordinal = instance.ordinal;
            if found.status == Status::Ready && !times.iter().any(|(o, _)| *o == ordinal) {
                times.push((ordinal, second));
            }
        }
        lab.forward(1);
    }
    times.sort_unstable();
    times
}

#[tokio::test]
async fn the_same_seed_gives_the_same_times_in_whatever_order() {
    let times = build_times(1, &[1, 2, 3]).await;
    assert_eq!(times.len(), 3);
    assert_eq!(times, build_times(1, &[3, 1, 2]).await);
    assert_ne!(times, build_times(2, &[1, 2, 3]).await);
    assert_ne!(
        times[0].1, times[1].1,
        "every server took the same time: {times:?}"
    );
}

#[tokio::test]
async fn a_volume_is_creating_then_available_then_in_use() {
    let mut lab = Lab::new().await;
    lab.make(&app(1), server("app", 1, &[])).await;
    lab.forward(10);
    let volume = key(ResourceKind::Volume, "app[1].data");
    lab.make(&volume, disk(10)).await;
    assert_eq!(
        lab.status(&volume).await,
        (Status::Building, Some("creating".into()))
    );
    let attachment = key(ResourceKind::VolumeAttachment, "app[1].data");
    let early = lab
        .create(&attachment, attached("app[1].data", "app[1]"))
        .await;
    assert!(conflict(early).contains("creating"));
    lab.forward(10);
    assert_eq!(
        lab.status(&volume).await,
        (Status::Ready, Some("available".into()))
    );
    lab.make(&attachment, attached("app[1].data", "app[1]"))
        .await;
    assert_eq!(
        lab.status(&volume).await,
        (Status::Ready, Some("in-use".into()))
    );
    lab.delete(&attachment).await.unwrap();
    assert_eq!(lab.status(&volume).await.1.as_deref(), Some("available"));
}

#[tokio::test]
async fn a_resize_shows_the_old_flavor_until_it_is_done() {
    let mut lab = Lab::with(|config| SimulatedConfig {
        change: always(5),
        ..config
    })
    .await;
    let before = server("app", 1, &[]);
    let after = Instance {
        flavor: Value::Fixed(flavor("large")),
        ..before.clone()
    };
    lab.make(&app(1), before.clone()).await;
    let early = lab.update(&app(1), before.clone(), after.clone()).await;
    assert!(conflict(early).contains("vm_state building"));
    lab.forward(10);
    lab.update(&app(1), before.clone(), after.clone())
        .await
        .unwrap();
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Changing, Some("RESIZE".into()))
    );
    assert_eq!(
        lab.get(&app(1)).await.unwrap().resource,
        Some(before.clone().into())
    );
    // The same change again changes nothing, another one has to wait.
    lab.forward(3);
    lab.update(&app(1), before.clone(), after.clone())
        .await
        .unwrap();
    let back = lab.update(&app(1), after.clone(), before.clone()).await;
    assert!(conflict(back).contains("resize"));
    lab.forward(2);
    assert_eq!(lab.status(&app(1)).await.0, Status::Ready);
    assert_eq!(
        lab.get(&app(1)).await.unwrap().resource,
        Some(after.clone().into())
    );
    lab.update(&app(1), before, after).await.unwrap();
    assert_eq!(lab.status(&app(1)).await.0, Status::Ready, "resized twice");
}

#[tokio::test]
async fn a_volume_grows_in_use() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    let volume = key(ResourceKind::Volume, "app[1].data");
    lab.update(&volume, disk(10), disk(20)).await.unwrap();
    assert_eq!(
        lab.status(&volume).await,
        (Status::Changing, Some("extending".into()))
    );
    lab.forward(10);
    assert_eq!(
        lab.status(&volume).await,
        (Status::Ready, Some("in-use".into()))
    );
    let Some(Resource::Volume(found)) = lab.get(&volume).await.unwrap().resource else {
        panic!("no volume");
    };
    assert_eq!(found.size, Value::Fixed(Gib(20)));
}

#[tokio::test]
async fn a_delete_takes_its_time() {
    let mut lab = Lab::with(|config| SimulatedConfig {
        delete: always(3),
        ..config
    })
    .await;
    lab.make_network("net", "10.0.0.0/24").await;
    lab.make(&app(1), server("app", 1, &["net"])).await;
    lab.delete(&app(1)).await.unwrap();
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Deleting, Some("deleting".into()))
    );
    lab.forward(2);
    // Asked again, it does not begin anew.
    lab.delete(&app(1)).await.unwrap();
    assert!(!lab.is_gone(&app(1)).await);
    lab.forward(1);
    assert!(lab.is_gone(&app(1)).await);
    let left = lab
        .cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap()
        .found;
    assert!(
        left.iter()
            .all(|found| found.kind != ResourceKind::Instance)
    );
}

#[tokio::test]
async fn a_server_that_goes_lets_go_of_what_it_had() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    let address = key(ResourceKind::FloatingIp, "app[1]");
    let value = |found: engine::port::Found| match found.resource {
        Some(Resource::FloatingIp(ip)) => (ip.instance, ip.address),
        other => panic!("no floating IP: {other:?}"),
    };
    let (instance, before) = value(lab.get(&address).await.unwrap());
    assert_eq!(instance, Some(app(1)));
    assert_eq!(
        lab.get(&app(1)).await.unwrap().facts.public_addresses.len(),
        1
    );
    lab.delete(&app(1)).await.unwrap();
    lab.forward(10);
    let (instance, after) = value(lab.get(&address).await.unwrap());
    assert_eq!((instance, after), (None, before));
    assert!(
        lab.is_gone(&key(ResourceKind::VolumeAttachment, "app[1].data"))
            .await
    );
    let volume = key(ResourceKind::Volume, "app[1].data");
    assert_eq!(lab.status(&volume).await.1.as_deref(), Some("available"));
    // Its address on the network is free for the next.
    lab.make(&app(2), server("app", 2, &["net"])).await;
    let next = lab.get(&app(2)).await.unwrap().facts.addresses;
    assert_eq!(next, ["10.0.0.2".parse::<std::net::IpAddr>().unwrap()]);
}
