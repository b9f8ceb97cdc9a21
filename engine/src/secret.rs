//! Secrets that are derived and never stored: from the one secret of the installation and what each
//! is for. A plan names what a secret is for; only its executor, or whoever may be told it, derives
//! it. Nothing here may show itself in a log or an error.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use model::id::EnvironmentId;
use model::key::Key;
use sha2::Sha256;

use crate::port::Asked;

/// What everything is derived from: 32 random bytes, made with the installation. All servers of one
/// database share it.
#[derive(Clone, PartialEq, Eq)]
pub struct InstallationSecret([u8; 32]);

/// A text that is no secret of an installation. It repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an installation's secret has 64 hexadecimal digits, and this has not")]
pub struct NoSecret;

impl InstallationSecret {
    /// Reads what [`InstallationSecret::expose`] wrote, or what [`crate::port::Entropy::secret`]
    /// gives.
    pub fn from_hex(text: &str) -> Result<Self, NoSecret> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NoSecret)?;
        Ok(Self(bytes.try_into().map_err(|_| NoSecret)?))
    }

    /// The secret, for the store alone.
    pub fn expose(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Feeds what a secret is for into the function that derives it.
    fn mac(&self, purpose: &Purpose<'_>) -> Hmac<Sha256> {
        // HMAC fills a key up with zeros to the length of a block.
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        key[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&key);
        for part in purpose.parts() {
            // With its length, so that no two purposes are the same bytes.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }

    /// Derives 32 bytes.
    pub(crate) fn derive(&self, purpose: &Purpose<'_>) -> [u8; 32] {
        self.mac(purpose).finalize().into_bytes().into()
    }

    /// Derives a text of 64 hexadecimal digits.
    pub(crate) fn text(&self, purpose: &Purpose<'_>) -> String {
        HEXLOWER.encode(&self.derive(purpose))
    }

    /// Whether a text is what would be derived; it takes as long whatever the answer.
    pub(crate) fn is(&self, text: &str, purpose: &Purpose<'_>) -> bool {
        let bytes = HEXLOWER.decode(text.as_bytes()).unwrap_or_default();
        self.mac(purpose).verify_slice(&bytes).is_ok()
    }
}

impl fmt::Debug for InstallationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallationSecret(…)")
    }
}

/// What a secret is for.
pub(crate) enum Purpose<'a> {
    /// The token with which one making of an instance reports once.
    PhoneHome(EnvironmentId, &'a Key, &'a Asked),
    /// The private half of a keypair: the same for every attempt at it, so that whoever may have it
    /// can be told it from the store alone.
    Keypair(EnvironmentId, &'a Key),
    /// The token with which the host of an instance tells what it measures, for as long as the
    /// environment is: the same for every making of it, so that its monitor's configuration stays good.
    Measure(EnvironmentId, &'a Key),
    /// A parameter of profiles: the same for all instances of an environment, who share it.
    Parameter(EnvironmentId, &'a str),
}

impl Purpose<'_> {
    fn parts(&self) -> Vec<String> {
        match self {
            Self::PhoneHome(environment, key, asked) => {
                // Attempts are counted within an operation's plan, so these belong to it.
                let Asked {
                    operation,
                    phase,
                    attempt,
                } = asked;
                vec![
                    "phone-home".into(),
                    environment.to_string(),
                    key.to_string(),
                    operation.to_string(),
                    phase.word().into(),
                    attempt.to_string(),
                ]
            }
            Self::Keypair(environment, key) => {
                vec!["keypair".into(), environment.to_string(), key.to_string()]
            }
            Self::Measure(environment, key) => {
                vec!["measure".into(), environment.to_string(), key.to_string()]
            }
            Self::Parameter(environment, what) => {
                vec!["parameter".into(), environment.to_string(), (*what).into()]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::id::OperationId;
    use model::operation::Phase;
    use uuid::Uuid;

    use super::*;

    fn secret() -> InstallationSecret {
        InstallationSecret::from_hex(&"0f".repeat(32)).unwrap()
    }

    fn asked(attempt: u32) -> Asked {
        Asked {
            operation: OperationId::from_uuid(Uuid::from_u128(3)),
            phase: Phase::Forward,
            attempt,
        }
    }

    #[test]
    fn each_purpose_has_a_secret_of_its_own() {
        let environment = |n| EnvironmentId::from_uuid(Uuid::from_u128(n));
        let key: Key = "instance/app[1]".parse().unwrap();
        let other: Key = "instance/app[2]".parse().unwrap();
        let (first, second) = (asked(1), asked(2));
        let purposes = [
            Purpose::PhoneHome(environment(1), &key, &first),
            Purpose::PhoneHome(environment(1), &key, &second),
            Purpose::PhoneHome(environment(1), &other, &first),
            Purpose::PhoneHome(environment(2), &key, &first),
            Purpose::Keypair(environment(1), &key),
            Purpose::Measure(environment(1), &key),
            Purpose::Measure(environment(1), &other),
            Purpose::Measure(environment(2), &key),
            Purpose::Parameter(environment(1), "instance/app[1]"),
        ];
        let all: std::collections::BTreeSet<String> = purposes
            .iter()
            .map(|purpose| secret().text(purpose))
            .collect();
        assert_eq!(all.len(), purposes.len());
        for (index, purpose) in purposes.iter().enumerate() {
            let text = secret().text(purpose);
            for (other, purpose) in purposes.iter().enumerate() {
                assert_eq!(secret().is(&text, purpose), index == other);
            }
        }
        for wrong in ["", "0", "zz", &"0f".repeat(32), "é"] {
            assert!(!secret().is(wrong, &purposes[0]), "{wrong}");
        }
    }

    #[test]
    fn what_is_derived_never_changes() {
        // python3 -c 'import hmac,hashlib; f=lambda s: len(s).to_bytes(8,"big")+s; print(hmac.new(
        // b"\x0f"*32, b"".join(map(f, [b"parameter", b"00000000-0000-0000-0000-000000000001",
        // b"mysql"])), hashlib.sha256).hexdigest())'
        let purpose = Purpose::Parameter(EnvironmentId::from_uuid(Uuid::from_u128(1)), "mysql");
        assert_eq!(
            secret().text(&purpose),
            "7c4c9cb062fb09b7af41954890c92723016ab352894936df6d7b8aa29dde2263"
        );
    }

    #[test]
    fn it_never_shows_itself() {
        assert_eq!(format!("{:?}", secret()), "InstallationSecret(…)");
        assert_eq!(secret().expose(), "0f".repeat(32));
        assert_eq!(InstallationSecret::from_hex("0f"), Err(NoSecret));
        assert_eq!(
            InstallationSecret::from_hex(&"0x".repeat(32)),
            Err(NoSecret)
        );
    }
}
