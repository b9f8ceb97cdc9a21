//! How long to wait before something that failed is asked for again: longer each time, and never
//! just as long as somebody else who failed at the same moment. It counts; it calls nobody.

use std::time::Duration;

use uuid::Uuid;

/// Counts how often a call was made again, and how long to wait each time.
pub(super) struct Patience {
    left: u32,
    wait: Duration,
}

impl Patience {
    /// So many times, with this wait before the first.
    pub(super) const fn new(times: u32, first_wait: Duration) -> Self {
        Self {
            left: times,
            wait: first_wait,
        }
    }

    /// Whether it may be asked for again.
    pub(super) const fn lasts(&self) -> bool {
        self.left > 0
    }

    /// Takes one time away; how long to wait before it. What the cloud asks for (`Retry-After`) is
    /// waited in full.
    pub(super) fn take(&mut self, asked: Option<Duration>, chance: Uuid) -> Duration {
        self.left = self.left.saturating_sub(1);
        if let Some(asked) = asked {
            return asked;
        }
        let wait = spread(self.wait, chance);
        self.wait *= 2;
        wait
    }
}

/// How much longer than for a call that is made again: what was in the way of an attempt stays there
/// for longer.
const FOR_AN_ATTEMPT: u32 = 4;

/// The wait before an attempt that follows `failed` others: those that failed together because they
/// were in each other's way (on the last host of a server group, say) don't come together again.
pub(super) fn before_next_attempt(first_wait: Duration, failed: u32, chance: Uuid) -> Duration {
    let doubled = 2_u32.saturating_pow(failed.saturating_sub(1).min(6));
    spread(first_wait * FOR_AN_ATTEMPT * doubled, chance)
}

/// Between half of a duration and all of it, by chance.
fn spread(longest: Duration, chance: Uuid) -> Duration {
    // All bits of a random id's last byte are random.
    let [.., last] = *chance.as_bytes();
    let half = longest / 2;
    half + half * u32::from(last) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_are_between_half_and_all_and_differ() {
        let mut waits: Vec<Duration> = (0..=255)
            .map(|low| spread(SECOND, Uuid::from_u128(low)))
            .collect();
        assert_eq!(waits[0], SECOND / 2);
        assert_eq!(waits[255], SECOND);
        waits.dedup();
        assert_eq!(waits.len(), 256);
    }

    #[test]
    fn patience_doubles_its_waits_and_ends() {
        let most = Uuid::from_u128(255);
        let mut patience = Patience::new(3, SECOND);
        assert_eq!(patience.take(None, most), SECOND);
        assert_eq!(patience.take(None, most), 2 * SECOND);
        // What the cloud asks for is neither shortened nor counted as longer.
        assert_eq!(patience.take(Some(7 * SECOND), Uuid::nil()), 7 * SECOND);
        assert!(!patience.lasts());
    }

    #[test]
    fn attempts_come_later_each_time_up_to_a_limit() {
        let most = Uuid::from_u128(255);
        assert_eq!(before_next_attempt(SECOND, 1, most), 4 * SECOND);
        assert_eq!(before_next_attempt(SECOND, 3, most), 16 * SECOND);
        assert_eq!(before_next_attempt(SECOND, u32::MAX, most), 256 * SECOND);
    }
}
