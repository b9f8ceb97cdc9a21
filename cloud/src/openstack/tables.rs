//! What the services hold, fetched as whole lists: one call for each sort of thing and page,
//! however many there are, and only the sorts that the kinds asked for need.

use std::collections::BTreeSet;

use engine::port::{Absence, CloudError, Detail};
use model::id::CloudId;
use model::key::ResourceKind;

use super::pager::{Listing, Paging};
use super::transport::{Call, Service, Version};
use super::{Catalog, OpenStack, wire};

/// Lists of the services, as fetched; empty where they weren't needed.
#[derive(Debug)]
pub(super) struct Tables {
    pub networks: Vec<wire::Network>,
    pub subnets: Vec<wire::Subnet>,
    pub routers: Vec<wire::Router>,
    pub ports: Vec<wire::Port>,
    pub security_groups: Vec<wire::SecurityGroup>,
    pub floating_ips: Vec<wire::FloatingIp>,
    pub servers: Vec<wire::Server>,
    pub server_groups: Vec<wire::ServerGroup>,
    pub keypairs: Vec<wire::Keypair>,
    pub volumes: Vec<wire::Volume>,
    pub snapshots: Vec<wire::Snapshot>,
    pub images: Vec<wire::Image>,
    pub catalog: Catalog,
    /// How much was fetched of what resources refer to.
    pub detail: Detail,
    /// What it means that a server is not there.
    pub absence: Absence,
    /// The project that all of it is of; images of others are seen too.
    pub project: String,
}

impl Tables {
    fn empty(detail: Detail) -> Self {
        Self {
            networks: Vec::new(),
            subnets: Vec::new(),
            routers: Vec::new(),
            ports: Vec::new(),
            security_groups: Vec::new(),
            floating_ips: Vec::new(),
            servers: Vec::new(),
            server_groups: Vec::new(),
            keypairs: Vec::new(),
            volumes: Vec::new(),
            snapshots: Vec::new(),
            images: Vec::new(),
            catalog: Catalog::default(),
            detail,
            absence: Absence::GoneOrOutOfSight,
            project: String::new(),
        }
    }
}

/// One list of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Networks,
    Subnets,
    Routers,
    Ports,
    SecurityGroups,
    FloatingIps,
    Servers,
    ServerGroups,
    Keypairs,
    Volumes,
    Snapshots,
    Images,
}

/// The lists that a kind is read from: its own, and those that its mark is found in.
fn needs(kind: ResourceKind) -> &'static [Table] {
    match kind {
        ResourceKind::Network => &[Table::Networks],
        ResourceKind::Subnet => &[Table::Subnets],
        ResourceKind::Router => &[Table::Routers],
        ResourceKind::RouterInterface => &[Table::Ports, Table::Routers, Table::Subnets],
        ResourceKind::SecurityGroup | ResourceKind::SecurityRules => &[Table::SecurityGroups],
        ResourceKind::ServerGroup => &[Table::ServerGroups],
        ResourceKind::Keypair => &[Table::Keypairs],
        ResourceKind::Volume | ResourceKind::VolumeAttachment => &[Table::Volumes],
        ResourceKind::VolumeSnapshot => &[Table::Snapshots],
        // An image that waits is told from one that was given up by its server.
        ResourceKind::Image => &[Table::Images, Table::Servers],
        ResourceKind::Instance => &[Table::Servers],
        ResourceKind::FloatingIp => &[Table::FloatingIps],
    }
}

/// The lists beside those that tell what a kind is: whose addresses they are stands with the ports.
fn described_by(kind: ResourceKind) -> &'static [Table] {
    match kind {
        ResourceKind::Instance | ResourceKind::FloatingIp => &[Table::Ports],
        ResourceKind::Network
        | ResourceKind::Subnet
        | ResourceKind::Router
        | ResourceKind::RouterInterface
        | ResourceKind::SecurityGroup
        | ResourceKind::SecurityRules
        | ResourceKind::ServerGroup
        | ResourceKind::Keypair
        | ResourceKind::VolumeSnapshot
        | ResourceKind::Image
        | ResourceKind::Volume
        | ResourceKind::VolumeAttachment => &[],
    }
}

/// Since 2.26 a server tells its tags, since 2.47 its flavor's name and size, since 2.69 servers of a
/// cell that is down are listed as UNKNOWN instead of being left out.
pub(super) const SERVERS: [Version; 3] = [
    Version {
        major: 2,
        minor: 26,
    },
    Version {
        major: 2,
        minor: 47,
    },
    LISTS_UNSEEN,
];

/// Since when servers of a cell that is down are listed.
const LISTS_UNSEEN: Version = Version {
    major: 2,
    minor: 69,
};

/// What it means that a server is on none of the pages of a list, whose last page began and ended so.
/// Nova tells of cells that are down only where nobody asks for pages (its `_is_cell_down_supported`):
/// not on any page but the first, and only in newer versions.
fn absence(listing: &Listing, from: Option<&str>, next: Option<&str>) -> Absence {
    match (listing.call.version, from, next) {
        (Some(LISTS_UNSEEN), None, None) => Absence::Gone,
        _ => Absence::GoneOrOutOfSight,
    }
}

/// Since 3.27 Cinder lists attachments.
const ATTACHMENTS: Version = Version {
    major: 3,
    minor: 27,
};

/// Whether a volume is promised to a server and doesn't say to which.
fn is_on_its_way(volume: &wire::Volume) -> bool {
    matches!(volume.status.as_str(), "reserved" | "attaching") && volume.attachments.is_empty()
}

impl OpenStack {
    /// Fetches the lists that some kinds need.
    pub(super) async fn tables(
        &self,
        kinds: &BTreeSet<ResourceKind>,
        detail: Detail,
    ) -> Result<Tables, CloudError> {
        let mut needed: BTreeSet<Table> = kinds
            .iter()
            .flat_map(|kind| needs(*kind))
            .copied()
            .collect();
        if detail == Detail::Whole {
            needed.extend(kinds.iter().flat_map(|kind| described_by(*kind)));
        }
        let project = self.transport.project().await?;
        let neutron = |path: &str| {
            // Who may see all projects sees all of Neutron's lists.
            Call::get(Service::Network, path).with("project_id", project.as_str())
        };
        let is = |table| needed.contains(&table);
        let volumes = Call::get(Service::BlockStorage, "volumes/detail");
        let snapshots = Call::get(Service::BlockStorage, "snapshots/detail");
        // Those too that are still being made.
        let images = Call::get(Service::Image, "images");
        let mut tables = Tables {
            project: project.clone(),
            ..Tables::empty(detail)
        };
        (
            (tables.servers, tables.absence),
            tables.ports,
            tables.networks,
            tables.subnets,
            tables.routers,
            tables.security_groups,
            tables.floating_ips,
            tables.server_groups,
            tables.keypairs,
            tables.volumes,
            tables.snapshots,
            tables.images,
        ) = futures::try_join!(
            self.servers(is(Table::Servers)),
            self.where_needed(is(Table::Ports), neutron("ports"), "ports"),
            self.where_needed(is(Table::Networks), neutron("networks"), "networks"),
            self.where_needed(is(Table::Subnets), neutron("subnets"), "subnets"),
            self.where_needed(is(Table::Routers), neutron("routers"), "routers"),
            self.where_needed(
                is(Table::SecurityGroups),
                neutron("security-groups"),
                "security_groups"
            ),
            self.where_needed(
                is(Table::FloatingIps),
                neutron("floatingips"),
                "floatingips"
            ),
            self.server_groups(is(Table::ServerGroups)),
            self.keypairs(is(Table::Keypairs)),
            self.where_needed(is(Table::Volumes), volumes, "volumes"),
            self.where_needed(is(Table::Snapshots), snapshots, "snapshots"),
            self.where_needed(is(Table::Images), images, "images"),
        )?;
        tables.catalog = if is(Table::Images) {
            self.learn_images(&tables.images).await
        } else {
            self.catalog.lock().await.clone()
        };
        if tables.volumes.iter().any(is_on_its_way) {
            self.add_attachments(&mut tables.volumes).await?;
        }
        if detail == Detail::Whole {
            if has_unknown_flavor(&tables) {
                tables.catalog = self.learn_flavors().await?;
            }
            if !is(Table::Images) && has_unknown_image(&tables) {
                let images = self.images().await?;
                tables.catalog = self.learn_images(&images).await;
            }
        }
        Ok(tables)
    }

    /// What is known of one resource by its id. A server is asked for by itself: a list may leave
    /// out what a cell that is down holds.
    pub(super) async fn tables_of_one(
        &self,
        kind: ResourceKind,
        id: &CloudId,
    ) -> Result<Tables, CloudError> {
        if kind != ResourceKind::Instance {
            return self.tables(&BTreeSet::from([kind]), Detail::Status).await;
        }
        let call = Call::get(Service::Compute, format!("servers/{id}"))
            .at(self.version(Service::Compute, &SERVERS).await?);
        let mut body = self.ask(call).await?.body;
        let mut list = serde_json::json!({ "servers": [body["server"].take()] });
        Ok(Tables {
            servers: wire::entries(&mut list, "servers"),
            ..Tables::empty(Detail::Status)
        })
    }

    pub(super) async fn where_needed<T: serde::de::DeserializeOwned>(
        &self,
        needed: bool,
        call: Call,
        collection: &'static str,
    ) -> Result<Vec<T>, CloudError> {
        if !needed {
            return Ok(Vec::new());
        }
        let service = call.service;
        match self.pages(call, collection).await {
            // The one service that a cloud may be without: then there is nothing of it either.
            Err(CloudError::NotOffered(words)) if service == Service::BlockStorage => {
                tracing::debug!(cloud = %self.name, collection, words, "not offered");
                Ok(Vec::new())
            }
            answer => answer,
        }
    }

    /// All servers, and what it means that one is not among them.
    async fn servers(&self, needed: bool) -> Result<(Vec<wire::Server>, Absence), CloudError> {
        let mut servers = Vec::new();
        if !needed {
            return Ok((servers, Absence::GoneOrOutOfSight));
        }
        // So that those of a cell that is down are listed too, where that can be.
        let version = self.version(Service::Compute, &SERVERS).await?;
        let call = Call::get(Service::Compute, "servers/detail").at(version);
        let listing = Listing::new(call, "servers").paged(Paging::MarkerAsked);
        let mut from: Option<String> = None;
        loop {
            let page = self.page_of(&listing, from.as_deref()).await?;
            let absence = absence(&listing, from.as_deref(), page.next.as_deref());
            servers.extend(page.rows);
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok((servers, absence)),
            }
        }
    }

    async fn server_groups(&self, needed: bool) -> Result<Vec<wire::ServerGroup>, CloudError> {
        if !needed {
            return Ok(Vec::new());
        }
        let call = Call::get(Service::Compute, "os-server-groups");
        let listing = Listing::new(call, "server_groups").paged(Paging::Offset);
        self.all_pages(&listing).await
    }

    /// A volume that is only about to be attached doesn't say where: its attachment does.
    async fn add_attachments(&self, volumes: &mut [wire::Volume]) -> Result<(), CloudError> {
        let Some(version) = self.version(Service::BlockStorage, &[ATTACHMENTS]).await? else {
            return Ok(());
        };
        let call = Call::get(Service::BlockStorage, "attachments/detail").at(Some(version));
        let rows: Vec<wire::VolumeAttachment> = self.pages(call, "attachments").await?;
        for volume in volumes.iter_mut().filter(|volume| is_on_its_way(volume)) {
            volume.attachments = rows
                .iter()
                .filter(|row| row.volume_id == volume.id && !row.instance.is_empty())
                .map(|row| wire::Attachment {
                    server_id: row.instance.clone(),
                    device: None,
                })
                .collect();
        }
        Ok(())
    }
}

/// Whether a server was started from an image that the catalog doesn't have yet.
fn has_unknown_image(tables: &Tables) -> bool {
    let known = &tables.catalog.images;
    let mut images = tables.servers.iter().map(|server| &server.image["id"]);
    images.any(|id| id.as_str().is_some_and(|id| !known.contains_key(id)))
}

/// Whether a server has a flavor that the catalog doesn't have yet.
fn has_unknown_flavor(tables: &Tables) -> bool {
    let Tables {
        servers, catalog, ..
    } = tables;
    servers.iter().any(
        |server| match (&server.flavor.original_name, &server.flavor.id) {
            (None, Some(id)) => !catalog.flavors.contains_key(id),
            (Some(_), _) | (None, None) => false,
        },
    )
}
