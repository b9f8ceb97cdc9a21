//! The doctor on what a real cloud told, and on what others would.

use cloud::openstack::Options;
use cloud::openstack::doctor::{About, Check, Report, Verdict};
use cloud::openstack::recording::{Recording, Said, Told};
use cloud::openstack::transport::{Credential, Lost, Service, Version};
use plan::offers::QuotaKind;
use serde_json::json;

use crate::played::{answers, doctor, list, play, play_with};

fn about(report: &Report, about: &About) -> Check {
    let check = report.checks.iter().find(|check| &check.about == about);
    check
        .unwrap_or_else(|| panic!("nothing about {about}"))
        .clone()
}

async fn examined(recording: Recording) -> Report {
    play(recording).examine().await
}

#[tokio::test]
async fn a_good_cloud_is_told_to_be_one() {
    let report = examined(doctor()).await;
    assert_eq!(report.verdict(), Verdict::Limited);
    let bad: Vec<&About> = report
        .checks
        .iter()
        .filter(|check| check.verdict != Verdict::Ok)
        .map(|check| &check.about)
        .collect();
    // A password instead of an application credential, and a pool that members can't see.
    assert_eq!(bad, [&About::Credential, &About::FreeAddresses]);
    for kind in QuotaKind::ALL {
        about(&report, &About::Quota(*kind));
    }
    let network = about(&report, &About::ExternalNetwork);
    assert_eq!(network.found, "public, the only one seen");
    for check in &report.checks {
        assert!(!check.why.is_empty());
        assert_eq!(
            check.remedy.is_some(),
            check.verdict != Verdict::Ok,
            "{check:?}"
        );
    }
}

#[tokio::test]
async fn a_cloud_that_can_not_keep_the_mark_can_not_be_used() {
    let mut recording = doctor();
    list(&mut recording, "extensions", "extensions", |extensions| {
        extensions.retain(|extension| extension["alias"] != "standard-attr-description");
    });
    let report = examined(recording).await;
    assert_eq!(report.verdict(), Verdict::Missing);
    let check = about(&report, &About::Extension("standard-attr-description"));
    assert_eq!(check.verdict, Verdict::Missing);
}

#[tokio::test]
async fn an_external_network_has_to_be_chosen_where_there_are_several() {
    let mut recording = doctor();
    list(&mut recording, "networks", "networks", |networks| {
        let mut other = networks[0].clone();
        other["id"] = json!("other-id");
        other["name"] = json!("other");
        networks.push(other);
    });
    let report = examined(recording.clone()).await;
    let check = about(&report, &About::ExternalNetwork);
    assert_eq!(check.verdict, Verdict::Missing);
    assert!(check.remedy.unwrap().contains("external_network: public"));
    let options = Options {
        external_network: Some("public".into()),
        ..Options::default()
    };
    let report = play_with(recording, options).examine().await;
    assert_eq!(about(&report, &About::ExternalNetwork).verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_cloud_without_volumes_or_with_an_old_nova_is_limited() {
    let mut recording = doctor();
    for exchange in &mut recording.exchanges {
        match &mut exchange.said {
            Said::Send { call, told } if call.service == Service::BlockStorage => {
                *told = Told::Lost(Lost::NotOffered("no such service".into()));
            }
            Said::Newest {
                service: Service::Compute,
                told,
            } => {
                *told = Told::Answer(Some(Version {
                    major: 2,
                    minor: 60,
                }));
            }
            Said::SignedIn {
                told: Told::Answer(signed_in),
            } => {
                signed_in.catalog.retain(|entry| {
                    !entry.service.starts_with("volume") && !entry.service.starts_with("block")
                });
            }
            _ => {}
        }
    }
    let report = examined(recording).await;
    assert_eq!(report.verdict(), Verdict::Limited);
    let volumes = about(&report, &About::Service(Service::BlockStorage));
    assert_eq!(volumes.verdict, Verdict::Limited);
    assert_eq!(volumes.found, "not in the cloud's catalog");
    let versions = about(&report, &About::Versions(Service::Compute));
    assert_eq!(versions.verdict, Verdict::Limited);
    assert!(versions.found.contains("before 2.69") && !versions.found.contains("before 2.47"));
    // Quotas of volumes aren't told then, the others are.
    about(&report, &About::Quota(QuotaKind::Instances));
    assert!(about(&report, &About::Quotas).found.contains("volumes"));
}

#[tokio::test]
async fn a_service_of_another_region_is_told_with_the_region() {
    let mut recording = doctor();
    for exchange in &mut recording.exchanges {
        match &mut exchange.said {
            Said::Send { call, told } if call.service == Service::Compute => {
                *told = Told::Lost(Lost::NotOffered("not here".into()));
            }
            Said::SignedIn {
                told: Told::Answer(signed_in),
            } => {
                signed_in.region = Some("North".into());
            }
            _ => {}
        }
    }
    let report = examined(recording).await;
    let compute = about(&report, &About::Service(Service::Compute));
    assert_eq!(compute.verdict, Verdict::Missing);
    assert!(compute.found.contains("RegionOne"), "{}", compute.found);
    assert!(compute.remedy.unwrap().contains("region_name"));
}

#[tokio::test]
async fn a_credential_is_told_for_what_it_is() {
    let with = |credential: Credential, roles: &[&str]| {
        let mut recording = doctor();
        for exchange in &mut recording.exchanges {
            if let Said::SignedIn {
                told: Told::Answer(signed_in),
            } = &mut exchange.said
            {
                signed_in.credential = credential.clone();
                signed_in.roles = roles.iter().map(ToString::to_string).collect();
            }
        }
        recording
    };
    let application = |restricted| Credential::Application {
        name: Some("understudy".into()),
        restricted: Some(restricted),
    };
    let report = examined(with(application(true), &["member"])).await;
    assert_eq!(about(&report, &About::Credential).verdict, Verdict::Ok);
    assert_eq!(about(&report, &About::Roles).verdict, Verdict::Ok);
    let report = examined(with(application(false), &["reader"])).await;
    assert_eq!(about(&report, &About::Credential).verdict, Verdict::Limited);
    assert_eq!(about(&report, &About::Roles).verdict, Verdict::Missing);
    let report = examined(with(application(true), &["cloud-user-7"])).await;
    assert_eq!(about(&report, &About::Roles).verdict, Verdict::Limited);
}

#[tokio::test]
async fn who_is_not_let_in_is_told_that_alone() {
    let refused = |lost: Lost| {
        let mut recording = doctor();
        for exchange in &mut recording.exchanges {
            if let Said::SignedIn { told } = &mut exchange.said {
                *told = Told::Lost(lost.clone());
            }
        }
        recording
    };
    let report = examined(refused(Lost::NotLetIn("401".into()))).await;
    assert_eq!(report.verdict(), Verdict::Missing);
    assert_eq!(report.checks.len(), 1);
    assert!(
        report.checks[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("password")
    );
    let report = examined(refused(Lost::NotSent("refused".into()))).await;
    assert!(
        report.checks[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("auth_url")
    );
}

#[tokio::test]
async fn a_service_that_fails_is_missing_and_the_others_are_still_looked_at() {
    let mut recording = doctor();
    answers(&mut recording, "extensions", |answer| {
        answer.status = 503;
        answer.body = json!("<html>busy</html>");
    });
    let report = examined(recording).await;
    let network = about(&report, &About::Service(Service::Network));
    assert_eq!(network.verdict, Verdict::Missing);
    assert!(network.found.contains("503"), "{}", network.found);
    assert_eq!(about(&report, &About::ServerGroups).verdict, Verdict::Ok);
    // What only Neutron could tell has no lines of its own.
    let of_neutron = |check: &&Check| matches!(check.about, About::Extension(_));
    assert_eq!(report.checks.iter().find(of_neutron), None);
}

#[tokio::test]
async fn a_region_has_to_be_named_where_there_are_several() {
    let mut recording = doctor();
    for exchange in &mut recording.exchanges {
        if let Said::SignedIn {
            told: Told::Answer(signed_in),
        } = &mut exchange.said
        {
            signed_in.region = None;
            signed_in.catalog[0].regions.insert("North".into());
        }
    }
    let report = examined(recording).await;
    let check = about(&report, &About::SignIn);
    assert_eq!(check.verdict, Verdict::Limited);
    assert!(
        check.found.contains("North, Proxied, RegionOne"),
        "{}",
        check.found
    );
}
