//! One instance that others hang on: groups that depend on it or mount from it, services that nobody
//! else provides, sites that nobody else serves. Only where redundancy is expected, and only of what
//! is in use. That a group is one at its minimum is a hint: it is a choice yet.

use std::collections::{BTreeMap, BTreeSet};

use model::group::Group;
use model::name::{DnsName, GroupName, ServiceName};
use model::profile::Category;
use model::topology::Topology;

use super::words::{groups, is_in_use, is_live, list, profiles, redundancy};
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some(expected) = redundancy(topology.kind) else {
        return;
    };
    let ties = Ties::of(topology);
    for (name, group) in &topology.groups {
        let count = group.count;
        if !is_live(group) || count.min() > 1 {
            continue;
        }
        let hanging = ties.on(topology, name, group);
        let Some(reasons) = hanging.reasons() else {
            continue;
        };
        let (severity, what) = if count.planned() == 1 {
            let severity = if hanging.is_only_seen() {
                Severity::Hint
            } else {
                expected
            };
            (
                severity,
                format!("{name} is a single instance, and {reasons}"),
            )
        } else {
            let least = match count.min() {
                0 => "has no instance",
                _ => "is a single instance",
            };
            (
                Severity::Hint,
                format!("{name} {least} at its minimum, and {reasons}"),
            )
        };
        into.push(Finding {
            rule: Rule::SinglePointOfFailure,
            severity,
            subject: name.to_string(),
            what,
            evidence: format!("count {count}; {}", hanging.evidence()),
            effect: hanging.effect(),
            remedy: format!(
                "plan a second instance of {name} that can take over, or write down how it is \
                 replaced and mute this"
            ),
        });
    }
}

/// Who hangs on whom, gone through once.
struct Ties<'t> {
    /// By group, the other groups that depend on it or mount from it.
    dependents: BTreeMap<&'t GroupName, BTreeSet<&'t GroupName>>,
    /// By service, the groups that provide it.
    providers: BTreeMap<&'t ServiceName, BTreeSet<&'t GroupName>>,
    /// By service, the groups that need it.
    needed: BTreeMap<&'t ServiceName, BTreeSet<&'t GroupName>>,
    /// By DNS name, the groups that serve it.
    hosts: BTreeMap<&'t str, BTreeSet<&'t GroupName>>,
    /// The services that come from outside as well.
    outside: BTreeSet<&'t ServiceName>,
}

impl<'t> Ties<'t> {
    fn of(topology: &'t Topology) -> Self {
        let mut ties = Self {
            dependents: BTreeMap::new(),
            providers: BTreeMap::new(),
            needed: BTreeMap::new(),
            hosts: BTreeMap::new(),
            outside: topology
                .external
                .values()
                .flat_map(|node| &node.provides)
                .collect(),
        };
        for (name, group) in groups(topology) {
            let mounts = group.mounts.iter().map(|mount| &mount.from);
            for other in group.depends_on.keys().chain(mounts) {
                if other != name {
                    ties.dependents.entry(other).or_default().insert(name);
                }
            }
            for (_, profile) in profiles(topology, group) {
                for service in &profile.provides {
                    ties.providers.entry(service).or_default().insert(name);
                }
                for service in &profile.needs {
                    ties.needed.entry(service).or_default().insert(name);
                }
                for host in &profile.hosts {
                    ties.hosts.entry(host.as_str()).or_default().insert(name);
                }
            }
        }
        ties
    }

    fn on(&self, topology: &'t Topology, name: &'t GroupName, group: &'t Group) -> Hanging<'t> {
        let alone = |all: Option<&BTreeSet<&GroupName>>| {
            all.is_some_and(|all| all.len() == 1 && all.contains(name))
        };
        let mut hanging = Hanging {
            dependents: self.dependents.get(name).cloned().unwrap_or_default(),
            services: BTreeMap::new(),
            hosts: BTreeSet::new(),
        };
        for (_, profile) in profiles(topology, group) {
            for service in &profile.provides {
                let others: BTreeSet<_> = self
                    .needed
                    .get(service)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|other| *other != name)
                    .collect();
                let only = alone(self.providers.get(service)) && !self.outside.contains(service);
                if only && !others.is_empty() {
                    hanging.services.insert(service, others);
                }
            }
            let seen = match group.category {
                Category::Application => is_in_use(profile.lifecycle),
                Category::Infrastructure | Category::Process => false,
            };
            if seen {
                let only = |host: &&str| alone(self.hosts.get(host));
                let hosts = profile.hosts.iter().map(DnsName::as_str);
                hanging.hosts.extend(hosts.filter(only));
            }
        }
        hanging
    }
}

/// What hangs on one group.
struct Hanging<'t> {
    dependents: BTreeSet<&'t GroupName>,
    services: BTreeMap<&'t ServiceName, BTreeSet<&'t GroupName>>,
    hosts: BTreeSet<&'t str>,
}

impl Hanging<'_> {
    /// Whether no other group hangs on it, only who looks at a site.
    fn is_only_seen(&self) -> bool {
        self.dependents.is_empty() && self.services.is_empty()
    }

    /// The other groups.
    fn groups(&self) -> BTreeSet<&GroupName> {
        let needing = self.services.values().flatten();
        self.dependents.iter().chain(needing).copied().collect()
    }

    fn reasons(&self) -> Option<String> {
        let groups = self.groups();
        match (groups.is_empty(), self.hosts.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("nobody else serves {}", list(&self.hosts))),
            (false, _) => Some(match groups.len() {
                1 => "another group hangs on it".to_owned(),
                n => format!("{n} other groups hang on it"),
            }),
        }
    }

    fn evidence(&self) -> String {
        let mut said = Vec::new();
        if !self.dependents.is_empty() {
            said.push(format!("what depends on it: {}", list(&self.dependents)));
        }
        for (service, needed) in &self.services {
            said.push(format!(
                "{service}, which only it provides, is needed by {}",
                list(needed)
            ));
        }
        if !self.hosts.is_empty() {
            said.push(format!("only it serves {}", list(&self.hosts)));
        }
        said.join("; ")
    }

    fn effect(&self) -> String {
        if self.is_only_seen() {
            return format!("while it is down, nobody serves {}", list(&self.hosts));
        }
        let groups = list(self.groups());
        if self.services.is_empty() {
            return format!("while it is down, these may not work: {groups}");
        }
        let services = list(self.services.keys());
        format!("while it is down, there is no {services} for {groups}")
    }
}
