//! The licences and sources of everything that is compiled in, held against `deny.toml`.
//!
//! `deny.toml` is cargo-deny's own file, and whoever has cargo-deny can run it. It is not run
//! here, because installing it takes longer than all our checks together; what we want of it is
//! these two rules.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Finding, Source};
use crate::shell::Failure;

const RULES: &str = "deny.toml";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every crate that Cargo would compile.
pub(super) fn check(metadata: &Value, sources: &[Source]) -> Result<Vec<Finding>, Failure> {
    let allowed = allowed(sources)?;
    let unusable = || Failure::new("cargo metadata does not list the crates as expected");
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .ok_or_else(unusable)?
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().ok_or_else(unusable)? {
        let (Some(id), Some(name)) = (package["id"].as_str(), package["name"].as_str()) else {
            return Err(unusable());
        };
        if !used.contains(id) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            findings.push(Finding::violation(
                RULES,
                1,
                format!(
                    "{name} has the licence {licence:?}; use another crate, or allow the licence \
                     here with the reason"
                ),
            ));
        }
        if package["source"]
            .as_str()
            .is_some_and(|source| source != REGISTRY)
        {
            findings.push(Finding::violation(
                "Cargo.toml",
                1,
                format!("{name} comes from outside the registry; use a published version"),
            ));
        }
    }
    Ok(findings)
}

fn allowed(sources: &[Source]) -> Result<Vec<String>, Failure> {
    let source = sources
        .iter()
        .find(|source| source.path == RULES)
        .ok_or_else(|| {
            Failure::new(format!(
                "{RULES}, which names the allowed licences, is missing"
            ))
        })?;
    let table: toml::Table = source
        .text
        .parse()
        .map_err(|error| Failure::new(format!("{RULES} is no TOML: {error}")))?;
    table
        .get("licenses")
        .and_then(|licenses| licenses.get("allow")?.as_array())
        .map(|list| {
            list.iter()
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect()
        })
        .ok_or_else(|| Failure::new(format!("{RULES} has no list `allow` under [licenses]")))
}

/// Evaluates an SPDX expression; the old `A/B` means `A OR B`. What is not understood is refused.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) == Some(true) && rest.is_empty()
}

/// `A OR B …`: the loosest binding.
fn any(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut good = all(rest, allowed)?;
    while let Some((&"OR", more)) = rest.split_first() {
        *rest = more;
        good |= all(rest, allowed)?;
    }
    Some(good)
}

/// `A AND B …`
fn all(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut good = one(rest, allowed)?;
    while let Some((&"AND", more)) = rest.split_first() {
        *rest = more;
        good &= one(rest, allowed)?;
    }
    Some(good)
}

/// A name, a name `WITH` an exception, or an expression in parentheses.
fn one(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let (first, more) = rest.split_first()?;
    *rest = more;
    if *first == "(" {
        let inner = any(rest, allowed)?;
        let (close, more) = rest.split_first()?;
        *rest = more;
        return (*close == ")").then_some(inner);
    }
    if matches!(*first, ")" | "OR" | "AND" | "WITH") {
        return None;
    }
    let mut name = (*first).to_owned();
    if let Some((&"WITH", more)) = rest.split_first() {
        let (exception, more) = more.split_first()?;
        *rest = more;
        name = format!("{name} WITH {exception}");
    }
    Some(allowed.contains(&name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::json;

    fn good(expression: &str) -> bool {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        is_allowed(expression, &allowed)
    }

    #[test]
    fn expressions_are_evaluated() {
        for expression in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
        ] {
            assert!(good(expression), "{expression}");
        }
        for expression in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT WITH Classpath",
            "GPL-3.0 AND (MIT OR MIT)",
        ] {
            assert!(!good(expression), "{expression}");
        }
    }

    #[test]
    fn a_crate_with_another_licence_or_source_is_named() {
        let package = |name: &str, license: &str, source: &str| json!({ "id": name, "name": name, "license": license, "source": source });
        let metadata = json!({
            "resolve": { "nodes": [{ "id": "fine" }, { "id": "viral" }, { "id": "strange" }] },
            "packages": [
                package("fine", "MIT", REGISTRY),
                package("viral", "GPL-3.0", REGISTRY),
                package("strange", "MIT", "git+https://example.org/strange"),
                package("unused", "GPL-3.0", REGISTRY),
            ],
        });
        let rules = sample(RULES, "[licenses]\nallow = [\"MIT\"]\n");
        let found = check(&metadata, &[rules]).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].what.starts_with("viral"));
        assert!(found[1].what.starts_with("strange"));
    }
}
