//! What is measured: what collectd sends is read, whatever else comes is refused or told, and rolling up
//! loses no sample.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, TimeDelta, Utc};
use model::facts::{FileSystem, InstanceFacts, LoadAverages};
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::collectd::{LeftOut, read};
use model::measure::prometheus::{Question, Target, Targets};
use model::measure::{
    Figures, Known, Last, MOST, MOST_MOUNTS, Metric, Mount, NoMatch, Reading, Rolled, Span,
    ambiguous, by_minute, matched, roll_up, tell, within,
};
use model::unit::{Hundredths, Mib};
use proptest::prelude::*;

/// One look of collectd 5.12 at a host, as its write_http posted it.
const POST: &str = include_str!("measure/collectd-5.12.json");

fn mount(path: &str) -> Mount {
    Mount::new(path).unwrap()
}

fn value_of(readings: &[Reading], metric: &Metric) -> u64 {
    let found: Vec<&Reading> = readings
        .iter()
        .filter(|one| one.metric == *metric)
        .collect();
    let [one] = found.as_slice() else {
        panic!("{metric}: {found:?}")
    };
    one.value
}

#[test]
fn what_collectd_posts_is_read() {
    let post = read(POST.as_bytes()).unwrap();
    assert_eq!(post.left_out, [].into());
    assert_eq!(post.readings.len(), 9, "{:?}", post.readings);
    for (metric, value) in [
        (Metric::Load1, 305),
        (Metric::Load5, 375),
        (Metric::Load15, 358),
        // 2.48756218905473% idle.
        (Metric::CpuBusy, 10_000 - 249),
        // 1,630,289,920 and 96,481,280 bytes.
        (Metric::MemoryUsed, 1647),
        (Metric::MemoryTotal, 24_106),
        (Metric::DiskUsed(mount("/")), 37_809),
        (Metric::DiskAvailable(mount("/")), 55_243),
        (Metric::DiskReserved(mount("/")), 164_967),
    ] {
        assert_eq!(value_of(&post.readings, &metric), value, "{metric}");
    }
    let at: DateTime<Utc> = "2026-11-29T05:40:28Z".parse().unwrap();
    assert!(
        post.readings
            .iter()
            .all(|one| one.at - at < TimeDelta::seconds(1))
    );
}

/// A list with the fields that differ.
fn list(plugin: &str, instance: &str, kind: &str, of: &str, values: &str) -> String {
    let types = vec!["\"gauge\""; values.split(',').count()].join(",");
    format!(
        r#"{{"values":[{values}],"dstypes":[{types}],"time":1417000000.5,"plugin":"{plugin}",
            "plugin_instance":"{instance}","type":"{kind}","type_instance":"{of}"}}"#
    )
}

fn post(lists: &[String]) -> String {
    format!("[{}]", lists.join(","))
}

#[test]
fn what_is_left_out_is_told() {
    for (lists, why) in [
        (vec![list("swap", "", "swap", "used", "1")], LeftOut::Other),
        (
            vec![list("load", "", "load", "relative", "1,2,3")],
            LeftOut::Other,
        ),
        (vec![list("load", "", "load", "", "1,2")], LeftOut::Other),
        (
            vec![list("df", "", "df_complex", "free", "1")],
            LeftOut::Other,
        ),
        (
            vec![list("df", "root", "percent_bytes", "free", "1")],
            LeftOut::InPercent,
        ),
        (
            vec![list("memory", "", "percent", "used", "1")],
            LeftOut::InPercent,
        ),
        (
            vec![list("memory", "", "memory", "used", "1")],
            LeftOut::Incomplete,
        ),
        (vec![list("cpu", "0", "cpu", "idle", "1")], LeftOut::Counted),
        (
            vec![list("load", "", "load", "", "1,null,3")],
            LeftOut::NoNumber,
        ),
        (
            vec![list("df", "root", "df_complex", "free", "-1")],
            LeftOut::NoNumber,
        ),
        (
            vec![list("df", "root", "df_complex", "free", "1e99")],
            LeftOut::NoNumber,
        ),
    ] {
        let post = read(post(&lists).as_bytes()).unwrap();
        assert_eq!(post.readings, [], "{lists:?}");
        assert_eq!(post.left_out, [(why, 1)].into(), "{lists:?}");
        assert!(!why.why().is_empty());
    }
}

#[test]
fn processors_apart_are_taken_together() {
    let idle = |processor: &str, idle: &str| list("cpu", processor, "percent", "idle", idle);
    let busy = |lists: &[String]| {
        let post = read(post(lists).as_bytes()).unwrap();
        value_of(&post.readings, &Metric::CpuBusy)
    };
    assert_eq!(busy(&[idle("0", "100"), idle("1", "50.5")]), 2475);
    assert_eq!(
        busy(&[idle("0", "100"), idle("1", "50"), idle("", "10")]),
        9000
    );
    assert_eq!(busy(&[list("cpu", "", "percent", "active", "12.5")]), 1250);
    assert_eq!(busy(&[idle("", "100.4")]), 0);
}

#[test]
fn a_body_of_another_kind_is_refused_with_what_would_be_right() {
    for body in [
        "",
        "{}",
        "PUTVAL host/load/load 1417000000:1:2:3",
        "[{}]",
        "[1]",
        r#"[{"values":["x"],"dstypes":["gauge"],"time":1,"plugin":"load","type":"load"}]"#,
        r#"[{"values":[1],"dstypes":["gauge"],"time":1e40,"plugin":"load","type":"load"}]"#,
        r#"[{"values":[1],"dstypes":["gauge"],"time":-5,"plugin":"load","type":"load"}]"#,
    ] {
        let error = read(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("Format \"JSON\""), "{body}: {error}");
    }
}

#[test]
fn a_mount_point_is_known_by_collectds_name_for_it() {
    let read_as = |instance: &str| {
        let post = read(post(&[list("df", instance, "df_complex", "used", "1048576")]).as_bytes());
        post.unwrap().readings[0].metric.clone()
    };
    assert_eq!(read_as("root"), Metric::DiskUsed(mount("/")));
    assert_eq!(read_as("srv-data"), Metric::DiskUsed(mount("/srv/data")));
    assert!(mount("/srv/data").is_path("/srv-data"));
    assert!(mount("/").is_path("/"));
    assert!(!mount("/srv").is_path("/"));
    for wrong in ["", "srv", "/a\nb", &format!("/{}", "x".repeat(255))] {
        assert_eq!(Mount::new(wrong), None, "{wrong}");
    }
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        Just(Metric::Load1),
        Just(Metric::Load5),
        Just(Metric::Load15),
        Just(Metric::CpuBusy),
        Just(Metric::MemoryUsed),
        Just(Metric::MemoryTotal),
        "/[a-c]?".prop_map(|path| Metric::DiskUsed(mount(&path))),
        "/[a-c]?".prop_map(|path| Metric::DiskAvailable(mount(&path))),
        "/[a-c]?".prop_map(|path| Metric::DiskReserved(mount(&path))),
    ]
}

fn readings() -> impl Strategy<Value = Vec<Reading>> {
    let one = (0..300_000_i64, metrics(), 0..=MOST).prop_map(|(seconds, metric, value)| Reading {
        at: DateTime::from_timestamp(1_417_000_000 + seconds, 0).unwrap(),
        metric,
        value,
    });
    prop::collection::vec(one, 0..80)
}

fn whole(rolled: &[Rolled]) -> Option<Figures> {
    rolled.iter().map(|one| one.figures).reduce(Figures::with)
}

proptest! {
    #[test]
    fn nothing_that_is_posted_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body);
    }

    #[test]
    fn nothing_in_a_list_makes_it_panic(
        plugin in "load|cpu|memory|df|x",
        kind in "load|percent|memory|df_complex|percent_bytes|cpu|x",
        of in "used|free|idle|active|reserved|slab_recl||x",
        instance in "root|[a-z-]{0,5}|.{0,3}",
        values in prop::collection::vec(prop_oneof![
            any::<f64>().prop_map(|f| serde_json::json!(f)), any::<i64>().prop_map(|n| serde_json::json!(n)),
        ], 0..4),
        time in any::<f64>(),
    ) {
        let body = serde_json::json!([{
            "values": values, "dstypes": vec!["gauge"; values.len()], "time": time, "plugin": plugin,
            "plugin_instance": instance, "type": kind, "type_instance": of,
        }]);
        if let Ok(post) = read(body.to_string().as_bytes()) {
            for reading in post.readings {
                prop_assert!(reading.value <= MOST);
            }
        }
    }

    #[test]
    fn a_metric_is_known_by_its_parts(metric in metrics()) {
        let (word, mount) = metric.parts();
        prop_assert_eq!(Metric::from_parts(word, mount.map(Mount::as_str)), Some(metric));
    }

    #[test]
    fn rolling_up_hours_gives_what_rolling_up_samples_gives(readings in readings()) {
        let minutes = by_minute(readings.clone());
        let hours = roll_up(&minutes, Span::Hour);
        prop_assert_eq!(roll_up(&hours, Span::Day), roll_up(&minutes, Span::Day));
        prop_assert_eq!(whole(&hours), whole(&minutes));
        // The same sample twice counts once.
        let twice = readings.iter().chain(&readings).cloned();
        prop_assert_eq!(by_minute(twice), minutes);
        for one in &hours {
            prop_assert!(one.figures.min <= one.figures.mean() && one.figures.mean() <= one.figures.max);
            prop_assert_eq!(Span::Hour.start(one.from), one.from);
        }
    }
}

/// What Prometheus 2.42 answers, with one series of these labels.
fn answer(labels: &str, value: &str) -> String {
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"vector\",\"result\":[{{\"metric\":{{{labels}}},\
         \"value\":[1795932230.261,\"{value}\"]}}]}}}}"
    )
}

fn heard(question: Question, labels: &str, value: &str) -> Targets {
    let mut targets = Targets::default();
    targets
        .add(question, answer(labels, value).as_bytes())
        .unwrap();
    targets
}

#[test]
fn what_prometheus_answers_is_read() {
    let labels = "\"instance\":\"db1:9100\",\"environment\":\"prod\",\"job\":\"node\",\"mountpoint\":\"/srv\"";
    let srv = || mount("/srv");
    for (question, value, metric, read) in [
        (Question::Load1, "6.23", Metric::Load1, Some(623)),
        (Question::Load15, "0", Metric::Load15, Some(0)),
        (Question::Cpu, "12.345", Metric::CpuBusy, Some(1235)),
        (Question::Cpu, "-1.2e-05", Metric::CpuBusy, Some(0)),
        (Question::Cpu, "100.00001", Metric::CpuBusy, Some(10_000)),
        (Question::Cpu, "NaN", Metric::CpuBusy, None),
        (
            Question::MemoryUsed,
            "2.107490304e+09",
            Metric::MemoryUsed,
            Some(2010),
        ),
        (
            Question::DiskUsed,
            "47743610880",
            Metric::DiskUsed(srv()),
            Some(45_532),
        ),
        (
            Question::DiskAvailable,
            "-1",
            Metric::DiskAvailable(srv()),
            None,
        ),
        (
            Question::DiskReserved,
            "+Inf",
            Metric::DiskReserved(srv()),
            None,
        ),
    ] {
        let targets = heard(question, labels, value);
        let all: Vec<&Reading> = targets.readings.values().flatten().collect();
        match read {
            None => assert_eq!(all, Vec::<&Reading>::new(), "{value}"),
            Some(read) => {
                assert_eq!(
                    (all.len(), &all[0].metric, all[0].value),
                    (1, &metric, read),
                    "{value}"
                );
                assert_eq!(all[0].at.timestamp_millis(), 1_795_932_230_261);
                let target = targets.readings.keys().next().unwrap();
                assert_eq!(target.instance, "db1:9100");
                assert_eq!(target.environment.as_deref(), Some("prod"));
            }
        }
    }
    // Without a mount point or without saying whose it is, it is nothing.
    assert_eq!(
        heard(Question::DiskUsed, "\"instance\":\"a\"", "1").readings,
        [].into()
    );
    assert_eq!(
        heard(Question::Load1, "\"job\":\"a\"", "1"),
        Targets::default()
    );
}

#[test]
fn an_answer_that_is_none_says_what_to_look_at() {
    for (body, part) in [
        ("", "HTTP API"),
        ("<html>", "HTTP API"),
        (r#"{"status":"success"}"#, "no data"),
        (
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
            "parse error",
        ),
        (
            r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
            "no vector",
        ),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":"a"},"value":[-1,"1"]}]}}"#,
            "no time",
        ),
    ] {
        let error = Targets::default()
            .add(Question::Load1, body.as_bytes())
            .unwrap_err();
        assert!(error.to_string().contains(part), "{body}: {error}");
    }
}

fn known(environment: u128, name: &str, instance: &str, host: &str, addresses: &[&str]) -> Known {
    Known {
        environment: EnvironmentId::from_uuid(uuid::Uuid::from_u128(environment)),
        environment_name: name.parse().unwrap(),
        instance: format!("instance/{instance}").parse::<Key>().unwrap(),
        host_name: host.into(),
        addresses: addresses.iter().map(|one| one.parse().unwrap()).collect(),
    }
}

#[test]
fn a_target_is_the_instance_that_alone_can_be_meant() {
    let known = [
        known(1, "prod", "db[1]", "db1", &["10.0.0.5", "2001:db8::5"]),
        known(1, "prod", "db[2]", "db2.example.org", &[]),
        known(2, "copy", "db[1]", "db1", &["10.0.0.6"]),
        known(2, "copy", "app[1]", "app1", &["10.0.0.5"]),
    ];
    for (instance, environment, own, place) in [
        ("10.0.0.6:9100", None, None, Some(2)),
        ("[2001:db8::5]:9100", None, None, Some(0)),
        ("2001:db8::5", None, None, Some(0)),
        // Two have the address: of these, the one with the name, or of the environment.
        ("10.0.0.5:9100", None, None, None),
        ("10.0.0.5:9100", None, Some("app1"), Some(3)),
        ("10.0.0.5:9100", Some("prod"), None, Some(0)),
        ("10.0.0.5:9100", Some("nowhere"), None, None),
        ("db2:9100", None, None, Some(1)),
        ("db2.example.org:9100", None, None, Some(1)),
        ("db2.example.com:9100", None, None, None),
        ("db1", None, None, None),
        ("db1", Some("copy"), None, Some(2)),
        // Everyone is that; what it calls itself counts.
        ("127.0.0.1:9100", None, None, None),
        ("127.0.0.1:9100", None, Some("APP1"), Some(3)),
        ("", None, None, None),
        (":9100", None, Some(""), None),
    ] {
        let target = Target {
            instance: instance.into(),
            environment: environment.map(Into::into),
        };
        let mut targets = Targets::default();
        targets.readings.insert(target.clone(), Vec::new());
        if let Some(own) = own {
            targets.names.insert(target.clone(), own.into());
        }
        let found = matched(&targets, &known);
        assert_eq!(
            found[&target].as_ref().ok(),
            place.as_ref(),
            "{instance} {environment:?} {own:?}"
        );
    }
    let mut targets = Targets::default();
    let target = Target {
        instance: "db1".into(),
        environment: None,
    };
    targets.readings.insert(target.clone(), Vec::new());
    let why = matched(&targets, &known)[&target].clone().unwrap_err();
    assert_eq!(
        why,
        NoMatch::Several(vec!["db[1] of prod".into(), "db[1] of copy".into()])
    );
    assert!(why.to_string().contains("label `environment`"), "{why}");
}

#[test]
fn only_what_is_newer_than_what_was_stated_is_told() {
    let stated: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    let before = || InstanceFacts {
        load: Some(LoadAverages([Hundredths(1); 3])),
        file_systems: vec![FileSystem {
            device: "/dev/vdb".into(),
            mount: "/srv-data".into(),
            size: Mib(100),
            used: Mib(10),
            available: Mib(90),
            used_percent: 10,
        }],
        ..InstanceFacts::default()
    };
    let srv = || mount("/srv/data");
    let last = |seconds: i64| -> Last {
        let at = stated + TimeDelta::seconds(seconds);
        [
            (Metric::Load1, 5),
            (Metric::Load5, 6),
            (Metric::Load15, 7),
            (Metric::DiskUsed(srv()), 91),
            (Metric::DiskAvailable(srv()), 109),
            (Metric::DiskReserved(srv()), 20),
            (Metric::DiskUsed(mount("/other")), 1),
        ]
        .map(|(metric, value)| (metric, (at, value)))
        .into()
    };
    let mut facts = before();
    tell(&mut facts, &last(0), stated);
    assert_eq!(facts, before());
    tell(&mut facts, &last(1), stated);
    assert_eq!(
        facts.load,
        Some(LoadAverages([Hundredths(5), Hundredths(6), Hundredths(7)]))
    );
    let [file_system] = facts.file_systems.as_slice() else {
        panic!("{facts:?}")
    };
    let FileSystem {
        device,
        mount,
        size,
        used,
        available,
        used_percent,
    } = file_system;
    assert_eq!((device.as_str(), mount.as_str()), ("/dev/vdb", "/srv-data"));
    assert_eq!(
        (*size, *used, *available, *used_percent),
        (Mib(220), Mib(91), Mib(109), 46)
    );
    // One average alone is no load.
    let mut facts = before();
    let one = last(1)
        .into_iter()
        .filter(|(metric, _)| *metric == Metric::Load1)
        .collect();
    tell(&mut facts, &one, stated);
    assert_eq!(facts, before());
}

#[test]
fn a_file_system_never_takes_the_figures_of_another() {
    let stated: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    let later = stated + TimeDelta::seconds(1);
    // What is stated, what was measured of which path, and what each stated one then has in use: 0 where
    // it stays as stated.
    for (paths, told, used, unclear) in [
        // Only one can be meant, however it is written.
        (
            &["/srv-data"][..],
            &[("/srv/data", 7)][..],
            &[7][..],
            &[][..],
        ),
        (&["/srv/data"], &[("/srv/data", 7)], &[7], &[]),
        (&["/srv/data/"], &[("/srv/data", 7)], &[7], &[]),
        // Both are stated, and one name came of both, or of either.
        (
            &["/srv-data", "/srv/data"],
            &[("/srv/data", 7)],
            &[0, 0],
            &["/srv-data", "/srv/data"],
        ),
        // Whoever tells of both tells them apart.
        (
            &["/srv-data", "/srv/data"],
            &[("/srv/data", 7), ("/srv-data", 8)],
            &[8, 7],
            &[],
        ),
        (
            &["/srv-data"],
            &[("/srv/data", 7), ("/srv-data", 8)],
            &[8],
            &[],
        ),
        // Neither of what was measured is this one by its own path.
        (
            &["/a-b-c"],
            &[("/a/b-c", 7), ("/a-b/c", 8)],
            &[0],
            &["/a-b-c"],
        ),
        (
            &["/other", "/"],
            &[("/srv/data", 7), ("/", 9)],
            &[0, 9],
            &[],
        ),
    ] {
        let mut facts = InstanceFacts {
            file_systems: paths
                .iter()
                .map(|path| FileSystem {
                    device: "/dev/vdb".into(),
                    mount: (*path).to_owned(),
                    size: Mib(100),
                    used: Mib(0),
                    available: Mib(100),
                    used_percent: 0,
                })
                .collect(),
            ..InstanceFacts::default()
        };
        let last: Last = told
            .iter()
            .flat_map(|(path, value)| {
                [
                    (Metric::DiskUsed(mount(path)), (later, *value)),
                    (Metric::DiskAvailable(mount(path)), (later, 50)),
                ]
            })
            .collect();
        assert_eq!(
            ambiguous(&facts, last.keys()),
            unclear,
            "{paths:?} {told:?}"
        );
        tell(&mut facts, &last, stated);
        let found: Vec<u64> = facts.file_systems.iter().map(|one| one.used.0).collect();
        assert_eq!(found, used, "{paths:?} {told:?}");
    }
}

proptest! {
    #[test]
    fn a_file_system_is_told_whole_or_not_at_all(
        known in prop::collection::btree_set("/[0-9]{1,2}", 0..80),
        readings in prop::collection::vec(
            (0..3_usize, "/[0-9]{1,2}", 0..300_i64).prop_map(|(which, path, seconds)| Reading {
                at: DateTime::from_timestamp(1_417_000_000 + seconds, 0).unwrap(),
                metric: [
                    Metric::DiskUsed(mount(&path)), Metric::DiskAvailable(mount(&path)), Metric::Load1,
                ][which].clone(),
                value: 1,
            }),
            0..300,
        ),
    ) {
        let known = known.iter().map(|path| mount(path)).collect();
        let minutes = by_minute(readings);
        let (kept, beyond) = within(&known, &minutes);
        prop_assert_eq!(kept.len() + usize::try_from(beyond).unwrap(), minutes.len());
        let of = |rolled: &Rolled| rolled.metric.parts().1.cloned();
        let told: std::collections::BTreeSet<Mount> = kept.iter().filter_map(|one| of(one)).collect();
        prop_assert!(told.union(&known).count() <= MOST_MOUNTS.max(known.len()));
        for rolled in &minutes {
            let is_kept = kept.contains(&rolled);
            prop_assert_eq!(is_kept, of(rolled).is_none_or(|mount| told.contains(&mount)));
        }
    }
}
