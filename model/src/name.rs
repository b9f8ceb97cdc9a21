//! Typed names: what people call a group, a profile, a flavor. A name of one kind can't be passed
//! where another is wanted, and no invalid one can exist.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::value::{ASSIGNED, UNKNOWN};

/// Why a text is not a name, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}; {rule}")]
pub struct NameError {
    /// What was given, shortened.
    pub text: String,
    /// What it should have named, with its article: "a group name".
    pub what: &'static str,
    /// What would be right.
    pub rule: &'static str,
}

const STRICT: &str = "use 1 to 63 lower-case letters, digits, `-`, `_` or `.`, beginning and ending with a letter or digit";
const STRICT_PATTERN: &str = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$";
// The two words are how a value that isn't known is written in files.
const LENIENT: &str = "use 1 to 255 printable characters, without a space at either end, and neither `unknown` nor `assigned`";
const LENIENT_PATTERN: &str = "^(?!(unknown|assigned)$)\\S(.{0,253}\\S)?$";
const DNS: &str = "use labels of 1 to 63 lower-case letters, digits, `-` or `_` with dots between them, 253 characters in all";
const DNS_PATTERN: &str = "^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$";

fn strict(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 63
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text
            .chars()
            .all(|c| edge(c) || matches!(c, '-' | '_' | '.'))
}

fn lenient(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= 255
        && text.trim() == text
        && !text.chars().any(char::is_control)
        && text != UNKNOWN
        && text != ASSIGNED
}

fn dns(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let label = |label: &str| {
        label.len() <= 63
            && label.starts_with(edge)
            && label.ends_with(edge)
            && label.chars().all(|c| edge(c) || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// A text as a sentence shows it: not all of it, and on one line.
fn shown(text: &str) -> String {
    let first = text.chars().take(80);
    first
        .map(|c| if c.is_control() { '·' } else { c })
        .collect()
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $check:ident, $rule:ident, $pattern:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text and makes a name of it.
            pub fn new(text: &str) -> Result<Self, NameError> {
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError {
                        text: shown(text),
                        what: $what,
                        rule: $rule,
                    })
                }
            }

            /// The name's text, shared.
            #[allow(dead_code, reason = "only some are names of resources as well")]
            pub(crate) fn shared(&self) -> Arc<str> {
                Arc::clone(&self.0)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(from)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $rule })
            }
        }
    )*};
}

names! {
    /// The name of an environment, unique in one installation: `production-2014`.
    EnvironmentName, "an environment name", strict, STRICT, STRICT_PATTERN;
    /// The name of an instance group within its environment: `app`.
    GroupName, "a group name", strict, STRICT, STRICT_PATTERN;
    /// The name of a profile within its environment: `mediawiki`.
    ProfileName, "a profile name", strict, STRICT, STRICT_PATTERN;
    /// The name of a network of the environment.
    NetworkName, "a network name", strict, STRICT, STRICT_PATTERN;
    /// The name of a volume within its group: `data`.
    VolumeName, "a volume name", strict, STRICT, STRICT_PATTERN;
    /// The name of a keypair within its environment: `ops`.
    KeypairName, "a keypair name", strict, STRICT, STRICT_PATTERN;
    /// The name of a site: where clouds stand.
    SiteName, "a site name", strict, STRICT, STRICT_PATTERN;
    /// The name of a cloud, as in `clouds.yaml`, or `simulated`.
    CloudName, "a cloud name", lenient, LENIENT, LENIENT_PATTERN;
    /// The name of a source of traffic, used in the rules of ports: `fastly`.
    SourceName, "a source name", strict, STRICT, STRICT_PATTERN;
    /// The name of an external node: something connected, never touched.
    ExternalName, "an external node's name", strict, STRICT, STRICT_PATTERN;
    /// The name of a service that profiles provide and need: `mysql`.
    ServiceName, "a service name", strict, STRICT, STRICT_PATTERN;
    /// The name of a copy recipe: `temporary`.
    RecipeName, "a recipe name", strict, STRICT, STRICT_PATTERN;
    /// The name of a case study: `chef-automate-10000`.
    CaseName, "a case study's name", strict, STRICT, STRICT_PATTERN;
    /// The name of something that was given to a system or seen of it: `client-runs`.
    LoadName, "a load's name", strict, STRICT, STRICT_PATTERN;
    /// The name of an anti-affinity set that several groups may share.
    PlacementName, "a placement name", strict, STRICT, STRICT_PATTERN;
    /// The name of a flavor, as the cloud has it.
    FlavorName, "a flavor name", lenient, LENIENT, LENIENT_PATTERN;
    /// The name of a volume type, as the cloud has it: `ssd`.
    VolumeTypeName, "a volume type's name", lenient, LENIENT, LENIENT_PATTERN;
    /// The name of an image, as the cloud has it.
    ImageName, "an image name", lenient, LENIENT, LENIENT_PATTERN;
    /// A volume or a snapshot that is in the cloud: its name there, or its id.
    StoredName, "the name or id of a volume or snapshot", lenient, LENIENT, LENIENT_PATTERN;
    /// A DNS name: `docs.webplatform.org`.
    DnsName, "a DNS name", dns, DNS, DNS_PATTERN;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_would_be_right() {
        assert!(GroupName::new("profile-a").is_ok());
        let error = GroupName::new("App 1").unwrap_err().to_string();
        assert!(error.contains("`App 1` is not a group name"), "{error}");
        assert!(error.contains("lower-case"), "{error}");
        // A sentence stays on one line, whatever it speaks of.
        let error = GroupName::new("a\nb").unwrap_err().to_string();
        assert!(error.contains("`a·b` is not"), "{error}");
        assert!(GroupName::new("").is_err());
        assert!(GroupName::new(&"a".repeat(64)).is_err());
        assert!(FlavorName::new("m1.Large (old)").is_ok());
        assert!(FlavorName::new("unknown").is_err());
        assert!(DnsName::new("docs.webplatform.org").is_ok());
        assert!(DnsName::new(&format!("{}.org", "a".repeat(63))).is_ok());
        assert!(DnsName::new("docs..org").is_err());
        assert!(DnsName::new("-docs.org").is_err());
    }
}
