//! Servers that are stopped and started, and addresses that are named for them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use cloud::simulated::SimulatedConfig;
use engine::port::{Cloud, Status};
use model::key::{Key, ResourceKind};
use model::resource::{Instance, Power, Resource, Subnet};
use model::value::Value;

use crate::lab::{
    Lab, attached, conflict, disk, flavor, key, network_name, refused, server, subnet,
};

fn app(ordinal: u32) -> Key {
    key(ResourceKind::Instance, &format!("app[{ordinal}]"))
}

fn powered(power: Power) -> Instance {
    Instance {
        power,
        ..server("app", 1, &[])
    }
}

#[tokio::test]
async fn a_server_is_stopped_and_started_again() {
    let mut lab = Lab::new().await;
    // Whatever is asked for, it is started first.
    lab.make(&app(1), powered(Power::Stopped)).await;
    let (running, stopped) = (powered(Power::Running), powered(Power::Stopped));
    let early = lab.update(&app(1), running.clone(), stopped.clone()).await;
    assert!(conflict(early).contains("vm_state building"));
    lab.forward(10);
    assert_eq!(lab.status(&app(1)).await.1.as_deref(), Some("ACTIVE"));

    lab.update(&app(1), running.clone(), stopped.clone())
        .await
        .unwrap();
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Changing, Some("ACTIVE".into()))
    );
    // The same asked for again is the same; the other way is for later.
    lab.update(&app(1), running.clone(), stopped.clone())
        .await
        .unwrap();
    let back = lab.update(&app(1), stopped.clone(), running.clone()).await;
    assert!(conflict(back).contains("task_state powering-off"));
    lab.forward(10);
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Ready, Some("SHUTOFF".into()))
    );
    let found = lab.get(&app(1)).await.unwrap();
    assert!(matches!(
        found.resource,
        Some(Resource::Instance(instance)) if instance.power == Power::Stopped
    ));

    // It can be resized, and given a volume, while it is stopped.
    let large = Instance {
        flavor: Value::Fixed(flavor("large")),
        ..stopped.clone()
    };
    lab.update(&app(1), stopped, large.clone()).await.unwrap();
    lab.forward(10);
    let volume = key(ResourceKind::Volume, "app[1].data");
    lab.make(&volume, disk(1)).await;
    lab.forward(10);
    let attachment = key(ResourceKind::VolumeAttachment, "app[1].data");
    lab.make(&attachment, attached("app[1].data", "app[1]"))
        .await;
    assert_eq!(lab.status(&app(1)).await.1.as_deref(), Some("SHUTOFF"));

    let started = Instance {
        power: Power::Running,
        ..large.clone()
    };
    lab.update(&app(1), large, started).await.unwrap();
    lab.forward(10);
    assert_eq!(
        lab.status(&app(1)).await,
        (Status::Ready, Some("ACTIVE".into()))
    );
}

fn addressed(ordinal: u32, address: &str) -> Instance {
    Instance {
        networks: Arc::new(BTreeMap::from([(
            network_name("net"),
            Value::Fixed(address.parse().unwrap()),
        )])),
        ..server("app", ordinal, &[])
    }
}

#[tokio::test]
async fn an_address_that_is_named_is_given_once() {
    let mut lab = Lab::with(SimulatedConfig::without_delays).await;
    let reserved: IpAddr = "10.0.0.2".parse().unwrap();
    let with_reserved = Subnet {
        reserved: [reserved].into(),
        ..subnet("net", "10.0.0.0/24")
    };
    lab.make_network("net", "10.0.0.0/24").await;
    let plain = subnet("net", "10.0.0.0/24");
    lab.update(
        &key(ResourceKind::Subnet, "net"),
        plain,
        with_reserved.clone(),
    )
    .await
    .unwrap();
    let found = lab.get(&key(ResourceKind::Subnet, "net")).await.unwrap();
    assert_eq!(found.resource, Some(with_reserved.into()));

    // The lowest that is free is given by itself, but not what is named for somebody.
    lab.make(&app(1), server("app", 1, &["net"])).await;
    lab.make(&app(2), addressed(2, "10.0.0.2")).await;
    let address = |found: &engine::port::Found| found.facts.addresses[0].to_string();
    assert_eq!(address(&lab.get(&app(1)).await.unwrap()), "10.0.0.3");
    assert_eq!(address(&lab.get(&app(2)).await.unwrap()), "10.0.0.2");
    let taken = refused(lab.create(&app(3), addressed(3, "10.0.0.3")).await);
    assert!(
        taken.starts_with("Fixed IP address 10.0.0.3 is already in use on instance "),
        "{taken}"
    );
    // What is no address of the subnet shows once the server was accepted.
    lab.make(&app(4), addressed(4, "10.9.0.4")).await;
    let Status::Failed { fault } = lab.status(&app(4)).await.0 else {
        panic!("it has an address of another network");
    };
    assert!(fault.contains("is not a valid IP"), "{fault}");
    let Some(Resource::Instance(found)) = lab.get(&app(2)).await.unwrap().resource else {
        panic!("no instance");
    };
    assert_eq!(found.networks, addressed(2, "10.0.0.2").networks);
    let offers = lab
        .cloud
        .offers(&plan::offers::Offer::every())
        .await
        .unwrap();
    assert!(offers.sources.is_empty(), "nothing was looked up");
}
