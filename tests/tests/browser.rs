//! The main job in a real browser, against the real program: sign in, look, compare, make a copy
//! of production, watch it, destroy it. Once with JavaScript, once without.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "browser/compare.rs"]
mod compare;
#[path = "browser/edit.rs"]
mod edit;
#[path = "browser/session.rs"]
mod session;
#[path = "browser/what_if.rs"]
mod what_if;

use std::time::Duration;

use chromiumoxide::Page;
use session::{Scripts, Session};
use tests::browser::{click, fill, go, holds, in_state, text, until, until_hydrated};

const COPY: &str = "production-2014-copy";

async fn number(page: &Page, expression: &str) -> u32 {
    match page.evaluate(expression).await {
        Ok(value) => value.into_value().unwrap_or(0),
        Err(_) => 0,
    }
}

async fn waits_until(page: &Page, expression: &str) {
    for _ in 0..1200 {
        if holds(page, expression).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never true: {expression}\n{}", text(page).await);
}

async fn visit(page: &Page, scripts: Scripts, url: &str) {
    go(page, url).await;
    if scripts == Scripts::On {
        until_hydrated(page).await;
    }
}

/// How many instances are ready, by the operation's steps.
const READY: &str = "[...document.querySelectorAll('tr[data-step][data-state=done] th')]\
                     .filter(th => th.innerText.includes('instance')).length";

async fn the_main_job(scripts: Scripts) {
    // Sign in with the printed link, read the dashboard.
    let session = Session::begin(scripts).await;
    let (page, base) = (&session.page, &session.base);
    until(page, "document.body.innerText.includes('production-2013')").await;
    let dashboard = text(page).await;
    for expected in [
        "/mnt on backup is 100% full",
        "Headroom",
        "production-2014",
        "secondary",
    ] {
        assert!(
            dashboard.contains(expected),
            "the dashboard lacks {expected}:\n{dashboard}"
        );
    }

    // The numbers of the document are on its environments' pages.
    visit(
        page,
        scripts,
        &format!("{base}/environments/production-2013"),
    )
    .await;
    let production = text(page).await;
    for expected in ["19", "55", "111 GiB", "3,330 GiB"] {
        assert!(
            production.contains(expected),
            "production-2013 lacks {expected}:\n{production}"
        );
    }

    // Compare today with the plan.
    visit(
        page,
        scripts,
        &format!("{base}/compare?a=production-2013&b=production-2014"),
    )
    .await;
    let compared = text(page).await;
    for expected in ["added", "removed", "changed", "profile-a", "14–19"] {
        assert!(
            compared.contains(expected),
            "the comparison lacks {expected}:\n{compared}"
        );
    }

    // One click on the environment's page starts the copy.
    visit(
        page,
        scripts,
        &format!("{base}/environments/production-2014"),
    )
    .await;
    let environment = text(page).await;
    for expected in ["14–19", "23–28"] {
        assert!(
            environment.contains(expected),
            "production-2014 lacks {expected}:\n{environment}"
        );
    }
    click(
        page,
        "form[action='/environments/production-2014/copies'] button.primary",
    )
    .await;
    until(
        page,
        &format!("location.pathname === '/environments/{COPY}'"),
    )
    .await;

    // Watch nine instances become ready, reload in the middle and lose nothing.
    let operation = "document.querySelector('main a[href^=\"/operations/\"]').getAttribute('href')";
    until(page, &format!("!!({operation})")).await;
    let operation: String = page
        .evaluate(operation)
        .await
        .unwrap()
        .into_value()
        .unwrap();
    let operation = format!("{base}{operation}");
    visit(page, scripts, &operation).await;
    waits_until(page, &format!("{READY} >= 2")).await;
    let before = number(page, READY).await;
    visit(page, scripts, &operation).await;
    let after = number(page, READY).await;
    assert!(
        after >= before,
        "{before} were ready, after the reload only {after}"
    );
    waits_until(page, &format!("{READY} === 9")).await;
    waits_until(
        page,
        "!document.querySelector('tr[data-step]:not([data-state=done])')",
    )
    .await;

    // Everything can be reached.
    visit(page, scripts, &format!("{base}/environments/{COPY}")).await;
    until(
        page,
        // Its machines live beside the server, and have reported.
        &format!("{} >= 9", in_state("ready")),
    )
    .await;
    until(
        page,
        "new Set(document.body.innerText.match(/203\\.0\\.113\\.\\d+/g)).size >= 9",
    )
    .await;

    // One of its machines says on its console what it did.
    visit(
        page,
        scripts,
        &format!("{base}/environments/{COPY}/instances/db/1"),
    )
    .await;
    click(page, "main form[method=get] button").await;
    until(
        page,
        "document.body.innerText.includes('phone_home: reported')",
    )
    .await;

    // The cloud is looked at anew, and tells them among all that it holds.
    visit(page, scripts, &format!("{base}/clouds/simulated")).await;
    // The answer leads to where it was asked: a mark tells one page from the other.
    page.evaluate("window.before = true").await.unwrap();
    click(
        page,
        "form[action='/clouds/simulated/collect'] button[type=submit]",
    )
    .await;
    until(
        page,
        "!window.before && location.pathname === '/clouds/simulated' \
         && document.readyState === 'complete'",
    )
    .await;
    let nine_of_ours = async || {
        let ours = format!("{base}/clouds/simulated/server?owner=ours");
        visit(page, scripts, &ours).await;
        number(page, "document.querySelectorAll('main tbody tr').length").await == 9
    };
    let mut left = 100;
    while !nine_of_ours().await {
        left -= 1;
        assert!(left > 0, "they are not listed:\n{}", text(page).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    // Destroy it: the name is wanted.
    visit(
        page,
        scripts,
        &format!("{base}/environments/{COPY}/destroy"),
    )
    .await;
    fill(page, "#confirm", COPY).await;
    click(
        page,
        &format!("form[action='/environments/{COPY}/destroy'] button[type=submit]"),
    )
    .await;
    until(page, "location.pathname.startsWith('/operations/')").await;
    waits_until(page, "!!document.querySelector('tr[data-step]') && !document.querySelector('tr[data-step]:not([data-state=done])')").await;
    let gone = async || {
        visit(page, scripts, &format!("{base}/environments")).await;
        !holds(
            page,
            &format!("!!document.querySelector('main a[href=\"/environments/{COPY}\"]')"),
        )
        .await
    };
    let mut left = 100;
    while !gone().await {
        left -= 1;
        assert!(left > 0, "it is still listed:\n{}", text(page).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    session.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_with_javascript() {
    the_main_job(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_without_javascript() {
    the_main_job(Scripts::Off).await;
}
