//! Whole clouds: what each holds, whoever made it. A collection reads a cloud kind by kind and page
//! by page into the store ([`gather`]), on a schedule or when somebody asks ([`schedule`]); what a
//! foreign server is, a person says ([`assign`]); from both follows what is observed of each
//! environment ([`observe`]).
//!
//! Nothing here changes anything in a cloud, and nothing here makes a server ours.

mod assign;
mod gather;
mod observe;
mod schedule;

use model::act::Act;
use model::name::CloudName;

use crate::{Engine, EngineError, Outcome, Request};

impl Engine {
    /// Somebody wants a cloud to be looked at now.
    pub(crate) async fn want_collection(
        &self,
        request: &Request,
        cloud: &CloudName,
    ) -> Result<Outcome, EngineError> {
        // A cloud that nobody configured is told right away.
        self.cloud(cloud)?;
        let act = Act::Collect {
            cloud: cloud.clone(),
        };
        let audit = self.audit(request, &act);
        self.store().want_collection(cloud, act, audit).await?;
        Ok(Outcome::Wanted(cloud.clone()))
    }

    /// All clouds that are configured, used or not, each with what it is in a few words.
    pub fn configured_clouds(&self) -> Vec<(CloudName, String)> {
        let clouds = self.parts.clouds.iter();
        clouds
            .map(|(name, cloud)| (name.clone(), cloud.about()))
            .collect()
    }

    /// How often clouds are collected; none where only somebody asks for it.
    pub const fn collects_every(&self) -> Option<std::time::Duration> {
        self.parts.config.collect_every
    }
}
