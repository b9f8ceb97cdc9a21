//! A plan held against the sites that it names, by what stands around it: what their clouds were collected
//! to offer, and what things cost there. It reads nothing by itself.

use model::count::Sizing;
use model::name::SiteName;
use model::price::PriceBooks;
use model::site::Site;
use model::topology::Topology;
use plan::report::{Held, Price, Report, Told, sites};

use crate::around::Around;

impl Around {
    /// Puts other prices for a site in the place of those that are stored.
    pub fn price_at(&mut self, site: SiteName, books: PriceBooks) {
        self.prices.at_sites.insert(site, books);
    }

    /// A plan held against some of the sites that it names.
    pub fn held_against(&self, topology: &Topology, named: &[(&SiteName, &Site)]) -> Report {
        let held: Vec<Held<'_>> = named
            .iter()
            .map(|(name, site)| Held {
                name,
                site,
                told: self.told(topology, site),
            })
            .collect();
        let price = |site: &SiteName, topology: &Topology, sizing: &Sizing| {
            let whose = if self.prices.at_sites.contains_key(site) {
                "prices of its own"
            } else {
                "the prices for anywhere, for it has none of its own"
            };
            let book = self.prices.at(Some(site)).on(self.today())?;
            Price::by(book, whose, topology, sizing)
        };
        sites(topology, &held, &price)
    }

    /// What a cloud of a site offers. Of several that one counts which the environment is on, else the
    /// first that was ever collected.
    fn told<'a>(&'a self, topology: &Topology, site: &'a Site) -> Option<Told<'a>> {
        let own = site
            .clouds
            .iter()
            .find(|cloud| topology.cloud.as_ref() == Some(*cloud));
        own.into_iter().chain(&site.clouds).find_map(|cloud| {
            let offers = self.offers_of(cloud)?;
            Some(Told { cloud, offers })
        })
    }
}
