//! Who may import whom, and what the pure rooms must not know.

use serde_json::Value;

use super::{Finding, Source, sources::has_word};
use crate::shell::Failure;

/// Each member, and the members that it may import, for tests and building included.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("plan", &["model"]),
    ("engine", &["model", "plan"]),
    ("cloud", &["model", "plan", "engine"]),
    ("store", &["model", "plan", "engine"]),
    ("app", &["model", "plan"]),
    ("bundler", &[]),
    (
        "understudy",
        &[
            "model", "plan", "engine", "cloud", "store", "app", "bundler",
        ],
    ),
    (
        "tests",
        &[
            "model",
            "plan",
            "engine",
            "cloud",
            "store",
            "app",
            "understudy",
        ],
    ),
    ("xtask", &[]),
];

/// Rooms without clock, randomness, or a world outside.
pub(super) const PURE: &[&str] = &["model", "plan"];

/// What a pure room must not be built from.
const IMPURE_CRATES: &[&str] = &[
    "tokio",
    "sqlx",
    "sqlx-core",
    "reqwest",
    "hyper",
    "axum",
    "rand",
    "rand_core",
    "getrandom",
    "fastrand",
];

/// What a pure room must not say. `Instant` counts as a word, so that `Instance` may live.
const IMPURE_WORDS: &[&str] = &[
    "SystemTime",
    "Instant",
    "Utc::now",
    "Local::now",
    "new_v4",
    "now_v7",
];

/// Checks the members' manifests, and the pure rooms' sources.
pub(super) fn check(metadata: &Value, sources: &[Source]) -> Result<Vec<Finding>, Failure> {
    let members = members(metadata)?;
    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
    let mut findings = Vec::new();
    for member in &members {
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == member.name) else {
            findings.push(Finding::violation(
                &member.manifest,
                1,
                format!(
                    "{} has no place among the rooms; add it to the import rule in xtask",
                    member.name
                ),
            ));
            continue;
        };
        for import in member
            .imports
            .iter()
            .filter(|import| names.contains(import))
        {
            if !allowed.contains(import) {
                let line = line_of(sources, &member.manifest, import);
                findings.push(Finding::violation(
                    &member.manifest,
                    line,
                    format!(
                        "{} must not import {import}; it may import {}. Move the code, or pass it in",
                        member.name,
                        if allowed.is_empty() { "no member".to_owned() } else { allowed.join(", ") }
                    ),
                ));
            }
        }
    }
    findings.extend(sources.iter().flat_map(purity));
    Ok(findings)
}

/// Checks what a pure room is built from.
pub(super) fn check_closure(room: &str, crates: &[String]) -> Vec<Finding> {
    crates
        .iter()
        .filter(|name| IMPURE_CRATES.contains(&name.as_str()))
        .map(|name| {
            Finding::violation(
                &format!("{room}/Cargo.toml"),
                1,
                format!(
                    "{room} is built from {name} (cargo tree -p {room} -i {name}); \
                         take the feature or the crate that brings it out"
                ),
            )
        })
        .collect()
}

fn purity(source: &Source) -> Vec<Finding> {
    let pure = PURE
        .iter()
        .any(|room| source.path.starts_with(&format!("{room}/src/")));
    if !pure || source.ending() != "rs" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        let code = line.split("//").next().unwrap_or(line);
        for word in IMPURE_WORDS.iter().filter(|word| has_word(code, word)) {
            findings.push(Finding::violation(
                &source.path,
                number,
                format!("{word}: this room has no clock and no randomness; take the value as a parameter"),
            ));
        }
    }
    findings
}

struct Member<'a> {
    name: &'a str,
    /// Relative to the workspace.
    manifest: String,
    imports: Vec<&'a str>,
}

fn members(metadata: &Value) -> Result<Vec<Member<'_>>, Failure> {
    let unusable = || Failure::new("cargo metadata does not list the members as expected");
    let root = metadata["workspace_root"].as_str().ok_or_else(unusable)?;
    let packages = metadata["packages"].as_array().ok_or_else(unusable)?;
    packages
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().ok_or_else(unusable)?;
            let imports = package["dependencies"].as_array().ok_or_else(unusable)?;
            Ok(Member {
                name: package["name"].as_str().ok_or_else(unusable)?,
                manifest: manifest
                    .trim_start_matches(root)
                    .trim_start_matches('/')
                    .to_owned(),
                imports: imports
                    .iter()
                    .filter_map(|import| import["name"].as_str())
                    .collect(),
            })
        })
        .collect()
}

/// Where a manifest names a crate, as far as can be told.
fn line_of(sources: &[Source], manifest: &str, import: &str) -> usize {
    sources
        .iter()
        .find(|source| source.path == manifest)
        .and_then(|source| source.lines().find(|(_, line)| line.starts_with(import)))
        .map_or(1, |(number, _)| number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::json;

    fn workspace(members: &[(&str, &[&str])]) -> Value {
        let packages: Vec<Value> = members
            .iter()
            .map(|(name, imports)| {
                let imports: Vec<Value> =
                    imports.iter().map(|name| json!({ "name": name })).collect();
                json!({
                    "name": name,
                    "manifest_path": format!("/w/{name}/Cargo.toml"),
                    "dependencies": imports,
                })
            })
            .collect();
        json!({ "workspace_root": "/w", "packages": packages })
    }

    #[test]
    fn an_import_against_the_rule_is_named_with_its_line() {
        let metadata = workspace(&[
            ("cloud", &["model", "store"]),
            ("store", &["engine"]),
            ("model", &["serde"]),
        ]);
        let manifest = sample(
            "cloud/Cargo.toml",
            "[dependencies]\nmodel.workspace = true\nstore.workspace = true\n",
        );
        let findings = check(&metadata, &[manifest]).unwrap();
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0]
                .to_string()
                .starts_with("cloud/Cargo.toml:3: cloud must not import store")
        );
    }

    #[test]
    fn only_tests_import_the_server() {
        let metadata = workspace(&[
            ("tests", &["understudy"]),
            ("xtask", &["understudy"]),
            ("understudy", &[]),
        ]);
        let findings = check(&metadata, &[]).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].file, "xtask/Cargo.toml");
    }

    #[test]
    fn a_new_member_needs_a_place() {
        let findings = check(&workspace(&[("attic", &[])]), &[]).unwrap();
        assert!(findings[0].what.contains("attic has no place"));
    }

    #[test]
    fn a_pure_room_is_built_from_nothing_impure() {
        let crates = ["serde".to_owned(), "tokio".to_owned()];
        assert_eq!(check_closure("model", &crates).len(), 1);
        assert_eq!(check_closure("model", &crates[..1]), []);
    }

    #[test]
    fn a_pure_room_reads_no_clock() {
        for word in IMPURE_WORDS {
            let text = format!("//! A.\nlet x = {word}();\n");
            assert_eq!(purity(&sample("plan/src/a.rs", &text)).len(), 1, "{word}");
            assert_eq!(purity(&sample("engine/src/a.rs", &text)), [], "{word}");
        }
        assert_eq!(
            purity(&sample(
                "plan/src/a.rs",
                "let i: Instance; // no Instant here\n"
            )),
            []
        );
    }
}
