//! What the types can't say: references to things that aren't there, circles, ordinals, ranges
//! that overlap. Every problem is found; whoever shows them may pick.

mod addresses;
mod case;
mod data;
mod recipe;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ipnet::IpNet;

use super::error::{Path, Problem};
use crate::facts::DatedFact;
use crate::group::{Group, Readiness};
use crate::name::{GroupName, NetworkName};
use crate::network::Network;
use crate::rule::Mute;
use crate::topology::Topology;

pub use case::{case, topology_of_case};
pub use recipe::recipe;

/// How many problems are looked for: people mend one at a time, and a file may have a million.
const ENOUGH: usize = 20;

/// Problems as they are found.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: Path, message: String) {
        if !self.are_enough() {
            self.0.push(Problem { path, message });
        }
    }

    fn are_enough(&self) -> bool {
        self.0.len() >= ENOUGH
    }
}

/// What is wrong with a topology as a whole, up to 20 problems; empty where it holds together.
pub fn topology(topology: &Topology) -> Vec<Problem> {
    let mut problems = Problems::default();
    references::topology(topology, &mut problems);
    for (name, group) in &topology.groups {
        let path = Path::root().name("groups").name(name);
        ordinals(group, &path, &mut problems);
        let most = Some(group.count.max());
        addresses::of_group(
            &group.addresses,
            &topology.networks,
            most,
            &path,
            &mut problems,
        );
        addresses::where_they_are(group, &path, &mut problems);
        public_addresses(group, &path, &mut problems);
        data::group(group, &path, &mut problems);
    }
    let named = topology
        .groups
        .iter()
        .map(|(name, group)| (name, &group.addresses));
    addresses::once(named, &mut problems);
    circle(topology, &mut problems);
    ranges(&topology.networks, &mut problems);
    for (index, fact) in topology.facts.iter().enumerate() {
        dates(
            fact,
            &Path::root().name("facts").index(index),
            &mut problems,
        );
    }
    for (index, mute) in topology.mute.iter().enumerate() {
        self::mute(mute, &Path::root().name("mute").index(index), &mut problems);
    }
    problems.0
}

/// What is muted says why.
fn mute(mute: &Mute, path: &Path, problems: &mut Problems) {
    if mute.reason.trim().is_empty() {
        problems.add(
            path.name("reason"),
            "the reason is empty; say why this is not to be told".into(),
        );
    }
    if mute
        .subject
        .as_ref()
        .is_some_and(|subject| subject.trim().is_empty())
    {
        problems.add(
            path.name("subject"),
            "the subject is empty; name it as the finding does, or leave it out for all".into(),
        );
    }
}

/// Ordinals: enough, each once, and nothing said of one that the group can't have.
fn ordinals(group: &Group, path: &Path, problems: &mut Problems) {
    let max = group.count.max();
    if !group.ordinals.is_empty() {
        let mut seen = BTreeSet::new();
        for (index, ordinal) in group.ordinals.iter().enumerate() {
            if !seen.insert(ordinal) {
                problems.add(
                    path.name("ordinals").index(index),
                    format!("ordinal {ordinal} is there twice; name each instance once"),
                );
            }
        }
        if seen.len() < max as usize {
            let given = group.ordinals.len();
            problems.add(
                path.name("ordinals"),
                format!(
                    "{given} ordinals for up to {max} instances; name as many as the count's \
                     maximum, or leave them out for 1, 2, 3 …"
                ),
            );
            return;
        }
    }
    let ordinals = Ordinals::of(group);
    let data = group.data.iter().flat_map(|data| data.instances.keys());
    let said = group
        .roles
        .keys()
        .map(|ordinal| (path.name("roles").name(ordinal), ordinal))
        .chain(
            group
                .instances
                .keys()
                .map(|ordinal| (path.name("instances").name(ordinal), ordinal)),
        )
        .chain(data.map(|ordinal| (path.name("data").name("instances").name(ordinal), ordinal)))
        // A set is read from a list, whose order is gone: its place is the list's.
        .chain(
            group
                .stopped
                .iter()
                .map(|ordinal| (path.name("stopped"), ordinal)),
        );
    for (path, ordinal) in said {
        if !ordinals.contains(*ordinal) {
            problems.add(
                path,
                format!("the group can't have an instance {ordinal}; {ordinals}"),
            );
        }
    }
}

/// The ordinals that a group's instances may have.
enum Ordinals {
    /// 1 to this.
    Counted(u32),
    /// These.
    Named(BTreeSet<u32>),
}

impl Ordinals {
    fn of(group: &Group) -> Self {
        if group.ordinals.is_empty() {
            Self::Counted(group.count.max())
        } else {
            Self::Named(group.ordinals(group.count.max()).into_iter().collect())
        }
    }

    fn contains(&self, ordinal: u32) -> bool {
        match self {
            Self::Counted(max) => (1..=*max).contains(&ordinal),
            Self::Named(ordinals) => ordinals.contains(&ordinal),
        }
    }
}

impl fmt::Display for Ordinals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counted(0) => f.write_str("its count is 0: raise the count, or leave this out"),
            Self::Counted(1) => f.write_str("its only ordinal is 1"),
            Self::Counted(max) => write!(f, "its ordinals are 1 to {max}"),
            Self::Named(ordinals) => {
                let first: Vec<String> = ordinals.iter().take(20).map(u32::to_string).collect();
                let more = if ordinals.len() > 20 { " …" } else { "" };
                write!(f, "its ordinals are {}{more}", first.join(", "))
            }
        }
    }
}

/// Public addresses: at most one for each instance, and no more values than addresses.
fn public_addresses(group: &Group, path: &Path, problems: &mut Problems) {
    let path = path.name("public_addresses");
    let Some(count) = group.public_addresses.count.fixed() else {
        return;
    };
    let (addresses, instances) = (count.max(), group.count.max());
    if addresses > instances {
        problems.add(
            path,
            format!(
                "{addresses} public addresses for up to {instances} instances; an instance has \
                 one at most: write {instances} or less, or raise the count"
            ),
        );
    } else if group.public_addresses.addresses.len() > addresses as usize {
        let values = group.public_addresses.addresses.len();
        problems.add(
            path.name("addresses"),
            format!(
                "{values} addresses are given where the count is {addresses}; raise the count, \
                 or leave some out"
            ),
        );
    }
}

/// A circle of dependencies, where there is one.
fn circle(topology: &Topology, problems: &mut Problems) {
    // Take away what depends on nothing that is left, until nothing can be taken: what stays
    // has a circle among it. No recursion: a chain may be long.
    let mut left: BTreeMap<&GroupName, &BTreeMap<GroupName, Readiness>> = topology
        .groups
        .iter()
        .map(|(name, group)| (name, &group.depends_on))
        .collect();
    let mut needed_by: BTreeMap<&GroupName, Vec<&GroupName>> = BTreeMap::new();
    let mut waits_for: BTreeMap<&GroupName, usize> = BTreeMap::new();
    for (name, needs) in &left {
        let known = needs.keys().filter(|need| left.contains_key(need));
        waits_for.insert(name, known.clone().count());
        for need in known {
            needed_by.entry(need).or_default().push(name);
        }
    }
    let mut free: Vec<&GroupName> = waits_for
        .iter()
        .filter(|(_, waits)| **waits == 0)
        .map(|(name, _)| *name)
        .collect();
    while let Some(name) = free.pop() {
        left.remove(name);
        for dependent in needed_by.remove(name).unwrap_or_default() {
            if let Some(waits) = waits_for.get_mut(dependent) {
                *waits -= 1;
                if *waits == 0 {
                    free.push(dependent);
                }
            }
        }
    }
    // Each one that is left needs another that is left: going on leads into the circle.
    let Some(mut at) = left.keys().next().copied() else {
        return;
    };
    let mut way: Vec<&GroupName> = Vec::new();
    let mut place: BTreeMap<&GroupName, usize> = BTreeMap::new();
    let begin = loop {
        if let Some(begin) = place.insert(at, way.len()) {
            break begin;
        }
        way.push(at);
        let next = left
            .get(at)
            .and_then(|needs| needs.keys().find(|need| left.contains_key(need)));
        match next {
            Some(next) => at = next,
            None => return,
        }
    };
    let circle = &way[begin..];
    let mut names: Vec<String> = circle
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    if circle.len() > 12 {
        names.push("…".to_owned());
    }
    names.push(format!("`{at}`"));
    problems.add(
        Path::root().name("groups").name(at).name("depends_on"),
        format!(
            "the dependencies run in a circle: {}; leave one of them out",
            names.join(" → ")
        ),
    );
}

/// Networks: ranges that begin where they say, and none within another.
fn ranges(networks: &BTreeMap<NetworkName, Network>, problems: &mut Problems) {
    let path = |name: &NetworkName| Path::root().name("networks").name(name).name("cidr");
    for (name, network) in networks {
        let right = network.cidr.trunc();
        if network.cidr != right {
            problems.add(
                path(name),
                format!(
                    "`{}` is an address within a range; write `{right}`",
                    network.cidr
                ),
            );
        }
    }
    // Sorted by their first address, a range that overlaps any earlier one overlaps the one of
    // these that reaches farthest.
    let mut sorted: Vec<(&NetworkName, IpNet)> = networks
        .iter()
        .map(|(name, network)| (name, network.cidr.trunc()))
        .collect();
    sorted.sort_by_key(|(_, range)| (range.network(), range.prefix_len()));
    let mut farthest: Option<(&NetworkName, IpNet)> = None;
    for (name, range) in sorted {
        match farthest {
            Some((other, wide)) if wide.contains(&range) => problems.add(
                path(name.max(other)),
                format!(
                    "`{range}` of `{name}` overlaps `{wide}` of `{other}`; give each network a \
                     range of its own"
                ),
            ),
            _ => farthest = Some((name, range)),
        }
    }
}

/// Dates: the last day is not before the first.
fn dates(fact: &DatedFact, path: &Path, problems: &mut Problems) {
    if let Some(to) = fact.to
        && to < fact.from
    {
        problems.add(
            path.name("to"),
            format!(
                "the dates are upside down: from {} to {to}; write the earlier one as `from`",
                fact.from
            ),
        );
    }
}
