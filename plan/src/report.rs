//! Reports: the tables that a manager prints and a provider gets. A report is data: titles, notes
//! and tables of typed cells, which the renderers beside turn into CSV, Markdown and MediaWiki, serde
//! into JSON, and others into a page.
//!
//! Every figure comes from [`crate::capacity`]; nothing is counted here. Unknown is unknown: a figure
//! says beside what it comes to of how many instances it is not known.

pub mod capability;
pub mod csv;
mod current;
mod estimate;
mod figures;
pub mod markdown;
mod markup;
pub mod mediawiki;
mod nearest;
mod open;
mod request;
mod sites;
mod table;
mod usage;

pub use current::current;
pub use estimate::estimate;
pub use nearest::nearest;
pub use open::open;
pub use request::{request, request_to};
pub use sites::{Held, Price, Prices, Told, sites};
pub use table::{Align, Cell, Column, Figure, Report, Row, RowKind, Span, Table, Unit};
pub use usage::{Usage, usage};
