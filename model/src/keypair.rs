//! Keypairs: what lets people into instances. Only public halves are ever written down: the private
//! half of one that is given stays with its owner, that of one that Understudy makes is derived
//! when somebody who may have it asks for it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// The sorts of keys that Nova and today's OpenSSH both take.
const ALGORITHMS: [&str; 5] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
];

/// The longest text that is taken for a public key: RSA's with 16,384 bits has 2,800 characters.
const LONGEST: usize = 4096;

/// Why a text is no public key. It repeats nothing of the text, which may be a private one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// The other half.
    #[error(
        "this is a private key, which stays with its owner: write the public one, the line of the \
         file that ends in `.pub`, and make a new pair, since this one is known now"
    )]
    Private,
    /// Not one line of an algorithm and a key.
    #[error(
        "this is no public key: write it as in the file that ends in `.pub`, `ssh-ed25519 AAAA… \
         name`, one of ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521 or ssh-rsa"
    )]
    Malformed,
}

/// A public key as OpenSSH writes it on one line, with its comment where it has one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    algorithm: String,
    /// In base64, as it was written.
    key: String,
    comment: String,
}

impl PublicKey {
    /// The key without its comment, which lets nobody in: what a cloud is given, and what counts
    /// where two are compared.
    #[must_use]
    pub fn without_comment(&self) -> Self {
        Self {
            comment: String::new(),
            ..self.clone()
        }
    }

    /// How people tell keys apart, as `ssh-keygen -l` shows it: `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        // It was decoded when it came to be.
        let bytes = STANDARD.decode(&self.key).unwrap_or_default();
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(bytes)))
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;
    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(PublicKeyError::Private);
        }
        if text.len() > LONGEST || text.trim().chars().any(char::is_control) {
            return Err(PublicKeyError::Malformed);
        }
        let mut words = text.split_whitespace();
        let (Some(algorithm), Some(key)) = (words.next(), words.next()) else {
            return Err(PublicKeyError::Malformed);
        };
        let bytes = STANDARD
            .decode(key)
            .map_err(|_| PublicKeyError::Malformed)?;
        // The key itself begins with its algorithm's name, and its length before that.
        let named = bytes
            .split_first_chunk::<4>()
            .and_then(|(length, rest)| rest.split_at_checked(u32::from_be_bytes(*length) as usize));
        match named {
            Some((name, rest))
                if ALGORITHMS.contains(&algorithm)
                    && name == algorithm.as_bytes()
                    && !rest.is_empty() => {}
            _ => return Err(PublicKeyError::Malformed),
        }
        Ok(Self {
            algorithm: algorithm.to_owned(),
            key: key.to_owned(),
            comment: words.collect::<Vec<&str>>().join(" "),
        })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            algorithm,
            key,
            comment,
        } = self;
        write!(f, "{algorithm} {key}")?;
        if comment.is_empty() {
            Ok(())
        } else {
            write!(f, " {comment}")
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for PublicKey {
    fn schema_name() -> Cow<'static, str> {
        "PublicKey".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,2}( .*)?$",
            "description": "one line of a file that ends in .pub",
            "examples": [
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC ann at work"
            ],
        })
    }
}

/// A keypair as people write it: the public half of theirs, or nothing, and Understudy makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keypair {
    /// Its public half; Understudy makes the pair unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<PublicKey>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Made with `ssh-keygen -t ed25519 -C "ann at work"`; the fingerprint is what `ssh-keygen -l` says.
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC ann at work";
    const FINGERPRINT: &str = "SHA256:MczJ5wstfrI5BLZvuKtOvOat9Dh4ZUtUClT3+hBIVP4";

    #[test]
    fn a_key_has_the_fingerprint_that_ssh_keygen_says() {
        let key: PublicKey = KEY.parse().unwrap();
        assert_eq!(key.fingerprint(), FINGERPRINT);
        assert_eq!(key.to_string(), KEY);
        let bare = key.without_comment();
        assert_eq!(bare.to_string(), KEY.strip_suffix(" ann at work").unwrap());
        assert_eq!(bare.fingerprint(), FINGERPRINT);
        assert_eq!(format!("{key:?}"), format!("PublicKey({FINGERPRINT})"));
    }

    #[test]
    fn what_is_no_public_key_is_refused_and_a_private_one_is_not_repeated() {
        let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END";
        let error = private.parse::<PublicKey>().unwrap_err();
        assert_eq!(error, PublicKeyError::Private);
        assert!(!error.to_string().contains("b3Blb"), "{error}");
        for wrong in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 %%%",
            "ssh-ed25519 AAAA",
            // One algorithm outside and another one inside.
            &KEY.replacen("ssh-ed25519", "ssh-rsa", 1),
            &KEY.replacen("ssh-ed25519", "ssh-dss", 1),
            &format!("{KEY}\n{KEY}"),
        ] {
            assert_eq!(
                wrong.parse::<PublicKey>(),
                Err(PublicKeyError::Malformed),
                "{wrong}"
            );
        }
        assert!(format!("{KEY}\n").parse::<PublicKey>().is_ok());
    }
}
