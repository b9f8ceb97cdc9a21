//! Reading a field of the editor as text, and writing it back. What is read, written again, changes
//! nothing: this is how a form knows which of its fields a person touched.

use std::net::IpAddr;
use std::str::FromStr;

use super::field::{Field, FlavorField, GroupField, ProfileField, VolumeField};
use super::{EditError, rename};
use crate::count::{Count, MAX_COUNT};
use crate::flavor::Flavor;
use crate::group::{Group, GroupVolume, Placement, Readiness};
use crate::name::{GroupName, PlacementName, ProfileName};
use crate::profile::{Lifecycle, Profile};
use crate::topology::Topology;
use crate::value::{ASSIGNED, UNKNOWN, Value};

/// Which instances of a group have a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// None.
    No,
    /// Every one.
    Every,
    /// Some: it is one of those that are dealt over them, one each, round and round.
    Dealt,
}

impl On {
    /// All of them, in the order of a choice.
    pub const ALL: [Self; 3] = [Self::No, Self::Every, Self::Dealt];

    /// The word for it, as in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Every => "every",
            Self::Dealt => "dealt",
        }
    }

    /// Which instances of a group have a profile.
    pub fn of(topology: &Topology, group: &Group, profile: &ProfileName) -> Self {
        if group.spread.contains(profile) {
            Self::Dealt
        } else if topology.profiles_of(group).contains(&profile) {
            Self::Every
        } else {
            Self::No
        }
    }
}

const NO: &str = "no";
const YES: &str = "yes";

/// What a field holds, as text; none where what it is about isn't there.
pub fn read(topology: &Topology, field: &Field) -> Option<String> {
    match field {
        Field::Note => Some(topology.note.clone().unwrap_or_default()),
        Field::Owner => Some(topology.owner.clone().unwrap_or_default()),
        Field::Group(name, field) => read_group(topology, name, topology.groups.get(name)?, field),
        Field::Profile(name, field) => {
            let profile = topology.profiles.get(name)?;
            Some(match field {
                ProfileField::Name => name.to_string(),
                ProfileField::Category => profile.category.to_string(),
                ProfileField::Software => list(&profile.software),
                ProfileField::Hosts => list(&profile.hosts),
                ProfileField::Provides => list(&profile.provides),
                ProfileField::Needs => list(&profile.needs),
                ProfileField::Common => yes_no(topology.common.profiles.contains(name)),
            })
        }
        Field::Flavor(name, field) => {
            let Flavor { vcpus, ram, disk } = topology.flavors.get(name)?;
            Some(match field {
                FlavorField::Vcpus => vcpus.to_string(),
                FlavorField::Ram => ram.to_string(),
                FlavorField::Disk => disk.to_string(),
            })
        }
    }
}

fn read_group(
    topology: &Topology,
    name: &GroupName,
    group: &Group,
    field: &GroupField,
) -> Option<String> {
    Some(match field {
        GroupField::Name => name.to_string(),
        GroupField::Category => group.category.to_string(),
        GroupField::Minimum => group.count.min().to_string(),
        GroupField::Planned => group.count.planned().to_string(),
        GroupField::Maximum => group.count.max().to_string(),
        GroupField::Flavor => group.flavor.to_string(),
        GroupField::Image => group.image.to_string(),
        GroupField::PublicAddresses => match &group.public_addresses.count {
            Value::Fixed(count) if count.is_exact() => count.max().to_string(),
            Value::Fixed(count) => format!("{}-{}", count.min(), count.max()),
            Value::AssignedByCloud => ASSIGNED.to_owned(),
            Value::Unknown => UNKNOWN.to_owned(),
        },
        GroupField::Placement => match &group.placement {
            Placement::Any => "any".to_owned(),
            Placement::Spread => "spread".to_owned(),
            Placement::SpreadWith(set) => set.to_string(),
        },
        GroupField::Lifecycle => group.lifecycle.to_string(),
        GroupField::Note => group.note.clone().unwrap_or_default(),
        GroupField::Profile(profile) => On::of(topology, group, profile).word().to_owned(),
        GroupField::DependsOn(other) => match group.depends_on.get(other) {
            None => NO,
            Some(Readiness::Exists) => "exists",
            Some(Readiness::Ready) => "ready",
        }
        .to_owned(),
        GroupField::Network(network) => yes_no(group.networks.contains(network)),
        GroupField::Addresses(network) => {
            list(group.addresses.get(network).map_or(&[][..], Vec::as_slice))
        }
        GroupField::Volume(volume, field) => {
            let volume = group.volumes.get(volume)?;
            match field {
                VolumeField::Size => volume.size.to_string(),
                VolumeField::Type => volume
                    .volume_type
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                VolumeField::Mount => volume.mount.clone().unwrap_or_default(),
                VolumeField::FileSystem => volume.file_system.clone().unwrap_or_default(),
            }
        }
    })
}

/// Writes a field. `base` is what the plan was before it was edited: a name that nobody has seen yet
/// is no name that something had before.
pub fn set(
    topology: &mut Topology,
    base: Option<&Topology>,
    field: &Field,
    text: &str,
) -> Result<(), EditError> {
    let text = text.trim();
    if read(topology, field).is_some_and(|there| there.trim() == text) {
        return Ok(());
    }
    match field {
        Field::Note => topology.note = sentence(text),
        Field::Owner => topology.owner = sentence(text),
        Field::Group(name, GroupField::Name) => {
            let to = parsed(text)?;
            if to != *name {
                let known = base.is_none_or(|base| base.groups.contains_key(name));
                rename::group(topology, name, &to, known)?;
            }
        }
        Field::Group(name, field) => set_group(topology, name, field, text)?,
        Field::Profile(name, field) => set_profile(topology, base, name, *field, text)?,
        Field::Flavor(name, field) => {
            let Some(flavor) = topology.flavors.get_mut(name) else {
                return Err(EditError(format!("there is no flavor `{name}` any more")));
            };
            match field {
                FlavorField::Vcpus => flavor.vcpus = number(text)?,
                FlavorField::Ram => flavor.ram = parsed(text)?,
                FlavorField::Disk => flavor.disk = parsed(text)?,
            }
        }
    }
    Ok(())
}

pub(super) fn group_mut<'t>(
    topology: &'t mut Topology,
    name: &GroupName,
) -> Result<&'t mut Group, EditError> {
    let group = topology.groups.get_mut(name);
    group.ok_or_else(|| EditError(format!("there is no group `{name}` any more")))
}

fn set_group(
    topology: &mut Topology,
    name: &GroupName,
    field: &GroupField,
    text: &str,
) -> Result<(), EditError> {
    if let GroupField::Profile(profile) = field {
        let common = topology.common.profiles.contains(profile);
        return set_on(group_mut(topology, name)?, profile, common, text);
    }
    let group = group_mut(topology, name)?;
    match field {
        // What a whole topology is needed for is done by the callers.
        GroupField::Name | GroupField::Profile(_) => {}
        GroupField::Category => group.category = text.parse().map_err(EditError)?,
        GroupField::Minimum => {
            let min = number(text)?;
            recount(
                group,
                min,
                group.count.planned().max(min),
                group.count.max().max(min),
            )?;
        }
        GroupField::Planned => {
            let planned = number(text)?;
            recount(
                group,
                group.count.min().min(planned),
                planned,
                group.count.max().max(planned),
            )?;
        }
        GroupField::Maximum => {
            let max = number(text)?;
            recount(
                group,
                group.count.min().min(max),
                group.count.planned().min(max),
                max,
            )?;
        }
        GroupField::Flavor => group.flavor = value(text)?,
        GroupField::Image => group.image = value(text)?,
        GroupField::PublicAddresses => group.public_addresses.count = count(text)?,
        GroupField::Placement => {
            group.placement = match text {
                "" | "any" => Placement::Any,
                "spread" => Placement::Spread,
                set => Placement::SpreadWith(PlacementName::new(set).map_err(EditError::of)?),
            }
        }
        GroupField::Lifecycle => {
            let all = [
                Lifecycle::Live,
                Lifecycle::Testing,
                Lifecycle::Unfinished,
                Lifecycle::ToBeRemoved,
            ];
            let found = all.into_iter().find(|one| one.word() == text);
            group.lifecycle = found.ok_or_else(|| {
                EditError(format!(
                    "`{text}` is no lifecycle; use live, testing, unfinished or to-be-removed"
                ))
            })?;
        }
        GroupField::Note => group.note = sentence(text),
        GroupField::DependsOn(other) => match text {
            NO => {
                group.depends_on.remove(other);
            }
            "exists" | "ready" => {
                let readiness = if text == "ready" {
                    Readiness::Ready
                } else {
                    Readiness::Exists
                };
                group.depends_on.insert(other.clone(), readiness);
            }
            _ => {
                return Err(EditError(format!(
                    "`{text}` is neither no, exists nor ready"
                )));
            }
        },
        GroupField::Network(network) => {
            let on = flag(text)?;
            if !on {
                group.networks.retain(|one| one != network);
                group.addresses.remove(network);
            } else if !group.networks.contains(network) {
                group.networks.push(network.clone());
            }
        }
        GroupField::Addresses(network) => {
            let addresses: Vec<IpAddr> = items(text, "an address, as in 10.20.0.5")?;
            if addresses.is_empty() {
                group.addresses.remove(network);
            } else {
                group.addresses.insert(network.clone(), addresses);
            }
        }
        GroupField::Volume(volume, field) => {
            let Some(volume) = group.volumes.get_mut(volume) else {
                return Err(EditError(format!(
                    "the group `{name}` has no volume `{volume}` any more"
                )));
            };
            let GroupVolume {
                size,
                volume_type,
                from: _,
                mount,
                file_system,
                note: _,
            } = volume;
            match field {
                VolumeField::Size => *size = value(text)?,
                VolumeField::Type => {
                    *volume_type = sentence(text).as_deref().map(parsed).transpose()?;
                }
                VolumeField::Mount => *mount = sentence(text),
                VolumeField::FileSystem => *file_system = sentence(text),
            }
        }
    }
    Ok(())
}

/// A group's count, and its ordinals with it where they have numbers of their own: the new ones come
/// behind the highest.
fn recount(group: &mut Group, min: u32, planned: u32, max: u32) -> Result<(), EditError> {
    group.count = Count::range(min, Some(planned), max).map_err(EditError)?;
    if !group.ordinals.is_empty() {
        let most = usize::try_from(max).unwrap_or(usize::MAX);
        if group.ordinals.len() > most {
            group.ordinals.sort_unstable();
            group.ordinals.truncate(most);
        }
        let highest = group.ordinals.iter().max().copied().unwrap_or_default();
        let missing = most.saturating_sub(group.ordinals.len());
        let new = (1..=u32::MAX).map(|more| highest.saturating_add(more));
        group.ordinals.extend(new.take(missing));
    }
    Ok(())
}

fn set_on(
    group: &mut Group,
    profile: &ProfileName,
    common: bool,
    text: &str,
) -> Result<(), EditError> {
    let on = On::ALL.into_iter().find(|on| on.word() == text);
    let on =
        on.ok_or_else(|| EditError(format!("`{text}` is neither no, every instance nor dealt")))?;
    let (every, dealt) = match on {
        On::No => (false, false),
        On::Every => (true, false),
        On::Dealt => (false, true),
    };
    // Every instance has a common profile already, unless the group excepts it.
    let own = every && !common;
    if common && !every {
        group.except.insert(profile.clone());
    } else {
        group.except.remove(profile);
    }
    for (list, has) in [(&mut group.profiles, own), (&mut group.spread, dealt)] {
        if !has {
            list.retain(|one| one != profile);
        } else if !list.contains(profile) {
            list.push(profile.clone());
        }
    }
    Ok(())
}

fn set_profile(
    topology: &mut Topology,
    base: Option<&Topology>,
    name: &ProfileName,
    field: ProfileField,
    text: &str,
) -> Result<(), EditError> {
    match field {
        ProfileField::Name => {
            let to = parsed(text)?;
            if to != *name {
                let known = base.is_none_or(|base| base.profiles.contains_key(name));
                rename::profile(topology, name, &to, known)?;
            }
            return Ok(());
        }
        ProfileField::Common => {
            let common = &mut topology.common.profiles;
            if !flag(text)? {
                common.retain(|one| one != name);
                for group in topology.groups.values_mut() {
                    group.except.remove(name);
                }
            } else if !common.contains(name) {
                common.push(name.clone());
            }
            return Ok(());
        }
        ProfileField::Category
        | ProfileField::Software
        | ProfileField::Hosts
        | ProfileField::Provides
        | ProfileField::Needs => {}
    }
    let Some(profile) = topology.profiles.get_mut(name) else {
        return Err(EditError(format!("there is no profile `{name}` any more")));
    };
    let Profile {
        category,
        software,
        hosts,
        provides,
        needs,
        ..
    } = profile;
    match field {
        ProfileField::Name | ProfileField::Common => {}
        ProfileField::Category => *category = text.parse().map_err(EditError)?,
        ProfileField::Software => *software = items(text, "software")?,
        ProfileField::Hosts => *hosts = items(text, "a host name")?,
        ProfileField::Provides => *provides = items(text, "a service")?,
        ProfileField::Needs => *needs = items(text, "a service")?,
    }
    Ok(())
}

fn list<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

fn items<T: FromStr>(text: &str, what: &str) -> Result<Vec<T>, EditError> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| {
            item.parse()
                .map_err(|_| EditError(format!("`{item}` is not {what}")))
        })
        .collect()
}

fn yes_no(yes: bool) -> String {
    if yes { YES } else { NO }.to_owned()
}

fn flag(text: &str) -> Result<bool, EditError> {
    match text {
        YES => Ok(true),
        NO => Ok(false),
        _ => Err(EditError(format!("`{text}` is neither yes nor no"))),
    }
}

fn sentence(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn parsed<T: FromStr>(text: &str) -> Result<T, EditError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(EditError::of)
}

fn value<T: FromStr>(text: &str) -> Result<Value<T>, EditError>
where
    T::Err: std::fmt::Display,
{
    match text {
        "" | UNKNOWN => Ok(Value::Unknown),
        ASSIGNED => Ok(Value::AssignedByCloud),
        text => parsed(text).map(Value::Fixed),
    }
}

fn number(text: &str) -> Result<u32, EditError> {
    let number = text.parse().ok().filter(|number| *number <= MAX_COUNT);
    number.ok_or_else(|| {
        EditError(format!(
            "`{text}` is not a whole number from 0 to {MAX_COUNT}"
        ))
    })
}

fn count(text: &str) -> Result<Value<Count>, EditError> {
    match text {
        "" | UNKNOWN => Ok(Value::Unknown),
        ASSIGNED => Ok(Value::AssignedByCloud),
        text => {
            let (min, max) = text.split_once(['-', '–']).unwrap_or((text, text));
            let count = Count::range(number(min.trim())?, None, number(max.trim())?);
            count.map(Value::Fixed).map_err(EditError)
        }
    }
}
