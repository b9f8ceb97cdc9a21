//! What the page of one instance shows, and the keys that let people in.

use chrono::{DateTime, Utc};
use model::environment::{Environment, Revision};
use model::filter::InstanceRecord;
use model::id::CloudId;
use model::measure::{Reading, Rolled};
use model::name::{CloudName, GroupName, KeypairName};

use super::Known;

/// One keypair of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeypairRow {
    /// Its name.
    pub name: KeypairName,
    /// Its public half, on one line.
    pub public_key: String,
    /// How people tell keys apart.
    pub fingerprint: String,
    /// Whether Understudy makes it, and so can tell its private half.
    pub made: bool,
    /// The groups whose instances it lets into.
    pub groups: Vec<GroupName>,
}

/// What an instance said on its console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleText {
    /// The last lines.
    pub text: String,
    /// When they were kept, where the instance is gone; none: they were read just now.
    pub kept_at: Option<DateTime<Utc>>,
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceData {
    /// Its environment.
    pub environment: Environment,
    /// The state that says what it is.
    pub revision: Revision,
    /// What it is, and what was observed of it.
    pub record: InstanceRecord,
    /// The cloud that its environment is on.
    pub cloud: Option<CloudName>,
    /// What the cloud calls it, where it is there.
    pub cloud_id: Option<CloudId>,
    /// What lets people in.
    pub keypair: Option<KeypairRow>,
    /// What was last measured of it, by metric.
    pub measured: Vec<Reading>,
    /// What was measured of it in the last week, by hour.
    pub hours: Vec<Rolled>,
    /// What it runs when it first starts.
    pub first_boot: Vec<String>,
    /// The public keys by which it is known to whoever signs in, where it told them.
    pub host_keys: Vec<String>,
    /// How many lines of its console are asked for.
    pub lines: u32,
    /// Those lines; none where nobody asked for them.
    pub console: Option<Known<ConsoleText>>,
}
