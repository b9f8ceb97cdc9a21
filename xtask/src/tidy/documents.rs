//! Rules that hold between files: migrations are dated and explained, decisions can be found.

use super::{Finding, Source};

/// Where every decision must be linked from.
const ARCHITECTURE: &str = "docs/architecture.md";

/// Checks migrations and decisions.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = sources
        .iter()
        .filter(|source| source.path.starts_with("migrations/") && source.ending() == "sql")
        .flat_map(migration)
        .collect();
    let architecture = sources.iter().find(|source| source.path == ARCHITECTURE);
    for source in sources {
        let Some(name) = source.path.strip_prefix("docs/adr/") else {
            continue;
        };
        let linked = architecture.is_some_and(|a| a.text.contains(&format!("(adr/{name})")));
        if source.ending() == "md" && !linked {
            findings.push(Finding::violation(
                &source.path,
                1,
                format!("nobody finds this decision; link it from {ARCHITECTURE} as (adr/{name})"),
            ));
        }
    }
    findings
}

fn migration(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let dated = name.split_once('_').is_some_and(|(time, rest)| {
        time.len() == 14
            && time.bytes().all(|byte| byte.is_ascii_digit())
            && rest
                .trim_end_matches(".sql")
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    });
    if !dated {
        findings.push(Finding::violation(
            &source.path,
            1,
            "the name has no time; call it YYYYMMDDhhmmss_what_it_does.sql",
        ));
    }
    if !source.text.starts_with("--") {
        findings.push(Finding::violation(
            &source.path,
            1,
            "the migration does not say why; open it with a comment",
        ));
    }
    findings
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_migration_needs_a_time_and_a_reason() {
        let good = sample("migrations/20260102030405_first_tables.sql", "-- Why.\n");
        assert_eq!(check(&[good]), []);
        for (name, text) in [
            ("migrations/0001_first.sql", "-- Why.\n"),
            ("migrations/20260102030405.sql", "-- Why.\n"),
            ("migrations/20260102030405_First.sql", "-- Why.\n"),
            (
                "migrations/20260102030405_first.sql",
                "CREATE TABLE a (b TEXT);\n",
            ),
        ] {
            assert_eq!(check(&[sample(name, text)]).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_decision_needs_a_link() {
        let decision = || sample("docs/adr/0009-x.md", "# X\n");
        let linking = sample(ARCHITECTURE, "See [X](adr/0009-x.md).");
        let silent = sample(ARCHITECTURE, "Nothing about it.");
        assert_eq!(check(&[decision(), linking]), []);
        assert_eq!(check(&[decision(), silent]).len(), 1);
        assert_eq!(check(&[decision()]).len(), 1);
    }
}
