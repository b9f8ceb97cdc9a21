//! The services: which there are, whether they answer us, what their versions cost us, and what is
//! kept for administrators.

use std::collections::BTreeSet;

use engine::port::CloudError;

use super::super::OpenStack;
use super::super::transport::{Call, Service, SignedIn, Version};
use super::{About, Check};

/// What each service is for, and what it is asked to see whether it answers.
const SERVICES: [(Service, &str, &str); 4] = [
    (Service::Compute, "limits", "instances are made there"),
    (
        Service::Network,
        "extensions",
        "networks, routers, security groups and public addresses are made there",
    ),
    (Service::Image, "images", "instances start from its images"),
    (
        Service::BlockStorage,
        "limits",
        "volumes are made there: environments with volumes need it, others don't",
    ),
];

/// What a catalog may call a service.
const fn types(service: Service) -> &'static [&'static str] {
    match service {
        Service::Compute => &["compute"],
        Service::Network => &["network"],
        Service::BlockStorage => &[
            "block-storage",
            "block-store",
            "volumev3",
            "volumev2",
            "volume",
        ],
        Service::Image => &["image"],
        Service::Identity => &["identity"],
    }
}

const fn version(major: u8, minor: u8) -> Version {
    Version { major, minor }
}

/// Microversions that we use, with what is lost without them.
const VERSIONS: [(Service, Version, &str); 4] = [
    (
        Service::Compute,
        version(2, 47),
        "flavors of instances are read by id, and are unknown once the flavor was removed",
    ),
    (
        Service::Compute,
        version(2, 69),
        "instances of a cell that is down are left out of lists, and look as if they were gone",
    ),
    (
        Service::BlockStorage,
        version(3, 27),
        "while a volume is being attached nobody can tell to which instance",
    ),
    (
        Service::BlockStorage,
        version(3, 42),
        "volumes can't be extended while they are attached",
    ),
];

const NEWER: &str = "newer versions tell more and do more";
const MARKED: &str = "instances that must not share a host are put into one; it is marked in its \
                      name";
const ALL_PROJECTS: &str = "only an administrator's collection shows every project and hypervisor; \
                            environments and copies don't need it";

impl OpenStack {
    /// The checks, and the services that answer: what is below the others needn't be asked.
    pub(super) async fn examine_services(
        &self,
        signed_in: &SignedIn,
    ) -> (Vec<Check>, BTreeSet<Service>) {
        let mut checks = Vec::new();
        let mut answering = BTreeSet::new();
        for (service, path, why) in SERVICES {
            let answered = self.read(Call::get(service, path).with("limit", "1")).await;
            let there = answered.is_ok();
            checks.push(of_service(service, signed_in, answered.err(), why));
            if there {
                answering.insert(service);
                checks.extend(self.examine_version(service).await);
            }
        }
        if answering.contains(&Service::Compute) {
            checks.push(self.examine_server_groups().await);
            checks.push(self.examine_administration().await);
        }
        (checks, answering)
    }

    /// One line for each service that has microversions.
    async fn examine_version(&self, service: Service) -> Option<Check> {
        let wanted: Vec<_> = VERSIONS
            .iter()
            .filter(|(of, _, _)| *of == service)
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let newest = self.transport.newest(service).await.ok().flatten();
        let lost: Vec<String> = wanted
            .iter()
            .filter(|(_, wanted, _)| newest.is_none_or(|newest| newest < *wanted))
            .map(|(_, wanted, lost)| format!("before {wanted} {lost}"))
            .collect();
        let found = newest.map_or_else(
            || "no microversions".to_owned(),
            |newest| format!("up to {newest}"),
        );
        let about = About::Versions(service);
        Some(if lost.is_empty() {
            Check::ok(about, found, NEWER)
        } else {
            let found = format!("{found}: {}", lost.join("; "));
            Check::limited(about, found, NEWER, "nothing, until the cloud is upgraded")
        })
    }

    async fn examine_server_groups(&self) -> Check {
        let about = About::ServerGroups;
        let call = Call::get(Service::Compute, "os-server-groups").with("limit", "1");
        match self.read(call).await {
            Ok(_) => Check::ok(about, "can be listed", MARKED),
            Err(error) => Check::limited(
                about,
                error.to_string(),
                MARKED,
                "environments with `placement: spread` can't be brought up: ask the cloud's \
                 administrators to allow server groups",
            ),
        }
    }

    async fn examine_administration(&self) -> Check {
        let projects = Call::get(Service::Compute, "servers")
            .with("all_tenants", "1")
            .with("limit", "1");
        let hypervisors = Call::get(Service::Compute, "os-hypervisors");
        let (projects, hypervisors) = futures::join!(self.read(projects), self.read(hypervisors));
        let about = About::Administration;
        match (projects, hypervisors) {
            (Ok(_), Ok(_)) => Check::limited(
                about,
                "may list the instances of all projects, and the hypervisors",
                ALL_PROJECTS,
                "nothing where that is meant; for environments and copies use a credential of one \
                 project's member",
            ),
            (Ok(_), Err(_)) => Check::ok(
                about,
                "may list the instances of all projects, not the hypervisors",
                ALL_PROJECTS,
            ),
            (Err(_), Ok(_)) => Check::ok(about, "may list the hypervisors", ALL_PROJECTS),
            (Err(_), Err(_)) => {
                Check::ok(about, "this project alone, no hypervisors", ALL_PROJECTS)
            }
        }
    }
}

fn of_service(
    service: Service,
    signed_in: &SignedIn,
    error: Option<CloudError>,
    why: &'static str,
) -> Check {
    let about = About::Service(service);
    let Some(error) = error else {
        return Check::ok(about, "answers", why);
    };
    let regions: Vec<&str> = signed_in
        .catalog
        .iter()
        .filter(|entry| types(service).contains(&entry.service.as_str()))
        .flat_map(|entry| entry.regions.iter().map(String::as_str))
        .collect();
    let region = signed_in.region.as_deref();
    let (found, remedy) = if regions.is_empty() {
        (
            "not in the cloud's catalog".to_owned(),
            "ask the cloud's administrators whether it exists".to_owned(),
        )
    } else if region.is_some_and(|region| !regions.contains(&region)) {
        (
            format!("not in this region: it is in {}", regions.join(", ")),
            "set region_name in clouds.yaml to one that has every service".to_owned(),
        )
    } else {
        (
            error.to_string(),
            "see that this machine reaches it, and ask the cloud's administrators".to_owned(),
        )
    };
    match service {
        Service::Compute | Service::Network | Service::Image | Service::Identity => {
            Check::missing(about, found, why, remedy)
        }
        Service::BlockStorage => Check::limited(about, found, why, remedy),
    }
}
