//! `/phone-home/…`: machines report that they are ready. Nobody is signed in; the token in the address
//! is all that counts, once.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use tests::machines::Served;

use crate::harness::{Answer, Site, Visitor, encoded};

/// Longer than anything here takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC";

/// A site whose machines are alive; one of them is not heard.
async fn served(caches: bool) -> (Site, Served) {
    let site = Site::serve(caches).await;
    let address = site.base.strip_prefix("http://").unwrap().parse().unwrap();
    let served = Served::at(&site.world, address);
    served.machines.keep_quiet("db/1");
    (site, served)
}

/// Where the machine that is not heard was told to report, once it has tried: the path of it.
async fn told(served: &Served) -> String {
    let tried = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(url) = served.machines.told("db/1") {
                return url;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let url = tried.await.unwrap();
    url[url.find("/phone-home/").unwrap()..].to_owned()
}

/// Reports as cloud-init does.
async fn report(visitor: &Visitor, path: &str, host: &str) -> Answer {
    let fields = [
        ("pub_key_rsa", "N/A"),
        ("pub_key_ed25519", HOST_KEY),
        ("instance_id", "i-1"),
        ("hostname", host),
    ];
    let fields = fields.map(|(name, value)| format!("{name}={}", encoded(value)));
    visitor
        .send(Method::POST, path, Some(fields.join("&")))
        .await
}

/// Asserts that an answer says nothing but its status.
#[track_caller]
fn says_only(answer: &Answer, status: StatusCode, of: &str) {
    assert_eq!(answer.status, status, "{of}: {answer:?}");
    assert_eq!(answer.body, "", "{of}");
    assert!(!answer.headers.contains_key("set-cookie"), "{of}");
    assert!(!answer.headers.contains_key("location"), "{of}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_let_in_by_its_token_once() {
    for caches in [true, false] {
        let (site, served) = served(caches).await;
        let ann = site.person("ann").await;
        let machine = site.stranger();
        let name = ann.copy().await;
        let path = told(&served).await;
        let (address, token) = path.rsplit_once('/').unwrap();
        assert_eq!(token.len(), 64);

        // Whoever has no token, or another's, learns nothing, signed in or not.
        let other = served.machines.told("memcache/1").unwrap_or_default();
        let theirs = other.rsplit('/').next().unwrap();
        let upper = token.to_ascii_uppercase();
        let short = &token[..63];
        let parts: Vec<&str> = path.split('/').collect();
        let ["", "phone-home", environment, group, ordinal, _] = parts.as_slice() else {
            panic!("{path}");
        };
        let nobody = uuid::Uuid::from_u128(7);
        for wrong in [
            format!("{address}/{theirs}"),
            format!("{address}/{upper}x"),
            format!("{address}/{short}"),
            format!("{address}/{token}0"),
            format!("{address}/"),
            address.to_owned(),
            format!("{path}/more"),
            format!("/phone-home/{nobody}/{group}/{ordinal}/{token}"),
            format!("/phone-home/{environment}/{group}/2/{token}"),
            format!("/phone-home/{environment}/web/1/{token}"),
            format!("/phone-home/{environment}/{group}/x/{token}"),
            "/phone-home/x".to_owned(),
        ] {
            for visitor in [&machine, &ann] {
                let answer = report(visitor, &wrong, "db1").await;
                says_only(&answer, StatusCode::NOT_FOUND, &wrong);
            }
        }
        // It is not for looking at, nor for anything large.
        let looked = machine.get(&path).await;
        says_only(&looked, StatusCode::METHOD_NOT_ALLOWED, "looked at");
        let large = format!("hostname={}", "a".repeat(20 << 10));
        let large = machine.send(Method::POST, &path, Some(large)).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let page = ann.page(&format!("/environments/{name}")).await;
        assert!(!page.body.contains(token), "{}", page.body);
        let id = ann.newest_operation(&name).await;
        let operation = ann.json(&format!("/api/v1/operations/{id}")).await;
        assert_eq!(operation["operation"]["state"]["state"], "running");

        // Its own token from wherever it stands: a machine sends no cookie and any origin.
        let anywhere = machine.with("origin", "http://elsewhere.example");
        let first = report(&anywhere, &path, "db1").await;
        says_only(&first, StatusCode::NO_CONTENT, "the first");
        assert_eq!(ann.ended(&name).await, "done");
        let page = format!("/environments/{name}/instances/db/1");
        let before = ann.page(&page).await;
        assert!(before.body.contains("it reported "), "{}", before.body);
        assert!(before.body.contains(HOST_KEY), "{}", before.body);

        // A second use is no error for the machine, and changes nothing.
        let forged = "ssh-ed25519 AAAAforged";
        let body = format!("hostname=forged&pub_key_ed25519={}", encoded(forged));
        let again = machine.send(Method::POST, &path, Some(body)).await;
        says_only(&again, StatusCode::NO_CONTENT, "the second");
        let after = ann.page(&page).await;
        assert!(after.body.contains(HOST_KEY), "{}", after.body);
        assert!(!after.body.contains("AAAAforged"), "{}", after.body);
        for place in [
            page,
            format!("/environments/{name}"),
            format!("/operations/{id}"),
            format!("/audit?environment={name}"),
            format!("/api/v1/operations/{id}"),
            format!("/api/v1/instances?environment={name}&layer=observed"),
        ] {
            let shown = ann.get(&place).await;
            assert_eq!(shown.status, StatusCode::OK, "{place}");
            assert!(!shown.body.contains(token), "{place}: {}", shown.body);
        }

        // With the instance its token is worth nothing any more.
        let confirmed = [("confirm", name.as_str()), ("reason", "")];
        ann.submit(&format!("/environments/{name}/destroy"), &confirmed)
            .await;
        assert_eq!(ann.ended(&name).await, "done");
        let late = report(&machine, &path, "db1").await;
        says_only(&late, StatusCode::NOT_FOUND, "late");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_server_of_an_installation_takes_a_report() {
    let (site, served) = served(true).await;
    let ann = site.person("ann").await;
    let name = ann.copy().await;
    let path = told(&served).await;
    let beside = site.beside().await;
    let taken = report(&beside.stranger(), &path, "db1").await;
    says_only(&taken, StatusCode::NO_CONTENT, "beside");
    assert_eq!(ann.ended(&name).await, "done");
}
