//! What can be done with a simulated cloud beside what the port allows: put things in that are not
//! ours, change what it offers, make calls go wrong, read what was asked of it. For tests and for
//! people who want to see what happens; the product itself never calls any of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use engine::port::{CloudError, Mark};
use model::flavor::Flavor;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::{FlavorName, ImageName, VolumeTypeName};
use model::resource::{Power, Resource};
use plan::offers::QuotaKind;

use super::calls::Call;
use super::faults::{Fault, FaultState};
use super::guest::Guest;
use super::rules::{self, Ground, New};
use super::world::{
    Body, BootRow, Content, Disk, Pending, PortRow, PublicAddress, Row, Server, Size,
};
use super::{Simulated, addresses};

impl Simulated {
    /// Offers flavors beside those that are there; one of the same name is replaced. Servers that
    /// exist keep their size.
    pub async fn offer_flavors(
        &self,
        flavors: &BTreeMap<FlavorName, Flavor>,
    ) -> Result<(), CloudError> {
        self.file
            .write(|world| {
                for (name, flavor) in flavors {
                    if world.flavors.get(name) != Some(flavor) {
                        world.flavors.insert(name.clone(), *flavor);
                        world.note(Pending::Flavor(name.clone(), *flavor));
                    }
                }
            })
            .await?;
        Ok(())
    }

    /// Offers images beside those that are there.
    pub async fn offer_images<'a>(
        &self,
        images: impl IntoIterator<Item = &'a ImageName, IntoIter: Send> + Send,
    ) -> Result<(), CloudError> {
        let images = images.into_iter();
        self.file
            .write(|world| {
                for image in images {
                    if world.images.insert(image.clone()) {
                        world.note(Pending::Image(image.clone()));
                    }
                }
            })
            .await?;
        Ok(())
    }

    /// Offers types of volumes beside those that are there.
    pub async fn offer_volume_types<'a>(
        &self,
        types: impl IntoIterator<Item = &'a VolumeTypeName, IntoIter: Send> + Send,
    ) -> Result<(), CloudError> {
        let types = types.into_iter();
        self.file
            .write(|world| {
                for name in types {
                    if world.volume_types.insert(name.clone()) {
                        world.note(Pending::VolumeType(name.clone()));
                    }
                }
            })
            .await?;
        Ok(())
    }

    /// Sets how much there may be of a kind; None lifts the limit. What is there stays there.
    pub async fn set_quota(&self, kind: QuotaKind, limit: Option<u64>) -> Result<(), CloudError> {
        self.file
            .write(|world| {
                world.quotas.insert(kind, limit);
                world.note(Pending::Quota(kind, limit));
            })
            .await?;
        Ok(())
    }

    /// Adds a fault; its number. Refused where it could never happen.
    pub async fn add_fault(&self, fault: Fault) -> Result<u64, CloudError> {
        fault.check()?;
        let number = self
            .file
            .write(|world| {
                let number = world.faults.last().map_or(0, |last| last.number) + 1;
                let state = FaultState {
                    number,
                    seen: 0,
                    remaining: fault.times,
                    fault,
                };
                world.note(Pending::Fault(state.clone()));
                world.faults.push(state);
                number
            })
            .await?;
        Ok(number)
    }

    /// All faults and how far each has come, those that are used up too.
    pub async fn faults(&self) -> Result<Vec<FaultState>, CloudError> {
        Ok(self.file.read(|world| world.faults.clone()).await?)
    }

    /// Takes all faults away.
    pub async fn clear_faults(&self) -> Result<(), CloudError> {
        self.file
            .write(|world| {
                if !world.faults.is_empty() {
                    world.faults.clear();
                    world.note(Pending::ClearFaults);
                }
            })
            .await?;
        Ok(())
    }

    /// Every call that asked for a change, in the order in which the cloud took them.
    pub async fn calls(&self) -> Result<Vec<Call>, CloudError> {
        self.calls_after(0).await
    }

    /// The calls with a higher number than this.
    pub async fn calls_after(&self, number: u64) -> Result<Vec<Call>, CloudError> {
        Ok(self.file.calls(number).await?)
    }

    /// Puts something in that has no mark: it was there before us, or somebody else made it. It is
    /// ready, is no call, and meets no quota. Parts need parents: see [`Simulated::put`].
    pub async fn put_foreign(&self, kind: ResourceKind, name: &str) -> Result<CloudId, CloudError> {
        let id = self.new_id();
        let now = self.now();
        let pool = &self.config.address_pool;
        self.file
            .write(|world| {
                let body = match kind {
                    ResourceKind::Network => Body::Network,
                    ResourceKind::Router => Body::Router,
                    ResourceKind::SecurityGroup => Body::SecurityGroup,
                    ResourceKind::ServerGroup => Body::ServerGroup,
                    ResourceKind::Keypair => Body::Keypair {
                        public_key: "ssh-rsa AAAA foreign".to_owned(),
                    },
                    ResourceKind::Volume => Body::Volume(Disk {
                        gib: 1,
                        volume_type: None,
                        content: Content::Empty,
                        bootable: false,
                        mount: None,
                        file_system: None,
                        extending: None,
                    }),
                    ResourceKind::Instance => {
                        Body::Instance(Box::new(foreign_server(&ForeignServer::named(name))?))
                    }
                    ResourceKind::FloatingIp => Body::FloatingIp(PublicAddress {
                        address: addresses::public(world, pool, None)?,
                        network: None,
                        route: None,
                    }),
                    ResourceKind::Subnet
                    | ResourceKind::RouterInterface
                    | ResourceKind::SecurityRules
                    | ResourceKind::VolumeSnapshot
                    | ResourceKind::Image
                    | ResourceKind::VolumeAttachment => {
                        return Err(CloudError::Refused(format!(
                            "a {kind} has parents: put it in with them"
                        )));
                    }
                };
                world.put(Row {
                    id: id.clone(),
                    name: name.to_owned(),
                    mark: None,
                    body,
                    created: now,
                    ready: now,
                    fault: None,
                    gone: None,
                });
                Ok(id)
            })
            .await?
    }

    /// Puts something in by the cloud's own rules, with whatever mark or none. It is no call, so
    /// that no test takes it for one of ours.
    pub async fn put(
        &self,
        mark: Option<&Mark>,
        name: &str,
        resource: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<CloudId, CloudError> {
        let id = self.new_id();
        let ground = Ground {
            now: self.now(),
            config: &self.config,
        };
        self.file
            .write(|world| {
                world.settle(ground.now);
                let new = New {
                    id: id.clone(),
                    mark,
                    name,
                    resource,
                    ids,
                    user_data: None,
                    fault: None,
                    never_reports: None,
                };
                rules::create(world, ground, new)
            })
            .await??;
        Ok(id)
    }
}

/// A server that was there before us, or that somebody else made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignServer {
    /// Its name.
    pub name: String,
    /// Its flavor's name; a small one of nobody's unless given.
    pub flavor: Option<FlavorName>,
    /// Its image's name.
    pub image: Option<ImageName>,
    /// Its addresses, on a network called `legacy`.
    pub addresses: Vec<IpAddr>,
    /// What people wrote on it.
    pub metadata: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The volumes attached to it, by name with their size in GiB.
    pub volumes: Vec<(String, u64)>,
    /// Why it is in ERROR, where it is.
    pub fault: Option<String>,
}

impl ForeignServer {
    /// One of a name, of which nothing else is known.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

impl Simulated {
    /// Puts a server in that is not ours. It is no call, and meets no quota.
    pub async fn put_foreign_server(&self, server: ForeignServer) -> Result<CloudId, CloudError> {
        let ids = self.put_foreign_servers(vec![server]).await?;
        ids.into_iter()
            .next()
            .ok_or_else(|| CloudError::Unexpected("no server came of one".into()))
    }

    /// The same of many, at once; their ids in order.
    pub async fn put_foreign_servers(
        &self,
        servers: Vec<ForeignServer>,
    ) -> Result<Vec<CloudId>, CloudError> {
        let now = self.now();
        let row = |id: CloudId, name: &str, body: Body, fault: Option<String>| Row {
            id,
            name: name.to_owned(),
            mark: None,
            body,
            created: now,
            ready: now,
            fault,
            gone: None,
        };
        let (mut ids, mut rows) = (Vec::new(), Vec::new());
        for server in servers {
            let id = self.new_id();
            let body = Body::Instance(Box::new(foreign_server(&server)?));
            rows.push(row(id.clone(), &server.name, body, server.fault));
            for (name, gib) in server.volumes {
                let volume = self.new_id();
                let disk = Body::Volume(Disk {
                    gib,
                    volume_type: None,
                    content: Content::Empty,
                    bootable: false,
                    mount: None,
                    file_system: None,
                    extending: None,
                });
                rows.push(row(volume.clone(), &name, disk, None));
                let at = Body::VolumeAttachment {
                    volume,
                    instance: id.clone(),
                };
                rows.push(row(self.new_id(), "", at, None));
            }
            ids.push(id);
        }
        self.file
            .write(|world| {
                for row in rows {
                    world.put(row);
                }
            })
            .await?;
        Ok(ids)
    }

    /// Takes something out that is not ours, and what hangs on it, as its owner would.
    pub async fn remove_foreign(&self, id: &CloudId) -> Result<(), CloudError> {
        self.file
            .write(|world| {
                let parts: Vec<CloudId> = world
                    .rows()
                    .filter(|row| match &row.body {
                        Body::VolumeAttachment { volume, instance } => {
                            volume == id || instance == id
                        }
                        _ => row.id == *id,
                    })
                    .map(|row| row.id.clone())
                    .collect();
                for part in parts {
                    world.remove(&part);
                }
            })
            .await?;
        Ok(())
    }
}

fn foreign_server(server: &ForeignServer) -> Result<Server, CloudError> {
    let unnamed = |error: model::name::NameError| CloudError::Refused(error.to_string());
    let foreign = || FlavorName::new("foreign").map_err(unnamed);
    let image = || ImageName::new("foreign").map_err(unnamed);
    Ok(Server {
        host_name: server.name.clone(),
        flavor: server.flavor.clone().map_or_else(foreign, Ok)?,
        size: Size {
            vcpus: 1,
            ram_mib: 512,
        },
        resizing: None,
        boot: BootRow::Offered(server.image.clone().map_or_else(image, Ok)?),
        power: Power::Running,
        powering: None,
        purpose: None,
        ports: server
            .addresses
            .iter()
            .map(|address| PortRow {
                network: CloudId::new("legacy"),
                subnet: CloudId::new("legacy"),
                address: Some(*address),
            })
            .collect(),
        security_groups: BTreeSet::new(),
        group: None,
        host: Some(1),
        keypair: None,
        first_boot: None,
        guest: Guest::default(),
        metadata: server.metadata.clone(),
        tags: server.tags.clone(),
    })
}
