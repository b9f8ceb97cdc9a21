//! Every form: it must come from a page of this site, in this session.

use reqwest::{Method, StatusCode};

use crate::harness::{Site, Visitor, encoded, offered};

const COPIES: &str = "/environments/production-2014/copies";

/// The form that starts the default copy, without its token.
async fn form(ann: &Visitor) -> Vec<(&'static str, String)> {
    let page = ann.page("/environments/production-2014").await;
    [
        "recipe",
        "name",
        "hours",
        "reason",
        "plan_hash",
        "idempotency_key",
    ]
    .map(|name| (name, offered(&page, name)))
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_changes_nothing() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let bob = site.person("bob").await;
        let token = |page: crate::harness::Answer| page.field("form_token");
        let anns = token(ann.page("/audit").await);
        let bobs = token(bob.page("/audit").await);
        assert_ne!(anns, bobs);
        let fields = form(&ann).await;
        let body = |token: Option<&str>| {
            let mut pairs: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encoded(value)))
                .collect();
            pairs.extend(token.map(|token| format!("form_token={token}")));
            Some(pairs.join("&"))
        };
        let here = ann.with("origin", &site.base);
        for (who, visitor, token) in [
            ("no origin", ann.clone(), Some(anns.as_str())),
            (
                "another origin",
                ann.with("origin", "https://evil.example"),
                Some(anns.as_str()),
            ),
            (
                "another site",
                ann.with("sec-fetch-site", "cross-site"),
                Some(anns.as_str()),
            ),
            ("no token", here.clone(), None),
            ("an empty token", here.clone(), Some("")),
            ("another's token", here.clone(), Some(bobs.as_str())),
        ] {
            let answer = visitor.send(Method::POST, COPIES, body(token)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{who}");
            assert!(answer.body.contains("Nothing was changed"), "{who}");
        }
        let nobody = site.stranger().with("origin", &site.base);
        nobody
            .send(Method::POST, COPIES, body(Some(&anns)))
            .await
            .leads_to("/sign-in");
        assert!(
            site.world
                .store
                .operations(None, 10)
                .await
                .unwrap()
                .is_empty()
        );

        // The same form from the page itself.
        here.send(Method::POST, COPIES, body(Some(&anns)))
            .await
            .leads_to("/environments/production-2014-copy");
        assert_eq!(
            site.world.store.operations(None, 10).await.unwrap().len(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_too_large_or_incomplete_is_refused() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let long = "x".repeat(100_000);
    let answer = ann.submit(COPIES, &[("reason", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = ann.submit(COPIES, &[("recipe", "temporary")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert!(answer.body.contains("Back to"), "{}", answer.body);
    let answer = ann.submit("/environments", &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(
        site.world
            .store
            .operations(None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_needs_no_form_token() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let robot = site.program().await;
    let mut fields = form(&ann).await;
    fields.push(("form_token", String::new()));
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let answer = robot.send(Method::POST, COPIES, Some(body.join("&"))).await;
    answer.leads_to("/environments/production-2014-copy");
    let operation = &site.world.store.operations(None, 1).await.unwrap()[0];
    assert_eq!(operation.actor.to_string(), "token robot");
}
