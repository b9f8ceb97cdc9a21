//! References: every name that is used is defined, and nothing refers to itself.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Display;

use super::{Ordinals, Path, Problems};
use crate::facts::DeclaredTotal;
use crate::group::{Arbiter, Cluster, Group, Replicates};
use crate::name::{ExternalName, GroupName, ProfileName};
use crate::network::{ExternalNode, Reach};
use crate::profile::Profile;
use crate::site::Site;
use crate::topology::Topology;

use crate::file::suggest;

/// Says that a name isn't among those that are defined, where it isn't.
pub(super) fn known<N, D, V>(
    problems: &mut Problems,
    path: Path,
    what: &str,
    name: &N,
    defined: &BTreeMap<D, V>,
) where
    N: AsRef<str>,
    D: Ord + AsRef<str> + Borrow<str>,
{
    known_or(problems, path, what, name, defined, &[]);
}

/// The same, where some words may stand in place of a name.
fn known_or<N, D, V>(
    problems: &mut Problems,
    path: Path,
    what: &str,
    name: &N,
    defined: &BTreeMap<D, V>,
    words: &[&str],
) where
    N: AsRef<str>,
    D: Ord + AsRef<str> + Borrow<str>,
{
    let name = name.as_ref();
    if defined.contains_key(name) || problems.are_enough() {
        return;
    }
    let names = defined.keys().map(AsRef::as_ref);
    let names = names.chain(words.iter().copied());
    let remedy = suggest::remedy(name, names, &format!("define it under `{what}s`"));
    problems.add(path, format!("unknown {what} `{name}`; {remedy}"));
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
        sources,
        flavors: _,
        keypairs: _,
        networks: _,
        mute: _,
    } = topology;
    let root = Path::root();
    if let Some(site) = site {
        known(problems, root.name("site"), "site", site, sites);
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
            profiles,
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
            known(problems, path, "site", other, sites);
        }
    }
    for name in sources.keys() {
        if matches!(name.as_str(), "anywhere" | "environment") {
            problems.add(
                root.name("sources").name(name),
                format!(
                    "`{name}` has a meaning of its own for ports; give the source another name"
                ),
            );
        }
    }
    for (name, node) in external {
        let path = root.name("external").name(name);
        let ExternalNode {
            reaches,
            reached_by,
            provides: _,
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
    let ordinals: BTreeMap<&GroupName, Ordinals> = groups
        .iter()
        .map(|(name, group)| (name, Ordinals::of(group)))
        .collect();
    for (name, group) in groups {
        self::group(topology, name, group, &ordinals, problems);
    }
    for (index, total) in declared.iter().enumerate() {
        declared_total(total, &root.name("declared").index(index), groups, problems);
    }
}

/// A declared total of a group that is there.
pub(super) fn declared_total<V>(
    total: &DeclaredTotal,
    path: &Path,
    groups: &BTreeMap<GroupName, V>,
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
            &topology.groups,
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
            &topology.profiles,
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
        first_boot: _,
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
                    known(problems, path, "group", group, &topology.groups);
                }
                Reach::Source(source) => {
                    let words = ["anywhere", "environment"];
                    known_or(problems, path, "source", source, &topology.sources, &words);
                }
            }
        }
    }
}

fn group(
    topology: &Topology,
    name: &GroupName,
    group: &Group,
    ordinals: &BTreeMap<&GroupName, Ordinals>,
    problems: &mut Problems,
) {
    let path = Path::root().name("groups").name(name);
    let Group {
        was,
        flavor,
        profiles,
        spread,
        except,
        networks,
        mounts,
        keypair,
        depends_on,
        cluster,
        latency_ms,
        replicates,
        category: _,
        count: _,
        ordinals: _,
        image: _,
        boot: _,
        addresses: _,
        public_addresses: _,
        volumes: _,
        data: _,
        first_boot: _,
        placement: _,
        roles: _,
        stopped: _,
        lifecycle: _,
        instances: _,
        note: _,
    } = group;
    was_itself(was, name, &path, problems);
    if let Some(flavor) = flavor.fixed() {
        known_or(
            problems,
            path.name("flavor"),
            "flavor",
            flavor,
            &topology.flavors,
            &["unknown"],
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
            &topology.networks,
        );
    }
    if let Some(keypair) = keypair {
        let path = path.name("keypair");
        known(problems, path, "keypair", keypair, &topology.keypairs);
    }
    for (index, mount) in mounts.iter().enumerate() {
        let path = path.name("mounts").index(index);
        let groups = &topology.groups;
        known(problems, path.name("from"), "group", &mount.from, groups);
        if let (Some(ordinal), Some(from)) = (mount.ordinal, ordinals.get(&mount.from)) {
            // A group with fewer ordinals than instances is told by itself.
            if !problems.are_enough() && !from.contains(ordinal) {
                problems.add(
                    path.name("ordinal"),
                    format!("`{}` can't have an instance {ordinal}; {from}", mount.from),
                );
            }
        }
    }
    for other in depends_on.keys() {
        // In a list there is no name to find; then its place is the list's.
        let path = path.name("depends_on").name(other);
        known(problems, path, "group", other, &topology.groups);
    }
    if let Some(Cluster {
        arbiter: Some(arbiter),
        fencing: _,
        decides: _,
    }) = cluster
    {
        let path = path.name("cluster").name("arbiter");
        self::arbiter(topology, name, arbiter, &path, problems);
    }
    let followed = replicates.as_ref().and_then(|it| it.group.as_ref());
    for (other, longest) in latency_ms {
        let path = path.name("latency_ms").name(other);
        if *longest == 0 {
            let why = "no round trip takes 0 ms; write the longest that is borne, 1 or more";
            problems.add(path, why.to_owned());
        } else if followed != Some(other) {
            known(problems, path, "group", other, &topology.groups);
        }
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
                &topology.groups,
            ),
            Some(_) | None => problems.add(
                path,
                format!("`{name}` replicates itself; name the group that it follows"),
            ),
        }
    }
}

/// A deciding vote of somebody who is there, and who is not the cluster itself.
fn arbiter(
    topology: &Topology,
    name: &GroupName,
    arbiter: &Arbiter,
    path: &Path,
    problems: &mut Problems,
) {
    match arbiter {
        Arbiter::None => {}
        Arbiter::Site(site) => known(problems, path.name("site"), "site", site, &topology.sites),
        Arbiter::Group(group) if group == name => problems.add(
            path.name("group"),
            format!("`{name}` can't decide for itself; name another group, a site, or `none`"),
        ),
        Arbiter::Group(group) => {
            known(
                problems,
                path.name("group"),
                "group",
                group,
                &topology.groups,
            );
        }
        Arbiter::External(node) => {
            // The section is called `external`, of which "node" is no part.
            let (path, name) = (path.name("external"), node.as_str());
            if !topology.external.contains_key(node) {
                let names = topology.external.keys().map(ExternalName::as_str);
                let remedy = suggest::remedy(name, names, "define it under `external`");
                problems.add(path, format!("unknown external node `{name}`; {remedy}"));
            }
        }
    }
}
