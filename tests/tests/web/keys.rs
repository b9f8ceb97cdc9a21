//! `/environments/{name}/keys/{keypair}`: the private half of a keypair that Understudy makes goes to
//! whoever may use the environment, and the log says to whom.

use model::keypair::{Keypair, PublicKey};
use reqwest::StatusCode;
use tests::world::example_environment;

use crate::harness::{Answer, Site};

/// Made with `ssh-keygen -t ed25519`; nobody has its private half.
const GIVEN: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC ann at work";

fn shown_key(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("data-copy=\"ssh-ed25519").unwrap();
    format!("ssh-ed25519{}", rest.split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_key_is_given_and_the_log_says_to_whom() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let name = ann.copy().await;
        assert_eq!(ann.ended(&name).await, "done");
        let page = ann.page(&format!("/environments/{name}")).await;
        let public: PublicKey = shown_key(&page).parse().unwrap();
        assert!(page.body.contains(&public.fingerprint()), "{}", page.body);

        let path = format!("/environments/{name}/keys/access");
        let fetched = ann.submit(&path, &[]).await;
        assert_eq!(fetched.status, StatusCode::OK, "{}", fetched.body);
        assert_eq!(fetched.header("cache-control"), "no-store");
        let saved = format!("attachment; filename=\"{name}-access\"");
        assert_eq!(fetched.header("content-disposition"), saved);
        let private = ssh_key::PrivateKey::from_openssh(&fetched.body).unwrap();
        let half = private.public_key().to_openssh().unwrap();
        let half: PublicKey = half.parse().unwrap();
        assert_eq!(half.without_comment(), public.without_comment());
        // It is derived, and so it is the same each time, on each server.
        let beside = site.beside().await;
        let bob = beside.person("bob").await;
        let again = bob.submit(&path, &[]).await;
        assert_eq!(again.body, fetched.body);

        let log = ann.page(&format!("/audit?environment={name}")).await;
        assert_eq!(log.body.matches("private key of access").count(), 2);
        for part in ["fetch private key", "ann", "bob"] {
            assert!(log.body.contains(part), "{part}: {}", log.body);
        }
        assert!(!log.body.contains("OPENSSH"), "{}", log.body);

        // Without the form's token, signed in by nothing, or by looking alone: nothing.
        let forged = ann.post(&path, &[]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{}", forged.body);
        let stranger = site.stranger().post(&path, &[]).await;
        assert_ne!(stranger.status, StatusCode::OK);
        let looked = ann.get(&path).await;
        assert_eq!(looked.status, StatusCode::METHOD_NOT_ALLOWED);
        for answer in [&forged, &stranger, &looked] {
            assert!(!answer.body.contains("OPENSSH"), "{}", answer.body);
        }
        let log = ann.page(&format!("/audit?environment={name}")).await;
        assert_eq!(log.body.matches("private key of access").count(), 2);

        let other = ann
            .submit(&format!("/environments/{name}/keys/other"), &[])
            .await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        assert!(other.body.contains("It has access"), "{}", other.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_private_half_of_a_given_key_is_with_its_owner() {
    let site = Site::serve(true).await;
    let mut shop = example_environment("secondary.yaml");
    let key = Keypair {
        public_key: Some(GIVEN.parse().unwrap()),
        note: None,
    };
    shop.keypairs.insert("ops".parse().unwrap(), key);
    site.world.import(shop.clone()).await;
    let ann = site.person("ann").await;
    let page = ann
        .page(&format!("/environments/{}", shop.environment))
        .await;
    assert!(page.body.contains("is with its owner"), "{}", page.body);
    assert_eq!(shown_key(&page), GIVEN);
    let path = format!("/environments/{}/keys/ops", shop.environment);
    let answer = ann.submit(&path, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
    assert!(
        answer.body.contains("Its private half is with its owner"),
        "{}",
        answer.body
    );
}
