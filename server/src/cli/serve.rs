//! `serve`: the pages, the API and the engine, until somebody stops it. Whatever keeps it from
//! starting is found before anything is written or promised.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::ServeArgs;
use super::duration::Lifetime;
use super::error::CliError;
use super::output::{Look, Out};
use super::token::{base_url, sign_in_link};
use super::{Done, Setup, beginning_of, database_of, folder_of, setup_of};
use crate::assets::require_front;
use crate::installation::{Database, Installation};
use crate::web::{self, WebOptions};

/// How long the first link is good.
const LINK: Lifetime = Lifetime::hours(24);
/// How long answers under way may take once the server is to stop; streams never end by themselves.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Carries the command out.
pub(super) async fn run(args: ServeArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ServeArgs {
        listen,
        collect_every,
        prometheus,
        secure_cookies,
        data,
    } = args;
    require_front()?;
    let database = database_of(&data)?;
    let folder = folder_of(&data)?;
    // With PostgreSQL any number of servers may work at once: the store says who does what.
    let mut lock = match &database {
        Database::InFolder => Some(folder.lock()?),
        Database::Postgres(_) => None,
    };
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|why| CliError::usage(not_listening(listen, &why)))?;
    let address = listener
        .local_addr()
        .map_err(|why| CliError::usage(not_listening(listen, &why)))?;
    let options = WebOptions {
        caches: setup.caches,
        secure_cookies,
    };
    let mut setup = setup_of(&data, setup);
    setup.engine.collect_every = setup.engine.collect_every.or(collect_every.period());
    setup.prometheus = prometheus.or(setup.prometheus);
    let installation = Installation::open(&folder, &database, beginning_of(&data), setup).await?;
    if let Some(lock) = &mut lock {
        lock.serving_at(address);
    }
    let link = sign_in_link(&installation, address, LINK).await?;
    let stop = stop_signal()?;
    let engine = Arc::clone(&installation.engine);
    let work = tokio::spawn(async move { engine.run().await });
    // The machines of the simulated cloud live in this process, whatever others are told.
    let machines = installation.let_machines_live(address)?;
    let router = web::router(Arc::clone(&installation.engine), options);

    out.text(&welcome(
        address,
        &link,
        &folder.path().display().to_string(),
        out,
    ));
    tracing::info!(%address, "serving");

    let (stopping, mut stopped) = tokio::sync::watch::channel(());
    let mut serving = tokio::spawn(
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                // Ended by a value or by the sender's end: both mean stop.
                let _ = stopped.changed().await;
            })
            .into_future(),
    );
    let result = tokio::select! {
        ended = &mut serving => ended,
        () = stop => {
            tracing::info!("stopping: what is under way is kept and goes on at the next start");
            drop(stopping);
            match tokio::time::timeout(LAST_WORDS, &mut serving).await {
                Ok(ended) => ended,
                Err(_still_streaming) => {
                    serving.abort();
                    Ok(Ok(()))
                }
            }
        }
    };
    work.abort();
    machines.abort();
    installation.close().await;
    drop(lock);
    match result {
        Ok(Ok(())) => Ok(Done::Yes),
        Ok(Err(why)) => Err(CliError::usage(format!("the server ended: {why}"))),
        Err(why) => Err(CliError::usage(format!("the server ended: {why}"))),
    }
}

/// What a newcomer reads first.
fn welcome(address: SocketAddr, link: &str, folder: &str, out: Out) -> String {
    format!(
        "Understudy serves at {url}\n\n    {link}\n\n\
         Open this link to sign in. It works once, within 24 hours; for another one:\n\
         understudy token --sign-in\n\n\
         The data is in {folder}. Ctrl-C stops the server.\n",
        url = base_url(address),
        link = out.paint(Look::Strong, link),
    )
}

fn not_listening(address: SocketAddr, why: &std::io::Error) -> String {
    let other = SocketAddr::new(address.ip(), address.port().saturating_add(1).max(1024));
    match why.kind() {
        ErrorKind::AddrInUse => format!(
            "another program listens on {address}: stop it, or choose another port, as in \
             `understudy serve --listen {other}`"
        ),
        ErrorKind::PermissionDenied => format!(
            "this user may not listen on {address}: choose a port from 1024 on, as in \
             `understudy serve --listen {other}`"
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{address} is no address of this machine: choose one that is, as in \
             `understudy serve --listen 127.0.0.1:{}`",
            address.port()
        ),
        _ => format!(
            "{address} can't be listened on ({why}): choose another address, as in \
             `understudy serve --listen {other}`"
        ),
    }
}

/// Ends when somebody wants the server to stop: Ctrl-C, or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()>, CliError> {
    let unheard =
        |why: std::io::Error| CliError::usage(format!("signals can't be listened for: {why}"));
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(unheard)?;
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
        .map_err(unheard)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_it_from_listening_comes_with_a_way_out() {
        let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        for kind in [
            ErrorKind::AddrInUse,
            ErrorKind::PermissionDenied,
            ErrorKind::AddrNotAvailable,
            ErrorKind::Other,
        ] {
            let text = not_listening(address, &kind.into());
            assert!(text.contains("--listen "), "{text}");
        }
    }

    #[test]
    fn the_welcome_holds_the_link_alone_on_a_line() {
        let out = Out {
            colours: crate::cli::output::Colours::Off,
        };
        let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let text = welcome(address, "http://127.0.0.1:8080/sign-in?token=x", "d", out);
        assert!(
            text.lines()
                .any(|line| line.trim() == "http://127.0.0.1:8080/sign-in?token=x")
        );
    }
}
