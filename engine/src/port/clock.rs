//! Time and randomness, as parameters: nothing in the engine asks the machine for either.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day, for people and for leases of environments.
    fn now(&self) -> DateTime<Utc>;

    /// Time that never goes back, since some moment of this process; it goes on while the process
    /// is stopped. For the leases of executors.
    fn monotonic(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// Randomness.
pub trait Entropy: Send + Sync {
    /// A new random id.
    fn uuid(&self) -> Uuid;

    /// A new secret of 32 random bytes, in hexadecimal.
    fn secret(&self) -> String;
}
