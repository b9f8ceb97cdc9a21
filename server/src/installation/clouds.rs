//! Which OpenStack clouds there are, and which of all clouds environments are on. None is asked
//! anything here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloud::openstack;
use engine::port::{Clock, Cloud, StoreError};
use model::environment::{Environment, Layer};
use model::name::{CloudName, EnvironmentName};
use model::topology::Topology;

use super::Installation;

/// The OpenStack clouds that are configured. None of them is asked anything before somebody needs
/// it; a configuration that can't be read keeps nobody from working with the others.
pub(super) fn configured(
    options: &openstack::Options,
    clock: &Arc<dyn Clock>,
) -> BTreeMap<CloudName, Arc<dyn Cloud>> {
    let configured = openstack::config::Configured::read().unwrap_or_else(|error| {
        tracing::warn!("{error}");
        openstack::config::Configured::default()
    });
    for error in configured.unusable() {
        tracing::warn!("{error}");
    }
    configured
        .open(options, clock)
        .into_iter()
        .map(|cloud| {
            let cloud: Arc<dyn Cloud> = Arc::new(cloud);
            (cloud.name().clone(), cloud)
        })
        .collect()
}

impl Installation {
    /// The environments that are on each cloud by their newest state, by cloud and name.
    pub async fn clouds_in_use(
        &self,
    ) -> Result<BTreeMap<CloudName, BTreeSet<EnvironmentName>>, StoreError> {
        let store = self.engine.store();
        let mut clouds: BTreeMap<CloudName, BTreeSet<EnvironmentName>> = BTreeMap::new();
        for environment in store.environments(false).await? {
            for topology in self.newest(&environment).await? {
                if let Some(cloud) = topology.cloud {
                    clouds
                        .entry(cloud)
                        .or_default()
                        .insert(environment.name.clone());
                }
            }
        }
        Ok(clouds)
    }

    /// The newest state of each layer that an environment has.
    pub(super) async fn newest(
        &self,
        environment: &Environment,
    ) -> Result<Vec<Topology>, StoreError> {
        let there = [
            (Layer::Planned, environment.planned),
            (Layer::Observed, environment.observed),
        ];
        let mut newest = Vec::new();
        for (layer, number) in there {
            if number.is_some() {
                let state = self
                    .engine
                    .store()
                    .revision(environment.id, layer, None)
                    .await?;
                newest.extend(state.map(|(_, topology)| topology));
            }
        }
        Ok(newest)
    }
}
