//! An installation: one data folder (or PostgreSQL database) with the engine on it, the simulated
//! cloud behind it, and the machine's clock and randomness. Whatever runs Understudy opens one of
//! these. It must never carry anything out by itself: that is the engine's.

mod clouds;
mod examples;
mod folder;
mod import;
mod machine;
mod offers;
pub mod tokens;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use cloud::openstack;
use cloud::prometheus::Prometheus;
use cloud::simulated::{Http, Simulated, SimulatedConfig};
use engine::port::{Clock, Cloud as _, Entropy, Monitor, NoProbe, Probe, Store, StoreError};
use engine::report::PublicUrl;
use engine::secret::{InstallationSecret, NoSecret};
use engine::{Engine, EngineError, Parts};
use model::file::FileError;
use model::id::InstallationId;
use model::name::CloudName;
use store::SqlStore;
use tokio::task::JoinHandle;

pub use folder::{Folder, Holder, Lock};
pub(crate) use import::read as read_file;
pub use import::{Batch, Stored};
pub use machine::{SystemClock, SystemEntropy};

/// The database within the data folder.
const DATABASE: &str = "understudy.db";
/// The simulated cloud within the data folder.
const SIMULATED: &str = "simulated.db";
/// What environment files call the simulated cloud.
pub(crate) const SIMULATED_CLOUD: &str = "simulated";

/// Why an installation can't be opened: what is so, and a way out.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// Nobody said where, and the machine doesn't say either.
    #[error("there is no home folder to keep the data in: name a folder with --data FOLDER")]
    NoHome,
    /// The data folder can't be written.
    #[error(
        "the data folder {folder} can't be used ({why}): make it writable for this user, or name another one with --data FOLDER"
    )]
    Folder {
        /// Where it is.
        folder: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// Another server works there.
    #[error(
        "another Understudy{holder} is at work in the data folder {folder}: use that one, stop it, or name another folder with --data FOLDER"
    )]
    Locked {
        /// Where.
        folder: PathBuf,
        /// Who, as far as it says.
        holder: Holder,
    },
    /// A database URL that is none.
    #[error("the database is named by a URL as in postgres://user@host/name; this one is not")]
    DatabaseUrl,
    /// The store can't be opened.
    #[error("{place} can't be opened: {why}")]
    Store {
        /// Which.
        place: String,
        /// Why, and what to do.
        why: StoreError,
    },
    /// The simulated cloud can't be opened.
    #[error("the simulated cloud can't be opened: {0}")]
    Cloud(String),
    /// Prometheus can't be asked from this machine.
    #[error("Prometheus can't be asked from here: {0}")]
    Monitor(String),
    /// The machine's randomness is of no use.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// What is said with clouds can't be recorded.
    #[error(transparent)]
    Recording(#[from] openstack::recording::RecordingError),
    /// A file that doesn't say what it should.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that can't be read.
    #[error("{file}: {why}")]
    Unreadable {
        /// Which.
        file: String,
        /// What the system says, or what would be right.
        why: String,
    },
    /// Something could not be stored.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Where everything is kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Database {
    /// In the data folder.
    #[default]
    InFolder,
    /// In PostgreSQL: several servers may share it. The URL may hold a password.
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InFolder => "InFolder",
            Self::Postgres(_) => "Postgres(…)",
        })
    }
}

impl Database {
    /// Understands `--database`.
    pub fn from_url(url: Option<&str>) -> Result<Self, InstallationError> {
        match url.map(str::trim).filter(|url| !url.is_empty()) {
            None => Ok(Self::InFolder),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Self::Postgres(url.to_owned()))
            }
            Some(_) => Err(InstallationError::DatabaseUrl),
        }
    }
}

/// What an empty store begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// The WebPlatform's example.
    Example,
    /// Nothing.
    Nothing,
}

/// How the parts of an installation work. The defaults are right for everyone but tests.
#[derive(Clone)]
pub struct Setup {
    /// How the engine works.
    pub engine: engine::Config,
    /// How the simulated cloud behaves; its file is always the data folder's.
    pub simulated: SimulatedConfig,
    /// How OpenStack clouds are worked with; which there are, `clouds.yaml` says.
    pub openstack: openstack::Options,
    /// The Prometheus to ask what hosts measured; none where nobody named one.
    pub prometheus: Option<PublicUrl>,
    /// Whether anything is remembered that could be asked for or counted anew; without, everything
    /// is the same, only slower.
    pub caches: bool,
    /// Where a test can stand.
    pub probe: Arc<dyn Probe>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            engine: engine::Config::default(),
            simulated: SimulatedConfig::default(),
            openstack: openstack::Options::default(),
            prometheus: None,
            caches: true,
            probe: Arc::new(NoProbe),
        }
    }
}

/// An opened installation.
pub struct Installation {
    /// What everything is asked of.
    pub engine: Arc<Engine>,
    simulated: Arc<Simulated>,
    store: Arc<SqlStore>,
}

impl Installation {
    /// Opens the installation of a data folder, and makes it where it isn't there. Whoever runs the
    /// engine holds the folder's lock, see [`Folder::lock`].
    pub async fn open(
        folder: &Folder,
        database: &Database,
        beginning: Beginning,
        setup: Setup,
    ) -> Result<Self, InstallationError> {
        let Setup {
            engine: config,
            simulated,
            openstack: options,
            prometheus,
            caches,
            probe,
        } = setup;
        if let Some(folder) = &options.record {
            openstack::recording::prepare(folder)?;
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let (place, opened) = match database {
            Database::InFolder => {
                let file = folder.path().join(DATABASE);
                (
                    file.display().to_string(),
                    SqlStore::open_sqlite(&file).await,
                )
            }
            Database::Postgres(url) => (
                "the PostgreSQL database".to_owned(),
                SqlStore::open_postgres(url).await,
            ),
        };
        let failed = |why| InstallationError::Store {
            place: place.clone(),
            why,
        };
        let store = opened.map_err(failed)?;
        let store = Arc::new(if caches {
            store
        } else {
            store.without_caches()
        });
        let offered = InstallationId::from_uuid(entropy.uuid());
        let installation = store.installation(offered).await.map_err(failed)?;
        let offered = InstallationSecret::from_hex(&entropy.secret())?;
        let secret = store.installation_secret(offered).await.map_err(failed)?;

        let name = CloudName::new(SIMULATED_CLOUD)
            .map_err(|error| InstallationError::Cloud(error.to_string()))?;
        let simulated = SimulatedConfig {
            file: folder.path().join(SIMULATED),
            ..simulated
        };
        let simulated = Simulated::open(
            name.clone(),
            simulated,
            Arc::clone(&clock),
            Arc::clone(&entropy),
            Arc::clone(&probe),
        )
        .await
        .map_err(|error| InstallationError::Cloud(error.to_string()))?;
        let simulated = Arc::new(simulated);
        let mut monitors: Vec<Arc<dyn Monitor>> = Vec::new();
        if let Some(url) = prometheus {
            let prometheus = Prometheus::at(&url).map_err(InstallationError::Monitor)?;
            monitors.push(Arc::new(prometheus));
        }
        let mut clouds = clouds::configured(&options, &clock);
        // Never another than ours: whoever means the simulated cloud must not reach a real one.
        clouds.insert(name.clone(), simulated.clone());
        let engine = Engine::new(Parts {
            store: store.clone(),
            clouds,
            monitors,
            clock,
            entropy,
            probe,
            installation,
            secret,
            config,
        });
        engine.uses(&name);
        let opened = Self {
            engine,
            simulated,
            store,
        };
        opened.begin(beginning).await?;
        opened.offer_everything().await?;
        // Those too that no environment is on, and that somebody once wanted to see.
        for cloud in opened
            .engine
            .store()
            .clouds()
            .await
            .map_err(EngineError::from)?
        {
            opened.engine.uses(&cloud.name);
        }
        Ok(opened)
    }

    /// The simulated cloud, for whoever wants to see what was asked of it.
    pub fn simulated(&self) -> &Simulated {
        &self.simulated
    }

    /// Lets the machines of the simulated cloud act, which find this process by a name, wherever it
    /// listens.
    pub fn let_machines_live(
        &self,
        address: SocketAddr,
    ) -> Result<JoinHandle<()>, InstallationError> {
        let network = Http::to(address).map_err(InstallationError::Cloud)?;
        let url = format!("http://{}", cloud::simulated::UNDERSTUDY);
        let url = url.parse::<PublicUrl>();
        let url = url.map_err(|error| InstallationError::Cloud(error.to_string()))?;
        self.engine.reached_at(self.simulated.name().clone(), url);
        let simulated = Arc::clone(&self.simulated);
        Ok(tokio::spawn(async move { simulated.live(&network).await }))
    }

    /// Waits for what is being written. Nothing can be asked after.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Gives an empty store what it begins with.
    async fn begin(&self, beginning: Beginning) -> Result<(), InstallationError> {
        if beginning == Beginning::Nothing {
            return Ok(());
        }
        let store = self.engine.store();
        let known = store.environments(true).await.map_err(EngineError::from)?;
        let recipes = store.recipes().await.map_err(EngineError::from)?;
        if !known.is_empty() || !recipes.is_empty() {
            return Ok(());
        }
        let batch = examples::batch()?;
        self.import(batch, Some(examples::REASON.to_owned()))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_is_checked_and_never_shown() {
        let url = "postgres://me:secret@127.0.0.1/understudy";
        let database = Database::from_url(Some(url)).unwrap();
        assert!(!format!("{database:?}").contains("secret"));
        assert_eq!(Database::from_url(None).unwrap(), Database::InFolder);
        let error = Database::from_url(Some("mysql://me:secret@host/x")).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[tokio::test]
    async fn an_empty_folder_begins_with_the_example_and_only_once() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path().join("data")).unwrap();
        for _ in 0..2 {
            let opened = Installation::open(
                &folder,
                &Database::InFolder,
                Beginning::Example,
                Setup::default(),
            )
            .await
            .unwrap();
            let store = opened.engine.store();
            let environments = store.environments(true).await.unwrap();
            assert_eq!(environments.len(), 3);
            assert_eq!(store.recipes().await.unwrap().len(), 1);
            let audit = store.audit(None, 50).await.unwrap();
            assert_eq!(audit.len(), 4);
            assert!(audit.iter().all(|entry| entry.reason == examples::REASON));
            opened.close().await;
        }
    }

    #[tokio::test]
    async fn the_simulated_cloud_offers_what_is_stored() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path().to_owned()).unwrap();
        let opened = Installation::open(
            &folder,
            &Database::InFolder,
            Beginning::Example,
            Setup::default(),
        )
        .await
        .unwrap();
        let offers = opened
            .simulated()
            .offers(&plan::offers::Offer::every())
            .await
            .unwrap();
        let recipes = opened.engine.store().recipes().await.unwrap();
        for recipe in &recipes {
            for (name, flavor) in &recipe.flavors {
                assert_eq!(offers.flavors.get(name), Some(flavor));
            }
            for image in recipe
                .groups
                .values()
                .filter_map(|group| group.image.as_ref())
            {
                assert!(offers.images.contains_key(image));
            }
        }
        opened.close().await;
    }

    #[tokio::test]
    async fn an_installation_may_begin_with_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path().to_owned()).unwrap();
        let opened = Installation::open(
            &folder,
            &Database::InFolder,
            Beginning::Nothing,
            Setup::default(),
        )
        .await
        .unwrap();
        assert!(
            opened
                .engine
                .store()
                .environments(true)
                .await
                .unwrap()
                .is_empty()
        );
        opened.close().await;
    }
}
