//! Keypairs that Understudy makes: ed25519, derived from the installation's secret, so that the
//! private half is stored nowhere and every server of an installation can tell it to whoever may
//! have it.

use std::fmt;

use model::act::Act;
use model::id::EnvironmentId;
use model::key::{Key, ResourceKind};
use model::keypair::PublicKey;
use model::name::{EnvironmentName, KeypairName};
use model::resource::{Keypair, KeypairSource, Resource};
use ssh_key::LineEnding;
use ssh_key::private::{Ed25519Keypair, KeypairData, PrivateKey as Private};

use crate::port::Found;
use crate::secret::Purpose;
use crate::{Engine, EngineError, Request};

/// A private key as OpenSSH reads it from a file. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(String);

impl PrivateKey {
    /// The key, for whoever asked for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

fn key_of(name: &KeypairName) -> Key {
    Key::new(ResourceKind::Keypair, name.as_str())
}

fn unwritten(error: impl fmt::Display) -> EngineError {
    EngineError::NoKey(format!("the key could not be written down: {error}"))
}

impl Engine {
    fn derived(
        &self,
        environment: EnvironmentId,
        key: &Key,
        comment: String,
    ) -> Result<Private, EngineError> {
        let purpose = Purpose::Keypair(environment, key);
        let pair = Ed25519Keypair::from_seed(&self.parts.secret.derive(&purpose));
        Private::new(KeypairData::Ed25519(pair), comment).map_err(unwritten)
    }

    /// The public half of a keypair that Understudy makes in an environment.
    pub(crate) fn made_public_key(
        &self,
        environment: EnvironmentId,
        key: &Key,
    ) -> Result<PublicKey, EngineError> {
        let private = self.derived(environment, key, String::new())?;
        let text = private.public_key().to_openssh().map_err(unwritten)?;
        text.parse().map_err(unwritten)
    }

    /// The public half of a keypair of an environment, given or made.
    pub fn public_key(
        &self,
        environment: EnvironmentId,
        name: &KeypairName,
        keypair: &model::keypair::Keypair,
    ) -> Result<PublicKey, EngineError> {
        match &keypair.public_key {
            Some(given) => Ok(given.clone()),
            None => self.made_public_key(environment, &key_of(name)),
        }
    }

    /// Knows a keypair that was found for ours where it has the key that Understudy makes; a plan
    /// names no key, and so compares with one that names none.
    pub(crate) fn recognise_key(&self, environment: EnvironmentId, found: &mut Found) {
        if let Some(mark) = &found.mark
            && let Some(Resource::Keypair(Keypair { public_key })) = &mut found.resource
            && let KeypairSource::Given(given) = &*public_key
            && self
                .made_public_key(environment, &mark.key)
                .is_ok_and(|made| made == *given)
        {
            *public_key = KeypairSource::Made;
        }
    }

    /// Gives the private half of a keypair to whoever asks, with a line in the log.
    pub(crate) async fn fetch_key(
        &self,
        request: &Request,
        environment: &EnvironmentName,
        name: &KeypairName,
    ) -> Result<PrivateKey, EngineError> {
        let environment = self.environment(environment).await?;
        let (_, topology) = self.state(&environment, None).await?;
        let keypair = topology.keypairs.get(name).ok_or_else(|| {
            let names: Vec<&str> = topology.keypairs.keys().map(KeypairName::as_str).collect();
            EngineError::NoKey(match names.as_slice() {
                [] => format!(
                    "{} has no keypairs: name one under `keypairs` in its file or recipe",
                    environment.name
                ),
                names => format!(
                    "{} has no keypair `{name}`: it has {}",
                    environment.name,
                    names.join(", ")
                ),
            })
        })?;
        if let Some(given) = &keypair.public_key {
            return Err(EngineError::NoKey(format!(
                "the keypair `{name}` was given to Understudy by its public half ({}): its private \
                 half is with its owner",
                given.fingerprint()
            )));
        }
        let comment = format!("{name}@{}", environment.name);
        let private = self.derived(environment.id, &key_of(name), comment)?;
        let text = private.to_openssh(LineEnding::LF).map_err(unwritten)?;
        let act = Act::FetchKey {
            environment: environment.id,
            keypair: name.clone(),
        };
        let audit = self.audit(request, &act);
        self.store().log_act(environment.id, act, audit).await?;
        Ok(PrivateKey(text.to_string()))
    }
}
