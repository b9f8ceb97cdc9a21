//! What instances say themselves: where they reach Understudy, and what happens when one reports
//! that it is ready. A report is let in by its token alone, and only the first one counts.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use model::facts::Report;
use model::id::EnvironmentId;
use model::key::Key;
use model::name::{CloudName, GroupName};
use model::topology::Topology;
use model::topology::items::parse_instance;

use crate::port::{Asked, AwaitedReport, Said, StoreError};
use crate::secret::Purpose;
use crate::{Engine, EngineError};

/// Where instances reach Understudy: `https://understudy.example.org`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicUrl(String);

/// A text that is no such address; what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no address that instances could report to: write one as in \
     https://understudy.example.org, at most 200 characters, without a user, `?` or `#`"
)]
pub struct PublicUrlError(String);

impl PublicUrl {
    /// The longest: with what stands behind it, it must fit where proofs leave room for it.
    const LONGEST: usize = 200;
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;
    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let refused = || PublicUrlError(text.chars().take(80).collect());
        let base = text.trim().trim_end_matches('/');
        let rest = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"))
            .ok_or_else(refused)?;
        let host = rest.split('/').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
        if host.is_empty() || !base.chars().all(plain) || base.len() > Self::LONGEST {
            return Err(refused());
        }
        Ok(Self(base.to_owned()))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneHome {
    /// It is stored.
    Taken,
    /// The same instance had reported before; nothing was changed.
    Again,
    /// Nobody was asked for such a report.
    Unknown,
}

/// What the instances of an environment have said so far.
#[derive(Clone, Debug, Default)]
pub struct Reports(BTreeMap<Key, AwaitedReport>);

impl Reports {
    /// What an instance has said; none where it was not asked.
    pub fn of(&self, group: &GroupName, ordinal: u32) -> Option<Report> {
        let awaited = self.0.get(&Key::instance(group, ordinal))?;
        Some(match awaited.reported_at {
            Some(at) => Report::At(at),
            None => Report::Awaited,
        })
    }

    /// Writes it into what was observed of them.
    pub fn tell(&self, observed: &mut Topology) {
        for (name, group) in &mut observed.groups {
            for (ordinal, facts) in &mut group.instances {
                facts.report = self.of(name, *ordinal);
            }
        }
    }
}

impl Engine {
    /// What the instances of an environment have said so far.
    pub async fn reports(&self, environment: EnvironmentId) -> Result<Reports, StoreError> {
        self.store().reports(environment).await.map(Reports)
    }

    /// From now on the instances of a cloud reach this process at an address of its own, whatever
    /// is configured for others: a simulated cloud's live in it.
    pub fn reached_at(&self, cloud: CloudName, url: PublicUrl) {
        self.near
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(cloud, url);
    }

    /// Where the instances of a cloud reach Understudy; none where nobody said, and then they are
    /// not asked to.
    pub(crate) fn reach(&self, cloud: &CloudName) -> Option<PublicUrl> {
        let near = self
            .near
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        near.get(cloud)
            .or(self.parts.config.public_url.as_ref())
            .cloned()
    }

    /// The token with which one making of an instance reports.
    pub(crate) fn token(&self, environment: EnvironmentId, key: &Key, asked: &Asked) -> String {
        let purpose = Purpose::PhoneHome(environment, key, asked);
        self.parts.secret.text(&purpose)
    }

    /// Where one making of an instance reports; none where `key` is not an instance's.
    pub(crate) fn phone_home_url(
        &self,
        url: &PublicUrl,
        environment: EnvironmentId,
        key: &Key,
        asked: &Asked,
    ) -> Option<String> {
        let (group, ordinal) = parse_instance(key.name())?;
        let token = self.token(environment, key, asked);
        Some(format!(
            "{url}/phone-home/{environment}/{group}/{ordinal}/{token}"
        ))
    }

    /// Takes a report, where its token is the one that was given to the newest making of an
    /// instance.
    pub async fn phone_home(
        &self,
        environment: EnvironmentId,
        key: &Key,
        token: &str,
        said: Said,
    ) -> Result<PhoneHome, EngineError> {
        let Some(awaited) = self.store().report(environment, key).await? else {
            return Ok(PhoneHome::Unknown);
        };
        let purpose = Purpose::PhoneHome(environment, key, &awaited.asked);
        if !self.parts.secret.is(token, &purpose) {
            return Ok(PhoneHome::Unknown);
        }
        let now = self.clock().now();
        let first = self
            .store()
            .put_report(environment, key, &awaited.asked, now, said)
            .await?;
        if !first {
            return Ok(PhoneHome::Again);
        }
        tracing::info!(%environment, %key, "reported that it is ready");
        self.wake();
        Ok(PhoneHome::Taken)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_one_that_a_machine_can_call() {
        for (text, read) in [
            (
                "https://understudy.example.org",
                "https://understudy.example.org",
            ),
            ("http://192.0.2.7:8080/", "http://192.0.2.7:8080"),
            (" http://[2001:db8::1]:8080 ", "http://[2001:db8::1]:8080"),
            (
                "https://example.org/tools/understudy/",
                "https://example.org/tools/understudy",
            ),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), read);
        }
        for text in [
            "",
            "understudy.example.org",
            "ftp://example.org",
            "https://",
            "https:///x",
            "https://me:secret@example.org",
            "https://example.org/?a=b",
            "https://example.org/a b",
            "https://example.org/$INSTANCE_ID",
            "https://example.org/\"",
            &format!("https://{}", "a".repeat(200)),
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
