//! One thing that a cloud holds, whatever its kind.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::bodies::{
    AvailabilityZone, FloatingIp, Hypervisor, Image, Keypair, Network, Port, Project, QuotaUse,
    Router, SecurityGroup, SeenFlavor, Server, ServerGroup, Snapshot, Subnet, Volume,
};
use super::kind::HeldKind;
use crate::id::CloudId;
use crate::mark::Mark;

/// One thing that a cloud holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What the cloud calls it.
    pub id: CloudId,
    /// What people call it; its address where it has no other name.
    pub name: String,
    /// The project that it belongs to, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<CloudId>,
    /// When it came to be, by the cloud's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Whose it is, where somebody's Understudy made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What it is.
    #[serde(flatten)]
    pub body: Body,
}

macro_rules! bodies {
    ($($kind:ident($body:ident),)*) => {
        /// What a thing is, by kind.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        #[allow(missing_docs)]
        pub enum Body {
            $($kind($body),)*
        }

        impl Body {
            /// Its kind.
            pub const fn kind(&self) -> HeldKind {
                match self { $(Self::$kind(_) => HeldKind::$kind,)* }
            }
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$kind(body)
            }
        })*
    };
}

bodies! {
    Project(Project), Server(Server), Volume(Volume), Snapshot(Snapshot), Network(Network),
    Subnet(Subnet), Router(Router), Port(Port), FloatingIp(FloatingIp),
    SecurityGroup(SecurityGroup), ServerGroup(ServerGroup), Keypair(Keypair), Flavor(SeenFlavor),
    Image(Image), Quota(QuotaUse), AvailabilityZone(AvailabilityZone), Hypervisor(Hypervisor),
}

impl Held {
    /// What to call it where a name is wanted: what people call it, else the address that it has on
    /// the network, else its id.
    pub fn label(&self) -> String {
        match &self.body {
            _ if !self.name.is_empty() => self.name.clone(),
            Body::Port(port) if !port.addresses.is_empty() => port.addresses[0].address.to_string(),
            _ => self.id.to_string(),
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> HeldKind {
        self.body.kind()
    }

    /// Its status in the cloud's word, where such a thing has one.
    pub fn status(&self) -> Option<&str> {
        match &self.body {
            Body::Server(server) => Some(&server.status),
            Body::Volume(volume) => Some(&volume.status),
            Body::Snapshot(snapshot) => Some(&snapshot.status),
            Body::Network(network) => Some(&network.status),
            Body::Router(router) => Some(&router.status),
            Body::Port(port) => Some(&port.status),
            Body::FloatingIp(address) => Some(&address.status),
            Body::Image(image) => Some(&image.status),
            Body::Hypervisor(hypervisor) => Some(&hypervisor.state),
            Body::Project(project) => Some(if project.enabled {
                "enabled"
            } else {
                "disabled"
            }),
            Body::AvailabilityZone(zone) => Some(if zone.available {
                "available"
            } else {
                "not available"
            }),
            Body::Subnet(_)
            | Body::SecurityGroup(_)
            | Body::ServerGroup(_)
            | Body::Keypair(_)
            | Body::Flavor(_)
            | Body::Quota(_) => None,
        }
    }

    /// What people ask of such a thing after its name: a server's flavor, a subnet's range, a
    /// volume's size.
    pub fn detail(&self) -> Option<String> {
        match &self.body {
            Body::Server(server) => server.flavor.clone(),
            Body::Volume(volume) => Some(volume.size.to_string()),
            Body::Snapshot(snapshot) => Some(snapshot.size.to_string()),
            Body::Network(network) => match (network.external, network.shared) {
                (true, _) => Some("external".to_owned()),
                (false, true) => Some("shared".to_owned()),
                (false, false) => None,
            },
            Body::Subnet(subnet) => Some(subnet.cidr.to_string()),
            Body::Port(port) => Some(port.device_owner.clone()).filter(|owner| !owner.is_empty()),
            Body::SecurityGroup(group) => Some(format!("{} rules", group.rules.len())),
            Body::ServerGroup(group) => {
                let policies: Vec<&str> = group.policies.iter().map(String::as_str).collect();
                Some(policies.join(", "))
            }
            Body::Keypair(keypair) => Some(keypair.fingerprint.clone()),
            Body::Flavor(SeenFlavor { size, public: _ }) => {
                Some(format!("{} vCPU, {}, {}", size.vcpus, size.ram, size.disk))
            }
            Body::Image(image) => Some(image.visibility.clone()),
            Body::Quota(QuotaUse { what: _, quota }) => Some(match quota.limit {
                Some(limit) => format!("{} of {limit}", quota.used),
                None => format!("{}, no limit", quota.used),
            }),
            Body::AvailabilityZone(zone) => Some(zone.service.clone()),
            Body::Hypervisor(hypervisor) => Some(hypervisor.sort.clone()),
            Body::Project(_) | Body::Router(_) | Body::FloatingIp(_) => None,
        }
    }

    /// What it hangs on: the server of a port or a volume, the port of a public address.
    pub fn parent(&self) -> Option<&CloudId> {
        match &self.body {
            Body::Port(port) => port.device.as_ref(),
            Body::Volume(volume) => volume.attached.first().map(|at| &at.server),
            Body::FloatingIp(address) => address.port.as_ref(),
            Body::Snapshot(snapshot) => Some(&snapshot.volume),
            Body::Subnet(subnet) => Some(&subnet.network),
            Body::Project(_)
            | Body::Server(_)
            | Body::Network(_)
            | Body::Router(_)
            | Body::SecurityGroup(_)
            | Body::ServerGroup(_)
            | Body::Keypair(_)
            | Body::Flavor(_)
            | Body::Image(_)
            | Body::Quota(_)
            | Body::AvailabilityZone(_)
            | Body::Hypervisor(_) => None,
        }
    }

    /// Whether it is there for every project, and so nobody's own: images and flavors, what leads
    /// out of the cloud, the security group that every project has.
    pub fn is_shared(&self) -> bool {
        match &self.body {
            Body::Project(_)
            | Body::Flavor(_)
            | Body::Image(_)
            | Body::Quota(_)
            | Body::AvailabilityZone(_)
            | Body::Hypervisor(_) => true,
            Body::Network(network) => network.external || network.shared,
            Body::SecurityGroup(_) => self.name == "default",
            Body::Server(_)
            | Body::Volume(_)
            | Body::Snapshot(_)
            | Body::Subnet(_)
            | Body::Router(_)
            | Body::Port(_)
            | Body::FloatingIp(_)
            | Body::Keypair(_)
            | Body::ServerGroup(_) => false,
        }
    }
}
