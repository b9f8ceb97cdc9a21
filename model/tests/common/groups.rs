//! Groups: drawn with open references, which are settled when everything else is there.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::count::Count;
use model::data::{BootFrom, GroupData, InstanceData, Origin, VolumeSource};
use model::facts::InstanceFacts;
use model::group::{
    Arbiter, Cluster, Decides, Group, GroupVolume, Placement, PublicAddresses, Readiness,
    RemoteMount, Replicates, Role,
};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::{ExternalName, FlavorName, KeypairName, NetworkName, ProfileName, SiteName};
use model::site::Offer;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::parts::*;
use super::{GROUPS, VOLUMES};

/// A mount whose group and ordinal are not settled yet: export, mount point, file system.
type DraftMount = (Index, Option<Index>, String, String, Option<String>);

/// A group whose references to what else there is are not settled yet.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    group: Group,
    flavor: Value<Index>,
    profiles: Vec<Index>,
    spread: Vec<Index>,
    except: Vec<Index>,
    networks: Vec<Index>,
    mounts: Vec<DraftMount>,
    keypair: Option<Index>,
    depends_on: Vec<(Index, bool)>,
    roles: Vec<(Index, bool)>,
    instances: Vec<(Index, InstanceFacts)>,
    stopped: Vec<Index>,
    /// How many addresses are named on each network.
    named: usize,
    /// Whether the data of another environment come along.
    data: bool,
    /// The share of the instances that have a public address, and the values that are known.
    addresses: Value<(u32, u32)>,
    values: Vec<IpAddr>,
    /// Whether a cluster is fenced, and who decides: which sort, and which of them.
    cluster: Option<(Offer, u8, Index)>,
    latency_ms: Vec<(Index, u32)>,
}

pub(super) fn draft(own: &'static str) -> impl Strategy<Value = Draft> {
    let volume = (
        (value(gib()), option::of(volume_type())),
        option::of(text()),
        option::of(select(&["xfs", "ext4"][..]).prop_map(str::to_owned)),
        option::of(text()),
        option::of(source()),
    )
        .prop_map(
            |((size, volume_type), mount, file_system, note, from)| GroupVolume {
                size,
                volume_type,
                from,
                mount,
                file_system,
                note,
            },
        );
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
        (
            value(select(&["ubuntu-12.04", "12.04"][..]).prop_map(name)),
            boot(),
        ),
        btree_map(select(VOLUMES).prop_map(name), volume, 0..2),
        placement,
        replicates,
        (option::of(any::<bool>()), vec(text(), 0..3)),
    )
        .prop_map(
            move |(
                (category, lifecycle, note),
                was,
                count,
                ordinals,
                (image, boot),
                volumes,
                placement,
                replicates,
                (advertised, first_boot),
            )| Group {
                was: was
                    .into_iter()
                    .filter(|old| *old != own)
                    .map(name)
                    .collect(),
                ordinals: ordinals.into_iter().flatten().rev().collect(),
                image,
                boot,
                volumes,
                first_boot,
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
        (value(any::<Index>()), option::of(any::<Index>())),
        (indices(), indices(), indices(), indices()),
        vec(
            (
                any::<Index>(),
                option::of(any::<Index>()),
                text(),
                text(),
                option::of(text()),
            ),
            0..2,
        ),
        vec((any::<Index>(), any::<bool>()), 0..3),
        vec((any::<Index>(), any::<bool>()), 0..3),
        vec((any::<Index>(), instance_facts()), 0..3),
        value((0..6_u32, 0..6_u32)),
        (
            vec(any::<IpAddr>(), 0..3),
            vec(any::<Index>(), 0..2),
            0..3_usize,
            any::<bool>(),
            (
                option::of(clustered()),
                vec((any::<Index>(), 1..900_u32), 0..2),
            ),
        ),
    )
        .prop_map(
            |(
                group,
                (flavor, keypair),
                (profiles, spread, except, networks),
                mounts,
                depends_on,
                roles,
                instances,
                addresses,
                (values, stopped, named, data, (cluster, latency_ms)),
            )| Draft {
                group,
                flavor,
                profiles,
                spread,
                except,
                networks,
                mounts,
                keypair,
                depends_on,
                roles,
                instances,
                stopped,
                named,
                data,
                addresses,
                values,
                cluster,
                latency_ms,
            },
        )
}

/// Whether a cluster is fenced, and who decides: which sort, and which of them.
fn clustered() -> impl Strategy<Value = (Offer, u8, Index)> {
    (
        select(&[Offer::Offered, Offer::Missing, Offer::Unknown][..]),
        0..5_u8,
        any::<Index>(),
    )
}

/// Settles the references of all groups.
pub(super) fn settle(drafts: BTreeMap<&'static str, Draft>, into: &mut Topology) {
    let flavors: Vec<&str> = into.flavors.keys().map(FlavorName::as_str).collect();
    let profiles: Vec<&str> = into.profiles.keys().map(ProfileName::as_str).collect();
    let common: Vec<&str> = into
        .common
        .profiles
        .iter()
        .map(ProfileName::as_str)
        .collect();
    let keypairs: Vec<&str> = into.keypairs.keys().map(KeypairName::as_str).collect();
    let networks: Vec<&str> = into.networks.keys().map(NetworkName::as_str).collect();
    let names: Vec<&str> = drafts.keys().copied().collect();
    let ordinals: BTreeMap<&str, Vec<u32>> = drafts
        .iter()
        .map(|(own, draft)| (*own, draft.group.ordinals(draft.group.count.max())))
        .collect();
    let mut groups = BTreeMap::new();
    for (at, (own, draft)) in drafts.iter().enumerate() {
        let mut group = draft.group.clone();
        let mine = &ordinals[own];
        group.cluster = draft.cluster.map(|(fencing, sort, index)| {
            let sites: Vec<&str> = into.sites.keys().map(SiteName::as_str).collect();
            let nodes: Vec<&str> = into.external.keys().map(ExternalName::as_str).collect();
            let others: Vec<&str> = names.iter().copied().filter(|it| it != own).collect();
            let arbiter = match sort {
                0 => None,
                1 => pick(&sites, index).map(|it| Arbiter::Site(name(it))),
                2 => pick(&nodes, index).map(|it| Arbiter::External(name(it))),
                3 => pick(&others, index).map(|it| Arbiter::Group(name(it))),
                _ => Some(Arbiter::None),
            };
            let decides = [
                Decides::Unknown,
                Decides::EveryWrite,
                Decides::WhoWrites,
                Decides::Provider,
            ];
            let decides = *index.get(&decides);
            Cluster {
                fencing,
                arbiter,
                decides,
            }
        });
        group.latency_ms = draft
            .latency_ms
            .iter()
            .filter_map(|(index, ms)| Some((name(pick(&names, *index)?), *ms)))
            .collect();
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
        group.keypair = draft
            .keypair
            .and_then(|index| pick(&keypairs, index))
            .map(name);
        for (from, ordinal, export, mount, file_system) in &draft.mounts {
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
                file_system: file_system.clone(),
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
        if !mine.is_empty() {
            group.stopped = draft.stopped.iter().map(|index| *index.get(mine)).collect();
        }
        for network in &group.networks {
            let range = into.networks[network].cidr;
            let addresses: Vec<IpAddr> = range
                .hosts()
                .skip(10 * (at + 1))
                .take(draft.named.min(max as usize))
                .collect();
            if !addresses.is_empty() {
                group.addresses.insert(network.clone(), addresses);
            }
        }
        if draft.data {
            group.data = Some(data(&mut group, mine));
        }
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

fn source() -> impl Strategy<Value = VolumeSource> {
    (any::<bool>(), select(&["daily", "3", "null"][..])).prop_map(|(snapshot, own)| {
        if snapshot {
            VolumeSource::Snapshot(name(own))
        } else {
            VolumeSource::Volume(name(own))
        }
    })
}

fn boot() -> impl Strategy<Value = BootFrom> {
    prop_oneof![
        Just(BootFrom::Disk),
        value(gib()).prop_map(BootFrom::Volume)
    ]
}

/// Data of another environment for each instance, as a recipe writes them.
fn data(group: &mut Group, ordinals: &[u32]) -> GroupData {
    let origin = |of: Key| Origin {
        id: Value::Fixed(CloudId::new(format!("id of {of}"))),
        size: Value::Fixed(Gib(7)),
        of,
    };
    let mut instances = BTreeMap::new();
    for ordinal in ordinals {
        let instance = Key::instance(&name("theirs"), *ordinal);
        let disk = match group.boot {
            BootFrom::Disk => instance.clone(),
            BootFrom::Volume(_) => Key::boot_volume(&instance),
        };
        let mut volumes = BTreeMap::new();
        for (own, volume) in &mut group.volumes {
            volume.from = None;
            let key = Key::new(ResourceKind::Volume, &format!("{}.{own}", instance.name()));
            volumes.insert(own.clone(), origin(key));
        }
        let disk = Some(origin(disk));
        instances.insert(*ordinal, InstanceData { disk, volumes });
    }
    // Where there are no instances there is nothing to say of them.
    for volume in group.volumes.values_mut() {
        volume.from = None;
    }
    GroupData {
        environment: name("elsewhere"),
        instances,
    }
}
