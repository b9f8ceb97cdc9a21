//! Files that somebody brought to be compared: kept for a day under the hash of what they say, so that an
//! address can name one and any server can show it. They are nobody's state: nothing is planned from one,
//! and no revision comes of one. They are few and small, so that nobody can fill the store with them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Duration, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::port::StoreError;

/// For how many hours one is kept after it was brought last.
pub const KEPT_HOURS: u32 = 24;
/// How many are kept; where more come, the oldest go.
pub const MOST_KEPT: u32 = 64;
/// The largest, in bytes.
pub const LARGEST: usize = 1 << 20;

/// How long a name may be that a file is shown under.
const LONGEST_NAME: usize = 100;
/// How many hexadecimal digits of the SHA-256 of its text a file goes by.
const DIGITS: usize = 40;

/// What a file goes by: the beginning of the SHA-256 of its text, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash(String);

impl FileHash {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let mut hex = HEXLOWER.encode(&Sha256::digest(text));
        hex.truncate(DIGITS);
        Self(hex)
    }

    /// As it is stored and stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FileHash {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if text.len() == DIGITS && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "a file goes by {DIGITS} of the digits 0 to 9 and a to f"
            ))
        }
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a file is not taken. Prints as what is wrong and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is too large; how many bytes it has.
    #[error(
        "the file has {0} bytes, and {LARGEST} (1 MiB) is the most that is kept to be compared: leave out what was observed, or compare it on the command line, `understudy diff A B`"
    )]
    TooLarge(usize),
    /// No database keeps this character in a text.
    #[error("there is a NUL character in it, which no text has: save it as text")]
    Nul,
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// What it goes by.
    pub hash: FileHash,
    /// What it is called where it came from, or what stands for that; one line.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was brought last.
    pub at: DateTime<Utc>,
}

impl KeptFile {
    /// A file that is brought now. Of the name only what is behind the last slash is taken, on one line.
    pub fn new(name: &str, text: String, at: DateTime<Utc>) -> Result<Self, NotTaken> {
        if text.len() > LARGEST {
            return Err(NotTaken::TooLarge(text.len()));
        }
        if text.contains('\0') {
            return Err(NotTaken::Nul);
        }
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = name
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect();
        let name = name.trim();
        Ok(Self {
            hash: FileHash::of(&text),
            name: if name.is_empty() { "a file" } else { name }.to_owned(),
            text,
            at,
        })
    }

    /// Until when it is kept, where not too many others come.
    pub fn until(&self) -> DateTime<Utc> {
        self.at + kept_for()
    }
}

fn kept_for() -> Duration {
    Duration::hours(KEPT_HOURS.into())
}

impl Engine {
    /// Keeps a file, and forgets those that are too old or too many.
    pub async fn keep_file(&self, file: &KeptFile) -> Result<(), StoreError> {
        let since = self.clock().now() - kept_for();
        self.store().keep_file(file, since, MOST_KEPT).await
    }

    /// A file that was brought less than [`KEPT_HOURS`] ago, where it is still there.
    pub async fn kept_file(&self, hash: &FileHash) -> Result<Option<KeptFile>, StoreError> {
        let since = self.clock().now() - kept_for();
        self.store().kept_file(hash, since).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_goes_by_what_it_says() {
        let at = DateTime::UNIX_EPOCH;
        let file = |name: &str, text: &str| KeptFile::new(name, text.to_owned(), at);
        let one = file("C:\\plans\\a.yaml", "a").unwrap();
        assert_eq!(one.name, "a.yaml");
        assert_eq!(one.hash, file("../b\n.yaml", "a").unwrap().hash);
        assert_eq!(file("../b\n.yaml", "a").unwrap().name, "b.yaml");
        assert_ne!(one.hash, file("a.yaml", "b").unwrap().hash);
        assert_eq!(one.hash.as_str().parse(), Ok(one.hash.clone()));
        assert_eq!(file("/", "").unwrap().name, "a file");
        assert_eq!(file("a", "\0"), Err(NotTaken::Nul));
        let large = "x".repeat(LARGEST + 1);
        assert_eq!(file("a", &large), Err(NotTaken::TooLarge(LARGEST + 1)));
        for wrong in ["", "observed", "0123", &"g".repeat(40), &"A".repeat(40)] {
            assert!(wrong.parse::<FileHash>().is_err(), "{wrong}");
        }
    }
}
