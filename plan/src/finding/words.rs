//! What several rules say and ask in the same way.

use std::collections::BTreeSet;
use std::fmt::Display;

use model::environment::EnvironmentKind;
use model::group::Group;
use model::name::{EnvironmentName, GroupName, ProfileName};
use model::profile::{Lifecycle, Profile};
use model::topology::Topology;

use super::Severity;

/// How much it matters that an environment goes on without one of its instances; none where nobody
/// expects that of it: copies and what is for tests.
pub(super) const fn redundancy(kind: EnvironmentKind) -> Option<Severity> {
    match kind {
        EnvironmentKind::Production => Some(Severity::Warning),
        // Reduced on purpose.
        EnvironmentKind::Secondary => Some(Severity::Hint),
        EnvironmentKind::Temporary | EnvironmentKind::Staging | EnvironmentKind::Development => {
            None
        }
    }
}

/// How many names a sentence bears.
const MOST: usize = 12;

/// `a, b and c`; the first of them and how many more where there are many.
pub(super) fn list<T: Display>(all: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    if all.len() > MOST {
        return format!("{} and {} more", all[..MOST].join(", "), all.len() - MOST);
    }
    match all.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 instance`, `2 instances`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Whether a group has instances, as planned.
pub(super) fn is_there(group: &Group) -> bool {
    group.count.planned() > 0
}

/// Whether a group has instances that are in use.
pub(super) fn is_live(group: &Group) -> bool {
    is_there(group) && is_in_use(group.lifecycle)
}

/// Whether something is in use.
pub(super) const fn is_in_use(lifecycle: Lifecycle) -> bool {
    match lifecycle {
        Lifecycle::Live => true,
        Lifecycle::Testing | Lifecycle::Unfinished | Lifecycle::ToBeRemoved => false,
    }
}

/// The profiles that instances of a group have, all or some of them, each once.
pub(super) fn profiles<'t>(
    topology: &'t Topology,
    group: &'t Group,
) -> impl Iterator<Item = (&'t ProfileName, &'t Profile)> {
    let names: BTreeSet<&ProfileName> = topology
        .profiles_of(group)
        .into_iter()
        .chain(&group.spread)
        .collect();
    names
        .into_iter()
        .filter_map(|name| topology.profiles.get_key_value(name))
}

/// The groups that have instances.
pub(super) fn groups(topology: &Topology) -> impl Iterator<Item = (&GroupName, &Group)> {
    topology.groups.iter().filter(|(_, group)| is_there(group))
}

/// The environments that stand for the same thing on purpose, so that they share names: who follows
/// whom, and who succeeds whom (its groups say what they were there), by whatever number of steps.
pub(super) fn family<'t>(
    of: &'t Topology,
    others: impl Iterator<Item = &'t Topology>,
) -> BTreeSet<&'t EnvironmentName> {
    let mut left: Vec<&Topology> = others.collect();
    let mut family = BTreeSet::from([&of.environment]);
    let mut met = vec![of];
    while let Some(one) = met.pop() {
        let (related, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|other| related(one, other));
        family.extend(related.iter().map(|it| &it.environment));
        met.extend(related);
        left = others;
    }
    family
}

fn related(a: &Topology, b: &Topology) -> bool {
    follows(a, b) || follows(b, a) || succeeds(a, b) || succeeds(b, a)
}

/// Whether an environment, or a group of it, replicates the other.
pub(super) fn follows(a: &Topology, b: &Topology) -> bool {
    let of_groups = a
        .groups
        .values()
        .filter_map(|group| group.replicates.as_ref());
    let mut all = a.replicates.iter().chain(of_groups);
    all.any(|replicates| replicates.environment == b.environment)
}

/// Whether an environment's groups say that they were the other's before.
pub(super) fn succeeds(a: &Topology, b: &Topology) -> bool {
    let mut was = a.groups.values().flat_map(|group| &group.was);
    was.any(|old| b.groups.contains_key(old) && !a.groups.contains_key(old))
}

/// `6.8 GiB`: an amount that was seen, which is seldom a whole one.
pub(super) fn gib(mib: u64) -> String {
    if mib < 1024 {
        return format!("{mib} MiB");
    }
    let tenths = mib / 1024 * 10 + (mib % 1024) * 10 / 1024;
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}
