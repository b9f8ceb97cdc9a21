//! What an environment costs by the stored prices, in the words of its proof. It works nothing out itself.

use chrono::{DateTime, Utc};
use model::count::Sizing;
use model::resolved::Resolved;
use model::topology::Topology;
use plan::cost::spell::over;

use crate::{Engine, EngineError};

impl Engine {
    /// What an environment costs once it is as planned, by the prices of today; none where nobody wrote
    /// prices down, or nothing of it will be there.
    pub(crate) async fn cost_in_words(
        &self,
        topology: &Topology,
        target: &Resolved,
    ) -> Result<Option<String>, EngineError> {
        if target.resources.is_empty() {
            return Ok(None);
        }
        let prices = self.prices().await?;
        let books = prices.at(topology.site.as_ref());
        let Some(book) = books.on(self.clock().now().date_naive()) else {
            return Ok(None);
        };
        let cost = plan::cost::cost(topology, &Sizing::Planned, book);
        Ok(Some(format!(
            "{}; prices of {}",
            cost.total.sentence(cost.currency),
            cost.book
        )))
    }

    /// The same of one that is made now and expires in so many hours, with what it costs until then.
    pub async fn cost_until_expiry(
        &self,
        topology: &Topology,
        hours: u32,
    ) -> Result<Option<String>, EngineError> {
        let prices = self.prices().await?;
        let books = prices.at(topology.site.as_ref());
        let now = self.clock().now();
        let Some(book) = books.on(now.date_naive()) else {
            return Ok(None);
        };
        let cost = plan::cost::cost(topology, &Sizing::Planned, book);
        let all = over(topology, &Sizing::Planned, books, now, hours);
        let all = all.map_or_else(String::new, |spell| {
            let amount = spell.amount();
            format!(
                "{} until it expires in {hours} hours; {}",
                amount.as_deref().unwrap_or("cost not known"),
                spell.basis()
            )
        });
        Ok(Some(format!(
            "{}; {all}",
            cost.total.sentence(cost.currency)
        )))
    }

    /// What so many hours of an environment cost from a time on; none where nobody wrote any prices.
    pub(crate) async fn cost_of_hours(
        &self,
        topology: &Topology,
        from: DateTime<Utc>,
        hours: i64,
    ) -> Result<Option<String>, EngineError> {
        let prices = self.prices().await?;
        let books = prices.at(topology.site.as_ref());
        let hours = u32::try_from(hours).unwrap_or(0);
        let spell = over(topology, &Sizing::Planned, books, from, hours);
        Ok(spell.map(|spell| {
            let more = spell.amount().unwrap_or_else(|| "not known".to_owned());
            let basis = spell.basis();
            format!("{more} for {hours} hours more; {basis}")
        }))
    }
}
