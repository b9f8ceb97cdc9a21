//! The first boot on the real OpenStack: keys, user data as Nova stores it, reports, consoles. The
//! lab's servers have no machine inside, so the test says for each what its cloud-init would: it posts
//! to the address that it finds in the user data that Nova keeps for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{Ask, EngineError};
use model::environment::Layer;
use model::facts::Standing;
use model::file::{Document, parse};
use model::key::{Key, ResourceKind};
use model::keypair::Keypair;
use model::operation::{Happening, StepState};
use model::topology::Topology;
use serde_json::Value;
use server::web::{WebOptions, router};
use tests::openstack::{CLOUD, Lab, Quotas, Service, cloud_name, text};
use tests::world::{assert_as_planned, assert_settled, name, until_idle};

use crate::world::{LabWorld, foretold, made_and_removed};

/// Longer than anything here takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_mins(4);

/// Made with `ssh-keygen -t ed25519`; nobody has its private half.
const GIVEN: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC";

/// A database that says when it is ready, and whoever waits for that.
fn environment() -> Topology {
    let text = format!(
        "environment: booted
kind: staging
cloud: {CLOUD}
flavors:
  small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}
keypairs:
  access: {{}}
  ops.night: {{ public_key: {GIVEN} ann at work }}
networks:
  inner: {{ cidr: 10.41.0.0/24 }}
profiles:
  sql:
    category: infrastructure
    parameters: {{ owner: \"Ann \\\"É\\\" O'Hara\", password: {{ secret: sql }} }}
    first_boot: [\"echo 'one: \\\"two\\\"'\"]
groups:
  web:
    category: application
    count: 1
    flavor: small
    image: debian-12
    networks: [inner]
    public_addresses: 1
    keypair: ops.night
    depends_on: {{ db: ready }}
  db:
    category: infrastructure
    count: 1
    flavor: small
    image: debian-12
    profiles: [sql]
    networks: [inner]
    public_addresses: 0
    keypair: access
    volumes:
      data: {{ size: 1 GiB, mount: /srv/data, file_system: xfs }}
"
    );
    match parse("booted.yaml", &text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("booted.yaml is a recipe"),
    }
}

/// The servers of the project as the administrator sees them, by name.
async fn servers(lab: &Lab, world: &LabWorld) -> BTreeMap<String, Value> {
    let path = format!(
        "/v2.1/servers/detail?all_tenants=1&project_id={}",
        world.project.id
    );
    let found = lab.admin().get(Service::Nova, &path).await;
    let servers = found["servers"].as_array().unwrap();
    servers
        .iter()
        .map(|server| (text(&server["name"]), server.clone()))
        .collect()
}

/// What a server was told, as Nova keeps it.
fn told(server: &Value) -> String {
    let stored = server["OS-EXT-SRV-ATTR:user_data"].as_str();
    let stored = stored.unwrap_or_else(|| panic!("no user data: {server}"));
    String::from_utf8(STANDARD.decode(stored).unwrap()).unwrap()
}

/// Where it was told to report.
fn address(told: &str) -> String {
    let (_, rest) = told
        .split_once("phone_home:\n  url: \"")
        .expect("it is asked");
    rest.split('"').next().unwrap().to_owned()
}

/// Waits until a server is as something asks, and gives it.
async fn until(lab: &Lab, world: &LabWorld, host: &str, so: impl Fn(&Value) -> bool) -> Value {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(server) = servers(lab, world).await.remove(host)
                && so(&server)
            {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{host} never came"))
}

/// Posts what cloud-init would.
async fn report(url: &str, host: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = format!("pub_key_ed25519=ssh-ed25519+AAAA{host}&hostname={host}&instance_id=i-1");
    let form = "application/x-www-form-urlencoded";
    let posted = client.post(url).header("content-type", form).body(body);
    posted.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_ready_when_its_servers_have_said_so() {
    let lab = Lab::get().await;
    let world = LabWorld::open_with(&lab, "booted", Quotas::default(), |config| {
        config.report_patience = PATIENCE;
    })
    .await;
    let topology = environment();
    lab.flavors(&topology.flavors).await;
    world.import(topology.clone()).await;

    // The server that they report to, as people run it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let pages = router(Arc::clone(&world.engine), WebOptions::default());
    let pages = tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });
    world.engine.reached_at(cloud_name(), base.parse().unwrap());

    let up = Ask::BringUp {
        environment: name("booted"),
        expires_at: None,
    };
    let up = world.ask(up).await.unwrap();
    world.proxy.clear();
    let engine = Arc::clone(&world.engine);
    let working = tokio::spawn(async move { engine.run().await });

    // The database runs, and what needs it ready waits for its word.
    let attached = |server: &Value| {
        server["status"] == "ACTIVE"
            && server["os-extended-volumes:volumes_attached"]
                .as_array()
                .is_some_and(|volumes| volumes.len() == 1)
    };
    let db = until(&lab, &world, "db1", attached).await;
    let document = told(&db);
    let environment = world.engine.environment(&name("booted")).await.unwrap();
    let bound = world.store.bindings(environment.id).await.unwrap();
    let volume = &bound[&"volume/db[1].data".parse::<Key>().unwrap()];
    for part in [
        "#cloud-config\n",
        "hostname: \"db1\"",
        // Twice over: a file within the document, and a text within the file.
        "Ann \\\\\\\"\\\\xc9\\\\\\\" O'Hara",
        "echo 'one: \\\"two\\\"'",
        volume.as_str(),
        "'/srv/data' 'xfs'",
        "runcmd:",
        &format!("url: \"{base}/phone-home/{}/db/1/", environment.id),
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
    let digest = db["metadata"]["understudy-first-boot"].as_str();
    assert_eq!(digest.map(str::len), Some(64), "{db}");
    let waits = tokio::time::timeout(PATIENCE, async {
        loop {
            let events = world.store.events(up, 0).await.unwrap();
            let runs = |what: &Happening| {
                matches!(what, Happening::Step { key, state: StepState::Running { .. }, .. }
                    if key.to_string() == "instance/db[1]")
            };
            if events.iter().any(|event| runs(&event.what)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    waits.await.expect("it is seen to run");
    assert_eq!(servers(&lab, &world).await.len(), 1, "nobody went ahead");

    // With its own token only, and then whoever waited comes.
    let own = address(&document);
    let (place, token) = own.rsplit_once('/').unwrap();
    assert_eq!(token.len(), 64);
    let wrong = format!("{place}/{}", "0".repeat(64));
    assert_eq!(report(&wrong, "db1").await, 404);
    assert_eq!(report(&own, "db1").await, 204);
    let web = until(&lab, &world, "web1", |_| true).await;
    let theirs = address(&told(&web));
    assert_ne!(theirs.rsplit('/').next(), Some(token));
    let crossed = format!("{}/{token}", theirs.rsplit_once('/').unwrap().0);
    assert_eq!(report(&crossed, "web1").await, 404);
    assert_eq!(report(&theirs, "web1").await, 204);
    until_idle(&*world.store).await;
    world.assert_done(up, "up").await;
    let plan = world.plan(up).await;
    assert_eq!(made_and_removed(&world.proxy.calls()), foretold(&plan));
    assert_as_planned(&world.engine, &topology, "up").await;
    assert_eq!(report(&own, "forged").await, 204, "a second time");

    // Both say so, and what they said first stays.
    let observed = world.store.revision(environment.id, Layer::Observed, None);
    let (_, observed) = observed.await.unwrap().unwrap();
    for (group, declared) in &observed.groups {
        let standing = declared.instances[&1].standing();
        assert!(
            matches!(standing, Some(Standing::Ready { .. })),
            "{group}: {standing:?}"
        );
    }
    let key = Key::new(ResourceKind::Instance, "db[1]");
    let said = world.store.report(environment.id, &key).await.unwrap();
    assert_eq!(said.unwrap().said.host_name.as_deref(), Some("db1"));

    // Nova has both keys, one of them derived; the servers have one each.
    let client = world.project.client().await;
    let pairs = client.get(Service::Nova, "/v2.1/os-keypairs").await;
    let pairs: BTreeMap<String, String> = pairs["keypairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["keypair"])
        .map(|pair| (text(&pair["name"]), text(&pair["public_key"])))
        .collect();
    let of = |server: &Value| pairs[server["key_name"].as_str().unwrap()].clone();
    let made = world
        .engine
        .public_key(
            environment.id,
            &"access".parse().unwrap(),
            &Keypair::default(),
        )
        .unwrap();
    assert_eq!(pairs.len(), 2, "{pairs:?}");
    assert_eq!(of(&db), made.to_string());
    assert_eq!(of(&web), GIVEN);

    // What the machine says is there to read. The lab's says the same of every server.
    let read = async |lines| {
        let console = world.engine.console(&environment, &key, lines).await;
        console.unwrap()
    };
    let console = read(100).await;
    assert!(console.text.contains("FAKE CONSOLE OUTPUT"), "{console:?}");
    assert_eq!(console.kept_at, None);
    assert_eq!(read(1).await.text.lines().count(), 1);

    // No token and no secret is in anything that is stored here.
    let mut stored = Vec::new();
    for file in ["understudy.db", "understudy.db-wal"] {
        stored.extend(std::fs::read(world.folder.path().join(file)).unwrap_or_default());
    }
    let holds = |part: &str| stored.windows(part.len()).any(|w| w == part.as_bytes());
    assert!(holds("booted"));
    assert!(!holds(token));
    let (_, password) = document.split_once("password\\\": \\\"").unwrap();
    let password = password.split('\\').next().unwrap();
    assert_eq!(password.len(), 64, "{document}");
    assert!(!holds(password));

    // All of it goes, the keys too, and tokens are worth nothing any more.
    let down = world.take_down("booted").await;
    world.proxy.clear();
    until_idle(&*world.store).await;
    world.assert_done(down, "down").await;
    assert_eq!(
        made_and_removed(&world.proxy.calls()),
        foretold(&world.plan(down).await)
    );
    assert_eq!(report(&own, "db1").await, 404);
    world.assert_nothing_left("down").await;
    working.abort();
    pages.abort();
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_command_is_another_server_and_another_key_too() {
    let lab = Lab::get().await;
    let world = LabWorld::open(&lab, "reboot", Quotas::default()).await;
    let mut topology = environment();
    lab.flavors(&topology.flavors).await;
    let bring = async |topology: &Topology, story: &str| -> BTreeSet<String> {
        world.import(topology.clone()).await;
        let up = Ask::BringUp {
            environment: name("booted"),
            expires_at: None,
        };
        let up = world.ask(up).await.unwrap();
        world.over(up).await;
        world.assert_done(up, story).await;
        assert_as_planned(&world.engine, topology, story).await;
        let plan = world.plan(up).await;
        let of = |step: &plan::steps::Step| format!("{} {}", step.act.verb(), step.key);
        plan.steps.iter().map(of).collect()
    };
    // Nobody said where to report, so nobody is waited for.
    bring(&topology, "up").await;
    let first = servers(&lab, &world).await;
    assert!(!told(&first["db1"]).contains("\nphone_home:"));
    let environment = world.engine.environment(&name("booted")).await.unwrap();
    let observed = world.store.revision(environment.id, Layer::Observed, None);
    let (_, observed) = observed.await.unwrap().unwrap();
    for declared in observed.groups.values() {
        assert_eq!(
            declared.instances[&1].standing(),
            Some(Standing::Running { asked: false })
        );
    }

    // A mount point is told once; a command is what a server was made with.
    let db = topology.groups.get_mut("db").unwrap();
    let volume = db.volumes.values_mut().next().unwrap();
    volume.mount = Some("/srv/more".into());
    let steps = bring(&topology, "a mount point").await;
    assert_eq!(steps, BTreeSet::from(["change volume/db[1].data".into()]));
    topology.groups.get_mut("db").unwrap().first_boot = vec!["true".into()];
    let steps = bring(&topology, "a command").await;
    let replaced = ["delete instance/db[1]", "create instance/db[1]"];
    for step in replaced {
        assert!(steps.contains(step), "{steps:?}");
    }
    assert!(!steps.iter().any(|step| step.ends_with("volume/db[1].data")));

    // Another key in place of a given one: the pair and its server are made anew.
    let key = topology.keypairs.get_mut("ops.night").unwrap();
    key.public_key = None;
    let steps = bring(&topology, "another key").await;
    for step in [
        "delete keypair/ops.night",
        "create keypair/ops.night",
        "delete instance/web[1]",
        "create instance/web[1]",
    ] {
        assert!(steps.contains(step), "{step}: {steps:?}");
    }
    assert_settled(&world.engine, "booted", "another key").await;

    // Whoever takes a pair away by hand is seen.
    let client = world.project.client().await;
    let pairs = client.get(Service::Nova, "/v2.1/os-keypairs").await;
    let pairs = pairs["keypairs"].as_array().unwrap().iter();
    let access = pairs
        .map(|entry| text(&entry["keypair"]["name"]))
        .find(|name| name.ends_with("-access"))
        .unwrap();
    client
        .delete(Service::Nova, &format!("/v2.1/os-keypairs/{access}"))
        .await;
    let steps = bring(&topology, "a pair is gone").await;
    assert_eq!(steps, BTreeSet::from(["create keypair/access".into()]));

    let missing = Key::new(ResourceKind::Instance, "db[2]");
    let console = world.engine.console(&environment, &missing, 5).await;
    assert!(
        matches!(console, Err(EngineError::NoConsole { .. })),
        "{console:?}"
    );
    let down = world.take_down("booted").await;
    world.over(down).await;
    world.assert_done(down, "down").await;
    world.assert_nothing_left("down").await;
    world.close().await;
}
