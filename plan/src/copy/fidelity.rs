//! How true a copy is to its source, group by group: what was kept, shrunk, merged or omitted, and
//! so what a test on the copy can't prove. It judges what was derived and derives nothing itself.

use model::data::{BootFrom, DataCopied};
use model::group::Group;
use model::name::GroupName;
use model::recipe::RecipeGroup;
use serde::{Deserialize, Serialize};

/// What became of one group of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Kept {
    /// It is there as it is in the source.
    Kept,
    /// It has fewer instances.
    Shrunk {
        /// How many the source plans.
        from: u32,
        /// How many the copy has.
        to: u32,
    },
    /// It is one group with others.
    Merged {
        /// The others.
        with: Vec<GroupName>,
    },
    /// It is not there.
    Omitted {
        /// Why.
        reason: String,
    },
}

impl Kept {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Shrunk { .. } => "shrunk",
            Self::Merged { .. } => "merged",
            Self::Omitted { .. } => "omitted",
        }
    }
}

/// The statement about one group of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fidelity {
    /// The source's group.
    pub group: GroupName,
    /// The copy's group that stands for it.
    pub into: Option<GroupName>,
    /// What became of it.
    #[serde(flatten)]
    pub kept: Kept,
    /// What else differs, in a sentence each.
    pub differs: Vec<String>,
    /// What a test on the copy therefore can't prove.
    pub cannot_prove: Vec<String>,
}

pub(super) fn statement(
    to: &GroupName,
    spec: &RecipeGroup,
    name: &GroupName,
    original: &Group,
    group: &Group,
    from: &[(&GroupName, &Group)],
) -> Fidelity {
    let (planned, copied) = (original.count.planned(), group.count.planned());
    let mut differs = Vec::new();
    let mut cannot_prove = Vec::new();
    let kept = if from.len() > 1 {
        let with = from
            .iter()
            .map(|(name, _)| (*name).clone())
            .filter(|other| other != name);
        cannot_prove
            .push("that these services don't disturb each other where they stand apart".into());
        Kept::Merged {
            with: with.collect(),
        }
    } else if copied < planned {
        Kept::Shrunk {
            from: planned,
            to: copied,
        }
    } else {
        Kept::Kept
    };
    if copied < planned {
        cannot_prove.push(format!("behaviour under the load of {planned} instances"));
        if copied < 2 && planned > 1 {
            cannot_prove.push("that one instance can fail".into());
        }
    }
    match (original.flavor.fixed(), group.flavor.fixed()) {
        (Some(before), Some(after)) if before != after => {
            differs.push(format!("flavor {after} instead of {before}"));
            cannot_prove.push("speed and memory use on the source's flavor".into());
        }
        (None, Some(after)) => {
            differs.push(format!("flavor {after}; the source names none"));
            cannot_prove.push("that the source's flavor, once chosen, is enough".into());
        }
        (Some(_) | None, Some(_) | None) => {}
    }
    for (volume, reason) in &spec.omit_volumes {
        if original.volumes.contains_key(volume) {
            differs.push(format!("without volume {volume}: {reason}"));
            cannot_prove.push(format!("anything about the data on {volume}"));
        }
    }
    for (volume, size) in &spec.volumes {
        if let Some(before) = original.volumes.get(volume)
            && before.size.fixed() != Some(size)
        {
            differs.push(format!(
                "volume {volume} of {size} instead of {}",
                before.size
            ));
        }
    }
    let empties_volumes = original
        .volumes
        .iter()
        .any(|(name, volume)| volume.from.is_none() && group.volumes.contains_key(name));
    match spec.data {
        DataCopied::Snapshot => {
            differs.push(
                "has the source's data, not sanitised, as snapshots taken while it runs find them"
                    .into(),
            );
            cannot_prove.push("that what was not yet written to disk is there".into());
        }
        DataCopied::None if empties_volumes => {
            differs.push("volumes are empty, without the source's data".into());
            cannot_prove.push("anything that depends on production data".into());
        }
        DataCopied::None => {}
    }
    if original.boot.is_disk() != group.boot.is_disk() {
        let from = |boot: &BootFrom| if boot.is_disk() { "disk" } else { "volume" };
        differs.push(format!(
            "boots from a {} instead of a {}",
            from(&group.boot),
            from(&original.boot)
        ));
    }
    if !original.addresses.is_empty() && group.addresses != original.addresses {
        differs.push("has other addresses".into());
    }
    for (profile, reason) in &spec.omit_profiles {
        if original.profiles.contains(profile) {
            differs.push(format!("without {profile}: {reason}"));
            cannot_prove.push(format!("anything about {profile}"));
        }
    }
    cannot_prove.dedup();
    Fidelity {
        group: name.clone(),
        into: Some(to.clone()),
        kept,
        differs,
        cannot_prove,
    }
}
