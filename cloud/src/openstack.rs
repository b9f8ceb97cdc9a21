//! The driver for OpenStack: translates between its services and the engine's port. It decides
//! nothing, repeats nothing that may have changed something, and never touches what it isn't told to.
//! What others learned the hard way about each service stands where it is heeded.
//!
//! The road of a call: [`create`], [`change`] and [`remove`] make the request, [`slots`] say when,
//! [`transport`] carries it, [`trouble`] reads a refusal, [`crowd`] knows what one is worth that came in
//! company; [`pager`] reads lists; [`listing`] fetches [`tables`] and puts what is in them into our
//! words, [`inventory`] whatever a cloud holds, whoever made it; [`wire`] is what the services answer,
//! [`mark`] where our mark stands there.
//!
//! Servers get their ports from Nova, in the same call: a port of our own would be left behind on
//! every road that fails between the two. So there is no port resource; Nova takes its ports away
//! with the server.

mod change;
pub mod config;
mod create;
mod crowd;
pub mod doctor;
mod inventory;
mod keypairs;
mod listing;
mod mark;
mod offers;
mod pager;
mod pools;
pub mod recording;
mod remove;
mod rules;
mod sdk;
mod slots;
mod storage;
mod tables;
pub mod transport;
mod trouble;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::port::{
    Clock, Cloud, CloudError, Create, Created, Detail, Done, Found, HeldPage, Listed, PageMark,
    Scope,
};
use model::collection::{HeldKind, Reach};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::resource::Resource;
use plan::offers::{Offer, Offers, StoredSources};
use tokio::sync::{Mutex, OnceCell};

use crowd::Crowds;
use slots::Slots;
use transport::{Answer, Call, Service, Transport, Version};

/// How a cloud is worked with.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long an answer is waited for.
    pub request_timeout: Duration,
    /// How long a request that was sent may still have its effect once nobody waits for it.
    pub request_lifetime: Duration,
    /// Requests in flight at once, over all operations, to begin with; it then adapts to how the
    /// cloud takes them, to no more than twice as many.
    pub calls_in_flight: usize,
    /// The external network that routers and public addresses use; only needed where the project
    /// sees several.
    pub external_network: Option<String>,
    /// What it is and where, in a few words for people.
    pub about: Option<String>,
    /// How many entries of a list are asked for at once; a cloud may give fewer.
    pub page_size: u32,
    /// The folder that everything said with a cloud is recorded in, see [`recording`].
    pub record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(20),
            request_lifetime: Duration::from_secs(20),
            calls_in_flight: 6,
            external_network: None,
            about: None,
            page_size: 1000,
            record: None,
        }
    }
}

/// One project in one region of an OpenStack.
pub struct OpenStack {
    name: CloudName,
    options: Options,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    slots: Slots,
    crowds: Crowds,
    longest: pager::Longest,
    /// The one external network, once it was looked for.
    external: OnceCell<String>,
    /// Images and flavors by id and name, as last seen.
    catalog: Mutex<Catalog>,
    /// Ports of servers, by server and network: looked up together, used one by one.
    ports: Mutex<BTreeMap<(String, String), String>>,
}

/// What changes rarely: it is asked for again where something isn't found in it.
#[derive(Clone, Debug, Default)]
struct Catalog {
    /// Names of flavors by id.
    flavors: BTreeMap<String, String>,
    /// Names of images by id.
    images: BTreeMap<String, String>,
}

impl Catalog {
    fn of(flavors: &[wire::Flavor], images: &[wire::Image]) -> Self {
        // What is still being made can't be started from.
        let active = images.iter().filter(|image| image.status == "active");
        let image = |image: &wire::Image| Some((image.id.clone(), image.name.clone()?));
        Self {
            flavors: flavors
                .iter()
                .map(|flavor| (flavor.id.clone(), flavor.name.clone()))
                .collect(),
            images: active.filter_map(image).collect(),
        }
    }
}

impl OpenStack {
    /// A cloud behind a transport.
    pub fn new(
        name: CloudName,
        transport: Arc<dyn Transport>,
        options: Options,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            name,
            slots: Slots::new(options.calls_in_flight),
            crowds: Crowds::default(),
            longest: pager::Longest::default(),
            options,
            transport,
            clock,
            external: OnceCell::new(),
            catalog: Mutex::default(),
            ports: Mutex::default(),
        }
    }

    /// Sends a request when its turn has come, and reads a refusal.
    async fn ask(&self, call: Call) -> Result<Answer, CloudError> {
        let slot = self
            .slots
            .take()
            .await
            .ok_or_else(|| CloudError::Unreachable("this cloud was closed".into()))?;
        let begun = self.clock.monotonic();
        let answer = self.answer(&call).await;
        let took = self.clock.monotonic().saturating_sub(begun);
        let outcome = answer.as_ref().map(|_| ());
        self.slots.give_back(slot, &call, took, outcome);
        answer
    }

    async fn answer(&self, call: &Call) -> Result<Answer, CloudError> {
        let answer = self.transport.send(call).await?;
        tracing::debug!(
            cloud = %self.name, method = ?call.method, service = %call.service, path = call.path,
            status = answer.status, request = answer.request_id, "asked"
        );
        if answer.is_success() {
            Ok(answer)
        } else {
            Err(trouble::of(&answer))
        }
    }

    /// The version to ask for: the newest of these that the cloud speaks, none for its oldest.
    async fn version(
        &self,
        service: Service,
        wanted: &[Version],
    ) -> Result<Option<Version>, CloudError> {
        let newest = self.transport.newest(service).await?;
        Ok(wanted
            .iter()
            .filter(|wanted| newest.is_some_and(|newest| newest >= **wanted))
            .max()
            .copied())
    }

    /// The external network's id.
    async fn external(&self) -> Result<&str, CloudError> {
        let id = self
            .external
            .get_or_try_init(|| async {
                let call = Call::get(Service::Network, "networks").with("router:external", "true");
                let seen: Vec<wire::Network> = self.pages(call, "networks").await?;
                let meant = meant(&seen, self.options.external_network.as_deref());
                match meant.as_slice() {
                    [one] => Ok(one.id.clone()),
                    [] => Err(CloudError::Refused(match &self.options.external_network {
                        Some(name) => format!("the project sees no external network `{name}`"),
                        None => "the project sees no external network".into(),
                    })),
                    several => {
                        let names: Vec<&str> = several
                            .iter()
                            .map(|network| network.name.as_str())
                            .collect();
                        Err(CloudError::Refused(format!(
                            "the project sees several external networks ({}): name one as \
                             external_network in clouds.yaml",
                            names.join(", ")
                        )))
                    }
                }
            })
            .await?;
        Ok(id)
    }

    /// Asks for flavors anew.
    async fn learn_flavors(&self) -> Result<Catalog, CloudError> {
        let flavors = self.flavors().await?;
        let mut catalog = self.catalog.lock().await;
        catalog.flavors = Catalog::of(&flavors, &[]).flavors;
        Ok(catalog.clone())
    }

    /// Remembers the images that can be started from.
    async fn learn_images(&self, images: &[wire::Image]) -> Catalog {
        let mut catalog = self.catalog.lock().await;
        catalog.images = Catalog::of(&[], images).images;
        catalog.clone()
    }

    async fn flavors(&self) -> Result<Vec<wire::Flavor>, CloudError> {
        let call = Call::get(Service::Compute, "flavors/detail");
        self.pages(call, "flavors").await
    }

    async fn images(&self) -> Result<Vec<wire::Image>, CloudError> {
        let call = Call::get(Service::Image, "images").with("status", "active");
        self.pages(call, "images").await
    }
}

/// The external networks that may be meant: those of the name or id that is configured, all that
/// are seen where nothing is.
fn meant<'n>(seen: &'n [wire::Network], wanted: Option<&str>) -> Vec<&'n wire::Network> {
    let is = |network: &&wire::Network| {
        wanted.is_none_or(|wanted| network.name == wanted || network.id == wanted)
    };
    seen.iter().filter(is).collect()
}

/// The id in an answer to a create: `{"server": {"id": …}}`.
fn id_in(answer: &Answer, object: &str) -> Result<String, CloudError> {
    answer.body[object]["id"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| CloudError::Unexpected(format!("the answer holds no {object} with an id")))
}

#[async_trait]
impl Cloud for OpenStack {
    fn name(&self) -> &CloudName {
        &self.name
    }

    fn about(&self) -> String {
        self.options
            .about
            .clone()
            .unwrap_or_else(|| "OpenStack".to_owned())
    }

    fn request_timeout(&self) -> Duration {
        self.options.request_timeout
    }

    fn request_lifetime(&self) -> Duration {
        self.options.request_lifetime
    }

    async fn list(
        &self,
        scope: Scope,
        kinds: &BTreeSet<ResourceKind>,
        detail: Detail,
    ) -> Result<Listed, CloudError> {
        let tables = self.tables(kinds, detail).await?;
        Ok(Listed {
            found: listing::list(&tables, scope, kinds),
            absence: tables.absence,
        })
    }

    async fn get(&self, kind: ResourceKind, id: &CloudId) -> Result<Found, CloudError> {
        let tables = self.tables_of_one(kind, id).await?;
        let kinds = BTreeSet::from([kind]);
        listing::list(&tables, Scope::Everything, &kinds)
            .into_iter()
            .find(|found| &found.id == id)
            .ok_or_else(|| CloudError::NotFound(format!("there is no {kind} {id}")))
    }

    async fn page(
        &self,
        kind: HeldKind,
        reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError> {
        self.held_page(kind, reach, from).await
    }

    async fn offers(&self, wanted: &BTreeSet<Offer>) -> Result<Offers, CloudError> {
        self.offered(wanted).await
    }

    async fn stored(&self, wanted: &BTreeSet<VolumeSource>) -> Result<StoredSources, CloudError> {
        self.look_up(wanted).await
    }

    async fn console(&self, id: &CloudId, lines: u32) -> Result<String, CloudError> {
        let body = serde_json::json!({ "os-getConsoleOutput": { "length": lines } });
        let call = Call::post(Service::Compute, format!("servers/{id}/action"), body);
        let answer = self.ask(call).await?;
        match answer.body["output"].as_str() {
            Some(output) => Ok(output.to_owned()),
            None => Err(CloudError::Unexpected("the answer holds no output".into())),
        }
    }

    async fn create(&self, create: Create<'_>) -> Result<Created, CloudError> {
        self.make(create).await
    }

    async fn update(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        self.change(id, before, after, ids).await
    }

    async fn delete(&self, kind: ResourceKind, id: &CloudId) -> Result<Done, CloudError> {
        self.remove(kind, id).await
    }
}
