//! What every story asks at its end.

use std::collections::BTreeMap;

use cloud::simulated::{Call, Outcome, Verb};
use engine::port::{Cloud, Detail, Found, Scope, Status};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::{ImageName, KeypairName};
use model::resource::{Keypair, KeypairSource, Resource, Volume, VolumeContent, VolumeSnapshot};
use model::unit::Gib;
use model::value::Value;
use plan::steps::{Plan, StepAct};
use tests::world::World;

/// Something of somebody else's, in the cloud before a story begins.
pub async fn put_foreign(world: &World) -> Vec<CloudId> {
    let mut ids = Vec::new();
    for kind in [
        ResourceKind::Network,
        ResourceKind::Volume,
        ResourceKind::SecurityGroup,
    ] {
        // The same names as ours: a name alone never makes anything ours.
        ids.push(
            world
                .cloud
                .put_foreign(kind, "copy-1-internal")
                .await
                .unwrap(),
        );
    }
    ids
}

/// What copies and volumes are made from, and nobody of ours owns.
pub struct Golden {
    pub volume: CloudId,
    pub snapshot: CloudId,
    pub instance: CloudId,
}

/// Puts a bootable volume of 1 GiB, a snapshot of it and an instance into the cloud.
pub async fn put_golden(world: &World, name: &str) -> Golden {
    let cloud = &world.cloud;
    let image = ImageName::new("golden").unwrap();
    cloud
        .offer_images(std::slice::from_ref(&image))
        .await
        .unwrap();
    let disk = Volume {
        size: Value::Fixed(Gib(1)),
        volume_type: None,
        content: VolumeContent::Image(Value::Fixed(image)),
        mount: None,
        file_system: None,
    };
    let volume = cloud
        .put(None, name, &disk.into(), &BTreeMap::new())
        .await
        .unwrap();
    let instance = cloud
        .put_foreign(ResourceKind::Instance, name)
        .await
        .unwrap();
    let of = VolumeSnapshot {
        volume: Value::Fixed(volume.clone()),
        size: Value::AssignedByCloud,
    };
    let snapshot = cloud
        .put(None, name, &of.into(), &BTreeMap::new())
        .await
        .unwrap();
    Golden {
        volume,
        snapshot,
        instance,
    }
}

/// Everything in the cloud by its id.
pub async fn everything(world: &World) -> BTreeMap<CloudId, Found> {
    let found = world
        .cloud
        .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
        .await
        .unwrap()
        .found;
    found
        .into_iter()
        .map(|found| (found.id.clone(), found))
        .collect()
}

/// Asserts that just the foreign resources are there.
pub async fn only_foreign(world: &World, foreign: &[CloudId], story: &str) {
    let there = everything(world).await;
    let left: Vec<String> = there
        .values()
        .filter(|found| !foreign.contains(&found.id))
        .map(|found| format!("{} {} {}", found.kind, found.name, found.status))
        .collect();
    assert!(left.is_empty(), "{story}: left behind: {left:#?}");
    for id in foreign {
        assert!(
            there.contains_key(id),
            "{story}: somebody else's resource is gone"
        );
    }
}

/// Asserts that every key has one resource, that is ready, and foreign ones are as they were.
pub async fn complete(world: &World, foreign: &[CloudId], expected: &Plan, story: &str) {
    let there = everything(world).await;
    let mut by_key: BTreeMap<Key, Vec<&Found>> = BTreeMap::new();
    for found in there.values().filter(|found| !foreign.contains(&found.id)) {
        let mark = found
            .mark
            .as_ref()
            .unwrap_or_else(|| panic!("{story}: unmarked: {found:?}"));
        by_key.entry(mark.key.clone()).or_default().push(found);
    }
    // What a step made, another may have changed.
    let mut made: BTreeMap<&Key, &Resource> = BTreeMap::new();
    for step in &expected.steps {
        match &step.act {
            StepAct::Create { resource } => {
                made.insert(&step.key, resource);
            }
            StepAct::Update { before: _, after } => {
                if let Some(made) = made.get_mut(&step.key) {
                    *made = after;
                }
            }
            StepAct::Delete { resource: _ } => {}
        }
    }
    for (key, resource) in made {
        let found = by_key.remove(key).unwrap_or_default();
        assert_eq!(
            found.len(),
            1,
            "{story}: {key} is there {} times",
            found.len()
        );
        assert_eq!(found[0].status, Status::Ready, "{story}: {key}");
        let theirs = found[0].resource.as_ref().unwrap();
        let planned = with_key(world, found[0], resource);
        assert_eq!(
            theirs,
            planned.settled_on(theirs).as_ref(),
            "{story}: {key} is not as planned"
        );
    }
    assert!(
        by_key.is_empty(),
        "{story}: more than planned: {:?}",
        by_key.keys()
    );
    for id in foreign {
        assert!(
            there.contains_key(id),
            "{story}: somebody else's resource is gone"
        );
    }
}

/// What is planned as the cloud is to have it: a plan names no key that Understudy makes.
fn with_key(world: &World, found: &Found, planned: &Resource) -> Resource {
    let Resource::Keypair(Keypair {
        public_key: KeypairSource::Made,
    }) = planned
    else {
        return planned.clone();
    };
    let mark = found.mark.as_ref().unwrap();
    let name = KeypairName::new(mark.key.name()).unwrap();
    let declared = model::keypair::Keypair::default();
    let key = world.engine.public_key(mark.environment, &name, &declared);
    Resource::Keypair(Keypair {
        public_key: KeypairSource::Given(key.unwrap()),
    })
}

/// The calls that had an effect, as verb and key, sorted.
pub fn effects(calls: &[Call]) -> Vec<(&'static str, String)> {
    let mut effects: Vec<(&'static str, String)> = calls
        .iter()
        .filter(|call| matches!(call.outcome, Outcome::Done | Outcome::DoneUnanswered))
        .map(|call| {
            let verb = match call.verb {
                Verb::Create => "create",
                Verb::Update => "change",
                Verb::Delete => "delete",
                other => panic!("{other} has no effect"),
            };
            (
                verb,
                call.key
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )
        })
        .collect();
    effects.sort();
    effects
}

/// The effects that a plan foretells, sorted.
pub fn foretold(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut steps: Vec<(&'static str, String)> = plan
        .steps
        .iter()
        .map(|step| (step.act.verb(), step.key.to_string()))
        .collect();
    steps.sort();
    steps
}
