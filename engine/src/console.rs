//! What instances say on their consoles: asked of the cloud while they are there, and kept of those
//! that were taken back because they never reported. A console may repeat what its instance was
//! told, so the token that it reports with and secret parameters are taken out.

use chrono::{DateTime, Utc};
use model::environment::Environment;
use model::id::{CloudId, EnvironmentId};
use model::key::{Key, ResourceKind};
use model::profile::Parameter;
use model::topology::Topology;

use crate::port::{Cloud, CloudError, KeptConsole};
use crate::secret::Purpose;
use crate::{Engine, EngineError};

/// How many lines are kept of an instance that is taken back.
pub(crate) const KEPT_LINES: u32 = 1000;
/// How many bytes of them at most, the last ones.
const KEPT_BYTES: usize = 64 << 10;
/// How many lines may be asked for.
pub const MOST_LINES: u32 = 10_000;
/// What stands where a secret was.
const REMOVED: &str = "(removed)";

/// What an instance said on its console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Console {
    /// The last lines.
    pub text: String,
    /// When they were read; none: just now.
    pub kept_at: Option<DateTime<Utc>>,
}

/// The last lines of a text.
fn last_lines(text: &str, lines: u32) -> &str {
    let end = text.trim_end_matches('\n').len();
    let begin = text[..end]
        .rmatch_indices('\n')
        .nth((lines as usize).saturating_sub(1))
        .map_or(0, |(at, _)| at + 1);
    &text[begin..]
}

/// The last bytes of a text, from the beginning of a line on.
fn last_bytes(text: &str, bytes: usize) -> &str {
    let mut begin = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(begin) {
        begin += 1;
    }
    match (begin, text[begin..].find('\n')) {
        (0, _) => text,
        (_, Some(end)) => &text[begin + end + 1..],
        (_, None) => &text[begin..],
    }
}

impl Engine {
    /// The last lines that an instance said on its console: as they are now, or as they were kept
    /// when it was taken away.
    pub async fn console(
        &self,
        environment: &Environment,
        instance: &Key,
        lines: u32,
    ) -> Result<Console, EngineError> {
        let lines = lines.clamp(1, MOST_LINES);
        let bindings = self.store().bindings(environment.id).await?;
        if let Some(id) = bindings.get(instance) {
            let (_, topology) = self.state(environment, None).await?;
            let cloud = self.cloud_of(&topology)?;
            match self
                .read_console(&**cloud, environment.id, &topology, instance, id, lines)
                .await
            {
                Ok(text) => {
                    return Ok(Console {
                        text,
                        kept_at: None,
                    });
                }
                // Somebody took it away: what was kept may be all that there is.
                Err(EngineError::Cloud(CloudError::NotFound(_))) => {}
                Err(error) => return Err(error),
            }
        }
        match self.store().console(environment.id, instance).await? {
            Some(KeptConsole { at, text }) => Ok(Console {
                text: last_lines(&text, lines).to_owned(),
                kept_at: Some(at),
            }),
            None => Err(EngineError::NoConsole {
                environment: environment.name.clone(),
                instance: instance.clone(),
            }),
        }
    }

    /// Reads the console of an instance that is there.
    pub(crate) async fn read_console(
        &self,
        cloud: &dyn Cloud,
        environment: EnvironmentId,
        topology: &Topology,
        instance: &Key,
        id: &CloudId,
        lines: u32,
    ) -> Result<String, EngineError> {
        debug_assert_eq!(instance.kind, ResourceKind::Instance);
        let mut text = cloud.console(id, lines).await?;
        if let Some(awaited) = self.store().report(environment, instance).await? {
            let token = self.token(environment, instance, &awaited.asked);
            text = text.replace(&token, REMOVED);
        }
        let parameters = topology.profiles.values();
        for parameter in parameters.flat_map(|profile| profile.parameters.values()) {
            if let Parameter::Secret { secret } = parameter {
                let secret = self.secret_parameter(environment, secret);
                text = text.replace(&secret, REMOVED);
            }
        }
        Ok(last_lines(&text, lines).to_owned())
    }

    /// The value of a parameter of profiles that is a secret.
    pub(crate) fn secret_parameter(&self, environment: EnvironmentId, what: &str) -> String {
        self.parts
            .secret
            .text(&Purpose::Parameter(environment, what))
    }

    /// What is kept of a console.
    pub(crate) fn kept(&self, text: &str) -> KeptConsole {
        KeptConsole {
            at: self.clock().now(),
            // A database's text holds no NUL.
            text: last_bytes(text, KEPT_BYTES).replace('\0', "\u{fffd}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_whole() {
        let text = "one\ntwo\nthree\n";
        assert_eq!(last_lines(text, 1), "three\n");
        assert_eq!(last_lines(text, 2), "two\nthree\n");
        assert_eq!(last_lines(text, 3), text);
        assert_eq!(last_lines(text, 9), text);
        assert_eq!(last_lines("", 3), "");
        assert_eq!(last_bytes(text, 100), text);
        assert_eq!(last_bytes(text, 8), "three\n");
        assert_eq!(last_bytes("é\nü\n", 4), "ü\n");
        assert_eq!(last_bytes("ééé", 3), "é");
    }
}
