//! The house rules, as far as a machine can check them.
//!
//! Each violation is one line: where, what, and what to do. A rule that can't say what to do
//! does not belong here.

mod documents;
mod licences;
mod rooms;
mod sources;

use std::{
    collections::BTreeSet,
    fmt::{self, Display},
    fs,
    path::Path,
};

use crate::shell::{Failure, cargo, output, program, root};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    /// Fails the check.
    Violation,
    /// Is shown, and passes.
    Warning,
}

/// A rule that a place in the project does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    severity: Severity,
    /// Relative to the workspace.
    file: String,
    /// Counted from 1.
    line: usize,
    /// What is wrong, and what to do.
    what: String,
}

impl Finding {
    fn violation(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Violation,
            file: file.into(),
            line,
            what: what.into(),
        }
    }

    fn warning(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::violation(file, line, what)
        }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            file,
            line,
            what,
        } = self;
        let mark = match severity {
            Severity::Violation => "",
            Severity::Warning => "(warning) ",
        };
        write!(formatter, "{file}:{line}: {mark}{what}")
    }
}

/// A text file of the project.
#[derive(Debug)]
struct Source {
    /// Relative to the workspace, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// What comes after the last dot of the file's name.
    fn ending(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// The lines, counted from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

/// Checks every rule and prints what it finds.
pub(crate) fn run() -> Result<(), Failure> {
    let sources = read(&root())?;
    let mut findings = sources::check(&sources);
    findings.extend(documents::check(&sources));
    findings.extend(rooms::check(&metadata(&["--no-deps"])?, &sources)?);
    let platforms = [host()?, "wasm32-unknown-unknown".to_owned()];
    for room in rooms::PURE {
        findings.extend(rooms::check_closure(room, &closure(room, &platforms)?));
    }
    let [here, browser] = &platforms;
    let compiled = metadata(&["--filter-platform", here, "--filter-platform", browser])?;
    findings.extend(licences::check(&compiled, &sources)?);

    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for finding in &findings {
        println!("{finding}");
    }
    let violations = findings
        .iter()
        .filter(|f| f.severity == Severity::Violation)
        .count();
    let warnings = findings.len() - violations;
    println!(
        "{} files: {violations} violations, {warnings} warnings",
        sources.len()
    );
    if violations == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{violations} house rules are not kept; each line above says what to do"
        )))
    }
}

/// Every text file that belongs to the project, whether committed yet or not.
fn read(root: &Path) -> Result<Vec<Source>, Failure> {
    let list = output(program(
        "git",
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    ))?;
    let mut sources = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // Removed, but not committed so yet; or no text.
        if let Ok(bytes) = fs::read(root.join(path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            sources.push(Source {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(sources)
}

fn metadata(more: &[&str]) -> Result<serde_json::Value, Failure> {
    let mut command = cargo(&["metadata", "--format-version", "1", "--locked"]);
    command.args(more);
    serde_json::from_str(&output(command)?)
        .map_err(|error| Failure::new(format!("cargo metadata printed no JSON: {error}")))
}

/// What a room is normally built from, on any of some platforms.
fn closure(room: &str, platforms: &[String]) -> Result<Vec<String>, Failure> {
    let mut command = cargo(&["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
    command.args(["--format", "{p}", "--package", room]);
    for platform in platforms {
        command.args(["--target", platform]);
    }
    let tree = output(command)?;
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| Some(line.split_once(' ')?.0))
        .collect();
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// The platform of this machine, as Rust calls it.
fn host() -> Result<String, Failure> {
    output(program("rustc", &["--version", "--verbose"]))?
        .lines()
        .find_map(|line| Some(line.strip_prefix("host: ")?.to_owned()))
        .ok_or_else(|| Failure::new("rustc does not say which machine it runs on"))
}

#[cfg(test)]
fn sample(path: &str, text: &str) -> Source {
    Source {
        path: path.into(),
        text: text.into(),
    }
}
