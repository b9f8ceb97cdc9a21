//! A copy that takes data along: what is read is what was planned, what is asked is what was
//! recorded, and only what we made for it goes with it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use cloud::OpenStack;
use engine::port::{Cloud, Create, Found, Status};
use model::count::Sizing;
use model::file::{Document, parse_bytes};
use model::id::{CloudId, EnvironmentId};
use model::key::{Key, ResourceKind};
use model::resolved::{Resolved, resolve};
use model::resource::{Power, Resource};
use model::value::Value;
use plan::data::{Held, Holdings, locate};
use plan::offers::{Offer, Offers};

use crate::played::{
    data_down, data_up, everything, file, foreign, list, ours, play, recorded_name, told,
};

fn document(name: &str) -> Document {
    parse_bytes(name, &std::fs::read(file(name)).unwrap()).unwrap()
}

/// How the images are called that were made of an instance of the shop, and of one of the copy.
const BY_HAND: &str = "by-hand-";

/// What belongs to the copy alone, and what belongs to the shop.
struct Both {
    copy: Vec<Found>,
    shop: Vec<Found>,
    all: Vec<Found>,
}

fn both(all: Vec<Found>) -> Both {
    let copied: BTreeSet<EnvironmentId> = all
        .iter()
        .filter(|found| found.kind == ResourceKind::VolumeSnapshot)
        .filter_map(|found| Some(found.mark.as_ref()?.environment))
        .collect();
    assert_eq!(copied.len(), 1, "the shop has no snapshot");
    let (copy, shop) = all
        .iter()
        .filter(|found| found.mark.is_some())
        .cloned()
        .partition(|found| copied.contains(&found.mark.as_ref().unwrap().environment));
    Both { copy, shop, all }
}

/// What the copy was planned to be, of the shop as it was found; sizes are those that the cloud
/// tells of what is taken along.
async fn planned(cloud: &OpenStack, shop: &[Found]) -> Resolved {
    let Document::Environment(source) = document("shop.yaml") else {
        panic!("an environment");
    };
    let Document::Recipe(recipe) = document("with-data.yaml") else {
        panic!("a recipe");
    };
    let mut copy = plan::copy::derive(&source, &recipe, "try-data".parse().unwrap()).unwrap();
    let holdings: Holdings = ours(shop)
        .into_iter()
        .map(|(key, found)| {
            let size = match &found.resource {
                Some(Resource::Volume(volume)) => volume.size.fixed().copied(),
                _ => None,
            };
            let id = found.id.clone();
            (key, Held { id, size })
        })
        .collect();
    locate(&mut copy.topology, &holdings);
    let mut planned = resolve(&copy.topology, &Sizing::Planned);
    let plan = plan::plan(&Resolved::default(), &planned).unwrap();
    let wanted = plan::sizes::sources(&plan).collect();
    let offers = Offers {
        sources: cloud.stored(&wanted).await.unwrap(),
        ..cloud.offers(&Offer::every()).await.unwrap()
    };
    for (key, gib) in plan::sizes::sizes(&planned, &offers) {
        match planned.resources.get_mut(&key) {
            Some(Resource::Volume(volume)) => volume.size = Value::Fixed(gib),
            Some(Resource::VolumeSnapshot(snapshot)) => snapshot.size = Value::Fixed(gib),
            other => panic!("{key}: {other:?}"),
        }
    }
    planned
}

#[tokio::test]
async fn what_is_read_is_what_was_planned_in_every_field() {
    let cloud = play(data_up());
    let both = both(everything(&cloud).await);
    let ours = ours(&both.copy);
    let observed = Resolved {
        resources: ours
            .iter()
            .map(|(key, found)| (key.clone(), found.resource.clone().expect("it is whole")))
            .collect(),
        order: BTreeMap::new(),
    };
    let planned = planned(&cloud, &both.shop).await;
    let settled = planned.settled_on(&observed).resolved();
    assert_eq!(observed.resources, settled.resources);
    for (key, found) in &ours {
        assert_eq!(found.status, Status::Ready, "{key}");
    }
    let of = |kind| {
        observed
            .resources
            .keys()
            .filter(move |key| key.kind == kind)
    };
    assert_eq!(of(ResourceKind::VolumeSnapshot).count(), 3);
    assert_eq!(of(ResourceKind::Volume).count(), 3);
    assert_eq!(of(ResourceKind::Image).count(), 1);
    let stopped = observed
        .instances()
        .filter(|(_, instance)| instance.power == Power::Stopped);
    let stopped: Vec<String> = stopped.map(|(key, _)| key.to_string()).collect();
    assert_eq!(stopped, ["instance/web[2]"]);
}

/// Nova hands the properties of an instance on to images that are made of it, our mark among them.
#[tokio::test]
async fn an_image_that_somebody_made_of_an_instance_of_ours_is_not_ours() {
    let both = both(everything(&play(data_up())).await);
    let by_hand: Vec<&Found> = both
        .all
        .iter()
        .filter(|found| found.kind == ResourceKind::Image && found.name.starts_with(BY_HAND))
        .collect();
    assert_eq!(by_hand.len(), 2);
    assert!(by_hand.iter().all(|found| found.mark.is_none()));
    // The one of the copy carries the mark of what that instance was made from.
    let most = Cell::new(0);
    list(&mut data_up(), "images", "images", |images| {
        let inherited = images.iter().filter(|image| {
            let name = image["name"].as_str().unwrap_or_default();
            name.starts_with(BY_HAND) && image["understudy-key"] == "image/db[1]"
        });
        most.set(inherited.count().max(most.get()));
    });
    assert_eq!(most.get(), 1);
}

#[tokio::test]
async fn every_resource_is_asked_for_as_it_was_recorded() {
    let recording = data_up();
    let cloud = play(recording.clone());
    let both = both(everything(&cloud).await);
    let ours = ours(&both.copy);
    let ids: BTreeMap<Key, CloudId> = ours
        .iter()
        .map(|(key, found)| (key.clone(), found.id.clone()))
        .collect();
    let mut stopped = Vec::new();
    for (key, resource) in &planned(&cloud, &both.shop).await.resources {
        let there = ours[key];
        let name = recorded_name(&recording, key).unwrap_or_default();
        let first = resource.on_the_way(None);
        let told = told(resource);
        let create = Create {
            mark: there.mark.as_ref().unwrap(),
            name: &name,
            resource: first.as_ref().unwrap_or(resource),
            ids: &ids,
            user_data: told.as_ref(),
        };
        let created = cloud
            .create(create)
            .await
            .unwrap_or_else(|error| panic!("{key}: {error}"));
        assert_eq!(created.id, there.id, "{key}");
        if let Some(first) = first {
            stopped.push((there.id.clone(), first, resource.clone()));
        }
    }
    assert_eq!(stopped.len(), 1);
    for (id, first, resource) in stopped {
        cloud.update(&id, &first, &resource, &ids).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_removed_is_gone_and_what_it_was_taken_from_stays() {
    let before = both(everything(&play(data_up())).await);
    let cloud = play(data_down());
    for (key, found) in ours(&before.copy) {
        // They go with what they are of.
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
    let id = |found: &Found| (found.kind, found.id.clone());
    let marked = after.iter().filter(|found| found.mark.is_some());
    assert_eq!(
        marked.map(id).collect::<BTreeSet<_>>(),
        before.shop.iter().map(id).collect::<BTreeSet<_>>()
    );
    assert_eq!(foreign(&after), foreign(&before.all));
    // The shop is what it was, in every field that we read.
    let kept = |of: &[Found]| -> BTreeMap<_, _> {
        of.iter()
            .filter(|found| before.shop.iter().any(|shop| id(shop) == id(found)))
            .map(|found| (id(found), (found.resource.clone(), found.status.clone())))
            .collect()
    };
    assert_eq!(kept(&after), kept(&before.shop));
}
