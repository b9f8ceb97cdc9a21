//! The port to a monitor that is asked what hosts measured. It only reads.

use async_trait::async_trait;
use model::measure::prometheus::Question;

/// Why a monitor gave no answer; what would help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MonitorError(pub String);

/// A monitor, by Prometheus' HTTP API.
#[async_trait]
pub trait Monitor: Send + Sync {
    /// What people call it: its address, which holds no secret.
    fn name(&self) -> &str;

    /// The body of its answer to a question about all hosts.
    async fn ask(&self, question: Question) -> Result<Vec<u8>, MonitorError>;
}
