//! Understudy on a cloud that a `clouds.yaml` describes: store, engine and driver, put together as
//! the program does it, in one folder. It knows nothing of the lab.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cloud::openstack::{Options, config::Configured};
use engine::port::{Clock, Cloud, Entropy, NoProbe, Store};
use engine::secret::InstallationSecret;
use engine::{Ask, Config, Engine, EngineError, Outcome, Parts};
use model::id::{InstallationId, OperationId};
use model::name::{CloudName, RecipeName};
use model::operation::{Operation, Phase};
use model::recipe::Recipe;
use model::topology::Topology;
use plan::Plan;
use server::installation::{SystemClock, SystemEntropy};
use store::SqlStore;

use crate::world::{log, name, operation, request, until_idle, work_until_idle};

/// What the cloud is called in files.
pub const CLOUD: &str = "lab";

/// The same as a name.
pub fn cloud_name() -> CloudName {
    CloudName::new(CLOUD).unwrap()
}

/// A store and an engine; it works only where somebody runs it.
pub struct Understudy {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The engine.
    pub engine: Arc<Engine>,
}

impl Understudy {
    /// Opens it on the one cloud of a file, its database in a folder.
    pub async fn open(data: &Path, clouds: &Path, options: &Options, config: Config) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let configured = Configured::in_file(clouds).unwrap();
        let cloud: Arc<dyn Cloud> = Arc::new(configured.open(options, &clock).pop().unwrap());
        let database = data.join("understudy.db");
        let store: Arc<dyn Store> = Arc::new(SqlStore::open_sqlite(&database).await.unwrap());
        let installation = InstallationId::from_uuid(entropy.uuid());
        let installation = store.installation(installation).await.unwrap();
        let secret = InstallationSecret::from_hex(&entropy.secret()).unwrap();
        let secret = store.installation_secret(secret).await.unwrap();
        let engine = Engine::new(Parts {
            store: Arc::clone(&store),
            clouds: BTreeMap::from([(cloud_name(), cloud)]),
            monitors: Vec::new(),
            clock,
            entropy,
            probe: Arc::new(NoProbe),
            installation,
            secret,
            config,
        });
        Self { store, engine }
    }

    /// Stores a state of an environment, which is on this cloud from then on.
    pub async fn import(&self, mut topology: Topology) {
        topology.cloud = Some(cloud_name());
        let ask = Ask::Import {
            topology: Box::new(topology),
            source: "story".into(),
        };
        self.engine.submit(request(), ask).await.unwrap();
    }

    /// Stores a recipe, whose copies come up on this cloud.
    pub async fn import_recipe(&self, mut recipe: Recipe) {
        recipe.cloud = Some(cloud_name());
        let ask = Ask::ImportRecipe(Box::new(recipe));
        self.engine.submit(request(), ask).await.unwrap();
    }

    /// Asks for a copy of the WebPlatform's planned production.
    pub async fn copy(&self, copy: &str) -> Result<OperationId, EngineError> {
        let order = engine::preview::CopyOrder {
            source: name("production-2014"),
            revision: None,
            recipe: RecipeName::new("temporary").unwrap(),
            name: name(copy),
            hours: None,
        };
        self.ask(Ask::Copy { order, seen: None }).await
    }

    /// Asks for everything of an environment to be taken away.
    pub async fn take_down(&self, environment: &str) -> OperationId {
        let environment = name(environment);
        self.ask(Ask::TakeDown { environment }).await.unwrap()
    }

    /// Asks for something that is queued.
    pub async fn ask(&self, ask: Ask) -> Result<OperationId, EngineError> {
        match self.engine.submit(request(), ask).await? {
            Outcome::Queued(id) => Ok(id),
            other => panic!("not queued: {other:?}"),
        }
    }

    /// Waits until nothing is open, whoever works.
    pub async fn idle(&self) {
        until_idle(&*self.store).await;
    }

    /// Works until an operation is over, and gives it.
    pub async fn over(&self, id: OperationId) -> Operation {
        work_until_idle(&self.engine).await;
        self.operation(id).await
    }

    /// An operation as it stands.
    pub async fn operation(&self, id: OperationId) -> Operation {
        operation(&self.engine, id).await
    }

    /// What an operation is to do.
    pub async fn plan(&self, id: OperationId) -> Plan {
        let plan = self.store.plan(id, Phase::Forward).await.unwrap();
        plan.unwrap()
    }

    /// What happened in an operation, for the message of a test that fails.
    pub async fn log(&self, id: OperationId) -> String {
        log(&self.engine, id).await
    }
}
