//! A copy of the WebPlatform: what is read is what was planned, what is asked is what was recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::port::{Cloud, CloudError, Create, Status};
use model::count::Sizing;
use model::file::{Document, parse_bytes};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resolved::{Resolved, resolve};
use model::resource::Resource;
use plan::offers::{Offer, QuotaKind};

use crate::played::{down, everything, foreign, ours, play, recorded_name, told, up, with_keys};

fn example(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    parse_bytes(name, &std::fs::read(path).unwrap()).unwrap()
}

/// What the copy was planned to be.
fn planned() -> Resolved {
    let Document::Environment(source) = example("production-2014.yaml") else {
        panic!("an environment");
    };
    let Document::Recipe(recipe) = example("temporary.yaml") else {
        panic!("a recipe");
    };
    let copy = plan::copy::derive(&source, &recipe, "try-rec".parse().unwrap()).unwrap();
    resolve(&copy.topology, &Sizing::Planned)
}

#[tokio::test]
async fn what_is_read_is_what_was_planned_in_every_field() {
    let found = everything(&play(up())).await;
    let ours = ours(&found);
    let resources: BTreeMap<Key, Resource> = ours
        .iter()
        .map(|(key, found)| (key.clone(), found.resource.clone().expect("it is whole")))
        .collect();
    let observed = Resolved {
        resources,
        order: BTreeMap::new(),
    };
    assert_eq!(observed.instances().count(), 9);
    let planned = with_keys(planned(), &ours);
    let settled = planned.settled_on(&observed).resolved();
    assert_eq!(observed.resources, settled.resources);
    for (key, found) in &ours {
        assert_eq!(found.status, Status::Ready, "{key}");
    }
    // Every public address is the one that it is called by, and leads to an instance of ours.
    let mut led_to = BTreeSet::new();
    for (key, found) in &ours {
        if let Some(Resource::FloatingIp(address)) = &found.resource {
            let fixed = address.address.fixed().expect("the cloud chose one");
            assert_eq!(found.name, fixed.to_string(), "{key}");
            let instance = address.instance.as_ref().expect("it leads somewhere");
            assert!(ours.contains_key(instance), "{key} leads to {instance}");
            led_to.insert(instance);
        }
    }
    assert_eq!(led_to.len(), 9);
    let strangers = foreign(&found);
    let is = |kind| strangers.iter().any(|(of, _)| *of == kind);
    assert!(is(ResourceKind::Router) && is(ResourceKind::FloatingIp) && is(ResourceKind::Volume));
}

#[tokio::test]
async fn quotas_flavors_and_images_are_offered() {
    let offers = play(up()).offers(&Offer::every()).await.unwrap();
    for kind in QuotaKind::ALL {
        assert!(offers.quotas.contains_key(kind), "{kind}");
    }
    assert_eq!(offers.quotas[&QuotaKind::Instances].limit, Some(1000));
    let flavor = offers.flavors["m1.medium"];
    assert_eq!((flavor.vcpus, flavor.ram.0), (2, 4096));
    assert!(offers.images.contains_key("ubuntu-12.04"));
    // This credential may not see the pool.
    assert_eq!(offers.free_addresses, None);
}

#[tokio::test]
async fn every_resource_is_asked_for_as_it_was_recorded() {
    let recording = up();
    let cloud = play(recording.clone());
    let found = everything(&cloud).await;
    let ours = ours(&found);
    let ids: BTreeMap<Key, CloudId> = ours
        .iter()
        .map(|(key, found)| (key.clone(), found.id.clone()))
        .collect();
    let planned = with_keys(planned(), &ours);
    for (key, resource) in &planned.resources {
        let there = ours[key];
        let name = recorded_name(&recording, key).unwrap_or_default();
        let told = told(resource);
        let create = Create {
            mark: there.mark.as_ref().unwrap(),
            name: &name,
            resource,
            ids: &ids,
            user_data: told.as_ref(),
        };
        let created = cloud
            .create(create)
            .await
            .unwrap_or_else(|error| panic!("{key}: {error}"));
        assert_eq!(created.id, there.id, "{key}");
    }
    // Nothing that changes something is answered twice.
    let (key, resource) = planned.resources.iter().next().unwrap();
    let again = Create {
        mark: ours[key].mark.as_ref().unwrap(),
        name: &recorded_name(&recording, key).unwrap_or_default(),
        resource,
        ids: &ids,
        user_data: None,
    };
    let error = cloud.create(again).await.unwrap_err();
    assert!(matches!(&error, CloudError::NotOffered(words)
        if words.contains("the recording holds no answer to")));
}

#[tokio::test]
async fn what_is_removed_is_gone_and_what_is_foreign_stays() {
    let before = everything(&play(up())).await;
    let cloud = play(down());
    for (key, found) in ours(&before) {
        // What goes along with something else has no step.
        if matches!(
            key.kind,
            ResourceKind::SecurityRules | ResourceKind::VolumeAttachment
        ) {
            continue;
        }
        cloud
            .delete(found.kind, &found.id)
            .await
            .unwrap_or_else(|error| panic!("{key}: {error}"));
    }
    let after = everything(&cloud).await;
    assert!(ours(&after).is_empty());
    // The ports and rules of what is ours are no resources of their own.
    assert_eq!(foreign(&after), foreign(&before));
}
