//! What pages are asked for in their addresses, beyond filters.

use model::diff::ChangeWord;
use model::environment::Layer;
use model::id::RevisionNumber;
use model::name::{RecipeName, SiteName};
pub use plan::comparison::By as CompareBy;
use plan::explain::Class;

use super::COMPARE;
use super::query::{Query, address};

/// Which state of an environment a page shows; the newest planned one unless asked, or the newest
/// observed one where nothing is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentAsk {
    /// Planned or observed.
    pub layer: Option<Layer>,
    /// Which revision of it.
    pub revision: Option<RevisionNumber>,
}

impl EnvironmentAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            layer: query.value("layer")?,
            revision: query.number("revision")?.map(RevisionNumber),
        })
    }
}

/// What the page of an instance asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceAsk {
    /// How many lines of its console; none: its console is left alone.
    pub lines: Option<u32>,
}

impl InstanceAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            lines: query.number("lines")?,
        })
    }
}

/// Whose prices are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PricesAsk {
    /// The site's; none: those for anywhere.
    pub site: Option<SiteName>,
}

impl PricesAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            site: query.value("site")?,
        })
    }

    /// An address that asks for it: of the page, or of the same as a file.
    pub fn address(&self, path: &str) -> String {
        let site = self.site.as_ref().map(ToString::to_string);
        address(path, &[("site", site)])
    }
}

/// Which number of each range is compared. (A comparison has no explicit counts.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CompareSizing {
    /// The smallest.
    Min,
    /// The planned one.
    #[default]
    Planned,
    /// The largest.
    Max,
}

impl CompareSizing {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Min, Self::Planned, Self::Max];

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Min => "Minimum",
            Self::Planned => "Planned",
            Self::Max => "Maximum",
        }
    }

    /// The word for it, as in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Planned => "planned",
            Self::Max => "max",
        }
    }

    /// Reads it from an address; as planned where it says nothing.
    pub(super) fn read(query: &Query) -> Result<Self, String> {
        Ok(query.value("sizing")?.unwrap_or_default())
    }

    /// As the model has it.
    pub const fn sizing(self) -> model::count::Sizing {
        match self {
            Self::Min => model::count::Sizing::Min,
            Self::Planned => model::count::Sizing::Planned,
            Self::Max => model::count::Sizing::Max,
        }
    }
}

impl std::str::FromStr for CompareSizing {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "planned" => Ok(Self::Planned),
            "min" => Ok(Self::Min),
            "max" => Ok(Self::Max),
            other => Err(format!("`{other}` is no sizing: use min, planned or max")),
        }
    }
}

/// What stands before the hash of a file that was brought to be compared.
pub const FILE: &str = "file:";

/// Before the word of a side: the field of the form that a file is chosen in.
pub const SIDE_FILE: &str = "file-";

/// Before the word of a side: the field of the form that a file is pasted into.
pub const SIDE_TEXT: &str = "text-";

/// Whether a side of a comparison is a file that was brought.
pub fn is_of_file(side: &str) -> bool {
    side.strip_prefix(FILE)
        .is_some_and(|rest| rest.parse::<Layer>().is_err())
}

/// What a comparison asks for. A side is `name`, `name@revision`, or either with `:observed` or
/// `:planned` behind it where an environment has both layers, or `file:HASH`; the server reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompareAsk {
    /// Before.
    pub a: Option<String>,
    /// After.
    pub b: Option<String>,
    /// A third state, held against the first as well.
    pub c: Option<String>,
    /// By group, by instance or by profile.
    pub by: CompareBy,
    /// At which sizing.
    pub sizing: CompareSizing,
    /// Only changes of this kind: `added`, `removed`, `changed`; the page narrows, not the server.
    pub show: Option<ChangeWord>,
    /// Only changes that are put down to this.
    pub class: Option<Class>,
    /// How many changes come before those that are shown.
    pub from: usize,
}

impl CompareAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            a: query.get("a").map(ToOwned::to_owned),
            b: query.get("b").map(ToOwned::to_owned),
            c: query.get("c").map(ToOwned::to_owned),
            by: query.value("by")?.unwrap_or_default(),
            sizing: CompareSizing::read(query)?,
            show: match query.get("show") {
                None | Some("all") => None,
                Some("added") => Some(ChangeWord::Added),
                Some("removed") => Some(ChangeWord::Removed),
                Some("changed") => Some(ChangeWord::Changed),
                Some(other) => {
                    return Err(format!(
                        "show: `{other}` is no kind of change: use added, removed or changed"
                    ));
                }
            },
            class: query.value("class")?,
            from: query.number("from")?.unwrap_or(0),
        })
    }

    /// Whether all of it is stored: what differs can be put down to something then.
    pub fn is_of_states(&self) -> bool {
        let sides = [&self.a, &self.b].into_iter().flatten();
        !sides.map(String::as_str).any(is_of_file)
    }

    /// Its address.
    pub fn address(&self) -> String {
        let Self {
            a,
            b,
            c,
            by,
            sizing,
            show,
            class,
            from,
        } = self;
        address(
            COMPARE,
            &[
                ("a", a.clone()),
                ("b", b.clone()),
                ("c", c.clone()),
                (
                    "by",
                    (*by != CompareBy::Group).then(|| by.word().to_owned()),
                ),
                (
                    "sizing",
                    (*sizing != CompareSizing::Planned).then(|| sizing.word().to_owned()),
                ),
                ("show", show.map(|word| word.word().to_owned())),
                ("class", class.map(|class| class.word().to_owned())),
                ("from", (*from > 0).then(|| from.to_string())),
            ],
        )
    }
}

/// Compares two environments as they are now.
pub fn compare(a: &str, b: &str) -> String {
    CompareAsk {
        a: Some(a.to_owned()),
        b: Some(b.to_owned()),
        ..CompareAsk::default()
    }
    .address()
}

/// What the preview of a copy asks for; what is left open is filled in by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyAsk {
    /// By which recipe.
    pub recipe: Option<RecipeName>,
    /// Under which name; not checked yet.
    pub name: Option<String>,
    /// For how long.
    pub hours: Option<u32>,
    /// Why.
    pub reason: Option<String>,
}

impl CopyAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            recipe: query.value("recipe")?,
            name: query.get("name").map(ToOwned::to_owned),
            hours: query.number("hours")?,
            reason: query.get("reason").map(ToOwned::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wrong_parameter_is_named() {
        let error = CompareAsk::read(&Query::parse("by=moon")).unwrap_err();
        assert!(error.starts_with("by: `moon`"), "{error}");
    }

    #[test]
    fn a_comparison_survives_its_address() {
        let ask = CompareAsk {
            a: Some("production-2013".into()),
            b: Some("production-2014@2".into()),
            c: Some("production-2014:observed".into()),
            by: CompareBy::Profile,
            sizing: CompareSizing::Max,
            show: Some(ChangeWord::Added),
            class: Some(Class::Drift),
            from: 400,
        };
        let address = ask.address();
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(CompareAsk::read(&query), Ok(ask));
    }
}
