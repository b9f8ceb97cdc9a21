//! What instances measure: what counts of it, how it becomes fewer, and how long it stays.

use chrono::{DateTime, TimeDelta, Utc};
use engine::measure::poll::{Looked, MonitorState};
use engine::port::{Kept, Measurement, Measures, StoreError};
use model::environment::Layer;
use model::key::Key;
use model::measure::{MOST_MOUNTS, Metric, Mount, Reading, Rolled, Span, by_minute, roll_up};
use store::SqlStore;

use crate::harness::{Database, environment_id, on_both, put, topology};

on_both! {
    a_sample_counts_once_however_often_it_comes
    figures_are_those_of_all_samples
    what_came_last_is_what_was_measured_last
    what_is_old_goes_whoever_writes
    what_a_destroyed_environment_left_behind_goes
    a_turn_takes_away_so_much_and_no_more
    a_host_tells_of_so_many_file_systems_and_no_more
    a_row_that_makes_no_sense_is_named
    of_two_who_look_at_once_one_does
}

fn begin() -> DateTime<Utc> {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

fn reading(seconds: i64, metric: Metric, value: u64) -> Reading {
    Reading {
        at: begin() + TimeDelta::seconds(seconds),
        metric,
        value,
    }
}

fn used() -> Metric {
    Metric::DiskUsed(Mount::new("/srv").unwrap())
}

fn key(name: &str) -> Key {
    format!("instance/{name}").parse().unwrap()
}

fn of(name: &str, readings: Vec<Reading>) -> Measurement {
    Measurement {
        instance: key(name),
        minutes: by_minute(readings),
    }
}

async fn opened(database: &Database) -> SqlStore {
    let store = database.open().await;
    put(
        &store,
        1,
        &topology("prod", &[("app", 2)]),
        Layer::Planned,
        0,
    )
    .await;
    put(
        &store,
        2,
        &topology("test", &[("app", 2)]),
        Layer::Planned,
        0,
    )
    .await;
    store
}

async fn all(store: &SqlStore, name: &str, span: Span) -> Vec<Rolled> {
    store
        .measured(
            environment_id(1),
            &key(name),
            span,
            begin() - TimeDelta::days(900),
        )
        .await
        .unwrap()
}

async fn a_sample_counts_once_however_often_it_comes(database: Database) {
    let store = opened(&database).await;
    let id = environment_id(1);
    let version = store_version(&store).await;
    let batch = [
        of(
            "app[1]",
            vec![
                reading(0, Metric::Load1, 10),
                reading(70, Metric::Load1, 30),
            ],
        ),
        of("app[2]", vec![reading(0, used(), 7)]),
    ];
    let kept = |batch: Vec<Measurement>| {
        let store = &store;
        async move { store.put_measured(id, &batch, begin()).await.unwrap().new }
    };
    assert_eq!(kept(batch.to_vec()).await, 3);
    let before = all(&store, "app[1]", Span::Day).await;
    assert_eq!(kept(batch.to_vec()).await, 0);
    // Another one of the same minute is the same sample; beside it there is a new one.
    let more = of(
        "app[1]",
        vec![
            reading(20, Metric::Load1, 99),
            reading(130, Metric::Load1, 50),
        ],
    );
    assert_eq!(kept(vec![more]).await, 1);
    assert_eq!(kept(Vec::new()).await, 0);
    assert_eq!(before.len(), 1);
    assert_eq!((before[0].figures.count, before[0].figures.sum), (2, 40));
    let after = all(&store, "app[1]", Span::Day).await;
    let figures = after[0].figures;
    assert_eq!(
        (figures.count, figures.min, figures.max, figures.sum),
        (3, 10, 50, 90)
    );
    // Pages are kept for seconds anyway: nothing of this makes them forget what they have.
    assert_eq!(store_version(&store).await, version);
    // Nobody else's.
    let before = begin() - TimeDelta::days(1);
    let others = store.measured_in(environment_id(2), Span::Minute, &Metric::Load1, before);
    assert_eq!(others.await.unwrap(), []);
}

async fn store_version(store: &SqlStore) -> i64 {
    engine::port::Store::version(store).await.unwrap()
}

async fn figures_are_those_of_all_samples(database: Database) {
    let store = opened(&database).await;
    let id = environment_id(1);
    // Over two days, in an order in which they don't come, in pieces that overlap.
    let metrics = [Metric::Load5, Metric::CpuBusy, Metric::MemoryUsed, used()];
    let readings: Vec<Reading> = (0..200_i64)
        .map(|n| {
            let metric = metrics[usize::try_from(n % 4).unwrap()].clone();
            reading(
                (n * 7919) % 160_000,
                metric,
                u64::try_from(n * n % 977).unwrap(),
            )
        })
        .collect();
    for piece in readings.chunks(30).chain(readings.chunks(17)) {
        let batch = [of("app[1]", piece.to_vec())];
        store
            .put_measured(id, &batch, begin() + TimeDelta::days(1))
            .await
            .unwrap();
    }
    let minutes = all(&store, "app[1]", Span::Minute).await;
    let ordered = |mut rolled: Vec<Rolled>| {
        rolled.sort_by(|a, b| (a.from, &a.metric).cmp(&(b.from, &b.metric)));
        rolled
    };
    let minutes = ordered(minutes);
    assert!(minutes.len() > 150, "{}", minutes.len());
    for span in [Span::Hour, Span::Day] {
        let stored = ordered(all(&store, "app[1]", span).await);
        assert_eq!(stored, roll_up(&minutes, span), "{span:?}");
        let since = begin() - TimeDelta::days(2);
        let mut everyones = Vec::new();
        for metric in &metrics {
            for (of, rolled) in store.measured_in(id, span, metric, since).await.unwrap() {
                assert_eq!((of, &rolled.metric), (key("app[1]"), metric));
                everyones.push(rolled);
            }
        }
        assert_eq!(ordered(everyones), stored);
    }
    // From a time on.
    let since = begin() + TimeDelta::hours(20);
    let late = store
        .measured(id, &key("app[1]"), Span::Hour, since)
        .await
        .unwrap();
    assert!(!late.is_empty() && late.iter().all(|rolled| rolled.from >= since));
}

async fn what_came_last_is_what_was_measured_last(database: Database) {
    let store = opened(&database).await;
    let id = environment_id(1);
    for (seconds, value) in [(600, 1), (0, 2), (1200, 3), (660, 4)] {
        let batch = [
            of("app[1]", vec![reading(seconds, Metric::Load1, value)]),
            of("app[2]", vec![reading(seconds, used(), value * 10)]),
        ];
        store.put_measured(id, &batch, begin()).await.unwrap();
    }
    let mut last = store.last_measured(id, None).await.unwrap();
    last.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(
        last,
        [
            (key("app[1]"), reading(1200, Metric::Load1, 3)),
            (key("app[2]"), reading(1200, used(), 30)),
        ]
    );
    let one = store.last_measured(id, Some(&key("app[2]"))).await.unwrap();
    assert_eq!(one, [(key("app[2]"), reading(1200, used(), 30))]);
}

/// Whether anything of an instance is there, by span.
async fn kept_of(store: &SqlStore, name: &str) -> Vec<Span> {
    let mut there = Vec::new();
    for span in Span::ALL {
        if !all(store, name, span).await.is_empty() {
            there.push(span);
        }
    }
    there
}

async fn what_is_old_goes_whoever_writes(database: Database) {
    let store = opened(&database).await;
    let (silent, other) = (environment_id(1), environment_id(2));
    let batch = [of("app[1]", vec![reading(0, Metric::Load1, 5)])];
    store.put_measured(silent, &batch, begin()).await.unwrap();
    for (days, spans) in [
        (1, &[Span::Minute, Span::Hour, Span::Day][..]),
        (3, &[Span::Hour, Span::Day]),
        (41, &[Span::Day]),
        (733, &[]),
    ] {
        let now = begin() + TimeDelta::days(days);
        // Nobody writes but another environment, whose new figures stay.
        let fresh = [of("app[2]", vec![reading(days * 86_400, Metric::Load1, 5)])];
        store.put_measured(other, &fresh, now).await.unwrap();
        assert!(!store.forget_measured(now, 100).await.unwrap());
        assert_eq!(kept_of(&store, "app[1]").await, spans, "{days}");
        let since = begin() + TimeDelta::days(days);
        let others = store.measured_in(other, Span::Minute, &Metric::Load1, since);
        assert_eq!(others.await.unwrap().len(), 1, "{days}");
    }
    // What came last stays with its age, for as long as its environment does.
    let last = store.last_measured(silent, None).await.unwrap();
    assert_eq!(last.len(), 1);
}

async fn what_a_destroyed_environment_left_behind_goes(database: Database) {
    let store = opened(&database).await;
    let (gone, stays) = (environment_id(1), environment_id(2));
    let batch = [of("app[1]", vec![reading(0, Metric::Load1, 5)])];
    for id in [gone, stays] {
        store.put_measured(id, &batch, begin()).await.unwrap();
    }
    let at = begin().timestamp_micros();
    database
        .execute(&format!(
            "UPDATE environments SET destroyed_at = {at} WHERE id = '{gone}'"
        ))
        .await;
    // Its pages are kept for the record, and what was measured goes with age as everybody's does.
    let late = begin() + TimeDelta::days(730);
    store.forget_measured(late, 100).await.unwrap();
    assert_eq!(kept_of(&store, "app[1]").await, [Span::Day]);
    assert_eq!(store.last_measured(gone, None).await.unwrap().len(), 1);
    let later = begin() + TimeDelta::days(733);
    store.forget_measured(later, 100).await.unwrap();
    assert_eq!(kept_of(&store, "app[1]").await, []);
    assert_eq!(store.last_measured(gone, None).await.unwrap(), []);
    assert_eq!(store.last_measured(stays, None).await.unwrap().len(), 1);
}

async fn a_turn_takes_away_so_much_and_no_more(database: Database) {
    let store = opened(&database).await;
    let minutes = (0..7).map(|n| reading(n * 60, Metric::Load1, 5)).collect();
    let batch = [of("app[1]", minutes)];
    store
        .put_measured(environment_id(1), &batch, begin())
        .await
        .unwrap();
    let now = begin() + TimeDelta::days(3);
    for (left, more) in [(4, true), (1, true), (0, false), (0, false)] {
        assert_eq!(store.forget_measured(now, 3).await.unwrap(), more, "{left}");
        assert_eq!(all(&store, "app[1]", Span::Minute).await.len(), left);
    }
}

async fn a_host_tells_of_so_many_file_systems_and_no_more(database: Database) {
    let store = opened(&database).await;
    let id = environment_id(1);
    let most = u32::try_from(MOST_MOUNTS).unwrap();
    // Two figures of each file system, so that one could be kept by half.
    let told = |numbers: std::ops::Range<u32>, seconds: i64| -> Vec<Reading> {
        let figures = numbers.flat_map(|number| {
            let mount = Mount::new(&format!("/srv/{number:04}")).unwrap();
            let used = Metric::DiskUsed(mount.clone());
            [used, Metric::DiskAvailable(mount)].map(|metric| reading(seconds, metric, 7))
        });
        figures.collect()
    };
    let put = |name: &'static str, readings: Vec<Reading>, days: i64| {
        let store = &store;
        async move {
            let now = begin() + TimeDelta::days(days);
            let batch = [of(name, readings)];
            let kept = store.put_measured(id, &batch, now);
            let Kept { new, beyond } = kept.await.unwrap();
            (new, beyond)
        }
    };
    let both = |number: u32| u64::from(number) * 2;
    // Load counts beside whatever there are of them.
    let mut first = told(0..most + 5, 0);
    first.push(reading(0, Metric::Load1, 1));
    assert_eq!(put("app[1]", first, 0).await, (both(most) + 1, both(5)));
    // Those that are known are told further, whatever comes beside them; others are not.
    let later = told(most - 2..most + 3, 60);
    assert_eq!(put("app[1]", later, 0).await, (both(2), both(3)));
    let last = store.last_measured(id, Some(&key("app[1]"))).await.unwrap();
    assert_eq!(last.len(), MOST_MOUNTS * 2 + 1);
    // Each host has its own.
    assert_eq!(put("app[2]", told(0..1, 0), 0).await, (2, 0));
    // One that fell silent makes room.
    let day = 86_400;
    let stay = told(0..most - 1, 39 * day);
    assert_eq!(put("app[1]", stay, 39).await, (both(most - 1), 0));
    let new = told(most + 7..most + 9, 41 * day);
    assert_eq!(put("app[1]", new, 41).await, (2, 2));
}

async fn a_row_that_makes_no_sense_is_named(database: Database) {
    let store = opened(&database).await;
    let id = environment_id(1);
    let batch = [of("app[1]", vec![reading(0, Metric::Load1, 5)])];
    store.put_measured(id, &batch, begin()).await.unwrap();
    for (sql, table, column) in [
        (
            "UPDATE measured SET metric = 'the weather'",
            "measured",
            "metric",
        ),
        (
            "UPDATE measured SET metric = 'load-1', samples = 0",
            "measured",
            "samples",
        ),
        (
            "UPDATE measured SET samples = 1, least = -1",
            "measured",
            "least",
        ),
    ] {
        database.execute(sql).await;
        let error = store
            .measured(id, &key("app[1]"), Span::Hour, begin() - TimeDelta::days(1))
            .await
            .unwrap_err();
        let StoreError::BadData {
            table: named,
            column: of,
            row,
            why: _,
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!((*named, *of), (table, column), "{row}");
    }
    database
        .execute("UPDATE measured_last SET value = -1")
        .await;
    let error = store.last_measured(id, None).await.unwrap_err();
    assert!(error.to_string().contains("measured_last.value"), "{error}");
}

async fn of_two_who_look_at_once_one_does(database: Database) {
    let (store, other) = (database.open().await, database.open().await);
    let minute = TimeDelta::minutes(1);
    let claims = |now: DateTime<Utc>| {
        let (store, other) = (&store, &other);
        async move {
            let both = futures::join!(
                store.claim_look("p", now, now + minute),
                other.claim_look("p", now, now + minute)
            );
            [both.0.unwrap(), both.1.unwrap()]
        }
    };
    for seconds in [0, 60, 200] {
        let claimed = claims(begin() + TimeDelta::seconds(seconds)).await;
        assert!(claimed[0] != claimed[1], "{seconds}: {claimed:?}");
        let early = claims(begin() + TimeDelta::seconds(seconds + 59)).await;
        assert_eq!(early, [false, false]);
    }
    assert_eq!(store.looks().await.unwrap(), []);
    for trouble in [Some("it is gone".to_owned()), None] {
        let looked = Looked {
            trouble,
            matched: 3,
            ..Looked::default()
        };
        store.put_look("p", begin(), &looked).await.unwrap();
        let state = MonitorState {
            name: "p".into(),
            at: begin(),
            looked,
        };
        assert_eq!(other.looks().await.unwrap(), [state]);
    }
}
