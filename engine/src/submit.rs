//! The one entry for every act. Here it is decided whether an act is allowed; here it gets its
//! plan, its proof, its reservation and its line in the log, together or not at all.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::act::{Act, Actor};
use model::assignment::{Selection, Wish};
use model::environment::{Environment, EnvironmentKind, Layer};
use model::filter::instance_records;
use model::id::{EnvironmentId, OperationId, RevisionNumber};
use model::key::Key;
use model::lease::Lease;
use model::name::{CloudName, EnvironmentName, KeypairName};
use model::operation::{Operation, OperationState};
use model::recipe::Recipe;
use model::resource::Power;
use model::topology::Topology;
use model::writing::WritingKey;

use crate::keypair::PrivateKey;
use crate::port::{
    Imported, NewAudit, NewEnvironment, NewOperation, NewRevision, Onto, Replanned, Submitted,
};
use crate::preview::{CopyOrder, CopyPreview, Preview};
use crate::writings::NewWriting;
use crate::{Engine, EngineError};

/// Who asks for an act, and why.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who.
    pub actor: Actor,
    /// Why; a sensible reason is filled in where there is none.
    pub reason: Option<String>,
    /// The same key never queues a second operation.
    pub idempotency_key: Option<String>,
}

impl Request {
    /// A request without a reason of its own.
    pub const fn by(actor: Actor) -> Self {
        Self {
            actor,
            reason: None,
            idempotency_key: None,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// To store a state of an environment, which is made if it is new.
    Import {
        /// The state.
        topology: Box<Topology>,
        /// Where it comes from, for people.
        source: String,
    },
    /// To plan an environment anew, as somebody edited it; a plan with nothing in it makes it.
    Edit {
        /// The new plan.
        topology: Box<Topology>,
        /// The revision that was edited, none where there was no plan: refused where another is the
        /// newest by now.
        from: Option<RevisionNumber>,
    },
    /// To store a recipe.
    ImportRecipe(Box<Recipe>),
    /// To plan a copy, without bringing it up.
    Derive(CopyOrder),
    /// To plan a copy and bring it up: the one click.
    Copy {
        /// Which.
        order: CopyOrder,
        /// The hash of the plan that was shown; refused where it would be another now.
        seen: Option<String>,
    },
    /// To bring an environment to its planned state.
    BringUp {
        /// Which.
        environment: EnvironmentName,
        /// When it goes again; as its lease says unless given.
        expires_at: Option<DateTime<Utc>>,
    },
    /// To take everything of an environment away.
    TakeDown {
        /// Which.
        environment: EnvironmentName,
    },
    /// To stop or start instances, and to plan them so.
    SetPower {
        /// Of which environment.
        environment: EnvironmentName,
        /// Which, by their keys.
        instances: BTreeSet<Key>,
        /// What they are to be.
        power: Power,
    },
    /// To let a temporary environment live longer.
    Extend {
        /// Which.
        environment: EnvironmentName,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// To look at a cloud anew.
    Collect {
        /// Which.
        cloud: CloudName,
    },
    /// To say which instances of an environment foreign servers are. Nothing is done to them.
    Assign(Wish),
    /// To take back what was said of foreign servers.
    Unassign {
        /// Of which cloud.
        cloud: CloudName,
        /// Which.
        servers: Selection,
    },
    /// To write something beside the states, or to take it away.
    Write(NewWriting),
    /// To take up a stopped operation again.
    Resume(OperationId),
    /// To be told the private half of a keypair that Understudy made.
    FetchKey {
        /// Of which environment.
        environment: EnvironmentName,
        /// Which keypair.
        keypair: KeypairName,
    },
}

/// What came of an act.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A state is stored.
    Stored(Imported),
    /// A recipe is stored.
    RecipeStored,
    /// An operation is queued, or was by an earlier request with the same key.
    Queued(OperationId),
    /// Everything is already as it was asked for: the environment, with nothing to do.
    NothingToDo(EnvironmentId),
    /// A lease is longer.
    Extended(Lease),
    /// The private half of a keypair.
    Key(PrivateKey),
    /// A cloud will be looked at.
    Wanted(CloudName),
    /// Something is written, or taken away.
    Written(WritingKey),
    /// Servers belong to an environment.
    Assigned {
        /// To which.
        environment: EnvironmentName,
        /// How many.
        servers: usize,
    },
    /// What was said of servers is taken back.
    Unassigned {
        /// Of how many.
        servers: usize,
    },
}

impl Outcome {
    /// The operation that carries the act out; none where it was done at once.
    pub const fn queued(&self) -> Option<OperationId> {
        match self {
            Self::Queued(id) => Some(*id),
            Self::Stored(_)
            | Self::RecipeStored
            | Self::NothingToDo(_)
            | Self::Extended(_)
            | Self::Key(_)
            | Self::Wanted(_)
            | Self::Written(_)
            | Self::Assigned { .. }
            | Self::Unassigned { .. } => None,
        }
    }
}

impl Engine {
    /// Takes an act.
    pub async fn submit(&self, request: Request, ask: Ask) -> Result<Outcome, EngineError> {
        let outcome = match ask {
            Ask::Import { topology, source } => self
                .import(request, *topology, source)
                .await
                .map(Outcome::Stored),
            Ask::Edit { topology, from } => {
                let edited = self.edit(&request, *topology, from).await;
                edited.map(Outcome::Stored)
            }
            Ask::ImportRecipe(recipe) => {
                let act = Act::ImportRecipe {
                    recipe: recipe.recipe.clone(),
                };
                self.store()
                    .put_recipe(&recipe, self.audit(&request, &act))
                    .await?;
                Ok(Outcome::RecipeStored)
            }
            Ask::Derive(order) => {
                let preview = self.preview_copy(&order).await?;
                let (imported, _) = self.derive(&request, &order, &preview).await?;
                Ok(Outcome::Stored(imported))
            }
            Ask::Copy { order, seen } => self.copy(request, &order, seen).await,
            Ask::BringUp {
                environment,
                expires_at,
            } => {
                let environment = self.environment(&environment).await?;
                self.bring_up(request, environment, expires_at).await
            }
            Ask::TakeDown { environment } => {
                let environment = self.environment(&environment).await?;
                self.take_down(request, environment).await
            }
            Ask::SetPower {
                environment,
                instances,
                power,
            } => {
                let environment = self.environment(&environment).await?;
                self.set_power(request, environment, instances, power).await
            }
            Ask::Extend { environment, until } => {
                let environment = self.environment(&environment).await?;
                self.extend(&request, environment, until).await
            }
            Ask::Collect { cloud } => self.want_collection(&request, &cloud).await,
            Ask::Assign(wish) => self.assign(&request, wish).await,
            Ask::Unassign { cloud, servers } => self.unassign(&request, cloud, servers).await,
            Ask::Write(new) => self.write(&request, new).await,
            Ask::Resume(operation) => self.resume(&request, operation).await,
            Ask::FetchKey {
                environment,
                keypair,
            } => self
                .fetch_key(&request, &environment, &keypair)
                .await
                .map(Outcome::Key),
        }?;
        self.wake();
        Ok(outcome)
    }

    pub(crate) fn audit(&self, request: &Request, act: &Act) -> NewAudit {
        let reason = request
            .reason
            .clone()
            .filter(|reason| !reason.trim().is_empty());
        NewAudit {
            actor: request.actor.clone(),
            reason: reason.unwrap_or_else(|| act.default_reason()),
            at: self.clock().now(),
        }
    }

    pub(crate) fn allowed(environment: &Environment) -> Result<(), EngineError> {
        if environment.protected {
            return Err(EngineError::Protected(environment.name.clone()));
        }
        Ok(())
    }

    async fn import(
        &self,
        request: Request,
        topology: Topology,
        source: String,
    ) -> Result<Imported, EngineError> {
        let layer = topology.layer;
        let reason = request
            .reason
            .clone()
            .unwrap_or_else(|| format!("{layer} state of {} from {source}", topology.environment));
        let audit = NewAudit {
            actor: request.actor,
            reason,
            at: self.clock().now(),
        };
        let new = NewEnvironment {
            id: EnvironmentId::from_uuid(self.entropy().uuid()),
            lease: None,
        };
        let revision = NewRevision {
            records: instance_records(&topology),
            topology,
            layer,
            source,
            at: self.clock().now(),
        };
        Ok(self
            .store()
            .put_revision(new, Onto::Anything, revision, None, audit)
            .await?)
    }

    /// Stores a plan as it was edited. Nothing runs yet, so that a protected environment may be
    /// planned anew as well.
    async fn edit(
        &self,
        request: &Request,
        topology: Topology,
        from: Option<RevisionNumber>,
    ) -> Result<Imported, EngineError> {
        let act = Act::Edit {
            environment: topology.environment.clone(),
            from,
        };
        let audit = self.audit(request, &act);
        let new = NewEnvironment {
            id: EnvironmentId::from_uuid(self.entropy().uuid()),
            lease: None,
        };
        let revision = NewRevision {
            records: instance_records(&topology),
            topology,
            layer: Layer::Planned,
            source: format!("edited by {}: {}", audit.actor, audit.reason),
            at: audit.at,
        };
        Ok(self
            .store()
            .put_revision(new, Onto::Newest(from), revision, Some(act), audit)
            .await?)
    }

    /// Stores a copy as it was previewed; its lease begins here.
    async fn derive(
        &self,
        request: &Request,
        order: &CopyOrder,
        preview: &CopyPreview,
    ) -> Result<(Imported, Option<Lease>), EngineError> {
        let id = EnvironmentId::from_uuid(self.entropy().uuid());
        let act = Act::Derive {
            source: preview.source.environment,
            layer: preview.source.layer,
            revision: preview.source.number,
            recipe: order.recipe.clone(),
            name: order.name.clone(),
        };
        let audit = self.audit(request, &act);
        let temporary = preview.recipe.kind == EnvironmentKind::Temporary;
        let lease = temporary.then_some(Lease {
            environment: id,
            expires_at: preview.expires_at,
            limit: preview.limit,
            extensions: 0,
        });
        let revision = NewRevision {
            records: instance_records(&preview.topology),
            topology: preview.topology.clone(),
            layer: Layer::Planned,
            source: format!(
                "recipe {} on {} {} revision {}",
                order.recipe, order.source, preview.source.layer, preview.source.number
            ),
            at: self.clock().now(),
        };
        let new = NewEnvironment {
            id,
            lease: lease.clone(),
        };
        let imported = self
            .store()
            .put_revision(new, Onto::Nothing, revision, Some(act), audit)
            .await?;
        Ok((imported, lease))
    }

    async fn copy(
        &self,
        request: Request,
        order: &CopyOrder,
        seen: Option<String>,
    ) -> Result<Outcome, EngineError> {
        // Judged before anything is stored, so that a copy that can't be made leaves no trace.
        let mut preview = self.preview_copy(order).await?;
        let Some(ready) = preview.preview.take() else {
            return Err(EngineError::NotBuildable {
                environment: order.name.clone(),
                obstacles: preview.obstacles,
            });
        };
        if let Some(seen) = seen.filter(|seen| *seen != ready.plan.hash) {
            return Err(EngineError::PreviewOutdated {
                seen,
                now: ready.plan.hash,
            });
        }
        if !ready.proof.passed() {
            return Err(EngineError::ProofFailed(Box::new(ready.proof)));
        }
        // The same click twice is one copy: the environment of the first is brought up again,
        // which the idempotency key then answers with the operation that is already there.
        if request.idempotency_key.is_some()
            && let Some(environment) = self.store().environment(&order.name).await?
        {
            return self.bring_up(request, environment, None).await;
        }
        let (imported, lease) = self.derive(&request, order, &preview).await?;
        let environment = imported.environment;
        Self::allowed(&environment)?;
        let act = Self::to_planned(&environment, lease.as_ref())?;
        // The environment's id was drawn a moment ago, so nothing in any cloud can carry it: what
        // was previewed on nothing is what is queued.
        self.queue(request, environment, act, ready, lease, None)
            .await
    }

    /// The act that brings an environment to its planned state.
    fn to_planned(environment: &Environment, lease: Option<&Lease>) -> Result<Act, EngineError> {
        let revision = environment
            .planned
            .ok_or_else(|| EngineError::NoState(environment.name.clone(), "planned"))?;
        Ok(Act::BringUp {
            environment: environment.id,
            revision,
            expires_at: lease.map(|lease| lease.expires_at),
        })
    }

    async fn bring_up(
        &self,
        request: Request,
        environment: Environment,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Outcome, EngineError> {
        Self::allowed(&environment)?;
        let lease = match self.store().lease(environment.id).await? {
            Some(lease) => Some(self.lease_from(&environment, &lease, expires_at)?),
            None => None,
        };
        let expires_at = lease.as_ref().map(|lease| lease.expires_at);
        let preview = self.preview_up_until(&environment, expires_at).await?;
        if preview.plan.steps.is_empty() {
            return Ok(Outcome::NothingToDo(environment.id));
        }
        if !preview.proof.passed() {
            return Err(EngineError::ProofFailed(Box::new(preview.proof)));
        }
        let act = Self::to_planned(&environment, lease.as_ref())?;
        self.queue(request, environment, act, preview, lease, None)
            .await
    }

    async fn take_down(
        &self,
        request: Request,
        environment: Environment,
    ) -> Result<Outcome, EngineError> {
        Self::allowed(&environment)?;
        let preview = self.preview_down(&environment).await?;
        let act = Act::TakeDown {
            environment: environment.id,
        };
        self.queue(request, environment, act, preview, None, None)
            .await
    }

    pub(crate) async fn queue(
        &self,
        request: Request,
        environment: Environment,
        act: Act,
        preview: Preview,
        lease: Option<Lease>,
        replanned: Option<Replanned>,
    ) -> Result<Outcome, EngineError> {
        let audit = self.audit(&request, &act);
        let cloud = self.cloud_of(&preview.topology)?.name().clone();
        let operation = Operation {
            id: OperationId::from_uuid(self.entropy().uuid()),
            environment: environment.id,
            environment_name: environment.name,
            act,
            actor: request.actor,
            reason: audit.reason.clone(),
            submitted_at: audit.at,
            plan_hash: Some(preview.plan.hash.clone()),
            state: OperationState::Queued,
        };
        let submitted = self
            .store()
            .submit(NewOperation {
                operation,
                plan: preview.plan,
                cloud,
                demand: preview.demand,
                free: preview.free,
                lease,
                replanned,
                idempotency_key: request.idempotency_key,
                audit,
            })
            .await?;
        Ok(Outcome::Queued(match submitted {
            Submitted::New(id) => {
                self.keep_look(id, preview.look);
                id
            }
            Submitted::Again(id) => id,
        }))
    }

    async fn resume(&self, request: &Request, id: OperationId) -> Result<Outcome, EngineError> {
        let operation = self
            .store()
            .operation(id)
            .await?
            .ok_or_else(|| crate::port::StoreError::Missing(format!("operation {id}")))?;
        match &operation.state {
            OperationState::Stopped { .. } => {}
            other => return Err(EngineError::NotStopped(other.word())),
        }
        let act = Act::Resume {
            environment: operation.environment,
            operation: id,
        };
        self.store().resume(id, self.audit(request, &act)).await?;
        Ok(Outcome::Queued(id))
    }
}
