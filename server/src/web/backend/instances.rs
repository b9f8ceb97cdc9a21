//! The inventory.

use std::collections::BTreeSet;

use app::data::{Age, InstanceFacets, InstancesData};
use model::filter::InstanceFilter;

use super::{Failed, Reader};

impl Reader {
    pub(super) async fn read_instances(
        &self,
        filter: &InstanceFilter,
    ) -> Result<InstancesData, Failed> {
        let page = self.store().instances(filter).await.map_err(page_error)?;
        let one = InstanceFilter {
            limit: Some(1),
            ..InstanceFilter::default()
        };
        let all = self.store().instances(&one).await?.total;
        let environments = self.environments().await?;
        let (mut groups, mut flavors, mut statuses) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut observed: Option<Age> = None;
        for environment in environments {
            let chosen = filter
                .environment
                .as_ref()
                .is_none_or(|name| *name == environment.name);
            if !chosen {
                continue;
            }
            for digest in self.newest(environment).await? {
                groups.extend(digest.groups.iter().cloned());
                flavors.extend(digest.flavors.iter().cloned());
                statuses.extend(digest.statuses.iter().cloned());
            }
            let seen = self.seen(environment).await?;
            observed = [observed, seen]
                .into_iter()
                .flatten()
                .min_by_key(|age| age.at);
        }
        Ok(InstancesData {
            filter: filter.clone(),
            page,
            all,
            facets: InstanceFacets {
                environments: environments
                    .iter()
                    .map(|environment| environment.name.clone())
                    .collect(),
                groups: groups.into_iter().collect(),
                flavors: flavors.into_iter().collect(),
                statuses: statuses.into_iter().collect(),
            },
            observed,
        })
    }
}

/// A page that can't be begun where the address says is a wrong address.
pub(in crate::web) fn page_error(error: engine::port::StoreError) -> Failed {
    match error {
        engine::port::StoreError::Missing(what) => {
            crate::web::trouble::bad_request(format!("There is no {what}."))
        }
        other => other.into(),
    }
}
