//! An environment made in the page, in a real browser, on the real OpenStack.

use std::path::Path;
use std::time::Duration;

use chromiumoxide::Page;
use tests::browser::{TestBrowser, click, fill, go, holds, in_state, text, until, until_hydrated};
use tests::openstack::{Lab, Quotas};
use tests::program::Server;
use tests::world::until_idle;

use crate::world::LabWorld;

const COPY: &str = "production-2014-copy";

async fn visit(page: &Page, url: &str) {
    go(page, url).await;
    until_hydrated(page).await;
}

/// Waits for what takes a cloud its time.
async fn waits_until(page: &Page, expression: &str) {
    for _ in 0..1200 {
        if holds(page, expression).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("never true: {expression}\n{}", text(page).await);
}

/// All steps are there, and all are done.
const DONE: &str = "!!document.querySelector('tr[data-step]') && \
                    !document.querySelector('tr[data-step]:not([data-state=done])')";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_made_in_the_page() {
    let lab = Lab::get().await;
    let world = LabWorld::with_webplatform(&lab, "page", Quotas::default()).await;
    let program = Path::new(env!("CARGO_BIN_EXE_understudy_under_test"));
    let clouds = world.folder.path().join("clouds.yaml");
    let server = Server::start_with(
        program,
        world.folder.path(),
        &[("OS_CLIENT_CONFIG_FILE", clouds.as_os_str())],
    )
    .await;
    let base = format!("http://{}", server.address);
    let browser = TestBrowser::launch().await;
    let page = browser.blank().await;
    go(&page, &server.link).await;
    until(&page, "location.pathname === '/'").await;

    visit(&page, &format!("{base}/environments/production-2014")).await;
    click(
        &page,
        "form[action='/environments/production-2014/copies'] button.primary",
    )
    .await;
    waits_until(
        &page,
        &format!("location.pathname === '/environments/{COPY}'"),
    )
    .await;
    let link = "document.querySelector('main a[href^=\"/operations/\"]')?.getAttribute('href')";
    waits_until(&page, &format!("!!({link})")).await;
    let operation: String = page.evaluate(link).await.unwrap().into_value().unwrap();
    visit(&page, &format!("{base}{operation}")).await;
    waits_until(&page, DONE).await;

    let there = world.project.listing().await;
    assert_eq!(there["server"].len(), 9, "{there:?}");
    visit(&page, &format!("{base}/environments/{COPY}")).await;
    waits_until(
        &page,
        // Nobody is asked to report to a server that has no public address.
        &format!("{} >= 9", in_state("running")),
    )
    .await;
    waits_until(
        &page,
        "new Set(document.body.innerText.match(/203\\.0\\.113\\.\\d+/g)).size >= 9",
    )
    .await;

    visit(&page, &format!("{base}/environments/{COPY}/destroy")).await;
    fill(&page, "#confirm", COPY).await;
    click(
        &page,
        &format!("form[action='/environments/{COPY}/destroy'] button[type=submit]"),
    )
    .await;
    waits_until(&page, "location.pathname.startsWith('/operations/')").await;
    waits_until(&page, DONE).await;
    until_idle(&*world.store).await;
    world
        .assert_nothing_left("made and destroyed in the page")
        .await;
    browser.close().await;
    server.kill().await;
    world.close().await;
}
