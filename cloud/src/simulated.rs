//! The simulated cloud: behaves as OpenStack does, and lives in a file of its own. Each effect is
//! committed there before it is answered, and everything that takes time (BUILD to ACTIVE,
//! `deleting` to gone) follows times that were stored when it began: a process that is killed finds
//! the same cloud again as it would find a real one. It must never use the store, and must never
//! be kinder than a real cloud.
//!
//! What a caller has to know of its rules, all of them OpenStack's:
//! - names may repeat, and so may marks: two creates make two resources;
//! - a volume is attached to servers that are ACTIVE or SHUTOFF, and detached from them, and must be
//!   `available`; a server is resized, stopped and made an image of when it is one of the two.
//!   Everything else is a conflict for now;
//! - a floating IP may be given to a server that is still BUILD, once the router interface of the
//!   server's network is there;
//! - a volume that is `creating` can't be deleted yet; a server can, in whatever state;
//! - servers and volumes are there, in the way and on the quota until their deletion is over, and
//!   may be asked to go as often as one likes;
//! - while a resize or an extension is under way the old size is what is seen.

mod addresses;
mod calls;
mod codec;
mod config;
mod control;
mod faults;
mod file;
mod guest;
mod http;
mod inventory;
mod listing;
mod placement;
mod quota;
mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::port::{
    Absence, Clock, Cloud, CloudError, Create, Created, Detail, Done, Entropy, Found, HeldPage,
    Listed, Moment, PageMark, Probe, Scope,
};
use model::collection::{HeldKind, Reach};
use model::data::VolumeSource;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::CloudName;
use model::resource::Resource;
use plan::offers::{Offer, OfferedImage, Offers, StoredSources};

pub use calls::{Call, Outcome, Verb};
pub use config::{Delay, SimulatedConfig};
pub use control::ForeignServer;
pub use faults::{Fault, FaultState, On, What};
pub use file::OpenError;
pub use guest::Network;
pub use http::{Http, UNDERSTUDY};

use calls::NewCall;
use faults::{Influence, Subject};
use file::File;
use rules::{Did, Ground, New};
use world::{Body, Millis, Pending, World};

/// A simulated cloud. Any number of handles, in any number of processes, may use one file.
pub struct Simulated {
    name: CloudName,
    config: SimulatedConfig,
    file: File,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    probe: Arc<dyn Probe>,
}

/// A call that asks for a change.
struct Request {
    verb: Verb,
    kind: ResourceKind,
    /// None where the cloud has to look whose it is.
    key: Option<Key>,
    id: CloudId,
}

/// What came of a change, once it is committed.
struct Answer {
    result: Result<(), CloudError>,
    /// Of which key something was done.
    effect: Option<Key>,
    slow: Option<Duration>,
}

impl Simulated {
    /// Opens the cloud in a file, and makes it where it isn't there.
    pub async fn open(
        name: CloudName,
        config: SimulatedConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        probe: Arc<dyn Probe>,
    ) -> Result<Self, OpenError> {
        let cloud = Self {
            file: File::open(&config.file, config.request_timeout).await?,
            name,
            config,
            clock,
            entropy,
            probe,
        };
        cloud.equip().await.map_err(|error| OpenError::Unusable {
            file: cloud.config.file.clone(),
            why: error.to_string(),
        })?;
        Ok(cloud)
    }

    /// Writes what the configuration gives the cloud.
    async fn equip(&self) -> Result<(), CloudError> {
        self.offer_flavors(&self.config.flavors).await?;
        self.offer_images(&self.config.images).await?;
        self.offer_volume_types(&self.config.volume_types).await?;
        self.file
            .write(|world| {
                for (kind, limit) in &self.config.quotas {
                    if !world.quotas.contains_key(kind) {
                        world.quotas.insert(*kind, Some(*limit));
                        world.note(Pending::Quota(*kind, Some(*limit)));
                    }
                }
            })
            .await?;
        Ok(())
    }

    fn now(&self) -> Millis {
        self.clock.now().timestamp_millis()
    }

    fn new_id(&self) -> CloudId {
        CloudId::new(self.entropy.uuid().to_string())
    }

    /// Answers a call that only looks, by the newest state and not before it is settled: whoever
    /// has begun to write is waited for, so that nothing which began before this answer shows only
    /// after it. What has become due since the last call is written on the way.
    async fn look<T: Send>(
        &self,
        verb: Verb,
        subject: Option<(ResourceKind, &CloudId)>,
        look: impl FnOnce(&World, Millis) -> Result<T, CloudError> + Send,
    ) -> Result<T, CloudError> {
        let (kind, id) = subject.unzip();
        self.look_at(verb, kind, id, look).await
    }

    /// The same, about a kind, or about one thing.
    async fn look_at<T: Send>(
        &self,
        verb: Verb,
        kind: Option<ResourceKind>,
        id: Option<&CloudId>,
        look: impl FnOnce(&World, Millis) -> Result<T, CloudError> + Send,
    ) -> Result<T, CloudError> {
        let now = self.now();
        let (answer, slow) = self
            .file
            .write(|world| {
                world.settle(now);
                let key = id.and_then(|id| {
                    let row = world.row(id)?;
                    listing::mark_of(world, row).map(|mark| mark.key)
                });
                let fault = world.take_fault(Subject {
                    verb,
                    kind,
                    key: key.as_ref(),
                });
                let influence = Influence::from(fault);
                // A look has no effect: both sorts of failure are the same to it.
                match influence.instead.or(influence.afterwards) {
                    Some(error) => (Err(error), None),
                    None => (look(world, now), influence.slow),
                }
            })
            .await?;
        self.take_time(slow).await;
        answer
    }

    /// Carries out a call that asks for a change: its effect, the record of it and what faults have
    /// come to, in one transaction; then the answer.
    async fn change(
        &self,
        request: Request,
        rule: impl FnOnce(&mut World, Ground<'_>, &mut Influence) -> Result<Did, CloudError> + Send,
    ) -> Result<(), CloudError> {
        let ground = Ground {
            now: self.now(),
            config: &self.config,
        };
        let asked = self.clock.monotonic();
        let answer = self
            .file
            .write(|world| {
                // A process that was stopped in the middle of a call does not go on with it when
                // it is woken: by then somebody else may have taken over.
                let waited = self.clock.monotonic().saturating_sub(asked);
                if waited > self.config.request_timeout {
                    let words = format!("the request was {} s old", waited.as_secs());
                    return Answer {
                        result: Err(CloudError::Unanswered(words)),
                        effect: None,
                        slow: None,
                    };
                }
                decide(world, ground, request, rule)
            })
            .await?;
        if let Some(key) = &answer.effect {
            self.probe.reached(Moment::EffectMade, key);
        }
        self.take_time(answer.slow).await;
        answer.result
    }

    async fn take_time(&self, slow: Option<Duration>) {
        if let Some(slow) = slow {
            self.clock.sleep(slow).await;
        }
    }
}

/// What a call that asks for a change comes to.
fn decide(
    world: &mut World,
    ground: Ground<'_>,
    Request {
        verb,
        kind,
        key,
        id,
    }: Request,
    rule: impl FnOnce(&mut World, Ground<'_>, &mut Influence) -> Result<Did, CloudError>,
) -> Answer {
    world.settle(ground.now);
    // Now, because a part loses its mark with its parent.
    let key = key.or_else(|| {
        let row = world.row(&id)?;
        listing::mark_of(world, row).map(|mark| mark.key)
    });
    let subject = Subject {
        verb,
        kind: Some(kind),
        key: key.as_ref(),
    };
    let mut influence = Influence::from(world.take_fault(subject));
    let did = match influence.instead.take() {
        Some(error) => Err(error),
        None => rule(world, ground, &mut influence),
    };
    let (outcome, result) = match (did, influence.afterwards) {
        (Ok(Did::It), None) => (Outcome::Done, Ok(())),
        (Ok(Did::It), Some(error)) => (Outcome::DoneUnanswered, Err(error)),
        (Ok(Did::Nothing), None) => (Outcome::AlreadySo, Ok(())),
        (Ok(Did::Nothing), Some(error)) => (Outcome::AlreadySo, Err(error)),
        (Err(_), Some(error)) | (Err(error), None) => (Outcome::Nothing, Err(error)),
    };
    let has_id = verb != Verb::Create || outcome != Outcome::Nothing;
    world.note(Pending::Call(NewCall {
        at: ground.now,
        verb,
        kind,
        key: key.clone(),
        id: has_id.then(|| id.clone()),
        outcome,
        words: result
            .as_ref()
            .err()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }));
    let effect = match outcome {
        Outcome::Nothing => None,
        Outcome::Done | Outcome::DoneUnanswered | Outcome::AlreadySo => {
            Some(key.unwrap_or_else(|| Key::new(kind, id.as_str())))
        }
    };
    Answer {
        result,
        effect,
        slow: influence.slow,
    }
}

#[async_trait]
impl Cloud for Simulated {
    fn name(&self) -> &CloudName {
        &self.name
    }

    fn about(&self) -> String {
        "simulated, in a file of its own".to_owned()
    }

    fn request_timeout(&self) -> Duration {
        self.config.request_timeout
    }

    fn request_lifetime(&self) -> Duration {
        self.config.request_lifetime
    }

    async fn list(
        &self,
        scope: Scope,
        kinds: &BTreeSet<ResourceKind>,
        _detail: Detail,
    ) -> Result<Listed, CloudError> {
        self.look(Verb::List, None, |world, now| {
            Ok(Listed {
                found: listing::list(world, scope, kinds, now),
                absence: Absence::Gone,
            })
        })
        .await
    }

    async fn get(&self, kind: ResourceKind, id: &CloudId) -> Result<Found, CloudError> {
        self.look(Verb::Get, Some((kind, id)), |world, now| {
            rules::existing(world, kind, id).map(|row| listing::look(world, row, now))
        })
        .await
    }

    async fn page(
        &self,
        kind: HeldKind,
        _reach: Reach,
        from: Option<&PageMark>,
    ) -> Result<HeldPage, CloudError> {
        let (hosts, size) = (self.config.hosts, self.config.page_size);
        self.look_at(
            Verb::Page,
            inventory::resource_kind(kind),
            None,
            |world, now| Ok(inventory::page(world, hosts, kind, from, size, now)),
        )
        .await
    }

    async fn offers(&self, _wanted: &BTreeSet<Offer>) -> Result<Offers, CloudError> {
        let at = self.clock.now();
        self.look(Verb::Offers, None, |world, _| {
            Ok(Offers {
                at,
                flavors: world.flavors.clone(),
                images: world
                    .images
                    .iter()
                    .map(|image| (image.clone(), OfferedImage::default()))
                    .collect(),
                sources: StoredSources::new(),
                quotas: quota::quotas(world),
                free_addresses: Some(addresses::free_public(world, &self.config.address_pool)),
                volume_types: Some(world.volume_types.clone()),
            })
        })
        .await
    }

    async fn stored(&self, wanted: &BTreeSet<VolumeSource>) -> Result<StoredSources, CloudError> {
        self.look(Verb::List, None, |world, _| {
            let stored = |source: &VolumeSource| (source.clone(), rules::stored(world, source));
            Ok(wanted.iter().map(stored).collect())
        })
        .await
    }

    async fn console(&self, id: &CloudId, lines: u32) -> Result<String, CloudError> {
        let subject = Some((ResourceKind::Instance, id));
        self.look(Verb::Console, subject, |world, now| {
            let row = rules::existing(world, ResourceKind::Instance, id)?;
            match (&row.body, rules::vm_state(row, now)) {
                (Body::Instance(server), None) => {
                    Ok(guest::console(world, row, server, now, lines))
                }
                (_, _) => Err(CloudError::Conflict(format!("Instance {id} is not ready"))),
            }
        })
        .await
    }

    async fn create(&self, create: Create<'_>) -> Result<Created, CloudError> {
        let Create {
            mark,
            name,
            resource,
            ids,
            user_data,
        } = create;
        let id = self.new_id();
        let request = Request {
            verb: Verb::Create,
            kind: resource.kind(),
            key: Some(mark.key.clone()),
            id: id.clone(),
        };
        self.change(request, |world, ground, influence| {
            let new = New {
                id: id.clone(),
                mark: Some(mark),
                name,
                resource,
                ids,
                user_data,
                fault: influence.error_status.take(),
                never_reports: influence.never_reports.take(),
            };
            rules::create(world, ground, new).map(|()| Did::It)
        })
        .await?;
        Ok(Created {
            id,
            done: Done::Later,
        })
    }

    async fn update(
        &self,
        id: &CloudId,
        before: &Resource,
        after: &Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Done, CloudError> {
        let request = Request {
            verb: Verb::Update,
            kind: after.kind(),
            key: None,
            id: id.clone(),
        };
        self.change(request, |world, ground, _| {
            rules::update(world, ground, id, before, after, ids)
        })
        .await
        .map(|()| Done::Later)
    }

    async fn delete(&self, kind: ResourceKind, id: &CloudId) -> Result<Done, CloudError> {
        let request = Request {
            verb: Verb::Delete,
            kind,
            key: None,
            id: id.clone(),
        };
        self.change(request, |world, ground, influence| {
            rules::delete(world, ground, kind, id, influence.slow_delete)
        })
        .await
        .map(|()| Done::Later)
    }
}
