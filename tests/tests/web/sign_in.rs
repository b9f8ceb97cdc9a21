//! `/sign-in` and `/sign-out`.

use model::token::TokenKind;
use reqwest::{Method, StatusCode};

use crate::harness::Site;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anything_before_signing_in() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let stranger = site.stranger();
        stranger.get("/").await.leads_to("/sign-in");
        for path in [
            "/environments",
            "/environments/production-2014",
            "/instances",
            "/instances.csv",
            "/operations",
            "/nothing/here",
        ] {
            stranger
                .get(path)
                .await
                .leads_to(&format!("/sign-in?next={path}"));
        }
        let answer = stranger.get("/instances?q=a b&flavor=c").await;
        answer.leads_to("/sign-in?next=/instances%3Fq%3Da%2520b%26flavor%3Dc");
        for path in ["/api/v1/environments", "/api/v1/nothing", "/api"] {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.json()["error"]["what"], "You are not signed in");
        }
        let health = stranger.get("/health").await;
        assert_eq!(
            (health.status, health.body.as_str()),
            (StatusCode::OK, "ok\n")
        );
        let page = stranger.page("/sign-in").await;
        assert!(!page.body.contains("production-2014"), "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let secret = site.secret(TokenKind::SignIn, "ann", true).await;
        let link = format!("/sign-in?token={secret}");
        let mut ann = site.stranger();
        let answer = ann.get(&link).await;
        answer.leads_to("/");
        let cookie = answer.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
            assert!(cookie.split("; ").any(|found| found == part), "{cookie}");
        }
        assert!(
            !cookie.contains(&secret),
            "the link's secret is not the session's"
        );
        ann.take_cookie(&answer);
        assert!(ann.page("/").await.body.contains("ann"));

        let again = site.stranger().get(&link).await;
        again.leads_to("/sign-in?refused=1");
        let page = site.stranger().page("/sign-in?refused=1").await;
        assert!(page.body.contains("used before"), "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_not_used_up_by_who_is_in_or_by_loading_ahead() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let secret = site.secret(TokenKind::SignIn, "ann", true).await;
    let link = format!("/sign-in?token={secret}");
    ann.get(&link).await.leads_to("/");
    ann.get(&format!("{link}&next=/audit"))
        .await
        .leads_to("/audit");

    let ahead = site.stranger().with("sec-purpose", "prefetch;prerender");
    let page = ahead.page(&link).await;
    assert_eq!(page.field("token"), secret);
    let head = site.stranger().send(Method::HEAD, &link, None).await;
    assert_eq!(head.status, StatusCode::OK);

    // It still works.
    site.stranger().get(&link).await.leads_to("/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_token_signs_in_and_leads_on() {
    let site = Site::serve(true).await;
    for whole_link in [false, true] {
        let secret = site.secret(TokenKind::SignIn, "ann", true).await;
        let pasted = if whole_link {
            format!("{}/sign-in?token={secret}", site.base)
        } else {
            format!(" {secret} ")
        };
        let mut ann = site.stranger();
        let fields = [("token", pasted.as_str()), ("next", "/instances?q=app")];
        let answer = ann.post("/sign-in", &fields).await;
        answer.leads_to("/instances?q=app");
        ann.take_cookie(&answer);
        ann.page("/instances?q=app").await;
    }
    let secret = site.secret(TokenKind::SignIn, "ann", true).await;
    let fields = [("token", secret.as_str()), ("next", "//evil.example/")];
    let answer = site.stranger().post("/sign-in", &fields).await;
    answer.leads_to("/");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_or_is_for_something_else_does_not_sign_in() {
    let site = Site::serve(true).await;
    let ended = site.secret(TokenKind::SignIn, "ann", false).await;
    let program = site.secret(TokenKind::Api, "robot", true).await;
    for secret in [ended.as_str(), program.as_str(), "nonsense", ""] {
        let answer = site
            .stranger()
            .post("/sign-in", &[("token", secret), ("next", "/audit")])
            .await;
        answer.leads_to("/sign-in?refused=1&next=/audit");
    }
    // Nor does a link's secret let a program in, nor a token that has ended.
    let link = site.secret(TokenKind::SignIn, "ann", true).await;
    let late = site.secret(TokenKind::Api, "robot", false).await;
    for secret in [link, late, ended] {
        let robot = site
            .stranger()
            .with("authorization", &format!("Bearer {secret}"));
        let answer = robot.get("/api/v1/environments").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let robot = site
        .stranger()
        .with("authorization", &format!("Bearer {program}"));
    robot.json("/api/v1/environments").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_at_once() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let other = site.person("ann").await;
        ann.page("/").await;
        let answer = ann.submit("/sign-out", &[]).await;
        answer.leads_to("/sign-in");
        assert!(answer.header("set-cookie").contains("Max-Age=0"));
        ann.get("/").await.leads_to("/sign-in");
        // Only this one.
        other.page("/").await;
    }
}
