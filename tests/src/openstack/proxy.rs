//! A proxy between a client and the lab's services, which fails as networks and clouds do.
//!
//! It listens at the ports that the catalog's region `Proxied` names. It changes nothing of what
//! it passes on, not even `Host`: the services' own links lead through it again. What it does
//! wrong is told to it beforehand, rule by rule.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    Lab, Service,
    line::{Breaking, Line},
};

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks, and the service never hears of the call.
    DropBefore,
    /// The service does it, and the connection breaks before the answer.
    DropAfter,
    /// The service never hears of the call; this is answered, with `Retry-After` in seconds.
    Answer {
        /// The status, such as 429 or 503.
        status: u16,
        /// When to try again.
        retry_after: Option<u32>,
        /// What is said.
        body: String,
    },
    /// The service does it and the client is told, but this much later.
    Delay(Duration),
}

impl Fault {
    /// 429, to be tried again after so many seconds.
    pub fn too_many(retry_after: u32) -> Self {
        Self::Answer {
            status: 429,
            retry_after: Some(retry_after),
            body: r#"{"overLimit": {"code": 429, "message": "too many requests"}}"#.into(),
        }
    }

    /// 503, as a balancer in front of a cloud says it.
    pub fn unavailable() -> Self {
        Self::Answer {
            status: 503,
            retry_after: None,
            body: "<html><body><h1>503 Service Unavailable</h1></body></html>".into(),
        }
    }
}

/// Which calls something goes wrong with.
#[derive(Debug, Clone)]
pub struct Rule {
    service: Option<Service>,
    method: Method,
    path: String,
    from: usize,
    times: usize,
    fault: Fault,
    met: usize,
}

impl Rule {
    /// The first call of this method whose path and query contain a text.
    pub fn first(method: Method, path: &str, fault: Fault) -> Self {
        Self {
            service: None,
            method,
            path: path.to_owned(),
            from: 1,
            times: 1,
            fault,
            met: 0,
        }
    }

    /// Only calls of this service.
    #[must_use]
    pub fn of(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// From the nth such call instead, counted from 1.
    #[must_use]
    pub fn from_nth(mut self, nth: usize) -> Self {
        self.from = nth;
        self
    }

    /// So many such calls in a row instead of one.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Counts a call that it is about, and says whether it goes wrong.
    fn applies(&mut self, service: Service, method: &Method, path: &str) -> bool {
        let about = self.service.is_none_or(|of| of == service)
            && self.method == *method
            && path.contains(&self.path);
        if about {
            self.met += 1;
        }
        about && (self.from..self.from.saturating_add(self.times)).contains(&self.met)
    }
}

/// A call that the proxy saw.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whom it was for.
    pub service: Service,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// What was asked of a server or a volume that is there: `os-stop`.
    pub action: Option<String>,
    /// What the client was answered; none where it was not.
    pub status: Option<StatusCode>,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
    /// When it came.
    pub when: Instant,
    /// How long it took.
    pub took: Duration,
}

#[derive(Debug, Default)]
struct Seen {
    rules: Vec<Rule>,
    calls: Vec<Call>,
    /// The most entries that a page may have, as a cloud sets its `max_limit`.
    most_per_page: Option<usize>,
}

/// The proxy; it stops when it is dropped, and needs the runtime in which it was started.
#[derive(Debug)]
pub struct FaultProxy {
    seen: Arc<Mutex<Seen>>,
    tasks: Vec<JoinHandle<()>>,
}

impl FaultProxy {
    /// Listens at the ports of the region `Proxied`, for every service.
    ///
    /// # Panics
    /// If a port is taken.
    pub async fn start(lab: &Lab) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut tasks = Vec::new();
        for service in Service::ALL {
            let port = lab.proxied_port(service);
            let listener = TcpListener::bind(("127.0.0.1", port))
                .await
                .unwrap_or_else(|error| panic!("the proxy can't listen at {port}: {error}"));
            let side = Side {
                service,
                target: format!("http://127.0.0.1:{}", lab.port(service)),
                http: http.clone(),
                seen: seen.clone(),
            };
            let app = Router::new().fallback(pass).with_state(side);
            tasks.push(tokio::spawn(async move {
                let app = app.into_make_service_with_connect_info::<Line>();
                let _never = axum::serve(Breaking::new(listener), app).await;
            }));
        }
        Self { seen, tasks }
    }

    /// Adds a rule. The first that applies to a call decides, and all count it.
    pub fn rule(&self, rule: Rule) {
        self.seen.lock().unwrap().rules.push(rule);
    }

    /// Lets pages have no more entries than so many, however many are asked for: what a cloud's
    /// `max_limit` does.
    pub fn limit_pages(&self, most: usize) {
        self.seen.lock().unwrap().most_per_page = Some(most);
    }

    /// Forgets rules, calls and the limit of pages.
    pub fn clear(&self) {
        *self.seen.lock().unwrap() = Seen::default();
    }

    /// Every call so far, in the order in which they ended.
    pub fn calls(&self) -> Vec<Call> {
        self.seen.lock().unwrap().calls.clone()
    }

    /// How many calls of a method there were whose path and query contain a text.
    pub fn count(&self, method: &Method, path: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        let about = |call: &&Call| call.method == *method && call.path.contains(path);
        seen.calls.iter().filter(about).count()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The proxy of one service.
#[derive(Debug, Clone)]
struct Side {
    service: Service,
    target: String,
    http: reqwest::Client,
    seen: Arc<Mutex<Seen>>,
}

async fn pass(
    State(side): State<Side>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let when = Instant::now();
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let (fault, asked) = {
        let mut seen = side.seen.lock().unwrap();
        let asked = match seen.most_per_page {
            Some(most) => limited(&path, most),
            None => path.clone(),
        };
        let mut fault = None;
        for rule in &mut seen.rules {
            if rule.applies(side.service, &parts.method, &path) {
                fault = fault.or_else(|| Some(rule.fault.clone()));
            }
        }
        (fault, asked)
    };
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let action = action(parts.uri.path(), &body);
    let forward = async {
        side.forward(parts.method.clone(), &asked, &parts.headers, body)
            .await
    };
    let answer = match &fault {
        Some(Fault::DropBefore) => None,
        Some(Fault::DropAfter) => {
            let _unheard = forward.await;
            None
        }
        Some(Fault::Answer {
            status,
            retry_after,
            body,
        }) => Some(said(*status, *retry_after, body)),
        Some(Fault::Delay(long)) => {
            let answer = forward.await;
            tokio::time::sleep(*long).await;
            answer
        }
        None => forward.await,
    };
    side.seen.lock().unwrap().calls.push(Call {
        service: side.service,
        method: parts.method.clone(),
        path: path.clone(),
        action,
        status: answer.as_ref().map(Response::status),
        fault,
        when,
        took: when.elapsed(),
    });
    answer.unwrap_or_else(|| {
        line.cut();
        StatusCode::BAD_GATEWAY.into_response()
    })
}

impl Side {
    /// What the service answers; none where it does not, as when it was killed.
    async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Option<Response> {
        let answer = self
            .http
            .request(method, format!("{}{path}", self.target))
            .headers(end_to_end(headers))
            .body(body)
            .send()
            .await
            .ok()?;
        let (status, headers) = (answer.status(), end_to_end(answer.headers()));
        let mut response = Response::new(Body::from(answer.bytes().await.ok()?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Some(response)
    }
}

/// The one name in the body of a call to an `action`.
fn action(path: &str, body: &[u8]) -> Option<String> {
    if !path.ends_with("/action") {
        return None;
    }
    let body: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    body.into_iter().next().map(|(name, _)| name)
}

/// A path whose `limit` is no more than so many.
fn limited(path: &str, most: usize) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let parts: Vec<String> = query
        .split('&')
        .map(|part| match part.strip_prefix("limit=") {
            Some(limit) => {
                let limit = limit.parse().unwrap_or(most);
                format!("limit={}", most.min(limit))
            }
            None => part.to_owned(),
        })
        .collect();
    format!("{path}?{}", parts.join("&"))
}

fn said(status: u16, retry_after: Option<u32>, body: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let mut response = (status, body.to_owned()).into_response();
    if body.starts_with('{') {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Without what belongs to one connection only.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
    ] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers
}
