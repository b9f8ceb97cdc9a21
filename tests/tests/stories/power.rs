//! Instances that are stopped and started, and addresses that are named for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::simulated::Verb;
use engine::port::Cloud;
use engine::{Ask, EngineError, Outcome};
use model::environment::Layer;
use model::id::OperationId;
use model::key::{Key, ResourceKind};
use model::operation::OperationState;
use model::resource::{Instance, Power, Resource};
use tests::shop;
use tests::world::{Setup, World, assert_settled, name, request};

use crate::verdict;

fn instance(name: &str) -> Key {
    Key::new(ResourceKind::Instance, name)
}

fn ask(environment: &str, instances: &[&str], power: Power) -> Ask {
    Ask::SetPower {
        environment: name(environment),
        instances: instances.iter().map(|name| instance(name)).collect(),
        power,
    }
}

async fn done(world: &World, operation: OperationId, story: &str) {
    world.work_until_idle().await;
    let state = world.operation(operation).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{story}: {state:?}\n{}",
        world.log(operation).await
    );
}

/// What the cloud says of each instance of the shop.
async fn statuses(world: &World) -> BTreeMap<String, String> {
    verdict::everything(world)
        .await
        .into_values()
        .filter(|found| found.kind == ResourceKind::Instance)
        .map(|found| (found.name, found.facts.status.unwrap_or_default()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_stays_stopped_until_it_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    // Brought up, and then stopped, as its file says.
    assert_eq!(statuses(&world).await["web2"], "SHUTOFF");
    assert_eq!(statuses(&world).await["web1"], "ACTIVE");
    let before = world.engine.environment(&name("shop")).await.unwrap();

    let calls = world.cloud.calls().await.unwrap().len() as u64;
    let stop = ask("shop", &["web[1]", "db[1]"], Power::Stopped);
    let operation = world.queued(stop.clone()).await;
    let planned = world.operation(operation).await;
    assert_eq!(planned.act.words(), "stop");
    assert_eq!(planned.reason, "stop db[1], web[1]");
    done(&world, operation, "stop").await;
    for (host, status) in statuses(&world).await {
        assert_eq!(status, "SHUTOFF", "{host}");
    }
    let made = world.cloud.calls_after(calls).await.unwrap();
    assert_eq!(
        verdict::effects(&made),
        [
            ("change", "instance/db[1]".to_owned()),
            ("change", "instance/web[1]".to_owned())
        ]
    );
    // It is what is planned from now on, and what is observed.
    assert_settled(&world.engine, "shop", "stopped").await;
    let after = world.engine.environment(&name("shop")).await.unwrap();
    assert_eq!(
        after.planned.unwrap().0,
        before.planned.unwrap().0 + 1,
        "one revision for one act"
    );
    for layer in [Layer::Planned, Layer::Observed] {
        let state = world.store.revision(after.id, layer, None).await.unwrap();
        let (_, topology) = state.unwrap();
        let stopped = |group: &str| topology.groups[group].stopped.len();
        assert_eq!((stopped("web"), stopped("db")), (2, 1), "{layer}");
    }
    // Asked for again there is nothing to do.
    let again = world.engine.submit(request(), stop).await.unwrap();
    assert!(matches!(again, Outcome::NothingToDo(_)), "{again:?}");

    let start = ask("shop", &["web[1]", "web[2]", "db[1]"], Power::Running);
    let operation = world.queued(start).await;
    done(&world, operation, "start").await;
    for (host, status) in statuses(&world).await {
        assert_eq!(status, "ACTIVE", "{host}");
    }
    assert_settled(&world.engine, "shop", "started").await;
    let log = world.store.audit(Some(after.id), 2).await.unwrap();
    assert_eq!(
        log.iter().map(|line| line.act.words()).collect::<Vec<_>>(),
        ["start", "stop"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_stopped_by_hand_is_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    let everything = verdict::everything(&world).await;
    let web = everything
        .values()
        .find(|found| found.name == "web1")
        .unwrap();
    let Some(Resource::Instance(running)) = &web.resource else {
        panic!("no instance");
    };
    let stopped = Instance {
        power: Power::Stopped,
        ..Instance::clone(running)
    };
    let before = Resource::Instance(Arc::clone(running));
    let after = Resource::from(stopped);
    let ids = everything
        .iter()
        .filter_map(|(id, found)| Some((found.mark.as_ref()?.key.clone(), id.clone())))
        .collect::<BTreeMap<_, _>>();
    world
        .cloud
        .update(&web.id, &before, &after, &ids)
        .await
        .unwrap();
    let environment = world.engine.environment(&name("shop")).await.unwrap();
    let preview = world.engine.preview_up(&environment).await.unwrap();
    let steps: Vec<String> = preview
        .plan
        .steps
        .iter()
        .map(|step| format!("{} {}", step.act.verb(), step.key))
        .collect();
    assert_eq!(steps, ["change instance/web[1]"]);
    // What somebody else did is not undone by an act on another instance.
    let operation = world.queued(ask("shop", &["db[1]"], Power::Stopped)).await;
    done(&world, operation, "another").await;
    assert_eq!(statuses(&world).await["web1"], "SHUTOFF");
    let up = Ask::BringUp {
        environment: name("shop"),
        expires_at: None,
    };
    let operation = world.queued(up).await;
    done(&world, operation, "up again").await;
    assert_eq!(statuses(&world).await["web1"], "ACTIVE");
    assert_eq!(statuses(&world).await["db1"], "SHUTOFF");
    assert_settled(&world.engine, "shop", "up again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_stopped_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    let calls = world.cloud.calls().await.unwrap().len();
    let refused = async |ask: Ask| world.engine.submit(request(), ask).await.unwrap_err();
    let error = refused(ask("shop", &["web[3]"], Power::Stopped)).await;
    assert!(matches!(error, EngineError::NoInstance(..)), "{error}");
    let error = refused(ask("shop", &["nonsense"], Power::Stopped)).await;
    assert!(matches!(error, EngineError::NoInstance(..)), "{error}");

    let mut protected = shop::environment("simulated");
    protected.protected = true;
    world.import(protected).await;
    let error = refused(ask("shop", &["web[1]"], Power::Stopped)).await;
    assert!(matches!(error, EngineError::Protected(_)), "{error}");
    world.import(shop::environment("simulated")).await;

    let mut other = shop::environment("simulated");
    other.environment = name("elsewhere");
    world.import(other).await;
    let error = refused(ask("elsewhere", &["web[1]"], Power::Stopped)).await;
    assert!(matches!(error, EngineError::NotThere(..)), "{error}");
    assert!(
        error.to_string().contains("bring elsewhere up first"),
        "{error}"
    );
    assert_eq!(world.cloud.calls().await.unwrap().len(), calls);
    // Nothing of it was planned either.
    let shop = world.engine.environment(&name("shop")).await.unwrap();
    let state = world.store.revision(shop.id, Layer::Planned, None).await;
    let (_, topology) = state.unwrap().unwrap();
    assert_eq!(topology.groups["web"].stopped, [2].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_else_has_rolls_back_with_the_clouds_words() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(Setup::quick(folder.path())).await;
    let mut planned = shop::environment("simulated");
    planned.kind = model::environment::EnvironmentKind::Temporary;
    planned.groups.retain(|group, _| group.as_str() == "web");
    let web = planned.groups.values_mut().next().unwrap();
    web.depends_on.clear();
    web.count = model::count::Count::exactly(1);
    web.addresses.values_mut().for_each(|all| all.truncate(1));
    web.stopped.clear();
    world.cloud.offer_flavors(&planned.flavors).await.unwrap();
    world
        .cloud
        .offer_images(&["ubuntu-12.04".parse().unwrap()])
        .await
        .unwrap();
    let up = Ask::BringUp {
        environment: name("shop"),
        expires_at: None,
    };
    world.import(planned.clone()).await;
    let operation = world.queued(up.clone()).await;
    done(&world, operation, "up").await;
    let before = verdict::everything(&world).await;

    // Somebody puts a server of their own into our network, of the name that ours has too.
    let ids = before
        .iter()
        .filter_map(|(id, found)| Some((found.mark.as_ref()?.key.clone(), id.clone())))
        .collect::<BTreeMap<_, _>>();
    let Some(Resource::Instance(ours)) = &before[&ids[&instance("web[1]")]].resource else {
        panic!("no instance");
    };
    let inner = ours.networks.keys().next().unwrap().clone();
    let theirs = Instance {
        boot: model::resource::Boot::Image(model::value::Value::Fixed(
            "ubuntu-12.04".parse().unwrap(),
        )),
        networks: std::sync::Arc::new(BTreeMap::from([(
            inner.clone(),
            model::value::Value::Fixed("10.40.0.21".parse().unwrap()),
        )])),
        security_groups: std::sync::Arc::default(),
        ..Instance::clone(ours)
    };
    let theirs = world
        .cloud
        .put(None, "web1", &theirs.into(), &ids)
        .await
        .unwrap();
    let before = verdict::everything(&world).await;

    let web = planned.groups.values_mut().next().unwrap();
    web.count = model::count::Count::exactly(2);
    let addresses = web.addresses.get_mut(&inner).unwrap();
    addresses.push("10.40.0.21".parse().unwrap());
    world.import(planned).await;
    let operation = world.queued(up).await;
    world.work_until_idle().await;
    let OperationState::RolledBack { trouble, .. } = world.operation(operation).await.state else {
        panic!("{}", world.log(operation).await);
    };
    assert!(
        trouble.why.contains(&format!(
            "Fixed IP address 10.40.0.21 is already in use on instance {theirs}."
        )),
        "{trouble}"
    );
    assert_eq!(verdict::everything(&world).await, before);
    let touched = world.cloud.calls().await.unwrap();
    assert!(
        !touched
            .iter()
            .any(|call| call.verb == Verb::Delete && call.id.as_ref() == Some(&theirs))
    );
}
