//! Writes down what goes through a transport. It changes nothing of it, and a recording that can't
//! be written must not keep anybody from working: the log says so, once.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::port::Clock;
use model::name::CloudName;
use serde::Serialize;

use super::super::transport::{Answer, Call, Lost, Service, SignedIn, Transport, Version};
use super::{Exchange, FORMAT, Head, Redactor, Said, Told};

/// A transport whose exchanges are written to a file of their own, which is made with the first.
pub struct Recorder {
    inner: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    redactor: Redactor,
    cloud: CloudName,
    folder: PathBuf,
    sink: Mutex<Sink>,
}

/// Where the lines go.
enum Sink {
    /// Nothing was asked yet.
    Unopened,
    /// There.
    Open(File),
    /// It could not be written, which was told.
    Broken,
}

/// How many recordings of one cloud a process can begin in one second.
const IN_A_SECOND: u32 = 1000;

impl Recorder {
    /// Records into a folder, see [`super::prepare`]. `redactor` takes out the secrets, those of the
    /// credential included.
    pub fn new(
        inner: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        redactor: Redactor,
        cloud: CloudName,
        folder: PathBuf,
    ) -> Self {
        Self {
            inner,
            clock,
            redactor,
            cloud,
            folder,
            sink: Mutex::new(Sink::Unopened),
        }
    }

    fn begin(&self) -> io::Result<File> {
        let began = self.clock.now();
        let mut file = create(&self.folder, &self.cloud, began)?;
        let head = Head {
            understudy_recording: FORMAT,
            cloud: self.cloud.to_string(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            began,
        };
        write_line(&mut file, &head)?;
        tracing::info!(
            cloud = %self.cloud, folder = %self.folder.display(),
            "what is said with this cloud is recorded"
        );
        Ok(file)
    }

    fn write(&self, began: (DateTime<Utc>, Duration), said: Said) {
        let (at, since) = began;
        let took = self.clock.monotonic().saturating_sub(since);
        let exchange = Exchange {
            at,
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            said,
        };
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match std::mem::replace(&mut *sink, Sink::Broken) {
            Sink::Unopened => self.begin(),
            Sink::Open(file) => Ok(file),
            Sink::Broken => return,
        };
        let written = file.and_then(|mut file| write_line(&mut file, &exchange).map(|()| file));
        match written {
            Ok(file) => *sink = Sink::Open(file),
            Err(error) => tracing::warn!(
                cloud = %self.cloud, folder = %self.folder.display(), %error,
                "the recording can't be written; nothing more of this cloud is recorded"
            ),
        }
    }

    fn now(&self) -> (DateTime<Utc>, Duration) {
        (self.clock.now(), self.clock.monotonic())
    }

    fn told<T: Clone>(&self, result: &Result<T, Lost>) -> Told<T> {
        match result {
            Ok(answer) => Told::Answer(answer.clone()),
            Err(lost) => Told::Lost(self.redactor.lost(lost)),
        }
    }
}

/// A file that nobody else may read, and that is no other's.
fn create(folder: &Path, cloud: &CloudName, began: DateTime<Utc>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let cloud = cloud.as_str().replace(|c| !plain(c), "_");
    let stem = format!(
        "{cloud}-{}-{}",
        began.format("%Y%m%dT%H%M%SZ"),
        std::process::id()
    );
    for number in 1..IN_A_SECOND {
        let name = match number {
            1 => format!("{stem}.jsonl"),
            more => format!("{stem}-{more}.jsonl"),
        };
        match options.open(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// One write for one line, so that a reader never sees half of one while we live.
fn write_line<T: Serialize>(file: &mut File, value: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, call: &Call) -> Result<Answer, Lost> {
        let began = self.now();
        let result = self.inner.send(call).await;
        let told = match &result {
            Ok(answer) => Told::Answer(self.redactor.answer(answer)),
            Err(lost) => Told::Lost(self.redactor.lost(lost)),
        };
        let call = self.redactor.call(call);
        self.write(began, Said::Send { call, told });
        result
    }

    async fn newest(&self, service: Service) -> Result<Option<Version>, Lost> {
        let began = self.now();
        let result = self.inner.newest(service).await;
        let told = self.told(&result);
        self.write(began, Said::Newest { service, told });
        result
    }

    async fn project(&self) -> Result<String, Lost> {
        let began = self.now();
        let result = self.inner.project().await;
        let told = self.told(&result);
        self.write(began, Said::Project { told });
        result
    }

    async fn signed_in(&self) -> Result<SignedIn, Lost> {
        let began = self.now();
        let result = self.inner.signed_in().await;
        let told = self.told(&result);
        self.write(began, Said::SignedIn { told });
        result
    }
}
