//! What an instance is told when it first starts: its volumes and where they are mounted, what it
//! mounts from others, the parameters of its profiles, and the commands that it runs once.
//!
//! A cloud gives none of it back, so an instance that is found is known by a digest alone. Only the
//! commands are in that: they are the one thing that nothing but a first start can do, so another
//! command is another instance. Everything else here is told once and may change in place
//! afterwards, as profiles and volumes always do (`docs/adr/0007-first-boot.md`).

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::group::{Group, GroupVolume, RemoteMount};
use crate::name::{ProfileName, VolumeName};
use crate::profile::Parameter;
use crate::topology::Topology;

/// The form of what is digested. Raising it makes every instance that runs commands anew, so it is
/// raised only where their meaning changes.
const FORM: &str = "understudy first boot 1";

/// What counts of a first boot, as 64 hexadecimal digits: what is kept beside an instance.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Arc<str>);

/// A text that is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest: it has 64 hexadecimal digits")]
pub struct DigestError(String);

impl Digest {
    /// The digest of commands; none where there are none, so that an instance of which nobody said
    /// anything has none either.
    fn of(commands: &[String]) -> Option<Self> {
        if commands.is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(FORM);
        for command in commands {
            // With its length, so that nothing that is moved from one to the next looks the same.
            hash.update((command.len() as u64).to_be_bytes());
            hash.update(command);
        }
        Some(Self(HEXLOWER.encode(&hash.finalize()).into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.0)
    }
}

impl FromStr for Digest {
    type Err = DigestError;
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.into()))
        } else {
            Err(DigestError(text.chars().take(80).collect()))
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A volume that is made ready at the first start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToldVolume {
    /// Where it is mounted; a file system is made and nothing mounted where this is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mount: Option<String>,
    /// The file system that is made where there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
}

/// A file system of another instance that is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToldMount {
    /// The other's host name.
    pub host: String,
    /// What that exports.
    pub export: String,
    /// Where it is mounted.
    pub mount: String,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
}

/// Everything that an instance is told. Secrets are placeholders in here: what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Told {
    /// What it runs once, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// Its volumes that are mounted, or get a file system.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<VolumeName, ToldVolume>,
    /// What it mounts from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<ToldMount>,
    /// The parameters of those of its profiles that have any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ProfileName, BTreeMap<String, Parameter>>,
}

/// What an instance is told when it first starts. Two are the same where what counts is the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FirstBoot {
    /// What counts of it; none where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    /// All of it; none where it was only found again in a cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Arc<Told>>,
}

impl FirstBoot {
    /// What is to be told.
    pub fn of(told: Told) -> Self {
        Self {
            digest: Digest::of(&told.commands),
            told: Some(Arc::new(told)),
        }
    }

    /// What is known of it by a cloud alone.
    pub const fn found(digest: Option<Digest>) -> Self {
        Self { digest, told: None }
    }

    /// What counts of it; none where nothing does.
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// All of it, where that is known.
    pub fn told(&self) -> Option<&Told> {
        self.told.as_deref()
    }

    /// Takes over what another says, where this is known by its digest alone and the digests agree.
    pub fn remember(&mut self, other: &Self) {
        if self.told.is_none() && self == other {
            self.told.clone_from(&other.told);
        }
    }

    /// The volumes that it tells of.
    pub fn volumes(&self) -> impl Iterator<Item = &VolumeName> {
        self.told.iter().flat_map(|told| told.volumes.keys())
    }
}

impl PartialEq for FirstBoot {
    fn eq(&self, other: &Self) -> bool {
        let Self { digest, told: _ } = self;
        digest == &other.digest
    }
}

impl Eq for FirstBoot {}

impl Hash for FirstBoot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { digest, told: _ } = self;
        digest.hash(state);
    }
}

/// The sets of profiles of a group's instances, in the order in which they come: one for all, or one
/// for each profile that is dealt over them. Common profiles come first, then the group's own, then
/// the one that is dealt.
pub fn hands<'a>(topology: &'a Topology, group: &'a Group) -> Vec<Vec<&'a ProfileName>> {
    let everyone = topology.profiles_of(group);
    if group.spread.is_empty() {
        return vec![everyone];
    }
    let with = |extra: &'a ProfileName| {
        let mut profiles = everyone.clone();
        if !profiles.contains(&extra) {
            profiles.push(extra);
        }
        profiles
    };
    group.spread.iter().map(with).collect()
}

/// What the instances of a group are told that have these profiles, in this order.
pub fn told(topology: &Topology, group: &Group, profiles: &[&ProfileName]) -> Told {
    let known = || {
        profiles
            .iter()
            .filter_map(|name| topology.profiles.get_key_value(*name))
    };
    let commands = known()
        .flat_map(|(_, profile)| &profile.first_boot)
        .chain(&group.first_boot);
    let volumes = group.volumes.iter().filter_map(|(name, volume)| {
        let GroupVolume {
            mount,
            file_system,
            size: _,
            volume_type: _,
            from: _,
            note: _,
        } = volume;
        let told = ToldVolume {
            mount: mount.clone(),
            file_system: file_system.clone(),
        };
        (mount.is_some() || file_system.is_some()).then(|| (name.clone(), told))
    });
    let mounts = group.mounts.iter().filter_map(|mount| {
        let RemoteMount {
            from,
            ordinal,
            export,
            mount,
            file_system,
        } = mount;
        let server = topology.groups.get(from)?;
        let ordinal = ordinal.or_else(|| server.ordinals(1).first().copied())?;
        Some(ToldMount {
            host: server.host_name(from, ordinal),
            export: export.clone(),
            mount: mount.clone(),
            file_system: file_system.clone(),
        })
    });
    Told {
        commands: commands.cloned().collect(),
        volumes: volumes.collect(),
        mounts: mounts.collect(),
        parameters: known()
            .filter(|(_, profile)| !profile.parameters.is_empty())
            .map(|(name, profile)| (name.clone(), profile.parameters.clone()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn commands(commands: &[&str]) -> FirstBoot {
        FirstBoot::of(Told {
            commands: commands.iter().map(|c| (*c).to_owned()).collect(),
            ..Told::default()
        })
    }

    #[test]
    fn only_commands_count() {
        let told = Told {
            volumes: BTreeMap::from([(
                VolumeName::new("data").unwrap(),
                ToldVolume {
                    mount: Some("/srv".into()),
                    file_system: None,
                },
            )]),
            ..Told::default()
        };
        assert_eq!(FirstBoot::of(told), FirstBoot::found(None));
        assert_ne!(commands(&["a"]), FirstBoot::found(None));
        assert_ne!(commands(&["ab", "c"]), commands(&["a", "bc"]));
        assert_ne!(commands(&["a", ""]), commands(&["a"]));
    }

    #[test]
    fn what_was_found_remembers_what_it_was_told() {
        let told = commands(&["true"]);
        let mut found = FirstBoot::found(told.digest().cloned());
        assert_eq!(found, told);
        found.remember(&commands(&["false"]));
        assert_eq!(found.told(), None);
        found.remember(&told);
        assert_eq!(found.told(), told.told());
        let digest = told.digest().unwrap();
        assert_eq!(&digest.as_str().parse::<Digest>().unwrap(), digest);
        assert!("abc".parse::<Digest>().is_err());
    }

    #[test]
    fn the_digest_is_the_one_that_running_instances_have() {
        // (printf 'understudy first boot 1\0\0\0\0\0\0\0\4true') | sha256sum
        assert_eq!(
            commands(&["true"]).digest().unwrap().as_str(),
            "a356f3b91fbfe5ba93e47a1b2a9b2eeb4b7c9e76f67352b1611e84945b8424ce"
        );
    }
}
