//! The transport over `openstack_sdk`: signing in, the catalog, discovery, renewal of tokens. It
//! reads nothing of what it carries, keeps no token on disk, and repeats nothing but what met a
//! token that had run out. Why this crate, and why only this much of it: `docs/adr/0001`.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use openstack_sdk::AsyncOpenStack;
use openstack_sdk::api::{ApiError, QueryAsync, RestClient, RestEndpoint, raw};
use openstack_sdk::api::{AsyncClient, BodyError, QueryParams};
use openstack_sdk::config::CloudConfig;
use openstack_sdk::types::{ApiVersion, ServiceType};
use openstack_sdk::{OpenStackError, RestError};
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::transport::{
    Answer, Call, CatalogEntry, Credential, Lost, Method, Service, SignedIn, Transport, Version,
};

/// Signs in when the first request is sent, and again where that failed. A service's versions are
/// asked for with the first request to it: one that is down or not there must not keep us from the
/// others.
pub(super) struct Sdk {
    config: CloudConfig,
    timeout: Duration,
    session: OnceCell<AsyncOpenStack>,
    /// With which token each service was last asked for its versions: signing in anew brings a new
    /// catalog, which knows nothing of them.
    discovered: [Mutex<Option<Stamp>>; Service::ALL.len()],
}

/// When a token was issued: what tells one from the next.
type Stamp = String;

/// The session's token.
fn stamp(session: &AsyncOpenStack) -> Stamp {
    let issued = session.get_auth_info().map(|info| info.token.issued_at);
    format!("{issued:?}")
}

impl Sdk {
    pub(super) fn new(config: CloudConfig, timeout: Duration) -> Self {
        Self {
            config,
            timeout,
            session: OnceCell::new(),
            discovered: Default::default(),
        }
    }

    async fn session(&self) -> Result<&AsyncOpenStack, Lost> {
        self.session
            .get_or_try_init(|| async {
                // Without a reference to it the linker leaves the plug-in out.
                std::hint::black_box(&openstack_sdk_auth_applicationcredential::ANCHOR);
                AsyncOpenStack::builder(&self.config)
                    .disable_auth_cache(true)
                    .http_timeout(self.timeout)
                    .http_pool_max_idle_per_host(16)
                    .connect()
                    .await
                    .map_err(|error| not_connected(&error))
            })
            .await
    }

    /// A session that knows where a service is and which versions it speaks.
    async fn session_for(&self, service: Service) -> Result<&AsyncOpenStack, Lost> {
        let session = self.session().await?;
        if service == Service::Identity {
            // It was found in order to sign in.
            return Ok(session);
        }
        let discovered = Service::ALL
            .into_iter()
            .zip(&self.discovered)
            .find(|(one, _)| *one == service);
        if let Some((_, with)) = discovered {
            let mut with = with.lock().await;
            let now = stamp(session);
            if with.as_ref() != Some(&now) {
                session
                    .discover_service_endpoint(&service_type(service))
                    .await
                    .map_err(|error| not_connected(&error))?;
                *with = Some(now);
            }
        }
        Ok(session)
    }
}

fn service_type(service: Service) -> ServiceType {
    match service {
        Service::Compute => ServiceType::Compute,
        Service::Network => ServiceType::Network,
        Service::BlockStorage => ServiceType::BlockStorage,
        Service::Image => ServiceType::Image,
        Service::Identity => ServiceType::Identity,
    }
}

/// One request in the crate's words.
struct Endpoint<'a>(&'a Call);

impl RestEndpoint for Endpoint<'_> {
    fn method(&self) -> http::Method {
        match self.0.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Delete => http::Method::DELETE,
        }
    }

    fn endpoint(&self) -> Cow<'static, str> {
        self.0.path.clone().into()
    }

    fn service_type(&self) -> ServiceType {
        service_type(self.0.service)
    }

    fn parameters(&self) -> QueryParams<'_> {
        let mut parameters = QueryParams::default();
        for (name, value) in &self.0.query {
            parameters.push(name.as_str(), value.as_str());
        }
        parameters
    }

    fn body(&self) -> Result<Option<(&'static str, Vec<u8>)>, BodyError> {
        match &self.0.body {
            Some(body) => Ok(Some(("application/json", serde_json::to_vec(body)?))),
            None => Ok(None),
        }
    }

    fn api_version(&self) -> Option<ApiVersion> {
        None
    }

    fn min_version(&self) -> Option<ApiVersion> {
        self.0
            .version
            .map(|Version { major, minor }| ApiVersion::new(major, minor))
    }
}

#[async_trait]
impl Transport for Sdk {
    async fn send(&self, call: &Call) -> Result<Answer, Lost> {
        let session = self.session_for(call.service).await?;
        let with = stamp(session);
        let ask = async || {
            raw(Endpoint(call))
                .skip_error_check(true)
                .query_async(session)
                .await
                .map_err(|error| lost(&error))
        };
        let mut response = ask().await?;
        if response.status() == http::StatusCode::NOT_FOUND && stamp(session) != with {
            // Signed in anew meanwhile, by another request: this one may have gone to an address
            // of the new catalog where no version was known yet, and where nothing is.
            self.session_for(call.service).await?;
            response = ask().await?;
        }
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let request_id = header("x-openstack-request-id").or(header("x-compute-request-id"));
        let body = response.body();
        Ok(Answer {
            status: response.status().as_u16(),
            // A date instead of seconds is as good as nothing: we wait by our own measure then.
            retry_after: header("retry-after")
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(Duration::from_secs),
            request_id: request_id.map(str::to_owned),
            body: if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(body)
                    .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
            },
        })
    }

    async fn newest(&self, service: Service) -> Result<Option<Version>, Lost> {
        let session = self.session_for(service).await?;
        let endpoint = session
            .get_service_endpoint(&service_type(service), None)
            .await;
        let endpoint = match endpoint {
            Ok(endpoint) => endpoint,
            Err(ApiError::Catalog { .. }) => return Ok(None),
            Err(error) => return Err(lost(&error)),
        };
        // Nova and Cinder still call their newest microversion just `version`, as they did before
        // there was a word for it; the crate then takes it for the version of the API itself.
        let told = endpoint.max_version().as_deref().and_then(|text| {
            let (major, minor) = text.split_once('.')?;
            Some(Version {
                major: major.parse().ok()?,
                minor: minor.parse().ok()?,
            })
        });
        let version = endpoint.version();
        Ok(told.or((version.minor > 0).then_some(Version {
            major: version.major,
            minor: version.minor,
        })))
    }

    async fn project(&self) -> Result<String, Lost> {
        let session = self.session().await?;
        let project = session.get_current_project().and_then(|project| project.id);
        project.ok_or_else(|| {
            Lost::NotLetIn(
                "the credential is good for no project: name one in clouds.yaml as project_name \
                 or project_id"
                    .into(),
            )
        })
    }

    async fn signed_in(&self) -> Result<SignedIn, Lost> {
        let session = self.session().await?;
        let token = session
            .get_auth_info()
            .ok_or_else(|| Lost::NotLetIn("the cloud told nothing of its token".into()))?
            .token;
        let credential = match (&token.application_credential, &self.config.auth_type) {
            (Some(told), _) => Credential::Application {
                name: told.name.clone(),
                restricted: told.restricted,
            },
            (None, None) => Credential::Password,
            (None, Some(kind)) if kind.ends_with("password") => Credential::Password,
            (None, Some(kind)) => Credential::Other(kind.clone()),
        };
        let interface = self.config.interface.as_deref().unwrap_or("public");
        let catalog = token.catalog.unwrap_or_default();
        Ok(SignedIn {
            credential,
            user: token.user.name,
            project: token.project.and_then(|project| project.name),
            roles: token
                .roles
                .unwrap_or_default()
                .into_iter()
                .map(|role| role.name)
                .collect(),
            expires_at: Some(token.expires_at),
            region: session.get_region_name(),
            catalog: catalog
                .into_iter()
                .map(|entry| CatalogEntry {
                    service: entry.service_type,
                    regions: entry
                        .endpoints
                        .into_iter()
                        .filter(|endpoint| endpoint.interface == interface)
                        .filter_map(|endpoint| endpoint.region)
                        .collect(),
                })
                .collect(),
        })
    }
}

/// Why there is no session. The crate's texts hold addresses and statuses, never secrets.
fn not_connected(error: &OpenStackError) -> Lost {
    // Some are written over several lines.
    let words = error.to_string();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match error {
        OpenStackError::Communication { source } => without_answer(source.is_connect(), words),
        OpenStackError::Api { source } => lost(source),
        OpenStackError::AuthError { .. } if says_down(&words) => Lost::NotSent(words),
        OpenStackError::Discovery { .. } | OpenStackError::NoResponse {} => Lost::NotSent(words),
        OpenStackError::Catalog { .. } => Lost::NotOffered(words),
        _ => Lost::NotLetIn(words),
    }
}

/// Signing in fails with one sort of error whatever the reason is.
fn says_down(words: &str) -> bool {
    [
        "error sending request",
        "timed out",
        "Connection refused",
        "50",
    ]
    .iter()
    .any(|sign| words.contains(sign))
        && !words.contains("401")
}

fn lost(error: &ApiError<RestError>) -> Lost {
    let words = error.to_string();
    match error {
        ApiError::Client {
            source: RestError::Communication { source },
        } => without_answer(source.is_connect(), chain(source)),
        ApiError::Catalog { .. } | ApiError::EndpointBuilder { .. } => Lost::NotOffered(words),
        _ if words.contains("microversion") => Lost::NotOffered(words),
        ApiError::Client {
            source: RestError::AuthError { .. },
        } => Lost::NotLetIn(words),
        _ => Lost::NoAnswer(words),
    }
}

fn without_answer(connecting: bool, words: String) -> Lost {
    if connecting {
        Lost::NotSent(words)
    } else {
        Lost::NoAnswer(words)
    }
}

/// An error with what lies below it: `error sending request: connection refused`.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        words = format!("{words}: {error}");
        below = error.source();
    }
    words
}
