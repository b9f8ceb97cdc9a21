//! Writes down what goes through a transport. It changes nothing of it, and a recording that can't
//! be written must not keep anybody from working: the log says so, once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::port::Clock;
use model::name::CloudName;
use serde::Serialize;

use super::super::transport::{Answer, Call, Lost, Service, SignedIn, Transport, Version};
use super::shelf::{Keep, Shelf};
use super::{Exchange, FORMAT, Head, Redactor, Said, Told};

/// A transport whose exchanges are written to files of their own, the first of which is made with
/// the first exchange.
pub struct Recorder {
    inner: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    redactor: Redactor,
    cloud: CloudName,
    shelf: Shelf,
    keep: Keep,
    log: Mutex<Log>,
}

/// Where the lines go, and what every file begins with.
struct Log {
    sink: Sink,
    /// What a driver asks once and remembers: a file that was begun later could not be played
    /// without it. By what was asked, the newest.
    standing: BTreeMap<Standing, Exchange>,
}

/// Where the lines go.
enum Sink {
    /// Nothing was asked yet.
    Unopened,
    /// There, with so many bytes in it.
    Open(File, u64),
    /// It could not be written, which was told.
    Broken,
}

/// What is asked once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Newest(Service),
    Project,
    SignedIn,
}

impl Standing {
    const fn of(said: &Said) -> Option<Self> {
        match said {
            Said::Send { call: _, told: _ } => None,
            Said::Newest { service, told: _ } => Some(Self::Newest(*service)),
            Said::Project { told: _ } => Some(Self::Project),
            Said::SignedIn { told: _ } => Some(Self::SignedIn),
        }
    }
}

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
            shelf: Shelf::new(folder, &cloud),
            cloud,
            keep: Keep::default(),
            log: Mutex::new(Log {
                sink: Sink::Unopened,
                standing: BTreeMap::new(),
            }),
        }
    }

    /// The same, which keeps so much.
    #[must_use]
    pub const fn keeping(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Begins a file with what was asked once; how large it is then.
    fn begin(&self, standing: &BTreeMap<Standing, Exchange>) -> io::Result<(File, u64)> {
        let began = self.clock.now();
        let mut file = self.shelf.begin(began, self.keep)?;
        let head = Head {
            understudy_recording: FORMAT,
            cloud: self.cloud.to_string(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            began,
        };
        let mut bytes = write_line(&mut file, &head)?;
        for exchange in standing.values() {
            bytes += write_line(&mut file, exchange)?;
        }
        tracing::info!(
            cloud = %self.cloud, folder = %self.shelf.folder(),
            "what is said with this cloud is recorded"
        );
        Ok((file, bytes))
    }

    fn write(&self, began: (DateTime<Utc>, Duration), said: Said) {
        let (at, since) = began;
        let took = self.clock.monotonic().saturating_sub(since);
        let exchange = Exchange {
            at,
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            said,
        };
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let Log { sink, standing } = &mut *log;
        let file = match std::mem::replace(sink, Sink::Broken) {
            Sink::Open(file, bytes) if bytes < self.keep.file_bytes => Ok((file, bytes)),
            Sink::Unopened | Sink::Open(..) => self.begin(standing),
            Sink::Broken => return,
        };
        let written = file.and_then(|(mut file, bytes)| {
            let more = write_line(&mut file, &exchange)?;
            Ok((file, bytes + more))
        });
        if let Some(what) = Standing::of(&exchange.said) {
            standing.insert(what, exchange);
        }
        match written {
            Ok((file, bytes)) => *sink = Sink::Open(file, bytes),
            Err(error) => tracing::warn!(
                cloud = %self.cloud, folder = %self.shelf.folder(), %error,
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

/// One write for one line, so that a reader never sees half of one while we live; its bytes.
fn write_line<T: Serialize>(file: &mut File, value: &T) -> io::Result<u64> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)?;
    Ok(line.len() as u64)
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
