//! Scenarios: what somebody would have otherwise. They stack, later ones over earlier ones, and are
//! written as the query of an address, so that a form without JavaScript, a link and the store all
//! hold the same text. Nothing that a text says is left out in silence.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use model::count::MAX_COUNT;
use model::name::{FlavorName, GroupName, SiteName};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::loss::Loss;
use crate::need::Choices;

/// How many temporary environments there may be: far above any real number, low enough that sums
/// can't overflow.
pub const MAX_TEMPORARIES: u32 = 10_000;

/// Which of the environments of a what-if is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The one that is looked at.
    Production,
    /// Each of the temporary ones.
    Temporary,
    /// The secondary site's.
    Secondary,
}

impl Part {
    /// All of them, in the order of every table.
    pub const ALL: [Self; 3] = [Self::Production, Self::Temporary, Self::Secondary];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Temporary => "temporary",
            Self::Secondary => "secondary",
        }
    }

    /// What parameters for its groups begin with.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Production => "",
            Self::Temporary => "temporary-",
            Self::Secondary => "secondary-",
        }
    }
}

/// What somebody would have otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// In the environment that is looked at.
    pub production: Choices,
    /// In each temporary environment.
    pub temporary: Choices,
    /// At the secondary site.
    pub secondary: Choices,
    /// How many temporary environments; none unless said.
    pub temporaries: Option<u32>,
    /// Whether there is a secondary site; there is none unless said.
    pub with_secondary: Option<bool>,
    /// What is lost of the environment that is looked at.
    pub lost: BTreeSet<Loss>,
}

/// Why a scenario can't be read or worked out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// A parameter that nobody knows.
    #[error(
        "`{0}` is no part of a scenario: use `count.GROUP`, `flavor.GROUP` (with `temporary-` or `secondary-` before them for those), `temporary`, `secondary` or `lost`"
    )]
    Parameter(String),
    /// A value that is none.
    #[error("{name}: {message}")]
    Value {
        /// The parameter.
        name: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// Two values for one thing.
    #[error("{0} is given twice; take one of the two out")]
    Twice(String),
    /// A group that isn't there.
    #[error("{name}: there is no group `{group}` in {environment}; its groups are {known}")]
    Group {
        /// The parameter.
        name: String,
        /// The group.
        group: GroupName,
        /// Where it is looked for.
        environment: String,
        /// Those that are there.
        known: String,
    },
    /// A flavor of which nothing is known.
    #[error(
        "{name}: no flavor `{flavor}` is known, neither to {environment}, nor to its cloud, nor to the price book"
    )]
    Flavor {
        /// The parameter.
        name: String,
        /// The flavor.
        flavor: FlavorName,
        /// Where it is looked for.
        environment: String,
    },
    /// An instance that isn't there.
    #[error("lost: there is no instance {group}[{ordinal}]")]
    Member {
        /// Its group.
        group: GroupName,
        /// Its ordinal.
        ordinal: u32,
    },
    /// A site that nobody knows.
    #[error("lost: {environment} knows no site `{site}`")]
    Site {
        /// The site.
        site: SiteName,
        /// Where it is looked for.
        environment: String,
    },
    /// Something is said of an environment that there is none of.
    #[error(
        "{0}: there is no {1} environment to work it out with: choose a recipe or an environment for it first"
    )]
    Missing(String, &'static str),
}

pub(super) const COUNT: &str = "count.";
pub(super) const FLAVOR: &str = "flavor.";
pub(super) const TEMPORARY: &str = "temporary";
pub(super) const SECONDARY: &str = "secondary";
const LOST: &str = "lost";

impl Scenario {
    /// The choices for one part.
    pub const fn choices(&self, part: Part) -> &Choices {
        match part {
            Part::Production => &self.production,
            Part::Temporary => &self.temporary,
            Part::Secondary => &self.secondary,
        }
    }

    pub(super) const fn choices_mut(&mut self, part: Part) -> &mut Choices {
        match part {
            Part::Production => &mut self.production,
            Part::Temporary => &mut self.temporary,
            Part::Secondary => &mut self.secondary,
        }
    }

    /// Whether nothing is otherwise.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This with another on top: what that says holds, and what is lost adds up.
    #[must_use]
    pub fn with(mut self, later: &Self) -> Self {
        for part in Part::ALL {
            let Choices { counts, flavors } = later.choices(part).clone();
            let own = self.choices_mut(part);
            own.counts.extend(counts);
            own.flavors.extend(flavors);
        }
        self.temporaries = later.temporaries.or(self.temporaries);
        self.with_secondary = later.with_secondary.or(self.with_secondary);
        self.lost.extend(later.lost.iter().cloned());
        self
    }

    /// Whether a parameter of an address belongs to a scenario, so that a page can keep its own
    /// apart.
    pub fn takes(name: &str) -> bool {
        matches!(name, TEMPORARY | SECONDARY | LOST) || place(name).is_some()
    }

    /// Reads the parameters of an address or a form, decoded. An empty value says nothing: that is
    /// what a form sends for a field left open.
    pub fn from_pairs<'p>(
        pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, ScenarioError> {
        let mut scenario = Self::default();
        for (name, value) in pairs {
            if value.is_empty() && Self::takes(name) {
                continue;
            }
            scenario.read(name, value)?;
        }
        Ok(scenario)
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), ScenarioError> {
        let wrong = |message: String| ScenarioError::Value {
            name: name.to_owned(),
            message,
        };
        let number = |most: u32| match value.parse::<u32>() {
            Ok(number) if number <= most => Ok(number),
            Ok(_) => Err(wrong(format!("`{value}` is too many; the most is {most}"))),
            Err(_) => Err(wrong(format!(
                "`{value}` is no number; give a whole one, in digits"
            ))),
        };
        let again = match name {
            TEMPORARY => self.temporaries.replace(number(MAX_TEMPORARIES)?).is_some(),
            SECONDARY => {
                let chosen = match value {
                    "yes" => true,
                    "no" => false,
                    other => return Err(wrong(format!("`{other}` is neither `yes` nor `no`"))),
                };
                self.with_secondary.replace(chosen).is_some()
            }
            LOST => !self.lost.insert(value.parse().map_err(wrong)?),
            _ => {
                let (part, what, group) =
                    place(name).ok_or_else(|| ScenarioError::Parameter(name.to_owned()))?;
                let group: GroupName = group
                    .parse()
                    .map_err(|error: model::name::NameError| wrong(error.to_string()))?;
                let choices = self.choices_mut(part);
                match what {
                    What::Count => choices.counts.insert(group, number(MAX_COUNT)?).is_some(),
                    What::Flavor => {
                        let flavor = value
                            .parse()
                            .map_err(|error: model::name::NameError| wrong(error.to_string()))?;
                        choices.flavors.insert(group, flavor).is_some()
                    }
                }
            }
        };
        if again {
            return Err(ScenarioError::Twice(name.to_owned()));
        }
        Ok(())
    }

    /// The parameters of an address that say the same, always in the same order.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut add = |name: String, value: String| pairs.push((name, value));
        for part in Part::ALL {
            match part {
                Part::Production => {}
                Part::Temporary => {
                    if let Some(number) = self.temporaries {
                        add(TEMPORARY.to_owned(), number.to_string());
                    }
                }
                Part::Secondary => {
                    if let Some(with) = self.with_secondary {
                        let word = if with { "yes" } else { "no" };
                        add(SECONDARY.to_owned(), word.to_owned());
                    }
                }
            }
            let prefix = part.prefix();
            let Choices { counts, flavors } = self.choices(part);
            for (group, count) in counts {
                add(format!("{prefix}{COUNT}{group}"), count.to_string());
            }
            for (group, flavor) in flavors {
                add(format!("{prefix}{FLAVOR}{group}"), flavor.to_string());
            }
        }
        for loss in &self.lost {
            add(LOST.to_owned(), loss.to_string());
        }
        pairs
    }
}

/// Several scenarios as one, later ones over earlier ones.
pub fn stack<'s>(scenarios: impl IntoIterator<Item = &'s Scenario>) -> Scenario {
    scenarios
        .into_iter()
        .fold(Scenario::default(), Scenario::with)
}

/// What of a group a parameter says.
#[derive(Clone, Copy)]
enum What {
    Count,
    Flavor,
}

/// Which part, what of it, and which group a parameter is about.
fn place(name: &str) -> Option<(Part, What, &str)> {
    // Production has no prefix, so that it comes last.
    Part::ALL.into_iter().rev().find_map(|part| {
        let rest = name.strip_prefix(part.prefix())?;
        let count = rest.strip_prefix(COUNT).map(|group| (What::Count, group));
        let (what, group) = count.or_else(|| Some((What::Flavor, rest.strip_prefix(FLAVOR)?)))?;
        Some((part, what, group))
    })
}

/// As the query of an address.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        f.write_str(&query.finish())
    }
}

impl FromStr for Scenario {
    type Err = ScenarioError;
    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
        let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
        Self::from_pairs(pairs)
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scenario {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
