//! Where a test can stand: the four moments of every call to the cloud. In production nobody
//! stands there.

use model::key::Key;

/// A moment in a call that changes something in the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// What is about to be done is in the journal.
    IntentStored,
    /// The cloud has done it and nobody knows yet.
    EffectMade,
    /// The answer has come and is not in the journal yet.
    AnswerCome,
    /// The answer is in the journal.
    IdStored,
}

/// Told whenever a call comes to a moment.
pub trait Probe: Send + Sync {
    /// A call about `key` has come to `moment`.
    fn reached(&self, moment: Moment, key: &Key);
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl Probe for NoProbe {
    fn reached(&self, _: Moment, _: &Key) {}
}
