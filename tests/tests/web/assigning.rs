//! The forms by which people say whose servers are.

use cloud::simulated::ForeignServer;
use model::id::CloudId;
use reqwest::StatusCode;
use serde_json::Value;

use crate::clouds::{CLOUD, collect, foreign, put, rows, says};
use crate::harness::{Site, Visitor, encoded};

/// Whose each server is: `web-01: shop web[1]`.
async fn places(visitor: &Visitor) -> Vec<String> {
    let servers = rows(visitor, "/api/v1/clouds/simulated/server").await;
    servers
        .iter()
        .map(|row| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let instance = &row["instance"];
            let place = if instance.is_array() {
                let (environment, group) = (text(&row["environment"]), text(&instance[0]));
                format!("{environment} {group}[{}]", instance[1])
            } else {
                text(&row["owner"])
            };
            format!("{}: {place}", text(&row["name"]))
        })
        .collect()
}

fn thing(id: &CloudId) -> String {
    format!("{CLOUD}/server/thing?id={}", encoded(id.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_like_a_group_is_assigned_corrected_and_taken_back() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let ids = foreign(&site).await;
        collect(&site, &ann).await;
        let page = ann.page(&format!("{CLOUD}/groups")).await;
        says(
            &page,
            &[
                "4 servers belong to nobody we know",
                "looks like shop",
                "web-01 as web[1]",
            ],
        );

        // Two of the three that are offered: a person left one out.
        let assign = format!("{CLOUD}/assign");
        let (one, two) = (ids["web-01"].as_str(), ids["web-02"].as_str());
        let wish = [
            ("server", one),
            ("server", two),
            ("environment", "shop"),
            ("kind", "staging"),
            ("group", "web"),
            ("reason", "as the wiki says"),
        ];
        let groups = format!("{CLOUD}/groups");
        ann.submit(&assign, &wish).await.leads_to(&groups);
        assert_eq!(
            places(&ann).await,
            [
                "=db01: foreign",
                "web-01: shop web[1]",
                "web-02: shop web[2]",
                "web-03: foreign"
            ]
        );
        let shop = ann.page("/environments/shop").await;
        says(
            &shop,
            &["not made by Understudy", "web-01", "192.0.2.2", "staging"],
        );
        let log = ann.page("/audit?environment=shop").await;
        says(&log, &["as the wiki says", "assign"]);

        // Corrected on its own page, to which the answer leads back.
        let correct = [
            ("from", "server"),
            ("server", two),
            ("environment", "shop"),
            ("group", "proxy"),
            ("ordinal", "7"),
        ];
        let answer = ann.submit(&assign, &correct).await;
        answer.leads_to(&thing(&ids["web-02"]));
        says(
            &ann.page(&thing(&ids["web-02"])).await,
            &["proxy[7]", "A person said so", "Correct"],
        );
        // The next collection keeps it.
        collect(&site, &ann).await;
        assert!(
            places(&ann)
                .await
                .contains(&"web-02: shop proxy[7]".to_owned())
        );

        // Whatever comes to be called so goes there too.
        let rule = [
            ("prefix", "web-"),
            ("environment", "shop"),
            ("group", "web"),
        ];
        ann.submit(&assign, &rule).await.leads_to(&groups);
        put(&site, ForeignServer::named("web-09")).await;
        collect(&site, &ann).await;
        let now = places(&ann).await;
        for place in [
            "web-02: shop proxy[7]",
            "web-03: shop web[3]",
            "web-09: shop web[9]",
        ] {
            assert!(now.contains(&place.to_owned()), "{now:?}");
        }
        says(
            &ann.page(&groups).await,
            &["name prefix web-", "Take it back"],
        );

        let unassign = format!("{CLOUD}/unassign");
        ann.submit(&unassign, &[("prefix", "web-")])
            .await
            .leads_to(&groups);
        let nobodys = [("from", "server"), ("server", one)];
        let answer = ann.submit(&unassign, &nobodys).await;
        answer.leads_to(&thing(&ids["web-01"]));
        let now = places(&ann).await;
        for place in [
            "web-01: foreign",
            "web-02: shop proxy[7]",
            "web-03: foreign",
            "web-09: foreign",
        ] {
            assert!(now.contains(&place.to_owned()), "{now:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_makes_no_sense_changes_nothing() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let ids = foreign(&site).await;
        collect(&site, &ann).await;
        let assign = format!("{CLOUD}/assign");
        let (one, two) = (ids["web-01"].as_str(), ids["web-02"].as_str());
        let wrong: [(&[(&str, &str)], &str); 7] = [
            (&[("environment", "shop")], "o server is chosen"),
            (&[("server", one)], "ame the environment"),
            (
                &[("server", one), ("environment", "no such name!")],
                "environment",
            ),
            (&[("server", one), ("environment", "shop")], "shop"),
            (&[("server", "gone"), ("environment", "secondary")], "gone"),
            (
                &[
                    ("server", one),
                    ("server", two),
                    ("environment", "secondary"),
                    ("group", "web"),
                    ("ordinal", "1"),
                ],
                "number",
            ),
            (
                &[
                    ("server", one),
                    ("environment", "secondary"),
                    ("ordinal", "many"),
                ],
                "rdinal: ",
            ),
        ];
        for (fields, words) in wrong {
            let answer = ann.submit(&assign, fields).await;
            assert!(
                answer.status.is_client_error(),
                "{fields:?}: {}",
                answer.status
            );
            says(&answer, &[words]);
        }
        let nothing = ann
            .submit(&format!("{CLOUD}/unassign"), &[("server", one)])
            .await;
        assert_eq!(nothing.status, StatusCode::CONFLICT, "{}", nothing.body);
        let nowhere = ann.submit("/clouds/nowhere/collect", &[]).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{}", nowhere.body);
        // Nothing of this was written.
        assert!(places(&ann).await.iter().all(|place| !place.contains('[')));

        // Without the pages' token, or from elsewhere, nothing is done at all.
        let bare = ann.post(&assign, &[("server", one)]).await;
        assert_eq!(bare.status, StatusCode::FORBIDDEN, "{}", bare.body);
        let stranger = site.stranger().get(CLOUD).await;
        assert_ne!(stranger.status, StatusCode::OK);
    }
}
