//! The fields that the editor has, and what they are called in its form: `group/app/minimum`. Names
//! of groups, profiles and volumes hold no slash, and a network's or flavor's comes last, so that a
//! field is read back as it was written.

use std::fmt;
use std::str::FromStr;

use super::EditError;
use crate::name::{FlavorName, GroupName, NetworkName, ProfileName, VolumeName};

/// A field of the editor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// What the environment is, in a sentence.
    Note,
    /// Who answers for it.
    Owner,
    /// Something of a group.
    Group(GroupName, GroupField),
    /// Something of a profile.
    Profile(ProfileName, ProfileField),
    /// Something of a flavor.
    Flavor(FlavorName, FlavorField),
}

/// A field of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupField {
    /// What it is called; the old name is kept as `was`.
    Name,
    /// What it is for.
    Category,
    /// The smallest count; pushes the others up.
    Minimum,
    /// The planned count; pushes the others out of its way.
    Planned,
    /// The largest count; pushes the others down.
    Maximum,
    /// The flavor, or `unknown`.
    Flavor,
    /// The image, or `unknown`.
    Image,
    /// How many public addresses, a range as `7-9`, or `unknown`.
    PublicAddresses,
    /// `any`, `spread`, or the name of a set that groups share.
    Placement,
    /// Whether it is in use.
    Lifecycle,
    /// Anything worth knowing.
    Note,
    /// Which instances have a profile: see [`super::On`].
    Profile(ProfileName),
    /// Whether it waits for another group: `no`, `exists`, `ready`.
    DependsOn(GroupName),
    /// Whether it is on a network: `no`, `yes`.
    Network(NetworkName),
    /// Its addresses there, lowest ordinal first, with commas between them.
    Addresses(NetworkName),
    /// Something of a volume.
    Volume(VolumeName, VolumeField),
}

/// A field of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VolumeField {
    /// `50 GiB`, or `unknown`.
    Size,
    /// What sort of storage it is on; the cloud's usual one where it is empty.
    Type,
    /// Where it is mounted.
    Mount,
    /// The file system made on it.
    FileSystem,
}

/// A field of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileField {
    /// What it is called; the old name is kept as `was`.
    Name,
    /// What it is for.
    Category,
    /// Its software, with commas between.
    Software,
    /// Its virtual hosts, with commas between.
    Hosts,
    /// The services that it provides, with commas between.
    Provides,
    /// The services that it needs, with commas between.
    Needs,
    /// Whether every group has it: `no`, `yes`.
    Common,
}

/// A field of a flavor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlavorField {
    /// Virtual processors.
    Vcpus,
    /// Memory: `4 GiB`.
    Ram,
    /// Disk: `30 GiB`.
    Disk,
}

const VOLUME: [(VolumeField, &str); 4] = [
    (VolumeField::Size, "size"),
    (VolumeField::Type, "type"),
    (VolumeField::Mount, "mount"),
    (VolumeField::FileSystem, "file-system"),
];

const PROFILE: [(ProfileField, &str); 7] = [
    (ProfileField::Name, "name"),
    (ProfileField::Category, "category"),
    (ProfileField::Software, "software"),
    (ProfileField::Hosts, "hosts"),
    (ProfileField::Provides, "provides"),
    (ProfileField::Needs, "needs"),
    (ProfileField::Common, "common"),
];

const FLAVOR: [(FlavorField, &str); 3] = [
    (FlavorField::Vcpus, "vcpus"),
    (FlavorField::Ram, "ram"),
    (FlavorField::Disk, "disk"),
];

fn word<T: PartialEq>(all: &[(T, &'static str)], field: &T) -> &'static str {
    all.iter()
        .find(|(one, _)| one == field)
        .map_or("", |(_, word)| word)
}

fn of_word<T: Copy>(all: &[(T, &'static str)], word: &str) -> Option<T> {
    all.iter()
        .find(|(_, one)| *one == word)
        .map(|(field, _)| *field)
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note => f.write_str("environment/note"),
            Self::Owner => f.write_str("environment/owner"),
            Self::Group(group, field) => write!(f, "group/{group}/{field}"),
            Self::Profile(profile, field) => {
                write!(f, "profile/{profile}/{}", word(&PROFILE, field))
            }
            Self::Flavor(flavor, field) => write!(f, "flavor/{}/{flavor}", word(&FLAVOR, field)),
        }
    }
}

impl fmt::Display for GroupField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Category => f.write_str("category"),
            Self::Minimum => f.write_str("minimum"),
            Self::Planned => f.write_str("planned"),
            Self::Maximum => f.write_str("maximum"),
            Self::Flavor => f.write_str("flavor"),
            Self::Image => f.write_str("image"),
            Self::PublicAddresses => f.write_str("public-addresses"),
            Self::Placement => f.write_str("placement"),
            Self::Lifecycle => f.write_str("lifecycle"),
            Self::Note => f.write_str("note"),
            Self::Profile(name) => write!(f, "profile/{name}"),
            Self::DependsOn(name) => write!(f, "depends-on/{name}"),
            Self::Network(name) => write!(f, "network/{name}"),
            Self::Addresses(name) => write!(f, "addresses/{name}"),
            Self::Volume(name, field) => write!(f, "volume/{name}/{}", word(&VOLUME, field)),
        }
    }
}

impl FromStr for Field {
    type Err = EditError;
    fn from_str(text: &str) -> Result<Self, EditError> {
        let wrong = || EditError(format!("`{text}` is no field of the editor"));
        let (kind, rest) = text.split_once('/').ok_or_else(wrong)?;
        match (kind, rest) {
            ("environment", "note") => Ok(Self::Note),
            ("environment", "owner") => Ok(Self::Owner),
            ("group", rest) => {
                let (group, field) = rest.split_once('/').ok_or_else(wrong)?;
                let group = GroupName::new(group).map_err(EditError::of)?;
                Ok(Self::Group(group, group_field(field).ok_or_else(wrong)??))
            }
            ("profile", rest) => {
                let (profile, field) = rest.split_once('/').ok_or_else(wrong)?;
                let profile = ProfileName::new(profile).map_err(EditError::of)?;
                let field = of_word(&PROFILE, field).ok_or_else(wrong)?;
                Ok(Self::Profile(profile, field))
            }
            ("flavor", rest) => {
                let (field, flavor) = rest.split_once('/').ok_or_else(wrong)?;
                let flavor = FlavorName::new(flavor).map_err(EditError::of)?;
                let field = of_word(&FLAVOR, field).ok_or_else(wrong)?;
                Ok(Self::Flavor(flavor, field))
            }
            _ => Err(wrong()),
        }
    }
}

/// The field of a group that is called so; none where there is no such field.
fn group_field(text: &str) -> Option<Result<GroupField, EditError>> {
    let plain = match text {
        "name" => Some(GroupField::Name),
        "category" => Some(GroupField::Category),
        "minimum" => Some(GroupField::Minimum),
        "planned" => Some(GroupField::Planned),
        "maximum" => Some(GroupField::Maximum),
        "flavor" => Some(GroupField::Flavor),
        "image" => Some(GroupField::Image),
        "public-addresses" => Some(GroupField::PublicAddresses),
        "placement" => Some(GroupField::Placement),
        "lifecycle" => Some(GroupField::Lifecycle),
        "note" => Some(GroupField::Note),
        _ => None,
    };
    if let Some(plain) = plain {
        return Some(Ok(plain));
    }
    let (word, name) = text.split_once('/')?;
    let named = match word {
        "profile" => ProfileName::new(name).map(GroupField::Profile),
        "depends-on" => GroupName::new(name).map(GroupField::DependsOn),
        "network" => NetworkName::new(name).map(GroupField::Network),
        "addresses" => NetworkName::new(name).map(GroupField::Addresses),
        "volume" => {
            let (volume, field) = name.split_once('/')?;
            let field = of_word(&VOLUME, field)?;
            VolumeName::new(volume).map(|volume| GroupField::Volume(volume, field))
        }
        _ => return None,
    };
    Some(named.map_err(EditError::of))
}
