//! `collect` and what `cloud` shows and says of what was collected, on the simulated cloud.

use std::sync::Arc;

use cloud::simulated::{Fault, ForeignServer, Verb, What};
use cloud::{Simulated, SimulatedConfig};
use engine::port::NoProbe;
use model::id::CloudId;
use model::key::ResourceKind;
use serde_json::Value;
use server::installation::{SystemClock, SystemEntropy};
use tests::world::cloud_name;

use crate::program::{Place, Ran};

/// Does something to the cloud behind the program's back.
fn behind(place: &Place, change: impl AsyncFnOnce(&Simulated)) {
    let config = SimulatedConfig {
        file: place.data().join("simulated.db"),
        ..SimulatedConfig::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let cloud = Simulated::open(
            cloud_name(),
            config,
            Arc::new(SystemClock::new()),
            Arc::new(SystemEntropy),
            Arc::new(NoProbe),
        )
        .await
        .unwrap();
        change(&cloud).await;
    });
}

/// Puts servers of somebody else in; the id of the first.
fn foreign(place: &Place) -> String {
    // The folder is made by whoever comes first.
    place.run(["cloud", "show", "simulated"]).ended(2);
    let mut first: Option<CloudId> = None;
    behind(place, async |cloud| {
        for name in ["web-01", "web-02", "web-03", "db.example.org"] {
            let server = ForeignServer {
                fault: (name == "web-03").then(|| "No valid host was found.".into()),
                ..ForeignServer::named(name)
            };
            let id = cloud.put_foreign_server(server).await.unwrap();
            first.get_or_insert(id);
        }
    });
    first.unwrap().to_string()
}

#[track_caller]
fn says(ran: &Ran, texts: &[&str]) {
    for text in texts {
        assert!(ran.stdout.contains(text), "no `{text}` in {ran:?}");
    }
}

#[test]
fn a_cloud_is_collected_shown_and_said_whose_it_is() {
    let place = Place::new();
    let early = place.run(["cloud", "show", "simulated"]).error();
    assert!(
        early.contains("`understudy collect simulated` reads what it holds"),
        "{early}"
    );
    let id = foreign(&place);
    let ran = place.run(["collect", "simulated"]).ended(0);
    says(
        &ran,
        &["4  servers", "simulated is collected: collection 1 is new."],
    );
    let again = place.run(["collect", "simulated"]).ended(0);
    says(&again, &["simulated is as it was: collection 1 stands."]);
    let told = place
        .run(["collect", "simulated", "--format", "json"])
        .ended(0);
    let last: Value = serde_json::from_str(told.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["newest"]["number"], 1);

    let shown = place.run(["cloud", "show", "simulated"]).ended(0);
    says(&shown, &["simulated, collected 20", "servers", "instances"]);
    let json = place
        .run(["cloud", "show", "simulated", "--format", "json"])
        .json();
    assert_eq!(json["counts"]["server"]["foreign"], 4);
    assert_eq!(json["stale"], false);
    let listed = place
        .run(["cloud", "show", "simulated", "--kind", "server"])
        .ended(0);
    says(&listed, &["web-01", "ERROR", "foreign", "4 servers"]);
    let args = [
        "cloud",
        "show",
        "simulated",
        "--kind",
        "server",
        "--contains",
        "example.org",
    ];
    says(&place.run(args).ended(0), &["db.example.org", "1 servers"]);

    let groups = place.run(["cloud", "groups", "simulated"]).ended(0);
    says(&groups, &["web", "by its name", "4 of 4 servers"]);
    let assign = ["cloud", "assign", "simulated", "--environment", "shop"];
    let unknown = place
        .run([&assign[..], &["--prefix", "web-"]].concat())
        .error();
    assert!(unknown.contains("shop"), "{unknown}");
    let ran = place
        .run([&assign[..], &["--prefix", "web-", "--kind", "production"]].concat())
        .ended(0);
    says(&ran, &["3 servers of shop."]);
    let listed = place.run(["show", "shop:observed"]).ended(0);
    says(&listed, &["web"]);
    let one = ["--server", &id, "--group", "proxy", "--ordinal", "4"];
    says(
        &place.run([&assign[..], &one].concat()).ended(0),
        &["1 server of shop."],
    );
    let args = [
        "cloud",
        "show",
        "simulated",
        "--kind",
        "server",
        "--owner",
        "assigned",
    ];
    says(
        &place.run(args).ended(0),
        &["assigned: shop proxy[4]", "assigned: shop web[2]"],
    );
    let back = ["cloud", "unassign", "simulated", "--prefix", "web-"];
    says(
        &place.run(back).ended(0),
        &["2 servers are nobody's again."],
    );
    let nothing = place.run(back).error();
    assert!(nothing.contains("nothing to take back"), "{nothing}");
    let log = place.run(["log"]);
    if log.status == 0 {
        says(&log, &["assign"]);
    }
}

#[test]
fn what_could_not_be_read_is_told_and_ends_otherwise() {
    let place = Place::new();
    foreign(&place);
    place.run(["collect", "simulated"]).ended(0);
    behind(&place, async |cloud| {
        let broken = Fault::new(Verb::Page, What::ServerError).kind(ResourceKind::Volume);
        cloud.add_fault(broken.times(100)).await.unwrap();
    });
    let partly = place.run(["collect", "simulated"]).ended(1);
    says(&partly, &["volumes: failed: ", "4  servers"]);
    behind(&place, async |cloud| {
        cloud.clear_faults().await.unwrap();
        let down = Fault::new(Verb::Page, What::LostRequest).times(1000);
        cloud.add_fault(down).await.unwrap();
    });
    let down = place.run(["collect", "simulated"]).ended(2);
    assert!(
        down.stderr.contains("simulated could not be asked")
            && down.stderr.contains("what was known before stands"),
        "{down:?}"
    );
    let shown = place.run(["cloud", "show", "simulated"]).ended(0);
    says(&shown, &["could not be asked since", "servers"]);
}

#[test]
fn what_is_typed_wrong_is_told() {
    let place = Place::new();
    let unknown = place.run(["collect", "nowhere"]).error();
    assert!(unknown.contains("nowhere"), "{unknown}");
    for args in [
        &["cloud", "show", "simulated", "--kind", "teapot"][..],
        &["cloud", "show", "simulated", "--owner", "ours"],
        &["cloud", "assign", "simulated", "--environment", "shop"],
        &["cloud", "assign", "simulated", "--prefix", "web-"],
        &["cloud", "unassign", "simulated", "--prefix", ""],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
    }
}
