//! Whatever a cloud holds, page by page, whoever made it: which lists a kind is read from, and how
//! far. One page is one call, and nothing of it is kept here. It only reads.

mod things;

use engine::port::{Absence, CloudError, HeldPage, PageMark};
use model::collection::{Body, Held, HeldKind, Reach};
use model::id::CloudId;
use serde::de::DeserializeOwned;

use super::offers::{WITH_QUOTAS, quotas};
use super::pager::{Listing, Paged, Paging};
use super::tables::SERVERS;
use super::transport::{Call, Service, Version};
use super::{OpenStack, wire};

/// Since 2.33 Nova pages hypervisors, since 2.53 it names them by an id that is one in the whole
/// cloud; since 2.88 it no longer tells their size.
const HYPERVISORS: [Version; 2] = [
    Version {
        major: 2,
        minor: 33,
    },
    Version {
        major: 2,
        minor: 53,
    },
];
/// Since when Nova says which project a server group is of.
const SERVER_GROUPS: Version = Version {
    major: 2,
    minor: 13,
};

/// The services that have availability zones.
const WITH_ZONES: [Service; 3] = [Service::Compute, Service::BlockStorage, Service::Network];

impl OpenStack {
    /// One page of a kind.
    pub(super) async fn held_page(
        &self,
        kind: HeldKind,
        reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError> {
        let from = from.map(|PageMark(from)| from.as_str());
        match kind {
            HeldKind::Project => self.projects(reach).await,
            HeldKind::Server => self.held_servers(reach, from).await,
            HeldKind::Quota => self.held_quotas(from).await,
            HeldKind::AvailabilityZone => self.zones(from).await,
            HeldKind::Volume => {
                let listing = all_projects(Service::BlockStorage, "volumes/detail", reach);
                let listing = Listing::new(listing, "volumes");
                self.converted(&listing, from, things::volume).await
            }
            HeldKind::Snapshot => {
                let listing = all_projects(Service::BlockStorage, "snapshots/detail", reach);
                let listing = Listing::new(listing, "snapshots");
                self.converted(&listing, from, things::snapshot).await
            }
            HeldKind::Network => {
                let listing = Listing::new(Call::get(Service::Network, "networks"), "networks");
                self.converted(&listing, from, things::network).await
            }
            HeldKind::Subnet => {
                let listing = Listing::new(Call::get(Service::Network, "subnets"), "subnets");
                self.converted(&listing, from, things::subnet).await
            }
            HeldKind::Router => {
                let listing = Listing::new(Call::get(Service::Network, "routers"), "routers");
                self.converted(&listing, from, things::router).await
            }
            HeldKind::Port => {
                let listing = Listing::new(Call::get(Service::Network, "ports"), "ports");
                self.converted(&listing, from, things::port).await
            }
            HeldKind::FloatingIp => {
                let call = Call::get(Service::Network, "floatingips");
                let listing = Listing::new(call, "floatingips");
                self.converted(&listing, from, things::floating_ip).await
            }
            HeldKind::SecurityGroup => {
                let call = Call::get(Service::Network, "security-groups");
                let listing = Listing::new(call, "security_groups");
                self.converted(&listing, from, things::security_group).await
            }
            HeldKind::ServerGroup => {
                let mut call = Call::get(Service::Compute, "os-server-groups")
                    .at(self.version(Service::Compute, &[SERVER_GROUPS]).await?);
                if reach == Reach::Cloud {
                    call = call.with("all_projects", "true");
                }
                let listing = Listing::new(call, "server_groups").paged(Paging::Offset);
                self.converted(&listing, from, things::server_group).await
            }
            HeldKind::Keypair => {
                let listing = self.keypair_list().await?;
                self.converted(&listing, from, things::keypair).await
            }
            HeldKind::Flavor => {
                let mut call = Call::get(Service::Compute, "flavors/detail");
                if reach == Reach::Cloud {
                    // Those too that only some projects may use.
                    call = call.with("is_public", "None");
                }
                let listing = Listing::new(call, "flavors");
                self.converted(&listing, from, things::flavor).await
            }
            HeldKind::Image => {
                let listing = Listing::new(Call::get(Service::Image, "images"), "images");
                self.converted(&listing, from, things::image).await
            }
            HeldKind::Hypervisor => {
                let version = self.version(Service::Compute, &HYPERVISORS).await?;
                let call = Call::get(Service::Compute, "os-hypervisors/detail").at(version);
                let listing = Listing::new(call, "hypervisors").paged(match version {
                    Some(_) => Paging::Marker,
                    None => Paging::Whole,
                });
                self.converted(&listing, from, things::hypervisor).await
            }
        }
    }

    /// A page of a list in our words.
    async fn converted<T: DeserializeOwned>(
        &self,
        listing: &Listing,
        from: Option<&str>,
        convert: impl Fn(T) -> things::Read,
    ) -> Result<HeldPage, CloudError> {
        let Paged { rows, odd, next } = self.page_of::<T>(listing, from).await?;
        let mut odd: Vec<CloudId> = odd.into_iter().map(CloudId::new).collect();
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            match convert(row) {
                Ok(thing) => held.extend(thing),
                Err(id) => odd.push(id),
            }
        }
        Ok(HeldPage {
            held,
            odd,
            next: next.map(PageMark),
            absence: Absence::Gone,
        })
    }

    async fn held_servers(&self, reach: Reach, from: Option<&str>) -> Result<HeldPage, CloudError> {
        let version = self.version(Service::Compute, &SERVERS).await?;
        let call = all_projects(Service::Compute, "servers/detail", reach).at(version);
        let listing = Listing::new(call, "servers");
        let now = self.clock.now();
        let page = self
            .converted(&listing, from, |row| things::server(row, now))
            .await?;
        Ok(HeldPage {
            // Lesson 2: pages leave out what a cell that is down holds, see `tables::absence`.
            absence: Absence::GoneOrOutOfSight,
            ..page
        })
    }

    /// Projects, as far as the credential reaches; its own is known without asking.
    async fn projects(&self, reach: Reach) -> Result<HeldPage, CloudError> {
        match reach {
            Reach::Cloud => {
                let call = Call::get(Service::Identity, "projects");
                let listing = Listing::new(call, "projects").paged(Paging::Whole);
                self.converted(&listing, None, things::project).await
            }
            Reach::Project => {
                let id = self.transport.project().await?;
                let name = self.transport.signed_in().await?.project;
                let own = wire::Project {
                    name: name.unwrap_or_else(|| id.clone()),
                    id,
                    enabled: true,
                };
                Ok(whole(
                    things::project(own).into_iter().flatten().collect(),
                    None,
                ))
            }
        }
    }

    /// Quotas, a page for each service that has some.
    async fn held_quotas(&self, from: Option<&str>) -> Result<HeldPage, CloudError> {
        let (service, next) = one_of(&WITH_QUOTAS, from);
        let body = self
            .unless_not_offered(self.ask_quotas(service).await?, from)
            .await?;
        let told = quotas(service, &body).into_iter();
        let held = told.map(|(what, quota)| things::quota(what, quota));
        Ok(whole(held.collect(), next))
    }

    /// Availability zones, a page for each service that has some.
    async fn zones(&self, from: Option<&str>) -> Result<HeldPage, CloudError> {
        let (service, next) = one_of(&WITH_ZONES, from);
        let held = match service {
            Service::Network => {
                let call = Call::get(service, "availability_zones");
                let mut body = match self.unless_not_offered(call, from).await {
                    // An extension that not every cloud has.
                    Err(CloudError::NotFound(_)) => serde_json::Value::Null,
                    body => body?,
                };
                wire::entries(&mut body, "availability_zones")
                    .into_iter()
                    .map(things::network_zone)
                    .collect()
            }
            Service::Compute | Service::BlockStorage | Service::Image | Service::Identity => {
                let call = Call::get(service, "os-availability-zone");
                let mut body = self.unless_not_offered(call, from).await?;
                wire::entries(&mut body, "availabilityZoneInfo")
                    .into_iter()
                    .map(|zone| things::zone(service, zone))
                    .collect()
            }
        };
        Ok(whole(held, next))
    }

    /// What a service that isn't there has is nothing, unless it is the first that is asked: a cloud
    /// may be without volumes.
    async fn unless_not_offered(
        &self,
        call: Call,
        from: Option<&str>,
    ) -> Result<serde_json::Value, CloudError> {
        match self.ask(call).await {
            Ok(answer) => Ok(answer.body),
            Err(CloudError::NotOffered(_)) if from.is_some() => Ok(serde_json::Value::Null),
            Err(error) => Err(error),
        }
    }
}

/// A list of one service, of all projects where the credential reaches them.
fn all_projects(service: Service, path: &str, reach: Reach) -> Call {
    let call = Call::get(service, path);
    match reach {
        Reach::Cloud => call.with("all_tenants", "1"),
        Reach::Project => call,
    }
}

/// The service that a page is of, and where the next page begins.
fn one_of(services: &[Service], from: Option<&str>) -> (Service, Option<PageMark>) {
    let at: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
    let service = services.get(at).copied().unwrap_or(Service::Compute);
    let next = (at + 1 < services.len()).then(|| PageMark((at + 1).to_string()));
    (service, next)
}

fn whole(held: Vec<Held>, next: Option<PageMark>) -> HeldPage {
    HeldPage {
        held,
        odd: Vec::new(),
        next,
        absence: Absence::Gone,
    }
}

/// One thing with the parts that most have.
fn held(id: String, name: String, project: Option<String>, body: impl Into<Body>) -> Held {
    Held {
        id: CloudId::new(id),
        name,
        project: project.filter(|id| !id.is_empty()).map(CloudId::new),
        created_at: None,
        mark: None,
        body: body.into(),
    }
}
