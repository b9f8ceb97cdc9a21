//! Faults on demand: which call goes wrong, and how. They are kept in the cloud's file, so that
//! they hold across a restart and another process can set them while a server runs.

use std::time::Duration;

use engine::port::CloudError;
use model::key::{Key, ResourceKind};
use serde::{Deserialize, Serialize};

use super::calls::Verb;
use super::world::{Pending, World};

/// Which calls a fault is meant for. Whatever is not said matches every call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// What is asked for.
    pub verb: Verb,
    /// Of which kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ResourceKind>,
    /// Of which keys: `instance/app[3]`, or with `*` for any text: `instance/app[*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Only from the so-manyth matching call on, counting from 1 since the fault was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// 429: nothing is done.
    Throttled {
        /// The Retry-After, in seconds; none where the cloud doesn't say.
        retry_after: Option<u64>,
    },
    /// 403: nothing is done.
    Forbidden,
    /// 500: nothing is done.
    ServerError,
    /// 500 although it is done.
    ServerErrorAfterEffect,
    /// It is done and no answer comes.
    LostAnswer,
    /// Nothing is done and no answer comes.
    LostRequest,
    /// A create is accepted, and what it makes goes to ERROR.
    ErrorStatus {
        /// The fault in the cloud's words.
        text: String,
    },
    /// A create of an instance is accepted, it becomes ACTIVE, and never reports that it is ready.
    NeverReports {
        /// Why, as its console says.
        text: String,
    },
    /// A delete is accepted, and takes its time.
    SlowDelete {
        /// How long.
        seconds: u64,
    },
    /// It is done, and the answer takes its time.
    Slow {
        /// How long.
        millis: u64,
    },
}

/// A fault on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls it is meant for.
    pub on: On,
    /// What goes wrong.
    pub what: What,
    /// How many calls it hits.
    pub times: u32,
}

impl Fault {
    /// Something that goes wrong once, at the next call of a sort.
    pub const fn new(verb: Verb, what: What) -> Self {
        Self {
            on: On {
                verb,
                kind: None,
                key: None,
                nth: None,
            },
            what,
            times: 1,
        }
    }

    /// Only on a kind.
    #[must_use]
    pub fn kind(mut self, kind: ResourceKind) -> Self {
        self.on.kind = Some(kind);
        self
    }

    /// Only on keys of a pattern, with `*` for any text.
    #[must_use]
    pub fn key(mut self, pattern: impl Into<String>) -> Self {
        self.on.key = Some(pattern.into());
        self
    }

    /// Only from the so-manyth matching call on, counting from 1.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.on.nth = Some(nth);
        self
    }

    /// So many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Whether it makes sense; a sentence where it doesn't.
    pub(super) fn check(&self) -> Result<(), CloudError> {
        let refuse = |why: &str| {
            Err(CloudError::Refused(format!(
                "this fault can't happen: {why}"
            )))
        };
        let Self { on, what, times } = self;
        match (what, on.verb) {
            (What::ErrorStatus { .. }, verb) if verb != Verb::Create => {
                return refuse("only what a create makes goes to ERROR");
            }
            (What::NeverReports { .. }, verb) if verb != Verb::Create => {
                return refuse("only what a create makes never reports");
            }
            (What::SlowDelete { .. }, verb) if verb != Verb::Delete => {
                return refuse("only a delete can be a slow delete");
            }
            (
                What::Throttled { .. }
                | What::Forbidden
                | What::ServerError
                | What::ServerErrorAfterEffect
                | What::LostAnswer
                | What::LostRequest
                | What::ErrorStatus { .. }
                | What::NeverReports { .. }
                | What::SlowDelete { .. }
                | What::Slow { .. },
                _,
            ) => {}
        }
        match on.verb {
            Verb::List | Verb::Offers if on.kind.is_some() || on.key.is_some() => {
                refuse("this call is about no single kind or key")
            }
            Verb::Page if on.key.is_some() => refuse("this call is about no single key"),
            _ if *times == 0 || on.nth == Some(0) => refuse("it would never hit; count from 1"),
            _ => Ok(()),
        }
    }
}

/// A fault and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultState {
    /// Its number.
    pub number: u64,
    /// The fault.
    pub fault: Fault,
    /// How many calls it was meant for so far.
    pub seen: u32,
    /// How many calls it will still hit.
    pub remaining: u32,
}

/// What a call is, for faults.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub verb: Verb,
    pub kind: Option<ResourceKind>,
    pub key: Option<&'a Key>,
}

impl FaultState {
    fn is_meant_for(&self, subject: Subject<'_>) -> bool {
        let On {
            verb,
            kind,
            key,
            nth: _,
        } = &self.fault.on;
        self.remaining > 0
            && *verb == subject.verb
            && (kind.is_none() || *kind == subject.kind)
            && key.as_ref().is_none_or(|pattern| {
                subject
                    .key
                    .is_some_and(|key| fits(pattern, &key.to_string()))
            })
    }
}

impl World {
    /// Counts a call for all faults that are meant for it, and takes the oldest one that is due.
    pub(super) fn take_fault(&mut self, subject: Subject<'_>) -> Option<What> {
        let mut hit = None;
        let mut changed = Vec::new();
        for state in &mut self.faults {
            if !state.is_meant_for(subject) {
                continue;
            }
            state.seen = state.seen.saturating_add(1);
            if hit.is_none() && state.seen >= state.fault.on.nth.unwrap_or(1) {
                state.remaining -= 1;
                hit = Some(state.fault.what.clone());
            }
            changed.push(Pending::Fault(state.clone()));
        }
        for change in changed {
            self.note(change);
        }
        hit
    }
}

/// What a fault does to a call.
#[derive(Default)]
pub(super) struct Influence {
    /// The answer in place of doing anything.
    pub instead: Option<CloudError>,
    /// The answer after it was done.
    pub afterwards: Option<CloudError>,
    /// Why what is made goes to ERROR.
    pub error_status: Option<String>,
    /// Why the machine that is made never reports.
    pub never_reports: Option<String>,
    /// How long a delete takes.
    pub slow_delete: Option<Duration>,
    /// How long the answer takes.
    pub slow: Option<Duration>,
}

impl From<Option<What>> for Influence {
    fn from(what: Option<What>) -> Self {
        let none = Self::default();
        let Some(what) = what else { return none };
        let words = "The server has either erred or is incapable of performing the requested \
                     operation. (HTTP 500)";
        match what {
            What::Throttled { retry_after } => Self {
                instead: Some(CloudError::Throttled {
                    retry_after: retry_after.map(Duration::from_secs),
                    words: "This request was rate-limited. (HTTP 429)".into(),
                }),
                ..none
            },
            What::Forbidden => Self {
                instead: Some(CloudError::Refused(
                    "Policy doesn't allow this to be performed. (HTTP 403)".into(),
                )),
                ..none
            },
            What::ServerError => Self {
                instead: Some(CloudError::Unavailable(words.into())),
                ..none
            },
            What::ServerErrorAfterEffect => Self {
                afterwards: Some(CloudError::Unavailable(words.into())),
                ..none
            },
            What::LostAnswer => Self {
                afterwards: Some(CloudError::Unanswered("the connection was closed".into())),
                ..none
            },
            What::LostRequest => Self {
                instead: Some(CloudError::Unanswered("the connection was closed".into())),
                ..none
            },
            What::ErrorStatus { text } => Self {
                error_status: Some(text),
                ..none
            },
            What::NeverReports { text } => Self {
                never_reports: Some(text),
                ..none
            },
            What::SlowDelete { seconds } => Self {
                slow_delete: Some(Duration::from_secs(seconds)),
                ..none
            },
            What::Slow { millis } => Self {
                slow: Some(Duration::from_millis(millis)),
                ..none
            },
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("instance/app[3]", "instance/app[3]", true),
            ("instance/app[3]", "instance/app[33]", false),
            ("instance/*", "instance/app[3]", true),
            ("*/app[3]", "floating-ip/app[3]", true),
            ("inst*app*]", "instance/app[3]", true),
            ("inst*db*]", "instance/app[3]", false),
            ("*", "anything", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
