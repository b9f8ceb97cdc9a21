//! Comparing field by field. Every type is destructured whole: a new field doesn't compile until
//! someone has decided whether it is compared.

use serde::Serialize;
use serde_json::Value as Json;

use super::{FieldChange, Side};
use crate::facts::{DatedFact, DeclaredTotal, InstanceFacts};
use crate::flavor::Flavor;
use crate::group::Group;
use crate::keypair::Keypair;
use crate::network::{ExternalNode, Network, Source};
use crate::profile::Profile;
use crate::resource::{self, Resource};
use crate::site::Site;
use crate::topology::items::{Header, Item};

/// Something that can be compared field by field.
pub trait Compare {
    /// The fields that differ, in the order of the type; none where both are the same.
    fn compare(&self, after: &Self) -> Vec<FieldChange>;

    /// Every field that is set, as a change from or to nothing.
    fn all_fields(&self, side: Side) -> Vec<FieldChange>;
}

fn json<T: Serialize>(value: &T) -> Json {
    // Our own types serialise without fail; if one ever did not, its absence must show.
    serde_json::to_value(value).unwrap_or_else(|error| Json::String(format!("<{error}>")))
}

fn field<T: Serialize + PartialEq>(name: &str, before: &T, after: &T, into: &mut Vec<FieldChange>) {
    if before != after {
        into.push(FieldChange {
            field: name.to_owned(),
            before: json(before),
            after: json(after),
        });
    }
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn one_sided<T: Serialize>(name: &str, value: &T, side: Side, into: &mut Vec<FieldChange>) {
    let value = json(value);
    if is_nothing(&value) {
        return;
    }
    let (before, after) = match side {
        Side::Before => (value, Json::Null),
        Side::After => (Json::Null, value),
    };
    into.push(FieldChange {
        field: name.to_owned(),
        before,
        after,
    });
}

/// Implements [`Compare`] over the fields named; the others are listed as not comparable.
macro_rules! compare {
    ($($type:path { $($field:ident),* $(,)? } $(not $($skipped:ident),+)?;)*) => {$(
        impl Compare for $type {
            #[allow(unused_variables, unused_mut)]
            fn compare(&self, after: &Self) -> Vec<FieldChange> {
                let Self { $($field,)* $($($skipped: _,)+)? } = self;
                let mut fields = Vec::new();
                $(field(stringify!($field), $field, &after.$field, &mut fields);)*
                fields
            }
            #[allow(unused_variables, unused_mut)]
            fn all_fields(&self, side: Side) -> Vec<FieldChange> {
                let Self { $($field,)* $($($skipped: _,)+)? } = self;
                let mut fields = Vec::new();
                $(one_sided(stringify!($field), $field, side, &mut fields);)*
                fields
            }
        }
    )*};
}

compare! {
    resource::Network {};
    resource::Subnet { network, cidr, reserved };
    resource::Router {};
    resource::RouterInterface { router, subnet };
    resource::SecurityGroup {};
    resource::SecurityRules { group, rules };
    resource::ServerGroup {};
    resource::Keypair { public_key };
    resource::VolumeSnapshot { volume, size };
    resource::Volume { size, volume_type, content, mount, file_system };
    resource::Image { instance };
    resource::Instance {
        group, ordinal, host_name, flavor, boot, profiles, role, networks, security_groups,
        server_group, keypair, first_boot, power,
    };
    resource::VolumeAttachment { volume, instance };
    resource::FloatingIp { address, instance, network };

    Flavor { vcpus, ram, disk };
    Keypair { public_key, note };
    Site { note, clouds, offers, latency_ms };
    Network { cidr, routed, note };
    Source { ranges, note };
    ExternalNode { note, hosts, addresses, reaches, reached_by, provides };
    Profile {
        category, software, hosts, ports, provides, needs, capabilities, parameters, first_boot,
        lifecycle, was, note,
    };
    // What was observed of instances is compared through the resources, not through the group.
    Group {
        category, was, count, ordinals, flavor, image, boot, profiles, spread, except,
        networks, addresses, public_addresses, volumes, mounts, data, keypair, first_boot,
        placement, roles, cluster, stopped, lifecycle, depends_on, latency_ms, replicates, note,
    } not instances;
    DatedFact { what, value, unit, from, to, source };
    DeclaredTotal { what, category, group, os_series, count, source, note };
    InstanceFacts {
        host_name, status, report, unseen_since, fault, flavor, image, addresses,
        public_addresses, volumes, os, load, file_systems,
    };
    Header {
        environment, kind, layer, note, owner, team, protected, cloud, site, replicates,
        allowed_releases, common, mute,
    };
}

/// Compares two of a sum type: the same variant by its fields, two variants as a whole.
macro_rules! compare_variants {
    ($type:ident { $($variant:ident),* $(,)? }) => {
        impl Compare for $type {
            fn compare(&self, after: &Self) -> Vec<FieldChange> {
                match (self, after) {
                    $(($type::$variant(a), $type::$variant(b)) => a.compare(b),)*
                    // Keys carry the kind, so this is met only where a key was made by hand.
                    (a, b) => vec![FieldChange { field: "kind".into(), before: json(a), after: json(b) }],
                }
            }
            fn all_fields(&self, side: Side) -> Vec<FieldChange> {
                match self {
                    $($type::$variant(value) => value.all_fields(side),)*
                }
            }
        }
    };
}

compare_variants!(Resource {
    Network,
    Subnet,
    Router,
    RouterInterface,
    SecurityGroup,
    SecurityRules,
    ServerGroup,
    VolumeSnapshot,
    Keypair,
    Volume,
    Image,
    Instance,
    VolumeAttachment,
    FloatingIp,
});
compare_variants!(Item {
    Environment,
    Fact,
    Declared,
    Site,
    Flavor,
    Keypair,
    Network,
    Source,
    External,
    Profile,
    Group,
    Facts,
});
