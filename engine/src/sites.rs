//! What is known of the sites that an environment names beside what its file says of them: what their
//! clouds were collected to offer, and what things cost there. It reads the store and asks no cloud.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use model::count::Sizing;
use model::name::{CloudName, SiteName};
use model::price::{PriceBooks, Prices};
use model::site::Site;
use model::topology::Topology;
use plan::report::{Held, Price, Report, Told, sites};

use crate::Engine;
use crate::around::{Offered, Remembered};
use crate::port::StoreError;

/// What is known of an environment's sites.
#[derive(Debug, Default)]
pub struct AtSites {
    offered: BTreeMap<SiteName, (CloudName, Arc<Offered>)>,
    prices: Prices,
}

impl AtSites {
    /// The same with other prices for a site.
    pub fn price(&mut self, site: SiteName, books: PriceBooks) {
        self.prices.at_sites.insert(site, books);
    }

    /// A plan held against some of the sites that it names, by the prices of a day.
    pub fn report(
        &self,
        topology: &Topology,
        named: &[(&SiteName, &Site)],
        today: NaiveDate,
    ) -> Report {
        let held: Vec<Held<'_>> = named
            .iter()
            .map(|(name, site)| Held {
                name,
                site,
                told: self.offered.get(*name).map(|(cloud, offered)| Told {
                    cloud,
                    offers: &offered.offers,
                }),
            })
            .collect();
        let price = |site: &SiteName, topology: &Topology, sizing: &Sizing| {
            let whose = match self.prices.written_for(Some(site)) {
                Some(_) => "prices of its own",
                None => "the prices for anywhere, for it has none of its own",
            };
            let book = self.prices.at(Some(site)).on(today)?;
            Price::by(book, whose, topology, sizing)
        };
        sites(topology, &held, &price)
    }
}

impl Engine {
    /// What is known of the sites that an environment names. Of a site with several clouds that one
    /// counts which the environment is on, else the first that was ever collected.
    pub async fn at_sites(
        &self,
        topology: &Topology,
        remembered: Option<&Remembered>,
    ) -> Result<AtSites, StoreError> {
        let mut collected = BTreeMap::new();
        for cloud in self.store().clouds().await? {
            if let Some(offered) = self.offered(&cloud, remembered).await? {
                collected.insert(cloud.name, offered);
            }
        }
        let offered = topology.sites.iter().filter_map(|(name, site)| {
            let own = topology.cloud.as_ref();
            let own = own.filter(|own| site.clouds.contains(own));
            let mut clouds = own.into_iter().chain(&site.clouds);
            let cloud = clouds.find(|cloud| collected.contains_key(*cloud))?;
            let offered = Arc::clone(collected.get(cloud)?);
            Some((name.clone(), (cloud.clone(), offered)))
        });
        Ok(AtSites {
            offered: offered.collect(),
            prices: self.prices().await?,
        })
    }
}
