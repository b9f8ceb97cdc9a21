//! What was said of servers and what is said of them now, in a few words for the log.

use model::assignment::StandingRule;
use model::collection::Place;
use model::environment::Environment;
use plan::grouping::Candidate;

use super::meant::Meant;
use crate::clouds::observe::Changes;
use crate::{Engine, EngineError};

/// How many servers the log names; of more it says how many there are.
const NAMED: usize = 10;

impl Engine {
    /// What was said and what is said now, for the log.
    pub(super) async fn in_words(
        &self,
        meant: &Meant,
        changes: &Changes,
        home: Option<&Environment>,
        rule: Option<&StandingRule>,
    ) -> Result<(String, String), EngineError> {
        let mut environments = self.store().environments(true).await?;
        environments.extend(home.cloned());
        let say = |place: Option<&Place>| match place {
            None => "nobody's".to_owned(),
            Some(Place {
                environment,
                group,
                ordinal,
            }) => {
                let known = environments.iter().find(|one| one.id == *environment);
                let name = known.map_or("", |one| one.name.as_str());
                format!("{name} {group}[{ordinal}]").trim().to_owned()
            }
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut servers: Vec<&Candidate> = meant.candidates.iter().collect();
        servers.sort_by(|a, b| a.name.cmp(&b.name));
        for server in servers.into_iter().take(NAMED) {
            let was = meant
                .before
                .get(&server.id)
                .and_then(|one| one.place.as_ref());
            let is = changes.get(&server.id).and_then(Option::as_ref);
            before.push(format!("{}: {}", server.name, say(was)));
            after.push(format!("{}: {}", server.name, say(is)));
        }
        let more = meant.candidates.len().saturating_sub(NAMED);
        if more > 0 {
            before.push(format!("and {more} more"));
            after.push(format!("and {more} more"));
        }
        if let Some(standing) = rule {
            after.push(format!("from now on, every server by {}", standing.rule));
        }
        if before.is_empty() {
            before.push("nothing".to_owned());
        }
        if after.is_empty() {
            after.push("nothing".to_owned());
        }
        Ok((before.join("; "), after.join("; ")))
    }
}
