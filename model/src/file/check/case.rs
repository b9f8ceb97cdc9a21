//! A case study: its topology as any other, and figures that can be so.

use super::references::known;
use super::{Path, Problem, Problems};
use crate::case::{Case, CaseStudy, Seen, Source, Time};
use crate::link::is_link;

/// The longest line that a case study says of itself, in characters.
const MAX_LINE: usize = 300;

/// Where in a case study its topology is.
pub fn topology_of_case() -> Path {
    Path::root().name("topology")
}

/// Everything that is wrong with a case study; empty where it holds together.
pub fn case(study: &CaseStudy) -> Vec<Problem> {
    let Case {
        case: _,
        title,
        source,
        given,
        seen,
        topology,
    } = study;
    let root = Path::root();
    let mut problems = Problems::default();
    line(title, root.name("title"), &mut problems);
    self::source(source, &root.name("source"), &mut problems);
    if given.is_empty() {
        problems.add(
            root.name("given"),
            "nothing was given, so that nothing can be compared; write one load at least, as in \
             `users: 30000`"
                .into(),
        );
    }
    self::seen(seen, &root.name("seen"), &mut problems);
    let place = root.name("seen").name("groups");
    for name in seen.groups.keys() {
        known(
            &mut problems,
            place.name(name),
            "group",
            name,
            &topology.groups,
        );
    }
    if topology
        .groups
        .values()
        .all(|group| group.count.planned() == 0)
    {
        problems.add(
            topology_of_case(),
            "the topology has no instances, so that nothing can have been measured on it; name \
             its `groups`"
                .into(),
        );
    }
    let within = super::topology(topology).into_iter().map(|problem| {
        let Problem { path, message } = problem;
        let steps = topology_of_case().0.into_iter().chain(path.0);
        Problem {
            path: Path(steps.collect()),
            message,
        }
    });
    problems.0.extend(within);
    problems.0
}

fn line(text: &str, path: Path, problems: &mut Problems) {
    if text.trim().is_empty() {
        problems.add(path, "this is empty; say in a line what it is".into());
    } else if text.chars().count() > MAX_LINE {
        problems.add(
            path,
            format!("this has more than {MAX_LINE} characters; write a line"),
        );
    }
}

fn source(source: &Source, path: &Path, problems: &mut Problems) {
    let Source {
        by,
        what,
        link,
        date: _,
    } = source;
    line(by, path.name("by"), problems);
    if let Some(what) = what {
        line(what, path.name("what"), problems);
    }
    if let Some(link) = link
        && !is_link(link)
    {
        problems.add(
            path.name("link"),
            "this is no address; write it whole, as in `https://example.org/benchmarks`".into(),
        );
    }
}

fn seen(seen: &Seen, path: &Path, problems: &mut Problems) {
    let Seen {
        outcome,
        response,
        figures,
        groups,
        note,
    } = seen;
    let told = outcome.is_some() || note.is_some();
    if !told && response.is_empty() && figures.is_empty() && groups.is_empty() {
        problems.add(
            path.clone(),
            "nothing was seen; write what was measured, `outcome: held` or `outcome: broke`, or a \
             `note`"
                .into(),
        );
    }
    for (name, response) in response {
        let path = path.name("response").name(name);
        if response.is_empty() {
            problems.add(
                path.clone(),
                "no percentile is told; write one at least, as in `p50: 500 ms`".into(),
            );
        }
        let mut before: Option<(_, Time)> = None;
        for (percentile, time) in response {
            if let Some((lower, shorter)) = before
                && *time < shorter
            {
                problems.add(
                    path.name(percentile),
                    format!(
                        "{percentile} is {time}, and {lower} is {shorter} already; a higher \
                         percentile takes as long at least"
                    ),
                );
            }
            before = Some((percentile, *time));
        }
    }
}
