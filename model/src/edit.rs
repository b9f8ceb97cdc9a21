//! Editing a topology step by step: what each button and each field of the editor does to it, as one
//! pure function. Fields are read and written as text, because that is what forms and people have;
//! what stands in between is a [`Topology`], never half of one: an edit that can't be made leaves it
//! as it was and says why.
//!
//! What doesn't hold together after an edit (a network that nobody defined) is no matter of this
//! module: [`crate::file::check`] says so, and nothing is stored until it does.

mod draft;
mod field;
mod rename;
mod write;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::count::Count;
use crate::flavor::Flavor;
use crate::group::{Group, GroupVolume};
use crate::name::{FlavorName, GroupName, ProfileName, VolumeName};
use crate::profile::{Category, Lifecycle, Profile};
use crate::topology::Topology;
use crate::value::Value;

pub use draft::{Draft, Sent, draft, first};
pub use field::{Field, FlavorField, GroupField, ProfileField, VolumeField};
pub use write::{On, read, set};

/// Why an edit can't be made, and what would be right: a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EditError(pub String);

impl EditError {
    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What a button does. As text it is the word and what it is about: `remove-group:app`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// A group comes, of one instance of which nothing else is known.
    AddGroup(String),
    /// A group goes, and what others say of it.
    RemoveGroup(GroupName),
    /// A profile comes.
    AddProfile(String),
    /// A profile goes, from the groups that have it too.
    RemoveProfile(ProfileName),
    /// A flavor comes, of 1 vCPU and nothing else.
    AddFlavor(String),
    /// A flavor goes; groups that have it keep its name.
    RemoveFlavor(FlavorName),
    /// A group's instances get a volume each.
    AddVolume(GroupName, String),
    /// They lose it.
    RemoveVolume(GroupName, VolumeName),
}

impl FromStr for Edit {
    type Err = EditError;
    fn from_str(text: &str) -> Result<Self, EditError> {
        let wrong = || EditError(format!("`{text}` is nothing that the editor does"));
        let (word, about) = text.split_once(':').ok_or_else(wrong)?;
        let group = || GroupName::new(about).map_err(EditError::of);
        let volume = || {
            let (group, volume) = about.split_once('/').ok_or_else(wrong)?;
            Ok((GroupName::new(group).map_err(EditError::of)?, volume))
        };
        Ok(match word {
            "add-group" => Self::AddGroup(about.to_owned()),
            "remove-group" => Self::RemoveGroup(group()?),
            "add-profile" => Self::AddProfile(about.to_owned()),
            "remove-profile" => {
                Self::RemoveProfile(ProfileName::new(about).map_err(EditError::of)?)
            }
            "add-flavor" => Self::AddFlavor(about.to_owned()),
            "remove-flavor" => Self::RemoveFlavor(FlavorName::new(about).map_err(EditError::of)?),
            "add-volume" => {
                let (group, volume) = volume()?;
                Self::AddVolume(group, volume.to_owned())
            }
            "remove-volume" => {
                let (group, volume) = volume()?;
                Self::RemoveVolume(group, VolumeName::new(volume).map_err(EditError::of)?)
            }
            _ => return Err(wrong()),
        })
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddGroup(name) => write!(f, "add-group:{name}"),
            Self::RemoveGroup(name) => write!(f, "remove-group:{name}"),
            Self::AddProfile(name) => write!(f, "add-profile:{name}"),
            Self::RemoveProfile(name) => write!(f, "remove-profile:{name}"),
            Self::AddFlavor(name) => write!(f, "add-flavor:{name}"),
            Self::RemoveFlavor(name) => write!(f, "remove-flavor:{name}"),
            Self::AddVolume(group, name) => write!(f, "add-volume:{group}/{name}"),
            Self::RemoveVolume(group, name) => write!(f, "remove-volume:{group}/{name}"),
        }
    }
}

/// Does what a button says.
pub fn apply(topology: &mut Topology, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::AddGroup(name) => {
            let name = GroupName::new(name.trim()).map_err(EditError::of)?;
            let group = Group::new(Category::Application, Count::exactly(1));
            add(&mut topology.groups, name, group, "group")
        }
        Edit::RemoveGroup(name) => {
            remove(&mut topology.groups, name, "group")?;
            rename::forget_group(topology, name);
            Ok(())
        }
        Edit::AddProfile(name) => {
            let name = ProfileName::new(name.trim()).map_err(EditError::of)?;
            add(&mut topology.profiles, name, profile(), "profile")
        }
        Edit::RemoveProfile(name) => {
            remove(&mut topology.profiles, name, "profile")?;
            rename::forget_profile(topology, name);
            Ok(())
        }
        Edit::AddFlavor(name) => {
            let name = FlavorName::new(name.trim()).map_err(EditError::of)?;
            let flavor = Flavor {
                vcpus: 1,
                ram: crate::unit::Mib(1024),
                disk: crate::unit::Gib(10),
            };
            add(&mut topology.flavors, name, flavor, "flavor")
        }
        Edit::RemoveFlavor(name) => remove(&mut topology.flavors, name, "flavor"),
        Edit::AddVolume(group, name) => {
            let name = VolumeName::new(name.trim()).map_err(EditError::of)?;
            let volume = GroupVolume {
                size: Value::Unknown,
                volume_type: None,
                from: None,
                mount: None,
                file_system: None,
                note: None,
            };
            let group = write::group_mut(topology, group)?;
            add(&mut group.volumes, name, volume, "volume")
        }
        Edit::RemoveVolume(group, name) => remove(
            &mut write::group_mut(topology, group)?.volumes,
            name,
            "volume",
        ),
    }
}

fn profile() -> Profile {
    Profile {
        category: Category::Application,
        software: Vec::new(),
        hosts: Vec::new(),
        ports: Vec::new(),
        provides: Vec::new(),
        needs: Vec::new(),
        capabilities: Vec::new(),
        parameters: std::collections::BTreeMap::new(),
        first_boot: Vec::new(),
        lifecycle: Lifecycle::Live,
        was: Vec::new(),
        note: None,
    }
}

fn add<K: Ord + fmt::Display, V>(
    map: &mut std::collections::BTreeMap<K, V>,
    name: K,
    value: V,
    what: &str,
) -> Result<(), EditError> {
    match map.entry(name) {
        std::collections::btree_map::Entry::Vacant(place) => {
            place.insert(value);
            Ok(())
        }
        std::collections::btree_map::Entry::Occupied(there) => Err(EditError(format!(
            "there is a {what} `{}` already; choose another name",
            there.key()
        ))),
    }
}

fn remove<K: Ord + fmt::Display, V>(
    map: &mut std::collections::BTreeMap<K, V>,
    name: &K,
    what: &str,
) -> Result<(), EditError> {
    match map.remove(name) {
        Some(_) => Ok(()),
        None => Err(EditError(format!(
            "there is no {what} `{name}` any more; nothing was taken away"
        ))),
    }
}
