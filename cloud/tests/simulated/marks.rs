//! Whose a resource is, and what it is in our words.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::{Cloud, Detail, Mark, Moment, Scope};
use model::id::{EnvironmentId, InstallationId};
use model::key::{Key, ResourceKind};
use model::resource::{FloatingIp, Resource};
use model::value::Value;
use uuid::Uuid;

use crate::lab::{Lab, disk, key, server};

#[tokio::test]
async fn one_of_each_kind_translates_back() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    let listed: BTreeMap<Key, Resource> = lab
        .list()
        .await
        .into_iter()
        .map(|found| {
            let mark = found.mark.unwrap();
            assert_eq!(mark, lab.mark(&mark.key));
            assert_eq!(found.id, lab.ids[&mark.key]);
            assert_eq!(found.kind, mark.key.kind);
            assert_ne!(found.id.as_str(), found.name);
            (mark.key, found.resource.unwrap())
        })
        .collect();
    let kinds: BTreeSet<ResourceKind> = listed.keys().map(|key| key.kind).collect();
    assert_eq!(kinds.len(), ResourceKind::ALL.len());
    assert!(listed.keys().eq(lab.ids.keys()));
    // What hangs on what is what was asked for.
    for (key, resource) in &listed {
        for (other, _) in resource.bonds() {
            assert!(listed.contains_key(&other), "{key} names {other}");
        }
    }
    // And the answer about one is the one in the list.
    for key in lab.ids.keys() {
        assert_eq!(
            lab.get(key).await.unwrap().resource.as_ref(),
            listed.get(key)
        );
    }
    let ip = &listed[&key(ResourceKind::FloatingIp, "app[1]")];
    let first: std::net::IpAddr = "203.0.113.1".parse().unwrap();
    assert!(
        matches!(ip, Resource::FloatingIp(FloatingIp { address: Value::Fixed(a), .. }) if *a == first)
    );
}

#[tokio::test]
async fn names_and_marks_may_repeat() {
    let lab = Lab::new().await;
    let volume = key(ResourceKind::Volume, "app[1].data");
    let one = lab.create(&volume, disk(1)).await.unwrap();
    let two = lab.create(&volume, disk(1)).await.unwrap();
    assert_ne!(one, two);
    assert_eq!(lab.list().await.len(), 2);
}

#[tokio::test]
async fn foreign_resources_are_listed_under_everything_alone() {
    let mut lab = Lab::new().await;
    lab.make_network("net", "10.0.0.0/24").await;
    for kind in ResourceKind::ALL {
        let put = lab.cloud.put_foreign(*kind, "theirs").await;
        assert_eq!(
            put.is_ok(),
            !matches!(
                kind,
                ResourceKind::Subnet
                    | ResourceKind::RouterInterface
                    | ResourceKind::SecurityRules
                    | ResourceKind::VolumeSnapshot
                    | ResourceKind::Image
                    | ResourceKind::VolumeAttachment
            )
        );
    }
    assert_eq!(lab.list().await.len(), 2);
    let all = lab
        .cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap()
        .found;
    let foreign: Vec<_> = all.iter().filter(|found| found.mark.is_none()).collect();
    assert_eq!((all.len(), foreign.len()), (2 + 8, 8));
    assert!(foreign.iter().all(|found| found.resource.is_none()));
    assert!(
        lab.calls().await.len() == 2,
        "putting something in is no call"
    );
}

#[tokio::test]
async fn other_environments_and_installations_are_kept_apart() {
    let mut lab = Lab::new().await;
    let volume = key(ResourceKind::Volume, "data");
    lab.make(&volume, disk(1)).await;
    for (installation, environment) in [(7, 9), (9, 8)] {
        let mark = Mark {
            installation: InstallationId::from_uuid(Uuid::from_u128(installation)),
            environment: EnvironmentId::from_uuid(Uuid::from_u128(environment)),
            ..lab.mark(&volume)
        };
        lab.cloud
            .put(Some(&mark), "data", &disk(1).into(), &BTreeMap::new())
            .await
            .unwrap();
    }
    assert_eq!(lab.list().await.len(), 1);
    let all = lab
        .cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap()
        .found;
    assert!(
        all.iter()
            .all(|found| found.mark.is_some() && found.resource.is_some())
    );
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn a_reference_to_something_foreign_or_gone_has_no_words() {
    let mut lab = Lab::new().await;
    lab.make_one_of_each().await;
    let app = key(ResourceKind::Instance, "app[1]");
    // Nova lets a server group go while a server is in it.
    lab.delete(&key(ResourceKind::ServerGroup, "app"))
        .await
        .unwrap();
    let found = lab.get(&app).await.unwrap();
    assert!(found.resource.is_none() && found.mark.is_some());

    // Somebody attached our volume to a server of theirs.
    let volume = key(ResourceKind::Volume, "spare");
    lab.make(&volume, disk(1)).await;
    lab.forward(10);
    let theirs = lab
        .cloud
        .put_foreign(ResourceKind::Instance, "theirs")
        .await
        .unwrap();
    let mut ids = lab.ids.clone();
    ids.insert(key(ResourceKind::Instance, "theirs[1]"), theirs);
    let attachment = crate::lab::attached("spare", "theirs[1]").into();
    lab.cloud.put(None, "", &attachment, &ids).await.unwrap();
    let part = key(ResourceKind::VolumeAttachment, "spare");
    let all = lab.list().await;
    let found = all.iter().find(|found| found.mark == Some(lab.mark(&part)));
    assert!(found.unwrap().resource.is_none());
}

#[tokio::test]
async fn a_mark_that_has_no_room_is_refused() {
    let lab = Lab::new().await;
    let long = key(ResourceKind::Volume, &"v".repeat(250));
    crate::lab::refused(lab.create(&long, disk(1)).await);
    // A server group's stands in its name, beside the name.
    let group = |length| key(ResourceKind::ServerGroup, &"g".repeat(length));
    let hosts = model::resource::ServerGroup {};
    crate::lab::refused(lab.create(&group(90), hosts.clone()).await);
    lab.create(&group(63), hosts).await.unwrap();
}

#[tokio::test]
async fn the_probe_stands_between_effect_and_answer() {
    let mut lab = Lab::quick().await;
    let app = key(ResourceKind::Instance, "app[1]");
    lab.make(&app, server("app", 1, &[])).await;
    let other = model::resource::Instance {
        role: Some(model::group::Role::Primary),
        ..server("app", 1, &[])
    };
    lab.update(&app, server("app", 1, &[]), other)
        .await
        .unwrap();
    lab.delete(&app).await.unwrap();
    // Nothing is made where nothing is done.
    lab.delete(&app).await.unwrap_err();
    let reached = lab.probe.0.lock().unwrap().clone();
    assert_eq!(reached, vec![(Moment::EffectMade, app); 3]);
}
