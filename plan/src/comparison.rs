//! Two topologies compared, whichever way is asked for: what pages, the API and the command line show
//! is this one answer. It compares nothing itself and knows no environment.

use model::diff::{DiffReport, comparable_items, diff_items, diff_resolved};

use crate::services;
use crate::state::State;

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The topologies as people write them.
    #[default]
    Group,
    /// Resources at one sizing.
    Instance,
    /// Where each service runs, at one sizing.
    Profile,
}

impl By {
    /// The word for it, as in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Instance => "instance",
            Self::Profile => "profile",
        }
    }
}

impl std::str::FromStr for By {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "group" => Ok(Self::Group),
            "instance" => Ok(Self::Instance),
            "profile" => Ok(Self::Profile),
            other => Err(format!(
                "`{other}` is no layer: use group, instance or profile"
            )),
        }
    }
}

/// How two topologies differ, at the sizing of the first. Groups are compared with their ranges, so that
/// the sizing says nothing of them.
pub fn compared(a: &State<'_>, b: &State<'_>, by: By) -> DiffReport {
    match by {
        By::Group => {
            let (a, b) = (
                comparable_items(a.topology()),
                comparable_items(b.topology()),
            );
            diff_items(&a, &b).report()
        }
        By::Instance => diff_resolved(a.resolved(), b.resolved()).report(),
        By::Profile => services::compared(a.topology(), b.topology(), a.sizing()),
    }
}
