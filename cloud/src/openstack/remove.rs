//! Taking away: exactly what it is told to, by id. What is already gone answers 404, which the
//! engine counts as success.

use engine::port::{CloudError, Done};
use model::id::CloudId;
use model::key::ResourceKind;
use serde_json::json;

use super::transport::{Call, Service};
use super::{OpenStack, wire};

impl OpenStack {
    pub(super) async fn remove(
        &self,
        kind: ResourceKind,
        id: &CloudId,
    ) -> Result<Done, CloudError> {
        let neutron = |path: &str| Call::delete(Service::Network, format!("{path}/{id}"));
        let (call, done) = match kind {
            ResourceKind::Network => (neutron("networks"), Done::Already),
            ResourceKind::Subnet => (neutron("subnets"), Done::Already),
            ResourceKind::Router => (neutron("routers"), Done::Already),
            ResourceKind::SecurityGroup => (neutron("security-groups"), Done::Already),
            ResourceKind::FloatingIp => (neutron("floatingips"), Done::Already),
            ResourceKind::RouterInterface => (self.leaving_router(id).await?, Done::Already),
            ResourceKind::SecurityRules => {
                for rule in self.security_group(id).await?.rules {
                    if rule.direction == "ingress" {
                        self.remove_rule(&rule.id).await?;
                    }
                }
                return Ok(Done::Already);
            }
            ResourceKind::ServerGroup => (
                Call::delete(Service::Compute, format!("os-server-groups/{id}")),
                Done::Already,
            ),
            ResourceKind::Keypair => (
                Call::delete(Service::Compute, format!("os-keypairs/{id}")),
                Done::Already,
            ),
            ResourceKind::Instance => (
                Call::delete(Service::Compute, format!("servers/{id}")),
                Done::Later,
            ),
            ResourceKind::VolumeSnapshot => (
                Call::delete(Service::BlockStorage, format!("snapshots/{id}")),
                Done::Later,
            ),
            ResourceKind::Image => (
                Call::delete(Service::Image, format!("images/{id}")),
                Done::Already,
            ),
            ResourceKind::Volume => (
                Call::delete(Service::BlockStorage, format!("volumes/{id}")),
                Done::Later,
            ),
            ResourceKind::VolumeAttachment => {
                let (server, volume) = id.as_str().split_once('/').ok_or_else(|| {
                    CloudError::Unexpected(format!("{id} names no server and volume"))
                })?;
                let path = format!("servers/{server}/os-volume_attachments/{volume}");
                (Call::delete(Service::Compute, path), Done::Later)
            }
        };
        match self.ask(call.clone()).await {
            Err(CloudError::Conflict(words)) if self.remove_orphans(kind, id).await? == 0 => {
                Err(CloudError::Conflict(words))
            }
            Err(CloudError::Conflict(_)) => self.ask(call).await.map(|_| done),
            answer => answer.map(|_| done),
        }
    }

    /// Nova takes the ports that it made away with their server, unless Neutron was down just then:
    /// those stay, for a server that is no longer there, and keep our network from going. Takes
    /// them away, and counts them. Ports of other projects, of servers that are there, and of nobody
    /// are not touched.
    async fn remove_orphans(&self, kind: ResourceKind, id: &CloudId) -> Result<u32, CloudError> {
        let project = self.transport.project().await?;
        let ports = Call::get(Service::Network, "ports").with("project_id", project);
        let ports = match kind {
            ResourceKind::Network => ports.with("network_id", id.as_str()),
            ResourceKind::Subnet => ports.with("fixed_ips", format!("subnet_id={id}")),
            _ => return Ok(0),
        };
        let mut removed = 0;
        for port in self.pages::<wire::Port>(ports, "ports").await? {
            if !port.device_owner.starts_with("compute:") || port.device_id.is_empty() {
                continue;
            }
            let server = Call::get(Service::Compute, format!("servers/{}", port.device_id));
            if let Err(CloudError::NotFound(_)) = self.ask(server).await {
                match self.remove_orphan(&port).await {
                    Ok(()) | Err(CloudError::NotFound(_)) => removed += 1,
                    Err(CloudError::Refused(words)) => {
                        tracing::warn!(cloud = %self.name, port = port.id, words, "an orphan stays");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(removed)
    }

    /// Removes one. A newer Neutron lets no member delete a port of Compute's, but a member may
    /// say that a port belongs to nobody, and delete it then.
    async fn remove_orphan(&self, port: &wire::Port) -> Result<(), CloudError> {
        let path = format!("ports/{}", port.id);
        let delete = || self.ask(Call::delete(Service::Network, path.clone()));
        match delete().await {
            Err(CloudError::Refused(_)) => {
                let nobodys = json!({ "port": { "device_id": "", "device_owner": "" } });
                let call = Call::put(Service::Network, path.clone(), nobodys);
                self.ask(call).await?;
                delete().await.map(drop)
            }
            answer => answer.map(drop),
        }
    }

    /// A router lets a port of its own go; the port tells which router it is.
    async fn leaving_router(&self, port: &CloudId) -> Result<Call, CloudError> {
        let call = Call::get(Service::Network, format!("ports/{port}"));
        let answer = self.ask(call).await?;
        let router = answer.body["port"]["device_id"]
            .as_str()
            .ok_or_else(|| CloudError::Unexpected(format!("port {port} names no router")))?;
        Ok(Call::put(
            Service::Network,
            format!("routers/{router}/remove_router_interface"),
            json!({ "port_id": port.as_str() }),
        ))
    }

    /// Removes one rule; one that is gone already is as good.
    pub(super) async fn remove_rule(&self, id: &str) -> Result<(), CloudError> {
        let call = Call::delete(Service::Network, format!("security-group-rules/{id}"));
        match self.ask(call).await {
            Ok(_) | Err(CloudError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
