//! Volumes, snapshots and images: what they are made from, what stands in their way. As some clouds
//! do, and others don't, a snapshot and an image are kept for as long as something made from them is
//! there.

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::{Boot, Image, Volume, VolumeContent, VolumeSnapshot};
use plan::offers::{QuotaKind, Stored};

use super::{Ground, conflict, existing, needs_settled, not_found, referred, refused, usable};
use crate::simulated::quota;
use crate::simulated::world::{Body, BootRow, Content, Disk, Row, World};

/// How far a volume or a snapshot is, where it is not `available` or `in-use`.
fn unsettled(row: &Row, ground: Ground<'_>) -> Option<&'static str> {
    match &row.body {
        _ if row.gone.is_some() => Some("deleting"),
        _ if ground.now < row.ready => Some("creating"),
        _ if row.fault.is_some() => Some("error"),
        Body::Volume(disk) if disk.extending.is_some() => Some("extending"),
        _ => None,
    }
}

fn is_bootable(row: &Row) -> bool {
    match &row.body {
        Body::Volume(disk) => disk.bootable,
        Body::VolumeSnapshot { bootable, .. } => *bootable,
        _ => false,
    }
}

fn gib(row: &Row) -> u64 {
    match &row.body {
        Body::Volume(disk) => disk.gib,
        Body::VolumeSnapshot { gib, .. } => *gib,
        _ => 0,
    }
}

/// The volumes or snapshots that are called so, by id or by name.
fn named<'w>(world: &'w World, source: &VolumeSource) -> Vec<&'w Row> {
    let kind = match source {
        VolumeSource::Snapshot(_) => ResourceKind::VolumeSnapshot,
        VolumeSource::Volume(_) => ResourceKind::Volume,
    };
    let name = source.name().as_str();
    let of_kind = || {
        world
            .rows()
            .filter(|row| row.body.kind() == kind && row.gone.is_none())
    };
    match of_kind().find(|row| row.id.as_str() == name) {
        Some(one) => vec![one],
        None => of_kind().filter(|row| row.name == name).collect(),
    }
}

/// What there is of a name or an id.
pub(in crate::simulated) fn stored(world: &World, source: &VolumeSource) -> Vec<Stored> {
    named(world, source)
        .into_iter()
        .map(|row| Stored {
            id: row.id.clone(),
            size: model::unit::Gib(gib(row)),
        })
        .collect()
}

pub(super) fn snapshot(
    world: &World,
    ground: Ground<'_>,
    VolumeSnapshot { volume, size: _ }: &VolumeSnapshot,
) -> Result<Body, CloudError> {
    let Some(id) = volume.fixed() else {
        return refused("Invalid input for field/attribute volume_id.");
    };
    let row = existing(world, ResourceKind::Volume, id)?;
    if let Some(status) = unsettled(row, ground) {
        return conflict(format!(
            "Invalid volume: Volume {id} status must be available or in-use, but current status \
             is: {status}."
        ));
    }
    let gib = gib(row);
    quota::check(
        world,
        &[(QuotaKind::Snapshots, 1), (QuotaKind::VolumeGib, gib)],
    )?;
    Ok(Body::VolumeSnapshot {
        volume: id.clone(),
        gib,
        bootable: is_bootable(row),
    })
}

pub(super) fn image(
    world: &World,
    ground: Ground<'_>,
    Image { instance }: &Image,
) -> Result<Body, CloudError> {
    let Some(id) = instance.fixed() else {
        return refused("Instance None could not be found.");
    };
    let row = usable(world, ResourceKind::Instance, id)?;
    needs_settled(row, "createImage", ground.now)?;
    let at_it = world.rows().any(|other| {
        matches!(&other.body, Body::Image { instance } if instance == id)
            && ground.now < other.ready
    });
    if at_it {
        return conflict(format!(
            "Cannot 'createImage' instance {id} while it is in task_state image_snapshot"
        ));
    }
    Ok(Body::Image {
        instance: id.clone(),
    })
}

pub(super) fn volume(
    world: &World,
    ground: Ground<'_>,
    ids: &BTreeMap<Key, CloudId>,
    Volume {
        size,
        volume_type,
        content,
        mount,
        file_system,
    }: &Volume,
) -> Result<Body, CloudError> {
    let Some(gib) = size.fixed().map(|size| size.0).filter(|gib| *gib > 0) else {
        return refused(
            "Invalid input received: Volume size must be an integer and greater than 0.",
        );
    };
    if let Some(name) = volume_type
        && !world.volume_types.contains(name)
    {
        return Err(CloudError::NotFound(format!(
            "Volume type with name {name} could not be found."
        )));
    }
    let (content, source) = match content {
        VolumeContent::Empty => (Content::Empty, None),
        VolumeContent::Image(image) => match image.fixed() {
            Some(image) if world.images.contains(image) => (Content::Image(image.clone()), None),
            _ => {
                return refused(format!(
                    "Invalid image identifier or unable to access requested image: {image}."
                ));
            }
        },
        VolumeContent::Stored(source) => match named(world, source).as_slice() {
            [one] => (Content::Stored(source.clone(), one.id.clone()), Some(*one)),
            [] => {
                let id = CloudId::new(source.name().as_str());
                let kind = match source {
                    VolumeSource::Snapshot(_) => ResourceKind::VolumeSnapshot,
                    VolumeSource::Volume(_) => ResourceKind::Volume,
                };
                return Err(not_found(kind, &id));
            }
            [_, ..] => {
                return refused(format!(
                    "the cloud has more than one {source}: name it by its id"
                ));
            }
        },
        VolumeContent::Snapshot(key) => {
            let row = referred(world, ids, key)?;
            (Content::Snapshot(row.id.clone()), Some(row))
        }
    };
    if let Some(source) = source {
        made_from(source, gib, ground)?;
    }
    quota::check(
        world,
        &[(QuotaKind::Volumes, 1), (QuotaKind::VolumeGib, gib)],
    )?;
    Ok(Body::Volume(Disk {
        gib,
        volume_type: volume_type.clone(),
        bootable: source.map_or(matches!(content, Content::Image(_)), is_bootable),
        content,
        mount: mount.clone(),
        file_system: file_system.clone(),
        extending: None,
    }))
}

/// Refuses to make a volume of a size from something that is larger, or not whole.
fn made_from(source: &Row, size: u64, ground: Ground<'_>) -> Result<(), CloudError> {
    let (id, least) = (&source.id, gib(source));
    let word = if matches!(source.body, Body::Volume(_)) {
        "volume"
    } else {
        "snapshot"
    };
    if let Some(status) = unsettled(source, ground) {
        return conflict(format!(
            "Invalid {word}: Originating {word} {id} status must be one of 'available' values, and \
             is {status}."
        ));
    }
    if size < least {
        return refused(format!(
            "Invalid input received: Volume size '{size}'GB cannot be smaller than the {word} size \
             {least}GB. They must be >= original {word} size."
        ));
    }
    Ok(())
}

/// What a server starts from.
pub(super) fn boot(
    world: &World,
    ground: Ground<'_>,
    ids: &BTreeMap<Key, CloudId>,
    boot: &Boot,
) -> Result<BootRow, CloudError> {
    match boot {
        Boot::Image(image) => match image.fixed().filter(|name| world.images.contains(*name)) {
            Some(name) => Ok(BootRow::Offered(name.clone())),
            None => refused(format!("Image {image} could not be found.")),
        },
        Boot::OwnImage { image } => {
            let row = referred(world, ids, image)?;
            if ground.now < row.ready || row.fault.is_some() {
                return refused(format!("Image {} is not active.", row.id));
            }
            Ok(BootRow::Own {
                image: row.id.clone(),
            })
        }
        Boot::Volume { volume } => {
            let row = referred(world, ids, volume)?;
            let status = unsettled(row, ground).or(world.is_in_use(&row.id).then_some("in-use"));
            if let Some(status) = status {
                return conflict(format!(
                    "Invalid volume: Volume {} status must be available or downloading to reserve, \
                     but the current status is {status}.",
                    row.id
                ));
            }
            if !is_bootable(row) {
                return refused(format!("Block Device {} is not bootable.", row.id));
            }
            Ok(BootRow::Volume {
                volume: row.id.clone(),
            })
        }
    }
}

pub(super) fn volume_can_go(
    world: &World,
    ground: Ground<'_>,
    row: &Row,
    disk: &Disk,
) -> Result<(), CloudError> {
    let id = &row.id;
    let status = if world.is_in_use(id) {
        "in-use"
    } else if ground.now < row.ready {
        "creating"
    } else if disk.extending.is_some() {
        "extending"
    } else if has_snapshots(world, id) {
        "available, with snapshots"
    } else {
        return Ok(());
    };
    conflict(format!(
        "Invalid volume: Volume status must be available or error and must not be attached or have \
         snapshots: volume {id} is {status}."
    ))
}

fn has_snapshots(world: &World, id: &CloudId) -> bool {
    world
        .rows()
        .any(|row| matches!(&row.body, Body::VolumeSnapshot { volume, .. } if volume == id))
}

pub(super) fn snapshot_can_go(
    world: &World,
    ground: Ground<'_>,
    row: &Row,
) -> Result<(), CloudError> {
    let id = &row.id;
    if ground.now < row.ready {
        return conflict(format!(
            "Invalid snapshot: Snapshot status must be available or error: snapshot {id} is creating."
        ));
    }
    let user = world
        .rows()
        .find(|row| matches!(&row.body, Body::Volume(disk) if disk.content.source() == Some(id)));
    match user {
        None => Ok(()),
        Some(user) => conflict(format!(
            "Invalid snapshot: Snapshot {id} is busy: volume {} was made from it.",
            user.id
        )),
    }
}

pub(super) fn image_can_go(world: &World, id: &CloudId) -> Result<(), CloudError> {
    let user = world
        .servers()
        .find(|(_, server)| matches!(&server.boot, BootRow::Own { image } if image == id));
    match user {
        None => Ok(()),
        Some((user, _)) => conflict(format!(
            "Image {id} could not be deleted because it is in use: instance {} was started from it.",
            user.id
        )),
    }
}
