//! The pages and the API under load, on this machine alone: 127.0.0.1, a bounded number of requests.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloud::simulated::ForeignServer;
use cloud::{Simulated, SimulatedConfig};
use engine::port::NoProbe;
use server::installation::{SystemClock, SystemEntropy};

use crate::data::environment;
use crate::http::Client;
use crate::program::{command, serve};
use crate::table::{Table, median, time};

/// Instances in the inventory.
const INSTANCES: u32 = 10_000;
/// Connections under load.
const CONNECTIONS: usize = 16;
/// How long the load lasts.
const LOAD: Duration = Duration::from_secs(4);

/// A token of the API.
pub async fn token(data: &Path) -> String {
    let output = command(data, &["token", "--name", "bench"])
        .output()
        .await
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Measures the pages, the lists, the export, and what a browser loads.
pub async fn run(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.yaml");
    std::fs::write(
        &file,
        model::file::write(&environment("inventory", INSTANCES)),
    )
    .unwrap();
    let imported = command(folder.path(), &["import", file.to_str().unwrap()])
        .output()
        .await
        .unwrap();
    assert!(imported.status.success(), "{imported:?}");
    let token = token(folder.path()).await;
    let server = serve(folder.path()).await;
    let headers = format!("Authorization: Bearer {token}\r\n");
    let address = &server.address;

    collect(folder.path(), table).await;
    let cases = [
        ("dashboard, HTML", "/", "2 ms, 2,500/s"),
        (
            "50 of 10,000 instances, HTML",
            "/instances?environment=inventory",
            "2 ms, 2,500/s",
        ),
        (
            "50 of 10,000 instances, JSON (NetBox: 200 ms, 8/s)",
            "/api/v1/instances?environment=inventory",
            "2 ms, 5,000/s",
        ),
        (
            "50 of 10,000 servers of a cloud, HTML",
            "/clouds/simulated/server?owner=foreign",
            "2 ms, 2,500/s",
        ),
        (
            "50 of 10,000 servers of a cloud by a text, JSON",
            "/api/v1/clouds/simulated/server?q=7",
            "2 ms, 5,000/s",
        ),
    ];
    for (what, path, goal) in cases {
        let (p50, length) = one_connection(address, path, &headers).await;
        let rate = under_load(address, path, &headers).await;
        table.add(
            format!(
                "{what} ({} kB): p50 at 1, rate at {CONNECTIONS}",
                length / 1000
            ),
            format!("{}, {rate}/s", time(p50)),
            goal,
        );
    }

    let path = "/api/v1/instances.csv?environment=inventory";
    let mut times = Vec::new();
    let mut rows = 0;
    for _ in 0..5 {
        let mut client = Client::connect(address, path, &headers).await;
        let start = Instant::now();
        let answer = client.get(true).await;
        times.push(start.elapsed());
        assert_eq!(answer.status, 200);
        rows = String::from_utf8_lossy(&answer.body)
            .lines()
            .filter(|l| l.contains(','))
            .count();
    }
    table.add(
        format!(
            "CSV of 10,000 instances ({} rows; NetBox: 6 to 16 s)",
            rows.saturating_sub(1)
        ),
        time(median(times)),
        "0.1 s",
    );

    for (what, path, goal) in [
        ("wasm, compressed", "/pkg/app_bg.wasm", "500 kB"),
        ("CSS, compressed", "/pkg/app.css", "30 kB"),
    ] {
        let headers = format!("{headers}Accept-Encoding: br\r\n");
        let answer = Client::connect(address, path, &headers)
            .await
            .get(false)
            .await;
        assert_eq!(answer.status, 200, "{path}");
        table.add(what, format!("{} kB", answer.length.div_ceil(1000)), goal);
    }
    server.kill().await;
}

/// Puts as many servers of somebody else into the simulated cloud and has it collected, once anew
/// and once more.
async fn collect(data: &Path, table: &mut Table) {
    let config = SimulatedConfig {
        file: data.join("simulated.db"),
        ..SimulatedConfig::default()
    };
    let cloud = Simulated::open(
        tests::world::cloud_name(),
        config,
        Arc::new(SystemClock::new()),
        Arc::new(SystemEntropy),
        Arc::new(NoProbe),
    );
    let servers = (1..=INSTANCES).map(|number| ForeignServer {
        addresses: vec![Ipv4Addr::from(0x0a00_0000 + number).into()],
        ..ForeignServer::named(&format!("web-{number}"))
    });
    let cloud = cloud.await.unwrap();
    cloud.put_foreign_servers(servers.collect()).await.unwrap();
    for what in ["all new", "nothing new"] {
        let start = Instant::now();
        let output = command(data, &["collect", "simulated"])
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        table.add(
            format!("collection of 10,000 servers, {what}, the whole command"),
            time(start.elapsed()),
            "5 s",
        );
    }
}

/// The median time of an answer at one connection, and its length.
async fn one_connection(address: &str, path: &str, headers: &str) -> (Duration, usize) {
    let mut client = Client::connect(address, path, headers).await;
    let first = client.get(false).await;
    assert_eq!(first.status, 200, "{path}");
    let mut times = Vec::new();
    for _ in 0..1000 {
        let start = Instant::now();
        client.get(false).await;
        times.push(start.elapsed());
    }
    (median(times), first.length)
}

/// Answers per second at many connections.
async fn under_load(address: &str, path: &str, headers: &str) -> u64 {
    let until = Instant::now() + LOAD;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(address, path, headers).await;
        clients.push(tokio::spawn(async move {
            let mut answers = 0_u64;
            while Instant::now() < until {
                assert_eq!(client.get(false).await.status, 200);
                answers += 1;
            }
            answers
        }));
    }
    let mut answers = 0;
    for client in clients {
        answers += client.await.unwrap();
    }
    answers / LOAD.as_secs()
}
