//! A world for stories: a store, the simulated cloud and an engine, in one folder, on either
//! database. Nothing in it is faked but the cloud, and that is the product's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cloud::simulated::{Simulated, SimulatedConfig};
use engine::port::{Clock, Cloud, Entropy, Moment, Monitor, NoProbe, Probe, Store};
use engine::secret::InstallationSecret;
use engine::submit::Outcome;
use engine::{Ask, Config, Engine, Parts, Request};
use model::act::Actor;
use model::collection::CloudState;
use model::count::Sizing;
use model::file::{Document, parse};
use model::id::{InstallationId, OperationId};
use model::name::{CloudName, EnvironmentName, ImageName, RecipeName};
use model::operation::{Operation, OperationState};
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use server::installation::{SystemClock, SystemEntropy};
use store::SqlStore;

use crate::shop;

/// The machine's time, or later than that.
#[derive(Debug)]
pub struct LateClock {
    machine: SystemClock,
    late: chrono::Duration,
}

impl LateClock {
    /// Later than the machine's time by some hours.
    pub fn by(hours: i64) -> Arc<Self> {
        Arc::new(Self {
            machine: SystemClock::new(),
            late: chrono::Duration::hours(hours),
        })
    }
}

#[async_trait]
impl Clock for LateClock {
    fn now(&self) -> DateTime<Utc> {
        self.machine.now() + self.late
    }
    fn monotonic(&self) -> Duration {
        self.machine.monotonic()
    }
    async fn sleep(&self, duration: Duration) {
        self.machine.sleep(duration).await;
    }
}

/// Where a world is, and how it works.
#[derive(Clone)]
pub struct Setup {
    /// Its folder: the SQLite database and the cloud's file are in it.
    pub folder: PathBuf,
    /// A PostgreSQL's URL instead of SQLite.
    pub database: Option<String>,
    /// Where the test stands.
    pub probe: Arc<dyn Probe>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How the engine works.
    pub config: Config,
    /// Whom to ask what hosts measured.
    pub monitors: Vec<Arc<dyn Monitor>>,
    /// How the cloud behaves; its file is in the folder.
    pub simulated: SimulatedConfig,
}

impl Setup {
    /// A world on SQLite where nothing takes longer than it must.
    pub fn quick(folder: &Path) -> Self {
        let millis = Duration::from_millis;
        Self {
            folder: folder.to_owned(),
            database: None,
            probe: Arc::new(NoProbe),
            clock: Arc::new(SystemClock::new()),
            config: Config {
                poll: (millis(2), millis(20)),
                retry_wait: millis(2),
                tick: millis(20),
                channels: !plain(),
                ..Config::default()
            },
            monitors: Vec::new(),
            simulated: SimulatedConfig::at(folder.join("simulated.db")).without_delays(),
        }
    }
}

/// A world.
pub struct World {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The cloud.
    pub cloud: Arc<Simulated>,
    /// The engine; it works only in [`World::work_until_idle`] or where a test runs it.
    pub engine: Arc<Engine>,
}

/// Whether all caches and channels are off: everything must pass without them too, so the test
/// command runs it all a second time with `UNDERSTUDY_TESTS_PLAIN` set.
pub fn plain() -> bool {
    std::env::var_os("UNDERSTUDY_TESTS_PLAIN").is_some()
}

/// The cloud's name in all stories.
pub fn cloud_name() -> CloudName {
    CloudName::new("simulated").expect("a name")
}

/// An example file of the WebPlatform.
pub fn example(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    let text = std::fs::read_to_string(&path).expect("the example is there");
    parse(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

/// An example environment of the WebPlatform.
pub fn example_environment(name: &str) -> Topology {
    match example(name) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("{name} is a recipe"),
    }
}

/// The WebPlatform's recipe.
pub fn example_recipe() -> Recipe {
    match example("temporary.yaml") {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("temporary.yaml is an environment"),
    }
}

/// A request by nobody in particular.
pub fn request() -> Request {
    Request::by(Actor::CommandLine)
}

/// A moment by its word: `intent-stored`, `effect-made`, `answer-come`, `id-stored`.
pub fn moment(word: &str) -> Option<Moment> {
    MOMENTS
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(moment, _)| *moment)
}

/// The four moments of a call, with their words.
pub const MOMENTS: [(Moment, &str); 4] = [
    (Moment::IntentStored, "intent-stored"),
    (Moment::EffectMade, "effect-made"),
    (Moment::AnswerCome, "answer-come"),
    (Moment::IdStored, "id-stored"),
];

/// An environment's name.
pub fn name(name: &str) -> EnvironmentName {
    EnvironmentName::new(name).expect("a name")
}

impl World {
    /// Opens a world: what is in its folder is met again.
    pub async fn open(setup: Setup) -> Self {
        let store = match &setup.database {
            Some(url) => SqlStore::open_postgres(url).await,
            None => SqlStore::open_sqlite(&setup.folder.join("understudy.db")).await,
        };
        let mut store = store.expect("the store opens");
        if plain() {
            store = store.without_caches();
        }
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = setup.clock;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let cloud = Arc::new(
            Simulated::open(
                cloud_name(),
                setup.simulated,
                Arc::clone(&clock),
                Arc::clone(&entropy),
                Arc::clone(&setup.probe),
            )
            .await
            .expect("the cloud opens"),
        );
        let installation = store
            .installation(InstallationId::from_uuid(entropy.uuid()))
            .await
            .expect("the store answers");
        let secret = InstallationSecret::from_hex(&entropy.secret()).expect("it is hexadecimal");
        let secret = store
            .installation_secret(secret)
            .await
            .expect("the store answers");
        let clouds: BTreeMap<CloudName, Arc<dyn Cloud>> =
            BTreeMap::from([(cloud_name(), Arc::clone(&cloud) as Arc<dyn Cloud>)]);
        let engine = Engine::new(Parts {
            store: Arc::clone(&store),
            clouds,
            monitors: setup.monitors,
            clock,
            entropy,
            probe: setup.probe,
            installation,
            secret,
            config: setup.config,
        });
        Self {
            store,
            cloud,
            engine,
        }
    }

    /// Another engine on this world's store, whose cloud is seen otherwise than it is.
    pub async fn engine_on(&self, cloud: Arc<dyn Cloud>, config: Config) -> Arc<Engine> {
        let installation = InstallationId::from_uuid(SystemEntropy.uuid());
        let installation = self.store.installation(installation).await;
        let secret = InstallationSecret::from_hex(&SystemEntropy.secret());
        let secret = secret.expect("it is hexadecimal");
        let secret = self.store.installation_secret(secret).await;
        Engine::new(Parts {
            store: Arc::clone(&self.store),
            clouds: BTreeMap::from([(cloud_name(), cloud)]),
            monitors: Vec::new(),
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            probe: Arc::new(NoProbe),
            installation: installation.expect("the store answers"),
            secret: secret.expect("the store answers"),
            config,
        })
    }

    /// Opens a world with the WebPlatform in it: its environments, its recipe, and a cloud that has
    /// what they need.
    pub async fn with_webplatform(setup: Setup) -> Self {
        let world = Self::open(setup).await;
        let recipe = example_recipe();
        world
            .cloud
            .offer_flavors(&recipe.flavors)
            .await
            .expect("flavors are taken");
        let images: Vec<ImageName> = recipe
            .groups
            .values()
            .filter_map(|group| group.image.clone())
            .collect();
        world
            .cloud
            .offer_images(&images)
            .await
            .expect("images are taken");
        for file in [
            "production-2013.yaml",
            "production-2014.yaml",
            "secondary.yaml",
        ] {
            world.import(example_environment(file)).await;
        }
        let ask = Ask::ImportRecipe(Box::new(recipe));
        world
            .engine
            .submit(request(), ask)
            .await
            .expect("the recipe is stored");
        world
    }

    /// Opens a world with the shop in it, that has data and is up; and the recipe that takes them
    /// along.
    pub async fn with_shop(setup: Setup) -> Self {
        let world = Self::open(setup).await;
        let shop = shop::environment(cloud_name().as_str());
        let images: Vec<ImageName> = shop
            .groups
            .values()
            .filter_map(|group| group.image.fixed().cloned())
            .collect();
        let offered = world.cloud.offer_flavors(&shop.flavors).await;
        offered.expect("flavors are taken");
        let offered = world.cloud.offer_images(&images).await;
        offered.expect("images are taken");
        world.import(shop).await;
        let ask = Ask::ImportRecipe(Box::new(shop::recipe()));
        let stored = world.engine.submit(request(), ask).await;
        stored.expect("the recipe is stored");
        let up = world.queued(Ask::BringUp {
            environment: name("shop"),
            expires_at: None,
        });
        let up = up.await;
        world.work_until_idle().await;
        let state = world.operation(up).await.state;
        assert!(
            matches!(state, OperationState::Done { .. }),
            "the shop is not up: {state:?}"
        );
        world
    }

    /// Asks for a copy of the shop with its data.
    pub fn shop_copy(copy: &str) -> Ask {
        let order = engine::preview::CopyOrder {
            source: name("shop"),
            revision: None,
            recipe: RecipeName::new("with-data").expect("a name"),
            name: name(copy),
            hours: None,
        };
        Ask::Copy { order, seen: None }
    }

    /// Stores a state of an environment.
    pub async fn import(&self, topology: Topology) {
        let ask = Ask::Import {
            topology: Box::new(topology),
            source: "story".into(),
        };
        self.engine
            .submit(request(), ask)
            .await
            .expect("the state is stored");
    }

    /// Asks for a copy of the planned production.
    pub async fn copy(&self, copy: &str) -> OperationId {
        let order = engine::preview::CopyOrder {
            source: name("production-2014"),
            revision: None,
            recipe: RecipeName::new("temporary").expect("a name"),
            name: name(copy),
            hours: None,
        };
        self.queued(Ask::Copy { order, seen: None }).await
    }

    /// Asks for something that is queued.
    pub async fn queued(&self, ask: Ask) -> OperationId {
        match self.engine.submit(request(), ask).await {
            Ok(Outcome::Queued(id)) => id,
            other => panic!("not queued: {other:?}"),
        }
    }

    /// Asks for an environment to be taken down.
    pub async fn take_down(&self, environment: &str) -> OperationId {
        self.queued(Ask::TakeDown {
            environment: name(environment),
        })
        .await
    }

    /// Collects the cloud; how that stands.
    pub async fn collect(&self) -> CloudState {
        collect(&self.engine, &cloud_name()).await
    }

    /// Lets the engine work until nothing is open.
    pub async fn work_until_idle(&self) {
        work_until_idle(&self.engine).await;
    }

    /// An operation as it stands.
    pub async fn operation(&self, id: OperationId) -> Operation {
        operation(&self.engine, id).await
    }

    /// What happened in an operation, for the message of a test that fails.
    pub async fn log(&self, id: OperationId) -> String {
        log(&self.engine, id).await
    }
}

/// Asks for a cloud to be collected and waits until it was; how that stands.
pub async fn collect(engine: &Arc<Engine>, cloud: &CloudName) -> CloudState {
    let ask = Ask::Collect {
        cloud: cloud.clone(),
    };
    engine
        .submit(request(), ask)
        .await
        .expect("it may be asked for");
    tokio::select! {
        () = engine.run() => unreachable!("it works until it is dropped"),
        state = until_collected(engine.store(), cloud) => state,
    }
}

/// Waits until nobody waits for a cloud and nobody reads it; how that stands.
pub async fn until_collected(store: &dyn Store, cloud: &CloudName) -> CloudState {
    loop {
        let state = store.cloud(cloud).await.expect("the store answers");
        if let Some(state) = state
            && !state.is_wanted()
            && state.progress.is_none()
        {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until nothing is open.
pub async fn until_idle(store: &dyn Store) {
    while !store
        .open_operations()
        .await
        .expect("the store answers")
        .is_empty()
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Lets an engine work until nothing is open.
pub async fn work_until_idle(engine: &Arc<Engine>) {
    tokio::select! {
        () = engine.run() => {}
        () = until_idle(engine.store()) => {}
    }
}

/// An operation as it stands.
pub async fn operation(engine: &Engine, id: OperationId) -> Operation {
    let operation = engine.store().operation(id).await;
    operation.expect("the store answers").expect("it is there")
}

/// What happened in an operation, for the message of a test that fails.
pub async fn log(engine: &Engine, id: OperationId) -> String {
    let events = engine.store().events(id, 0).await;
    let lines: Vec<String> = events
        .expect("the store answers")
        .iter()
        .map(|event| format!("{} {:?}", event.number, event.what))
        .collect();
    lines.join("\n")
}

/// Asserts that planning an environment again yields nothing; what is there of it.
pub async fn assert_settled(engine: &Engine, environment: &str, story: &str) -> Resolved {
    let environment = engine.store().environment(&name(environment)).await;
    let environment = environment
        .expect("the store answers")
        .expect("it is there");
    let again = engine.preview_up(&environment).await.expect("a preview");
    assert!(
        again.plan.steps.is_empty(),
        "{story}: planning again: {:#?}",
        again.plan.steps
    );
    again.observed
}

/// Asserts that what is there of an environment is a topology, in every field, and that planning
/// it again yields nothing.
pub async fn assert_as_planned(engine: &Engine, planned: &Topology, story: &str) {
    let environment = planned.environment.as_str();
    let observed = assert_settled(engine, environment, story).await;
    let planned = resolve(planned, &Sizing::Planned);
    assert_eq!(
        observed.resources,
        planned.settled_on(&observed).resolved().resources,
        "{story}: what is there is not what was planned"
    );
}
