//! Which number of each range is meant, where there are ranges. None is ever guessed.

use model::count::Sizing;
use model::topology::Topology;
use model::value::Value;

use super::error::CliError;

/// The sizing for topologies: the one named, or the only one there is where nothing is a range.
pub(super) fn sizing<'a>(
    named: Option<Sizing>,
    topologies: impl IntoIterator<Item = &'a Topology>,
) -> Result<Sizing, CliError> {
    if let Some(sizing) = named {
        return Ok(sizing);
    }
    for topology in topologies {
        if topology.has_ranges() {
            return Err(CliError::usage(format!(
                "{} has ranges ({}), so one number of each must be chosen: add --sizing min, \
                 --sizing planned or --sizing max",
                topology.environment,
                ranges(topology)
            )));
        }
    }
    Ok(Sizing::Planned)
}

/// The first few ranges, in words.
fn ranges(topology: &Topology) -> String {
    const SHOWN: usize = 4;
    let mut all = Vec::new();
    for (name, group) in &topology.groups {
        if !group.count.is_exact() {
            all.push(format!("{name} {}", group.count));
        }
        if let Value::Fixed(count) = &group.public_addresses.count
            && !count.is_exact()
        {
            all.push(format!("{name}'s public addresses {count}"));
        }
    }
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    if more > 0 {
        all.push(format!("{more} more"));
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::file::{Document, parse};

    fn topology(count: &str) -> Topology {
        let text = format!(
            "environment: a\nkind: staging\ngroups:\n  db: {{ category: infrastructure, count: {count} }}\n"
        );
        match parse("a.yaml", &text).unwrap() {
            Document::Environment(topology) => *topology,
            Document::Recipe(_) => panic!("no recipe"),
        }
    }

    #[test]
    fn a_range_needs_a_sizing_and_the_error_says_how() {
        let ranged = topology("{ min: 2, max: 4 }");
        let error = sizing(None, [&ranged]).unwrap_err().to_string();
        assert!(
            error.contains("db 2–4") && error.contains("--sizing max"),
            "{error}"
        );
        assert_eq!(sizing(Some(Sizing::Min), [&ranged]).unwrap(), Sizing::Min);
        assert_eq!(sizing(None, [&topology("3")]).unwrap(), Sizing::Planned);
    }
}
