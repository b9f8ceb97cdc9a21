//! Volumes with something on them, snapshots, images, and servers that start from any of these.

use std::collections::BTreeSet;

use engine::port::{Cloud, CloudError, Status};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::StoredName;
use model::resource::{Boot, Instance, Volume, VolumeContent};
use model::unit::Gib;
use model::value::Value;
use plan::offers::Stored;

use crate::lab::{Lab, conflict, disk, image_of, key, refused, server, snapshot_of};

fn volume(name: &str) -> Key {
    key(ResourceKind::Volume, name)
}

fn snapshot(name: &str) -> Key {
    key(ResourceKind::VolumeSnapshot, name)
}

fn made_from(content: VolumeContent, gib: u64) -> Volume {
    Volume {
        content,
        mount: None,
        file_system: None,
        ..disk(gib)
    }
}

fn called(name: &str) -> StoredName {
    StoredName::new(name).unwrap()
}

fn booting(boot: Boot) -> Instance {
    Instance {
        boot,
        ..server("app", 1, &[])
    }
}

fn app(ordinal: u32) -> Key {
    key(ResourceKind::Instance, &format!("app[{ordinal}]"))
}

#[tokio::test]
async fn a_volume_is_made_from_a_snapshot_and_goes_before_it() {
    let mut lab = Lab::new().await;
    let source = lab.make(&volume("source"), disk(5)).await;
    assert!(conflict(lab.create(&snapshot("s"), snapshot_of(&source)).await).contains("creating"));
    lab.forward(10);
    lab.make(&snapshot("s"), snapshot_of(&source)).await;
    assert_eq!(
        lab.status(&snapshot("s")).await,
        (Status::Building, Some("creating".into()))
    );
    let content = VolumeContent::Snapshot(snapshot("s"));
    let early = lab
        .create(&volume("copy"), made_from(content.clone(), 5))
        .await;
    assert!(conflict(early).contains("creating"));
    assert!(conflict(lab.delete(&snapshot("s")).await).contains("creating"));
    lab.forward(10);
    let small = lab
        .create(&volume("copy"), made_from(content.clone(), 4))
        .await;
    assert!(refused(small).contains("cannot be smaller than the snapshot size 5GB"));
    let copy = made_from(content, 6);
    lab.make(&volume("copy"), copy.clone()).await;
    lab.forward(10);
    let found = lab.get(&volume("copy")).await.unwrap();
    assert_eq!(found.resource, Some(copy.into()));

    conflict(lab.delete(&volume("source")).await);
    assert!(conflict(lab.delete(&snapshot("s")).await).contains("is busy"));
    lab.delete(&volume("copy")).await.unwrap();
    conflict(lab.delete(&snapshot("s")).await);
    lab.forward(10);
    lab.delete(&snapshot("s")).await.unwrap();
    lab.forward(10);
    lab.delete(&volume("source")).await.unwrap();
}

#[tokio::test]
async fn what_is_in_the_cloud_is_found_by_id_or_by_a_name_that_one_has() {
    let mut lab = Lab::quick().await;
    let golden = lab
        .cloud
        .put_foreign(ResourceKind::Volume, "golden")
        .await
        .unwrap();
    let by_name = VolumeSource::Volume(called("golden"));
    let by_id = VolumeSource::Volume(called(golden.as_str()));
    let missing = VolumeSource::Snapshot(called("golden"));
    let wanted = BTreeSet::from([by_name.clone(), by_id.clone(), missing.clone()]);
    let found = lab.cloud.stored(&wanted).await.unwrap();
    let one = Stored {
        id: golden.clone(),
        size: Gib(1),
    };
    assert_eq!(found[&by_name], std::slice::from_ref(&one));
    assert_eq!(found[&by_id], [one]);
    assert!(found[&missing].is_empty());
    for (name, source) in [("named", &by_name), ("by-id", &by_id)] {
        let clone = made_from(VolumeContent::Stored(source.clone()), 2);
        lab.make(&volume(name), clone.clone()).await;
        // It is read as it was asked for, and still when what it was made from has gone.
        let resource = lab.get(&volume(name)).await.unwrap().resource;
        assert_eq!(resource, Some(clone.into()));
    }
    let none = made_from(VolumeContent::Stored(missing), 2);
    let answer = lab.create(&volume("none"), none).await;
    assert!(matches!(answer, Err(CloudError::NotFound(_))), "{answer:?}");

    lab.cloud
        .put_foreign(ResourceKind::Volume, "golden")
        .await
        .unwrap();
    let found = lab
        .cloud
        .stored(&BTreeSet::from([by_name.clone()]))
        .await
        .unwrap();
    assert_eq!(found[&by_name].len(), 2);
    let either = made_from(VolumeContent::Stored(by_name), 2);
    assert!(refused(lab.create(&volume("either"), either).await).contains("more than one"));
}

#[tokio::test]
async fn a_volume_keeps_the_type_that_it_was_asked_for_with() {
    let mut lab = Lab::new().await;
    let typed = Volume {
        volume_type: Some("ssd".parse().unwrap()),
        ..disk(1)
    };
    let answer = lab.create(&volume("none"), typed.clone()).await;
    assert!(matches!(answer, Err(CloudError::NotFound(_))), "{answer:?}");
    lab.cloud
        .offer_volume_types([&"ssd".parse().unwrap()])
        .await
        .unwrap();
    let offers = lab.cloud.offers(&BTreeSet::new()).await.unwrap();
    assert_eq!(offers.volume_types.unwrap().len(), 1);
    lab.make(&volume("typed"), typed.clone()).await;
    lab.make(&volume("usual"), disk(1)).await;
    for (name, made) in [("typed", typed), ("usual", disk(1))] {
        let found = lab.get(&volume(name)).await.unwrap();
        assert_eq!(found.resource, Some(made.into()), "{name}");
    }
}

#[tokio::test]
async fn a_server_starts_from_a_volume_that_outlives_it() {
    let mut lab = Lab::new().await;
    let boot = Key::boot_volume(&app(1));
    let image = VolumeContent::Image(Value::Fixed("debian".parse().unwrap()));
    lab.make(&boot, made_from(image, 10)).await;
    let instance = booting(Boot::Volume {
        volume: boot.clone(),
    });
    assert!(conflict(lab.create(&app(1), instance.clone()).await).contains("creating"));
    lab.forward(10);
    lab.make(&app(1), instance.clone()).await;
    lab.forward(10);
    assert_eq!(lab.status(&boot).await.1.as_deref(), Some("in-use"));
    let found = lab.get(&app(1)).await.unwrap();
    assert_eq!(found.resource, Some(instance.clone().into()));
    // It is a part of its server, and no attachment of its own.
    let attachments = lab
        .list()
        .await
        .into_iter()
        .filter(|found| found.kind == ResourceKind::VolumeAttachment);
    assert_eq!(attachments.count(), 0);
    conflict(lab.delete(&boot).await);
    conflict(lab.create(&app(2), instance).await);
    lab.delete(&app(1)).await.unwrap();
    lab.forward(10);
    assert_eq!(lab.status(&boot).await.1.as_deref(), Some("available"));
    lab.delete(&boot).await.unwrap();

    // What is made from something that nobody can start from can't be started from either.
    let plain = lab.make(&volume("plain"), disk(1)).await;
    lab.forward(10);
    lab.make(&snapshot("plain"), snapshot_of(&plain)).await;
    lab.forward(10);
    let copy = Key::boot_volume(&app(3));
    let content = VolumeContent::Snapshot(snapshot("plain"));
    lab.make(&copy, made_from(content, 1)).await;
    lab.forward(10);
    for volume in [copy, volume("plain")] {
        let instance = booting(Boot::Volume { volume });
        assert!(refused(lab.create(&app(3), instance).await).contains("not bootable"));
    }
}

#[tokio::test]
async fn a_server_starts_from_an_image_that_was_made_of_another() {
    let mut lab = Lab::new().await;
    let theirs = lab.make(&app(1), server("app", 1, &[])).await;
    let image = key(ResourceKind::Image, "copy");
    assert!(conflict(lab.create(&image, image_of(&theirs)).await).contains("vm_state building"));
    lab.forward(10);
    lab.make(&image, image_of(&theirs)).await;
    let second = key(ResourceKind::Image, "second");
    assert!(conflict(lab.create(&second, image_of(&theirs)).await).contains("image_snapshot"));
    let instance = Instance {
        ordinal: 2,
        host_name: "app2".into(),
        ..booting(Boot::OwnImage {
            image: image.clone(),
        })
    };
    assert!(refused(lab.create(&app(2), instance.clone()).await).contains("not active"));
    lab.forward(10);
    assert_eq!(
        lab.status(&image).await,
        (Status::Ready, Some("active".into()))
    );
    lab.make(&app(2), instance.clone()).await;
    lab.forward(10);
    let found = lab.get(&app(2)).await.unwrap();
    assert_eq!(found.resource, Some(instance.into()));
    assert!(conflict(lab.delete(&image).await).contains("in use"));
    // What it was made of may go before it.
    lab.delete(&app(1)).await.unwrap();
    lab.delete(&app(2)).await.unwrap();
    lab.forward(10);
    lab.delete(&image).await.unwrap();
    let gone = CloudId::new("gone");
    let answer = lab.create(&image, image_of(&gone)).await;
    assert!(matches!(answer, Err(CloudError::NotFound(_))), "{answer:?}");
}
