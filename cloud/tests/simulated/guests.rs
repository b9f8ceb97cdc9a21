//! What runs inside simulated servers: told by their user data, heard over the network.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cloud::simulated::{Fault, Network, Verb, What};
use engine::port::{Cloud, CloudError};
use model::first_boot::{FirstBoot, Told, ToldVolume};
use model::key::{Key, ResourceKind};
use model::name::{EnvironmentName, VolumeName};
use model::resource::Instance;
use plan::user_data::{Filling, UserData, Whose, render};

use crate::lab::{Lab, attached, disk, key, server};

const URL: &str = "http://understudy.example.org/phone-home/e/app/1/secret";

/// Hears what machines say, and answers as it is told to.
#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<(String, BTreeMap<&'static str, String>)>>,
    deaf: Mutex<bool>,
}

impl Ear {
    fn calls(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

#[async_trait]
impl Network for Ear {
    async fn post(&self, url: &str, form: &[(&'static str, String)]) -> Result<(), String> {
        let form = form.iter().cloned().collect();
        self.heard.lock().unwrap().push((url.to_owned(), form));
        if *self.deaf.lock().unwrap() {
            return Err("status 503".into());
        }
        Ok(())
    }
}

/// What the tests' executor knows.
struct Known<'a> {
    volumes: &'a [(&'a str, &'a str)],
    phone_home: bool,
}

impl Filling for Known<'_> {
    fn volume(&self, name: &VolumeName) -> Option<String> {
        let mut volumes = self.volumes.iter();
        let (_, id) = volumes.find(|(volume, _)| *volume == name.as_str())?;
        Some((*id).to_owned())
    }
    fn secret(&self, _: &str) -> String {
        String::new()
    }
    fn phone_home(&self) -> Option<String> {
        self.phone_home.then(|| URL.to_owned())
    }
}

fn told(instance: &Instance, told: &Told, known: &Known<'_>) -> UserData {
    let environment = EnvironmentName::new("copy").unwrap();
    let whose = Whose::instance(&environment, instance);
    render(whose, instance.profiles.iter(), told, known).unwrap()
}

fn app() -> Key {
    key(ResourceKind::Instance, "app[1]")
}

/// A server that is asked to report, ACTIVE.
async fn asked(lab: &mut Lab) -> Instance {
    lab.make_network("net", "10.0.0.0/24").await;
    let instance = server("app", 1, &["net"]);
    let known = Known {
        volumes: &[],
        phone_home: true,
    };
    let data = told(&instance, &Told::default(), &known);
    let id = lab
        .create_told(&app(), instance.clone(), Some(&data))
        .await
        .unwrap();
    lab.ids.insert(app(), id);
    instance
}

async fn console(lab: &Lab) -> String {
    lab.cloud.console(&lab.ids[&app()], 100).await.unwrap()
}

#[tokio::test]
async fn a_machine_reports_once_some_time_after_it_runs() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    asked(&mut lab).await;
    // It is being built: nothing inside can speak yet, nor is there anything to read.
    lab.cloud.act(&ear).await.unwrap();
    assert_eq!(ear.calls(), 0);
    lab.forward(60);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 1);
    {
        let heard = ear.heard.lock().unwrap();
        let (url, form) = &heard[0];
        assert_eq!(url, URL);
        assert_eq!(form["hostname"], "app1");
        assert_eq!(form["instance_id"], lab.ids[&app()].as_str());
        assert!(form["pub_key_ed25519"].starts_with("ssh-ed25519 AAAA"));
    }
    lab.forward(60);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 0);
    assert_eq!(ear.calls(), 1);
    assert!(console(&lab).await.contains("phone_home: reported"));
}

#[tokio::test]
async fn a_machine_that_is_not_asked_says_nothing() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    lab.make_network("net", "10.0.0.0/24").await;
    let instance = server("app", 1, &["net"]);
    let known = Known {
        volumes: &[],
        phone_home: false,
    };
    let data = told(&instance, &Told::default(), &known);
    for (ordinal, data) in [(1, None), (2, Some(&data))] {
        let key = key(ResourceKind::Instance, &format!("app[{ordinal}]"));
        let instance = server("app", ordinal, &["net"]);
        lab.create_told(&key, instance, data).await.unwrap();
    }
    lab.forward(600);
    lab.cloud.act(&ear).await.unwrap();
    assert_eq!(ear.calls(), 0);
}

#[tokio::test]
async fn a_machine_tries_again_while_nobody_hears_it() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    *ear.deaf.lock().unwrap() = true;
    asked(&mut lab).await;
    lab.forward(60);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 0);
    // What went wrong stands on its console, with the address as cloud-init writes it.
    assert!(console(&lab).await.contains(URL));
    *ear.deaf.lock().unwrap() = false;
    lab.cloud.act(&ear).await.unwrap();
    assert_eq!(ear.calls(), 1, "it waits before it tries again");
    lab.forward(60);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 1);
    assert_eq!(ear.calls(), 2);
}

#[tokio::test]
async fn a_machine_gives_up_as_it_was_told() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    *ear.deaf.lock().unwrap() = true;
    asked(&mut lab).await;
    for _ in 0..200 {
        lab.forward(10);
        lab.cloud.act(&ear).await.unwrap();
    }
    assert_eq!(ear.calls(), 100);
    assert!(console(&lab).await.contains("Failed to post phone home"));
}

#[tokio::test]
async fn a_machine_waits_for_its_volumes() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    lab.make_network("net", "10.0.0.0/24").await;
    let volume = key(ResourceKind::Volume, "app[1].data");
    let volume_id = lab.make(&volume, disk(10)).await;
    let mut instance = server("app", 1, &["net"]);
    let mut to_tell = Told::default();
    to_tell.volumes.insert(
        "data".parse().unwrap(),
        ToldVolume {
            mount: Some("/srv".into()),
            file_system: None,
        },
    );
    instance.first_boot = FirstBoot::of(to_tell.clone());
    let known = Known {
        volumes: &[("data", volume_id.as_str())],
        phone_home: true,
    };
    let data = told(&instance, &to_tell, &known);
    let id = lab
        .create_told(&app(), instance, Some(&data))
        .await
        .unwrap();
    lab.ids.insert(app(), id);
    lab.forward(600);
    lab.cloud.act(&ear).await.unwrap();
    assert_eq!(ear.calls(), 0);
    assert!(console(&lab).await.contains("waiting for volume"));
    let attachment = key(ResourceKind::VolumeAttachment, "app[1].data");
    lab.make(&attachment, attached("app[1].data", "app[1]"))
        .await;
    lab.forward(10);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 1);
}

#[tokio::test]
async fn a_machine_may_never_report_and_says_why_on_its_console() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    let what = What::NeverReports {
        text: "no package mirror answers".into(),
    };
    lab.cloud
        .add_fault(Fault::new(Verb::Create, what).kind(ResourceKind::Instance))
        .await
        .unwrap();
    asked(&mut lab).await;
    lab.forward(3600);
    lab.cloud.act(&ear).await.unwrap();
    assert_eq!(ear.calls(), 0);
    let said = console(&lab).await;
    assert!(
        said.contains("first boot FAILED: no package mirror answers"),
        "{said}"
    );
}

#[tokio::test]
async fn a_console_is_read_from_its_end_and_of_what_is_there() {
    let mut lab = Lab::new().await;
    asked(&mut lab).await;
    lab.forward(60);
    let id = lab.ids[&app()].clone();
    assert_eq!(lab.cloud.console(&id, 1).await.unwrap(), "app1 login:\n");
    let refused = Fault::new(Verb::Console, What::ServerError);
    lab.cloud.add_fault(refused).await.unwrap();
    assert!(matches!(
        lab.cloud.console(&id, 1).await,
        Err(CloudError::Unavailable(_))
    ));
    lab.delete(&app()).await.unwrap();
    lab.forward(60);
    assert!(matches!(
        lab.cloud.console(&id, 1).await,
        Err(CloudError::NotFound(_))
    ));
    // Nothing but a server has one.
    let network = &lab.ids[&key(ResourceKind::Network, "net")];
    assert!(lab.cloud.console(network, 1).await.is_err());
}

#[tokio::test]
async fn what_a_machine_was_told_survives_a_restart() {
    let mut lab = Lab::new().await;
    let ear = Ear::default();
    asked(&mut lab).await;
    lab.forward(60);
    let again = lab.again(2).await;
    assert_eq!(again.cloud.act(&ear).await.unwrap(), 1);
    assert_eq!(lab.cloud.act(&ear).await.unwrap(), 0);
}
