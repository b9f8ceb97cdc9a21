//! A cloud that was there before Understudy is collected, whole: again and again, in part where it
//! fails in part, and never forgetting what it only can't see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cloud::simulated::{Fault, ForeignServer, Verb, What};
use engine::port::{Absence, CloudError, Found, HeldPage};
use model::collection::{Body, Held, HeldFilter, HeldKind, HeldRow, Outcome, Owner};
use model::environment::Layer;
use model::id::CloudId;
use model::key::ResourceKind;
use tests::otherwise::{Otherwise, Seen};
use tests::world::{Setup, World, cloud_name, collect, name};

/// The servers of somebody else, in every world here.
pub(crate) async fn foreign(world: &World) -> BTreeMap<String, CloudId> {
    let mut ids = BTreeMap::new();
    for number in 1..=3_u8 {
        let server = ForeignServer {
            addresses: vec![[192, 0, 2, number].into()],
            metadata: BTreeMap::from([("env".into(), "production".into())]),
            volumes: vec![(format!("web-0{number}-data"), 20)],
            ..ForeignServer::named(&format!("web-0{number}"))
        };
        let id = world.cloud.put_foreign_server(server).await.unwrap();
        ids.insert(format!("web-0{number}"), id);
    }
    let failed = ForeignServer {
        fault: Some("No valid host was found.".into()),
        ..ForeignServer::named("db01.example.org")
    };
    let id = world.cloud.put_foreign_server(failed).await.unwrap();
    ids.insert("db01.example.org".into(), id);
    ids
}

/// Everything of a kind that was collected.
pub(crate) async fn all(world: &World, kind: HeldKind) -> Vec<HeldRow> {
    let filter = HeldFilter {
        limit: Some(1000),
        ..HeldFilter::all(cloud_name(), kind)
    };
    world.store.held(&filter).await.unwrap().rows
}

async fn server(world: &World, name: &str) -> HeldRow {
    let servers = all(world, HeldKind::Server).await;
    let found = servers.into_iter().find(|row| row.held.name == name);
    found.unwrap_or_else(|| panic!("no server {name}"))
}

fn facts(row: &HeldRow) -> &model::collection::Server {
    match &row.held.body {
        Body::Server(server) => server,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_is_collected_whole_and_another_look_finds_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = Setup::quick(folder.path());
    setup.simulated.page_size = 4;
    let world = World::with_webplatform(setup).await;
    world.copy("copy-1").await;
    world.work_until_idle().await;
    foreign(&world).await;

    let state = world.collect().await;
    let newest = state.newest.clone().unwrap();
    assert_eq!(newest.number.0, 1);
    assert_eq!(newest.source, "asked for by command line");
    assert_eq!(state.kinds.len(), HeldKind::ALL.len());
    assert_eq!(state.partial().count(), 0, "{:?}", state.kinds);
    let counts = world.store.held_counts(&cloud_name()).await.unwrap();
    let servers = counts[&HeldKind::Server];
    assert_eq!((servers.ours, servers.foreign), (9, 4), "{servers:?}");
    assert_eq!(counts[&HeldKind::Volume].foreign, 3);
    let quotas = model::quota::QuotaKind::ALL.len() as u64;
    assert_eq!(counts[&HeldKind::Quota].shared, quotas);
    // A port is part of what it belongs to.
    assert_eq!(
        counts[&HeldKind::Port].ours,
        10,
        "{:?}",
        counts[&HeldKind::Port]
    );
    for kind in HeldKind::ALL {
        let rows = all(&world, *kind).await;
        let count = counts
            .get(kind)
            .map_or(0, model::collection::OwnerCounts::all);
        assert_eq!(rows.len() as u64, count, "{kind}");
        assert!(rows.iter().all(|row| row.held.kind() == *kind));
    }
    let ours = server(&world, "profile-a1").await;
    assert_eq!(ours.owner, Owner::Ours);
    assert_eq!(ours.environment, Some(name("copy-1")));
    assert_eq!(ours.instance, Some(("profile-a".parse().unwrap(), 1)));
    let failed = server(&world, "db01.example.org").await;
    assert_eq!(
        facts(&failed).fault.as_deref(),
        Some("No valid host was found.")
    );

    // What the executor saw at its end is what is collected, field by field.
    let copy = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(copy.observed.map(|number| number.0), Some(1));
    assert!(copy.observed_at >= state.looked_at, "seen again");

    let again = world.collect().await;
    assert_eq!(again.newest, Some(newest));
    assert!(again.looked_at > state.looked_at);
    let copy = world
        .store
        .environment(&name("copy-1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(copy.observed.map(|number| number.0), Some(1));
    assert_eq!(copy.observed_at, again.looked_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_changes_and_goes_is_kept_with_its_times() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let ids = foreign(&world).await;
    world.collect().await;
    world.cloud.remove_foreign(&ids["web-03"]).await.unwrap();
    world
        .cloud
        .put_foreign_server(ForeignServer::named("web-04"))
        .await
        .unwrap();
    let second = world.collect().await;
    assert_eq!(second.newest.map(|newest| newest.number.0), Some(2));
    let names: Vec<String> = all(&world, HeldKind::Server)
        .await
        .into_iter()
        .map(|row| row.held.name)
        .collect();
    assert_eq!(names, ["db01.example.org", "web-01", "web-02", "web-04"]);

    let versions = world
        .store
        .held_versions(&cloud_name(), HeldKind::Server, &ids["web-03"])
        .await
        .unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].from.0, 1);
    assert_eq!(versions[0].until.map(|(number, _)| number.0), Some(2));

    // Quotas over time: only what changed.
    let quotas = world
        .store
        .held_over_time(&cloud_name(), HeldKind::Quota, 100)
        .await
        .unwrap();
    let of_volumes: Vec<_> = quotas
        .iter()
        .filter(|version| version.held.id.as_str() == "volumes")
        .collect();
    assert_eq!(of_volumes.len(), 1, "the volume stays: nothing changed");
    world
        .cloud
        .set_quota(plan::offers::QuotaKind::Volumes, Some(7))
        .await
        .unwrap();
    world.collect().await;
    let quotas = world
        .store
        .held_versions(&cloud_name(), HeldKind::Quota, &CloudId::new("volumes"))
        .await
        .unwrap();
    let limits: Vec<Option<u64>> = quotas
        .iter()
        .map(|version| match &version.held.body {
            Body::Quota(quota) => quota.quota.limit,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(limits, [Some(7), Some(60)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_fails_keeps_what_was_known_of_it_and_says_since_when() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    let ids = foreign(&world).await;
    let first = world.collect().await;

    let broken = |what| {
        Fault::new(Verb::Page, what)
            .kind(ResourceKind::Volume)
            .times(100)
    };
    world
        .cloud
        .add_fault(broken(What::ServerError))
        .await
        .unwrap();
    world.cloud.remove_foreign(&ids["web-01"]).await.unwrap();
    let second = world.collect().await;
    assert_eq!(
        second.newest.as_ref().map(|newest| newest.number.0),
        Some(2)
    );
    let partial: Vec<_> = second.partial().collect();
    assert_eq!(partial.len(), 1);
    assert_eq!(partial[0].kind, HeldKind::Volume);
    assert_eq!(partial[0].read_at, first.read_at(HeldKind::Volume));
    let Outcome::Failed(trouble) = &partial[0].outcome else {
        panic!("{:?}", partial[0]);
    };
    assert!(trouble.why.contains("HTTP 500"), "{}", trouble.why);
    assert_eq!(all(&world, HeldKind::Volume).await.len(), 3, "they stand");
    assert_eq!(
        all(&world, HeldKind::Server).await.len(),
        3,
        "these were read"
    );

    // Since when is told by the first that failed.
    let third = world.collect().await;
    assert_eq!(
        third
            .kind(HeldKind::Volume)
            .unwrap()
            .outcome
            .trouble()
            .map(|t| t.since),
        Some(trouble.since)
    );
    world.cloud.clear_faults().await.unwrap();
    world
        .cloud
        .add_fault(broken(What::Forbidden))
        .await
        .unwrap();
    let fourth = world.collect().await;
    assert!(matches!(
        fourth.kind(HeldKind::Volume).unwrap().outcome,
        Outcome::Forbidden(_)
    ));
    world.cloud.clear_faults().await.unwrap();
    let fifth = world.collect().await;
    assert_eq!(fifth.partial().count(), 0);
    assert_eq!(fifth.read_at(HeldKind::Volume), fifth.looked_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_cannot_be_asked_at_all_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_webplatform(Setup::quick(folder.path())).await;
    foreign(&world).await;
    let first = world.collect().await;
    let down = Fault::new(Verb::Page, What::LostRequest).times(100);
    world.cloud.add_fault(down).await.unwrap();
    let second = world.collect().await;
    assert_eq!(second.newest, first.newest);
    assert_eq!(second.looked_at, first.looked_at);
    let trouble = second.trouble.unwrap();
    assert!(trouble.why.contains("no answer"), "{}", trouble.why);
    assert_eq!(all(&world, HeldKind::Server).await.len(), 4);
    let third = world.collect().await;
    assert_eq!(
        third.trouble.map(|trouble| trouble.since),
        Some(trouble.since)
    );
    world.cloud.clear_faults().await.unwrap();
    let fourth = world.collect().await;
    assert_eq!(fourth.trouble, None);
}

/// How a part of a cloud hides what it holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hides {
    /// It tells that there is something of that id.
    AllButIds,
    /// Lists leave it out; whoever asks by the id gets an error.
    Everything,
}

/// A part of the cloud is out of sight.
struct PartDown(Hides);

impl PartDown {
    fn hides(held: &Held) -> bool {
        matches!(held.body, Body::Server(_))
            && (held.name.ends_with(['3', 'g']) || held.name == "profile-a1")
    }
}

impl Otherwise for PartDown {
    fn get(&self, _: Found) -> Result<Found, CloudError> {
        Err(CloudError::Unavailable("the cell does not answer".into()))
    }

    fn page(&self, mut told: HeldPage) -> HeldPage {
        match self.0 {
            Hides::AllButIds => {
                for held in told.held.iter_mut().filter(|held| Self::hides(held)) {
                    held.name = String::new();
                    held.mark = None;
                    held.body = model::collection::Server {
                        status: "UNKNOWN".into(),
                        unseen_since: Some(chrono::DateTime::UNIX_EPOCH),
                        ..model::collection::Server::default()
                    }
                    .into();
                }
            }
            Hides::Everything => {
                told.held.retain(|held| !Self::hides(held));
                told.absence = Absence::GoneOrOutOfSight;
            }
        }
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lesson_2_a_cell_that_is_down_never_looks_like_a_deletion() {
    for hides in [Hides::AllButIds, Hides::Everything] {
        let folder = tempfile::tempdir().unwrap();
        let mut setup = Setup::quick(folder.path());
        setup.simulated.page_size = 5;
        let world = World::with_webplatform(setup.clone()).await;
        world.copy("copy-1").await;
        world.work_until_idle().await;
        let ids = foreign(&world).await;
        world.collect().await;
        world.cloud.remove_foreign(&ids["web-01"]).await.unwrap();

        let down = Seen::new(&world.cloud, PartDown(hides));
        let engine = world.engine_on(down, setup.config.clone()).await;
        let state = collect(&engine, &cloud_name()).await;
        assert_eq!(state.partial().count(), 0);
        let servers = all(&world, HeldKind::Server).await;
        // One is really gone, which is told even now.
        assert_eq!(servers.len(), 12, "{servers:?}");
        let unseen: Vec<&HeldRow> = servers
            .iter()
            .filter(|row| facts(row).unseen_since.is_some())
            .collect();
        assert!(unseen.len() >= 3, "{servers:?}");
        for row in &unseen {
            assert_eq!(facts(row).unseen_since, state.looked_at);
            assert_ne!(row.held.name, "", "what was known stands");
        }
        let app = server(&world, "profile-a1").await;
        assert_eq!(facts(&app).status, "ACTIVE");
        assert_eq!(app.owner, Owner::Ours);
        let (_, copy) = world
            .store
            .revision(
                world
                    .store
                    .environment(&name("copy-1"))
                    .await
                    .unwrap()
                    .unwrap()
                    .id,
                Layer::Observed,
                None,
            )
            .await
            .unwrap()
            .unwrap();
        let instances = &copy.groups["profile-a"].instances;
        assert_eq!(instances.len(), 1);
        assert_eq!(instances[&1].unseen_since, state.looked_at);
        assert_eq!(instances[&1].status.as_deref(), Some("ACTIVE"));
        let second = &copy.groups["storage"].instances;
        assert!(
            second.values().any(|facts| facts.unseen_since.is_none()),
            "{second:?}"
        );

        // Still not seen: since the first time.
        let again = collect(&engine, &cloud_name()).await;
        assert_eq!(again.newest, state.newest, "nothing new");
        let app = server(&world, "profile-a1").await;
        assert_eq!(facts(&app).unseen_since, state.looked_at);

        // It comes back.
        world.collect().await;
        let app = server(&world, "profile-a1").await;
        assert_eq!(facts(&app).unseen_since, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_servers_collects_and_the_schedule_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = Setup::quick(folder.path());
    setup.database = Some(tests::postgres::database().await);
    setup.config.collect_every = Some(Duration::from_millis(300));
    let first = World::with_webplatform(setup.clone()).await;
    let second = World::open(setup).await;
    foreign(&first).await;
    for world in [&first, &second] {
        world.engine.uses(&cloud_name());
    }
    let work = [&first, &second].map(|world| {
        let engine = Arc::clone(&world.engine);
        tokio::spawn(async move { engine.run().await })
    });
    // Nobody asked: the schedule does.
    let mut looks = BTreeSet::new();
    while looks.len() < 4 {
        if let Some(state) = first.store.cloud(&cloud_name()).await.unwrap() {
            looks.extend(state.looked_at);
            assert!(state.newest.is_none_or(|newest| newest.number.0 == 1));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for task in work {
        task.abort();
    }
    let gaps: Vec<_> = looks
        .iter()
        .zip(looks.iter().skip(1))
        .map(|(a, b)| *b - *a)
        .collect();
    // Never sooner than the schedule, whoever of the two was quicker.
    assert!(
        gaps.iter().all(|gap| gap.num_milliseconds() >= 300),
        "{gaps:?}"
    );
    let collections = first.store.collections(&cloud_name(), 10).await.unwrap();
    assert_eq!(collections.len(), 1);
    assert_eq!(collections[0].source, "schedule");
}
