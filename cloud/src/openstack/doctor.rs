//! What a credential can and can't do on its cloud, service by service, before anyone needs it. It
//! only reads, asks each thing once, and reports instead of failing: what couldn't be found out is
//! a finding too. It judges nothing by a version's number or a service's name where asking tells.

mod network;
mod room;
mod services;
mod signed_in;

use chrono::{DateTime, Utc};
use engine::port::CloudError;
use model::name::CloudName;
use plan::offers::QuotaKind;
use serde::Serialize;
use serde_json::Value;

use super::OpenStack;
use super::transport::{Call, Service};

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Understudy works, without something.
    Limited,
    /// Understudy can't work on this cloud so.
    Missing,
}

impl Verdict {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Limited => "limited",
            Self::Missing => "missing",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Whether the cloud lets us in.
    SignIn,
    /// What the credential is.
    Credential,
    /// What the user is in the project.
    Roles,
    /// How long the token is good.
    Token,
    /// Whether a service is there and answers.
    Service(Service),
    /// The microversions of a service.
    Versions(Service),
    /// An extension of Neutron, by its alias.
    Extension(&'static str),
    /// Where routers and public addresses lead to.
    ExternalNetwork,
    /// Addresses left there.
    FreeAddresses,
    /// One quota.
    Quota(QuotaKind),
    /// Quotas that the cloud doesn't tell.
    Quotas,
    /// Flavors.
    Flavors,
    /// Images.
    Images,
    /// Server groups.
    ServerGroups,
    /// What only administrators may.
    Administration,
}

impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self {
            Self::SignIn => "sign-in".to_owned(),
            Self::Credential => "credential".to_owned(),
            Self::Roles => "roles".to_owned(),
            Self::Token => "token".to_owned(),
            Self::Service(service) => service.to_string(),
            Self::Versions(service) => format!("{service} versions"),
            Self::Extension(alias) => format!("extension {alias}"),
            Self::ExternalNetwork => "external network".to_owned(),
            Self::FreeAddresses => "free addresses".to_owned(),
            Self::Quota(kind) => format!("quota of {kind}"),
            Self::Quotas => "quotas".to_owned(),
            Self::Flavors => "flavors".to_owned(),
            Self::Images => "images".to_owned(),
            Self::ServerGroups => "server groups".to_owned(),
            Self::Administration => "administration".to_owned(),
        };
        f.pad(&words)
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub about: About,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What depends on it.
    pub why: &'static str,
    /// What to do where it isn't as it should be.
    pub remedy: Option<String>,
}

impl Check {
    fn ok(about: About, found: impl Into<String>, why: &'static str) -> Self {
        Self {
            about,
            verdict: Verdict::Ok,
            found: found.into(),
            why,
            remedy: None,
        }
    }

    fn limited(
        about: About,
        found: impl Into<String>,
        why: &'static str,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Limited,
            remedy: Some(remedy.into()),
            ..Self::ok(about, found, why)
        }
    }

    fn missing(
        about: About,
        found: impl Into<String>,
        why: &'static str,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Missing,
            ..Self::limited(about, found, why, remedy)
        }
    }
}

/// All that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of which cloud.
    pub cloud: CloudName,
    /// When.
    pub at: DateTime<Utc>,
    /// One entry for each thing, in the order in which they depend on each other.
    pub checks: Vec<Check>,
}

impl Report {
    /// How it stands in all: as with the worst.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.checks.iter().map(|check| check.verdict);
        verdicts.max().unwrap_or(Verdict::Missing)
    }
}

/// The services without which what a project has room for can't be asked.
const NEEDED: [Service; 3] = [Service::Compute, Service::Network, Service::Image];

impl OpenStack {
    /// Looks at everything. It changes nothing.
    pub async fn examine(&self) -> Report {
        let at = self.clock.now();
        let report = |checks| Report {
            cloud: self.name.clone(),
            at,
            checks,
        };
        let signed_in = match self.transport.signed_in().await {
            Ok(signed_in) => signed_in,
            Err(lost) => return report(vec![signed_in::refused(&lost)]),
        };
        let mut checks = signed_in::checks(&signed_in, at);
        let (services, answering) = self.examine_services(&signed_in).await;
        checks.extend(services);
        // What doesn't answer has a line that says so, and nothing below it needs another.
        let (network, room) = futures::join!(
            async {
                if answering.contains(&Service::Network) {
                    self.examine_network().await
                } else {
                    Vec::new()
                }
            },
            async {
                if answering.is_superset(&NEEDED.into()) {
                    self.examine_room().await
                } else {
                    Vec::new()
                }
            },
        );
        checks.extend(network);
        checks.extend(room);
        report(checks)
    }

    /// Reads something; the answer's body, or what stands in the way.
    async fn read(&self, call: Call) -> Result<Value, CloudError> {
        self.ask(call).await.map(|answer| answer.body)
    }
}
