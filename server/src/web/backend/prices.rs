//! What things cost, as it was written down.

use std::collections::BTreeSet;

use app::data::PricesData;
use app::routes::PricesAsk;
use model::name::SiteName;
use model::price::csv;

use super::{Failed, Reader};

impl Reader {
    pub(super) async fn read_prices(&self, ask: &PricesAsk) -> Result<PricesData, Failed> {
        let around = self.around().await?;
        let prices = around.prices();
        let books = prices.written_for(ask.site.as_ref());
        let mut sites: BTreeSet<SiteName> = around.sites().cloned().collect();
        sites.extend(prices.at_sites.keys().cloned());
        sites.extend(ask.site.clone());
        Ok(PricesData {
            site: ask.site.clone(),
            sites: sites
                .into_iter()
                .map(|site| {
                    let own = prices.at_sites.contains_key(&site);
                    (site, own)
                })
                .collect(),
            holds: books.on(self.today()).map(|book| book.from),
            csv: csv::write(&books),
            books,
        })
    }
}
