//! A recipe by itself. What it names of its source is checked when it meets one.

use std::collections::BTreeMap;

use super::references::{declared_total, known};
use super::{Path, Problem, Problems, ranges};
use crate::count::Count;
use crate::data::DataCopied;
use crate::name::{GroupName, NetworkName};
use crate::network::Network;
use crate::recipe::{LeaseTerms, Recipe, RecipeGroup};

/// Everything that is wrong with a recipe by itself; empty where it holds together.
pub fn recipe(recipe: &Recipe) -> Vec<Problem> {
    let Recipe {
        lease,
        networks,
        groups,
        omit,
        declared,
        flavors,
        keypairs: _,
        recipe: _,
        note: _,
        kind: _,
        cloud: _,
    } = recipe;
    let root = Path::root();
    let mut problems = Problems::default();
    let LeaseTerms { hours, max_hours } = lease;
    if hours > max_hours {
        problems.add(
            root.name("lease").name("hours"),
            format!(
                "the lease is upside down: hours {hours} is more than max_hours {max_hours}; \
                 write the smaller one as `hours`"
            ),
        );
    } else if *hours == 0 {
        problems.add(
            root.name("lease").name("hours"),
            "a copy that lives 0 hours is gone at once; write 1 or more".into(),
        );
    }
    if networks.is_empty() {
        problems.add(
            root.name("networks"),
            "a copy is isolated and has a network of its own; name one with its `cidr`".into(),
        );
    }
    ranges(networks, &mut problems);
    if groups.is_empty() {
        problems.add(
            root.name("groups"),
            "the recipe makes a copy of nothing; name one group at least".into(),
        );
    }
    for (name, group) in groups {
        let path = root.name("groups").name(name);
        self::group(name, group, networks, &path, &mut problems);
        // A flavor may be the source's; a near miss of one of the recipe's own is told there.
        if let Some(flavor) = &group.flavor
            && flavors
                .keys()
                .any(|own| own.as_str().eq_ignore_ascii_case(flavor.as_str()))
        {
            let path = root.name("groups").name(name).name("flavor");
            known(&mut problems, path, "flavor", flavor, flavors);
        }
    }
    let named = groups.iter().map(|(name, group)| (name, &group.addresses));
    super::addresses::once(named, &mut problems);
    for name in omit.keys() {
        if let Some((user, _)) = groups
            .iter()
            .find(|(group, how)| how.from.contains(name) || (how.from.is_empty() && *group == name))
        {
            problems.add(
                root.name("omit").name(name),
                format!(
                    "`{name}` is left out here and copied as `{user}`; take it out of one of the two"
                ),
            );
        }
    }
    for (index, total) in declared.iter().enumerate() {
        let path = root.name("declared").index(index);
        declared_total(total, &path, groups, &mut problems);
    }
    problems.0
}

fn group(
    name: &GroupName,
    group: &RecipeGroup,
    networks: &BTreeMap<NetworkName, Network>,
    path: &Path,
    problems: &mut Problems,
) {
    let RecipeGroup {
        from,
        count,
        boot,
        data,
        addresses,
        public_addresses,
        volumes,
        omit_volumes,
        flavor: _,
        image: _,
        keypair: _,
        first_boot: _,
        placement: _,
        omit_profiles: _,
    } = group;
    match (data, boot) {
        (DataCopied::Snapshot, Some(_)) => problems.add(
            path.name("boot"),
            "with `data: snapshot` instances boot from what the source's boot from; leave this out"
                .into(),
        ),
        (DataCopied::Snapshot, None) | (DataCopied::None, _) => {}
    }
    let most = count.map(Count::max);
    super::addresses::of_group(addresses, networks, most, path, problems);
    for (index, source) in from.iter().enumerate() {
        if from[..index].contains(source) {
            problems.add(
                path.name("from").index(index),
                format!("`{source}` is there twice; name each group once"),
            );
        }
    }
    if let (Some(count), Some(addresses)) = (count, public_addresses) {
        let instances = count.max();
        if *addresses > instances {
            problems.add(
                path.name("public_addresses"),
                format!(
                    "{addresses} public addresses for up to {instances} instances of `{name}`; \
                     an instance has one at most: write {instances} or less, or raise the count"
                ),
            );
        }
    }
    for volume in volumes.keys() {
        if omit_volumes.contains_key(volume) {
            problems.add(
                path.name("omit_volumes").name(volume),
                format!("`{volume}` has a size above and is left out here; do one of the two"),
            );
        }
    }
}
