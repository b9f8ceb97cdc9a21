//! Foreign servers are said to belong to environments, by a person, who may correct that and take it
//! back. What was said is kept by every collection, and makes no server ours.

use std::collections::BTreeSet;

use cloud::simulated::ForeignServer;
use engine::{Ask, EngineError, Outcome, Request};
use model::act::{Act, Actor};
use model::assignment::{Selection, Wish};
use model::collection::{Body, HeldKind, Owner};
use model::environment::{Environment, EnvironmentKind, Layer};
use model::id::CloudId;
use model::name::GroupName;
use model::operation::OperationState;
use model::topology::Topology;
use plan::grouping::propose;
use tests::world::{Setup, World, cloud_name, example_environment, name, request};

use crate::collecting::{all, foreign};

fn wish(servers: Selection, environment: &str) -> Wish {
    Wish {
        cloud: cloud_name(),
        servers,
        environment: name(environment),
        kind: None,
        group: None,
        ordinal: None,
    }
}

fn these<'a>(ids: impl IntoIterator<Item = &'a CloudId>) -> Selection {
    Selection::Servers(ids.into_iter().cloned().collect())
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

async fn assign(world: &World, wish: Wish) -> Result<usize, EngineError> {
    let person = Request {
        reason: Some("as the wiki says".into()),
        ..Request::by(Actor::Person { name: "Ada".into() })
    };
    match world.engine.submit(person, Ask::Assign(wish)).await? {
        Outcome::Assigned { servers, .. } => Ok(servers),
        other => panic!("{other:?}"),
    }
}

async fn unassign(world: &World, servers: Selection) -> Result<usize, EngineError> {
    let ask = Ask::Unassign {
        cloud: cloud_name(),
        servers,
    };
    match world.engine.submit(request(), ask).await? {
        Outcome::Unassigned { servers } => Ok(servers),
        other => panic!("{other:?}"),
    }
}

async fn environment(world: &World, called: &str) -> Environment {
    let found = world.store.environment(&name(called)).await.unwrap();
    found.unwrap_or_else(|| panic!("no environment {called}"))
}

async fn observed(world: &World, called: &str) -> Topology {
    let id = environment(world, called).await.id;
    let state = world
        .store
        .revision(id, Layer::Observed, None)
        .await
        .unwrap();
    state
        .unwrap_or_else(|| panic!("nothing observed of {called}"))
        .1
}

/// Whose each server is, by name: `web-01: production web[1]`.
async fn places(world: &World) -> Vec<String> {
    all(world, HeldKind::Server)
        .await
        .into_iter()
        .map(|row| match (row.environment, row.instance) {
            (Some(environment), Some((group, ordinal))) => {
                format!("{}: {environment} {group}[{ordinal}]", row.held.name)
            }
            _ => format!("{}: {}", row.held.name, row.owner),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_is_assigned_corrected_kept_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(Setup::quick(folder.path())).await;
    let ids = foreign(&world).await;
    world.collect().await;

    let proposals = propose(&world.store.foreign_servers(&cloud_name()).await.unwrap());
    let told: Vec<String> = proposals
        .iter()
        .map(|one| {
            let environment = one.environment.as_ref().map_or("", |name| name.as_str());
            format!("{environment} {} of {}", one.group, one.members.len())
        })
        .collect();
    assert_eq!(told, [" db of 1", "production web of 3"]);

    // An environment that is not there needs a word on what it is for.
    let web = &proposals[1];
    let mut asked = wish(
        these(web.members.iter().map(|member| &member.id)),
        "production",
    );
    let error = assign(&world, asked.clone()).await.unwrap_err();
    assert!(matches!(error, EngineError::NoEnvironment(_)), "{error}");
    asked.kind = Some(EnvironmentKind::Production);
    assert_eq!(assign(&world, asked).await.unwrap(), 3);
    let production = environment(&world, "production").await;
    assert!(
        production.protected,
        "what was there before us is not changed by accident"
    );
    let seen = observed(&world, "production").await;
    let facts = &seen.groups["web"].instances[&2];
    assert_eq!(facts.host_name.as_deref(), Some("web-02"));
    assert_eq!(facts.status.as_deref(), Some("ACTIVE"));
    assert_eq!(
        facts.addresses,
        ["192.0.2.2".parse::<std::net::IpAddr>().unwrap()]
    );
    assert_eq!(facts.volumes[0].name, "web-02-data");
    assert!(seen.groups["web"].volumes.contains_key("data"));

    // Its volumes and ports go with it.
    let volumes = all(&world, HeldKind::Volume).await;
    assert!(
        volumes.iter().all(|row| row.owner == Owner::Assigned),
        "{volumes:?}"
    );
    let ports = all(&world, HeldKind::Port).await;
    assert!(
        ports
            .iter()
            .all(|row| row.environment == Some(name("production")))
    );

    // Corrected: another group, another number.
    let corrected = Wish {
        group: Some(group("edge")),
        ordinal: Some(7),
        ..wish(these([&ids["web-02"]]), "production")
    };
    assign(&world, corrected).await.unwrap();
    let after = [
        "db01.example.org: foreign",
        "web-01: production web[1]",
        "web-02: production edge[7]",
        "web-03: production web[3]",
    ];
    assert_eq!(places(&world).await, after);
    world.collect().await;
    assert_eq!(places(&world).await, after, "the next collection keeps it");
    let seen = observed(&world, "production").await;
    assert_eq!(seen.groups["edge"].ordinals, [7]);
    assert_eq!(seen.groups["web"].ordinals, [1, 3]);

    // Two never stand at one place.
    let taken = Wish {
        group: Some(group("edge")),
        ordinal: Some(7),
        ..wish(these([&ids["db01.example.org"]]), "production")
    };
    let error = assign(&world, taken).await.unwrap_err().to_string();
    assert!(error.contains("already an instance edge[7]"), "{error}");
    // Two may change places.
    let swap = Wish {
        group: Some(group("web")),
        ordinal: Some(3),
        ..wish(these([&ids["web-01"]]), "production")
    };
    assert!(assign(&world, swap).await.is_err());

    assert_eq!(unassign(&world, these([&ids["web-01"]])).await.unwrap(), 1);
    assert_eq!(places(&world).await[1], "web-01: foreign");
    let error = unassign(&world, these([&ids["web-01"]])).await.unwrap_err();
    assert!(matches!(error, EngineError::NothingAssigned(_)), "{error}");
    world.collect().await;
    assert_eq!(places(&world).await[1], "web-01: foreign");

    let log = world.store.audit(Some(production.id), 10).await.unwrap();
    let lines: Vec<String> = log
        .iter()
        .map(|line| {
            let (before, after) = (line.before.clone(), line.after.clone());
            format!(
                "{} {}: {} → {}",
                line.actor,
                line.act.words(),
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "command line take assignment back: web-01: production web[1] → web-01: nobody's",
            "Ada assign: web-02: production web[2] → web-02: production edge[7]",
            "Ada assign: web-01: nobody's; web-02: nobody's; web-03: nobody's → \
             web-01: production web[1]; web-02: production web[2]; web-03: production web[3]",
        ]
    );
    assert_eq!(log[1].reason, "as the wiki says");
    assert!(
        world.cloud.calls().await.unwrap().is_empty(),
        "no cloud was changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_goes_on_to_assign_what_comes_and_a_persons_word_goes_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(Setup::quick(folder.path())).await;
    let ids = foreign(&world).await;
    world.collect().await;
    let mut by_prefix = wish(Selection::Prefix("web-".into()), "shop");
    by_prefix.kind = Some(EnvironmentKind::Staging);
    assert_eq!(assign(&world, by_prefix).await.unwrap(), 3);
    // This one belongs to nobody, whatever the rule says.
    assert_eq!(unassign(&world, these([&ids["web-03"]])).await.unwrap(), 1);
    world
        .cloud
        .put_foreign_server(ForeignServer::named("web-04"))
        .await
        .unwrap();
    world.collect().await;
    let after = [
        "db01.example.org: foreign",
        "web-01: shop web[1]",
        "web-02: shop web[2]",
        "web-03: foreign",
        "web-04: shop web[4]",
    ];
    assert_eq!(places(&world).await, after);
    let newest = world.store.audit(None, 1).await.unwrap();
    assert_eq!(newest[0].actor, Actor::Schedule);
    assert_eq!(newest[0].reason, "by the rule name prefix web-");
    assert_eq!(
        observed(&world, "shop").await.groups["web"].ordinals,
        [1, 2, 4]
    );

    // A server that goes, goes out of the environment.
    world.cloud.remove_foreign(&ids["web-01"]).await.unwrap();
    world.collect().await;
    assert_eq!(
        observed(&world, "shop").await.groups["web"].ordinals,
        [2, 4]
    );

    // The rule is taken back, and what it assigned with it.
    assert_eq!(
        unassign(&world, Selection::Prefix("web-".into()))
            .await
            .unwrap(),
        2
    );
    world.collect().await;
    assert!(
        places(&world)
            .await
            .iter()
            .all(|one| one.ends_with("foreign"))
    );
    assert!(observed(&world, "shop").await.groups.is_empty());
    let project = Selection::Project(CloudId::new("simulated"));
    let mut whole = wish(project.clone(), "shop");
    whole.group = Some(group("legacy"));
    assert_eq!(
        assign(&world, whole).await.unwrap(),
        3,
        "all but web-03, of which a person spoke"
    );
    assert_eq!(unassign(&world, project).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_carries_a_mark_is_never_assigned_and_what_does_not_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;
    let ids = foreign(&world).await;
    world.collect().await;
    let servers = all(&world, HeldKind::Server).await;
    let ours = servers.iter().find(|row| row.owner == Owner::Ours).unwrap();
    let error = assign(&world, wish(these([&ours.held.id]), "copy-1"))
        .await
        .unwrap_err();
    assert!(matches!(error, EngineError::NotForeign { .. }), "{error}");

    // A foreign server beside ours in one environment.
    let beside = Wish {
        group: Some(group("legacy")),
        ..wish(these([&ids["web-01"]]), "copy-1")
    };
    assign(&world, beside).await.unwrap();
    let seen = observed(&world, "copy-1").await;
    assert_eq!(seen.groups["profile-a"].instances.len(), 1);
    assert_eq!(seen.groups["legacy"].instances.len(), 1);
    // It stands in nobody's way, so bringing up has nothing to do.
    let up = Ask::BringUp {
        environment: name("copy-1"),
        expires_at: None,
    };
    let outcome = world.engine.submit(request(), up.clone()).await.unwrap();
    assert!(matches!(outcome, Outcome::NothingToDo(_)), "{outcome:?}");

    // Taking down leaves it alone, and says so.
    let before: BTreeSet<CloudId> = foreign_ids(&world).await;
    let down = world.take_down("copy-1").await;
    world.work_until_idle().await;
    let operation = world.operation(down).await;
    assert!(
        matches!(operation.state, OperationState::Done { .. }),
        "{operation:?}"
    );
    let log = world.log(down).await;
    assert!(
        log.contains("Left alone, because Understudy didn't make them: web-01 (legacy[1])"),
        "{log}"
    );
    world.collect().await;
    assert_eq!(foreign_ids(&world).await, before);
    // The environment is gone, and what was said with it.
    assert!(
        places(&world)
            .await
            .iter()
            .all(|one| one.ends_with("foreign"))
    );
    assert!(
        world
            .store
            .assignments(&cloud_name())
            .await
            .unwrap()
            .is_empty()
    );
}

/// What is in the cloud without a mark.
async fn foreign_ids(world: &World) -> BTreeSet<CloudId> {
    let mut ids = BTreeSet::new();
    for kind in [HeldKind::Server, HeldKind::Volume] {
        let rows = all(world, kind).await;
        ids.extend(
            rows.into_iter()
                .filter(|row| row.held.mark.is_none())
                .map(|row| row.held.id),
        );
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_not_brought_up_over_foreign_servers() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    // The planned production without its protection, buildable, and running already by other hands.
    let mut planned = example_environment("secondary.yaml");
    planned.protected = false;
    planned.cloud = Some(cloud_name());
    planned.environment = name("running");
    let first = planned.groups.keys().next().unwrap().clone();
    for group in planned.groups.values_mut() {
        group.flavor = "m1.small".parse().map(model::value::Value::Fixed).unwrap();
        group.image = "ubuntu-12.04"
            .parse()
            .map(model::value::Value::Fixed)
            .unwrap();
        group.public_addresses = model::group::PublicAddresses::NONE;
        group.networks = vec!["inner".parse().unwrap()];
        group.volumes.values_mut().for_each(|volume| {
            volume.size = model::value::Value::Fixed(model::unit::Gib(1));
        });
    }
    planned.networks = [(
        "inner".parse().unwrap(),
        model::network::Network {
            cidr: "10.9.0.0/24".parse().unwrap(),
            routed: false,
            note: None,
        },
    )]
    .into();
    world.import(planned).await;
    let ids = foreign(&world).await;
    world.collect().await;
    let in_the_way = Wish {
        group: Some(first.clone()),
        ordinal: Some(1),
        ..wish(these([&ids["web-01"]]), "running")
    };
    assign(&world, in_the_way).await.unwrap();
    let up = Ask::BringUp {
        environment: name("running"),
        expires_at: None,
    };
    let error = world.engine.submit(request(), up).await.unwrap_err();
    let told = error.to_string();
    let EngineError::ForeignServers { servers, .. } = error else {
        panic!("{told}");
    };
    assert_eq!(servers, [format!("web-01 ({first}[1])")]);
    assert!(told.contains("make each a second time"), "{told}");
    assert!(world.cloud.calls().await.unwrap().is_empty());

    // Taking it down takes away nothing, because nothing there is ours.
    let down = world.take_down("running").await;
    world.work_until_idle().await;
    assert!(matches!(
        world.operation(down).await.state,
        OperationState::Done { .. }
    ));
    world.collect().await;
    assert_eq!(all(&world, HeldKind::Server).await.len(), 4);
    assert_eq!(
        observed(&world, "running").await.groups[&first].ordinals,
        [1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_assign_at_once_both_get_their_way() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(Setup::quick(folder.path())).await;
    for number in 1..=12 {
        let server = ForeignServer::named(&format!("app{number}"));
        world.cloud.put_foreign_server(server).await.unwrap();
    }
    world.collect().await;
    let servers = all(&world, HeldKind::Server).await;
    let mut first = wish(these([&servers[0].held.id]), "shop");
    first.kind = Some(EnvironmentKind::Staging);
    assign(&world, first).await.unwrap();
    let all_at_once = servers[1..].iter().map(|row| {
        let wish = wish(these([&row.held.id]), "shop");
        assign(&world, wish)
    });
    for done in futures::future::join_all(all_at_once).await {
        done.unwrap();
    }
    let seen = observed(&world, "shop").await;
    assert_eq!(seen.groups["app"].ordinals, (1..=12).collect::<Vec<_>>());
    assert!(
        servers
            .iter()
            .all(|row| matches!(row.held.body, Body::Server(_)))
    );
    let acts = world.store.audit(None, 20).await.unwrap();
    let assigned = acts
        .iter()
        .filter(|line| matches!(line.act, Act::Assign { .. }));
    assert_eq!(assigned.count(), 12);
}
