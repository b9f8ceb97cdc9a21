//! Volumes, snapshots and images as they are listed, in our words.

use engine::port::{Found, Mark, Status};
use model::id::CloudId;
use model::key::ResourceKind;
use model::resource::{Image, Resource, Volume, VolumeAttachment, VolumeContent, VolumeSnapshot};
use model::unit::Gib;
use model::value::Value;

use super::super::{mark, storage, wire};
use super::{Links, attachment_id, found, known, part, time};

/// How far a volume or a snapshot is, in Cinder's words.
fn status(word: &str, what: &str) -> Status {
    match word {
        "available" | "in-use" => Status::Ready,
        "creating" | "downloading" => Status::Building,
        "deleting" => Status::Deleting,
        failed if failed.starts_with("error") => Status::Failed {
            fault: format!("the {what}'s status is {failed}"),
        },
        _ => Status::Changing,
    }
}

impl Links<'_> {
    pub(super) fn of_volume(&self, row: &wire::Volume) -> Found {
        let mark = self.mark(&row.id);
        let text = |name: &str| row.metadata.get(&mark::entry(name)).cloned();
        let status = status(&row.status, "volume");
        let resource = mark.as_ref().and_then(|mark| {
            Some(Resource::from(Volume {
                size: Value::Fixed(Gib(row.size)),
                volume_type: row.storage.as_deref().and_then(|name| name.parse().ok()),
                content: self.content(mark, row, &status)?,
                mount: text("mount"),
                file_system: text("file-system"),
            }))
        });
        Found {
            resource,
            status,
            created_at: time(row.created_at.as_ref()),
            ..found(
                ResourceKind::Volume,
                &row.id,
                row.name.as_deref().unwrap_or_default(),
                mark,
            )
        }
    }

    /// What a volume was made from; none where that can't be told: not yet, because its image is
    /// told once it is whole, or no longer, because a snapshot of ours is gone.
    fn content(&self, mark: &Mark, row: &wire::Volume, status: &Status) -> Option<VolumeContent> {
        if row.snapshot_id.is_some() || row.source_volid.is_some() {
            if let Some(source) = storage::named_source(row) {
                return Some(VolumeContent::Stored(source));
            }
            let snapshot = row.snapshot_id.as_deref()?;
            return Some(VolumeContent::Snapshot(self.key(mark, snapshot)?));
        }
        match &row.image {
            Some(image) => Some(VolumeContent::Image(known(image.image_name.as_deref()))),
            None if *status == Status::Building => None,
            None => Some(VolumeContent::Empty),
        }
    }

    /// The servers that a volume is at. One that a server boots from is a part of it, and no
    /// attachment of its own.
    pub(super) fn of_attachments(&self, row: &wire::Volume) -> Vec<Found> {
        let kind = ResourceKind::VolumeAttachment;
        let volume = self.mark(&row.id);
        if volume
            .as_ref()
            .is_some_and(|mark| mark.key.is_boot_volume())
        {
            return Vec::new();
        }
        let status = match row.status.as_str() {
            "in-use" => Status::Ready,
            "detaching" => Status::Deleting,
            _ => Status::Changing,
        };
        row.attachments
            .iter()
            .map(|attachment| {
                let resource = volume.as_ref().and_then(|mark| {
                    Some(Resource::from(VolumeAttachment {
                        volume: mark.key.clone(),
                        instance: self.key(mark, &attachment.server_id)?,
                    }))
                });
                Found {
                    resource,
                    status: status.clone(),
                    ..found(
                        kind,
                        attachment_id(&attachment.server_id, &row.id).as_str(),
                        "",
                        part(volume.clone(), kind),
                    )
                }
            })
            .collect()
    }

    pub(super) fn of_snapshot(&self, row: &wire::Snapshot) -> Found {
        let mark = self.mark(&row.id);
        let resource = VolumeSnapshot {
            volume: Value::Fixed(CloudId::new(&row.volume_id)),
            size: Value::Fixed(Gib(row.size)),
        };
        Found {
            resource: mark.as_ref().map(|_| resource.into()),
            status: status(&row.status, "snapshot"),
            created_at: time(row.created_at.as_ref()),
            ..found(
                ResourceKind::VolumeSnapshot,
                &row.id,
                row.name.as_deref().unwrap_or_default(),
                mark,
            )
        }
    }

    /// Whether the server of an image is on its way to one.
    fn is_being_imaged(&self, row: &wire::Image) -> bool {
        let of = row.instance_uuid.as_deref();
        let server = self.tables.servers.iter().find(|s| of == Some(&s.id));
        let task = server.and_then(|server| server.task_state.as_deref());
        task.is_some_and(|task| task.starts_with("image_"))
    }

    pub(super) fn of_image(&self, row: &wire::Image) -> Found {
        let mark = self.mark(&row.id);
        let resource = mark.as_ref().and_then(|_| {
            let instance = CloudId::new(row.instance_uuid.as_deref()?);
            Some(Resource::from(Image {
                instance: Value::Fixed(instance),
            }))
        });
        let status = match row.status.as_str() {
            "active" => Status::Ready,
            // Nova makes the image known first. Where it can't go on, because somebody else had
            // begun to do something with the server, the image stays behind and waits for ever.
            "queued" if mark.is_some() && !self.is_being_imaged(row) => Status::Failed {
                fault: "the cloud made the image known and then nothing of it".to_owned(),
            },
            "queued" | "saving" | "uploading" | "importing" => Status::Building,
            "pending_delete" | "deleted" => Status::Deleting,
            other => Status::Failed {
                fault: format!("the image's status is {other}"),
            },
        };
        Found {
            resource,
            status,
            created_at: time(row.created_at.as_ref()),
            ..found(
                ResourceKind::Image,
                &row.id,
                row.name.as_deref().unwrap_or_default(),
                mark,
            )
        }
    }
}
