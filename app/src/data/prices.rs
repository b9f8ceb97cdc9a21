//! What the page of the prices shows.

use chrono::NaiveDate;
use model::name::SiteName;
use model::price::PriceBooks;

/// What things cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesData {
    /// The site whose prices these are; none: those for anywhere.
    pub site: Option<SiteName>,
    /// All sites that are known, and whether each has prices of its own.
    pub sites: Vec<(SiteName, bool)>,
    /// All books.
    pub books: PriceBooks,
    /// The day of the book that holds today.
    pub holds: Option<NaiveDate>,
    /// All books as CSV, to be changed.
    pub csv: String,
}
