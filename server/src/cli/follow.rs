//! Carries an operation through to its end: with the engine of this process where the data folder
//! is free, else by watching the server that is at work there. What happens is printed as it
//! happens. Nothing is decided here; the engine does everything.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, EngineError, Outcome};
use model::act::Act;
use model::environment::Layer;
use model::facts::Standing;
use model::filter::{InstanceFilter, MAX_PAGE_ROWS};
use model::id::{EnvironmentId, OperationId};
use model::key::Key;
use model::operation::{Event, Happening, Operation, OperationState, Trouble};
use tokio::task::JoinHandle;

use super::args::{DataArgs, Format};
use super::error::CliError;
use super::output::{Look, Out, complain};
use super::progress::Printer;
use super::table::{Side, Table};
use super::{Done, Setup, beginning_of, database_of, folder_of, setup_of};
use crate::installation::{Database, Folder, Installation, InstallationError, Lock};

/// How often the store is looked at for news.
const LOOK: Duration = Duration::from_millis(150);
/// After how many looks it is tried again whether the folder has become free.
const LOOKS_BETWEEN_TRIES: u32 = 5;

/// A data folder in which acts are submitted and followed.
pub(super) struct Workplace {
    /// What everything is asked of.
    pub(super) installation: Installation,
    folder: Folder,
    hands: Hands,
    out: Out,
    format: Format,
}

/// Who carries operations out.
enum Hands {
    /// This process; the lock, where the store needs one, is held until the end.
    Ours(Option<Lock>),
    /// The server that holds the folder.
    Theirs,
}

impl Workplace {
    /// Opens it, and takes the folder's lock where it is free.
    pub(super) async fn open(
        data: &DataArgs,
        setup: Setup,
        out: Out,
        format: Format,
    ) -> Result<Self, CliError> {
        let folder = folder_of(data)?;
        let database = database_of(data)?;
        let hands = match &database {
            Database::InFolder => match folder.lock() {
                Ok(lock) => Hands::Ours(Some(lock)),
                Err(InstallationError::Locked { .. }) => Hands::Theirs,
                Err(error) => return Err(error.into()),
            },
            // Any number of servers may share it: the store says who carries out what.
            Database::Postgres(_) => Hands::Ours(None),
        };
        let mut setup = setup_of(data, setup);
        if let Hands::Ours(Some(_)) = &hands {
            // No server can work in this folder meanwhile, so nobody could take a report.
            setup.engine.public_url = None;
        }
        let installation =
            Installation::open(&folder, &database, beginning_of(data), setup).await?;
        Ok(Self {
            installation,
            folder,
            hands,
            out,
            format,
        })
    }

    /// Waits until what came of an act has ended, and tells what happens meanwhile.
    pub(super) async fn follow(mut self, outcome: Outcome) -> Result<Done, CliError> {
        let done = match outcome {
            Outcome::Queued(id) => {
                tokio::select! {
                    done = self.until_ended(id) => done,
                    interrupted = tokio::signal::ctrl_c() => {
                        if interrupted.is_ok() {
                            complain("interrupted", "the operation is kept, and goes on when a \
                                server or another command works in this data folder");
                        }
                        Ok(Done::Interrupted)
                    }
                }
            }
            Outcome::NothingToDo(environment) => self.nothing_to_do(environment).await,
            Outcome::Stored(_)
            | Outcome::RecipeStored
            | Outcome::Extended(_)
            | Outcome::Key(_)
            | Outcome::Wanted(_)
            | Outcome::Written(_)
            | Outcome::Assigned { .. }
            | Outcome::Unassigned { .. } => Ok(Done::Yes),
        };
        self.installation.close().await;
        done
    }

    async fn nothing_to_do(&self, environment: EnvironmentId) -> Result<Done, CliError> {
        match self.format {
            Format::Text => self
                .out
                .text("Nothing to do: everything is as it is planned."),
            Format::Json => self.out.json_line(&Event {
                number: 0,
                at: self.installation.engine.clock().now(),
                what: Happening::Note {
                    text: "nothing to do".to_owned(),
                },
            })?,
        }
        self.access(environment).await?;
        Ok(Done::Yes)
    }

    async fn until_ended(&mut self, id: OperationId) -> Result<Done, CliError> {
        let mut printer = Printer::new(self.out, self.format);
        let mut begun = false;
        let ended = self
            .work_until(async |engine| {
                // Asked for before the events: an ended operation then has no more of them.
                let operation =
                    engine.store().operation(id).await?.ok_or_else(|| {
                        engine::port::StoreError::Missing(format!("operation {id}"))
                    })?;
                if !begun {
                    printer.begin(&operation);
                    begun = true;
                }
                for event in engine.store().events(id, printer.last).await? {
                    printer.event(&event)?;
                }
                Ok((!operation.state.is_open()).then_some(operation))
            })
            .await?;
        self.ended(&ended).await
    }

    /// Lets the engine work, this process' own or that of the server which holds the folder, and
    /// looks now and then until a look finds what it is after.
    pub(super) async fn work_until<T>(
        &mut self,
        mut look: impl AsyncFnMut(&Engine) -> Result<Option<T>, CliError>,
    ) -> Result<T, CliError> {
        let engine = &self.installation.engine;
        let mut worker = match &mut self.hands {
            Hands::Ours(lock) => Some(Worker::begin(engine, lock.take())),
            Hands::Theirs => None,
        };
        let mut looks = 0_u32;
        loop {
            if let Some(found) = look(engine).await? {
                return Ok(found);
            }
            looks = looks.wrapping_add(1);
            if worker.is_none() && looks.is_multiple_of(LOOKS_BETWEEN_TRIES) {
                // The server has gone: somebody has to go on.
                if let Ok(lock) = self.folder.lock() {
                    worker = Some(Worker::begin(engine, Some(lock)));
                }
            }
            engine.clock().sleep(LOOK).await;
        }
    }

    async fn ended(&self, operation: &Operation) -> Result<Done, CliError> {
        let name = &operation.environment_name;
        match &operation.state {
            OperationState::Done { .. } => {
                match &operation.act {
                    Act::TakeDown { .. } => self.say(&format!("{name} is gone.")),
                    Act::SetPower {
                        instances, power, ..
                    } => {
                        let names: Vec<&str> = instances.iter().map(Key::name).collect();
                        let verb = if names.len() == 1 { "is" } else { "are" };
                        self.say(&format!("{} of {name} {verb} {power}.", names.join(", ")));
                    }
                    Act::Import { .. }
                    | Act::Edit { .. }
                    | Act::ImportRecipe { .. }
                    | Act::Derive { .. }
                    | Act::BringUp { .. }
                    | Act::Extend { .. }
                    | Act::FetchKey { .. }
                    | Act::Collect { .. }
                    | Act::Assign { .. }
                    | Act::Unassign { .. }
                    | Act::Write { .. }
                    | Act::Erase { .. }
                    | Act::Resume { .. } => {
                        self.say(&format!("{name} is up."));
                        self.access(operation.environment).await?;
                    }
                }
                Ok(Done::Yes)
            }
            OperationState::RolledBack { at: _, trouble } => {
                troubled(
                    &format!("{name} failed, and everything is as it was before"),
                    trouble,
                );
                Ok(Done::No)
            }
            OperationState::Stopped {
                at: _,
                trouble,
                phase: _,
            } => {
                troubled(&format!("{name} stopped half-way"), trouble);
                Ok(Done::No)
            }
            OperationState::Planned
            | OperationState::AwaitingApproval
            | OperationState::Queued
            | OperationState::Running { .. } => Ok(Done::No),
        }
    }

    fn say(&self, text: &str) {
        match self.format {
            Format::Text => self.out.text(&self.out.paint(Look::Strong, text)),
            Format::Json => {}
        }
    }

    /// How to get at what is there, and until when.
    async fn access(&self, environment: EnvironmentId) -> Result<(), EngineError> {
        if self.format == Format::Json {
            return Ok(());
        }
        let store = self.installation.engine.store();
        let Some(environment) = store.environment_by_id(environment).await? else {
            return Ok(());
        };
        let filter = InstanceFilter {
            environment: Some(environment.name.clone()),
            layer: Some(Layer::Observed),
            limit: Some(MAX_PAGE_ROWS),
            ..InstanceFilter::default()
        };
        let mut table = Table::new([
            ("instance", Side::Left),
            ("host", Side::Left),
            ("state", Side::Left),
            ("address", Side::Left),
            ("public address", Side::Left),
        ]);
        // Said once below, and not again on each line.
        let mut reasons = BTreeSet::new();
        for row in store.instances(&filter).await?.rows {
            let facts = &row.record.facts;
            let standing = facts.standing();
            let list = |addresses: &[std::net::IpAddr]| {
                let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                texts.join(", ")
            };
            table.row([
                row.record.name(),
                row.record.host_name.clone(),
                match standing {
                    Some(ready @ Standing::Ready { .. }) => ready.to_string(),
                    Some(running @ Standing::Running { .. }) => {
                        reasons.insert(running.to_string());
                        running.word().to_owned()
                    }
                    Some(Standing::Other(word)) => word.to_owned(),
                    None => String::new(),
                },
                list(&facts.addresses),
                list(&facts.public_addresses),
            ]);
        }
        self.out.text(&table.print("  ", self.out.colours));
        for reason in reasons {
            self.out.text(&self.out.paint(Look::Faint, reason));
        }
        let planned = store.revision(environment.id, Layer::Planned, None);
        let keypairs = planned.await?.map(|(_, topology)| topology.keypairs);
        let mut made = keypairs
            .iter()
            .flatten()
            .filter(|(_, keypair)| keypair.public_key.is_none());
        if let Some((keypair, _)) = made.next() {
            self.out.text(&format!(
                "The key that lets you in: understudy key {} {keypair}",
                environment.name
            ));
        }
        if let Some(lease) = store.lease(environment.id).await? {
            self.out.text(&format!(
                "It goes again at {}.",
                lease.expires_at.format("%Y-%m-%d %H:%M UTC")
            ));
        }
        Ok(())
    }
}

/// The engine at work in this process, until it is dropped.
struct Worker {
    task: JoinHandle<()>,
    /// Held as long as the engine works.
    _lock: Option<Lock>,
}

impl Worker {
    fn begin(engine: &Arc<Engine>, lock: Option<Lock>) -> Self {
        let engine = Arc::clone(engine);
        Self {
            task: tokio::spawn(async move { engine.run().await }),
            _lock: lock,
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What happened, why, and what to do.
fn troubled(what: &str, trouble: &Trouble) {
    let Trouble {
        what: happened,
        why,
        todo,
    } = trouble;
    complain("error", format_args!("{what}\n{happened}\n{why}\n{todo}"));
}
