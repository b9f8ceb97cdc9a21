//! What the page of the prices shows.

use chrono::NaiveDate;
use model::price::PriceBooks;

/// What things cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesData {
    /// All books.
    pub books: PriceBooks,
    /// The day of the book that holds today.
    pub holds: Option<NaiveDate>,
    /// All books as CSV, to be changed.
    pub csv: String,
}
