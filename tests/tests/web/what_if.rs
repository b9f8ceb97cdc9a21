//! A what-if as the server answers it: what a browser works it out from, kept questions beneath, and
//! several losses at once.

use std::time::Duration;

use chrono::Days;
use plan::what_if::{Given, what_if};
use reqwest::StatusCode;
use tests::world::cloud_name;

use crate::clouds::collect;
use crate::harness::Site;

const WHAT_IF: &str = "/environments/production-2014/what-if";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_what_it_takes_and_no_more() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let answer = ann.get(&format!("{WHAT_IF}.json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let given: Given = serde_json::from_value(answer.json()["given"].take()).unwrap();
    // It comes to what the page says.
    let query = "temporary=2&secondary=yes&lost=any-host&lost=member.db.1";
    let page = ann.page(&format!("{WHAT_IF}?{query}")).await;
    let outcome = what_if(&given.base(), &query.parse().unwrap()).unwrap();
    assert!(page.body.contains("41–46"), "{}", page.body);
    assert_eq!(outcome.all.min.instances, 41);
    let lost = outcome.aftermath.unwrap();
    assert!(
        page.body.contains(&lost.clusters[0].sentence()),
        "{}",
        page.body
    );
    // What instances run, notes, addresses and parameters stay where they are.
    let whole = ann
        .get("/api/v1/environments/production-2014/topology")
        .await;
    for word in ["note", "software", "parameters", "networks", "external"] {
        let key = format!("\"{word}\":");
        assert!(!answer.body.contains(&key), "{word} in {}", answer.body);
    }
    assert!(whole.body.contains("\"note\":"), "the plan has notes");

    let stranger = site.stranger().get(&format!("{WHAT_IF}.json")).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    let nothing = ann.get("/environments/nothing/what-if.json").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_beside_kept_questions_has_the_last_word() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let kept = [
        ("name", "more"),
        ("scenario", "count.storage=9&temporary=1"),
    ];
    ann.submit(WHAT_IF, &kept).await;
    let page = ann.page(&format!("{WHAT_IF}?kept=more")).await;
    assert!(page.body.contains("23–35"), "{}", page.body);
    // As planned, too.
    let page = ann
        .page(&format!("{WHAT_IF}?kept=more&count.storage=2&temporary=0"))
        .await;
    assert!(page.body.contains("14–19"), "{}", page.body);
    assert!(!page.body.contains("23–35"), "{}", page.body);
    // What has no field goes along with the form.
    let page = ann
        .page(&format!("{WHAT_IF}?kept=more&temporary-count.db=3"))
        .await;
    assert_eq!(page.field("temporary-count.db"), "3");
    assert_eq!(page.field("kept"), "more");
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_zones_are_lost_where_it_is_known_what_stands_there() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    assert_eq!(ann.ended(&name).await, "done");
    collect(&site, &ann).await;
    let what_if = format!("/environments/{name}/what-if");
    let page = ann.page(&what_if).await;
    assert!(
        page.body.contains("zone nova, 9 instances"),
        "{}",
        page.body
    );
    assert!(page.body.contains("host host-1, "), "{}", page.body);
    // All nine stand in one zone, which is known of each.
    let page = ann.page(&format!("{what_if}?lost=zone.nova")).await;
    assert!(page.body.contains("0 of "), "{}", page.body);
    let page = ann
        .page(&format!("{what_if}?lost=host.host-1&lost=host.host-2"))
        .await;
    assert!(page.body.contains("What still stands"), "{}", page.body);
    assert_eq!(page.body.matches("checked").count(), 2, "{}", page.body);
}

/// What the page says is free of instances on the cloud that copies are on; production is on none.
fn free_instances(body: &str) -> Option<String> {
    // What Leptos marks its places with is nothing that a reader sees.
    let body = body.replace("<!>", "");
    let mut rows = body
        .split("<tr>")
        .filter(|row| row.contains(">Instances</th>"));
    let row = rows.find(|row| row.contains("<td>simulated</td>"))?;
    let cell = row.split("class=\"num\">").nth(1)?;
    let free = cell.split('<').next()?.to_owned();
    (free != "—").then_some(free)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_not_in_the_way_of_the_question_it_was_made_for() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    // Only clouds that somebody is on are asked.
    site.world.engine.uses(&cloud_name());
    let question = [("name", "two copies"), ("scenario", "temporary=2")];
    ann.submit(WHAT_IF, &question).await;
    let (kept, asked) = (
        format!("{WHAT_IF}?kept=two+copies"),
        format!("{WHAT_IF}?temporary=2"),
    );
    let instances = async |page: &str| free_instances(&ann.page(page).await.body);
    // The cloud is asked beside the pages, which wait for nobody.
    let told = tokio::time::timeout(Duration::from_mins(1), async {
        loop {
            if let Some(free) = instances(&asked).await {
                break free;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let before = told.await.unwrap();
    assert_eq!(instances(&kept).await.as_ref(), Some(&before));

    let today = site.world.engine.clock().now().date_naive();
    let until = today + Days::new(25);
    let (today, until) = (today.to_string(), until.to_string());
    let reservation = [
        ("what", "rehearsals"),
        ("question", "production-2014/two copies"),
        ("from", today.as_str()),
        ("until", until.as_str()),
    ];
    ann.submit("/capacity/reservations", &reservation)
        .await
        .leads_to("/capacity#reservations");
    assert_eq!(instances(&kept).await.as_ref(), Some(&before));
    // Whoever asks as much for something else finds it taken.
    let other = instances(&asked).await.unwrap();
    let number = |text: &str| {
        let digits = text.split(' ').next().unwrap().replace(',', "");
        digits.parse::<i64>().unwrap()
    };
    assert!(
        number(&other) < number(&before),
        "{other} of {before} is free"
    );
    // A browser can tell the one from the other as well.
    let ground = ann.get(&format!("{WHAT_IF}.json")).await.json();
    let own = &ground["kept_free"]["two copies"];
    let (_, own) = own.as_object().unwrap().iter().next().unwrap();
    assert_eq!(
        own["instances"].as_i64().unwrap(),
        number(&before) - number(&other)
    );
}
