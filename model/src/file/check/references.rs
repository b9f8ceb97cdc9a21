//! References: every name that is used is defined, and nothing refers to itself.

use std::fmt::Display;

use super::{Path, Problems};
use crate::facts::DeclaredTotal;
use crate::group::{Group, Replicates};
use crate::name::{GroupName, ProfileName};
use crate::network::{ExternalNode, Reach};
use crate::profile::Profile;
use crate::site::Site;
use crate::topology::Topology;

use crate::file::suggest;

/// Says that a name isn't defined, where it isn't.
pub(super) fn known<'a, N: Display + ?Sized>(
    problems: &mut Problems,
    path: Path,
    what: &str,
    name: &N,
    defined: impl Iterator<Item = &'a str> + Clone,
) {
    let name = name.to_string();
    if defined.clone().any(|other| other == name) {
        return;
    }
    let remedy = suggest::remedy(&name, defined, &format!("define it under `{what}s`"));
    problems.add(path, format!("unknown {what} `{name}`; {remedy}"));
}

/// The names of a map, as texts.
macro_rules! names {
    ($map:expr) => {
        $map.keys().map(|name| name.as_str())
    };
}

pub(super) fn topology(topology: &Topology, problems: &mut Problems) {
    let Topology {
        environment,
        site,
        replicates,
        common,
        sites,
        external,
        profiles,
        groups,
        declared,
        kind: _,
        layer: _,
        note: _,
        owner: _,
        team: _,
        protected: _,
        cloud: _,
        allowed_releases: _,
        facts: _,
        flavors: _,
        networks: _,
        sources: _,
    } = topology;
    let root = Path::root();
    if let Some(site) = site {
        known(problems, root.name("site"), "site", site, names!(sites));
    }
    if let Some(Replicates {
        environment: other,
        group: _,
    }) = replicates
        && other == environment
    {
        problems.add(
            root.name("replicates").name("environment"),
            format!("`{environment}` replicates itself; name the environment that it follows"),
        );
    }
    for (index, profile) in common.profiles.iter().enumerate() {
        known(
            problems,
            root.name("common").name("profiles").index(index),
            "profile",
            profile,
            names!(profiles),
        );
    }
    for (name, site) in sites {
        let path = root.name("sites").name(name);
        let Site {
            latency_ms,
            note: _,
            clouds: _,
            offers: _,
        } = site;
        for other in latency_ms.keys() {
            let path = path.name("latency_ms").name(other);
            known(problems, path, "site", other, names!(sites));
        }
    }
    for (name, node) in external {
        let path = root.name("external").name(name);
        let ExternalNode {
            reaches,
            reached_by,
            note: _,
            hosts: _,
            addresses: _,
        } = node;
        group_list(topology, reaches, &path.name("reaches"), problems);
        group_list(topology, reached_by, &path.name("reached_by"), problems);
    }
    for (name, profile) in profiles {
        self::profile(topology, name, profile, problems);
    }
    for (name, group) in groups {
        self::group(topology, name, group, problems);
    }
    for (index, total) in declared.iter().enumerate() {
        declared_total(
            total,
            &root.name("declared").index(index),
            names!(groups),
            problems,
        );
    }
}

/// A declared total of a group that is there.
pub(super) fn declared_total<'a>(
    total: &DeclaredTotal,
    path: &Path,
    groups: impl Iterator<Item = &'a str> + Clone,
    problems: &mut Problems,
) {
    if let Some(group) = &total.group {
        known(problems, path.name("group"), "group", group, groups);
    }
}

fn group_list(topology: &Topology, list: &[GroupName], path: &Path, problems: &mut Problems) {
    for (index, group) in list.iter().enumerate() {
        known(
            problems,
            path.index(index),
            "group",
            group,
            names!(topology.groups),
        );
    }
}

fn profile_list(topology: &Topology, list: &[ProfileName], path: &Path, problems: &mut Problems) {
    for (index, profile) in list.iter().enumerate() {
        known(
            problems,
            path.index(index),
            "profile",
            profile,
            names!(topology.profiles),
        );
    }
}

fn was_itself<N: Display + PartialEq>(was: &[N], name: &N, path: &Path, problems: &mut Problems) {
    if let Some(index) = was.iter().position(|old| old == name) {
        problems.add(
            path.name("was").index(index),
            format!("`{name}` was `{name}`, which is no rename; name what it was called before"),
        );
    }
}

fn profile(topology: &Topology, name: &ProfileName, profile: &Profile, problems: &mut Problems) {
    let path = Path::root().name("profiles").name(name);
    let Profile {
        ports,
        was,
        category: _,
        software: _,
        hosts: _,
        provides: _,
        needs: _,
        capabilities: _,
        parameters: _,
        lifecycle: _,
        note: _,
    } = profile;
    was_itself(was, name, &path, problems);
    for (index, port) in ports.iter().enumerate() {
        let path = path.name("ports").index(index).name("from");
        for (index, reach) in port.from.iter().enumerate() {
            let path = path.index(index);
            match reach {
                Reach::Anywhere | Reach::Environment => {}
                Reach::Group(group) => {
                    known(problems, path, "group", group, names!(topology.groups));
                }
                Reach::Source(source) => {
                    let words = ["anywhere", "environment"];
                    let defined = names!(topology.sources).chain(words);
                    known(problems, path, "source", source, defined);
                }
            }
        }
    }
}

fn group(topology: &Topology, name: &GroupName, group: &Group, problems: &mut Problems) {
    let path = Path::root().name("groups").name(name);
    let Group {
        was,
        flavor,
        profiles,
        spread,
        except,
        networks,
        mounts,
        depends_on,
        replicates,
        category: _,
        count: _,
        ordinals: _,
        image: _,
        public_addresses: _,
        volumes: _,
        placement: _,
        roles: _,
        lifecycle: _,
        instances: _,
        note: _,
    } = group;
    was_itself(was, name, &path, problems);
    if let Some(flavor) = flavor.fixed() {
        known(
            problems,
            path.name("flavor"),
            "flavor",
            flavor,
            names!(topology.flavors).chain(["unknown"]),
        );
    }
    profile_list(topology, profiles, &path.name("profiles"), problems);
    profile_list(topology, spread, &path.name("spread"), problems);
    // A set is read from a list, whose order is gone: its place is the list's.
    for profile in except {
        if !topology.common.profiles.contains(profile) {
            let common = topology.common.profiles.iter().map(ProfileName::as_str);
            let otherwise = "the environment has no common profiles: leave this out";
            problems.add(
                path.name("except"),
                format!(
                    "`{profile}` is not one of the common profiles; {}",
                    suggest::remedy(profile.as_str(), common, otherwise)
                ),
            );
        }
    }
    for (index, network) in networks.iter().enumerate() {
        known(
            problems,
            path.name("networks").index(index),
            "network",
            network,
            names!(topology.networks),
        );
    }
    for (index, mount) in mounts.iter().enumerate() {
        let path = path.name("mounts").index(index);
        let groups = names!(topology.groups);
        known(problems, path.name("from"), "group", &mount.from, groups);
        if let (Some(ordinal), Some(from)) = (mount.ordinal, topology.groups.get(&mount.from)) {
            let ordinals = from.ordinals(from.count.max());
            if !ordinals.contains(&ordinal) {
                let set = ordinals.into_iter().collect();
                problems.add(
                    path.name("ordinal"),
                    format!(
                        "`{}` can't have an instance {ordinal}; {}",
                        mount.from,
                        super::ordinals_in_words(&set)
                    ),
                );
            }
        }
    }
    for other in depends_on.keys() {
        // In a list there is no name to find; then its place is the list's.
        let path = path.name("depends_on").name(other);
        known(problems, path, "group", other, names!(topology.groups));
    }
    if let Some(Replicates {
        environment,
        group: other,
    }) = replicates
        && environment == &topology.environment
    {
        let path = path.name("replicates");
        match other {
            Some(other) if other != name => known(
                problems,
                path.name("group"),
                "group",
                other,
                names!(topology.groups),
            ),
            Some(_) | None => problems.add(
                path,
                format!("`{name}` replicates itself; name the group that it follows"),
            ),
        }
    }
}
