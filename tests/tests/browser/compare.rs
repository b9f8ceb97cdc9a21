//! Files as sides of a comparison in a real browser: one is chosen on its field, one is mended where it was
//! pasted. Once with scripts, once without.

use tests::browser::{choose_file, click, fill, go, text, until, until_hydrated};

use super::session::{Scripts, Session};

const GOOD: &str = "environment: brought
kind: staging
groups:
  web: { category: application, count: 3 }
";

async fn files_are_compared(scripts: Scripts) {
    let session = Session::begin(scripts).await;
    let (page, base) = (&session.page, &session.base);
    go(page, &format!("{base}/compare?a=production-2013")).await;
    if scripts == Scripts::On {
        until_hydrated(page).await;
    }

    // Pasted, and wrong: it is told where, and mended in its place.
    let side = ".compare-side:nth-of-type(2)";
    click(page, &format!("{side} summary")).await;
    let wrong = GOOD.replace("count: 3", "count: many");
    fill(page, "[name=text-b]", &wrong).await;
    click(page, ".filter-actions button").await;
    until(page, "!!document.querySelector('table.problems td')").await;
    let told = text(page).await;
    assert!(told.contains("groups.web.count"), "{told}");
    fill(page, "[name=text-b]", GOOD).await;
    click(page, ".filter-actions button").await;
    until(page, "location.search.includes('b=file')").await;
    let compared = text(page).await;
    for expected in ["pasted text", "kept until", "brought"] {
        assert!(compared.contains(expected), "{expected}:\n{compared}");
    }

    // Chosen on the field of the other side; the first stays chosen.
    let file = session.folder.path().join("other.yaml");
    std::fs::write(&file, GOOD.replace("count: 3", "count: 4")).unwrap();
    click(page, ".compare-side:nth-of-type(1) summary").await;
    choose_file(page, "[name=file-a]", &file).await;
    click(page, ".filter-actions button").await;
    until(page, "location.search.includes('a=file')").await;
    until(page, "document.body.innerText.includes('other.yaml')").await;
    let compared = text(page).await;
    assert!(compared.contains("pasted text"), "{compared}");
    // The layer is switched by a click, and a reload changes nothing.
    click(page, "[name=by][value=instance] + span").await;
    click(page, ".filter-actions button").await;
    until(page, "location.search.includes('by=instance')").await;
    go(page, &page.url().await.unwrap().unwrap()).await;
    until(page, "document.body.innerText.includes('web[4]')").await;
    // The browser says of a refused form what its page says.
    let mut seen = session.complaints.seen();
    seen.retain(|complaint| !complaint.contains("422"));
    assert_eq!(seen, Vec::<String>::new());
    session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_compared_with_scripts() {
    files_are_compared(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_compared_without_scripts() {
    files_are_compared(Scripts::Off).await;
}
