//! Where disks and volumes get what is on them: nothing, a snapshot or a volume that is in the
//! cloud, or the data of another environment. It names what is read and never changed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::CloudId;
use crate::key::Key;
use crate::name::{EnvironmentName, StoredName, VolumeName};
use crate::unit::Gib;
use crate::value::Value;

/// Something in the cloud that a volume is made from.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum VolumeSource {
    /// A snapshot of a volume.
    Snapshot(StoredName),
    /// A volume, which is cloned.
    Volume(StoredName),
}

impl VolumeSource {
    /// What sort of thing it is.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Snapshot(_) => "snapshot",
            Self::Volume(_) => "volume",
        }
    }

    /// Its name or id.
    pub const fn name(&self) -> &StoredName {
        match self {
            Self::Snapshot(name) | Self::Volume(name) => name,
        }
    }
}

impl std::fmt::Display for VolumeSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.word(), self.name())
    }
}

/// The word for booting from the host's own disk.
const DISK: &str = "disk";
/// The word for booting from a volume.
const VOLUME: &str = "volume";

/// What the instances of a group start from. In a file: `disk`, `volume`, or `{ volume: 20 GiB }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum BootFrom {
    /// The disk that their flavor gives them on their host.
    #[default]
    Disk,
    /// A volume each, of this size: `assigned` is as large as the flavor's disk, or as large as the
    /// image needs where the flavor has none.
    Volume(Value<Gib>),
}

impl BootFrom {
    /// Whether it is what every group does that says nothing.
    pub fn is_disk(&self) -> bool {
        matches!(self, Self::Disk)
    }
}

impl Serialize for BootFrom {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Disk => to.serialize_str(DISK),
            Self::Volume(Value::AssignedByCloud) => to.serialize_str(VOLUME),
            Self::Volume(size) => BTreeMap::from([(VOLUME, size)]).serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for BootFrom {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sized {
            volume: Value<Gib>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = BootFrom;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`disk`, `volume`, or `{ volume: 20 GiB }`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<BootFrom, E> {
                match text {
                    DISK => Ok(BootFrom::Disk),
                    VOLUME => Ok(BootFrom::Volume(Value::AssignedByCloud)),
                    other => Err(E::unknown_variant(other, &[DISK, VOLUME])),
                }
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<BootFrom, A::Error> {
                let Sized { volume } =
                    Sized::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(BootFrom::Volume(volume))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for BootFrom {
    fn schema_name() -> Cow<'static, str> {
        "BootFrom".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let size = generator.subschema_for::<Value<Gib>>();
        json_schema!({ "anyOf": [{ "enum": [DISK, VOLUME] }, {
            "type": "object",
            "properties": { VOLUME: size },
            "required": [VOLUME],
            "additionalProperties": false,
            "description": "a volume of this size",
        }] })
    }
}

/// What a recipe does with the data of a group.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum DataCopied {
    /// It is left behind: volumes are empty, and instances start from their image.
    #[default]
    None,
    /// It is taken along as it is at the moment of the snapshot.
    Snapshot,
}

impl DataCopied {
    /// Whether it is left behind.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// A volume or an instance of another environment, which is read and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// What it is called there: `volume/db[1].data`, or `instance/db[1]` for an instance's disk.
    pub of: Key,
    /// What the cloud calls it; unknown where it was not found.
    #[serde(default)]
    pub id: Value<CloudId>,
    /// How large it is.
    #[serde(default)]
    pub size: Value<Gib>,
}

/// Where one instance's data come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceData {
    /// What it starts from: an image made of that instance, or a snapshot of the volume that that
    /// instance starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<Origin>,
    /// What its volumes are made from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<VolumeName, Origin>,
}

/// Where the data of a group come from: written by a recipe that takes them along.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupData {
    /// The environment whose data they are.
    pub environment: EnvironmentName,
    /// By ordinal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instances: BTreeMap<u32, InstanceData>,
}

impl GroupData {
    /// Everything that is read.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.instances
            .values()
            .flat_map(|instance| instance.disk.iter().chain(instance.volumes.values()))
    }

    /// The same, to be changed.
    pub fn origins_mut(&mut self) -> impl Iterator<Item = &mut Origin> {
        self.instances.values_mut().flat_map(|instance| {
            instance
                .disk
                .iter_mut()
                .chain(instance.volumes.values_mut())
        })
    }
}
