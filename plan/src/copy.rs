//! Copies: a topology derived from another by a recipe, and the statement of its fidelity: what
//! was kept, shrunk, merged or omitted of each group, and so what a test on the copy can't prove.

mod fidelity;
mod taken;

use std::collections::{BTreeMap, BTreeSet};

use model::count::Count;
use model::data::{BootFrom, DataCopied};
use model::environment::Layer;
use model::group::{Group, PublicAddresses, RemoteMount};
use model::keypair::Keypair;
use model::name::{EnvironmentName, GroupName, KeypairName};
use model::profile::Lifecycle;
use model::recipe::{Recipe, RecipeGroup};
use model::topology::Topology;
use model::value::Value;
use serde::{Deserialize, Serialize};

pub use fidelity::{Fidelity, Kept};

use fidelity::statement;
use taken::{kept_addresses, taken_along};

/// Why no copy can be derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The source has none of the groups that a group of the copy stands for.
    #[error(
        "recipe `{recipe}`: `{group}` stands for {from}, and {source_name} has no such group: correct `from`, or use another recipe"
    )]
    NoSource {
        /// The recipe.
        recipe: String,
        /// The copy's group.
        group: GroupName,
        /// What it stands for.
        from: String,
        /// The source.
        source_name: EnvironmentName,
    },
    /// Data can only be taken from instances that are there.
    #[error(
        "recipe `{recipe}`: `{group}` takes data along for {wanted} instances, and `{from}` has {there}: lower the count, or leave `data` out"
    )]
    NoData {
        /// The recipe.
        recipe: String,
        /// The copy's group.
        group: GroupName,
        /// How many instances the copy has.
        wanted: u32,
        /// The source's group.
        from: GroupName,
        /// How many that has.
        there: u32,
    },
    /// A group of the copy names a keypair that neither the recipe nor the source has.
    #[error(
        "recipe `{recipe}`: `{group}` names the keypair `{keypair}`, which neither the recipe nor {source_name} has: define it under `keypairs`"
    )]
    NoKeypair {
        /// The recipe.
        recipe: String,
        /// The copy's group.
        group: GroupName,
        /// The keypair.
        keypair: KeypairName,
        /// The source.
        source_name: EnvironmentName,
    },
    /// Groups of different categories can't be one.
    #[error(
        "recipe `{recipe}`: `{group}` merges groups of different categories ({first} and {second}): keep them apart"
    )]
    Categories {
        /// The recipe.
        recipe: String,
        /// The copy's group.
        group: GroupName,
        /// One category.
        first: String,
        /// The other.
        second: String,
    },
}

/// A copy that could be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// What it will be.
    pub topology: Topology,
    /// How true it is to its source.
    pub fidelity: Vec<Fidelity>,
}

/// Derives a copy.
pub fn derive(
    source: &Topology,
    recipe: &Recipe,
    name: EnvironmentName,
) -> Result<Copy, CopyError> {
    let mut into: BTreeMap<&GroupName, &GroupName> = BTreeMap::new();
    for (to, spec) in &recipe.groups {
        for from in sources(source, to, spec) {
            into.entry(from).or_insert(to);
        }
    }
    let mut groups = BTreeMap::new();
    let mut fidelity = Vec::new();
    for (to, spec) in &recipe.groups {
        let from: Vec<(&GroupName, &Group)> = sources(source, to, spec)
            .into_iter()
            .filter_map(|name| source.groups.get_key_value(name))
            .collect();
        let group = merged(source, recipe, to, spec, &from, &into)?;
        for (name, original) in &from {
            fidelity.push(statement(to, spec, name, original, &group, &from));
        }
        groups.insert(to.clone(), group);
    }
    for (name, group) in &source.groups {
        if into.contains_key(name) {
            continue;
        }
        let reason = recipe
            .omit
            .get(name)
            .cloned()
            .unwrap_or_else(|| "the recipe does not name it".to_owned());
        let mut cannot_prove: Vec<String> = source
            .profiles_of(group)
            .iter()
            .map(|profile| format!("anything about {profile}"))
            .collect();
        cannot_prove.retain(|text| {
            !source
                .common
                .profiles
                .iter()
                .any(|common| text.ends_with(&format!(" {common}")))
        });
        fidelity.push(Fidelity {
            group: name.clone(),
            into: None,
            kept: Kept::Omitted { reason },
            differs: Vec::new(),
            cannot_prove,
        });
    }
    fidelity.sort_by(|a, b| a.group.cmp(&b.group));

    let mut flavors = recipe.flavors.clone();
    for group in groups.values() {
        if let Some(name) = group.flavor.fixed()
            && !flavors.contains_key(name)
            && let Some(flavor) = source.flavors.get(name)
        {
            flavors.insert(name.clone(), *flavor);
        }
    }
    let keypairs = keypairs(source, recipe, &groups)?;
    let cloud = recipe.cloud.clone().or_else(|| source.cloud.clone());
    // On the same cloud it stands at the same site, with what that offers and costs.
    let (site, sites) = if cloud == source.cloud {
        (source.site.clone(), source.sites.clone())
    } else {
        (None, BTreeMap::new())
    };
    let topology = Topology {
        layer: Layer::Planned,
        note: Some(format!(
            "copy of {} by recipe {}",
            source.environment, recipe.recipe
        )),
        owner: source.owner.clone(),
        team: source.team.clone(),
        cloud,
        site,
        sites,
        allowed_releases: source.allowed_releases.clone(),
        common: source.common.clone(),
        flavors,
        keypairs,
        networks: recipe.networks.clone(),
        sources: source.sources.clone(),
        profiles: source.profiles.clone(),
        groups,
        declared: recipe.declared.clone(),
        ..Topology::empty(name, recipe.kind)
    };
    Ok(Copy { topology, fidelity })
}

/// The keypairs that the copy's groups name: the recipe's own, or else the source's.
fn keypairs(
    source: &Topology,
    recipe: &Recipe,
    groups: &BTreeMap<GroupName, Group>,
) -> Result<BTreeMap<KeypairName, Keypair>, CopyError> {
    let mut keypairs = BTreeMap::new();
    for (group, spec) in groups {
        let Some(name) = &spec.keypair else { continue };
        let known = recipe.keypairs.get(name).or(source.keypairs.get(name));
        let keypair = known.ok_or_else(|| CopyError::NoKeypair {
            recipe: recipe.recipe.to_string(),
            group: group.clone(),
            keypair: name.clone(),
            source_name: source.environment.clone(),
        })?;
        keypairs.insert(name.clone(), keypair.clone());
    }
    Ok(keypairs)
}

/// The source's groups that a group of the copy stands for.
fn sources<'a>(
    source: &'a Topology,
    to: &'a GroupName,
    spec: &'a RecipeGroup,
) -> Vec<&'a GroupName> {
    let named = if spec.from.is_empty() {
        std::slice::from_ref(to)
    } else {
        &spec.from
    };
    named
        .iter()
        .filter(|name| source.groups.contains_key(*name))
        .collect()
}

/// One value where all say the same, else nothing.
fn agreed<T: PartialEq + Clone>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn merged(
    source: &Topology,
    recipe: &Recipe,
    to: &GroupName,
    spec: &RecipeGroup,
    from: &[(&GroupName, &Group)],
    into: &BTreeMap<&GroupName, &GroupName>,
) -> Result<Group, CopyError> {
    let RecipeGroup {
        from: named,
        count,
        flavor,
        image,
        boot,
        data,
        addresses,
        public_addresses,
        keypair,
        first_boot,
        placement,
        volumes,
        omit_volumes,
        omit_profiles,
    } = spec;
    let Some((_, first)) = from.first() else {
        let named = if named.is_empty() {
            vec![to.clone()]
        } else {
            named.clone()
        };
        return Err(CopyError::NoSource {
            recipe: recipe.recipe.to_string(),
            group: to.clone(),
            from: named
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", "),
            source_name: source.environment.clone(),
        });
    };
    if let Some((_, other)) = from
        .iter()
        .find(|(_, group)| group.category != first.category)
    {
        return Err(CopyError::Categories {
            recipe: recipe.recipe.to_string(),
            group: to.clone(),
            first: first.category.to_string(),
            second: other.category.to_string(),
        });
    }
    let count = count.unwrap_or_else(|| {
        Count::exactly(from.iter().map(|(_, group)| group.count.planned()).sum())
    });
    let mut group = Group::new(first.category, count);
    group.flavor = match flavor {
        Some(name) => Value::Fixed(name.clone()),
        None => agreed(from.iter().map(|(_, group)| &group.flavor))
            .cloned()
            .unwrap_or_default(),
    };
    group.image = match image {
        Some(name) => Value::Fixed(name.clone()),
        None => agreed(from.iter().map(|(_, group)| &group.image))
            .cloned()
            .unwrap_or_default(),
    };
    group.keypair = match keypair {
        Some(name) => Some(name.clone()),
        None => agreed(from.iter().map(|(_, group)| &group.keypair))
            .cloned()
            .flatten(),
    };
    for (_, original) in from {
        for command in &original.first_boot {
            if !group.first_boot.contains(command) {
                group.first_boot.push(command.clone());
            }
        }
        for profile in &original.profiles {
            if !group.profiles.contains(profile) && !omit_profiles.contains_key(profile) {
                group.profiles.push(profile.clone());
            }
        }
        for profile in &original.spread {
            if !group.spread.contains(profile) && !omit_profiles.contains_key(profile) {
                group.spread.push(profile.clone());
            }
        }
        for (name, volume) in &original.volumes {
            if omit_volumes.contains_key(name) {
                continue;
            }
            let volume = group.volumes.entry(name.clone()).or_insert_with(|| {
                let mut volume = volume.clone();
                if *data == DataCopied::Snapshot {
                    // Its data are what that has become.
                    volume.from = None;
                }
                volume
            });
            if let Some(size) = volumes.get(name) {
                volume.size = Value::Fixed(*size);
            }
        }
        for mount in &original.mounts {
            if let Some(server) = into.get(&mount.from).filter(|server| **server != to) {
                let mount = RemoteMount {
                    from: (*server).clone(),
                    ordinal: None,
                    ..mount.clone()
                };
                if !group.mounts.contains(&mount) {
                    group.mounts.push(mount);
                }
            }
        }
        for (needed, readiness) in &original.depends_on {
            if let Some(needed) = into.get(needed).filter(|needed| **needed != to) {
                let known = group
                    .depends_on
                    .entry((*needed).clone())
                    .or_insert(*readiness);
                *known = (*known).max(*readiness);
            }
        }
    }
    group.first_boot.extend(first_boot.iter().cloned());
    group.except = from
        .iter()
        .map(|(_, group)| group.except.clone())
        .reduce(|a, b| a.intersection(&b).cloned().collect())
        .unwrap_or_else(BTreeSet::new);
    group.networks = recipe.networks.keys().cloned().collect();
    group.boot = boot.clone().unwrap_or_else(|| first.boot.clone());
    if *data == DataCopied::Snapshot {
        group.data = Some(taken_along(source, recipe, to, &group, from)?);
        // As large as it is there: what a flavor or a file says of it is of no account.
        if let BootFrom::Volume(size) = &mut group.boot {
            *size = Value::AssignedByCloud;
        }
    }
    group.addresses = if addresses.is_empty() {
        kept_addresses(source, recipe, &group, from)
    } else {
        addresses.clone()
    };
    group.public_addresses = PublicAddresses {
        count: match public_addresses {
            Some(n) => Value::Fixed(Count::exactly(*n)),
            None => agreed(from.iter().map(|(_, group)| &group.public_addresses.count))
                .and_then(Value::fixed)
                .map_or(Value::Unknown, |n| {
                    Value::Fixed(Count::exactly(n.planned().min(count.planned())))
                }),
        },
        advertised: Some(false),
        addresses: Vec::new(),
    };
    group.placement = placement.clone().unwrap_or_else(|| first.placement.clone());
    // The roles of the source's lowest ordinals, in their order; and which of them are stopped.
    let roles = first.ordinals(first.count.max());
    group.roles = (1..=count.max())
        .zip(&roles)
        .filter_map(|(ordinal, original)| first.roles.get(original).map(|role| (ordinal, *role)))
        .collect();
    group.stopped = (1..=count.max())
        .zip(&roles)
        .filter(|(_, original)| first.stopped.contains(original))
        .map(|(ordinal, _)| ordinal)
        .collect();
    group.lifecycle =
        agreed(from.iter().map(|(_, group)| group.lifecycle)).unwrap_or(Lifecycle::Live);
    Ok(group)
}
