//! What is wrong with a file: one problem, where it stands, and what would be right.

use std::fmt;

/// A place in a text, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl Mark {
    /// The beginning of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One step from a value to a value within it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the value of this name.
    Name(String),
    /// To this element of a list, counted from 0.
    Index(usize),
}

/// Where a value stands in its document: `groups.app.instances.3.file_systems[2].size`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The document as a whole.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The path to the value of a name within this one.
    #[must_use]
    pub fn name(&self, name: impl fmt::Display) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Name(name.to_string()));
        Self(steps)
    }

    /// The path to an element of the list that this is.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(&shortened(name, 80))?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What is wrong at one place of a document that reads well otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub path: Path,
    /// What is wrong; what would be right.
    pub message: String,
}

/// Why a file was refused. Prints as `file:line: field: what is wrong; what would be right`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}: {}{message}", mark.line, Prefix(field))]
pub struct FileError {
    /// The file's name, as it was given.
    pub file: String,
    /// Where in the text.
    pub mark: Mark,
    /// Which field, as a path from the document's top; empty for the document as a whole.
    pub field: String,
    /// What is wrong; what would be right.
    pub message: String,
}

struct Prefix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, "{}: ", self.0)
        }
    }
}

/// A text of at most `limit` characters on one line, for use in a message.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .take(limit)
        .collect();
    if text.chars().nth(limit).is_some() {
        short.push('…');
    }
    short
}
