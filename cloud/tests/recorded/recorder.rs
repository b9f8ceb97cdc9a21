//! Recording: what was said comes back, without its secrets, from a file that nobody else may read.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use cloud::openstack::recording::{Keep, Recorder, Recording, Redactor, Replay, prepare};
use cloud::openstack::transport::{Answer, Call, Lost, Service, SignedIn, Transport, Version};
use serde_json::json;

use crate::played::{Still, doctor, play};

const SECRETS: [&str; 4] = [
    "Admin-4711",
    "Cloud-0815",
    "gAAAAABlongfernettoken0123456789abcdef",
    "pw-of-mine",
];

/// A cloud that tells everything.
struct Talkative;

#[async_trait]
impl Transport for Talkative {
    async fn send(&self, call: &Call) -> Result<Answer, Lost> {
        if call.path == "broken" {
            return Err(Lost::NoAnswer(format!("cut off, token={}", SECRETS[2])));
        }
        Ok(Answer {
            status: 202,
            retry_after: None,
            request_id: Some("req-1".into()),
            body: json!({"server": {
                "id": "s1", "adminPass": SECRETS[0],
                "echo": [call.body, {"said": format!("token {}", SECRETS[2])}],
                "note": format!("your password is {}", SECRETS[3]),
            }}),
        })
    }

    async fn newest(&self, _: Service) -> Result<Option<Version>, Lost> {
        Ok(Some(Version {
            major: 2,
            minor: 96,
        }))
    }

    async fn project(&self) -> Result<String, Lost> {
        Ok("p1".into())
    }

    async fn signed_in(&self) -> Result<SignedIn, Lost> {
        Err(Lost::NotLetIn(format!("not with {}", SECRETS[3])))
    }
}

fn recorder(inner: Arc<dyn Transport>, folder: &Path) -> Recorder {
    prepare(folder).unwrap();
    Recorder::new(
        inner,
        Arc::new(Still),
        Redactor::knowing([SECRETS[3].to_owned()]),
        "a cloud/with: a name".parse().unwrap(),
        folder.to_owned(),
    )
}

/// The one file of a folder.
fn recorded(folder: &Path) -> std::path::PathBuf {
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [file] = files.as_slice() else {
        panic!("{files:?}");
    };
    file.clone()
}

#[tokio::test]
async fn what_was_said_comes_back_without_secrets() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("deep/recordings");
    let recorder = recorder(Arc::new(Talkative), &folder);
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        0,
        "nothing was asked yet"
    );
    let create = |data: &str| {
        let body = json!({"server": {"name": "a", "user_data": data}});
        Call::post(Service::Compute, "servers", body)
    };
    let answer = recorder.send(&create(SECRETS[1])).await.unwrap();
    assert_eq!(
        answer.body["server"]["adminPass"], SECRETS[0],
        "callers get it whole"
    );
    let broken = Call::get(Service::Network, "broken")
        .with("b", "2")
        .with("a", "1");
    recorder.send(&broken).await.unwrap_err();
    recorder.newest(Service::Compute).await.unwrap();
    recorder.project().await.unwrap();
    recorder.signed_in().await.unwrap_err();

    let file = recorded(&folder);
    let text = std::fs::read_to_string(&file).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
    }

    let replay = Replay::open(&file).unwrap();
    // Other secrets, the same request.
    let again = replay.send(&create("something else")).await.unwrap();
    assert_eq!(again.body["server"]["id"], "s1");
    let twice = replay.send(&create(SECRETS[1])).await.unwrap_err();
    assert!(matches!(twice, Lost::NotOffered(_)), "{twice}");
    let turned = Call::get(Service::Network, "broken")
        .with("a", "1")
        .with("b", "2");
    for _ in 0..2 {
        let lost = replay.send(&turned).await.unwrap_err();
        assert!(matches!(lost, Lost::NoAnswer(_)), "{lost}");
    }
    assert_eq!(replay.project().await.unwrap(), "p1");
    let newest = replay.newest(Service::Compute).await.unwrap();
    assert_eq!(
        newest,
        Some(Version {
            major: 2,
            minor: 96
        })
    );
    assert!(matches!(replay.signed_in().await, Err(Lost::NotLetIn(_))));
    let never = replay
        .send(&Call::get(Service::Image, "images"))
        .await
        .unwrap_err();
    let words = "the recording holds no answer to Get images of image";
    assert!(never.to_string().contains(words), "{never}");
    assert!(replay.newest(Service::Image).await.is_err());
}

#[tokio::test]
async fn a_recording_of_a_replay_is_the_same() {
    let place = tempfile::tempdir().unwrap();
    let once = play(doctor()).examine().await;
    let recorder = recorder(Arc::new(Replay::of(doctor())), place.path());
    let cloud = cloud::OpenStack::new(
        "lab2".parse().unwrap(),
        Arc::new(recorder),
        cloud::openstack::Options::default(),
        Arc::new(Still),
    );
    assert_eq!(cloud.examine().await, once);
    let recording = Recording::open(&recorded(place.path())).unwrap();
    assert_eq!(play(recording).examine().await, once);
}

#[tokio::test]
async fn a_recording_that_can_not_be_written_keeps_nobody_from_working() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("gone");
    let recorder = recorder(Arc::new(Talkative), &folder);
    std::fs::remove_dir(&folder).unwrap();
    for _ in 0..2 {
        assert_eq!(recorder.project().await.unwrap(), "p1");
    }
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = prepare(&file.join("inside")).unwrap_err().to_string();
    assert!(error.contains("can't be used for a recording"), "{error}");
}

#[tokio::test]
async fn files_end_begin_anew_and_go_and_each_can_be_played() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recordings");
    prepare(&folder).unwrap();
    // Others': of a cloud whose name begins alike, and somebody's own.
    let others = ["a-b-20261120T140000Z-7.jsonl", "a-notes.jsonl", "readme"];
    for other in others {
        std::fs::write(folder.join(other), "kept").unwrap();
    }
    let old = folder.join("a-20010101T000000Z-7-2.jsonl");
    std::fs::write(&old, "old").unwrap();
    let recorder = Recorder::new(
        Arc::new(Talkative),
        Arc::new(Still),
        Redactor::knowing([SECRETS[3].to_owned()]),
        "a".parse().unwrap(),
        folder.clone(),
    )
    .keeping(Keep {
        file_bytes: 2000,
        files: 3,
    });
    recorder.newest(Service::Compute).await.unwrap();
    recorder.project().await.unwrap();
    let ask = |number: usize| Call::get(Service::Network, "ports").with("n", number.to_string());
    for number in 0..100 {
        recorder.send(&ask(number)).await.unwrap();
    }
    for other in others {
        let text = std::fs::read_to_string(folder.join(other)).unwrap();
        assert_eq!(text, "kept", "{other}");
    }
    assert!(!old.exists(), "the oldest went first");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| !others.contains(&entry.file_name().to_str().unwrap()))
        .collect();
    files.sort_by_key(|entry| entry.metadata().unwrap().modified().unwrap());
    assert_eq!(files.len(), 3, "{files:?}");
    for file in &files {
        assert!(file.metadata().unwrap().len() < 4000, "{file:?}");
        let replay = Replay::open(&file.path()).unwrap();
        assert!(replay.newest(Service::Compute).await.unwrap().is_some());
        assert_eq!(replay.project().await.unwrap(), "p1");
    }
    let newest = Replay::open(&files[2].path()).unwrap();
    newest.send(&ask(99)).await.unwrap();
}
