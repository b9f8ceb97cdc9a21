//! Machines of the simulated cloud, and the server that they report to: over HTTP, as any machine.
//! A test may keep some of them quiet, and say itself what they would have said.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloud::simulated::{Http, Network, UNDERSTUDY};
use server::web::{WebOptions, router};
use tokio::task::JoinHandle;

use crate::world::{World, cloud_name, plain};

/// The network that the machines are on.
pub struct Machines {
    http: Http,
    /// Where each was told to report, by group and number: `app/1`.
    told: Mutex<BTreeMap<String, String>>,
    quiet: Mutex<BTreeSet<String>>,
}

/// Whose report an address is.
fn whose(url: &str) -> Option<String> {
    let mut parts = url.split("/phone-home/").nth(1)?.split('/').skip(1);
    Some(format!("{}/{}", parts.next()?, parts.next()?))
}

impl Machines {
    /// From now on the network takes nothing of a machine.
    pub fn keep_quiet(&self, machine: &str) {
        self.quiet.lock().unwrap().insert(machine.to_owned());
    }

    /// From now on the network takes everything.
    pub fn let_speak(&self) {
        self.quiet.lock().unwrap().clear();
    }

    /// Where a machine was told to report, once it has tried.
    pub fn told(&self, machine: &str) -> Option<String> {
        self.told.lock().unwrap().get(machine).cloned()
    }

    /// Everything that is secret of where they were told to report.
    pub fn tokens(&self) -> Vec<String> {
        let told = self.told.lock().unwrap();
        let tokens = told.values().filter_map(|url| url.rsplit('/').next());
        tokens.map(ToOwned::to_owned).collect()
    }

    /// Posts what a machine would, wherever.
    pub async fn say(&self, url: &str) -> Result<(), String> {
        let form = [("hostname", "by-hand".to_owned())];
        self.http.post(url, &form).await
    }
}

#[async_trait]
impl Network for Machines {
    async fn post(&self, url: &str, form: &[(&'static str, String)]) -> Result<(), String> {
        let machine = whose(url).expect("an address of ours");
        let quiet = self.quiet.lock().unwrap().contains(&machine);
        self.told.lock().unwrap().insert(machine, url.to_owned());
        if quiet {
            return Err("no route to host".to_owned());
        }
        self.http.post(url, form).await
    }
}

/// A world that is served, with its machines alive; until it is dropped.
pub struct Served {
    /// The network.
    pub machines: Arc<Machines>,
    /// Where the server is.
    pub address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Served {
    /// Serves a world on a free port. The engine is left to the test.
    pub async fn begin(world: &World) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let options = WebOptions {
            caches: !plain(),
            ..WebOptions::default()
        };
        let router = router(Arc::clone(&world.engine), options);
        let mut served = Self::at(world, address);
        served.tasks.push(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        }));
        served
    }

    /// Lets the machines live beside a server that is there already.
    pub fn at(world: &World, address: SocketAddr) -> Self {
        let machines = Arc::new(Machines {
            http: Http::to(address).unwrap(),
            told: Mutex::default(),
            quiet: Mutex::default(),
        });
        let url = format!("http://{UNDERSTUDY}").parse().unwrap();
        world.engine.reached_at(cloud_name(), url);
        let (cloud, network) = (Arc::clone(&world.cloud), Arc::clone(&machines));
        let tasks = vec![tokio::spawn(async move { cloud.live(&*network).await })];
        Self {
            machines,
            address,
            tasks,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
