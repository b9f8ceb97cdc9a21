//! What things cost, as it was written down.

use app::data::PricesData;
use model::price::csv;

use super::{Failed, Reader};

impl Reader {
    pub(super) async fn read_prices(&self) -> Result<PricesData, Failed> {
        let books = self.engine().prices().await?;
        let today = self.engine().clock().now().date_naive();
        Ok(PricesData {
            holds: books.on(today).map(|book| book.from),
            csv: csv::write(&books),
            books,
        })
    }
}
