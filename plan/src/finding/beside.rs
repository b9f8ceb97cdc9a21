//! What is left of an environment that stands beside the one that is judged: what rules look at of others, and
//! nothing that changes by the minute. So that it can be kept and compared: as long as this is the same, rules
//! say the same of everybody else.

use model::data::BootFrom;
use model::facts::InstanceFacts;
use model::group::Group;
use model::topology::Topology;
use model::value::Value;

/// An environment as far as rules look at it from beside: names, addresses, networks, sites, who follows whom.
pub fn beside(topology: &Topology) -> Topology {
    let mut left = topology.clone();
    let Topology {
        environment: _,
        kind: _,
        layer: _,
        note,
        owner,
        team,
        protected: _,
        cloud: _,
        site: _,
        replicates: _,
        allowed_releases,
        facts,
        common: _,
        sites: _,
        flavors,
        keypairs,
        networks: _,
        sources,
        external,
        profiles: _,
        groups,
        declared,
        mute,
    } = &mut left;
    *note = None;
    *owner = None;
    *team = None;
    allowed_releases.clear();
    facts.clear();
    flavors.clear();
    keypairs.clear();
    sources.clear();
    external.clear();
    declared.clear();
    mute.clear();
    groups.values_mut().for_each(group);
    left
}

fn group(group: &mut Group) {
    let Group {
        category: _,
        was: _,
        count: _,
        ordinals: _,
        flavor,
        image,
        boot,
        profiles: _,
        spread: _,
        except: _,
        networks: _,
        addresses: _,
        public_addresses: _,
        volumes,
        mounts,
        data,
        keypair,
        first_boot,
        placement: _,
        roles,
        cluster,
        stopped,
        lifecycle: _,
        depends_on,
        latency_ms: _,
        replicates: _,
        instances,
        note,
    } = group;
    *flavor = Value::Unknown;
    *image = Value::Unknown;
    *boot = BootFrom::Disk;
    volumes.clear();
    mounts.clear();
    *data = None;
    *keypair = None;
    first_boot.clear();
    roles.clear();
    *cluster = None;
    stopped.clear();
    depends_on.clear();
    *note = None;
    for facts in instances.values_mut() {
        *facts = InstanceFacts {
            public_addresses: std::mem::take(&mut facts.public_addresses),
            ..InstanceFacts::default()
        };
    }
}
