//! What things cost: written down once, told wherever something is made of it.

use reqwest::StatusCode;

use crate::clouds::collect;
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
    // All parts of every flavor have one, so nobody says that a flavor has none.
    let page = ann.page("/environments/production-2014").await;
    assert!(
        !page.body.contains("there is no price for"),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_held_against_what_a_site_offers_and_costs() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let report = "/environments/production-2014/reports?report=sites";
    let says = async |address: &str, expected: &[&str]| {
        let page = ann.page(address).await;
        for text in expected {
            assert!(page.body.contains(text), "{text} in {}", page.body);
        }
    };
    says(report, &["its quota was not told", "no price is known"]).await;
    collect(&site, &ann).await;
    says(
        report,
        &[
            "provider: quotas and flavors are those of the cloud simulated, as collected at",
            "fits",
        ],
    )
    .await;

    let write = async |fields: &[(&str, &str)], to: &str| {
        ann.submit("/prices", fields).await.leads_to(to);
    };
    write(&[("csv", PRICES)], "/prices").await;
    let anywhere =
        "provider: priced by the prices for anywhere, for it has none of its own, from 2013-01-01.";
    says(report, &[anywhere]).await;
    let dearer = PRICES.replace("vcpu,,0.01", "vcpu,,0.02");
    let at_provider = "/prices?site=provider";
    write(&[("site", "provider"), ("csv", &dearer)], at_provider).await;
    says(
        report,
        &["provider: priced by prices of its own, from 2013-01-01."],
    )
    .await;
    says(at_provider, &["Prices at provider", "0.02"]).await;
    // What is at the site costs what it does there: 26 vCPU for 0.26 more.
    says("/environments/production-2014/copy", &["0.86 EUR"]).await;
    let file = ann.get("/prices.csv?site=provider").await;
    assert!(file.body.contains("vcpu,,0.02"), "{}", file.body);
    let file = ann.get("/prices.csv").await;
    assert!(file.body.contains("vcpu,,0.01"), "{}", file.body);

    let none = [("site", "no site"), ("csv", PRICES)];
    let refused = ann.submit("/prices", &none).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    write(&[("site", "provider"), ("csv", "")], at_provider).await;
    says(report, &[anywhere]).await;
    says(
        at_provider,
        &["Nobody has written down what things cost at provider."],
    )
    .await;
}
