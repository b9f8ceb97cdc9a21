//! What was said between us and a cloud, kept in a file and played again: a fault that somebody met
//! on a cloud of theirs can be looked at on another machine, and the driver's tests need no cloud.
//! No secret may get into a recording: [`redact`] takes them out before anything is written.
//!
//! A recording is text, one JSON object to a line. The first line says what it is:
//!
//! ```json
//! {"understudy_recording":1,"cloud":"lab","program":"0.1.0","began":"2026-11-20T14:00:00Z"}
//! ```
//!
//! `understudy_recording` is the version of the format; a reader refuses one that it doesn't know.
//! Every further line is one exchange: when it began, how many milliseconds it took, what was
//! asked, and what came of it, an answer or the reason why there is none:
//!
//! ```json
//! {"at":"…","ms":41,"asked":"send","call":{"method":"GET","service":"network","path":"ports"},
//!  "told":{"answer":{"status":200,"body":{"ports":[]}}}}
//! {"at":"…","ms":0,"asked":"newest","service":"compute","told":{"answer":{"major":2,"minor":96}}}
//! {"at":"…","ms":0,"asked":"project","told":{"answer":"5f0c…"}}
//! {"at":"…","ms":9,"asked":"signed-in","told":{"lost":{"NotLetIn":"…"}}}
//! ```
//!
//! (Each on one line.) What was a secret reads `(removed)`. Lines are written whole, as the
//! exchanges end; a last line that a killed process left unfinished is left out.

mod recorder;
mod redact;
mod replay;
mod shelf;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::transport::{Answer, Call, Lost, Service, SignedIn, Version};

pub use recorder::Recorder;
pub use redact::{REMOVED, Redactor};
pub use replay::Replay;
pub use shelf::Keep;

/// The version of the format that is written.
const FORMAT: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub understudy_recording: u32,
    /// What the recorded cloud is called in environment files.
    pub cloud: String,
    /// The version of the program that recorded it.
    pub program: String,
    /// When it began.
    pub began: DateTime<Utc>,
}

/// One exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What was asked and told.
    #[serde(flatten)]
    pub said: Said,
}

/// What was asked, and what was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "asked", rename_all = "kebab-case")]
pub enum Said {
    /// A request to a service.
    Send {
        /// The request.
        call: Call,
        /// What came of it.
        told: Told<Answer>,
    },
    /// The newest microversion of a service.
    Newest {
        /// Which service.
        service: Service,
        /// What came of it.
        told: Told<Option<Version>>,
    },
    /// The project's id.
    Project {
        /// What came of it.
        told: Told<String>,
    },
    /// How we are signed in.
    SignedIn {
        /// What came of it.
        told: Told<SignedIn>,
    },
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told<T> {
    /// An answer, of whatever status.
    Answer(T),
    /// None.
    Lost(Lost),
}

impl<T> From<Result<T, Lost>> for Told<T> {
    fn from(result: Result<T, Lost>) -> Self {
        match result {
            Ok(answer) => Self::Answer(answer),
            Err(lost) => Self::Lost(lost),
        }
    }
}

impl<T> From<Told<T>> for Result<T, Lost> {
    fn from(told: Told<T>) -> Self {
        match told {
            Told::Answer(answer) => Ok(answer),
            Told::Lost(lost) => Err(lost),
        }
    }
}

/// A whole recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The first line.
    pub head: Head,
    /// The exchanges, in the order in which they ended.
    pub exchanges: Vec<Exchange>,
}

/// Why a recording can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file or the folder can't be used.
    #[error("{path} can't be used for a recording: {why}")]
    Unusable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// Its first line says something else.
    #[error("this is no recording of a cloud: its first line doesn't say understudy_recording")]
    Other,
    /// A newer Understudy made it.
    #[error(
        "the recording has version {0} of the format, and this Understudy reads version {FORMAT}: \
         use the Understudy that made it, or a newer one"
    )]
    Version(u64),
    /// A line makes no sense.
    #[error("line {line} of the recording makes no sense: {why}")]
    Line {
        /// Counting from 1.
        line: usize,
        /// What is wrong in it.
        why: serde_json::Error,
    },
}

impl Recording {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let text = std::fs::read_to_string(path).map_err(|why| RecordingError::Unusable {
            path: path.to_owned(),
            why,
        })?;
        Self::read(&text)
    }

    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let mut lines = text.split_inclusive('\n').zip(1..);
        let first = lines.next().map_or("", |(line, _)| line);
        let head: serde_json::Value =
            serde_json::from_str(first).map_err(|_| RecordingError::Other)?;
        match head["understudy_recording"].as_u64() {
            Some(version) if version == u64::from(FORMAT) => {}
            Some(version) => return Err(RecordingError::Version(version)),
            None => return Err(RecordingError::Other),
        }
        let head =
            serde_json::from_value(head).map_err(|why| RecordingError::Line { line: 1, why })?;
        let mut exchanges = Vec::new();
        for (text, line) in lines {
            match serde_json::from_str(text) {
                Ok(exchange) => exchanges.push(exchange),
                Err(_) if text.trim().is_empty() => {}
                // Whoever wrote it was killed in the middle.
                Err(_) if !text.ends_with('\n') => {}
                Err(why) => return Err(RecordingError::Line { line, why }),
            }
        }
        Ok(Self { head, exchanges })
    }
}

/// Makes the folder that recordings go into, readable for nobody else.
pub fn prepare(folder: &Path) -> Result<(), RecordingError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|why| RecordingError::Unusable {
            path: folder.to_owned(),
            why,
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HEAD: &str = r#"{"understudy_recording":1,"cloud":"lab","program":"0.1.0","began":"2026-11-20T14:00:00Z"}"#;
    const LINE: &str =
        r#"{"at":"2026-11-20T14:00:01Z","ms":3,"asked":"project","told":{"answer":"p"}}"#;

    #[test]
    fn a_broken_line_is_named() {
        let text = format!("{HEAD}\n{LINE}\n{{\"at\":7}}\n{LINE}\n");
        let error = Recording::read(&text).unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
        let cut = format!("{HEAD}\n{LINE}\n{{\"at\":\"2026");
        assert_eq!(Recording::read(&cut).unwrap().exchanges.len(), 1);
    }

    #[test]
    fn what_is_no_recording_or_a_newer_one_is_refused() {
        for other in ["", "{}", "environment: production\n"] {
            assert!(matches!(Recording::read(other), Err(RecordingError::Other)));
        }
        let newer = HEAD.replace(":1,", ":2,");
        let error = Recording::read(&newer).unwrap_err();
        assert!(matches!(error, RecordingError::Version(2)), "{error}");
    }
}
