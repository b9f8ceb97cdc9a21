//! The islands: the only code that runs in the browser. Each makes a page livelier that is complete
//! without it; none holds data that the server does not have, and none changes anything but the
//! page in front of the reader.

mod countdown;
#[cfg(feature = "hydrate")]
pub(crate) mod dom;
mod helpers;
mod live;
mod live_filter;
mod live_form;
mod live_part;
mod live_what_if;
mod theme;

pub use countdown::Countdown;
pub use helpers::Helpers;
pub use live::Live;
pub use live_filter::LiveFilter;
pub use live_form::LiveForm;
pub use live_part::LivePart;
pub use live_what_if::LiveWhatIf;
pub use theme::ThemeSwitch;
#[cfg(feature = "ssr")]
pub(crate) use theme::chosen as theme_of_request;
