//! `stop` and `start`: bring instances of an environment to a state, and wait.

use std::collections::BTreeSet;

use engine::{Ask, EngineError};
use model::environment::Layer;
use model::key::Key;
use model::resource::Power;

use super::args::PowerArgs;
use super::error::CliError;
use super::follow::Workplace;
use super::output::Out;
use super::subject::{instance_of, stored_environment};
use super::up_down::request;
use super::{Done, Setup};

/// Carries either command out.
pub(super) async fn run(
    args: PowerArgs,
    power: Power,
    setup: Setup,
    out: Out,
) -> Result<Done, CliError> {
    let PowerArgs {
        name,
        instances,
        reason,
        format,
        data,
    } = args;
    let workplace = Workplace::open(&data, setup, out, format.format).await?;
    let engine = &workplace.installation.engine;
    let environment = stored_environment(&workplace.installation, &name).await?;
    let (_, planned) = engine
        .store()
        .revision(environment.id, Layer::Planned, None)
        .await?
        .ok_or_else(|| EngineError::NoState(name.clone(), "planned"))?;
    let instances = instances
        .iter()
        .map(|text| instance_of(&planned, text))
        .collect::<Result<BTreeSet<Key>, CliError>>()?;
    let ask = Ask::SetPower {
        environment: name,
        instances,
        power,
    };
    let outcome = engine.submit(request(reason), ask).await?;
    workplace.follow(outcome).await
}
