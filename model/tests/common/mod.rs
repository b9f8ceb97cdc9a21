//! Random topologies that hold together: every name that is used is defined, no dependency runs in
//! a circle, no network overlaps another. Names come from small pools, so that two topologies have
//! much in common. Needs nothing but `model` and `proptest`, so that other crates' tests can
//! include it by path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    missing_docs,
    clippy::wildcard_imports,
    unreachable_pub
)]

mod groups;
mod parts;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use model::environment::{EnvironmentKind, Layer};
use model::flavor::Flavor;
use model::group::Replicates;
use model::network::{Network, Source};
use model::profile::Profile;
use model::topology::{Common, Topology};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use groups::{Draft, draft, settle};
use parts::*;
use things::*;

/// One thing of each name.
type Named<T> = Vec<(&'static str, T)>;

/// Some names of a pool.
fn some(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(pool, 0..=pool.len())
}

const GROUPS: &[&str] = &["app", "backup", "db", "memcache", "profile-a", "storage"];
const PROFILES: &[&str] = &["mediawiki", "monitor.agent", "mysql", "null", "piwik_2"];
const FLAVORS: &[&str] = &["1", "m1.Large (old)", "null", "v4-r8-d240"];
const KEYPAIRS: &[&str] = &["null", "ops"];
const NETWORKS: &[&str] = &["10", "internal", "outside", "true"];
const SOURCES: &[&str] = &["fastly", "office"];
const SITES: &[&str] = &["hp", "shelter", "w3c"];
const EXTERNAL: &[&str] = &["cdn", "fastly"];
const VOLUMES: &[&str] = &["data", "logs"];
const SERVICES: &[&str] = &["files", "mysql"];

fn header() -> impl Strategy<Value = Topology> {
    use EnvironmentKind::{Development, Production, Secondary, Staging, Temporary};
    (
        select(&["production", "staging.2", "1", "null"][..]),
        select(&[Production, Secondary, Temporary, Staging, Development][..]),
        select(&[Layer::Planned, Layer::Observed][..]),
        (option::of(text()), option::of(text()), option::of(text())),
        any::<bool>(),
        option::of(cloud()),
        option::of(option::of(select(GROUPS))),
        vec(text(), 0..2),
        (vec(fact(), 0..3), vec(mute(), 0..2)),
    )
        .prop_map(
            |(
                environment,
                kind,
                layer,
                (note, owner, team),
                protected,
                cloud,
                replicates,
                allowed_releases,
                (facts, mute),
            )| Topology {
                mute,
                layer,
                note,
                owner,
                team,
                protected,
                cloud,
                replicates: replicates.map(|group| Replicates {
                    environment: name("elsewhere"),
                    group: group.map(name),
                }),
                allowed_releases,
                facts,
                ..Topology::empty(name(environment), kind)
            },
        )
}

/// Any topology that holds together.
pub fn topology() -> impl Strategy<Value = Topology> {
    (
        some(GROUPS),
        some(PROFILES),
        (some(FLAVORS), some(KEYPAIRS)),
        some(NETWORKS),
        some(SOURCES),
        some(SITES),
        some(EXTERNAL),
    )
        .prop_flat_map(
            |(groups, profiles, (flavors, keypairs), networks, sources, sites, external_nodes)| {
                let flavor = (0..64_u32, mib(), gib()).prop_map(|(vcpus, ram, disk)| Flavor {
                    vcpus,
                    ram,
                    disk,
                });
                let networks: Vec<_> = networks
                    .into_iter()
                    .enumerate()
                    .map(|(index, own)| {
                        (any::<bool>(), any::<bool>(), option::of(text())).prop_map(
                            move |(routed, six, note)| {
                                let cidr = if six {
                                    format!("fd00:{index}::/64")
                                } else {
                                    format!("10.{index}.0.0/24")
                                };
                                let cidr = cidr.parse().unwrap();
                                (own, Network { cidr, routed, note })
                            },
                        )
                    })
                    .collect();
                let source = (value(ranges()), option::of(text()))
                    .prop_map(|(ranges, note)| Source { ranges, note });
                let each_profile: Vec<_> = profiles
                    .iter()
                    .map(|own| (Just(*own), profile(own, groups.clone(), sources.clone())))
                    .collect();
                let each_draft: Vec<_> =
                    groups.iter().map(|own| (Just(*own), draft(own))).collect();
                let each = |names: &[&'static str]| names.to_vec();
                (
                    header(),
                    (
                        vec(flavor, flavors.len()).prop_map({
                            let names = each(&flavors);
                            move |all| names.iter().copied().map(name).zip(all).collect()
                        }),
                        vec(keypair(), keypairs.len()).prop_map({
                            let names = each(&keypairs);
                            move |all| names.iter().copied().map(name).zip(all).collect()
                        }),
                    ),
                    networks,
                    vec(source, sources.len()).prop_map({
                        let names = each(&sources);
                        move |all| names.iter().copied().map(name).zip(all).collect()
                    }),
                    vec(site(sites.clone()), sites.len()).prop_map({
                        let names = each(&sites);
                        move |all| names.iter().copied().map(name).zip(all).collect()
                    }),
                    vec(external(groups.clone()), external_nodes.len()).prop_map({
                        let names = each(&external_nodes);
                        move |all| names.iter().copied().map(name).zip(all).collect()
                    }),
                    each_profile,
                    each_draft,
                    (
                        vec(declared(groups), 0..3),
                        indices(),
                        option::of(any::<Index>()),
                    ),
                )
            },
        )
        .prop_map(
            |(
                header,
                (flavors, keypairs),
                networks,
                sources,
                sites,
                external,
                profiles,
                drafts,
                (declared, common, site),
            ): (
                Topology,
                (_, _),
                Named<Network>,
                _,
                BTreeMap<_, _>,
                _,
                Named<Profile>,
                Named<Draft>,
                _,
            )| {
                let names: Vec<&str> = profiles.iter().map(|(own, _)| *own).collect();
                let unique: BTreeSet<&str> = picks(&names, &common).into_iter().collect();
                let common = Common {
                    profiles: unique.into_iter().map(name).collect(),
                };
                let places: Vec<model::name::SiteName> = sites.keys().cloned().collect();
                let mut topology = Topology {
                    flavors,
                    keypairs,
                    networks: networks
                        .into_iter()
                        .map(|(own, n)| (name(own), n))
                        .collect(),
                    sources,
                    site: site
                        .filter(|_| !places.is_empty())
                        .map(|index| index.get(&places).clone()),
                    sites,
                    external,
                    profiles: profiles
                        .into_iter()
                        .map(|(own, p)| (name(own), p))
                        .collect(),
                    common,
                    declared,
                    ..header
                };
                settle(drafts.into_iter().collect(), &mut topology);
                topology
            },
        )
}
