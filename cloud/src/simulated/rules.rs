//! The rules of a real cloud: what it refuses, and in which words. Every rule looks first and
//! changes afterwards, so that a refusal leaves nothing half done. Nothing here knows of files,
//! faults or clocks.

mod create;
mod delete;
mod network;
mod storage;
mod update;

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::Power;

use super::config::SimulatedConfig;
use super::world::{Body, Millis, RemoteRow, Row, RuleRow, World};

pub(super) use create::{New, create};
pub(super) use delete::delete;
pub(super) use storage::stored;
pub(super) use update::update;

/// What every rule is given beside the world.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub now: Millis,
    pub config: &'a SimulatedConfig,
}

/// What came of a call that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    It,
    /// It was so already.
    Nothing,
}

/// What OpenStack calls a kind.
pub(super) const fn noun(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Network => "Network",
        ResourceKind::Subnet => "Subnet",
        ResourceKind::Router => "Router",
        ResourceKind::RouterInterface => "Router interface",
        ResourceKind::SecurityGroup => "Security group",
        ResourceKind::SecurityRules => "Rules of a security group",
        ResourceKind::ServerGroup => "Instance group",
        ResourceKind::VolumeSnapshot => "Snapshot",
        ResourceKind::Keypair => "Keypair",
        ResourceKind::Volume => "Volume",
        ResourceKind::Image => "Image",
        ResourceKind::Instance => "Instance",
        ResourceKind::VolumeAttachment => "Volume attachment",
        ResourceKind::FloatingIp => "Floating IP",
    }
}

fn conflict<T>(words: impl Into<String>) -> Result<T, CloudError> {
    Err(CloudError::Conflict(words.into()))
}

fn refused<T>(words: impl Into<String>) -> Result<T, CloudError> {
    Err(CloudError::Refused(words.into()))
}

/// The answer where there is no such thing.
pub(super) fn not_found(kind: ResourceKind, id: &CloudId) -> CloudError {
    CloudError::NotFound(format!("{} {id} could not be found.", noun(kind)))
}

/// The id that goes with a key.
fn id_of<'a>(ids: &'a BTreeMap<Key, CloudId>, key: &Key) -> Result<&'a CloudId, CloudError> {
    ids.get(key).ok_or_else(|| {
        CloudError::Refused(format!(
            "Bad request: it names no id for {key} that it needs."
        ))
    })
}

/// A resource of a kind, on its way out or not.
pub(super) fn existing<'w>(
    world: &'w World,
    kind: ResourceKind,
    id: &CloudId,
) -> Result<&'w Row, CloudError> {
    world
        .row(id)
        .filter(|row| row.body.kind() == kind)
        .ok_or_else(|| not_found(kind, id))
}

/// A resource of a kind that something new may hang on.
fn usable<'w>(world: &'w World, kind: ResourceKind, id: &CloudId) -> Result<&'w Row, CloudError> {
    let row = existing(world, kind, id)?;
    if row.gone.is_some() {
        return conflict(format!("{} {id} is being deleted.", noun(kind)));
    }
    Ok(row)
}

/// The resource that a key of the request means.
fn referred<'w>(
    world: &'w World,
    ids: &BTreeMap<Key, CloudId>,
    key: &Key,
) -> Result<&'w Row, CloudError> {
    usable(world, key.kind, id_of(ids, key)?)
}

/// The word for a server's state in Nova's messages, where it is neither ACTIVE nor SHUTOFF.
pub(super) fn vm_state(row: &Row, now: Millis) -> Option<&'static str> {
    let Body::Instance(server) = &row.body else {
        return None;
    };
    if row.gone.is_some() {
        Some("task_state deleting")
    } else if now < row.ready {
        Some("vm_state building")
    } else if row.fault.is_some() {
        Some("vm_state error")
    } else if server.resizing.is_some() {
        Some("task_state resize_migrating")
    } else if let Some(powering) = &server.powering {
        Some(match powering.to {
            Power::Running => "task_state powering-on",
            Power::Stopped => "task_state powering-off",
        })
    } else {
        None
    }
}

/// Refuses an action that Nova allows on servers that run or are stopped, and nothing else.
fn needs_settled(row: &Row, action: &str, now: Millis) -> Result<(), CloudError> {
    match vm_state(row, now) {
        None => Ok(()),
        Some(state) => conflict(format!(
            "Cannot '{action}' instance {} while it is in {state}",
            row.id
        )),
    }
}

/// Rules with ids for keys; every group named must be there.
fn rule_rows(
    world: &World,
    ids: &BTreeMap<Key, CloudId>,
    rules: &std::collections::BTreeSet<model::resource::Rule>,
) -> Result<std::collections::BTreeSet<RuleRow>, CloudError> {
    use model::resource::{Remote, Rule};
    rules
        .iter()
        .map(
            |Rule {
                 protocol,
                 port,
                 remote,
             }| {
                let remote = match remote {
                    Remote::Range(range) => RemoteRow::Range(*range),
                    Remote::Group(key) => RemoteRow::Group(referred(world, ids, key)?.id.clone()),
                };
                Ok(RuleRow {
                    protocol: *protocol,
                    port: *port,
                    remote,
                })
            },
        )
        .collect()
}

/// Whether a floating IP can lead to a server through a router interface.
fn associable(
    world: &World,
    interface: &Row,
    instance: &Row,
    own: Option<&CloudId>,
) -> Result<(), CloudError> {
    let Body::Instance(server) = &instance.body else {
        return Err(not_found(ResourceKind::Instance, &instance.id));
    };
    if instance.gone.is_some() {
        return conflict(format!("Instance {} is being deleted.", instance.id));
    }
    let Body::RouterInterface { subnet, .. } = &interface.body else {
        return Err(not_found(ResourceKind::RouterInterface, &interface.id));
    };
    let has_port = server
        .ports
        .iter()
        .any(|port| port.subnet == *subnet && port.address.is_some());
    if !has_port {
        return conflict(format!(
            "External network is not reachable from instance {}: it has no port on subnet {subnet}.",
            instance.id
        ));
    }
    let other = world
        .public_addresses()
        .find(|(row, address)| own != Some(&row.id) && address.instance() == Some(&instance.id));
    match other {
        None => Ok(()),
        Some((other, _)) => conflict(format!(
            "Cannot associate floating IP with instance {}: its fixed IP already has floating IP {} \
             on the external network.",
            instance.id, other.id
        )),
    }
}
