//! How requests get to a cloud and answers back: the seam between the driver and whatever carries
//! them. Above it nobody knows which crate signs in; below it nobody knows what a resource is. It
//! never repeats a request and never decides what an answer means.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A service of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Nova.
    Compute,
    /// Neutron.
    Network,
    /// Cinder.
    BlockStorage,
    /// Glance.
    Image,
    /// Keystone.
    Identity,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Compute,
        Self::Network,
        Self::BlockStorage,
        Self::Image,
        Self::Identity,
    ];

    /// The word for it, as in the catalog.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Network => "network",
            Self::BlockStorage => "block-storage",
            Self::Image => "image",
            Self::Identity => "identity",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// Create, or act.
    Post,
    /// Change.
    Put,
    /// Remove.
    Delete,
}

/// A microversion: 2.69.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// 2 for compute, 3 for block storage.
    pub major: u8,
    /// What counts up.
    pub minor: u8,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What is done.
    pub method: Method,
    /// By which service.
    pub service: Service,
    /// Below the service's own address, without a leading slash: `servers/detail`.
    pub path: String,
    /// The query's parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The microversion that the answer must be of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
}

impl Call {
    fn new(method: Method, service: Service, path: impl Into<String>) -> Self {
        Self {
            method,
            service,
            path: path.into(),
            query: Vec::new(),
            body: None,
            version: None,
        }
    }

    /// Reads.
    pub fn get(service: Service, path: impl Into<String>) -> Self {
        Self::new(Method::Get, service, path)
    }

    /// Creates, or acts.
    pub fn post(service: Service, path: impl Into<String>, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::new(Method::Post, service, path)
        }
    }

    /// Changes.
    pub fn put(service: Service, path: impl Into<String>, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::new(Method::Put, service, path)
        }
    }

    /// Removes.
    pub fn delete(service: Service, path: impl Into<String>) -> Self {
        Self::new(Method::Delete, service, path)
    }

    /// With one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Of a microversion.
    #[must_use]
    pub const fn at(mut self, version: Option<Version>) -> Self {
        self.version = version;
        self
    }
}

/// What came back, whatever its status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The status: 202.
    pub status: u16,
    /// For how long the cloud asks to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// By what the cloud's own log knows this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The body; a text where it is no JSON.
    #[serde(default)]
    pub body: Value,
}

impl Answer {
    /// Whether it did what it was asked.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Why no answer came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Lost {
    /// There was no connection: nothing was sent.
    #[error("{0}")]
    NotSent(String),
    /// It was sent, and what became of it is not known.
    #[error("{0}")]
    NoAnswer(String),
    /// The cloud does not let us in.
    #[error("{0}")]
    NotLetIn(String),
    /// This cloud has no such service or microversion.
    #[error("{0}")]
    NotOffered(String),
}

/// With what sort of credential the cloud let us in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// A user's name and password.
    Password,
    /// An application credential.
    Application {
        /// What its owner calls it.
        name: Option<String>,
        /// Whether it may make no further credentials; none where the cloud doesn't say.
        restricted: Option<bool>,
    },
    /// Another sort, as `auth_type` of clouds.yaml calls it.
    Other(String),
}

/// A service of the cloud's catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Its type: `compute`, `volumev3`.
    pub service: String,
    /// The regions that it can be reached in.
    pub regions: BTreeSet<String>,
}

/// Who we are to the cloud, and what it has. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The sort of credential.
    pub credential: Credential,
    /// The user's name.
    pub user: String,
    /// The name of the project that is worked in.
    pub project: Option<String>,
    /// The names of the roles in that project.
    pub roles: Vec<String>,
    /// Until when the token is good.
    pub expires_at: Option<DateTime<Utc>>,
    /// The region that was asked for.
    pub region: Option<String>,
    /// The services there are, in whatever region.
    pub catalog: Vec<CatalogEntry>,
}

/// Carries requests to one cloud.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request, once.
    async fn send(&self, call: &Call) -> Result<Answer, Lost>;

    /// The newest microversion that a service speaks; none where it has none or is not there.
    async fn newest(&self, service: Service) -> Result<Option<Version>, Lost>;

    /// The id of the project that is worked in.
    async fn project(&self) -> Result<String, Lost>;

    /// How the cloud let us in, and what it then told.
    async fn signed_in(&self) -> Result<SignedIn, Lost>;
}
