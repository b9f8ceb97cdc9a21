//! Sizes that a plan leaves to what a volume is made from: an image, a snapshot, another volume.
//! They are settled when the cloud has told what it holds, before the plan is made, so that no
//! choice is left to execution and the proof knows what it counts.

use std::collections::BTreeMap;

use model::data::VolumeSource;
use model::key::Key;
use model::name::StoredName;
use model::resolved::Resolved;
use model::resource::{Resource, Volume, VolumeContent, VolumeSnapshot};
use model::unit::Gib;
use model::value::Value;

use crate::offers::Offers;
use crate::steps::{Plan, StepAct};

/// How large what a plan makes will be, by key, where the plan does not say so itself.
pub type Sizes = BTreeMap<Key, Gib>;

/// What has to be looked up in the cloud: all that a plan makes volumes and snapshots from.
pub fn sources(plan: &Plan) -> impl Iterator<Item = VolumeSource> {
    plan.steps.iter().filter_map(|step| match &step.act {
        StepAct::Create { resource } => source(resource),
        StepAct::Update { .. } | StepAct::Delete { .. } => None,
    })
}

/// What in the cloud a resource is made from.
pub(crate) fn source(resource: &Resource) -> Option<VolumeSource> {
    match resource {
        Resource::VolumeSnapshot(VolumeSnapshot { volume, size: _ }) => {
            let id = StoredName::new(volume.fixed()?.as_str()).ok()?;
            Some(VolumeSource::Volume(id))
        }
        Resource::Volume(Volume {
            content: VolumeContent::Stored(source),
            ..
        }) => Some(source.clone()),
        _ => None,
    }
}

/// Settles what a state leaves open. Where the cloud did not tell, it stays open.
pub fn sizes(target: &Resolved, offers: &Offers) -> Sizes {
    let mut sizes = Sizes::new();
    let open = |size: &Value<Gib>| size.fixed().is_none();
    // Keys come in the order of kinds: snapshots before what is made from them.
    for (key, resource) in &target.resources {
        let size = match resource {
            Resource::VolumeSnapshot(snapshot) if open(&snapshot.size) => {
                source(resource).and_then(|source| offers.size_of(&source))
            }
            Resource::Volume(volume) if open(&volume.size) => match &volume.content {
                VolumeContent::Snapshot(snapshot) => sizes.get(snapshot).copied(),
                VolumeContent::Stored(source) => offers.size_of(source),
                VolumeContent::Image(image) => image
                    .fixed()
                    .and_then(|image| offers.images.get(image))
                    .map(|image| image.least_disk),
                VolumeContent::Empty => None,
            },
            _ => None,
        };
        if let Some(size) = size {
            sizes.insert(key.clone(), size);
        }
    }
    sizes
}

/// A resource as it will be made.
pub(crate) fn settle(resource: Resource, size: Option<Gib>) -> Resource {
    let settled = |open: Value<Gib>| match (open, size) {
        (Value::AssignedByCloud | Value::Unknown, Some(size)) => Value::Fixed(size),
        (known, _) => known,
    };
    match resource {
        Resource::VolumeSnapshot(snapshot) => VolumeSnapshot {
            size: settled(snapshot.size),
            ..snapshot
        }
        .into(),
        Resource::Volume(volume) => Volume {
            size: settled(volume.size),
            ..volume
        }
        .into(),
        other => other,
    }
}
