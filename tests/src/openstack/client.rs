//! Calls to the lab's services as they are, without a driver between.
//!
//! It signs in once and never again by itself: where a test revokes tokens it asks for a new one.

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::{Service, text};

/// With what somebody signs in.
#[derive(Debug, Clone)]
pub struct Login(Value);

impl Login {
    /// A user of the domain `Default`, for a project of it.
    pub fn password(user: &str, password: &str, project: &str) -> Self {
        Self(json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "domain": {"id": "default"}, "password": password,
            }}},
            "scope": {"project": {"name": project, "domain": {"id": "default"}}},
        }}))
    }

    /// An application credential, which has a project already.
    pub fn application_credential(id: &str, secret: &str) -> Self {
        Self(json!({"auth": {"identity": {
            "methods": ["application_credential"],
            "application_credential": {"id": id, "secret": secret},
        }}}))
    }
}

/// What a service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; null where it is empty or no JSON.
    pub body: Value,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: u16,
    token: String,
    /// The project's id.
    pub project: String,
    /// The user's id.
    pub user: String,
}

impl Client {
    /// Signs in.
    ///
    /// # Panics
    /// If keystone refuses.
    pub(super) async fn sign_in(base: u16, Login(login): Login) -> Self {
        let mut client = Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            base,
            token: String::new(),
            project: String::new(),
            user: String::new(),
        };
        let answer = client
            .call(
                Service::Keystone,
                Method::POST,
                "/v3/auth/tokens",
                Some(login),
            )
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.headers["x-subject-token"]
            .to_str()
            .unwrap()
            .clone_into(&mut client.token);
        client.project = text(&answer.body["token"]["project"]["id"]);
        client.user = text(&answer.body["token"]["user"]["id"]);
        client
    }

    /// The token itself.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Makes a call and returns whatever is answered. `{project}` in the path is our project.
    pub async fn call(
        &self,
        service: Service,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.request(service, method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{} does not answer: {error}", service.name()));
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.json().await.unwrap_or_default(),
        }
    }

    /// Reads something that is there.
    pub async fn get(&self, service: Service, path: &str) -> Value {
        self.must(service, Method::GET, path, None).await
    }

    /// Makes something; the answer.
    pub async fn post(&self, service: Service, path: &str, body: Value) -> Value {
        self.must(service, Method::POST, path, Some(body)).await
    }

    /// Changes something; the answer.
    pub async fn put(&self, service: Service, path: &str, body: Value) -> Value {
        self.must(service, Method::PUT, path, Some(body)).await
    }

    /// Deletes something, unless it is gone already; tried again while it is in use.
    pub async fn delete(&self, service: Service, path: &str) {
        let mut answer = self.call(service, Method::DELETE, path, None).await;
        for _ in 0..100 {
            let in_use = [StatusCode::CONFLICT, StatusCode::BAD_REQUEST].contains(&answer.status);
            if !in_use {
                break;
            }
            super::pause().await;
            answer = self.call(service, Method::DELETE, path, None).await;
        }
        assert!(
            answer.status.is_success() || answer.status == StatusCode::NOT_FOUND,
            "DELETE {path}: {} {}",
            answer.status,
            answer.body
        );
    }

    /// Makes a call that must succeed.
    ///
    /// # Panics
    /// If it doesn't, with the service's words.
    pub async fn must(
        &self,
        service: Service,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Value {
        let answer = self.call(service, method.clone(), path, body).await;
        assert!(
            answer.status.is_success(),
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        answer.body
    }

    /// Sends bytes.
    pub(super) async fn upload(&self, service: Service, path: &str, bytes: &'static [u8]) {
        let answer = self
            .request(service, Method::PUT, path)
            .header("content-type", "application/octet-stream")
            .body(bytes)
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_success(),
            "PUT {path}: {}",
            answer.status()
        );
    }

    fn request(&self, service: Service, method: Method, path: &str) -> reqwest::RequestBuilder {
        let port = self.base + service.offset();
        let path = path.replace("{project}", &self.project);
        let mut request = self
            .http
            .request(method, format!("http://127.0.0.1:{port}{path}"));
        if !self.token.is_empty() {
            request = request.header("x-auth-token", &self.token);
        }
        let version = match service {
            Service::Nova => Some("compute 2.90"),
            Service::Cinder => Some("volume 3.59"),
            Service::Placement => Some("placement 1.39"),
            Service::Keystone | Service::Glance | Service::Neutron | Service::Heat => None,
        };
        match version {
            Some(version) => request.header("openstack-api-version", version),
            None => request,
        }
    }
}
