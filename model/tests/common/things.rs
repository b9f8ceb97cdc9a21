//! Sites, sources, external nodes and profiles.

use std::net::IpAddr;

use model::keypair::Keypair;
use model::network::{ExternalNode, Ranges, Reach};
use model::profile::{Parameter, Port, Profile, Protocol};
use model::site::{Capability, Offer, Site};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::parts::*;
use super::{PROFILES, SERVICES};

pub(super) fn site(sites: Vec<&'static str>) -> impl Strategy<Value = Site> {
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

pub(super) fn keypair() -> impl Strategy<Value = Keypair> {
    // Public halves of keys that nobody has.
    let keys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC a: #b 'c'",
    ];
    (option::of(select(keys.to_vec())), option::of(text())).prop_map(|(key, note)| Keypair {
        public_key: key.map(name),
        note,
    })
}

pub(super) fn ranges() -> impl Strategy<Value = Ranges> {
    vec((any::<IpAddr>(), 0..=32_u8), 0..3).prop_map(|nets| {
        Ranges(
            nets.into_iter()
                .map(|(address, length)| ipnet::IpNet::new_assert(address, length))
                .collect(),
        )
    })
}

pub(super) fn external(groups: Vec<&'static str>) -> impl Strategy<Value = ExternalNode> {
    (
        option::of(text()),
        vec(
            select(&["docs.webplatform.org", "1.2"][..]).prop_map(name),
            0..2,
        ),
        vec(any::<IpAddr>(), 0..2),
        indices(),
        indices(),
        vec(select(SERVICES).prop_map(name), 0..2),
    )
        .prop_map(
            move |(note, hosts, addresses, reaches, reached_by, provides)| {
                let names =
                    |indices: &[Index]| picks(&groups, indices).into_iter().map(name).collect();
                ExternalNode {
                    note,
                    hosts,
                    addresses,
                    reaches: names(&reaches),
                    reached_by: names(&reached_by),
                    provides,
                }
            },
        )
}

pub(super) fn profile(
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
        (btree_map(text(), parameter, 0..3), vec(text(), 0..3)),
        vec(select(PROFILES), 0..2),
    )
        .prop_map(
            move |(
                (category, software, lifecycle, note),
                hosts,
                ports,
                (provides, needs),
                capabilities,
                (parameters, first_boot),
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
                first_boot,
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
