//! Copies that take their source's data along: what is read of the source is only read, and all that
//! is made of it goes with the copy.

use cloud::simulated::{Outcome, Verb};
use engine::Ask;
use model::count::Sizing;
use model::environment::Layer;
use model::key::{Key, ResourceKind};
use model::operation::{OperationState, Phase};
use model::resolved::resolve;
use model::resource::{Resource, VolumeContent};
use plan::offers::QuotaKind;
use tests::shop;
use tests::world::{Setup, World, assert_as_planned, assert_settled, name, request};

use crate::verdict;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_takes_its_data_along_and_goes_again() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    let source = verdict::everything(&world).await;
    let before = world.cloud.calls().await.unwrap().len() as u64;

    let up = world.queued(World::shop_copy("copy-1")).await;
    world.work_until_idle().await;
    let state = world.operation(up).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{}",
        world.log(up).await
    );
    let plan = world.store.plan(up, Phase::Forward).await.unwrap().unwrap();
    let calls = world.cloud.calls_after(before).await.unwrap();
    assert_eq!(verdict::effects(&calls), verdict::foretold(&plan));
    let environment = world.engine.environment(&name("copy-1")).await.unwrap();
    let planned = world
        .store
        .revision(environment.id, Layer::Planned, None)
        .await
        .unwrap();
    let (_, planned) = planned.unwrap();
    assert_as_planned(&world.engine, &planned, "up").await;

    // Each disk is made of the one that it stands for, known by the source's own mark.
    let there = verdict::everything(&world).await;
    let id_of = |key: &str| {
        let key: Key = key.parse().unwrap();
        let of_source = |(_, found): &(_, &engine::port::Found)| {
            found.mark.as_ref().is_some_and(|mark| mark.key == key)
        };
        source.iter().find(of_source).unwrap().0.clone()
    };
    let target = resolve(&planned, &Sizing::Planned);
    let read = |key: &str| match &target.resources[&key.parse::<Key>().unwrap()] {
        Resource::VolumeSnapshot(snapshot) => snapshot.volume.fixed().unwrap().clone(),
        Resource::Image(image) => image.instance.fixed().unwrap().clone(),
        other => panic!("{other:?}"),
    };
    for (made, of) in [
        ("volume-snapshot/web[1]", "volume/web[1]"),
        ("volume-snapshot/web[2]", "volume/web[2]"),
        ("volume-snapshot/db[1].data", "volume/db[1].data"),
        ("image/db[1]", "instance/db[1]"),
    ] {
        assert_eq!(read(made), id_of(of), "{made}");
    }
    let copied = there
        .iter()
        .filter(|(id, found)| !source.contains_key(*id) && found.kind == ResourceKind::Volume)
        .count();
    assert_eq!(copied, 3);

    // The source is as it was, every bit of it.
    assert_settled(&world.engine, "shop", "the source").await;
    for (id, found) in &source {
        assert_eq!(there.get(id), Some(found));
    }

    let before = calls.last().unwrap().number;
    let down = world.take_down("copy-1").await;
    world.work_until_idle().await;
    let state = world.operation(down).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{}",
        world.log(down).await
    );
    assert_eq!(verdict::everything(&world).await, source);
    let plan = world
        .store
        .plan(down, Phase::Forward)
        .await
        .unwrap()
        .unwrap();
    let calls = world.cloud.calls_after(before).await.unwrap();
    // Nothing was refused on the way: what was made from a snapshot went before it.
    assert_eq!(verdict::effects(&calls), verdict::foretold(&plan));
    assert!(calls.iter().all(|call| call.outcome == Outcome::Done));
    let gone = |key: &str| {
        let key: Key = key.parse().unwrap();
        let at = |call: &cloud::simulated::Call| {
            call.verb == Verb::Delete && call.key.as_ref() == Some(&key)
        };
        calls.iter().position(at).unwrap()
    };
    for (first, then) in [
        ("volume/db[1].data", "volume-snapshot/db[1].data"),
        ("instance/web[1]", "volume/web[1]"),
        ("volume/web[1]", "volume-snapshot/web[1]"),
        ("instance/db[1]", "image/db[1]"),
    ] {
        assert!(gone(first) < gone(then), "{first} before {then}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_are_not_in_the_cloud_are_told_before_anything_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    let down = world.take_down("shop").await;
    world.work_until_idle().await;
    let state = world.operation(down).await.state;
    assert!(matches!(state, OperationState::Done { .. }), "{state:?}");
    // Something of the same name is not the source's.
    for named in ["shop-db[1].data", "volume/db[1].data"] {
        let put = world.cloud.put_foreign(ResourceKind::Volume, named).await;
        put.unwrap();
    }
    let before = world.cloud.calls().await.unwrap().len();
    let refused = world
        .engine
        .submit(request(), World::shop_copy("copy-1"))
        .await
        .unwrap_err()
        .to_string();
    for part in [
        "volume/db[1].data of shop is not in the cloud",
        "instance/db[1] of shop is not in the cloud",
        "volume/web[2] of shop is not in the cloud",
        "bring that environment up",
    ] {
        assert!(refused.contains(part), "{refused}");
    }
    let there = world.store.environment(&name("copy-1")).await.unwrap();
    assert!(there.is_none());
    assert_eq!(world.cloud.calls().await.unwrap().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_snapshots_that_is_too_small_is_refused_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    for (quota, limit, words) in [
        (
            QuotaKind::Snapshots,
            2,
            "snapshots: 3 needed, 2 free: 1 too few",
        ),
        // 5 GiB are there; as much again, and their snapshots.
        (
            QuotaKind::VolumeGib,
            14,
            "volume storage (GiB): 10 needed, 9 free: 1 too few",
        ),
    ] {
        world.cloud.set_quota(quota, Some(limit)).await.unwrap();
        let refused = world
            .engine
            .submit(request(), World::shop_copy("copy-1"))
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains(words), "{refused}");
        world.cloud.set_quota(quota, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_data_of_a_copy_with_data() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    for (source, copy) in [("shop", "copy-1"), ("copy-1", "copy-2")] {
        let Ask::Copy { mut order, seen } = World::shop_copy(copy) else {
            panic!("a copy");
        };
        order.source = name(source);
        let up = world.queued(Ask::Copy { order, seen }).await;
        world.work_until_idle().await;
        let state = world.operation(up).await.state;
        assert!(
            matches!(state, OperationState::Done { .. }),
            "{copy}: {state:?}\n{}",
            world.log(up).await
        );
        assert_settled(&world.engine, copy, copy).await;
    }
    // A volume that snapshots were taken of stays until these are gone: it says so, and goes then.
    let early = world.take_down("copy-1").await;
    world.work_until_idle().await;
    let OperationState::Stopped { trouble, .. } = world.operation(early).await.state else {
        panic!("it went before what hangs on it");
    };
    assert!(trouble.why.contains("snapshots"), "{trouble}");
    for copy in ["copy-2", "copy-1"] {
        let down = world.take_down(copy).await;
        world.work_until_idle().await;
        let state = world.operation(down).await.state;
        assert!(
            matches!(state, OperationState::Done { .. }),
            "{copy}: {state:?}\n{}",
            world.log(down).await
        );
    }
    assert_settled(&world.engine, "shop", "the source").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_made_from_what_is_in_the_cloud_by_name_or_id() {
    use model::data::VolumeSource::{Snapshot, Volume};
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_shop(Setup::quick(folder.path())).await;
    let golden = verdict::put_golden(&world, "golden").await;
    let mut planned = shop::environment("simulated");
    planned.environment = name("from");
    planned.groups.retain(|group, _| group.as_str() == "db");
    let volumes = &mut planned.groups.values_mut().next().unwrap().volumes;
    let plain = volumes.values().next().unwrap().clone();
    volumes.clear();
    let stored = |text: &str| model::name::StoredName::new(text).unwrap();
    for (own, source, size) in [
        (
            "named",
            Volume(stored("golden")),
            model::value::Value::Unknown,
        ),
        (
            "by-id",
            Snapshot(stored(golden.snapshot.as_str())),
            plain.size.clone(),
        ),
    ] {
        let volume = model::group::GroupVolume {
            from: Some(source),
            size,
            ..plain.clone()
        };
        volumes.insert(own.parse().unwrap(), volume);
    }
    world.import(planned.clone()).await;
    let up = Ask::BringUp {
        environment: name("from"),
        expires_at: None,
    };
    let operation = world.queued(up.clone()).await;
    world.work_until_idle().await;
    let state = world.operation(operation).await.state;
    assert!(
        matches!(state, OperationState::Done { .. }),
        "{state:?}\n{}",
        world.log(operation).await
    );
    let observed = assert_settled(&world.engine, "from", "made").await;
    let made = |key: &str| match &observed.resources[&key.parse::<Key>().unwrap()] {
        Resource::Volume(volume) => volume.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        made("volume/db[1].named").content,
        VolumeContent::Stored(Volume(stored("golden")))
    );

    // A second one of the same name leaves it open which is meant, before anything is done.
    let second = world
        .cloud
        .put_foreign(ResourceKind::Volume, "golden")
        .await
        .unwrap();
    planned.environment = name("other");
    world.import(planned).await;
    let up = Ask::BringUp {
        environment: name("other"),
        expires_at: None,
    };
    let refused = world.engine.submit(request(), up).await.unwrap_err();
    let refused = refused.to_string();
    assert!(
        refused.contains("several of this name: write the id of one instead")
            && refused.contains(second.as_str())
            && refused.contains(golden.volume.as_str()),
        "{refused}"
    );
    assert_settled(&world.engine, "from", "what is there stays").await;
}
