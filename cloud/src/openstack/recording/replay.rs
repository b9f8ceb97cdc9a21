//! A transport that answers from a recording, and reaches no cloud. It answers what was asked in the
//! same words, secrets apart; it never makes an answer up.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::super::transport::{Answer, Call, Lost, Method, Service, SignedIn, Transport, Version};
use super::{Recording, RecordingError, Redactor, Said, Told};

/// Answers from a recording. The same request is answered in the order of the recording; reading is
/// answered with the last answer again once there are no more, whatever changes something is not.
pub struct Replay {
    redactor: Redactor,
    sends: Mutex<HashMap<String, Queue<Answer>>>,
    newest: Mutex<HashMap<Service, Queue<Option<Version>>>>,
    project: Mutex<Queue<String>>,
    signed_in: Mutex<Queue<SignedIn>>,
}

/// What was told when the same was asked, in order.
struct Queue<T> {
    told: Vec<Told<T>>,
    next: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            told: Vec::new(),
            next: 0,
        }
    }
}

impl<T: Clone> Queue<T> {
    /// The next answer, or the last one again.
    fn again(&mut self) -> Option<Told<T>> {
        self.once().or_else(|| self.told.last().cloned())
    }

    /// The next answer, where there is one left.
    fn once(&mut self) -> Option<Told<T>> {
        let told = self.told.get(self.next).cloned();
        self.next += usize::from(told.is_some());
        told
    }
}

impl Replay {
    /// Reads a recording and answers from it.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        Recording::open(path).map(Self::of)
    }

    /// Answers from a recording.
    pub fn of(recording: Recording) -> Self {
        let Recording {
            head: _,
            mut exchanges,
        } = recording;
        // Lines come as exchanges end; they are answered as they began.
        exchanges.sort_by_key(|exchange| exchange.at);
        let redactor = Redactor::default();
        let mut sends: HashMap<String, Queue<Answer>> = HashMap::new();
        let mut newest: HashMap<Service, Queue<Option<Version>>> = HashMap::new();
        let mut project = Queue::default();
        let mut signed_in = Queue::default();
        for exchange in exchanges {
            match exchange.said {
                Said::Send { call, told } => {
                    let key = key(&redactor.call(&call));
                    sends.entry(key).or_default().told.push(told);
                }
                Said::Newest { service, told } => {
                    newest.entry(service).or_default().told.push(told);
                }
                Said::Project { told } => project.told.push(told),
                Said::SignedIn { told } => signed_in.told.push(told),
            }
        }
        Self {
            redactor,
            sends: Mutex::new(sends),
            newest: Mutex::new(newest),
            project: Mutex::new(project),
            signed_in: Mutex::new(signed_in),
        }
    }
}

/// What makes two requests the same: all but the microversion, the query in any order. `call` has
/// no secrets.
fn key(call: &Call) -> String {
    let Call {
        method,
        service,
        path,
        query,
        body,
        version: _,
    } = call;
    let mut query = query.clone();
    query.sort();
    let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{method:?} {service} {path} {query:?} {body}")
}

fn never(what: impl std::fmt::Display) -> Lost {
    Lost::NotOffered(format!("the recording holds no answer to {what}"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Transport for Replay {
    async fn send(&self, call: &Call) -> Result<Answer, Lost> {
        let call = self.redactor.call(call);
        let told = lock(&self.sends)
            .get_mut(&key(&call))
            .and_then(|queue| match call.method {
                Method::Get => queue.again(),
                Method::Post | Method::Put | Method::Delete => queue.once(),
            });
        match told {
            Some(told) => told.into(),
            None => Err(never(format_args!(
                "{:?} {} of {}, or no further one",
                call.method, call.path, call.service
            ))),
        }
    }

    async fn newest(&self, service: Service) -> Result<Option<Version>, Lost> {
        let told = lock(&self.newest)
            .get_mut(&service)
            .and_then(Queue::again)
            .ok_or_else(|| never(format_args!("which versions {service} speaks")))?;
        told.into()
    }

    async fn project(&self) -> Result<String, Lost> {
        let told = lock(&self.project)
            .again()
            .ok_or_else(|| never("which project is worked in"))?;
        told.into()
    }

    async fn signed_in(&self) -> Result<SignedIn, Lost> {
        let told = lock(&self.signed_in)
            .again()
            .ok_or_else(|| never("how it was signed in"))?;
        told.into()
    }
}
