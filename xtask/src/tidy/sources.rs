//! Rules about single files: how they begin, how long they are, what they must not hold.

use super::{Finding, Source};

/// Kinds of files whose text is ours.
const OURS: &[&str] = &[
    "rs", "toml", "md", "sh", "yaml", "yml", "css", "sql", "html", "txt", "js", "askama",
];

/// Kinds of files that have one subject, and so a limit.
const LIMITED: &[&str] = &["rs", "css", "sh", "js"];

/// Lines after which a file is asked about its subject.
const LONG: usize = 400;

/// Lines after which a file is refused.
const TOO_LONG: usize = 600;

// Written in halves, or this file would break its own rules.

/// Marks of work that is left open.
const OPEN_WORDS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
];

/// Code that is left open.
const OPEN_CODE: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("#[ig", "nore"),
];

/// Folders of a particular machine.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];

/// Words that nobody means to publish.
const WORDS: &[&str] = &[concat!("lorem", " ipsum"), concat!("do not ", "commit")];

/// Checks each file by itself.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let ours = sources
        .iter()
        .filter(|source| OURS.contains(&source.ending()) || source.path.starts_with(".ci/"));
    let mut findings = Vec::new();
    for source in ours {
        opening(source, &mut findings);
        length(source, &mut findings);
        text(source, &mut findings);
    }
    findings
}

fn opening(source: &Source, findings: &mut Vec<Finding>) {
    if source.ending() == "rs" && !source.text.starts_with("//!") {
        findings.push(Finding::violation(
            &source.path,
            1,
            "the module says nothing about itself; open it with `//!`: what it is for, and what \
             it must never do",
        ));
    }
}

fn length(source: &Source, findings: &mut Vec<Finding>) {
    if !LIMITED.contains(&source.ending()) {
        return;
    }
    let lines = source.text.lines().count();
    let what = format!("the file has {lines} lines; split it by subject");
    if lines > TOO_LONG {
        findings.push(Finding::violation(&source.path, lines, what));
    } else if lines > LONG {
        findings.push(Finding::warning(&source.path, lines, what));
    }
}

fn text(source: &Source, findings: &mut Vec<Finding>) {
    let mut wrong =
        |line, what: String| findings.push(Finding::violation(&source.path, line, what));
    for (number, line) in source.lines() {
        for word in OPEN_WORDS.iter().filter(|word| has_word(line, word)) {
            wrong(
                number,
                format!("{word} is left open; do it now, or write an issue and remove it"),
            );
        }
        for code in OPEN_CODE
            .iter()
            .filter(|code| source.ending() == "rs" && line.contains(**code))
        {
            wrong(
                number,
                format!("`{code}` is left open; finish it or take it out"),
            );
        }
        for path in MACHINE.iter().filter(|path| has_path(line, path)) {
            wrong(
                number,
                format!("{path} exists on one machine only; name it relative to the project"),
            );
        }
        let small = line.to_lowercase();
        for word in WORDS.iter().filter(|word| small.contains(**word)) {
            wrong(
                number,
                format!("\"{word}\" does not belong here; write what is meant"),
            );
        }
    }
}

/// Whether a line has a word by itself, not as part of another.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !part_of_word(line[..at].chars().next_back())
            && !part_of_word(line[at + word.len()..].chars().next())
    })
}

/// Whether a line has an absolute path, and not the end of a longer one.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        !line[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || "_.-}/".contains(c))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Severity, sample};
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[sample(path, text)])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_module_without_an_opening_is_refused() {
        assert!(found("model/src/a.rs", "use std::fmt;\n")[0].starts_with("model/src/a.rs:1: "));
        assert_eq!(
            found("model/src/a.rs", "//! Ids.\nuse std::fmt;\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn long_files_are_asked_and_longer_ones_refused() {
        let of = |lines: usize| check(&[sample("a.css", &"a {}\n".repeat(lines))]);
        assert_eq!(of(400), []);
        assert_eq!(of(401)[0].severity, Severity::Warning);
        assert_eq!(of(601)[0].severity, Severity::Violation);
        assert_eq!(check(&[sample("a.md", &"a\n".repeat(900))]), []);
    }

    #[test]
    fn what_is_left_open_is_refused_with_its_line() {
        for code in OPEN_CODE.iter().chain(OPEN_WORDS) {
            let lines = found("a.rs", &format!("//! A.\nfn a() {{}}\n{code}\n"));
            assert!(
                lines.len() == 1 && lines[0].starts_with("a.rs:3: "),
                "{code}: {lines:?}"
            );
        }
        assert_eq!(
            found("a.md", concat!("METHO", "DO and TO", "DOS\n")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_path_of_one_machine_is_refused() {
        for path in MACHINE {
            assert_eq!(
                found("a.toml", &format!("x = \"{path}here\"\n")).len(),
                1,
                "{path}"
            );
            assert_eq!(
                found("a.toml", &format!("x = \"some{path}here\"\n")).len(),
                0,
                "{path}"
            );
        }
    }

    #[test]
    fn words_nobody_means_are_refused_in_any_case() {
        assert_eq!(found("a.md", concat!("Lorem ", "Ipsum dolor\n")).len(), 1);
    }

    #[test]
    fn files_that_are_not_ours_are_left_alone() {
        assert_eq!(
            found("Cargo.lock", &format!("{}here", MACHINE[0])),
            Vec::<String>::new()
        );
    }
}
