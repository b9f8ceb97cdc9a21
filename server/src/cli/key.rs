//! `key`: the private half of a keypair that Understudy makes, or the public half of any.

use engine::{Ask, EngineError, Outcome};

use super::args::KeyArgs;
use super::error::CliError;
use super::output::{Out, complain};
use super::subject::stored_environment;
use super::up_down::request;
use super::{Done, Setup, open};

/// Carries the command out.
pub(super) async fn run(args: KeyArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let KeyArgs {
        environment: name,
        keypair,
        public,
        reason,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let engine = &installation.engine;
    let environment = stored_environment(&installation, &name).await?;
    if public {
        let (_, topology) = engine.state(&environment, None).await?;
        let declared = topology
            .keypairs
            .get(&keypair)
            .ok_or_else(|| EngineError::NoKey(format!("{name} has no keypair `{keypair}`")))?;
        let key = engine.public_key(environment.id, &keypair, declared)?;
        out.text(&key.to_string());
    } else {
        let ask = Ask::FetchKey {
            environment: name,
            keypair,
        };
        if let Outcome::Key(key) = engine.submit(request(reason), ask).await? {
            out.text(key.expose());
            complain(
                "note",
                "keep this where only you can read it, as in `understudy key … > access && \
                 chmod 600 access`; that it was fetched is in the log",
            );
        }
    }
    installation.close().await;
    Ok(Done::Yes)
}
