//! Prometheus, asked by its HTTP API. It only reads; what is answered, `model` makes sense of.

use std::time::Duration;

use async_trait::async_trait;
use engine::port::{Monitor, MonitorError};
use engine::report::PublicUrl;
use model::measure::prometheus::Question;

/// For how long an answer is waited for: Prometheus' own limit is two minutes.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer: some ten thousand series.
const LARGEST: usize = 16 << 20;

/// A Prometheus.
#[derive(Clone, Debug)]
pub struct Prometheus {
    name: String,
    client: reqwest::Client,
}

impl Prometheus {
    /// The one at an address; a sentence where the machine's own network can't be used.
    pub fn at(url: &PublicUrl) -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            name: url.to_string(),
            client,
        })
    }

    fn failed(&self, why: &dyn std::fmt::Display) -> MonitorError {
        MonitorError(format!(
            "Prometheus at {} could not be asked ({why}): see that it runs and can be reached from here",
            self.name
        ))
    }
}

#[async_trait]
impl Monitor for Prometheus {
    fn name(&self) -> &str {
        &self.name
    }

    async fn ask(&self, question: Question) -> Result<Vec<u8>, MonitorError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("query", question.query())
            .finish();
        let mut answer = self
            .client
            .post(format!("{}/api/v1/query", self.name))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .map_err(|error| self.failed(&error.without_url()))?;
        let status = answer.status();
        // With these it says in its own words what is wrong.
        let told = status.is_success() || matches!(status.as_u16(), 400 | 422 | 503);
        if !told {
            return Err(self.failed(&format!("status {}", status.as_u16())));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| self.failed(&error.without_url()))?
        {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(self.failed(&"its answer is larger than 16 MiB"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}
