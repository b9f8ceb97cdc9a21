//! What a group says of its disks: one source for each volume, and data that fit how its instances
//! boot.

use super::{Path, Problems};
use crate::data::{BootFrom, GroupData, InstanceData};
use crate::group::Group;
use crate::key::ResourceKind;

pub(super) fn group(group: &Group, path: &Path, problems: &mut Problems) {
    let Some(GroupData {
        environment: _,
        instances,
    }) = &group.data
    else {
        return;
    };
    for (name, volume) in &group.volumes {
        if volume.from.is_some() {
            problems.add(
                path.name("volumes").name(name).name("from"),
                "the group has the data of another environment already; leave one of the two out"
                    .into(),
            );
        }
    }
    let wanted = match group.boot {
        BootFrom::Disk => ResourceKind::Instance,
        BootFrom::Volume(_) => ResourceKind::Volume,
    };
    for (ordinal, InstanceData { disk, volumes }) in instances {
        let path = path.name("data").name("instances").name(ordinal);
        if let Some(disk) = disk.as_ref().filter(|disk| disk.of.kind != wanted) {
            problems.add(
                path.name("disk").name("of"),
                format!(
                    "`{}` is no {wanted}, which is what the group's `boot` needs; change one of \
                     the two",
                    disk.of
                ),
            );
        }
        for (name, origin) in volumes {
            let path = path.name("volumes").name(name);
            if !group.volumes.contains_key(name) {
                problems.add(
                    path,
                    format!("the group has no volume `{name}`; add it, or leave this out"),
                );
            } else if origin.of.kind != ResourceKind::Volume {
                problems.add(
                    path.name("of"),
                    format!(
                        "`{}` is no volume; name one, as in `volume/db[1].data`",
                        origin.of
                    ),
                );
            }
        }
    }
}
