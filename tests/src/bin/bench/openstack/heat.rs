//! Heat as one of the tools: a stack, asked for and looked at by HTTP, as its own client does.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::openstack::{Client, Service, text};

use super::arena::Arena;
use super::client::busy;
use super::copy::NAME;
use super::tool::{Act, Order, Said, Took, pause, python};

/// Between two looks.
const POLL: u64 = 1000;

/// How long a stack may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// A project's one stack.
pub struct Heat {
    client: Client,
    template: Value,
}

impl Heat {
    /// Nothing is asked yet.
    pub async fn open(arena: &Arena<'_>, order: Order) -> Self {
        let output = python(arena)
            .arg(super::tool::script("hot.py"))
            .arg(arena.plan())
            .arg(match order {
                Order::Ignored => "at-once",
                Order::Kept => "in-order",
            })
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        Self {
            client: arena.project.client().await,
            template: serde_json::from_slice(&output.stdout).unwrap(),
        }
    }

    /// Makes or deletes the stack, and waits until that is over.
    pub async fn act(&mut self, act: Act) -> Took {
        let (began, before) = (Instant::now(), busy());
        let mut words = Vec::new();
        let error = match act {
            Act::Create => self.create(&mut words).await,
            Act::Remove => self.delete(&mut words).await,
        };
        let now = Instant::now();
        words.extend(error.clone().map(|words| Said { now, words }));
        Took {
            time: began.elapsed(),
            cpu: busy().saturating_sub(before),
            error,
            words,
        }
    }

    async fn create(&self, words: &mut Vec<Said>) -> Option<String> {
        let body = json!({
            "stack_name": NAME, "template": self.template, "disable_rollback": true,
            "timeout_mins": PATIENCE.as_secs() / 60,
        });
        let path = "/v1/{project}/stacks";
        let answer = self
            .client
            .call(Service::Heat, Method::POST, path, Some(body))
            .await;
        if answer.status != StatusCode::CREATED {
            return Some(refusal(&answer.body));
        }
        let id = text(&answer.body["stack"]["id"]);
        self.over(&id, "CREATE", words).await
    }

    async fn delete(&self, words: &mut Vec<Said>) -> Option<String> {
        let path = format!("/v1/{{project}}/stacks?name={NAME}");
        let found = self.client.get(Service::Heat, &path).await;
        // One that was never made needs no deleting.
        let id = text(found["stacks"].get(0)?.get("id")?);
        let path = format!("/v1/{{project}}/stacks/{NAME}/{id}");
        let answer = self
            .client
            .call(Service::Heat, Method::DELETE, &path, None)
            .await;
        if !answer.status.is_success() {
            return Some(refusal(&answer.body));
        }
        self.over(&id, "DELETE", words).await
    }

    /// Looks until the stack says that it is done or has failed; what went wrong.
    async fn over(&self, id: &str, doing: &str, words: &mut Vec<Said>) -> Option<String> {
        let path = format!("/v1/{{project}}/stacks/{NAME}/{id}");
        let began = Instant::now();
        loop {
            pause(POLL).await;
            let answer = self
                .client
                .call(Service::Heat, Method::GET, &path, None)
                .await;
            if answer.status == StatusCode::NOT_FOUND && doing == "DELETE" {
                return None;
            }
            let stack = &answer.body["stack"];
            let status = stack["stack_status"].as_str().unwrap_or_default();
            let reason = stack["stack_status_reason"].as_str().unwrap_or_default();
            match status.strip_prefix(doing) {
                Some("_COMPLETE") => return None,
                Some("_FAILED") => return Some(format!("{status}: {reason}")),
                _ => {}
            }
            if began.elapsed() > PATIENCE {
                return Some(format!(
                    "after {} s still {status}: {reason}",
                    PATIENCE.as_secs()
                ));
            }
            self.failures(&path, words).await;
        }
    }

    /// What `openstack stack create --wait` shows of resources that failed while others go on.
    async fn failures(&self, path: &str, words: &mut Vec<Said>) {
        let path = format!("{path}/events?resource_status=FAILED&limit=1");
        let found = self.client.get(Service::Heat, &path).await;
        let Some(event) = found["events"].get(0) else {
            return;
        };
        let said = format!(
            "{}: {}",
            event["resource_name"].as_str().unwrap_or_default(),
            event["resource_status_reason"].as_str().unwrap_or_default()
        );
        if words.last().is_none_or(|last| last.words != said) {
            let now = Instant::now();
            words.push(Said { now, words: said });
        }
    }
}

fn refusal(body: &Value) -> String {
    let message = body["error"]["message"].as_str();
    message.map_or_else(|| body.to_string(), str::to_owned)
}
