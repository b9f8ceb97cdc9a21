//! The data of an environment: where in the cloud a copy finds what it takes along. It only reads:
//! what it finds is known by our mark or by its stored id, never by a name.

use std::collections::{BTreeMap, BTreeSet};

use model::data::GroupData;
use model::environment::Environment;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::Resource;
use model::topology::Topology;
use plan::data::{Held, Holdings, is_taken_along, locate};

use crate::port::{Cloud, CloudError, Found};
use crate::{Engine, EngineError};

impl Engine {
    /// Finds in the cloud what a copy takes along of its source, and writes down what it is called
    /// there. What is on another cloud than the copy can't be taken along, and is not looked for.
    pub(crate) async fn locate_data(
        &self,
        source: &Environment,
        of: &Topology,
        copy: &mut Topology,
    ) -> Result<(), EngineError> {
        if !is_taken_along(copy) || copy.cloud != of.cloud {
            return Ok(());
        }
        let wanted: BTreeSet<Key> = copy
            .groups
            .values()
            .filter_map(|group| group.data.as_ref())
            .flat_map(GroupData::origins)
            .map(|origin| origin.of.clone())
            .collect();
        let cloud = self.cloud_of(copy)?;
        let holdings = self.holdings(&**cloud, source, &wanted).await?;
        locate(copy, &holdings);
        Ok(())
    }

    async fn holdings(
        &self,
        cloud: &dyn Cloud,
        source: &Environment,
        wanted: &BTreeSet<Key>,
    ) -> Result<Holdings, EngineError> {
        let collection = self.collect_all(cloud, source.id).await?;
        let bindings = self.store().bindings(source.id).await?;
        let mut holdings = Holdings::new();
        for key in wanted {
            let marked: Vec<&Found> = collection.staying(key).collect();
            let held = match marked.as_slice() {
                [one] => Some(held(one)),
                [] => bound(cloud, key, &bindings).await?,
                // Which of them is meant can't be told.
                _ => None,
            };
            holdings.extend(held.map(|held| (key.clone(), held)));
        }
        Ok(holdings)
    }
}

fn held(found: &Found) -> Held {
    Held {
        id: found.id.clone(),
        size: match &found.resource {
            Some(Resource::Volume(volume)) => volume.size.fixed().copied(),
            _ => None,
        },
    }
}

/// What was stored as a key's id, where the cloud still has it: what carries no mark, because it
/// was there before us, is known so.
async fn bound(
    cloud: &dyn Cloud,
    key: &Key,
    bindings: &BTreeMap<Key, CloudId>,
) -> Result<Option<Held>, EngineError> {
    let Some(id) = bindings.get(key) else {
        return Ok(None);
    };
    if !matches!(key.kind, ResourceKind::Volume | ResourceKind::Instance) {
        return Ok(None);
    }
    match cloud.get(key.kind, id).await {
        Ok(found) => Ok(Some(held(&found))),
        Err(CloudError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
