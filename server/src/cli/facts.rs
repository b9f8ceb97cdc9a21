//! `facts`: how hosts tell what they measure. What is printed holds a host's token, so it goes to stdout
//! alone and into no log.

use engine::Engine;
use engine::measure::poll::{Looked, MonitorState, Unmatched};
use model::measure::MOST_MOUNTS;
use model::name::EnvironmentName;
use model::topology::items::parse_instance;
use plan::collectd::configuration;

use super::args::{DataArgs, FactsCommand};
use super::error::CliError;
use super::output::Out;
use super::subject::{instance_of, stored_environment};
use super::{Done, Setup, open};

/// How many seconds values wait on the host before they are sent: no figure is finer than a minute.
const WAIT: u32 = 60;

/// Carries the command out.
pub(super) async fn run(command: FactsCommand, setup: Setup, out: Out) -> Result<Done, CliError> {
    match command {
        FactsCommand::Collectd {
            environment,
            instance,
            data,
        } => collectd(environment, &instance, data, setup, out).await,
        FactsCommand::Monitors { data } => monitors(data, setup, out).await,
    }
}

async fn monitors(data: DataArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let installation = open(&data, setup).await?;
    let looks = installation.engine.store().looks().await?;
    installation.close().await;
    if looks.is_empty() {
        out.text("No monitor was ever asked: name one with `understudy serve --prometheus URL`\n");
    }
    for MonitorState { name, at, looked } in looks {
        let Looked {
            trouble,
            matched,
            unmatched,
            named,
            new: _,
            beyond,
        } = looked;
        let at = at.format("%Y-%m-%d %H:%M UTC");
        let what = trouble
            .unwrap_or_else(|| format!("{matched} targets are instances, {unmatched} are not"));
        out.text(&format!("{name}, asked at {at}: {what}\n"));
        if beyond > 0 {
            out.text(&format!(
                "  {beyond} samples were left out: of more file systems than the {MOST_MOUNTS} that are kept \
                 of one host\n"
            ));
        }
        for Unmatched { target, why } in named {
            out.text(&format!("  {target}: {why}\n"));
        }
    }
    Ok(Done::Yes)
}

async fn collectd(
    environment: EnvironmentName,
    instance: &str,
    data: DataArgs,
    setup: Setup,
    out: Out,
) -> Result<Done, CliError> {
    let Some(url) = data.report.public_url.clone() else {
        return Err(CliError::usage(
            "where would the host post to? Say how instances reach this server with --public-url, as \
             in --public-url https://understudy.example.org"
                .to_owned(),
        ));
    };
    let installation = open(&data, setup).await?;
    let environment = stored_environment(&installation, &environment).await?;
    let engine = &installation.engine;
    let (_, topology) = engine.state(&environment, None).await?;
    let key = instance_of(&topology, instance)?;
    let (group, ordinal) = parse_instance(key.name()).ok_or_else(|| {
        CliError::usage(format!(
            "`{instance}` is no instance of {}",
            environment.name
        ))
    })?;
    let path = Engine::collectd_path(environment.id, &group, ordinal);
    let text = configuration(
        &format!("{} of {}", key.name(), environment.name),
        &format!("{url}{path}"),
        &engine.measure_token(environment.id, &key),
        WAIT,
    )
    .map_err(|why| CliError::usage(format!("the configuration can't be written: {why}")))?;
    out.text(&text);
    installation.close().await;
    Ok(Done::Yes)
}
