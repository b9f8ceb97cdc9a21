//! What a cloud chooses by itself: taken over from what was observed, so that no plan asks for another
//! value where it asked for any, and left open again where the resource that had it is made anew.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::{FloatingIp, Image, Instance, Resource, Volume, VolumeSnapshot};
use crate::name::NetworkName;
use crate::value::Value;

type Networks = BTreeMap<NetworkName, Value<IpAddr>>;

impl Resource {
    /// This resource with what the cloud has already chosen for `observed` taken over, so that a
    /// plan never asks for another value where it asked for any. Where nothing is taken over, it is
    /// not copied: of 100,000 resources most stay as they are.
    pub fn settled_on(&self, observed: &Self) -> Cow<'_, Self> {
        let settled = match (self, observed) {
            (Self::FloatingIp(a), Self::FloatingIp(b)) if a.address.is_left_to(&b.address) => {
                Self::FloatingIp(FloatingIp {
                    address: a.address.settled_on(&b.address),
                    ..a.clone()
                })
            }
            (Self::VolumeSnapshot(a), Self::VolumeSnapshot(b)) => {
                Self::VolumeSnapshot(VolumeSnapshot {
                    volume: a.volume.settled_on(&b.volume),
                    size: a.size.settled_on(&b.size),
                })
            }
            (Self::Volume(a), Self::Volume(b)) => Self::Volume(Volume {
                size: a.size.settled_on(&b.size),
                volume_type: a.volume_type.as_ref().or(b.volume_type.as_ref()).cloned(),
                content: a.content.settled_on(&b.content),
                ..a.clone()
            }),
            (Self::Image(a), Self::Image(b)) => Self::Image(Image {
                instance: a.instance.settled_on(&b.instance),
            }),
            (Self::Instance(a), Self::Instance(b)) => {
                let networks = settled_networks(&a.networks, &b.networks);
                let boot = a.boot.settled_on(&b.boot);
                if !a.flavor.is_left_to(&b.flavor)
                    && boot == a.boot
                    && Arc::ptr_eq(&networks, &a.networks)
                {
                    return Cow::Borrowed(self);
                }
                Self::from(Instance {
                    flavor: a.flavor.settled_on(&b.flavor),
                    boot,
                    networks,
                    ..Instance::clone(a)
                })
            }
            _ => return Cow::Borrowed(self),
        };
        Cow::Owned(settled)
    }

    /// This observed resource as it is asked for where it was given back meanwhile: what the cloud
    /// had chosen it may choose again. A member may not name a floating IP's address, by Neutron's
    /// own policy.
    #[must_use]
    pub fn given_back(&self) -> Self {
        match self {
            Self::FloatingIp(ip) => Self::FloatingIp(FloatingIp {
                address: Value::AssignedByCloud,
                ..ip.clone()
            }),
            other => other.clone(),
        }
    }

    /// This settled resource as it is asked for where it is made anew: what the cloud chose for the
    /// one before went with that, and may be somebody else's by now.
    #[must_use]
    pub fn made_anew(&self, wanted: &Self) -> Self {
        match (self, wanted) {
            (Self::FloatingIp(settled), Self::FloatingIp(wanted)) => Self::FloatingIp(FloatingIp {
                address: wanted.address.clone(),
                ..settled.clone()
            }),
            (Self::VolumeSnapshot(settled), Self::VolumeSnapshot(wanted)) => {
                Self::VolumeSnapshot(VolumeSnapshot {
                    size: wanted.size.clone(),
                    ..settled.clone()
                })
            }
            (Self::Volume(settled), Self::Volume(wanted)) => Self::Volume(Volume {
                size: wanted.size.clone(),
                volume_type: wanted.volume_type.clone(),
                ..settled.clone()
            }),
            (Self::Instance(settled), Self::Instance(wanted))
                if settled.networks != wanted.networks =>
            {
                Self::from(Instance {
                    networks: Arc::clone(&wanted.networks),
                    ..Instance::clone(settled)
                })
            }
            (settled, _) => settled.clone(),
        }
    }
}

/// Addresses that were observed, on networks that are wanted without one in particular.
fn settled_networks(wanted: &Arc<Networks>, observed: &Arc<Networks>) -> Arc<Networks> {
    let taken_over = |(network, address): (&NetworkName, &Value<IpAddr>)| {
        let observed = observed.get(network);
        observed.is_some_and(|observed| address.is_left_to(observed))
    };
    if !wanted.iter().any(taken_over) {
        return Arc::clone(wanted);
    }
    let settled = wanted.iter().map(|(network, address)| {
        let settled = match observed.get(network) {
            Some(observed) => address.settled_on(observed),
            None => address.clone(),
        };
        (network.clone(), settled)
    });
    Arc::new(settled.collect())
}
