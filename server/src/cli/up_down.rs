//! `up` and `down`: bring an environment to its planned state, or take it away, and wait.

use engine::{Ask, Request};
use model::act::Actor;

use super::args::{DownArgs, UpArgs};
use super::error::CliError;
use super::follow::Workplace;
use super::output::Out;
use super::subject::stored_environment;
use super::{Done, Setup};

/// Carries `up` out.
pub(super) async fn up(args: UpArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let UpArgs {
        name,
        expires,
        reason,
        format,
        data,
    } = args;
    let workplace = Workplace::open(&data, setup, out, format.format).await?;
    let engine = &workplace.installation.engine;
    let environment = stored_environment(&workplace.installation, &name).await?;
    let expires_at = match expires {
        None => None,
        Some(expires) => {
            if engine.store().lease(environment.id).await?.is_none() {
                return Err(CliError::usage(format!(
                    "{name} has no lease, so it can't expire: leave --expires out"
                )));
            }
            Some(engine.clock().now() + expires.length())
        }
    };
    let ask = Ask::BringUp {
        environment: name,
        expires_at,
    };
    let outcome = engine.submit(request(reason), ask).await?;
    workplace.follow(outcome).await
}

/// Carries `down` out.
pub(super) async fn down(args: DownArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let DownArgs {
        name,
        reason,
        format,
        data,
    } = args;
    let workplace = Workplace::open(&data, setup, out, format.format).await?;
    stored_environment(&workplace.installation, &name).await?;
    let ask = Ask::TakeDown { environment: name };
    let outcome = workplace
        .installation
        .engine
        .submit(request(reason), ask)
        .await?;
    workplace.follow(outcome).await
}

/// A request from this machine.
pub(super) fn request(reason: Option<String>) -> Request {
    Request {
        reason,
        ..Request::by(Actor::CommandLine)
    }
}
