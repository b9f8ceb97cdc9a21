//! Calls that go wrong on demand.

use std::time::Duration;

use cloud::simulated::{Fault, Outcome, Verb, What};
use engine::port::{Cloud, CloudError, Detail, Effect, Scope, Status};
use model::key::{Key, ResourceKind};

use crate::lab::{Lab, disk, key, server};

fn volume(name: &str) -> Key {
    key(ResourceKind::Volume, name)
}

async fn add(lab: &Lab, fault: Fault) {
    lab.cloud.add_fault(fault).await.unwrap();
}

#[tokio::test]
async fn throttled() {
    let lab = Lab::new().await;
    let what = What::Throttled {
        retry_after: Some(7),
    };
    add(&lab, Fault::new(Verb::Create, what).times(2)).await;
    for _ in 0..2 {
        let error = lab.create(&volume("a"), disk(1)).await.unwrap_err();
        assert!(matches!(
            &error,
            CloudError::Throttled { retry_after: Some(wait), .. } if wait.as_secs() == 7
        ));
        assert_eq!(error.effect(), Effect::None);
    }
    assert!(lab.list().await.is_empty());
    lab.create(&volume("a"), disk(1)).await.unwrap();
    assert_eq!(lab.cloud.faults().await.unwrap()[0].remaining, 0);
}

#[tokio::test]
async fn server_errors_and_lost_answers() {
    let lab = Lab::new().await;
    for (name, what, made, unanswered) in [
        ("a", What::ServerError, false, false),
        ("b", What::ServerErrorAfterEffect, true, false),
        ("c", What::LostRequest, false, true),
        ("d", What::LostAnswer, true, true),
    ] {
        add(&lab, Fault::new(Verb::Create, what)).await;
        let error = lab.create(&volume(name), disk(1)).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Unknown);
        assert_eq!(
            matches!(error, CloudError::Unanswered(_)),
            unanswered,
            "{name}"
        );
        let there = lab.list().await.iter().any(|found| found.name == name);
        assert_eq!(there, made, "{name}");
        let call = lab.calls().await.pop().unwrap();
        let expected = if made {
            Outcome::DoneUnanswered
        } else {
            Outcome::Nothing
        };
        assert_eq!((call.outcome, call.id.is_some()), (expected, made));
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_refusal_has_no_effect() {
    let lab = Lab::new().await;
    add(&lab, Fault::new(Verb::Create, What::LostAnswer)).await;
    let error = lab.create(&volume("a"), disk(0)).await.unwrap_err();
    assert!(matches!(error, CloudError::Unanswered(_)));
    assert!(lab.list().await.is_empty());
}

#[tokio::test]
async fn changes_and_deletes_get_lost_too() {
    let mut lab = Lab::quick().await;
    lab.make(&volume("a"), disk(1)).await;
    add(&lab, Fault::new(Verb::Update, What::LostAnswer)).await;
    lab.update(&volume("a"), disk(1), disk(2))
        .await
        .unwrap_err();
    assert_eq!(
        lab.get(&volume("a")).await.unwrap().resource,
        Some(disk(2).into())
    );
    add(&lab, Fault::new(Verb::Delete, What::LostAnswer)).await;
    lab.delete(&volume("a")).await.unwrap_err();
    assert!(lab.is_gone(&volume("a")).await);
    // The key of a part is known for the record although its parents carry the mark.
    assert!(
        lab.calls()
            .await
            .iter()
            .all(|call| call.key == Some(volume("a")))
    );
}

#[tokio::test]
async fn a_server_goes_to_error() {
    let mut lab = Lab::new().await;
    let text = "Build of instance aborted: no disk".to_owned();
    let what = What::ErrorStatus { text: text.clone() };
    add(&lab, Fault::new(Verb::Create, what).key("instance/*[2]")).await;
    for ordinal in 1..=2 {
        let app = key(ResourceKind::Instance, &format!("app[{ordinal}]"));
        lab.make(&app, server("app", ordinal, &[])).await;
        assert_eq!(lab.status(&app).await.0, Status::Building);
    }
    lab.forward(10);
    let status = |ordinal| key(ResourceKind::Instance, &format!("app[{ordinal}]"));
    assert_eq!(lab.status(&status(1)).await.0, Status::Ready);
    assert_eq!(
        lab.status(&status(2)).await,
        (Status::Failed { fault: text }, Some("ERROR".into()))
    );
    lab.delete(&status(2)).await.unwrap();
    lab.forward(10);
    assert!(lab.is_gone(&status(2)).await);
}

#[tokio::test]
async fn slow_deletes_and_slow_answers() {
    let mut lab = Lab::quick().await;
    let network = key(ResourceKind::Network, "net");
    lab.make(&network, model::resource::Network {}).await;
    add(
        &lab,
        Fault::new(Verb::Delete, What::SlowDelete { seconds: 60 }),
    )
    .await;
    lab.delete(&network).await.unwrap();
    assert_eq!(lab.status(&network).await.0, Status::Deleting);
    lab.forward(59);
    assert!(!lab.is_gone(&network).await);
    lab.forward(1);
    assert!(lab.is_gone(&network).await);
    add(&lab, Fault::new(Verb::List, What::Slow { millis: 1500 })).await;
    lab.list().await;
    let slept = lab.clock.slept.lock().unwrap().clone();
    assert_eq!(slept, [Duration::from_millis(1500)]);
}

#[tokio::test]
async fn looking_goes_wrong_too() {
    let mut lab = Lab::quick().await;
    lab.make(&volume("a"), disk(1)).await;
    for verb in [Verb::List, Verb::Get, Verb::Offers] {
        add(&lab, Fault::new(verb, What::ServerError)).await;
    }
    assert!(
        lab.cloud
            .list(Scope::Everything, &ResourceKind::every(), Detail::Whole)
            .await
            .is_err()
    );
    assert!(lab.get(&volume("a")).await.is_err());
    assert!(
        lab.cloud
            .offers(&plan::offers::Offer::every())
            .await
            .is_err()
    );
    assert_eq!(lab.list().await.len(), 1);
    lab.get(&volume("a")).await.unwrap();
    lab.cloud
        .offers(&plan::offers::Offer::every())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_nth_call_of_a_kind() {
    let lab = Lab::new().await;
    let fault = Fault::new(Verb::Create, What::ServerError)
        .kind(ResourceKind::Volume)
        .nth(3)
        .times(2);
    add(&lab, fault).await;
    let group = key(ResourceKind::SecurityGroup, "g");
    lab.create(&group, model::resource::SecurityGroup {})
        .await
        .unwrap();
    let mut answers = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        answers.push(lab.create(&volume(name), disk(1)).await.is_ok());
    }
    assert_eq!(answers, [true, true, false, false, true]);
    lab.cloud.clear_faults().await.unwrap();
    assert!(lab.cloud.faults().await.unwrap().is_empty());
}

#[tokio::test]
async fn faults_that_could_never_happen_are_refused() {
    let lab = Lab::new().await;
    let text = "x".to_owned();
    for fault in [
        Fault::new(Verb::Delete, What::ErrorStatus { text }),
        Fault::new(Verb::Create, What::SlowDelete { seconds: 1 }),
        Fault::new(Verb::List, What::ServerError).kind(ResourceKind::Volume),
        Fault::new(Verb::Create, What::ServerError).times(0),
        Fault::new(Verb::Create, What::ServerError).nth(0),
    ] {
        crate::lab::refused(lab.cloud.add_fault(fault).await);
    }
}

#[test]
fn faults_are_written_as_data() {
    let fault = Fault::new(Verb::Create, What::LostAnswer).key("instance/*");
    let json = r#"{"on":{"verb":"create","key":"instance/*"},"what":"lost-answer","times":1}"#;
    assert_eq!(serde_json::to_string(&fault).unwrap(), json);
    assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), fault);
    let json = r#"{"on":{"verb":"list"},"what":{"throttled":{"retry_after":3}},"times":1}"#;
    let throttled = What::Throttled {
        retry_after: Some(3),
    };
    let read: Fault = serde_json::from_str(json).unwrap();
    assert_eq!(read, Fault::new(Verb::List, throttled));
}
