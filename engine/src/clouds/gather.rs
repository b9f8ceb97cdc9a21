//! One collection: every kind, page by page, into the store. Of the pages that went by no more is
//! kept here than a number for each thing on them.
//!
//! What can't be read is not gone: a kind that fails keeps what was known of it, and so does a
//! server of which the cloud knows no more than its id.

mod seen;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::collection::{
    Body, CloudState, Held, HeldKind, KindState, Outcome, Owner, Progress, Reach, Trouble,
};
use model::id::CloudId;
use model::key::ResourceKind;
use model::topology::items::parse_instance;

use crate::port::{
    Absence, Cloud, CloudError, CollectorClaim, HeldPage, NewPublication, Staged, StagedRow,
};
use crate::{Engine, EngineError};
use seen::Seen;

/// How often a page is asked for again that the cloud could not answer.
const RETRIES: u32 = 3;
/// How many things are looked at together that are no longer on any page.
const MISSING: u32 = 500;
/// How many servers are asked for by their ids where a list may leave out what is out of sight; the
/// others stand as unseen until the next collection.
const ASKED_FOR: usize = 100;

/// A collection under way.
pub(super) struct Gathering<'a> {
    engine: &'a Engine,
    cloud: &'a dyn Cloud,
    claim: CollectorClaim,
    before: CloudState,
    progress: Progress,
    kinds: Vec<KindState>,
    reach: Reach,
    /// Why the credential reaches no further.
    why: Option<String>,
}

/// Why a kind was not read to its end.
struct Missed {
    error: CloudError,
    /// Whether not even its first page was.
    at_once: bool,
}

/// How a kind was read.
struct Read {
    count: u64,
    reach: Reach,
    why: Option<String>,
}

impl<'a> Gathering<'a> {
    pub(super) async fn begin(
        engine: &'a Engine,
        cloud: &'a dyn Cloud,
        claim: CollectorClaim,
        progress: Progress,
    ) -> Result<Self, EngineError> {
        let before = engine.store().cloud(cloud.name()).await?;
        Ok(Self {
            before: before.unwrap_or_else(|| CloudState::new(cloud.name().clone())),
            engine,
            cloud,
            claim,
            progress,
            kinds: Vec::new(),
            reach: Reach::Cloud,
            why: None,
        })
    }

    const fn at(&self) -> DateTime<Utc> {
        self.progress.since
    }

    pub(super) async fn run(mut self) -> Result<(), EngineError> {
        for kind in HeldKind::ALL {
            let read = self.read(*kind).await?;
            if let Err(Missed { error, at_once: _ }) = &read
                && self.kinds.is_empty()
                && is_of_the_whole_cloud(error)
            {
                return self.give_up(error).await;
            }
            self.ended(*kind, read);
        }
        let next_at = self.engine.next_look(self.at());
        let Self {
            engine,
            cloud,
            claim,
            progress,
            kinds,
            ..
        } = self;
        let servers_were_read = kinds.iter().any(|state| {
            state.kind == HeldKind::Server && matches!(state.outcome, Outcome::Whole { .. })
        });
        for state in kinds.iter().filter(|state| state.is_partial()) {
            let why = state.outcome.trouble().map(|trouble| trouble.why.as_str());
            tracing::warn!(cloud = %cloud.name(), kind = %state.kind, why, "not collected");
        }
        let publication = NewPublication {
            at: progress.since,
            source: progress.source,
            kinds,
            next_at,
        };
        let published = engine.store().publish(&claim, publication).await?;
        tracing::info!(cloud = %cloud.name(), new = published.changed, "collected");
        engine.assign_by_rules(cloud.name()).await?;
        if servers_were_read {
            engine.observe_cloud(cloud.name(), progress.since).await?;
        }
        engine.store().let_cloud_go(&claim).await?;
        Ok(())
    }

    /// The cloud tells nothing at all: what is known stands as it is.
    async fn give_up(self, error: &CloudError) -> Result<(), EngineError> {
        let since = self.before.trouble.as_ref().map(|trouble| trouble.since);
        let trouble = Trouble {
            since: since.unwrap_or(self.at()),
            why: error.to_string(),
        };
        tracing::warn!(cloud = %self.cloud.name(), %error, "a cloud could not be collected");
        let next_at = self.engine.next_look(self.at());
        self.engine
            .store()
            .give_up(&self.claim, trouble, next_at)
            .await?;
        Ok(())
    }

    /// Notes how a kind stands.
    fn ended(&mut self, kind: HeldKind, read: Result<Read, Missed>) {
        let before = self.before.kind(kind);
        let at = self.at();
        let trouble = |error: &CloudError| Trouble {
            since: before
                .and_then(|before| before.outcome.trouble())
                .map_or(at, |trouble| trouble.since),
            why: error.to_string(),
        };
        let (read_at, outcome) = match read {
            Ok(Read { count, reach, why }) => {
                self.progress.read.push((kind, count));
                (Some(at), Outcome::Whole { reach, why })
            }
            Err(Missed { error, at_once }) => {
                self.progress.missed.push(kind);
                let trouble = trouble(&error);
                let outcome = match error {
                    CloudError::NotOffered(_) => Outcome::NotOffered(trouble),
                    CloudError::Refused(_) | CloudError::NotFound(_) if at_once => {
                        Outcome::Forbidden(trouble)
                    }
                    _ => Outcome::Failed(trouble),
                };
                (before.and_then(|before| before.read_at), outcome)
            }
        };
        self.progress.reading = None;
        self.kinds.push(KindState {
            kind,
            read_at,
            outcome,
        });
    }

    /// Reads a kind to its end.
    async fn read(&mut self, kind: HeldKind) -> Result<Result<Read, Missed>, EngineError> {
        let (mut reach, mut why) = (self.reach, self.why.clone());
        let mut from = None;
        let mut seen = Seen::default();
        let mut count = 0;
        self.progress.reading = Some((kind, 0));
        let absence = loop {
            let page = self
                .engine
                .patiently(RETRIES, || self.cloud.page(kind, reach, from.as_ref()))
                .await;
            match page {
                Ok(page) => {
                    let HeldPage {
                        held,
                        odd,
                        next,
                        absence,
                    } = page;
                    count += (held.len() + odd.len()) as u64;
                    for id in held.iter().map(|held| &held.id).chain(&odd) {
                        seen.add(id);
                    }
                    self.progress.reading = Some((kind, count));
                    self.stage(kind, held).await?;
                    from = next;
                    if from.is_none() {
                        break absence;
                    }
                }
                Err(CloudError::Refused(words) | CloudError::NotFound(words))
                    if from.is_none() && reach == Reach::Cloud =>
                {
                    reach = Reach::Project;
                    why = Some(words);
                    if kind == HeldKind::Project {
                        // Who may not list projects is nobody who sees more than one.
                        self.reach = reach;
                        self.why.clone_from(&why);
                    }
                }
                Err(error) => {
                    let at_once = from.is_none();
                    return Ok(Err(Missed { error, at_once }));
                }
            }
        };
        self.stage_missing(kind, &seen, absence).await?;
        Ok(Ok(Read { count, reach, why }))
    }

    async fn stage(&self, kind: HeldKind, held: Vec<Held>) -> Result<(), EngineError> {
        let held = self.recall(kind, held).await?;
        let installation = self.engine.parts.installation;
        let rows = held.into_iter().map(|held| {
            let owner = Owner::of(&held, installation);
            let mark = held.mark.as_ref().filter(|_| owner == Owner::Ours);
            StagedRow {
                owner,
                environment: mark.map(|mark| mark.environment),
                instance: mark
                    .filter(|mark| mark.key.kind == ResourceKind::Instance)
                    .and_then(|mark| parse_instance(mark.key.name())),
                held,
            }
        });
        let page = Staged::There(rows.collect());
        self.write(page).await
    }

    async fn write(&self, page: Staged) -> Result<(), EngineError> {
        self.engine
            .store()
            .stage(&self.claim, page, self.progress.clone())
            .await?;
        self.engine.live.wake();
        Ok(())
    }

    /// A server that the cloud can't see just now is as it was known, and says since when it isn't
    /// seen.
    async fn recall(&self, kind: HeldKind, held: Vec<Held>) -> Result<Vec<Held>, EngineError> {
        let unseen: BTreeSet<CloudId> = held
            .iter()
            .filter(|held| unseen_since(held).is_some())
            .map(|held| held.id.clone())
            .collect();
        if unseen.is_empty() {
            return Ok(held);
        }
        let known = self.known(kind, &unseen).await?;
        Ok(held
            .into_iter()
            .map(|held| match known.get(&held.id) {
                Some(known) => out_of_sight(known.clone(), self.at()),
                None => held,
            })
            .collect())
    }

    async fn known(
        &self,
        kind: HeldKind,
        ids: &BTreeSet<CloudId>,
    ) -> Result<BTreeMap<CloudId, Held>, EngineError> {
        let store = self.engine.store();
        let known = store.held_by_id(self.cloud.name(), kind, ids).await?;
        Ok(known
            .into_iter()
            .map(|row| (row.held.id.clone(), row.held))
            .collect())
    }

    /// What was there and is on no page: gone, or where that can't be told by a list, asked for.
    async fn stage_missing(
        &self,
        kind: HeldKind,
        seen: &Seen,
        absence: Absence,
    ) -> Result<(), EngineError> {
        let mut after: Option<CloudId> = None;
        let mut asked = 0;
        loop {
            let ids = self
                .engine
                .store()
                .held_ids(self.cloud.name(), kind, after.as_ref(), MISSING)
                .await?;
            let Some(last) = ids.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            let missing: Vec<CloudId> = ids.into_iter().filter(|id| !seen.has(id)).collect();
            let (gone, unseen) = match (absence, kind) {
                (Absence::GoneOrOutOfSight, HeldKind::Server) => {
                    self.tell_apart(missing, &mut asked).await
                }
                (Absence::Gone | Absence::GoneOrOutOfSight, _) => (missing, BTreeSet::new()),
            };
            if !gone.is_empty() {
                self.write(Staged::Gone(kind, gone)).await?;
            }
            if !unseen.is_empty() {
                let known = self.known(kind, &unseen).await?;
                let at = self.at();
                let held = known.into_values().map(|held| out_of_sight(held, at));
                self.stage(kind, held.collect()).await?;
            }
        }
    }

    /// Which servers are gone, and which are only out of sight.
    async fn tell_apart(
        &self,
        missing: Vec<CloudId>,
        asked: &mut usize,
    ) -> (Vec<CloudId>, BTreeSet<CloudId>) {
        let (mut gone, mut unseen) = (Vec::new(), BTreeSet::new());
        for id in missing {
            if *asked < ASKED_FOR {
                *asked += 1;
                let found = self
                    .engine
                    .patiently(RETRIES, || self.cloud.get(ResourceKind::Instance, &id))
                    .await;
                if let Err(CloudError::NotFound(_)) = found {
                    gone.push(id);
                    continue;
                }
            }
            unseen.insert(id);
        }
        (gone, unseen)
    }
}

/// Whether an error says nothing of a kind, but that there is no way into the cloud.
const fn is_of_the_whole_cloud(error: &CloudError) -> bool {
    match error {
        CloudError::CredentialGone(_)
        | CloudError::Unreachable(_)
        | CloudError::Unanswered(_)
        | CloudError::Unavailable(_)
        | CloudError::Throttled { .. } => true,
        CloudError::NotFound(_)
        | CloudError::Conflict(_)
        | CloudError::Quota { .. }
        | CloudError::Refused(_)
        | CloudError::NotOffered(_)
        | CloudError::Unexpected(_) => false,
    }
}

/// Since when a server isn't seen.
fn unseen_since(held: &Held) -> Option<DateTime<Utc>> {
    match &held.body {
        Body::Server(server) => server.unseen_since,
        _ => None,
    }
}

/// A server as it was known, not seen since a time or since before that.
fn out_of_sight(mut held: Held, at: DateTime<Utc>) -> Held {
    if let Body::Server(server) = &mut held.body {
        server.unseen_since = Some(server.unseen_since.unwrap_or(at));
    }
    held
}
