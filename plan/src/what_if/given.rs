//! What a what-if begins with, as one thing that can be sent to a browser: only what a step looks at,
//! so that nothing else of an environment (notes, addresses, parameters, what instances run) goes
//! along. Never an answer: what is worked out of it is the same as of the whole.

use std::collections::BTreeMap;

use model::facts::InstanceFacts;
use model::group::{Group, GroupVolume, PublicAddresses};
use model::name::CloudName;
use model::price::PriceBook;
use model::profile::Profile;
use model::site::Site;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use super::{Base, Ground};
use crate::loss::Places;
use crate::offers::{Offers, StoredSources};

/// What a what-if begins with; [`Base`] lends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The environment that is looked at.
    pub production: Topology,
    /// One temporary environment, as a recipe derives it.
    pub temporary: Option<Topology>,
    /// The secondary site's.
    pub secondary: Option<Topology>,
    /// What their clouds have to give; of one that is missing nothing is known.
    pub clouds: BTreeMap<CloudName, Ground>,
    /// What things cost.
    pub book: Option<PriceBook>,
    /// Where production's instances stand.
    pub places: Places,
}

impl Given {
    /// As a what-if takes it.
    pub const fn base(&self) -> Base<'_> {
        Base {
            production: &self.production,
            temporary: self.temporary.as_ref(),
            secondary: self.secondary.as_ref(),
            clouds: &self.clouds,
            book: self.book.as_ref(),
            places: &self.places,
        }
    }

    /// This with nothing that a what-if doesn't look at: every scenario comes out the same.
    #[must_use]
    pub fn lean(self) -> Self {
        let Self {
            production,
            temporary,
            secondary,
            clouds,
            book,
            places,
        } = self;
        let used = [Some(&production), temporary.as_ref(), secondary.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|topology| topology.cloud.clone())
            .collect::<Vec<_>>();
        Self {
            production: lean(production),
            temporary: temporary.map(lean),
            secondary: secondary.map(lean),
            clouds: clouds
                .into_iter()
                .filter(|(name, _)| used.contains(name))
                .map(|(name, ground)| (name, lean_ground(ground)))
                .collect(),
            book,
            places,
        }
    }
}

fn lean_ground(ground: Ground) -> Ground {
    let Ground {
        offers,
        reserved,
        standing,
    } = ground;
    let Offers {
        at,
        flavors,
        images: _,
        sources: _,
        quotas,
        free_addresses,
        volume_types: _,
    } = offers;
    Ground {
        offers: Offers {
            at,
            flavors,
            images: BTreeMap::new(),
            sources: StoredSources::new(),
            quotas,
            free_addresses,
            volume_types: None,
        },
        reserved,
        standing,
    }
}

fn lean(topology: Topology) -> Topology {
    let Topology {
        environment,
        kind,
        layer: _,
        note: _,
        owner: _,
        team: _,
        protected: _,
        cloud,
        site,
        replicates,
        allowed_releases: _,
        facts: _,
        common,
        sites,
        flavors,
        keypairs: _,
        networks: _,
        sources: _,
        external: _,
        profiles,
        groups,
        declared: _,
        mute: _,
    } = topology;
    Topology {
        cloud,
        site,
        replicates,
        common,
        // Which there are is all that is asked of them.
        sites: sites
            .into_keys()
            .map(|name| (name, Site::default()))
            .collect(),
        flavors,
        profiles: profiles
            .into_iter()
            .map(|(name, profile)| (name, lean_profile(profile)))
            .collect(),
        groups: groups
            .into_iter()
            .map(|(name, group)| (name, lean_group(group)))
            .collect(),
        ..Topology::empty(environment, kind)
    }
}

fn lean_profile(profile: Profile) -> Profile {
    let Profile {
        category,
        software: _,
        hosts,
        ports: _,
        provides,
        needs,
        capabilities: _,
        parameters: _,
        first_boot: _,
        lifecycle,
        was: _,
        note: _,
    } = profile;
    Profile {
        category,
        software: Vec::new(),
        hosts,
        ports: Vec::new(),
        provides,
        needs,
        capabilities: Vec::new(),
        parameters: BTreeMap::new(),
        first_boot: Vec::new(),
        lifecycle,
        was: Vec::new(),
        note: None,
    }
}

fn lean_group(group: Group) -> Group {
    let Group {
        category,
        was: _,
        count,
        ordinals,
        flavor,
        image: _,
        boot,
        profiles,
        spread,
        except,
        networks: _,
        addresses: _,
        public_addresses,
        volumes,
        mounts,
        data: _,
        keypair: _,
        first_boot: _,
        placement,
        roles,
        cluster: _,
        stopped,
        lifecycle: _,
        depends_on,
        latency_ms: _,
        replicates,
        instances,
        note: _,
    } = group;
    Group {
        ordinals,
        flavor,
        boot,
        profiles,
        spread,
        except,
        public_addresses: PublicAddresses {
            count: public_addresses.count,
            ..PublicAddresses::default()
        },
        volumes: volumes
            .into_iter()
            .map(|(name, volume)| (name, lean_volume(volume)))
            .collect(),
        mounts,
        placement,
        roles,
        stopped,
        depends_on,
        replicates,
        // Those that were seen with a flavor of their own count otherwise than their group.
        instances: instances
            .into_iter()
            .filter_map(|(ordinal, facts)| {
                let flavor = facts.flavor?;
                let facts = InstanceFacts {
                    flavor: Some(flavor),
                    ..InstanceFacts::default()
                };
                Some((ordinal, facts))
            })
            .collect(),
        ..Group::new(category, count)
    }
}

fn lean_volume(volume: GroupVolume) -> GroupVolume {
    let GroupVolume {
        size,
        volume_type,
        from: _,
        mount: _,
        file_system: _,
        note: _,
    } = volume;
    GroupVolume {
        size,
        // It has a price of its own.
        volume_type,
        from: None,
        mount: None,
        file_system: None,
        note: None,
    }
}
