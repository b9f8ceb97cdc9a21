//! Recordings, as they are or with answers changed, played as a cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cloud::OpenStack;
use cloud::openstack::Options;
use cloud::openstack::recording::{Exchange, Recording, Replay, Said, Told};
use cloud::openstack::transport::{Answer, Call, Method};
use engine::port::{Clock, Cloud, Detail, Found, Scope};
use model::first_boot::Told as FirstTold;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::VolumeName;
use model::resolved::Resolved;
use model::resource::{Keypair, KeypairSource, Resource};
use plan::user_data::{self, Filling, UserData, Whose};
use serde_json::Value;

/// Time that stands still.
pub struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        "2026-11-20T15:00:00Z".parse().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {}
}

/// What is beside this.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recorded")
        .join(name)
}

/// The recording of the copy coming up, with the listing once it was there.
pub fn up() -> Recording {
    Recording::open(&file("up.jsonl")).unwrap()
}

/// The recording of the copy going, with the listing once it was gone.
pub fn down() -> Recording {
    Recording::open(&file("down.jsonl")).unwrap()
}

/// The recording of a copy with data coming up, with the listing once it was there.
pub fn data_up() -> Recording {
    Recording::open(&file("data-up.jsonl")).unwrap()
}

/// The recording of a copy with data going, with the listing once it was gone.
pub fn data_down() -> Recording {
    Recording::open(&file("data-down.jsonl")).unwrap()
}

/// The recording of a look at what the credential can do.
pub fn doctor() -> Recording {
    Recording::open(&file("doctor.jsonl")).unwrap()
}

/// A recording as a cloud.
pub fn play(recording: Recording) -> OpenStack {
    play_with(recording, Options::default())
}

/// A recording as a cloud that is worked with so.
pub fn play_with(recording: Recording, options: Options) -> OpenStack {
    OpenStack::new(
        "lab2".parse().unwrap(),
        Arc::new(Replay::of(recording)),
        options,
        Arc::new(Still),
    )
}

/// Changes what was answered to every reading of a path.
pub fn answers(recording: &mut Recording, path: &str, change: impl Fn(&mut Answer)) {
    let mut changed = 0;
    for exchange in &mut recording.exchanges {
        if let Said::Send { call, told } = &mut exchange.said
            && call.method == Method::Get
            && call.path == path
            && let Told::Answer(answer) = told
        {
            change(answer);
            changed += 1;
        }
    }
    assert!(changed > 0, "nobody reads {path}");
}

/// Adds a request that was answered so.
pub fn exchange(recording: &mut Recording, call: Call, status: u16, body: Value) {
    let answer = Answer {
        status,
        retry_after: None,
        request_id: None,
        body,
    };
    recording.exchanges.push(Exchange {
        at: Still.now(),
        ms: 1,
        said: Said::Send {
            call,
            told: Told::Answer(answer),
        },
    });
}

/// Changes a list that was answered.
pub fn list(recording: &mut Recording, path: &str, name: &str, change: impl Fn(&mut Vec<Value>)) {
    answers(recording, path, |answer| {
        change(answer.body[name].as_array_mut().unwrap());
    });
}

/// Everything that a cloud has.
pub async fn everything(cloud: &OpenStack) -> Vec<Found> {
    let kinds: BTreeSet<ResourceKind> = ResourceKind::ALL.iter().copied().collect();
    cloud
        .list(Scope::Everything, &kinds, Detail::Whole)
        .await
        .unwrap()
        .found
}

/// What is ours, by key.
pub fn ours(found: &[Found]) -> BTreeMap<Key, &Found> {
    found
        .iter()
        .filter_map(|found| Some((found.mark.as_ref()?.key.clone(), found)))
        .collect()
}

/// What is nobody's that we know.
pub fn foreign(found: &[Found]) -> BTreeSet<(ResourceKind, CloudId)> {
    found
        .iter()
        .filter(|found| found.mark.is_none())
        .map(|found| (found.kind, found.id.clone()))
        .collect()
}

/// What was planned with the keys that were found: a plan names none of those that Understudy makes.
pub fn with_keys(mut planned: Resolved, ours: &BTreeMap<Key, &Found>) -> Resolved {
    for (key, resource) in &mut planned.resources {
        if let Resource::Keypair(Keypair { public_key }) = resource
            && *public_key == KeypairSource::Made
        {
            let found = ours[key].resource.clone();
            let Some(Resource::Keypair(there)) = found else {
                panic!("{key}: {found:?}");
            };
            assert!(matches!(there.public_key, KeypairSource::Given(_)), "{key}");
            *public_key = there.public_key;
        }
    }
    planned
}

/// What an instance is told when it first starts. What was told was taken out of the recording, so
/// that anything is as good as anything else; that it is there is not.
pub fn told(resource: &Resource) -> Option<UserData> {
    let Resource::Instance(instance) = resource else {
        return None;
    };
    let environment = "shop".parse().unwrap();
    let whose = Whose::instance(&environment, instance);
    let nothing = FirstTold::default();
    Some(user_data::render(whose, &*instance.profiles, &nothing, &Nothing).unwrap())
}

struct Nothing;

impl Filling for Nothing {
    fn volume(&self, _: &VolumeName) -> Option<String> {
        None
    }

    fn secret(&self, _: &str) -> String {
        String::new()
    }

    fn phone_home(&self) -> Option<String> {
        None
    }
}

/// The name in the recorded body that has a key in its mark.
pub fn recorded_name(recording: &Recording, key: &Key) -> Option<String> {
    recording.exchanges.iter().find_map(|exchange| {
        let Said::Send { call, .. } = &exchange.said else {
            return None;
        };
        let object = call.body.as_ref()?.as_object()?.values().next()?;
        let described = object["description"].as_str().is_some_and(|text| {
            let mark = text.split(' ').next().unwrap_or_default();
            mark.ends_with(&format!(":{key}"))
        });
        let marked = object["metadata"]["understudy-key"] == key.to_string();
        (described || marked).then(|| object["name"].as_str().unwrap_or_default().to_owned())
    })
}
