//! A difference for reading: what pages, the API and the command line show.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Change, Compare, Delta, Diff, FieldChange, Side};
use crate::key::Key;
use crate::name::ProfileName;
use crate::topology::items::ItemKey;

/// How a thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeWord {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It stays and differs.
    Changed,
}

impl ChangeWord {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// The sign that stands for it beside its word and colour.
    pub const fn glyph(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '−',
            Self::Changed => '~',
        }
    }
}

impl fmt::Display for ChangeWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffTotals {
    /// What comes.
    pub added: usize,
    /// What goes.
    pub removed: usize,
    /// What stays and differs.
    pub changed: usize,
    /// What is the same.
    pub unchanged: usize,
}

/// One change, for reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// The kind of the thing: `group`, `instance`.
    pub kind: String,
    /// Its name within the kind.
    pub key: String,
    /// How it changed.
    pub change: ChangeWord,
    /// The fields that differ; of a thing that comes or goes, all that it has.
    pub fields: Vec<FieldChange>,
}

/// A difference for reading: what pages, the API and the command line show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffReport {
    /// Whether nothing differs.
    pub same: bool,
    /// How many of each.
    pub totals: DiffTotals,
    /// What differs.
    pub changes: Vec<ChangeRow>,
}

/// A key that a report can show.
pub trait ReportKey {
    /// Its kind's word.
    fn kind_word(&self) -> &'static str;
    /// Its name within the kind.
    fn report_name(&self) -> &str;
}

impl ReportKey for Key {
    fn kind_word(&self) -> &'static str {
        self.kind.word()
    }
    fn report_name(&self) -> &str {
        self.name()
    }
}

impl ReportKey for ItemKey {
    fn kind_word(&self) -> &'static str {
        self.kind.word()
    }
    fn report_name(&self) -> &str {
        &self.name
    }
}

impl ReportKey for ProfileName {
    fn kind_word(&self) -> &'static str {
        "profile"
    }
    fn report_name(&self) -> &str {
        self.as_str()
    }
}

impl<K: ReportKey, V: Compare> Diff<'_, K, V> {
    /// How many of each.
    pub fn totals(&self) -> DiffTotals {
        let mut totals = DiffTotals {
            unchanged: self.unchanged,
            ..DiffTotals::default()
        };
        for change in &self.changes {
            match &change.delta {
                Delta::Added(_) => totals.added += 1,
                Delta::Removed(_) => totals.removed += 1,
                Delta::Changed { .. } => totals.changed += 1,
            }
        }
        totals
    }

    /// This difference for reading.
    pub fn report(&self) -> DiffReport {
        let changes = self
            .changes
            .iter()
            .map(|Change { key, was: _, delta }| {
                let (change, fields) = match delta {
                    Delta::Added(value) => (ChangeWord::Added, value.all_fields(Side::After)),
                    Delta::Removed(value) => (ChangeWord::Removed, value.all_fields(Side::Before)),
                    Delta::Changed {
                        before: _,
                        after: _,
                        fields,
                    } => (ChangeWord::Changed, fields.clone()),
                };
                ChangeRow {
                    kind: key.kind_word().to_owned(),
                    key: key.report_name().to_owned(),
                    change,
                    fields,
                }
            })
            .collect();
        DiffReport {
            same: self.changes.is_empty(),
            totals: self.totals(),
            changes,
        }
    }
}
