//! What a call is filled in with right before it is made: the user data of an instance with its
//! token, secrets and ids of volumes, and the public half of a keypair that Understudy makes. None
//! of it is in a plan, a journal or a log.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::VolumeName;
use model::operation::Trouble;
use model::resource::{Instance, Keypair, KeypairSource, Resource, volume_key};
use plan::user_data::{self, Filling, UserData, Whose};

use super::call::At;
use super::{Execution, trouble};
use crate::EngineError;
use crate::port::Asked;

/// What a create needs beside what its plan says.
pub(super) struct Filled<'a> {
    pub(super) resource: Cow<'a, Resource>,
    pub(super) user_data: Option<UserData>,
    /// Set where an instance is asked to report.
    pub(super) asked: Option<Asked>,
}

/// What fills one instance's user data in.
struct Fill<'a> {
    execution: &'a Execution<'a>,
    instance: &'a Instance,
    ids: &'a BTreeMap<Key, CloudId>,
    phone_home: Option<String>,
}

impl Filling for Fill<'_> {
    fn volume(&self, name: &VolumeName) -> Option<String> {
        let Instance { group, ordinal, .. } = self.instance;
        let key = volume_key(group, *ordinal, name);
        self.ids.get(&key).map(ToString::to_string)
    }

    fn secret(&self, what: &str) -> String {
        let environment = self.execution.environment.id;
        self.execution.engine.secret_parameter(environment, what)
    }

    fn phone_home(&self) -> Option<String> {
        self.phone_home.clone()
    }
}

impl Execution<'_> {
    /// Fills in what a create is made with; trouble where that can't be known any more.
    pub(super) fn filled<'a>(
        &self,
        at: At<'_>,
        resource: &'a Resource,
        ids: &BTreeMap<Key, CloudId>,
    ) -> Result<Result<Filled<'a>, Trouble>, EngineError> {
        let key = &at.step.key;
        let mut filled = Filled {
            resource: Cow::Borrowed(resource),
            user_data: None,
            asked: None,
        };
        match resource {
            Resource::Keypair(Keypair {
                public_key: KeypairSource::Made,
            }) => {
                let public_key = self.engine.made_public_key(self.environment.id, key)?;
                filled.resource = Cow::Owned(Resource::Keypair(Keypair {
                    public_key: KeypairSource::Given(public_key),
                }));
            }
            Resource::Instance(instance) => {
                let Some(told) = instance.first_boot.told() else {
                    return Ok(Err(trouble::forgotten(at.step)));
                };
                let asked = Asked {
                    operation: self.operation.id,
                    phase: at.phase,
                    attempt: at.attempt,
                };
                let phone_home = self.engine.reach(self.cloud.name()).and_then(|url| {
                    self.engine
                        .phone_home_url(&url, self.environment.id, key, &asked)
                });
                filled.asked = phone_home.is_some().then_some(asked);
                let fill = Fill {
                    execution: self,
                    instance,
                    ids,
                    phone_home,
                };
                let whose = Whose::instance(&self.environment.name, instance);
                let rendered = user_data::render(whose, &*instance.profiles, told, &fill)?;
                filled.user_data = Some(rendered);
            }
            _ => {}
        }
        debug_assert_eq!(resource.kind(), key.kind);
        debug_assert!(filled.asked.is_none() || key.kind == ResourceKind::Instance);
        Ok(Ok(filled))
    }
}
