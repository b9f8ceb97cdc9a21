//! A server of the test's own on a free port, and visitors with a cookie, a token or neither.

use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt;
use model::token::TokenKind;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use server::installation::tokens;
use server::web::{WebOptions, router};
use tempfile::TempDir;
use tests::world::{Setup, World};

/// Longer than anything here takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server with the WebPlatform in it.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) base: String,
    setup: Setup,
    caches: bool,
    _folder: Option<TempDir>,
}

impl Site {
    /// Serves with or without caches.
    pub(crate) async fn serve(caches: bool) -> Self {
        Self::serve_as(caches, |_| {}).await
    }

    /// Serves a world that is set up otherwise.
    pub(crate) async fn serve_as(caches: bool, change: impl FnOnce(&mut Setup)) -> Self {
        let caches = caches && !tests::world::plain();
        let folder = tempfile::tempdir().unwrap();
        let mut setup = Setup::quick(folder.path());
        setup.config.channels = caches;
        change(&mut setup);
        let world = World::with_webplatform(setup.clone()).await;
        Self::over(world, setup, caches, Some(folder)).await
    }

    /// Another server on the same database and the same cloud.
    pub(crate) async fn beside(&self) -> Self {
        let world = World::open(self.setup.clone()).await;
        Self::over(world, self.setup.clone(), self.caches, None).await
    }

    async fn over(world: World, setup: Setup, caches: bool, folder: Option<TempDir>) -> Self {
        let options = WebOptions {
            caches,
            ..WebOptions::default()
        };
        let router = router(world.engine.clone(), options);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let engine = world.engine.clone();
        tokio::spawn(async move { engine.run().await });
        Self {
            world,
            base,
            setup,
            caches,
            _folder: folder,
        }
    }

    /// A secret of a kind that lasts an hour, or that ended an hour ago.
    pub(crate) async fn secret(&self, kind: TokenKind, name: &str, good: bool) -> String {
        let lifetime = TimeDelta::hours(if good { 1 } else { -1 });
        let issued = tokens::issue(&self.world.engine, kind, name, lifetime);
        issued.await.unwrap().secret
    }

    /// Whoever has neither cookie nor token.
    pub(crate) fn stranger(&self) -> Visitor {
        Visitor {
            base: self.base.clone(),
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(PATIENCE)
                .build()
                .unwrap(),
            headers: HeaderMap::new(),
        }
    }

    /// Someone who signed in by a link.
    pub(crate) async fn person(&self, name: &str) -> Visitor {
        let secret = self.secret(TokenKind::SignIn, name, true).await;
        let mut person = self.stranger();
        let answer = person.get(&format!("/sign-in?token={secret}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        person.take_cookie(&answer);
        person
    }

    /// A program with a token.
    pub(crate) async fn program(&self) -> Visitor {
        let secret = self.secret(TokenKind::Api, "robot", true).await;
        self.stranger()
            .with("authorization", &format!("Bearer {secret}"))
    }
}

/// Who asks.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) base: String,
    client: Client,
    headers: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.body))
    }

    /// The value of the first field of this name in a form of the page.
    pub(crate) fn field(&self, name: &str) -> String {
        let place = format!("name=\"{name}\"");
        let at = self
            .body
            .find(&place)
            .unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        let tag_begins = self.body[..at].rfind('<').unwrap();
        let tag = &self.body[tag_begins..];
        let tag = &tag[..tag.find('>').unwrap()];
        let value = tag.split_once("value=\"").map_or("", |(_, rest)| rest);
        unescaped(value.split('"').next().unwrap())
    }

    /// Asserts where the answer leads.
    #[track_caller]
    pub(crate) fn leads_to(&self, path: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        assert_eq!(self.header("location"), path);
    }
}

/// A page without its scripts and without the comments that separate pieces of text.
fn readable(page: &str) -> String {
    let mut out = page.replace("<!>", "");
    for (begin, end) in [("<!--", "-->"), ("<script", "</script>")] {
        let mut pieces = out.split(begin);
        let mut kept = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            kept.push_str(piece.split_once(end).map_or("", |(_, rest)| rest));
        }
        out = kept;
    }
    out
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Text as part of an address or a form.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Visitor {
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut with = self.clone();
        let name: HeaderName = name.parse().unwrap();
        with.headers.insert(name, value.parse().unwrap());
        with
    }

    /// With one more cookie.
    pub(crate) fn add_cookie(&self, cookie: &str) -> Self {
        let there = self
            .headers
            .get("cookie")
            .map_or("", |there| there.to_str().unwrap());
        self.with("cookie", &format!("{there}; {cookie}"))
    }

    /// Keeps the cookie that an answer set.
    pub(crate) fn take_cookie(&mut self, answer: &Answer) {
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap();
        let value = HeaderValue::from_str(cookie).unwrap();
        self.headers.insert("cookie", value);
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .headers(self.headers.clone());
        let request = match body {
            Some(body) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body),
            None => request,
        };
        Self::answer(request).await
    }

    async fn send_as(&self, method: Method, path: &str, kind: &str, body: String) -> Answer {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .headers(self.headers.clone())
            .header("content-type", kind)
            .body(body);
        Self::answer(request).await
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.unwrap();
        let is_page = headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        Answer {
            status,
            headers,
            body: if is_page { readable(&body) } else { body },
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// A page that is there.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(answer.header("content-type").starts_with("text/html"));
        answer
    }

    /// A value that is there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/json");
        answer.json()
    }

    /// Sends a form as it is, from a page of the site.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let here = self.with("origin", &self.base);
        here.send(Method::POST, path, Some(body.join("&"))).await
    }

    /// Sends a form with the token of the session's pages.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.page("/audit").await.field("form_token");
        let mut fields = fields.to_vec();
        fields.push(("form_token", &token));
        self.post(path, &fields).await
    }

    /// Sends a form with files, with the token of the session's pages: each part is a name, a file's name
    /// where it is one, and what it holds.
    pub(crate) async fn submit_parts(
        &self,
        path: &str,
        parts: &[(&str, Option<&str>, &str)],
    ) -> Answer {
        let token = self.page("/audit").await.field("form_token");
        let mut all = vec![("form_token", None, token.as_str())];
        all.extend_from_slice(parts);
        self.post_parts(path, &all).await
    }

    /// The same as it is.
    pub(crate) async fn post_parts(
        &self,
        path: &str,
        parts: &[(&str, Option<&str>, &str)],
    ) -> Answer {
        const BOUNDARY: &str = "between-two-parts";
        let mut body = String::new();
        for (name, file, content) in parts {
            let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
            body.extend([
                "--",
                BOUNDARY,
                "\r\ncontent-disposition: form-data; name=\"",
                *name,
                "\"",
                file.as_str(),
                "\r\n\r\n",
                *content,
                "\r\n",
            ]);
        }
        body.extend(["--", BOUNDARY, "--\r\n"]);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.with("origin", &self.base)
            .send_as(Method::POST, path, &kind, body)
            .await
    }

    /// Asks with a body of JSON.
    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send_as(Method::POST, path, "application/json", body.to_string())
            .await
    }

    /// Starts the default copy of the planned production, as its page offers it; its name.
    pub(crate) async fn copy(&self) -> String {
        let page = self.page("/environments/production-2014").await;
        let fields = [
            "form_token",
            "recipe",
            "name",
            "hours",
            "reason",
            "plan_hash",
            "idempotency_key",
        ];
        let values = fields.map(|name| (name, offered(&page, name)));
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answer = self
            .post("/environments/production-2014/copies", &values)
            .await;
        let name = values[2].1.to_owned();
        answer.leads_to(&format!("/environments/{name}"));
        name
    }

    /// The id of the newest operation on an environment.
    pub(crate) async fn newest_operation(&self, environment: &str) -> String {
        let path = format!("/api/v1/operations?environment={environment}&limit=1");
        let list = self.json(&path).await;
        list["operations"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The events of an operation after one of them, to the end of the stream.
    pub(crate) async fn events(&self, operation: &str, after: u64) -> Vec<(u64, Value)> {
        let response = self
            .client
            .get(format!("{}/operations/{operation}/events", self.base))
            .headers(self.headers.clone())
            .header("last-event-id", after.to_string())
            .send()
            .await
            .unwrap();
        if response.status() == StatusCode::NO_CONTENT {
            return Vec::new();
        }
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut text = String::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        text.split("\n\n").filter_map(event).collect()
    }

    /// Waits until an environment's newest operation has ended; the word for how.
    pub(crate) async fn ended(&self, environment: &str) -> String {
        let id = self.newest_operation(environment).await;
        self.events(&id, 0).await;
        let operation = self.json(&format!("/api/v1/operations/{id}")).await;
        operation["operation"]["state"]["state"]
            .as_str()
            .unwrap_or_else(|| panic!("no state in {operation}"))
            .to_owned()
    }
}

/// The value of a field of the form that starts the offered copy.
pub(crate) fn offered(page: &Answer, name: &str) -> String {
    let (_, form) = page
        .body
        .split_once("action=\"/environments/production-2014/copies\"")
        .unwrap_or_else(|| panic!("no copy is offered in {}", page.body));
    let form = Answer {
        status: page.status,
        headers: page.headers.clone(),
        body: form.split("</form>").next().unwrap().to_owned(),
    };
    form.field(name)
}

fn event(text: &str) -> Option<(u64, Value)> {
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    let number = field("id:")?.parse().unwrap();
    Some((number, serde_json::from_str(field("data:")?).unwrap()))
}
