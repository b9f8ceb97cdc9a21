//! Volumes, snapshots and images: how they are asked for, what they are made from. What data are
//! taken from is named by its id and only read: a snapshot of a volume, an image of a server.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::{CloudError, Created, Mark};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::Key;
use model::resource::{Image, Volume, VolumeContent, VolumeSnapshot};
use model::unit::Gib;
use model::value::Value;
use plan::offers::{OfferedImage, Stored, StoredSources};
use serde_json::json;

use super::create::{id_of, later};
use super::transport::{Call, Service, Version};
use super::{OpenStack, id_in, mark, wire};

/// Since 2.45 Nova answers with the id of the image that it makes.
const TELLS_IMAGE: Version = Version {
    major: 2,
    minor: 45,
};

/// The name of the metadata entry that says which server an image was meant to be made of.
pub(super) const OF_INSTANCE: &str = "instance";

/// What a volume's metadata says beside the mark: where it is mounted, what is on it, and how what
/// it was made from was called.
pub(super) fn place(metadata: &mut BTreeMap<String, String>, volume: &Volume) {
    let Volume {
        size: _,
        volume_type: _,
        content,
        mount,
        file_system,
    } = volume;
    let from = match content {
        VolumeContent::Stored(source) => Some(source.to_string()),
        VolumeContent::Empty | VolumeContent::Image(_) | VolumeContent::Snapshot(_) => None,
    };
    for (name, value) in [
        ("mount", mount),
        ("file-system", file_system),
        ("from", &from),
    ] {
        let name = mark::entry(name);
        match value {
            Some(value) => metadata.insert(name, value.clone()),
            None => metadata.remove(&name),
        };
    }
}

/// What a volume's metadata calls what it was made from.
pub(super) fn named_source(row: &wire::Volume) -> Option<VolumeSource> {
    let (word, name) = row.metadata.get(&mark::entry("from"))?.split_once(' ')?;
    let name = name.parse().ok()?;
    match word {
        "snapshot" => Some(VolumeSource::Snapshot(name)),
        "volume" => Some(VolumeSource::Volume(name)),
        _ => None,
    }
}

/// The smallest disk that an image fits on.
pub(super) fn offered(image: &wire::Image) -> OfferedImage {
    let largest = image.size.max(image.virtual_size).div_ceil(1 << 30);
    OfferedImage {
        least_disk: Gib(image.min_disk.max(largest).max(1)),
    }
}

fn told<T>(value: &Value<T>, what: &str, key: &Key) -> Result<T, CloudError>
where
    T: Clone,
{
    value
        .fixed()
        .cloned()
        .ok_or_else(|| CloudError::Refused(format!("the {what} of {key} is not known")))
}

impl OpenStack {
    /// Looks volumes and snapshots up, with one list for each sort that is wanted.
    pub(super) async fn look_up(
        &self,
        wanted: &BTreeSet<VolumeSource>,
    ) -> Result<StoredSources, CloudError> {
        let is = |sort: fn(&VolumeSource) -> bool| wanted.iter().any(sort);
        let list = |path: &str| Call::get(Service::BlockStorage, path);
        let (volumes, snapshots) = futures::try_join!(
            self.where_needed::<wire::Volume>(
                is(|source| matches!(source, VolumeSource::Volume(_))),
                list("volumes/detail"),
                "volumes"
            ),
            self.where_needed::<wire::Snapshot>(
                is(|source| matches!(source, VolumeSource::Snapshot(_))),
                list("snapshots/detail"),
                "snapshots"
            ),
        )?;
        let volumes: Vec<Candidate<'_>> = volumes
            .iter()
            .map(|row| (row.id.as_str(), row.name.as_deref(), row.size))
            .collect();
        let snapshots: Vec<Candidate<'_>> = snapshots
            .iter()
            .map(|row| (row.id.as_str(), row.name.as_deref(), row.size))
            .collect();
        let found = |source: &VolumeSource| match source {
            VolumeSource::Volume(name) => called(name.as_str(), &volumes),
            VolumeSource::Snapshot(name) => called(name.as_str(), &snapshots),
        };
        Ok(wanted
            .iter()
            .map(|source| (source.clone(), found(source)))
            .collect())
    }

    async fn one_stored(&self, source: &VolumeSource) -> Result<CloudId, CloudError> {
        let found = self.look_up(&BTreeSet::from([source.clone()])).await?;
        match found.into_values().next().unwrap_or_default().as_slice() {
            [one] => Ok(one.id.clone()),
            [] => Err(CloudError::NotFound(format!("the cloud has no {source}"))),
            _ => Err(CloudError::Refused(format!(
                "the cloud has more than one {source}: name it by its id"
            ))),
        }
    }

    pub(super) async fn make_volume(
        &self,
        mark: &Mark,
        name: &str,
        volume: &Volume,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Created, CloudError> {
        let size = told(&volume.size, "size", &mark.key)?;
        let mut metadata = mark::metadata(mark);
        place(&mut metadata, volume);
        let mut body = json!({ "volume": {
            "name": name,
            "size": size.0,
            "metadata": metadata,
        }});
        if let Some(name) = &volume.volume_type {
            body["volume"]["volume_type"] = json!(name);
        }
        match &volume.content {
            VolumeContent::Empty => {}
            VolumeContent::Image(image) => {
                let image = told(image, "image", &mark.key)?;
                body["volume"]["imageRef"] = json!(self.image_id(image.as_str()).await?);
            }
            VolumeContent::Snapshot(key) => {
                body["volume"]["snapshot_id"] = json!(id_of(ids, key)?);
            }
            VolumeContent::Stored(source) => {
                let field = match source {
                    VolumeSource::Snapshot(_) => "snapshot_id",
                    VolumeSource::Volume(_) => "source_volid",
                };
                body["volume"][field] = json!(self.one_stored(source).await?);
            }
        }
        let call = Call::post(Service::BlockStorage, "volumes", body);
        Ok(later(id_in(&self.ask(call).await?, "volume")?))
    }

    pub(super) async fn make_snapshot(
        &self,
        mark: &Mark,
        name: &str,
        VolumeSnapshot { volume, size: _ }: &VolumeSnapshot,
    ) -> Result<Created, CloudError> {
        let body = json!({ "snapshot": {
            "name": name,
            "volume_id": told(volume, "volume", &mark.key)?,
            // Of a volume that is in use too: what is on it is as after a power cut.
            "force": true,
            "metadata": mark::metadata(mark),
        }});
        let call = Call::post(Service::BlockStorage, "snapshots", body);
        Ok(later(id_in(&self.ask(call).await?, "snapshot")?))
    }

    pub(super) async fn make_image(
        &self,
        mark: &Mark,
        name: &str,
        Image { instance }: &Image,
    ) -> Result<Created, CloudError> {
        let server = told(instance, "instance", &mark.key)?;
        let mut metadata = mark::metadata(mark);
        metadata.insert(mark::entry(OF_INSTANCE), server.to_string());
        let body = json!({ "createImage": { "name": name, "metadata": metadata } });
        let version = self.version(Service::Compute, &[TELLS_IMAGE]).await?;
        let path = format!("servers/{server}/action");
        let call = Call::post(Service::Compute, path, body).at(version);
        let answer = self.ask(call).await?;
        if let Some(id) = answer.body["image_id"].as_str() {
            return Ok(later(id.to_owned()));
        }
        // An older Nova tells it in a header alone; the image carries the mark.
        let images: Vec<wire::Image> = self
            .pages(Call::get(Service::Image, "images"), "images")
            .await?;
        let made = images
            .into_iter()
            .find(|image| image.mark().as_ref() == Some(mark));
        match made {
            Some(image) => Ok(later(image.id)),
            None => Err(CloudError::Unanswered(
                "the answer does not say what the image is called".into(),
            )),
        }
    }
}

/// Id, name and size in GiB.
type Candidate<'a> = (&'a str, Option<&'a str>, u64);

/// What is called so: by its id, or else all of that name.
fn called(name: &str, all: &[Candidate<'_>]) -> Vec<Stored> {
    let by_id = all.iter().filter(|(id, _, _)| *id == name);
    let stored = |(id, _, size): &Candidate<'_>| Stored {
        id: CloudId::new(*id),
        size: Gib(*size),
    };
    let found: Vec<Stored> = by_id.map(stored).collect();
    if !found.is_empty() {
        return found;
    }
    all.iter()
        .filter(|(_, own, _)| *own == Some(name))
        .map(stored)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_before_a_name_and_a_name_may_be_of_several() {
        let all = [
            ("1", Some("daily"), 1),
            ("2", Some("daily"), 2),
            ("3", Some("1"), 3),
            ("4", None, 4),
        ];
        let ids = |name: &str| -> Vec<String> {
            let found = called(name, &all);
            found.iter().map(|one| one.id.to_string()).collect()
        };
        assert_eq!(ids("daily"), ["1", "2"]);
        assert_eq!(ids("1"), ["1"]);
        assert_eq!(ids("weekly"), [""; 0]);
    }
}
