//! What things cost: written down once, told wherever something is made of it.

use reqwest::StatusCode;

use crate::harness::Site;

const PRICES: &str = "from,currency,what,name,per_hour\n\
    2013-01-01,EUR,vcpu,,0.01\n\
    2013-01-01,EUR,ram-gib,,0.005\n\
    2013-01-01,EUR,disk-gib,,0\n\
    2013-01-01,EUR,volume-gib,,0.0001\n\
    2013-01-01,EUR,address,,0.004\n";

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_written_and_told_with_every_copy() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let page = ann.page("/environments/production-2014/copy").await;
    assert!(
        page.body.contains("no price book for today yet"),
        "{}",
        page.body
    );

    ann.submit(
        "/prices",
        &[("csv", PRICES), ("reason", "the offer of March")],
    )
    .await
    .leads_to("/prices");
    let page = ann.page("/prices").await;
    assert!(page.body.contains("holds today"), "{}", page.body);
    let file = ann.get("/prices.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.body.contains("2013-01-01,EUR,address,,0.004"),
        "{}",
        file.body
    );
    let line = &site.world.store.audit(None, 1).await.unwrap()[0];
    assert_eq!(line.reason, "the offer of March");
    assert_eq!(line.before.as_deref(), Some("nothing"));

    // Nine instances of 26 vCPU and 60 GiB, a volume of 50 GiB, nine addresses, for an hour:
    // 0.26 + 0.30 + 0.005 + 0.036.
    let page = ann.page("/environments/production-2014/copy").await;
    assert!(page.body.contains("0.60 EUR"), "{}", page.body);
    assert!(page.body.contains("19 of 19 items priced"), "{}", page.body);
    // The proof says the same for as long as is asked for.
    let page = ann
        .page("/environments/production-2014/copy?hours=10")
        .await;
    assert!(
        page.body.contains("6.01 EUR until it expires in 10 hours"),
        "{}",
        page.body
    );
    let page = ann
        .page("/environments/production-2014/what-if?temporary=1")
        .await;
    assert!(page.body.contains("What it costs"), "{}", page.body);

    // What is wrong is told by its line, and what was there stays.
    let wrong = PRICES.replace("0.004", "cheap");
    let refused = ann.submit("/prices", &[("csv", &wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("line 6"), "{}", refused.body);
    let file = ann.get("/prices.csv").await;
    assert!(file.body.contains("0.004"), "{}", file.body);

    ann.submit("/prices", &[("csv", "")])
        .await
        .leads_to("/prices");
    let page = ann.page("/prices").await;
    assert!(
        page.body.contains("Nobody has written down"),
        "{}",
        page.body
    );
}
