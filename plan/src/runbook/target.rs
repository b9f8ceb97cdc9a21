//! What an entry of a runbook is about: instances of a group, or things that all share.

use std::fmt;

use model::name::{EnvironmentName, GroupName};
use serde::{Deserialize, Serialize};

/// What something is done on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Of which environment, where a runbook is about two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentName>,
    /// Of which group; none where it is shared by all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    /// The ordinals of the group's instances, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ordinals: Vec<u32>,
    /// The names of what is shared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

impl Target {
    /// Instances of a group.
    pub fn group(group: &GroupName, ordinals: Vec<u32>) -> Self {
        Self {
            environment: None,
            group: Some(group.clone()),
            ordinals,
            names: Vec::new(),
        }
    }

    /// Instances of a group of a named environment.
    pub fn of(environment: &EnvironmentName, group: &GroupName, ordinals: Vec<u32>) -> Self {
        Self {
            environment: Some(environment.clone()),
            ..Self::group(group, ordinals)
        }
    }

    /// What is shared, by name.
    pub fn shared(names: Vec<String>) -> Self {
        Self {
            environment: None,
            group: None,
            ordinals: Vec::new(),
            names,
        }
    }
}

/// `app[1–5]`, `db[3, 5] of secondary`, `internal`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            environment,
            group,
            ordinals,
            names,
        } = self;
        if let Some(group) = group {
            write!(f, "{group}")?;
            if !ordinals.is_empty() {
                write!(f, "[{}]", spans(ordinals))?;
            }
        }
        f.write_str(&names.join(", "))?;
        if let Some(environment) = environment {
            write!(f, " of {environment}")?;
        }
        Ok(())
    }
}

/// Ordinals in their order, with runs of three and more drawn together: `1–5, 7`.
fn spans(ordinals: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for ordinal in ordinals {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*ordinal) => *last = *ordinal,
            _ => runs.push((*ordinal, *ordinal)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first}–{last}"),
        })
        .collect();
    runs.join(", ")
}

/// Targets in a row; an environment that they share is named once.
pub(super) fn list(targets: &[Target]) -> String {
    if let [first, .., last] = targets
        && let Some(environment) = &first.environment
        && targets
            .iter()
            .all(|target| target.environment == last.environment)
    {
        let bare: Vec<Target> = targets
            .iter()
            .map(|target| Target {
                environment: None,
                ..target.clone()
            })
            .collect();
        return format!("{} of {environment}", list(&bare));
    }
    let texts: Vec<String> = targets.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::spans;

    #[test]
    fn runs_are_drawn_together() {
        assert_eq!(spans(&[1, 2, 3, 4, 5]), "1–5");
        assert_eq!(spans(&[3, 5]), "3, 5");
        assert_eq!(spans(&[1, 2, 7]), "1, 2, 7");
        assert_eq!(spans(&[2, 1]), "2, 1");
        assert_eq!(spans(&[u32::MAX]), "4294967295");
    }
}
