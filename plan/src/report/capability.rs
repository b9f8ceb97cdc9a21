//! Capabilities in words: how they are named in a table, and how a provider is asked for them.

use model::name::{GroupName, ProfileName};
use model::site::{Capability, Offer, Site};
use model::topology::Topology;

/// What a capability is called.
pub const fn words(capability: Capability) -> &'static str {
    match capability {
        Capability::BlockStorage => "block storage",
        Capability::Snapshots => "snapshots",
        Capability::Mirror => "package mirror",
        Capability::Ntp => "NTP server",
        Capability::Relay => "SMTP relay",
        Capability::Vpn => "VPN between sites",
        Capability::Console => "console access",
        Capability::SharedFiles => "shared file system",
    }
}

/// How a provider is asked for it.
pub const fn question(capability: Capability) -> &'static str {
    match capability {
        Capability::BlockStorage => "Is there block storage: volumes that outlive an instance?",
        Capability::Snapshots => "Can snapshots be taken of volumes or file systems?",
        Capability::Mirror => "Is there a local mirror of the distribution's packages?",
        Capability::Ntp => "Is there a local NTP server?",
        Capability::Relay => "Is there an SMTP relay, or are there exit relays?",
        Capability::Vpn => {
            "Do you provide or recommend a VPN for replication between sites and its security?"
        }
        Capability::Console => "Is there access to an instance's console?",
        Capability::SharedFiles => "Is there a file system that instances can share?",
    }
}

/// What a site says of a capability; what it does not name is an open question.
pub fn offered(site: Option<&Site>, capability: Capability) -> Offer {
    site.and_then(|site| site.offers.get(&capability))
        .copied()
        .unwrap_or(Offer::Unknown)
}

/// The word for an offer.
pub const fn offer_words(offer: Offer) -> &'static str {
    match offer {
        Offer::Offered => "offered",
        Offer::Missing => "not offered",
        Offer::Unknown => "unknown",
    }
}

/// Who needs a capability: profiles that instances have, each with its groups. A profile that nobody
/// has needs nothing.
pub(super) fn needed_by(
    topology: &Topology,
    capability: Capability,
) -> Vec<(&ProfileName, Vec<&GroupName>)> {
    let needing = topology
        .profiles
        .iter()
        .filter(|(_, profile)| profile.capabilities.contains(&capability));
    needing
        .filter_map(|(name, _)| {
            let groups: Vec<&GroupName> = topology
                .groups
                .iter()
                .filter(|(_, group)| {
                    topology.profiles_of(group).contains(&name) || group.spread.contains(name)
                })
                .map(|(group, _)| group)
                .collect();
            (!groups.is_empty()).then_some((name, groups))
        })
        .collect()
}

/// The same in words: `mysql (db)`; empty where nobody does.
pub(super) fn needed_by_words(topology: &Topology, capability: Capability) -> String {
    let needing: Vec<String> = needed_by(topology, capability)
        .into_iter()
        .map(|(profile, groups)| {
            let groups: Vec<&str> = groups.into_iter().map(GroupName::as_str).collect();
            format!("{profile} ({})", groups.join(", "))
        })
        .collect();
    needing.join(", ")
}
