//! Machines say themselves that they are ready: what waits for that, what does not, and what
//! happens when one never does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloud::simulated::{Fault, Verb, What};
use engine::port::AwaitedReport;
use engine::{Ask, Engine};
use model::environment::{Environment, Layer};
use model::facts::{Report, Standing};
use model::file::{Document, parse};
use model::id::OperationId;
use model::key::{Key, ResourceKind};
use model::operation::{Happening, OperationState, Phase, StepState};
use model::topology::Topology;
use tests::machines::Served;
use tests::world::{Setup, World, assert_settled, name};
use tokio::task::JoinHandle;

use crate::verdict;

/// Longer than anything here takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(None).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(Some(tests::postgres::database().await)).await;
            }
        )*}
    };
}

on_both! {
    a_copy_is_up_when_its_machines_say_so
    what_needs_it_ready_waits_for_the_report_and_nothing_else_does
    one_that_never_reports_goes_back_and_leaves_its_console
    who_dies_while_it_waits_goes_on_waiting
    a_stopped_wait_is_taken_up_again
}

fn setup(folder: &Path, database: Option<String>) -> Setup {
    Setup {
        database,
        ..Setup::quick(folder)
    }
}

/// An engine at work, until it is dropped.
pub struct Working(JoinHandle<()>);

impl Working {
    pub fn begin(engine: &Arc<Engine>) -> Self {
        let engine = Arc::clone(engine);
        Self(tokio::spawn(async move { engine.run().await }))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn environment(world: &World, called: &str) -> Environment {
    let found = world.store.environment(&name(called)).await.unwrap();
    found.unwrap()
}

pub fn instance(of: &str) -> Key {
    Key::new(ResourceKind::Instance, of)
}

async fn report(world: &World, called: &str, of: &str) -> Option<AwaitedReport> {
    let environment = environment(world, called).await;
    let report = world.store.report(environment.id, &instance(of)).await;
    report.unwrap()
}

/// The newest state of each step, by its key.
async fn states(world: &World, id: OperationId) -> BTreeMap<Key, StepState> {
    let plan = world.store.plan(id, Phase::Forward).await.unwrap().unwrap();
    let journal = world.store.journal(id).await.unwrap();
    let forward = journal
        .into_iter()
        .filter(|entry| entry.phase == Phase::Forward);
    forward
        .map(|entry| {
            let step = &plan.steps[entry.step as usize];
            (step.key.clone(), entry.state)
        })
        .collect()
}

/// Waits until the steps of an operation are as something asks.
pub async fn until(
    world: &World,
    id: OperationId,
    what: &str,
    so: impl Fn(&BTreeMap<Key, StepState>) -> bool,
) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !so(&states(world, id).await) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let waited = waited.await;
    assert!(waited.is_ok(), "never {what}:\n{}", world.log(id).await);
}

async fn assert_done(world: &World, id: OperationId) {
    let state = world.operation(id).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{}",
        world.log(id).await
    );
}

/// Everything that a database on disk holds, as bytes.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for file in ["understudy.db", "understudy.db-wal"] {
        all.extend(std::fs::read(folder.join(file)).unwrap_or_default());
    }
    all
}

async fn a_copy_is_up_when_its_machines_say_so(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let on_disk = database.is_none();
    let world = World::with_webplatform(setup(folder.path(), database)).await;
    let served = Served::begin(&world).await;
    let foreign = verdict::put_foreign(&world).await;
    let up = world.copy("copy-1").await;
    world.work_until_idle().await;
    assert_done(&world, up).await;
    let plan = world.store.plan(up, Phase::Forward).await.unwrap().unwrap();
    verdict::complete(&world, &foreign, &plan, "up").await;

    // Each said so once it ran, and only then was it done.
    let events = world.store.events(up, 0).await.unwrap();
    let mut running = std::collections::BTreeSet::new();
    let mut done = 0;
    for event in events {
        let Happening::Step { key, state, .. } = event.what else {
            continue;
        };
        match (key.kind, state) {
            (ResourceKind::Instance, StepState::Running { .. }) => {
                assert!(running.insert(key));
            }
            (ResourceKind::Instance, StepState::Done { .. }) => {
                // One that had reported before it was looked at has nothing to wait for.
                done += 1;
            }
            _ => {}
        }
    }
    assert_eq!(done, 9);
    let copy = environment(&world, "copy-1").await;
    let (_, observed) = world
        .store
        .revision(copy.id, Layer::Observed, None)
        .await
        .unwrap()
        .unwrap();
    for (group, declared) in &observed.groups {
        for facts in declared.instances.values() {
            assert!(matches!(facts.report, Some(Report::At(_))), "{group}");
            let standing = facts.standing().unwrap();
            assert!(matches!(standing, Standing::Ready { .. }), "{standing}");
            assert!(standing.to_string().starts_with("ready: it reported at "));
        }
    }
    let said = report(&world, "copy-1", "db[2]").await.unwrap().said;
    assert_eq!(said.host_name.as_deref(), Some("db2"));
    assert!(said.host_keys[0].starts_with("ssh-ed25519 "));

    // No token is kept anywhere, nor is it in what the engine tells of itself.
    let tokens = served.machines.tokens();
    assert_eq!(tokens.len(), 9);
    if on_disk {
        let bytes = bytes_in(folder.path());
        assert!(bytes.windows(6).any(|window| window == b"copy-1"));
        for token in &tokens {
            assert_eq!(token.len(), 64);
            let token = token.as_bytes();
            assert!(!bytes.windows(64).any(|window| window == token));
        }
    }

    // What was reported changes nothing that is planned; with its machines, reports go.
    assert_settled(&world.engine, "copy-1", "reported").await;
    world.take_down("copy-1").await;
    world.work_until_idle().await;
    verdict::only_foreign(&world, &foreign, "down").await;
    let told = served.machines.told("db/1").unwrap();
    let late = served.machines.say(&told).await;
    assert_eq!(late, Err("status 404".to_owned()));
}

async fn what_needs_it_ready_waits_for_the_report_and_nothing_else_does(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(setup(folder.path(), database)).await;
    let served = Served::begin(&world).await;
    served.machines.keep_quiet("db/1");
    let up = world.copy("copy-1").await;
    let _working = Working::begin(&world.engine);

    // All that does not need it ready comes up: its address, and whoever needs it to exist.
    let database = instance("db[1]");
    let address = Key::new(ResourceKind::FloatingIp, "db[1]");
    until(&world, up, "waiting", |states| {
        matches!(states.get(&database), Some(StepState::Running { .. }))
            && matches!(states.get(&address), Some(StepState::Done { .. }))
            && matches!(
                states.get(&instance("memcache[1]")),
                Some(StepState::Done { .. })
            )
            // The machine has tried, which takes it a moment after it runs.
            && served.machines.told("db/1").is_some()
    })
    .await;
    let needy = instance("profile-a[1]");
    assert_eq!(states(&world, up).await.get(&needy), None, "it went ahead");
    let awaited = report(&world, "copy-1", "db[1]").await.unwrap();
    assert_eq!(awaited.reported_at, None);

    // Others' tokens, and what is none, do nothing for it.
    let machines = &served.machines;
    let other = machines.told("memcache/1").unwrap();
    let theirs = machines.told("db/1").unwrap();
    let token = other.rsplit('/').next().unwrap();
    let (address, own) = theirs.rsplit_once('/').unwrap();
    for wrong in [
        token,
        "",
        "x",
        &own[1..],
        &own.replace('a', "A"),
        &format!("{own}0"),
    ] {
        let url = format!("{address}/{wrong}");
        if url == theirs {
            continue;
        }
        assert_eq!(
            machines.say(&url).await,
            Err("status 404".into()),
            "{wrong}"
        );
    }
    assert_eq!(report(&world, "copy-1", "db[1]").await.unwrap(), awaited);

    // It says so: whoever waited goes on.
    machines.say(&theirs).await.unwrap();
    until(&world, up, "up", |states| {
        matches!(states.get(&needy), Some(StepState::Done { .. }))
    })
    .await;
    tests::world::until_idle(&*world.store).await;
    assert_done(&world, up).await;

    // Once is enough: the machine's own report, late, changes nothing.
    let first = report(&world, "copy-1", "db[1]").await.unwrap();
    assert_eq!(first.said.host_name.as_deref(), Some("by-hand"));
    machines.say(&theirs).await.unwrap();
    assert_eq!(report(&world, "copy-1", "db[1]").await.unwrap(), first);
}

async fn one_that_never_reports_goes_back_and_leaves_its_console(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), database);
    setup.config.report_patience = Duration::from_millis(1500);
    let world = World::with_webplatform(setup).await;
    let served = Served::begin(&world).await;
    let foreign = verdict::put_foreign(&world).await;
    // One whose first boot fails, one that nobody hears.
    let why = "no mirror answers";
    let what = What::NeverReports { text: why.into() };
    let fault = Fault::new(Verb::Create, what).key("instance/memcache[1]");
    world.cloud.add_fault(fault).await.unwrap();
    served.machines.keep_quiet("db/1");

    let up = world.copy("copy-1").await;
    world.work_until_idle().await;
    let log = world.log(up).await;
    let OperationState::RolledBack { trouble, .. } = world.operation(up).await.state else {
        panic!("it was not rolled back:\n{log}");
    };
    assert!(
        trouble.what.contains("never reported that"),
        "{}",
        trouble.what
    );
    assert!(
        trouble.todo.contains("understudy console copy-1 '"),
        "{}",
        trouble.todo
    );
    verdict::only_foreign(&world, &foreign, "rolled back").await;

    // What they said is there to read, without what nobody may know.
    let copy = environment(&world, "copy-1").await;
    let mut kept = 0;
    for (of, says) in [("memcache[1]", why), ("db[1]", "Calling 'http://")] {
        if !trouble.what.contains(of) {
            continue;
        }
        kept += 1;
        assert!(
            log.contains(&format!("{of}: never reported; its console was kept")),
            "{log}"
        );
        let console = world
            .engine
            .console(&copy, &instance(of), 100)
            .await
            .unwrap();
        assert!(console.kept_at.is_some());
        assert!(console.text.contains(says), "{}", console.text);
        for token in served.machines.tokens() {
            assert!(!console.text.contains(&token), "{}", console.text);
        }
        if of == "db[1]" {
            assert!(console.text.contains("/(removed)'"), "{}", console.text);
        }
    }
    assert!(kept > 0, "{}", trouble.what);
    let none = world
        .engine
        .console(&copy, &instance("storage[1]"), 100)
        .await;
    assert!(matches!(none, Err(engine::EngineError::NoConsole { .. })));

    // The same again, where all is well: its new machines have tokens of their own.
    let before = served.machines.told("db/1").unwrap();
    served.machines.let_speak();
    let again = Ask::BringUp {
        environment: name("copy-1"),
        expires_at: None,
    };
    let again = world.queued(again).await;
    world.work_until_idle().await;
    assert_done(&world, again).await;
    assert_ne!(served.machines.told("db/1").unwrap(), before);
    let late = served.machines.say(&before).await;
    assert_eq!(late, Err("status 404".to_owned()));
}

async fn who_dies_while_it_waits_goes_on_waiting(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), database);
    // Whoever comes after does not have to wait for long.
    setup.config.executor_lease = Duration::from_secs(2);
    setup.simulated.request_timeout = Duration::from_millis(400);
    let world = World::with_webplatform(setup.clone()).await;
    let foreign = verdict::put_foreign(&world).await;
    let before = world.cloud.calls().await.unwrap().len() as u64;
    let served = Served::begin(&world).await;
    served.machines.keep_quiet("storage/1");
    let up = world.copy("copy-1").await;
    let plan = world.store.plan(up, Phase::Forward).await.unwrap().unwrap();
    let storage = instance("storage[1]");
    let working = Working::begin(&world.engine);
    until(&world, up, "waiting", |states| {
        matches!(states.get(&storage), Some(StepState::Running { .. }))
    })
    .await;
    drop((working, served, world));

    // Another process on another port: its machines find it all the same.
    let world = World::open(setup).await;
    let _served = Served::begin(&world).await;
    world.work_until_idle().await;
    assert_done(&world, up).await;
    verdict::complete(&world, &foreign, &plan, "gone on with").await;
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(
        verdict::effects(&calls),
        verdict::foretold(&plan),
        "nothing is made twice"
    );
    let awaited = report(&world, "copy-1", "storage[1]").await.unwrap();
    assert!(awaited.reported_at.is_some());
}

/// An environment that is not temporary: whatever fails in it waits for a person.
fn staging() -> Topology {
    let text = "
environment: staging
kind: staging
cloud: simulated
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
networks:
  inner: { cidr: 10.30.0.0/24 }
keypairs:
  access: {}
groups:
  app:
    category: application
    count: 2
    flavor: small
    image: ubuntu-12.04
    keypair: access
    networks: [inner]
    public_addresses: 0
    first_boot: [systemctl disable apache2]
";
    match parse("staging.yaml", text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("staging.yaml is a recipe"),
    }
}

async fn with_staging(setup: Setup) -> World {
    let world = World::with_webplatform(setup).await;
    let topology = staging();
    world.cloud.offer_flavors(&topology.flavors).await.unwrap();
    world.import(topology).await;
    world
}

fn bring_up() -> Ask {
    Ask::BringUp {
        environment: name("staging"),
        expires_at: None,
    }
}

async fn a_stopped_wait_is_taken_up_again(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), database);
    setup.config.report_patience = Duration::from_millis(300);
    let world = with_staging(setup).await;
    let served = Served::begin(&world).await;
    served.machines.keep_quiet("app/2");
    let up = world.queued(bring_up()).await;
    world.work_until_idle().await;
    let OperationState::Stopped { trouble, .. } = world.operation(up).await.state else {
        panic!("it was not stopped:\n{}", world.log(up).await);
    };
    assert!(
        trouble.what.starts_with("app[2] runs and never reported"),
        "{}",
        trouble.what
    );

    // Its console is read from the cloud as long as it is there.
    let staging = environment(&world, "staging").await;
    let console = world
        .engine
        .console(&staging, &instance("app[2]"), 100)
        .await;
    assert_eq!(console.unwrap().kept_at, None);

    // It comes to after all. Whoever takes the operation up again finds that it has reported.
    let told = served.machines.told("app/2").unwrap();
    served.machines.say(&told).await.unwrap();
    let before = world.cloud.calls().await.unwrap().len() as u64;
    let request = tests::world::request();
    world.engine.submit(request, Ask::Resume(up)).await.unwrap();
    world.work_until_idle().await;
    assert_done(&world, up).await;
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(verdict::effects(&calls), []);
}

async fn facts(world: &World, called: &str) -> Vec<model::facts::InstanceFacts> {
    let environment = environment(world, called).await;
    let state = world.store.revision(environment.id, Layer::Observed, None);
    let (_, observed) = state.await.unwrap().unwrap();
    let groups = observed.groups.into_values();
    groups
        .flat_map(|group| group.instances.into_values())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_reached_running_is_all_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let world = with_staging(Setup::quick(folder.path())).await;
    let up = world.queued(bring_up()).await;
    world.work_until_idle().await;
    assert_done(&world, up).await;
    let facts_of = facts(&world, "staging").await;
    assert_eq!(facts_of.len(), 2);
    for facts in facts_of {
        assert_eq!(facts.report, None);
        assert_eq!(
            facts.standing().unwrap().to_string(),
            "running: the cloud says so (ACTIVE); nobody inside has reported"
        );
    }
    let staging = environment(&world, "staging").await;
    assert!(world.store.reports(staging.id).await.unwrap().is_empty());
}

/// What would be done to an environment whose file was changed.
async fn planned(world: &World, change: impl FnOnce(&mut Topology)) -> Vec<(String, &'static str)> {
    let mut topology = staging();
    change(&mut topology);
    world.import(topology).await;
    let staging = environment(world, "staging").await;
    let preview = world.engine.preview_up(&staging).await.unwrap();
    let steps = preview.plan.steps.iter();
    steps
        .map(|step| (step.key.to_string(), step.act.verb()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_other_commands_make_a_machine_anew() {
    let folder = tempfile::tempdir().unwrap();
    let world = with_staging(Setup::quick(folder.path())).await;
    let served = Served::begin(&world).await;
    world.queued(bring_up()).await;
    world.work_until_idle().await;
    assert_eq!(planned(&world, |_| {}).await, []);

    // Where it reports, and whether: nothing of that is a difference.
    drop(served);
    let elsewhere = "https://elsewhere.example.org".parse().unwrap();
    world
        .engine
        .reached_at(tests::world::cloud_name(), elsewhere);
    assert_eq!(planned(&world, |_| {}).await, []);

    // Another profile is told in place, as ever.
    let told = planned(&world, |topology| {
        let profile = serde_json::json!({
            "category": "application",
            "parameters": { "greeting": "hello" },
        });
        let profile = serde_json::from_value(profile).unwrap();
        topology.profiles.insert("web".parse().unwrap(), profile);
        for group in topology.groups.values_mut() {
            group.profiles = vec!["web".parse().unwrap()];
        }
    })
    .await;
    assert!(
        told.iter()
            .any(|(key, act)| key == "instance/app[1]" && *act == "change"),
        "{told:?}"
    );
    assert!(told.iter().all(|(_, act)| *act != "delete"), "{told:?}");

    // Other commands run at a first boot, and a machine has only one.
    let mut anew = planned(&world, |topology| {
        for group in topology.groups.values_mut() {
            group.first_boot = vec!["systemctl disable nginx".into()];
        }
    })
    .await;
    anew.sort();
    let step = |ordinal, act| (format!("instance/app[{ordinal}]"), act);
    let expected = [
        step(1, "create"),
        step(1, "delete"),
        step(2, "create"),
        step(2, "delete"),
    ];
    assert_eq!(anew, expected);
}
