//! Forms that are sent twice by one press too many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many idempotency keys are remembered.
const REMEMBERED: usize = 1024;
/// Where a key's form led to, once that is known.
pub(super) type Led = Arc<tokio::sync::Mutex<Option<String>>>;

/// The forms that came lately, by idempotency key: of two that come at once, the second waits for
/// the first and is answered the same. What makes a key count across servers and restarts is the
/// store; this only spares the second click an error.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    led: Mutex<HashMap<String, Led>>,
}

impl Clicks {
    /// Where the form with this key led to; locked while it is being answered.
    pub(super) fn of(&self, key: &str) -> Led {
        let mut led = self.led.lock().unwrap_or_else(PoisonError::into_inner);
        if led.len() >= REMEMBERED {
            led.clear();
        }
        Arc::clone(led.entry(key.to_owned()).or_default())
    }
}
