//! Files as a side of a comparison: brought by a form, named by an address, sent with a question.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Answer, Site};

const FILE: &str = "environment: tried-out
kind: staging
note: <b>bold</b>
groups:
  app: { category: application, count: { min: 2, max: 4 } }
";

/// Two things are wrong, in this order.
const WRONG: &str = "environment: tried-out
kind: staging
groups:
  app: { category: application, count: 2, flavor: 'big<script>' }
  db: { category: infrastructure, count: 1, networks: [nowhere] }
";

/// Where an answer leads.
fn to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// How many revisions of anything there are, and lines in the log.
async fn stored(site: &Site) -> (usize, usize) {
    let store = &site.world.store;
    let mut revisions = 0;
    for environment in store.environments(true).await.unwrap() {
        revisions += store.revisions(environment.id).await.unwrap().len();
    }
    (revisions, store.audit(None, 1000).await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_compared_by_an_address_that_can_be_shared() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let before = stored(&site).await;
    let answer = ann
        .submit_parts(
            "/compare",
            &[
                ("a", None, "production-2013"),
                ("b", None, ""),
                ("by", None, "group"),
                ("sizing", None, "max"),
                ("file-b", Some("C:\\plans\\<i>new.yaml"), FILE),
            ],
        )
        .await;
    let address = to(&answer);
    assert!(
        address.starts_with("/compare?a=production-2013&b=file%3A"),
        "{address}"
    );
    assert!(address.ends_with("&sizing=max"), "{address}");
    // Anybody who may read, on any server, in any layer.
    let beside = site.beside().await;
    for (site, who) in [(&site, "ann"), (&site, "bob"), (&beside, "cleo")] {
        let who = site.person(who).await;
        for by in ["", "&by=instance", "&by=profile"] {
            let page = who.page(&format!("{address}{by}")).await;
            assert!(page.body.contains("&lt;i&gt;new.yaml"), "{}", page.body);
            assert!(!page.body.contains("<i>new") && !page.body.contains("<b>bold"));
            assert!(page.body.contains("kept until"), "{}", page.body);
            // What is said of differences is kept for two environments.
            assert!(!page.body.contains("Say why"), "{}", page.body);
        }
    }
    let by_group = ann.json(&format!("/api/v1{address}")).await;
    assert_eq!(by_group["b"]["environment"], "tried-out");
    assert_eq!(by_group["b"]["file"], "<i>new.yaml");
    assert_eq!(by_group["a"]["layer"], "observed");
    assert_eq!(by_group["b"]["totals"]["instances"], 4);
    assert_eq!(stored(&site).await, before);

    // A pasted text is the same file, and both sides can be files, and the third.
    let answer = ann
        .submit_parts(
            "/compare",
            &[
                ("text-a", None, FILE),
                ("file-a", Some(""), ""),
                ("text-b", None, FILE),
                (
                    "file-c",
                    Some("third.yaml"),
                    &FILE.replace("max: 4", "max: 5"),
                ),
            ],
        )
        .await;
    let same = ann.json(&format!("/api/v1{}", to(&answer))).await;
    assert_eq!(same["same"], true, "{same}");
    assert_eq!(same["rows"][0]["key"], "app", "{same}");
    let page = ann.page(&to(&answer)).await;
    assert!(page.body.contains("Both are the same."), "{}", page.body);

    // The title of a page is no place for markup either, wherever it is from.
    let named = ann
        .page("/compare?a=%3C/title%3E%3Cb%3Ex&b=production-2013")
        .await;
    assert!(!named.body.contains("<b>x"), "{}", named.body);

    // Nothing can be said of it, whoever makes up a form.
    let (_, query) = address.split_once('?').unwrap();
    let fields = [
        ("comparison", query),
        ("fingerprint", "0000"),
        ("class", "drift"),
        ("reason", "because"),
    ];
    let answer = ann.submit("/compare/explain", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert!(
        answer.body.contains("Nothing can be said of"),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_is_told_line_by_line_and_the_file_comes_back() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let bring = async |name: &'static str, file: Option<&'static str>, content: &str| {
        let parts = [("a", None, "production-2013"), (name, file, content)];
        ann.submit_parts("/compare", &parts).await
    };
    let answer = bring("file-b", Some("new.yaml"), WRONG).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (page, said) = (
        &answer.body,
        answer.body.find("class=\"problems\"").unwrap(),
    );
    let lines: Vec<usize> = ["<code>groups.app.flavor", "<code>groups.db.networks[0]"]
        .iter()
        .map(|field| {
            said + page[said..]
                .find(field)
                .unwrap_or_else(|| panic!("{field}: {page}"))
        })
        .collect();
    assert!(lines.is_sorted());
    assert!(page.contains("big&lt;script&gt;"), "{page}");
    assert!(!page.contains("big<script>"), "{page}");
    // What was chosen beside it is still chosen.
    assert!(
        page.contains("value=\"production-2013\" selected"),
        "{page}"
    );
    // A recipe is no environment, and neither is what is no text.
    let recipe = bring(
        "text-b",
        None,
        "recipe: r\nkind: temporary\nlease: { hours: 1, max_hours: 2 }\nnetworks: { internal: { cidr: 10.14.0.0/24 } }\ngroups: { app: { from: [app] } }\n",
    )
    .await;
    assert!(recipe.body.contains("this is a recipe"), "{}", recipe.body);
    let nothing = bring("text-b", None, "just words").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nothing of it is kept: nobody else finds it.
    let hash = engine::files::FileHash::of(WRONG);
    assert_eq!(site.world.engine.kept_file(&hash).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_gone_is_told_so() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let large = format!("{FILE}# {}\n", "x".repeat(engine::files::LARGEST + 50_000));
    let bring = async |parts: &[(&str, Option<&str>, &str)]| {
        let mut all = vec![("a", None, "production-2013")];
        all.extend_from_slice(parts);
        ann.submit_parts("/compare", &all).await
    };
    let answer = bring(&[("file-b", Some("large.yaml"), &large)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("1 MiB"), "{}", answer.body);
    assert!(answer.body.len() < large.len() / 2, "it comes back");
    let all = ["file-a", "file-b", "file-c"].map(|name| (name, Some("l.yaml"), large.as_str()));
    let answer = bring(&all).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("understudy diff"), "{}", answer.body);

    let gone = format!("/compare?a=production-2013&b=file:{}", "0".repeat(40));
    let page = ann.page(&gone).await;
    assert!(
        page.body.contains("The file is no longer here"),
        "{}",
        page.body
    );
    assert!(page.body.contains("24 hours"), "{}", page.body);
    let answer = ann.get(&format!("/api/v1{gone}")).await;
    assert_eq!(answer.status, StatusCode::GONE, "{}", answer.body);

    // The 65th takes the place of the first.
    let first = to(&bring(&[("text-b", None, FILE)]).await);
    assert!(ann.page(&first).await.body.contains("pasted text"));
    for number in 0..engine::files::MOST_KEPT {
        let text = FILE.replace("tried-out", &format!("tried-out-{number}"));
        let file = engine::files::KeptFile::new("f", text, site.world.engine.clock().now());
        site.world.engine.keep_file(&file.unwrap()).await.unwrap();
    }
    assert!(ann.page(&first).await.body.contains("no longer here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_files_needs_the_sessions_token() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let parts = |token: &'static str| {
        [
            ("form_token", None, token),
            ("a", None, "production-2013"),
            ("file-b", Some("f.yaml"), FILE),
        ]
    };
    for token in ["", "made-up"] {
        let answer = ann.post_parts("/compare", &parts(token)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    let without = &parts("")[1..];
    let answer = ann.post_parts("/compare", without).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    let stranger = site.stranger().post_parts("/compare", &parts("x")).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert!(stranger.header("location").starts_with("/sign-in"));
    let hash = engine::files::FileHash::of(FILE);
    assert_eq!(site.world.engine.kept_file(&hash).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_sends_files_with_its_question() {
    let site = Site::serve(true).await;
    let robot = site.program().await;
    let ask = async |body: Value| robot.post_json("/api/v1/compare", &body).await;
    let answer = ask(json!({
        "a": {"name": "production-2013"}, "b": {"file": FILE}, "c": {"file": FILE},
        "by": "instance", "sizing": "min",
    }))
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let compared = answer.json();
    assert_eq!(compared["b"]["totals"]["instances"], 2);
    assert_eq!(compared["b"]["until"], Value::Null);
    let kinds: Vec<&Value> = compared["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["kind"])
        .collect();
    assert!(kinds.contains(&&json!("instance")), "{kinds:?}");
    // The same by names as by address.
    let named =
        ask(json!({"a": {"name": "production-2013"}, "b": {"name": "production-2014"}})).await;
    let by_address = robot
        .json("/api/v1/compare?a=production-2013&b=production-2014")
        .await;
    assert_eq!(named.json(), by_address);
    // Nothing is kept.
    let hash = engine::files::FileHash::of(FILE);
    assert_eq!(site.world.engine.kept_file(&hash).await.unwrap(), None);

    let answer =
        ask(json!({"a": {"file": WRONG}, "b": {"file": "recipe: r\nkind: temporary\nlease: { hours: 1, max_hours: 2 }\nnetworks: { internal: { cidr: 10.14.0.0/24 } }\ngroups: { app: { from: [app] } }\n"}})).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problems = answer.json()["problems"].clone();
    let told: Vec<(&str, u64, &str)> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["side"].as_str().unwrap(),
                one["line"].as_u64().unwrap(),
                one["field"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a", 4, "groups.app.flavor"),
            ("a", 5, "groups.db.networks[0]"),
            ("b", 1, ""),
        ]
    );
    for wrong in [
        json!({"a": {"name": "production-2013"}}),
        json!({"a": {"name": "x", "file": "y"}, "b": {"name": "x"}}),
        json!({"a": {"name": "production-2013"}, "b": {"file": FILE}, "by": "moon"}),
    ] {
        let answer = ask(wrong.clone()).await;
        assert!(answer.status.is_client_error(), "{wrong}: {}", answer.body);
        assert!(answer.json()["error"]["why"].is_string(), "{}", answer.body);
    }
}
