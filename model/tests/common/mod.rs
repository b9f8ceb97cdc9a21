//! Random topologies that hold together: every name that is used is defined, no dependency runs in
//! a circle, no network overlaps another. Names come from small pools, so that two topologies have
//! much in common. Needs nothing but `model` and `proptest`, so that other crates' tests can
//! include it by path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    missing_docs,
    unreachable_pub
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::str::FromStr;

use model::count::Count;
use model::environment::{EnvironmentKind, Layer};
use model::facts::{
    DatedFact, DeclaredTotal, DeclaredWhat, FileSystem, InstanceFacts, LoadAverages, OsRelease,
};
use model::flavor::Flavor;
use model::group::{
    Group, GroupVolume, Placement, PublicAddresses, Readiness, RemoteMount, Replicates, Role,
};
use model::name::ProfileName;
use model::network::{ExternalNode, Network, Ranges, Reach, Source};
use model::profile::{Category, Lifecycle, Parameter, Port, Profile, Protocol};
use model::site::{Capability, Offer, Site};
use model::topology::{Common, Topology};
use model::unit::{Gib, Hundredths, Mib};
use model::value::Value;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

/// Texts that are hard to write and read back.
const HARD_TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    "~",
    "true",
    "no",
    "0.20",
    "012",
    "1e3",
    "0x1F",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#c",
    "*x",
    "&y",
    "!t",
    "| x",
    "> x",
    "%d",
    "@a",
    "`b`",
    "'q'",
    "\"q\"",
    "\\n",
    "a\nb",
    "a\n",
    "\n",
    "\na",
    "  a\n b",
    "a\r\nb",
    "\ttab",
    "tab\t",
    " space",
    "space ",
    "[a]",
    "{a: b}",
    "a,b",
    "unknown",
    "assigned",
    "2013-08-31",
    "...",
    "---",
    "--- a",
    "\u{85}",
    "\u{2028}",
    "\u{feff}x",
    "\u{0}",
    "\u{7f}",
    "é ü 漢字 🦀",
    "? a",
    ": a",
    "a:",
    "=",
    "<<",
    "a long line of words that goes \
    on beyond eighty characters so that whoever writes it may want to fold it somewhere in here",
    "words that go on beyond eighty characters and then\nhave a line break, with trailing space \nand more\n\n",
];

/// Any text.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}( [a-z]{1,8}){0,3}",
        2 => select(HARD_TEXTS).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => proptest::collection::vec(any::<char>(), 0..12).prop_map(|c| c.into_iter().collect()),
    ]
}

fn name<N: FromStr>(text: &str) -> N
where
    N::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// Some names of a pool.
fn some(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(pool, 0..=pool.len())
}

const GROUPS: &[&str] = &["app", "backup", "db", "memcache", "profile-a", "storage"];
const PROFILES: &[&str] = &["mediawiki", "monitor.agent", "mysql", "null", "piwik_2"];
const FLAVORS: &[&str] = &["1", "m1.Large (old)", "null", "v4-r8-d240"];
const NETWORKS: &[&str] = &["10", "internal", "outside", "true"];
const SOURCES: &[&str] = &["fastly", "office"];
const SITES: &[&str] = &["hp", "shelter", "w3c"];
const EXTERNAL: &[&str] = &["cdn", "fastly"];
const VOLUMES: &[&str] = &["data", "logs"];
const SERVICES: &[&str] = &["files", "mysql"];

/// Any count up to 5.
pub fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        3 => (0..5_u32).prop_map(Count::exactly),
        2 => vec(0..6_u32, 3).prop_map(|mut n| {
            n.sort_unstable();
            Count::range(n[0], Some(n[1]), n[2]).unwrap()
        }),
    ]
}

fn value<T: std::fmt::Debug + Clone>(
    inner: impl Strategy<Value = T>,
) -> impl Strategy<Value = Value<T>> {
    prop_oneof![
        2 => inner.prop_map(Value::Fixed),
        1 => Just(Value::AssignedByCloud),
        2 => Just(Value::Unknown),
    ]
}

fn category() -> impl Strategy<Value = Category> {
    select(&Category::ALL[..])
}

fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    use Lifecycle::{Live, Testing, ToBeRemoved, Unfinished};
    select(&[Live, Testing, Unfinished, ToBeRemoved][..])
}

fn cloud() -> impl Strategy<Value = model::name::CloudName> {
    select(&["simulated", "hp cloud/west", "~"][..]).prop_map(name)
}

fn mib() -> impl Strategy<Value = Mib> {
    prop_oneof![0..2_000_000_u64, Just(1024), Just((1 << 40) - 1)].prop_map(Mib)
}

fn gib() -> impl Strategy<Value = Gib> {
    prop_oneof![0..2000_u64, Just((1 << 30) - 1)].prop_map(Gib)
}

fn date() -> impl Strategy<Value = chrono::NaiveDate> {
    (1..3_000_000_i32).prop_map(|days| chrono::NaiveDate::from_num_days_from_ce_opt(days).unwrap())
}

fn declared(groups: Vec<&'static str>) -> impl Strategy<Value = DeclaredTotal> {
    (
        select(&[DeclaredWhat::Instances, DeclaredWhat::PublicAddresses][..]),
        option::of(category()),
        option::of(any::<Index>()),
        option::of(text()),
        count(),
        text(),
        option::of(text()),
    )
        .prop_map(
            move |(what, category, group, os_series, count, source, note)| DeclaredTotal {
                what,
                category,
                group: group.and_then(|index| pick(&groups, index)).map(name),
                os_series,
                count,
                source,
                note,
            },
        )
}

fn fact() -> impl Strategy<Value = DatedFact> {
    (
        text(),
        any::<u64>(),
        option::of(text()),
        date(),
        option::of(0..1000_u64),
        option::of(text()),
    )
        .prop_map(|(what, value, unit, from, days, source)| DatedFact {
            what,
            value,
            unit,
            from,
            to: days.map(|days| from + chrono::Days::new(days)),
            source,
        })
}

fn pick<'a, T: ?Sized>(pool: &[&'a T], index: Index) -> Option<&'a T> {
    (!pool.is_empty()).then(|| *index.get(pool))
}

fn picks<'a, T: ?Sized>(pool: &[&'a T], indices: &[Index]) -> Vec<&'a T> {
    let mut all: Vec<&T> = Vec::new();
    for index in indices {
        all.extend(pick(pool, *index));
    }
    all
}

fn indices() -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..4)
}

fn site(sites: Vec<&'static str>) -> impl Strategy<Value = Site> {
    use Capability::{BlockStorage, Console, Mirror, Ntp, Relay, SharedFiles, Snapshots, Vpn};
    (
        option::of(text()),
        vec(cloud(), 0..2),
        btree_map(
            select(
                &[
                    BlockStorage,
                    Snapshots,
                    Mirror,
                    Ntp,
                    Relay,
                    Vpn,
                    Console,
                    SharedFiles,
                ][..],
            ),
            select(&[Offer::Offered, Offer::Missing, Offer::Unknown][..]),
            0..4,
        ),
        vec((any::<Index>(), any::<u32>()), 0..2),
    )
        .prop_map(move |(note, clouds, offers, latency)| Site {
            note,
            clouds,
            offers,
            latency_ms: latency
                .into_iter()
                .filter_map(|(index, ms)| Some((name(pick(&sites, index)?), ms)))
                .collect(),
        })
}

fn ranges() -> impl Strategy<Value = Ranges> {
    vec((any::<IpAddr>(), 0..=32_u8), 0..3).prop_map(|nets| {
        Ranges(
            nets.into_iter()
                .map(|(address, length)| ipnet::IpNet::new_assert(address, length))
                .collect(),
        )
    })
}

fn external(groups: Vec<&'static str>) -> impl Strategy<Value = ExternalNode> {
    (
        option::of(text()),
        vec(
            select(&["docs.webplatform.org", "1.2"][..]).prop_map(name),
            0..2,
        ),
        vec(any::<IpAddr>(), 0..2),
        indices(),
        indices(),
    )
        .prop_map(move |(note, hosts, addresses, reaches, reached_by)| {
            let names = |indices: &[Index]| picks(&groups, indices).into_iter().map(name).collect();
            ExternalNode {
                note,
                hosts,
                addresses,
                reaches: names(&reaches),
                reached_by: names(&reached_by),
            }
        })
}

fn profile(
    own: &'static str,
    groups: Vec<&'static str>,
    sources: Vec<&'static str>,
) -> impl Strategy<Value = Profile> {
    let port = (
        any::<u16>(),
        select(&[Protocol::Tcp, Protocol::Udp, Protocol::Icmp][..]),
        vec((0..4_u8, any::<Index>()), 0..3),
    )
        .prop_map(move |(port, protocol, from)| Port {
            port,
            protocol,
            from: from
                .into_iter()
                .map(|(sort, index)| match sort {
                    0 => Reach::Anywhere,
                    1 => pick(&groups, index).map_or(Reach::Anywhere, |g| Reach::Group(name(g))),
                    2 => pick(&sources, index).map_or(Reach::Anywhere, |s| Reach::Source(name(s))),
                    _ => Reach::Environment,
                })
                .collect(),
        });
    let parameter = prop_oneof![
        text().prop_map(Parameter::Text),
        text().prop_map(|secret| Parameter::Secret { secret }),
    ];
    let services = || vec(select(SERVICES).prop_map(name), 0..2);
    (
        (
            category(),
            vec(text(), 0..3),
            lifecycle(),
            option::of(text()),
        ),
        vec(
            select(&["docs.webplatform.org", "1.2"][..]).prop_map(name),
            0..2,
        ),
        vec(port, 0..3),
        (services(), services()),
        vec(
            select(&[Capability::Vpn, Capability::BlockStorage][..]),
            0..2,
        ),
        btree_map(text(), parameter, 0..3),
        vec(select(PROFILES), 0..2),
    )
        .prop_map(
            move |(
                (category, software, lifecycle, note),
                hosts,
                ports,
                (provides, needs),
                capabilities,
                parameters,
                was,
            )| Profile {
                category,
                software,
                hosts,
                ports,
                provides,
                needs,
                capabilities,
                parameters,
                lifecycle,
                was: was
                    .into_iter()
                    .filter(|old| *old != own)
                    .map(name)
                    .collect(),
                note,
            },
        )
}

fn file_system() -> impl Strategy<Value = FileSystem> {
    (text(), text(), mib(), mib(), mib(), any::<u8>()).prop_map(
        |(device, mount, size, used, available, used_percent)| FileSystem {
            device,
            mount,
            size,
            used,
            available,
            used_percent,
        },
    )
}

fn instance_facts() -> impl Strategy<Value = InstanceFacts> {
    (
        option::of("[a-z]{1,8}"),
        option::of(text()),
        vec(any::<IpAddr>(), 0..2),
        vec(any::<IpAddr>(), 0..2),
        option::of(text().prop_map(OsRelease::new)),
        option::of(
            [0..1_000_000_000_u32, 0..100, 0..1000].prop_map(|n| LoadAverages(n.map(Hundredths))),
        ),
        vec(file_system(), 0..3),
    )
        .prop_map(
            |(host_name, status, addresses, public_addresses, os, load, file_systems)| {
                InstanceFacts {
                    host_name,
                    status,
                    addresses,
                    public_addresses,
                    os,
                    load,
                    file_systems,
                }
            },
        )
}

/// A group whose references to what else there is are not settled yet.
#[derive(Clone, Debug)]
struct Draft {
    group: Group,
    flavor: Value<Index>,
    profiles: Vec<Index>,
    spread: Vec<Index>,
    except: Vec<Index>,
    networks: Vec<Index>,
    mounts: Vec<(Index, Option<Index>, String, String)>,
    depends_on: Vec<(Index, bool)>,
    roles: Vec<(Index, bool)>,
    instances: Vec<(Index, InstanceFacts)>,
    /// The share of the instances that have a public address, and the values that are known.
    addresses: Value<(u32, u32)>,
    values: Vec<IpAddr>,
}

fn draft(own: &'static str) -> impl Strategy<Value = Draft> {
    let volume = (
        value(gib()),
        option::of(text()),
        option::of(select(&["xfs", "ext4"][..]).prop_map(str::to_owned)),
        option::of(text()),
    )
        .prop_map(|(size, mount, file_system, note)| GroupVolume {
            size,
            mount,
            file_system,
            note,
        });
    let placement = prop_oneof![
        Just(Placement::Any),
        Just(Placement::Spread),
        Just(Placement::SpreadWith(name("application"))),
    ];
    let replicates = option::of(option::of(select(GROUPS)).prop_map(|group| Replicates {
        environment: name("elsewhere"),
        group: group.map(name),
    }));
    let plain = (
        (category(), lifecycle(), option::of(text())),
        vec(select(GROUPS), 0..2),
        count(),
        option::of(btree_set(0..40_u32, 5..7)),
        value(select(&["ubuntu-12.04", "12.04"][..]).prop_map(name)),
        btree_map(select(VOLUMES).prop_map(name), volume, 0..2),
        placement,
        replicates,
        option::of(any::<bool>()),
    )
        .prop_map(
            move |(
                (category, lifecycle, note),
                was,
                count,
                ordinals,
                image,
                volumes,
                placement,
                replicates,
                advertised,
            )| Group {
                was: was
                    .into_iter()
                    .filter(|old| *old != own)
                    .map(name)
                    .collect(),
                ordinals: ordinals.into_iter().flatten().rev().collect(),
                image,
                volumes,
                placement,
                lifecycle,
                replicates,
                note,
                public_addresses: PublicAddresses {
                    advertised,
                    ..PublicAddresses::default()
                },
                ..Group::new(category, count)
            },
        );
    (
        plain,
        value(any::<Index>()),
        (indices(), indices(), indices(), indices()),
        vec(
            (any::<Index>(), option::of(any::<Index>()), text(), text()),
            0..2,
        ),
        vec((any::<Index>(), any::<bool>()), 0..3),
        vec((any::<Index>(), any::<bool>()), 0..3),
        vec((any::<Index>(), instance_facts()), 0..3),
        value((0..6_u32, 0..6_u32)),
        vec(any::<IpAddr>(), 0..3),
    )
        .prop_map(
            |(
                group,
                flavor,
                (profiles, spread, except, networks),
                mounts,
                depends_on,
                roles,
                instances,
                addresses,
                values,
            )| Draft {
                group,
                flavor,
                profiles,
                spread,
                except,
                networks,
                mounts,
                depends_on,
                roles,
                instances,
                addresses,
                values,
            },
        )
}

/// Settles the references of all groups.
fn settle(drafts: BTreeMap<&'static str, Draft>, into: &mut Topology) {
    let flavors: Vec<&str> = into.flavors.keys().map(|n| n.as_str()).collect();
    let profiles: Vec<&str> = into.profiles.keys().map(|n| n.as_str()).collect();
    let common: Vec<&str> = into.common.profiles.iter().map(|n| n.as_str()).collect();
    let networks: Vec<&str> = into.networks.keys().map(|n| n.as_str()).collect();
    let names: Vec<&str> = drafts.keys().copied().collect();
    let ordinals: BTreeMap<&str, Vec<u32>> = drafts
        .iter()
        .map(|(own, draft)| (*own, draft.group.ordinals(draft.group.count.max())))
        .collect();
    let mut groups = BTreeMap::new();
    for (at, (own, draft)) in drafts.iter().enumerate() {
        let mut group = draft.group.clone();
        let mine = &ordinals[own];
        group.flavor = match &draft.flavor {
            Value::Fixed(index) => {
                pick(&flavors, *index).map_or(Value::Unknown, |f| Value::Fixed(name(f)))
            }
            Value::AssignedByCloud => Value::AssignedByCloud,
            Value::Unknown => Value::Unknown,
        };
        let some = |indices: &[Index]| -> Vec<ProfileName> {
            picks(&profiles, indices).into_iter().map(name).collect()
        };
        group.profiles = some(&draft.profiles);
        group.spread = some(&draft.spread);
        group.except = picks(&common, &draft.except)
            .into_iter()
            .map(name)
            .collect();
        let unique: BTreeSet<&str> = picks(&networks, &draft.networks).into_iter().collect();
        group.networks = unique.into_iter().map(name).collect();
        for (from, ordinal, export, mount) in &draft.mounts {
            let Some(from) = pick(&names, *from) else {
                continue;
            };
            let theirs = &ordinals[from];
            group.mounts.push(RemoteMount {
                from: name(from),
                ordinal: ordinal
                    .filter(|_| !theirs.is_empty())
                    .map(|index| *index.get(theirs)),
                export: export.clone(),
                mount: mount.clone(),
            });
        }
        // Only on groups before this one: no circle.
        for (index, ready) in &draft.depends_on {
            if let Some(other) = pick(&names[..at], *index) {
                let readiness = if *ready {
                    Readiness::Ready
                } else {
                    Readiness::Exists
                };
                group.depends_on.insert(name(other), readiness);
            }
        }
        if !mine.is_empty() {
            for (index, primary) in &draft.roles {
                let role = if *primary {
                    Role::Primary
                } else {
                    Role::Replica
                };
                group.roles.insert(*index.get(mine), role);
            }
            for (index, facts) in &draft.instances {
                group.instances.insert(*index.get(mine), facts.clone());
            }
        }
        let max = group.count.max();
        group.public_addresses.count = match draft.addresses {
            Value::Fixed((a, b)) => {
                let (a, b) = (a.min(max), b.min(max));
                Value::Fixed(Count::range(a.min(b), None, a.max(b)).unwrap())
            }
            Value::AssignedByCloud => Value::AssignedByCloud,
            Value::Unknown => Value::Unknown,
        };
        let known = group
            .public_addresses
            .count
            .fixed()
            .map_or(usize::MAX, |count| count.max() as usize);
        group.public_addresses.addresses = draft.values.iter().copied().take(known).collect();
        groups.insert(name(own), group);
    }
    into.groups = groups;
}

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
        vec(fact(), 0..3),
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
                facts,
            )| Topology {
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
        some(FLAVORS),
        some(NETWORKS),
        some(SOURCES),
        some(SITES),
        some(EXTERNAL),
    )
        .prop_flat_map(
            |(groups, profiles, flavors, networks, sources, sites, external_nodes)| {
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
                    vec(flavor, flavors.len()).prop_map({
                        let names = each(&flavors);
                        move |all| names.iter().copied().map(name).zip(all).collect()
                    }),
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
                flavors,
                networks,
                sources,
                sites,
                external,
                profiles,
                drafts,
                (declared, common, site),
            ): (
                Topology,
                _,
                Vec<(&str, Network)>,
                _,
                BTreeMap<_, _>,
                _,
                Vec<(&str, Profile)>,
                Vec<(&'static str, Draft)>,
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
