//! One step of a what-if where people see it: in a real browser, on the page of the real program, from
//! the event of a slider that moved to the page laid out anew.

use std::path::Path;
use std::time::Duration;

use chromiumoxide::Page;
use model::environment::{EnvironmentKind, Layer};
use model::group::Replicates;
use model::topology::Topology;
use tests::browser::{TestBrowser, go, until, until_hydrated};

use crate::http::Client;
use crate::program::{command, serve};
use crate::table::{Table, median, time};
use crate::what_if::{GROUPS, PRODUCTION, ranged, scenario};

/// What it costs, in a file.
const PRICES: &str = "from,currency,what,name,per_hour\n\
    2013-01-01,EUR,vcpu,,0.01\n\
    2013-01-01,EUR,ram-gib,,0.005\n\
    2013-01-01,EUR,disk-gib,,0.0001\n";

/// Touches the form, and notes how long it takes until it is live.
const TOUCH: &str = "(() => {
    const place = document.querySelector('#outcome');
    const begun = performance.now();
    new MutationObserver((_, watch) => {
        watch.disconnect();
        window.touched = performance.now() - begun;
    }).observe(place, { childList: true });
    document.querySelector('#what-if input[type=range]').focus();
})()";

/// Moves a slider so many times; the milliseconds of each step, and how many different pages were drawn.
const STEPS: &str = "(() => {
    const slider = document.querySelector('.pair input[type=range]');
    const place = document.querySelector('#outcome');
    const times = [], drawn = new Set();
    for (let n = 0; n < 31; n++) {
        slider.value = 51 + n;
        const begun = performance.now();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        place.getBoundingClientRect();
        times.push(performance.now() - begun);
        drawn.add(place.textContent);
    }
    return [times, drawn.size];
})()";

/// Measures steps, the first touch, and what is sent for it.
pub async fn run(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path()).await;
    let server = serve(folder.path()).await;
    let address = format!("http://{}", server.address);
    let browser = TestBrowser::launch().await;
    let page = browser.blank().await;
    go(&page, &server.link).await;
    until(&page, "location.pathname === '/'").await;
    let path = format!("/environments/{PRODUCTION}/what-if");
    let production = planned(PRODUCTION);
    for (what, chosen, lost) in [
        ("10 counts chosen", 10, ""),
        ("all counts chosen", GROUPS as usize, ""),
        ("10 counts chosen, a host lost", 10, "&lost=any-host"),
    ] {
        let query = format!("{}{lost}", scenario(&production, chosen));
        go(&page, &format!("{address}{path}?{query}")).await;
        until_hydrated(&page).await;
        page.evaluate(TOUCH).await.unwrap();
        until(&page, "window.touched > 0").await;
        if lost.is_empty() && chosen == 10 {
            let touched = page.evaluate("window.touched").await.unwrap();
            let touched = milliseconds(touched.into_value().unwrap());
            table.add(
                format!("first touch of a what-if of 3 × {GROUPS} groups, until it is live"),
                time(touched),
                "",
            );
        }
        let (times, drawn) = steps(&page).await;
        assert!(drawn > 20, "only {drawn} steps drew something");
        table.add(
            format!("the same step in Chromium, drawn and laid out, {what}"),
            time(median(times)),
            "16 ms",
        );
    }
    browser.close().await;
    sent(folder.path(), &server.address, &path, table).await;
    server.kill().await;
}

async fn steps(page: &Page) -> (Vec<Duration>, u32) {
    let seen = page.evaluate(STEPS).await.unwrap();
    let (times, drawn): (Vec<f64>, u32) = seen.into_value().unwrap();
    (times.into_iter().map(milliseconds).collect(), drawn)
}

fn milliseconds(milliseconds: f64) -> Duration {
    Duration::from_secs_f64(milliseconds / 1000.0)
}

/// How much the page is, and what comes at its first touch.
async fn sent(data: &Path, address: &str, path: &str, table: &mut Table) {
    let token = crate::web::token(data).await;
    let headers = format!("Authorization: Bearer {token}\r\nAccept-Encoding: br\r\n");
    for (what, path) in [
        ("its page", path.to_owned()),
        ("what it is worked out from", format!("{path}.json")),
    ] {
        let mut client = Client::connect(address, &path, &headers).await;
        let answer = client.get(false).await;
        assert_eq!(answer.status, 200, "{path}");
        let size = format!("{} kB", answer.length.div_ceil(1000));
        table.add(format!("{what}, compressed"), size, "");
    }
}

/// What is planned: nothing of it runs.
fn planned(name: &str) -> Topology {
    let mut topology = ranged(name);
    topology.layer = Layer::Planned;
    for group in topology.groups.values_mut() {
        group.instances.clear();
    }
    topology
}

/// Three environments of as many groups, and what they cost.
async fn prepare(data: &Path) {
    let mut secondary = planned("bench-secondary");
    secondary.kind = EnvironmentKind::Secondary;
    let production = planned(PRODUCTION);
    secondary.replicates = Some(Replicates {
        environment: production.environment.clone(),
        group: None,
    });
    let groups: Vec<String> = production
        .groups
        .keys()
        .map(|name| format!("  {name}: {{}}\n"))
        .collect();
    // Of recipes that fit, the first by name is taken.
    let recipe = format!(
        "recipe: bench\nkind: temporary\nlease: {{ hours: 8, max_hours: 72 }}\nnetworks: {{ internal: {{ cidr: 10.14.0.0/16, routed: true }} }}\ngroups:\n{}",
        groups.concat()
    );
    for (name, text, what) in [
        ("production.yaml", model::file::write(&production), "import"),
        ("secondary.yaml", model::file::write(&secondary), "import"),
        ("recipe.yaml", recipe, "import"),
        ("prices.csv", PRICES.to_owned(), "prices import"),
    ] {
        let file = data.join(name);
        std::fs::write(&file, text).unwrap();
        let arguments: Vec<&str> = what.split(' ').chain(file.to_str()).collect();
        let done = command(data, &arguments).output().await.unwrap();
        assert!(done.status.success(), "{done:?}");
    }
}
