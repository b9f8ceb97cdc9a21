//! The pages over two environments of 100,000 instances each: their comparison, and the runbook from one
//! to the other. A page after another is asked for, so that no answer is one that was kept.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use model::topology::Topology;

use crate::data::{altered, environment, planned};
use crate::http::Client;
use crate::program::{command, resident_mib, serve};
use crate::table::{Table, median, time};

/// Instances of each environment.
const INSTANCES: u32 = 100_000;
/// Pages of each kind that are asked for.
const PAGES: usize = 15;

/// Measures the time to the first byte, at the first time that anybody asks and afterwards.
pub async fn run(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    let before = planned(environment("large", INSTANCES));
    let after = altered(&before, "altered");
    for topology in [&before, &after] {
        import(folder.path(), topology, table).await;
    }
    let token = crate::web::token(folder.path()).await;
    let server = serve(folder.path()).await;
    let headers = format!("Authorization: Bearer {token}\r\n");
    let idle = resident_mib(&server);
    // The pages differ by where they begin, or by a parameter that says nothing.
    let compare = "/compare?a=large&b=altered";
    for (what, page) in [
        ("groups", format!("{compare}&by=group&from=")),
        ("instances", format!("{compare}&by=instance&from=")),
        ("profiles", format!("{compare}&by=profile&from=")),
        ("environment's page", "/environments/large?page=".to_owned()),
        (
            "runbook of the change",
            "/environments/large/runbook?for=change&with=altered&from=".to_owned(),
        ),
    ] {
        let mut times = Vec::new();
        let mut first = None;
        let mut length = 0;
        for number in 0..PAGES {
            let path = format!("{page}{}", number * 50);
            let mut client = Client::connect(&server.address, &path, &headers).await;
            let begun = Instant::now();
            let answer = client.get(false).await;
            assert_eq!(answer.status, 200, "{path}");
            let took = begun.elapsed();
            match first {
                None => first = Some(took),
                Some(_) => times.push(took),
            }
            length = answer.length.max(length);
        }
        table.add(
            format!(
                "two environments of {INSTANCES} instances, {what} ({} kB): the first time, then",
                length / 1000
            ),
            format!(
                "{}, {}",
                time(first.unwrap_or(Duration::ZERO)),
                time(median(times))
            ),
            "200 ms",
        );
    }
    table.add(
        "memory of the server before and after",
        format!("{idle} and {} MiB", resident_mib(&server)),
        "-",
    );
    server.kill().await;
}

async fn import(data: &Path, topology: &Topology, table: &mut Table) {
    let file = data.join(format!("{}.yaml", topology.environment));
    fs::write(&file, model::file::write(topology)).unwrap();
    let begun = Instant::now();
    let imported = command(data, &["import", file.to_str().unwrap()])
        .output()
        .await
        .unwrap();
    assert!(imported.status.success(), "{imported:?}");
    table.add(
        format!("import of {INSTANCES} instances, the whole command"),
        time(begun.elapsed()),
        "-",
    );
}
